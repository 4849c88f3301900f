"""The figures of a week: what reached people, who answered, what it cost."""

from datetime import datetime, timedelta

import pytest

from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.notify import service
from djflow.notify.lives import service as lives
from djflow.notify.lives.model import Figures
from djflow.notify.model import Answer, MessageState, NoticeKind
from djflow.notify.tables import MessageRow
from tests.notify.messages import intent, planned

DAY = timedelta(days=1)
S = MessageState
STATES = (S.DELIVERED, S.DELIVERED, S.DELIVERED, S.ACCEPTED, S.UNDELIVERED, S.DEAD, S.PENDING, S.CANCELLED)
ASKING = [NoticeKind.DUTY_ASSIGNED]


def week(database: Database, now: datetime) -> None:
    """Write eight notices, one message each; delivered ones cost two parts by SMS, the accepted one one by mail."""
    with database.transaction() as session:
        for number, state in enumerate(STATES):
            subject = Subject("roster.month", f"2026-{number + 1:02}")
            service.enqueue(session, [intent(now, subject=subject)], now=now)
            (row,) = [one for one in service.listing(session) if one["subject"] == str(subject)]
            key = planned(session, row["id"], state, now, channel="mail" if state is S.ACCEPTED else "sms")
            message = session.query(MessageRow).filter_by(key=key).one()
            if state in {S.DELIVERED, S.ACCEPTED}:
                message.accepted_at, message.parts = now, 2 if state is S.DELIVERED else 1
        for number in (1, 2):
            subject = Subject("roster.month", f"2026-{number:02}")
            service.acknowledge(session, subject, "p1", Answer.CONFIRMED, via="me", now=now)


def figures(database: Database, since: datetime, until: datetime) -> Figures:
    """Return the figures of a span."""
    with database.reading() as session:
        return lives.figures(session, since, until, asking=ASKING)


def test_rates_and_cost_are_counted(database: Database, now: datetime) -> None:
    """Three of six that left were delivered, two of eight answered; seven parts were billed, by channel."""
    week(database, now)
    found = figures(database, now - DAY, now + DAY)
    assert (found.notices, found.accepted, found.delivered, found.failed) == (8, 4, 3, 2)
    assert found.delivery_rate == pytest.approx(3 / 6)
    assert (found.asked, found.answered) == (8, 2)
    assert found.answer_rate == pytest.approx(2 / 8)
    assert found.parts == {"sms": 6, "mail": 1}


def test_a_span_without_notices_has_no_rates(database: Database, now: datetime) -> None:
    """Where nothing was sent a rate is not nought but unknown; the end of a span belongs to the next."""
    week(database, now)
    for since, until in ((now - DAY, now), (now + DAY, now + 2 * DAY)):
        found = figures(database, since, until)
        assert (found.notices, found.delivery_rate, found.answer_rate, found.parts) == (0, None, None, {})
