"""What a circular tells of the fund: totals, never a unit, never an amount that could be one person's."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.clock import civil_date, instant_of
from djflow.core.sections import Figure, Section
from djflow.core.spans import DateSpan, Month
from djflow.db.session import Database
from djflow.fund import summary
from djflow.fund.cases.model import Act, CaseState, Who
from djflow.fund.figures import rules
from djflow.fund.figures.model import Paid
from tests.fund.books import CALENDAR
from tests.fund.running.town import Town, build


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    """A district with 10,000 yuan."""
    return build(database, tmp_path)


def _told(town: Town, span: DateSpan, now: datetime) -> Section:
    with town.database.reading() as session:
        (found,) = summary.sections(session, span, CALENDAR, now)
    return found


def test_a_case_is_told_in_the_months_of_its_steps(town: Town) -> None:
    """Handed in in November and paid in December: each month tells its own, and November stays what it was."""
    november = Month(2026, 11).span
    case = town.accepted()
    end = instant_of(date(2026, 12, 1))
    town.checked(case)
    early = _told(town, november, end)
    assert early.totals == {
        "fund.received": Figure(1),
        "fund.approved": Figure(0),
        "fund.paid": Figure(0),
        "fund.open": Figure(1),
    }
    assert early.lacking == (summary.WHOLE_ONLY, summary.NOTHING_PAID)
    town.say(case)
    town.close_lists()
    town.later(7)
    for _ in ("town", "review", "deputy"):
        town.say(case)
    assert civil_date(town.now) == date(2026, 12, 1)
    assert _told(town, november, town.now) == early


def test_what_is_paid_is_set_against_what_was_approved(town: Town) -> None:
    """One case is paid, another approved and still open: half of what could be paid; a single amount is not told."""
    town.paid("G1")
    waiting = town.decided("G4")
    span = DateSpan(date(2026, 11, 1), civil_date(town.now))
    told = _told(town, span, town.now + timedelta(days=1))
    assert told.totals["fund.payout"] == Figure(1, 2)
    assert told.totals["fund.approved"] == Figure(2)
    assert (told.units, told.notes, told.shortfalls) == ({}, (), ())
    assert told.totals["fund.days"].whole == 1
    town.request(waiting, Act.WITHDRAW, Who.APPLICANT)
    after = _told(town, span, town.now + timedelta(days=1))
    assert after.totals["fund.payout"] == Figure(1, 1)


def test_a_case_paid_on_the_last_day_belongs_to_it(town: Town) -> None:
    """A day more or less in the span decides whether it is told."""
    town.paid("G1")
    day = civil_date(town.now)
    later = town.now + timedelta(days=2)
    assert _told(town, DateSpan(day, day), later).totals["fund.paid"] == Figure(1)
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    assert _told(town, DateSpan(before, before), later).totals["fund.paid"] == Figure(0)
    assert _told(town, DateSpan(after, after), later).totals["fund.paid"] == Figure(0)


def _paid(start: date, last: date, amount_fen: int = 100_050) -> Paid:
    return Paid(instant_of(start), instant_of(last + timedelta(days=1)) - timedelta(seconds=1), amount_fen)


def test_the_day_of_handing_in_is_not_counted_and_days_off_are_not() -> None:
    """Over the holidays of October: handed in on 30 September, paid on 15 October, seven workdays."""
    assert rules.workdays_taken([_paid(date(2026, 9, 30), date(2026, 10, 15))], CALENDAR) == 7
    assert rules.workdays_taken([_paid(date(2026, 9, 30), date(2026, 9, 30))], CALENDAR) == 0


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), max_size=6))
def test_workdays_are_those_of_the_calendar(cases: list[tuple[int, int]]) -> None:
    """Counting all cases at once gives what counting each by itself gives."""
    first = date(2026, 1, 1)
    paid = [_paid(first + timedelta(days=a), first + timedelta(days=a + b)) for a, b in cases]
    alone = [CALENDAR.workdays_between(first + timedelta(days=a + 1), first + timedelta(days=a + b)) for a, b in cases]
    assert rules.workdays_taken(paid, CALENDAR) == sum(alone)


def test_money_is_told_from_five_cases_on() -> None:
    """Four amounts are kept back; five are one sum."""
    one = _paid(date(2026, 11, 2), date(2026, 11, 20))
    assert rules.notes([one] * 4) == ()
    assert rules.notes([one] * 5) == ("本期拨付帮扶资金5002.50元，惠及5件申请。",)


def test_rejected_and_withdrawn_cases_wait_for_no_money() -> None:
    """What has ended without money is not held against the fund."""
    states = {CaseState.REJECTED: 3, CaseState.WITHDRAWN: 2, CaseState.SENT: 1, CaseState.CHECKING: 4}
    found = rules.totals({}, states, (), CALENDAR)
    assert (found["fund.payout"], found["fund.open"]) == (Figure(0, 1), Figure(5))
