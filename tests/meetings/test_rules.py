"""Dates, names, lights and the two machines, without a database."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import instant_of
from djflow.core.errors import ConflictError, DjflowError, InputError
from djflow.core.ids import UnitId
from djflow.meetings import rules
from djflow.meetings.actions.model import Item, ItemAct, ItemId, ItemState, ItemWho, Light, NewItem
from djflow.meetings.actions.rules import light
from djflow.meetings.actions.transitions import ITEM_TRANSITIONS, item_transition
from djflow.meetings.model import (
    OVER,
    Act,
    Clocks,
    Frequency,
    Meeting,
    MeetingId,
    MeetingState,
    NewMeeting,
    Who,
)
from djflow.meetings.transitions import TRANSITIONS, Facts, require_guard, require_may, transition_of
from tests.meetings.held import STARTS, new

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
CALENDAR = WorkCalendar()


def test_everything_is_counted_from_the_day_of_the_meeting() -> None:
    """Topics 15 days, the list 7, the notice 5, replies 2 workdays before; minutes 3 and 7 workdays after."""
    times = rules.times_of(new(), Clocks(), CALENDAR)
    assert (times.topics_by, times.approve_by) == (date(2026, 11, 25), date(2026, 12, 1))
    assert (times.notice_by, times.reply_by) == (date(2026, 12, 3), date(2026, 12, 8))
    assert (times.minutes_draft_by, times.minutes_signed_by) == (date(2026, 12, 15), date(2026, 12, 21))
    assert times.eve_at == instant_of(date(2026, 12, 9), time(16))
    assert times.shortly_at == STARTS - timedelta(hours=2)


@pytest.mark.parametrize(
    ("frequency", "day"),
    [
        (Frequency.QUARTERLY, date(2026, 12, 10)),
        (Frequency.MONTHLY, date(2026, 12, 10)),
        (Frequency.HALF_YEARLY, date(2026, 12, 10)),
        (Frequency.NONE, None),
    ],
)
def test_a_regular_meeting_has_its_day(frequency: Frequency, day: date | None) -> None:
    """It is the first workday from the tenth on of the period's last month, far enough away to call for topics."""
    assert rules.next_day(frequency, date(2026, 11, 18), CALENDAR, ahead=20) == day


def test_a_quarter_that_is_too_near_is_left_to_the_next() -> None:
    """Nobody is asked for topics after the day they were due."""
    assert rules.next_day(Frequency.QUARTERLY, date(2026, 12, 1), CALENDAR, ahead=20) == date(2027, 3, 10)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (new(starts_at=NOW - timedelta(hours=1)), "已经过去"),
        (new(starts_at=NOW + timedelta(days=500)), "请核对年份"),
        (new(title="长" * 41), "最多 40 个"),
        (new(title="  "), "会议名称"),
        (NewMeeting("k", new().kind, "会", "室", STARTS, STARTS, "部长"), "结束时间"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words(plan: NewMeeting, words: str) -> None:
    """A meeting in the past, of a wrong year, without end, without a name or with one nobody can print."""
    with pytest.raises(InputError, match=words):
        rules.require_plan(plan, now=NOW)


def item(state: ItemState = ItemState.ACCEPTED) -> Item:
    """Return an item due on 20 January 2027."""
    what = NewItem("办好", UnitId("u"), (), date(2027, 1, 20))
    return Item(ItemId("i"), MeetingId("m"), 1, what, state, NOW, 0, 0)


@pytest.mark.parametrize(
    ("today", "colour"),
    [
        (date(2027, 1, 14), Light.GREEN),
        (date(2027, 1, 15), Light.YELLOW),
        (date(2027, 1, 19), Light.YELLOW),
        (date(2027, 1, 20), Light.RED),
        (date(2027, 2, 1), Light.RED),
    ],
)
def test_the_light_follows_from_the_due_date(today: date, colour: Light) -> None:
    """Yellow from three workdays before, red on the day; whoever reported is green again."""
    assert light(item(), today, CALENDAR, warn_workdays=3) is colour
    assert light(item(ItemState.REPORTED), today, CALENDAR, warn_workdays=3) is Light.GREEN


def test_every_state_is_reached_and_only_ends_lead_nowhere() -> None:
    """Of the way of a meeting, nothing hangs in the air."""
    assert {row.then for row in TRANSITIONS} == set(MeetingState)
    assert set(MeetingState) - {row.state for row in TRANSITIONS} == OVER
    assert {row.then for row in ITEM_TRANSITIONS} | {ItemState.ASSIGNED} == set(ItemState)


FACTS = st.builds(
    Facts,
    no_topics=st.sampled_from(["", "没有议题。"]),
    uninvited=st.sampled_from(["", "没有参会人。"]),
    no_quorum=st.sampled_from(["", "全部请假。"]),
    incomplete=st.sampled_from(["", "没有负责人。"]),
    items=st.integers(0, 2),
    open_items=st.integers(0, 2),
    topics_fixed=st.booleans(),
)


@given(st.lists(st.tuples(st.sampled_from(list(Act)), st.sampled_from(list(Who)), FACTS), max_size=30))
def test_no_order_of_acts_leads_astray(acts: list[tuple[Act, Who, Facts]]) -> None:
    """Whatever is tried, no meeting is noticed before its topics, issued before being held, or moved after its end."""
    meeting = Meeting(MeetingId("m"), new(), MeetingState.TOPIC_CALL, NOW, 1, topics_fixed=False, version=0)
    trail = [meeting.state]
    for act, who, facts in acts:
        try:
            row = transition_of(meeting, act)
            require_may(row, who)
            require_guard(row, facts)
        except DjflowError:
            continue
        assert meeting.state not in OVER
        meeting = Meeting(MeetingId("m"), new(), row.then, NOW, 1, topics_fixed=False, version=0)
        trail.append(row.then)
    seen = {state: trail.index(state) for state in trail}
    for earlier, later in (
        (MeetingState.TOPICS_FIXED, MeetingState.NOTICED),
        (MeetingState.NOTICED, MeetingState.HELD),
        (MeetingState.HELD, MeetingState.MINUTES_ISSUED),
    ):
        if later in seen:
            assert seen[earlier] < seen[later] or MeetingState.POSTPONED in seen


def test_an_owner_cannot_strike_off_the_own_item() -> None:
    """Verifying and striking off is the office's."""
    with pytest.raises(DjflowError, match="您的身份"):
        item_transition(item(ItemState.VERIFIED), ItemAct.STRIKE_OFF, ItemWho.OWNER)
    with pytest.raises(ConflictError, match="已签收"):
        item_transition(item(), ItemAct.STRIKE_OFF, ItemWho.OFFICE)
