"""Creates or migrates a database by running Alembic's scripts on one connection."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from djflow.db.engine import WRITING
from djflow.db.session import explain_database_error

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
    config = _config()
    try:
        with engine.execution_options(**{WRITING: True}).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise explain_database_error(error) from error
    return newest_version()


def newest_version() -> str:
    """Return the version this program expects."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current_version(engine: Engine) -> str | None:
    """Return the version the database is at, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
