"""Alembic's scripts and the mapped classes tell the same story."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

import djflow.accounts.tables
import djflow.approvals.chains.tables
import djflow.approvals.delegation.tables
import djflow.approvals.doorway.tables
import djflow.approvals.tables
import djflow.audit.tables
import djflow.circulars.tables
import djflow.db.tables
import djflow.dispatch.batches.publicity.tables
import djflow.dispatch.batches.tables
import djflow.dispatch.policy.tables
import djflow.dispatch.postings.ending.tables
import djflow.dispatch.postings.leave.tables
import djflow.dispatch.postings.months.tables
import djflow.dispatch.postings.reviews.tables
import djflow.dispatch.postings.tables
import djflow.dispatch.profiles.tables
import djflow.dispatch.reserve.tables
import djflow.dispatch.rotation.tables
import djflow.dispatch.training.tables
import djflow.documents.numbering.tables
import djflow.documents.register.tables
import djflow.fund.behalf.tables
import djflow.fund.bookings.tables
import djflow.fund.cases.tables
import djflow.fund.checks.tables
import djflow.fund.disclosure.tables
import djflow.fund.donations.tables
import djflow.fund.ledger.tables
import djflow.fund.lists.tables
import djflow.fund.materials.tables
import djflow.fund.payment.tables
import djflow.fund.publicity.tables
import djflow.fund.running.tables
import djflow.inbox.tables
import djflow.meetings.actions.tables
import djflow.meetings.corrections.tables
import djflow.meetings.invitations.tables
import djflow.meetings.minutes.tables
import djflow.meetings.tables
import djflow.notify.tables
import djflow.people.contacts.tables
import djflow.people.tables
import djflow.roster.answers.tables
import djflow.roster.tables  # noqa: F401 - the imports fill the metadata
from djflow.db.base import Base
from djflow.db.session import Database
from djflow.db.upgrade import current_version, downgrade, newest_version, upgrade

MAX_NAME = 30


def test_migrated_database_equals_the_tables(database: Database) -> None:
    """A database made by the migrations has exactly the tables, columns, indexes and constraints of the classes."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrade_is_safe_to_repeat(database: Database) -> None:
    """Migrating a migrated database changes nothing."""
    assert upgrade(database.engine) == newest_version()
    assert current_version(database.engine) == newest_version()


def test_names_fit_every_database() -> None:
    """Table and column names are lower-case and at most 30 characters long."""
    for table in Base.metadata.tables.values():
        for name in (table.name, *(column.name for column in table.columns)):
            assert name == name.lower()
            assert len(name) <= MAX_NAME


def test_the_record_is_protected(database: Database) -> None:
    """The migration leaves triggers that refuse to change the record of changes."""
    assert "audit_entry" in inspect(database.engine).get_table_names()
    insert = (
        "INSERT INTO audit_entry (seq, at, actor, action, subject, details, prev_hash, hash) "
        "VALUES (1, '2026-11-18 00:00:00', 'a', 'b', 'c:d', '{}', '', '')"
    )
    with database.engine.begin() as connection:
        connection.execute(text(insert))
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry"))


def test_a_downgraded_house_is_empty_and_can_be_made_again(database: Database) -> None:
    """The first migration takes back everything it made, and makes it again."""
    downgrade(database.engine, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    upgrade(database.engine)
    assert current_version(database.engine) == newest_version()
