"""Engines: what every database connection of a house has in common."""

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from djflow.core.errors import DatabaseUnavailableError
from djflow.db.engine import open_engine
from djflow.db.session import Database, explain_database_error
from djflow.db.store import state_fact


def test_a_failed_statement_never_shows_its_values(database: Database) -> None:
    """An error of the database may end up in a log, so the values at hand are not part of it."""
    with database.engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT nosuch FROM person WHERE name = :name"), {"name": "赵某某"})
    assert "赵某某" not in str(caught.value)


def test_a_server_that_only_reads_says_so(database: Database) -> None:
    """A standby or read-only server refuses the change in words, whichever server it is."""
    standby = Database(database.engine.execution_options(postgresql_readonly=True), database.vault)
    if database.engine.dialect.name == "sqlite":
        event.listen(database.engine, "connect", lambda found, _: found.execute("PRAGMA query_only = ON"))
        database.engine.dispose()
    with pytest.raises(DatabaseUnavailableError, match="只读的，本次操作没有保存"):
        _state(standby)


def _state(database: Database) -> None:
    with database.transaction() as session:
        state_fact(session, "x", "1")


def test_a_row_held_too_long_asks_to_try_again(database: Database) -> None:
    """Whoever waits in vain for a row or a table is told that nothing was saved and to try again."""
    with database.transaction() as session:
        state_fact(session, "x", "1")
    is_sqlite = database.engine.dialect.name == "sqlite"
    with database.transaction() as holder:
        state_fact(holder, "x", "2")
        holder.flush()
        with pytest.raises(DatabaseUnavailableError, match="稍后再试"):
            _change_without_patience(database, is_sqlite=is_sqlite)


def _change_without_patience(database: Database, *, is_sqlite: bool) -> None:
    engine = open_engine(database.engine.url, busy_ms=50)
    try:
        with Database(engine, database.vault).transaction() as session:
            if not is_sqlite:
                session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            state_fact(session, "x", "3")
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('connection failed: FATAL:  database "djflow" does not exist', "没有这个数据库"),
        ('connection failed: FATAL:  password authentication failed for user "a"', "用户名或密码不对"),
        ("deadlock detected", "稍后再试"),
        ("could not serialize access due to concurrent update", "稍后再试"),
        ('relation "person" does not exist', "djflow db upgrade"),
        ("server closed the connection unexpectedly", "连不上数据库"),
    ],
)
def test_what_a_server_says_is_put_into_words(words: str, said: str) -> None:
    """The server's English is never shown; each case says what to do."""
    found = explain_database_error(OperationalError("SELECT 1", None, Exception(words)))
    assert isinstance(found, DatabaseUnavailableError)
    assert said in found.message
