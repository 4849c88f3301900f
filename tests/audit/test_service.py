"""The record of changes."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from djflow.audit import service
from djflow.core.subject import Subject
from djflow.db.session import Database

ROSTER = Subject("roster.roster", "r1")


def _three_entries(database: Database, now: datetime) -> None:
    for action in ("roster.draft", "roster.publish", "roster.amend"):
        with database.transaction() as session:
            service.record(session, ROSTER, action, by="coordinator", now=now, details={"版次": 1})


def test_record_is_a_chain(database: Database, now: datetime) -> None:
    """Three changes make three entries that follow from one another."""
    _three_entries(database, now)
    with database.reading() as session:
        report = service.verify(session)
        assert (report.entries, report.intact) == (3, True)
        assert [entry.action for entry in service.history(session, ROSTER)] == [
            "roster.draft",
            "roster.publish",
            "roster.amend",
        ]


def test_a_change_undone_leaves_no_entry(database: Database, now: datetime) -> None:
    """An entry written in a transaction that fails is gone with it."""

    def change_that_fails() -> None:
        with database.transaction() as session:
            service.record(session, ROSTER, "roster.draft", by="coordinator", now=now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_that_fails()
    with database.reading() as session:
        assert service.verify(session).entries == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'x'",
        "DELETE FROM audit_entry",
        "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE true ON CONFLICT (seq) DO UPDATE SET actor = 'x'",
    ],
)
def test_entries_cannot_be_changed(database: Database, now: datetime, statement: str) -> None:
    """The database itself refuses to change or remove an entry."""
    _three_entries(database, now)
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(text(statement))


def test_an_entry_is_not_replaced(database: Database, now: datetime) -> None:
    """SQLite's way of writing over a row is refused as well; PostgreSQL has none."""
    _three_entries(database, now)
    replace = "INSERT OR REPLACE INTO audit_entry SELECT seq, at, 'x', action, subject, details, prev_hash, hash "
    with pytest.raises(DBAPIError), database.engine.begin() as connection:
        connection.execute(text(replace + "FROM audit_entry"))
    with database.reading() as session:
        assert service.verify(session).intact
        assert {entry.actor for entry in service.latest(session)} == {"coordinator"}


def test_tampering_past_the_triggers_is_found(database: Database, now: datetime) -> None:
    """Whoever drops the trigger and edits an entry is found at that entry."""
    _three_entries(database, now)
    drop = {
        "sqlite": "DROP TRIGGER audit_entry_no_update",
        "postgresql": "DROP TRIGGER audit_entry_guard ON audit_entry",
    }[database.engine.dialect.name]
    with database.engine.begin() as connection:
        connection.execute(text(drop))
        connection.execute(text("UPDATE audit_entry SET actor = 'somebody' WHERE seq = 2"))
    with database.reading() as session:
        assert service.verify(session).broken_at == 2


def test_a_cut_tail_is_found(database: Database, now: datetime) -> None:
    """Removing the last entry is found by the head."""
    _three_entries(database, now)
    drop = {
        "sqlite": "DROP TRIGGER audit_entry_no_delete",
        "postgresql": "DROP TRIGGER audit_entry_guard ON audit_entry",
    }[database.engine.dialect.name]
    with database.engine.begin() as connection:
        connection.execute(text(drop))
        connection.execute(text("DELETE FROM audit_entry WHERE seq = 3"))
    with database.reading() as session:
        assert service.verify(session).broken_at == 3
