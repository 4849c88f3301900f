"""What is old enough is forgotten, in small steps, and what is open or recorded stays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.accounts.tables import LoginLogRow, LoginSessionRow
from djflow.assembly import House, answers, clearing, notices, sending
from djflow.assembly import roster as desk
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.db.base import Base
from djflow.inbox.tables import DeskItemRow, DeskReadingRow
from djflow.notify import service as notify
from djflow.notify.channels.base import Verdict
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.notify.model import Answer
from djflow.notify.tables import AcknowledgementRow, AttemptRow, MessageRow, NoticeRow, ReceiptRow
from djflow.roster.answers import invitations
from djflow.roster.answers.tables import DutyAnswerRow, InvitationRow
from tests.assembly.test_answers import DECEMBER, FIRST, SECOND, holder
from tests.assembly.test_boxes import Refusing

LONG_AGO = datetime(2021, 3, 1, 2, 0, tzinfo=UTC)
OUTBOX = (AcknowledgementRow, AttemptRow, MessageRow, NoticeRow, ReceiptRow)


def at(house: House, moment: datetime) -> House:
    """Return the house at another moment."""
    return replace(house, clock=FixedClock(moment))


def count(session: Session, *tables: type[Base]) -> int:
    """Return how many rows there are."""
    return sum(len(session.execute(select(table)).all()) for table in tables)


def written(house: House, tables: Sequence[type[Base]]) -> int:
    """Return how many rows a house holds."""
    with house.reading() as session:
        return count(session, *tables)


@pytest.fixture
def told(house: House, ids: dict[str, PersonId]) -> House:
    """The house after December's notices went out and some were answered, at seven minutes past nine."""
    assert ids
    desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")
    morning = at(house, house.now() + timedelta(minutes=7))
    sending.drain(morning, channels={"file": MemoryOutlet("file")}, once=False)
    return morning


def test_old_notices_go_with_everything_that_belongs_to_them(told: House) -> None:
    """Two years after they ended notices, messages, attempts and answers are gone; a day before nothing is."""
    first = holder(told, FIRST)
    with told.transaction() as session:
        person = session.scalars(select(NoticeRow).where(NoticeRow.recipient == first)).first()
        assert person is not None
        subject = Subject.parse(person.subject)
        notify.acknowledge(session, subject, first, Answer.READ, via="me", now=told.now())
        ends = sorted(session.scalars(select(NoticeRow.expires_at)))
    before = written(told, OUTBOX)
    assert before > 20
    clearing.clear(at(told, ends[0] + timedelta(days=729)), by="test")
    assert written(told, OUTBOX) == before
    late = at(told, ends[-1] + timedelta(days=731))
    counts = clearing.clear(late, by="test", batch=3)
    assert written(late, OUTBOX) == 0
    assert sum(counts[kind] for kind in ("notices", "messages", "attempts", "answers")) == before
    assert clearing.clear(late, by="test") == {}
    with late.reading() as session:
        lines = audit.history(session, Subject("house.retention", str(late.today())))
        assert audit.verify(session).intact
    assert len(lines) == -(-counts["notices"] // 3)
    assert {(line.actor, line.action) for line in lines} == {("test", "retention.clear")}
    assert "甲" not in repr(lines)


def test_a_notice_that_waits_for_a_human_keeps_its_messages(house: House, ids: dict[str, PersonId]) -> None:
    """However old, a message whose notice is open is not deleted; once somebody called it may go."""
    assert ids
    desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")
    morning = at(house, house.now() + timedelta(minutes=7))
    sending.drain(morning, channels={"file": Refusing(Verdict.PERMANENT)}, once=False)
    late = at(house, house.now() + timedelta(days=3000))
    before = written(late, (MessageRow, AttemptRow))
    assert "messages" not in clearing.clear(late, by="test")
    assert written(late, (MessageRow, AttemptRow)) == before > 0
    call = notices.phone_list(late)[0]
    notices.settle_call(morning, call.notice_id, by="account:1")
    counts = clearing.clear(late, by="test")
    assert (counts["notices"], counts["messages"], counts["attempts"]) == (1, 1, 1)
    assert call.notice_id not in {one.notice_id for one in notices.phone_list(late)}


def test_reasons_and_links_are_forgotten(told: House) -> None:
    """Half a year later the sealed reasons are erased and expired links deleted; that somebody declined stays."""
    with told.transaction() as session:
        invitations.invite(session, holder(told, SECOND), now=told.now())
    answers.decline(told, holder(told, FIRST), FIRST, "家里有事", by="me")
    soon = at(told, told.now() + timedelta(days=100))
    assert "reasons" not in clearing.clear(soon, by="test")
    late = at(told, told.now() + timedelta(days=190))
    counts = clearing.clear(late, by="test")
    assert (counts["reasons"], counts["links"]) == (1, written(told, (InvitationRow,)) + counts["links"])
    with late.reading() as session:
        (answer,) = session.scalars(select(DutyAnswerRow))
        assert (answer.reason, answer.declined_at) == (None, told.now())


def test_old_logins_go_and_young_ones_stay(house: House, ids: dict[str, PersonId]) -> None:
    """The login log keeps three years and ended logins a month; the log's lines cannot be changed at all."""
    assert ids
    with house.transaction() as session:
        new = NewAccount("zhang", frozenset({Role.OFFICE_CLERK}), "A02")
        accounts.create(session, new, "hash", by="test", now=house.now())
        for number, now in enumerate((LONG_AGO, LONG_AGO, house.now())):
            asked = accounts.challenge(session, "zhang")
            accounts.finish_login(session, asked, matched=True, token_hash=f"t{number}", ip="10.0.0.1", now=now)
    assert clearing.clear(house, by="test", batch=1) == {"login_lines": 2, "logins": 2}
    assert (written(house, (LoginLogRow,)), written(house, (LoginSessionRow,))) == (1, 1)
    for words in ("DELETE FROM login_log", "UPDATE login_log SET ip = ''"):
        with pytest.raises(DBAPIError, match="append-only"), house.database.engine.begin() as connection:
            connection.execute(text(words))


def test_settled_items_go_and_tasks_stay(house: House, ids: dict[str, PersonId]) -> None:
    """What was done two years ago leaves the boxes; what nobody has done stays, however old."""
    assert ids
    first = desk.draft(at(house, LONG_AGO), DECEMBER, by="test")
    assert clearing.clear(house, by="test") == {}
    desk.void(at(house, LONG_AGO), first.roster_id, reason="重排", by="test")
    assert clearing.clear(house, by="test") == {"items": 1}
    assert written(house, (DeskItemRow, DeskReadingRow)) == 0
