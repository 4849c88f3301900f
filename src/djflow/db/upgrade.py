"""Creates or migrates a database by running Alembic's scripts on one connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from djflow.db.engine import WRITING
from djflow.db.session import explained

SCRIPTS = "djflow:migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine) -> str:
    """Bring the database to the newest version and return that version; safe to repeat.

    Raises: DatabaseUnavailableError when the database cannot be written.
    """
    with _migrating(engine) as config:
        command.upgrade(config, "head")
    return newest_version()


def downgrade(engine: Engine, version: str) -> None:
    """Take the database back to an older version; `base` is the empty one. Data of newer tables are lost."""
    with _migrating(engine) as config:
        command.downgrade(config, version)


@contextmanager
def _migrating(engine: Engine) -> Iterator[Config]:
    config = _config()
    with explained(), engine.execution_options(**{WRITING: True}).begin() as connection:
        config.attributes["connection"] = connection
        yield config


def newest_version() -> str:
    """Return the version this program expects."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current_version(engine: Engine) -> str | None:
    """Return the version the database is at, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
