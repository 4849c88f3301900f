"""What a circular tells of messages: totals by what providers reported and people answered."""

from datetime import date, timedelta

import pytest

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import civil_date
from djflow.core.sections import Figure, Section
from djflow.core.spans import DateSpan
from djflow.db.session import Database
from djflow.notify import summary
from djflow.notify.figures import rules
from djflow.notify.figures.model import Sent
from tests.notify.post import ASK, DAY, HOUR, Post, post_office

NOVEMBER = DateSpan(date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def post(database: Database) -> Post:
    """A post office whose notices wait for an answer."""
    return post_office(database, ASK)


def _told(post: Post, span: DateSpan = NOVEMBER) -> Section:
    with post.database.reading() as session:
        (found,) = summary.sections(session, span, WorkCalendar(), post.now)
    return found


def test_who_answered_is_counted_and_nobody_is_named(post: Post) -> None:
    """Two are told and one answers; the channel does not report, which is said."""
    post.tell("p1", "p2")
    post.send("im")
    post.later(timedelta(minutes=5))
    post.answer("p1")
    post.later(HOUR / 2)
    told = _told(post)
    assert told.totals == {"notify.sent": Figure(2), "notify.answered": Figure(1, 2)}
    assert told.units == {}
    assert told.lacking == ("有2条通知由不回执的渠道发出，未计入送达率。",)


def test_an_answer_after_the_end_changes_nothing(post: Post) -> None:
    """The day of the notice is told the same a day later; the day after has nothing of it."""
    post.tell("p1")
    post.send("im")
    day = civil_date(post.now)
    post.later(DAY)
    before = _told(post, DateSpan(day, day))
    assert before.totals["notify.answered"] == Figure(0, 1)
    post.answer("p1")
    post.later(HOUR)
    assert _told(post, DateSpan(day, day)) == before
    assert _told(post, DateSpan(day + DAY, day + DAY)).totals == {"notify.sent": Figure(0)}


def test_a_channel_that_reports_nothing_does_not_lower_the_rate() -> None:
    """The rate is of the channels that report."""
    sent = (Sent("im", 40, 0), Sent("sms", 10, 9))
    assert rules.totals(sent, 0, 0) == {"notify.sent": Figure(50), "notify.delivered": Figure(9, 10)}
    assert rules.lacking(sent) == ("有40条通知由不回执的渠道发出，未计入送达率。",)
