"""What a circular tells of meetings and action items, read from what people answered, signed and reported."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import instant_of
from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Reach, Section, by_unit, summed
from djflow.core.spans import DateSpan
from djflow.meetings import summary
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import Item, ItemAct, ItemWho, NewItem
from djflow.meetings.figures import rules
from djflow.meetings.figures.model import Task
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Reply, Wish
from djflow.meetings.minutes import service as minutes
from djflow.meetings.minutes.model import Printed
from djflow.meetings.model import Who
from tests.meetings.held import BY, STARTS, TERMS, Office

DECEMBER = DateSpan(date(2026, 12, 1), date(2026, 12, 31))
DUE = date(2026, 12, 31)
NEW_YEAR = instant_of(date(2027, 1, 1))
LATER = NEW_YEAR + timedelta(days=5)


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    """A meeting on 10 December that three units were told of."""
    made = Office(session, now)
    made.notify()
    return made


def _told(office: Office, span: DateSpan = DECEMBER, now: datetime = LATER) -> Section:
    (found,) = summary.sections(office.session, span, WorkCalendar(), now)
    return found


def _hold(office: Office) -> None:
    invitations.hold(office.session, office.meeting.id, Who.OFFICE, by=BY, now=STARTS + timedelta(minutes=10))


def test_who_came_late_or_not_at_all_is_told_by_unit(office: Office) -> None:
    """One came in time, one late, one neither answered nor came; persons are not named."""
    session = office.session
    invitations.reply(session, office.seat("HR").id, Wish(Reply.ATTEND), by=BY, now=office.now)
    invitations.reply(session, office.seat("T1").id, Wish(Reply.ATTEND), by=BY, now=office.now)
    invitations.mark_silent(session, office.meeting.id, by=BY, now=STARTS - timedelta(days=2))
    invitations.sign_in(session, office.seat("HR").id, terms=TERMS, by=BY, now=STARTS)
    invitations.sign_in(session, office.seat("T1").id, terms=TERMS, by=BY, now=STARTS + timedelta(seconds=1))
    _hold(office)
    told = _told(office)
    assert told.totals == {
        "meetings.held": Figure(1),
        "meetings.attended": Figure(2, 3),
        "meetings.replied": Figure(2, 3),
        "meetings.late": Figure(1),
        "meetings.absent": Figure(1),
    }
    assert {(one.unit, one.what, one.count) for one in told.shortfalls} == {
        (office.units["T1"], "参会迟到", 1),
        (office.units["LAW"], "无故缺席会议", 1),
        (office.units["LAW"], "未反馈参会回执", 1),
    }
    assert told.lacking == (summary.NO_ITEMS,)
    assert summed(told.units) == {code: one for code, one in told.totals.items() if code != "meetings.held"}


def test_leave_that_was_granted_is_no_absence(office: Office) -> None:
    """It counts among the answers and as leave."""
    asked = invitations.reply(office.session, office.seat("LAW").id, Wish(Reply.LEAVE, "防汛"), by=BY, now=office.now)
    invitations.grant(office.session, asked.id, granted=True, by=BY, now=office.now)
    invitations.sign_in(office.session, office.seat("HR").id, terms=TERMS, by=BY, now=STARTS)
    _hold(office)
    mine = _told(office).units[office.units["LAW"]]
    assert (mine["meetings.excused"], mine["meetings.replied"]) == (Figure(1), Figure(1, 1))
    assert "meetings.absent" not in mine


def test_a_meeting_where_nobody_signed_in_says_nothing_of_who_came(office: Office) -> None:
    """Nobody is called absent because the list was kept on paper."""
    _hold(office)
    told = _told(office)
    assert "meetings.attended" not in told.totals
    assert told.lacking == ("有1次会议没有签到记录，未计入参会率。", summary.NO_ITEMS)


def test_a_cancelled_meeting_and_one_of_another_month_do_not_count(office: Office) -> None:
    """Neither is held in the span."""
    _hold(office)
    assert _told(office, DateSpan(date(2026, 12, 11), DUE)).totals == {"meetings.held": Figure(0)}
    day = STARTS.date()
    assert _told(office, DateSpan(day, day)).totals["meetings.held"] == Figure(1)


def test_a_cancelled_meeting_does_not_count(office: Office) -> None:
    """Its seats are nobody's absence."""
    invitations.cancel(office.session, office.meeting.id, "防汛", by=BY, now=office.now)
    assert _told(office).units == {}


@dataclass(slots=True)
class Minutes:
    """An item that the township leads, due on the last day of December."""

    office: Office
    item: Item

    def act(self, what: ItemAct, who: ItemWho, said: str, at: datetime) -> None:
        """Move the item on."""
        actions.act(self.office.session, self.item.id, what, who, said, by=BY, now=at)


@pytest.fixture
def given(office: Office) -> Minutes:
    """The item, given out and accepted."""
    session, key, now = office.session, office.meeting.id, STARTS + timedelta(hours=2)
    _hold(office)
    minutes.draft(session, key, by=BY, now=now)
    wanted = NewItem("修好路灯", office.units["T1"], (office.units["HR"],), DUE, office.ids["C02"])
    item = actions.add(session, key, wanted, by=BY, now=now)
    minutes.issue(session, key, Printed("第1期", "张部长"), by=BY, now=now)
    made = Minutes(office, item)
    made.act(ItemAct.ACCEPT, ItemWho.OWNER, "", now)
    return made


def test_an_item_reported_in_the_last_moment_is_in_time(given: Minutes) -> None:
    """Only the leading unit is counted."""
    given.act(ItemAct.REPORT, ItemWho.OWNER, "已亮灯", NEW_YEAR - timedelta(seconds=1))
    told = _told(given.office)
    assert told.totals["meetings.items_on_time"] == Figure(1, 1)
    assert told.totals["meetings.items_done"] == Figure(1)
    assert not [one for one in told.shortfalls if one.noun == "项"]


def test_an_item_a_moment_late_is_overdue_in_december_for_ever(given: Minutes) -> None:
    """December tells it as overdue, also after it was done in January; January tells it as done."""
    before = _told(given.office)
    assert before.totals["meetings.items_on_time"] == Figure(0, 1)
    assert before.units[given.office.units["T1"]]["meetings.items_overdue"] == Figure(1)
    given.act(ItemAct.REPORT, ItemWho.OWNER, "已亮灯", NEW_YEAR)
    assert _told(given.office) == before
    january = _told(given.office, DateSpan(date(2027, 1, 1), date(2027, 1, 31)))
    assert january.totals == {"meetings.held": Figure(0), "meetings.items_done": Figure(1)}


def test_an_item_that_was_sent_back_is_not_done(given: Minutes) -> None:
    """What was reported and sent back before the end counts as open."""
    given.act(ItemAct.REPORT, ItemWho.OWNER, "已亮灯", NEW_YEAR - timedelta(hours=2))
    given.act(ItemAct.SEND_BACK, ItemWho.OFFICE, "缺照片", NEW_YEAR - timedelta(hours=1))
    told = _told(given.office)
    assert (told.totals["meetings.items_on_time"], told.totals["meetings.items_overdue"]) == (Figure(0, 1), Figure(1))


def test_an_item_due_today_is_neither_in_time_nor_late() -> None:
    """On its last day nothing is said of it."""
    reach = Reach.of(DECEMBER, NEW_YEAR - timedelta(seconds=1))
    assert by_unit(rules.of_tasks([Task(UnitId("a"), DUE, None)], DECEMBER, reach)) == {}
