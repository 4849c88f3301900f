"""Engines: SQLite (WAL, foreign keys on, patient) by default, PostgreSQL in production."""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from djflow.core.errors import ConfigError

BUSY_TIMEOUT_MS = 15_000
WRITING = "djflow_writing"


def sqlite_url(path: Path) -> URL:
    """Return the URL of an SQLite file."""
    return URL.create("sqlite", database=str(path))


def open_engine(url: str | URL, *, busy_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """Return an engine for `url`, tuned for its database; SQLite waits `busy_ms` for a lock.

    Raises: ConfigError when the URL names another database than SQLite or PostgreSQL.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _sqlite(parsed, busy_ms)
    if backend == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        return create_engine(
            parsed, pool_pre_ping=True, hide_parameters=True, connect_args={"options": "-c timezone=UTC"}
        )
    raise ConfigError(f"数据库类型“{backend}”不支持：请用 sqlite 或 postgresql。")


def _sqlite(url: URL, busy_ms: int) -> Engine:
    # A failed statement is logged with its text; its values may be personal and stay out.
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": busy_ms / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # BEGIN is ours, see below
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once, so that two writers queue instead of failing half way; a reader never blocks one.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
