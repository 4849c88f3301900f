"""The table of a posting's way: complete, without dead ends, and its dates."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.postings import rules
from djflow.dispatch.postings.leave import rules as leave_rules
from djflow.dispatch.postings.leave.model import Grantor, Leave, LeaveId, LeaveState
from djflow.dispatch.postings.model import (
    OPEN,
    POSTING_WORDS,
    Act,
    Posting,
    PostingId,
    PostingState,
    RecallReason,
)
from djflow.dispatch.postings.months import rules as month_rules
from djflow.dispatch.postings.months.model import Light, ServiceMonth
from djflow.dispatch.postings.reviews import rules as review_rules
from djflow.dispatch.postings.reviews.model import Grade
from djflow.dispatch.postings.transitions import BY_STATE_AND_ACT, LIMIT_OF, TRANSITIONS
from tests.dispatch.posted import CALENDAR, FIRST, LAST, RURAL, TASKFORCE, District, at


def posting(state: PostingState = PostingState.ON_DUTY, span: DateSpan | None = None) -> Posting:
    """Return a posting in a state."""
    days = span or DateSpan(FIRST, LAST)
    district = District({"G1": PersonId("p")}, {"D1": UnitId("h"), "T1": UnitId("t")})
    new = district.new(span=days)
    return Posting(PostingId("x"), new, state, at("2026-12-01"), days, days.last, reported_on=date(2026, 12, 2))


def test_every_open_state_leads_on_and_every_ended_one_to_the_archive() -> None:
    """No posting can be stuck: from each state but the archive and the cancelled ones an act leads on."""
    dead = {state for state in PostingState if not any(row.state is state for row in TRANSITIONS)}
    assert dead == {PostingState.ARCHIVED, PostingState.CANCELLED}
    assert len(BY_STATE_AND_ACT) == len(TRANSITIONS)
    assert set(POSTING_WORDS) == set(PostingState)
    assert set(LIMIT_OF) == set(OPEN) | {PostingState.RETURNED, PostingState.RECALLED}
    assert {row.act for row in TRANSITIONS} == set(Act)


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (PostingState.APPOINTED, date(2026, 12, 1)),
        (PostingState.TALKED, date(2026, 12, 8)),
        (PostingState.REPORTED, date(2026, 12, 7)),  # three workdays after Wednesday
        (PostingState.ON_DUTY, date(2027, 12, 1)),
        (PostingState.MIDTERM_DONE, date(2028, 10, 31)),
        (PostingState.FINAL_REVIEW, LAST),
        (PostingState.RETURNED, date(2026, 12, 31)),
        (PostingState.CANCELLED, None),
    ],
)
def test_when_each_step_is_due(state: PostingState, due: date | None) -> None:
    """Report within seven days, be confirmed within three workdays, the middle at half, the end thirty days before."""
    assert rules.due_on(posting(state), RURAL, CALENDAR) == due


def test_a_kind_without_middle_waits_for_its_end() -> None:
    """A task force has no review in the middle: on duty it waits for the final one."""
    force = posting(span=DateSpan(FIRST, date(2027, 2, 28)))
    assert rules.due_on(force, TASKFORCE, CALENDAR) == date(2027, 1, 29)


@pytest.mark.parametrize(
    ("until", "today", "words"),
    [
        (date(2027, 2, 28), date(2026, 12, 5), "原期满日"),
        (date(2027, 6, 1), date(2026, 12, 5), "最长 6 个月，最晚到 2027-05-31"),
        (date(2027, 5, 31), date(2027, 1, 29), ""),
        (date(2027, 5, 31), date(2027, 1, 30), "最晚 2027-01-29 提出"),
    ],
)
def test_a_task_force_lasts_longer_only_when_asked_in_time(until: date, today: date, words: str) -> None:
    """Beyond three months the approval is asked for a month ahead, and six months are the most."""
    force = posting(span=DateSpan(FIRST, date(2027, 2, 28)))
    found = "".join(rules.extension_faults(force, until, TASKFORCE, today))
    assert (words in found) if words else not found


@given(st.dates(date(2026, 1, 31), date(2030, 1, 1)), st.integers(1, 60))
def test_months_later_never_leaves_the_month(day: date, months: int) -> None:
    """A term of so many months ends before the same day of its last month."""
    later = rules.months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and Month.of(later).last == later)


def test_a_month_asks_for_its_share() -> None:
    """Twenty days a month; half a month asks for half; workdays of granted leave count as served."""
    asked, december = RURAL.attendance, Month(2026, 12)
    leave = DateSpan(date(2026, 12, 11), date(2026, 12, 14))  # Friday to Monday
    assert month_rules.required(DateSpan(FIRST, LAST), december, (), asked, CALENDAR) == 20
    assert month_rules.required(DateSpan(date(2026, 12, 17), LAST), december, (), asked, CALENDAR) == 9
    assert month_rules.required(DateSpan(FIRST, LAST), december, (leave,), asked, CALENDAR) == 18
    assert month_rules.required(DateSpan(FIRST, LAST), Month(2026, 11), (), asked, CALENDAR) == 0


def test_two_short_months_of_a_year_propose_a_recall() -> None:
    """The first short month is yellow, the second of the year red; a new year counts anew."""
    days = {Month(2026, 12): 12, Month(2027, 1): 10, Month(2027, 2): 20, Month(2027, 3): 11, Month(2027, 4): None}
    months = [ServiceMonth(PostingId("x"), month, at("2027-05-01"), 20, days=count) for month, count in days.items()]
    lights = month_rules.lights(months, RURAL.attendance)
    assert list(lights.values()) == [Light.YELLOW, Light.YELLOW, Light.GREEN, Light.RED, Light.GREY]
    assert month_rules.recall_causes(months, (), RURAL.attendance, 2027) == (RecallReason.ATTENDANCE,)
    assert month_rules.recall_causes(months, (), RURAL.attendance, 2026) == ()


@pytest.mark.parametrize(
    ("absences", "most"),
    [(0, Grade.EXCELLENT), (1, Grade.COMPETENT), (2, Grade.BASIC), (3, Grade.INCOMPETENT), (7, Grade.INCOMPETENT)],
)
def test_failed_checks_cap_the_grade(absences: int, most: Grade) -> None:
    """Once is not excellent, twice only basically competent, three times incompetent."""
    assert review_rules.ceiling(absences, RURAL.attendance) is most
    assert review_rules.best(Grade.EXCELLENT, most) is most
    assert review_rules.best(Grade.INCOMPETENT, most) is Grade.INCOMPETENT
    assert not review_rules.grade_faults(most, absences, RURAL.attendance)


def test_the_share_of_excellent_is_rounded_down_but_never_none() -> None:
    """Of nineteen reviewed together three may be excellent, of two one."""
    assert review_rules.excellent_places(19, RURAL.attendance) == 3
    assert review_rules.excellent_places(2, RURAL.attendance) == 1


def test_long_leave_cannot_be_asked_in_pieces() -> None:
    """Three days are the host's to grant; three more right after them are the department's."""

    def leave(first: int, last: int, state: LeaveState = LeaveState.GRANTED) -> Leave:
        span = DateSpan(date(2026, 12, first), date(2026, 12, last))
        return Leave(LeaveId("l"), PostingId("x"), span, state, Grantor.HOST, at("2026-12-01"))

    wish = DateSpan(date(2026, 12, 10), date(2026, 12, 12))
    assert leave_rules.grantor(wish, (), 3) is Grantor.HOST
    assert leave_rules.grantor(wish, (leave(7, 9),), 3) is Grantor.OFFICE
    assert leave_rules.grantor(wish, (leave(13, 13),), 3) is Grantor.OFFICE
    assert leave_rules.grantor(wish, (leave(7, 9, LeaveState.REFUSED), leave(14, 16)), 3) is Grantor.HOST
    assert leave_rules.grantor(replace(wish, last=date(2026, 12, 13)), (), 3) is Grantor.OFFICE


def test_which_warning_is_in_force() -> None:
    """Sixty, thirty and seven days before the end a warning comes into force; after the end there is none."""
    last = DateSpan(FIRST, date(2027, 2, 28))

    def warned(day: date) -> int | None:
        return rules.end_warnings(posting(span=last), TASKFORCE, day)

    assert [warned(date(2026, 12, 29)), warned(date(2026, 12, 30)), warned(date(2027, 1, 29))] == [None, 60, 30]
    assert [warned(date(2027, 2, 21)), warned(date(2027, 2, 28)), warned(date(2027, 3, 1))] == [7, 7, None]
