"""A message is one step of one notice, before and after the migration that says so with one index."""

from datetime import datetime

import pytest
from sqlalchemy.exc import IntegrityError

from djflow.core.errors import ConflictError
from djflow.db.session import Database
from djflow.db.upgrade import downgrade, upgrade
from djflow.notify import service
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import Lane
from djflow.notify.lives import service as lives
from djflow.notify.lives.model import Life
from djflow.notify.model import MessageState, Result, Verdict
from tests.notify.messages import intent, planned


def sent(database: Database, now: datetime) -> str:
    """Write, claim and write down a message; return its notice."""
    with database.transaction() as session:
        service.enqueue(session, [intent(now)], now=now)
        (row,) = service.listing(session)
        planned(session, row["id"], MessageState.PENDING, now)
    with database.transaction() as session:
        (one,) = delivery.claim(session, Lane("file"), 1, lambda *_: frozenset(), owner="a", now=now).messages
        result = Result(one.id, 1, Verdict.ACCEPTED, code="0", provider_id="p1")
        delivery.write_results(session, Lane("file"), [(one, result)], owner="a", now=now)
    return one.notice_id


def life(database: Database, notice_id: str) -> Life:
    """Return all that is known of a notice."""
    with database.reading() as session:
        return lives.life(session, notice_id)


def test_messages_and_tries_outlive_the_migration(database: Database, now: datetime) -> None:
    """Back and forth, a message keeps its tries, though on SQLite both tables are made anew."""
    notice = sent(database, now)
    before = life(database, notice)
    downgrade(database.engine, "0016-1")
    upgrade(database.engine)
    assert life(database, notice) == before
    assert [len(one.attempts) for one in before.messages] == [1]


def test_a_step_has_one_message(database: Database, now: datetime) -> None:
    """A second message for the same step of a notice is refused: whoever was told is not told again."""
    notice = sent(database, now)
    with pytest.raises((ConflictError, IntegrityError)), database.transaction() as session:
        planned(session, notice, MessageState.PENDING, now)
