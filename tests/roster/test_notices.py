"""Who is told what: reminders in their slots, changes only to whom they concern."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.clock import instant_of
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify.model import Intent, NoticeKind
from djflow.roster.notices import Timing, Wording, change_intents, reminder_intents, slots_of
from djflow.roster.record import Duty, Kept, cancelled, difference
from tests.roster.district import CODES, MONTH, kept, session_of

IDS = {code: PersonId(f"person-{code}") for code in CODES}
WORDING = Wording({person: f"甲{code}" for code, person in IDS.items()})
TIMING = Timing(3, time(9, 30), time(16, 0), timedelta(hours=2))
MONTH_SUBJECT = Subject("roster.month", str(MONTH))


def _reminded(at: datetime) -> set[tuple[str, str]]:
    return {(str(i.recipient), i.slot) for i in reminder_intents(kept(IDS), WORDING, TIMING, now=at)}


@pytest.mark.parametrize(
    ("at", "slot"),
    [
        ("2026-11-28T09:29:00+08:00", None),
        ("2026-11-28T09:30:00+08:00", "T-3d"),
        ("2026-11-30T15:59:00+08:00", "T-3d"),
        ("2026-11-30T16:00:00+08:00", "T-1d"),
        ("2026-12-01T06:59:00+08:00", "T-1d"),
        ("2026-12-01T07:00:00+08:00", "T-2h"),
        ("2026-12-01T08:59:00+08:00", "T-2h"),
        ("2026-12-01T09:00:00+08:00", None),
    ],
)
def test_a_duty_is_reminded_three_times(at: str, slot: str | None) -> None:
    """A 09:00 duty on 1 December is reminded three days before, the eve at 16:00, two hours before, never after."""
    found = {s for person, s in _reminded(datetime.fromisoformat(at)) if person == IDS["A01"]}
    assert found == ({slot} if slot else set())


def test_standby_people_are_reminded_on_the_eve_only() -> None:
    """Who stands by hears of it once, on the eve."""
    slots = {"2026-11-29T10:00:00+08:00": False, "2026-11-30T17:00:00+08:00": True, "2026-12-01T07:30:00+08:00": False}
    for at, expected in slots.items():
        reminded = {person for person, _ in _reminded(datetime.fromisoformat(at))}
        assert (IDS["A02"] in reminded) is expected


def test_reminders_say_name_time_place_and_leader_only() -> None:
    """A reminder holds what the text needs and nothing personal beyond the names."""
    intents = reminder_intents(kept(IDS), WORDING, TIMING, now=datetime.fromisoformat("2026-11-30T17:00:00+08:00"))
    told = next(i for i in intents if i.recipient == IDS["C02"])
    assert told.values == {
        "name": "甲C02",
        "date": "12月1日周二",
        "time": "09:00",
        "market": "大仓",
        "place": "集镇街口",
        "leader": "甲A01",
        "post": "综合受理",
    }


@given(st.integers(0, 31 * 24 * 60))
def test_slots_never_overlap(minutes: int) -> None:
    """At any moment at most one slot of a session is open, so nobody is reminded twice."""
    at = instant_of(MONTH.first) + timedelta(minutes=minutes)
    for number in (1, 8):
        slots = slots_of(session_of("dacang", number).plan, TIMING)
        assert sum(slot.due_at <= at < slot.expires_at for slot in slots) <= 1


def _changes(before: Kept | None, after: Kept) -> tuple[Intent, ...]:
    return change_intents(MONTH_SUBJECT, 2, before, after, WORDING, now=datetime(2026, 11, 20, tzinfo=UTC))


def test_one_message_holds_everything_new_and_everything_gone() -> None:
    """Who changes from one session to another gets one message that names both."""
    before = kept(IDS)
    moved = tuple(
        replace(d, person=IDS["C03"])
        if (d.event, d.post) == ("dacang@2026-12-01", "综合受理")
        else replace(d, person=IDS["C02"])
        if d.person == IDS["A03"]
        else d
        for d in before.duties
    )
    intents = {i.recipient: i for i in _changes(before, replace(before, duties=moved))}
    assert set(intents) == {IDS["C02"], IDS["C03"], IDS["A03"]}
    assert intents[IDS["C02"]].values == {
        "name": "甲C02",
        "added": "12月8日周二09:00大仓（综合受理）",
        "removed": "12月1日周二09:00大仓（综合受理）",
    }
    assert intents[IDS["A03"]].kind is NoticeKind.DUTY_REMOVED


def test_what_lies_in_the_past_is_not_told() -> None:
    """Nobody hears in January of a December duty that was changed."""
    after = replace(kept(IDS), duties=())
    late = datetime(2027, 1, 2, tzinfo=UTC)
    assert change_intents(MONTH_SUBJECT, 2, kept(IDS), after, WORDING, now=late) == ()


def test_a_roster_published_late_tells_of_what_is_to_come() -> None:
    """Published in the middle of the month, nobody is told of a session that has begun or is over."""
    late = datetime.fromisoformat("2026-12-08T09:00:00+08:00")
    intents = change_intents(MONTH_SUBJECT, 1, None, kept(IDS), WORDING, now=late)
    assert {i.recipient for i in intents} == {d.person for d in kept(IDS).duties if d.event == "longjie@2026-12-26"}
    assert all("12月26日" in i.values["added"] and "12月1日" not in i.values["added"] for i in intents)


def test_a_closure_names_its_notice() -> None:
    """People of a cancelled session get the closure text, not a silent removal."""
    after = cancelled(kept(IDS), "longjie@2026-12-26", "因防汛，原定12月26日龙街的赶场服务取消")
    (intent,) = _changes(kept(IDS), after)
    assert (intent.kind, intent.recipient, intent.text) == (NoticeKind.CLOSURE, IDS["C01"], "sms/closure")
    assert intent.values["notice"].startswith("因防汛")


_PEOPLE = st.sampled_from(sorted(IDS.values()))
_PLACES = st.sampled_from(["dacang@2026-12-01", "dacang@2026-12-08", "longjie@2026-12-26"])
_DUTIES = st.frozensets(st.builds(Duty, event=_PLACES, post=st.sampled_from(["带队领导", "综合受理"]), person=_PEOPLE))


@given(_DUTIES, _DUTIES)
def test_exactly_the_people_with_a_difference_are_told(before: Iterable[Duty], after: Iterable[Duty]) -> None:
    """Whatever changes, everybody concerned gets one message and nobody else any."""
    old, new = (replace(kept(IDS), duties=tuple(sorted(duties))) for duties in (before, after))
    changes = difference(old, new)
    concerned = {duty.person for duty in (*changes.added, *changes.removed)}
    recipients = [intent.recipient for intent in _changes(old, new)]
    assert set(recipients) == concerned
    assert len(recipients) == len(concerned)
    assert len({intent.key for intent in _changes(old, new)}) == len(recipients)
