"""A meeting under any sequence of acts: who is told of a change, who is away for it, where it stands, are as they must.

The model beside it keeps its own account of who heard of which date. Source: the rule in the manual of meetings.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from djflow.approvals.chains import service as chains
from djflow.assembly import House
from djflow.assembly import meetings as acts
from djflow.core.clock import FixedClock
from djflow.core.errors import DjflowError
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.meetings import service
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import ItemAct, ItemState, NewItem
from djflow.meetings.actions.transitions import BY_ITEM_STATE_AND_ACT
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import NewSeat, Reply, Seat, Wish
from djflow.meetings.minutes import service as minutes
from djflow.meetings.model import Act, Level, MeetingKind, MeetingState, NewMeeting, NewTopic, Who
from djflow.meetings.service import Arrangement
from djflow.meetings.transitions import BY_STATE_AND_ACT
from djflow.notify import service as notify
from djflow.people import service as people
from djflow.people.model import AbsenceKind
from tests.assembly.test_meetings import BY
from tests.assembly.test_meetings_whole import person

S = MeetingState
UNITS = {"HR": ("A01", "A02", "A04"), "LAW": ("B01", "B02", "B03"), "T1": ("C01", "C03", "C02")}
"""Of each unit whoever leads it, whoever may come instead, the liaison."""
EARLY = frozenset({S.TOPIC_CALL, S.TOPICS_FIXED})
_numbers = count(1)


@dataclass
class Chair:
    """The model's seat: who is invited, how it was answered, who comes instead."""

    person: str
    liaison: str
    reply: Reply = Reply.PENDING
    granted: bool | None = None
    substitute: str = ""

    @property
    def coming(self) -> str:
        """Who is to come, empty for nobody."""
        if self.granted and self.reply in {Reply.LEAVE, Reply.SUBSTITUTE}:
            return self.substitute if self.reply is Reply.SUBSTITUTE else ""
        return self.person

    def answered_anew(self) -> None:
        """Forget the answer."""
        self.reply, self.granted, self.substitute = Reply.PENDING, None, ""


class Life(RuleBasedStateMachine):
    """A meeting beside a model of its state, seats, and of who heard of which of its dates."""

    house: House
    ids: dict[str, PersonId]
    units: dict[str, UnitId]

    @initialize(far=st.sampled_from([2, 2, 2, 1, 0]))
    def plan(self, far: int) -> None:
        """Plan a meeting of the three units in a room of its own and call liaisons; most go on to the notice."""
        number = next(_numbers)
        usual = acts.usual(self.house, MeetingKind.PROMOTION, date(2026, 12, 10), f"m{number}")
        self.new: NewMeeting = replace(usual, place=f"{number}号会议室")
        self.id = acts.plan(self.house, self.new, by=BY).id
        self.state, self.round, self.fixed, self.days = S.TOPIC_CALL, 1, False, 0
        self.chairs = {unit: Chair(principal, liaison) for unit, (principal, _, liaison) in UNITS.items()}
        self.heard: dict[int, set[str]] = {1: {one.liaison for one in self.chairs.values()}}
        self.instead: dict[int, set[str]] = {1: set()}
        self.seen = self.told()
        assert {code for code, _ in self.seen} == self.heard[1]
        self.items: dict[str, ItemState] = {}
        for step in (self.fix, self.notify)[:far]:
            step()

    def told(self) -> set[tuple[str, str]]:
        """Return who was told what about the meeting; nobody was told the same twice."""
        codes = {person: code for code, person in self.ids.items()}
        with self.house.reading() as session:
            found = notify.told_about(session, service.meeting(session, self.id).subject)
        rows = [(codes[PersonId(one)], slot) for one, slot in found]
        assert len(rows) == len(set(rows))
        return set(rows)

    def newly(self) -> set[str]:
        """Return who was told something since the last look."""
        now = self.told()
        fresh, self.seen = now - self.seen, now
        return {code for code, _ in fresh}

    def did(self, allowed: bool, made: Callable[[], object]) -> bool:  # noqa: FBT001 - the model's verdict comes first
        """Do an act, a minute after the one before, and check that it goes through exactly when the model allows it."""
        self.house = replace(self.house, clock=FixedClock(self.house.now() + timedelta(minutes=1)))
        try:
            made()
        except DjflowError:
            assert not allowed, f"{self.state}: refused"
            assert self.newly() == set()
            return False
        assert allowed, f"{self.state}: done"
        return True

    def may(self, act: Act) -> bool:
        """Return whether the table knows the act from here."""
        return (self.state, act) in BY_STATE_AND_ACT

    def seat(self, unit: str) -> Seat:
        """Return a unit's seat."""
        with self.house.reading() as session:
            found = invitations.seats(session, self.id)
        return next(one for one in found if one.new.unit == self.units[unit])

    @rule()
    def fix(self) -> None:
        """Hand in a topic and have the list approved."""

        def made() -> None:
            with self.house.transaction() as session:
                now, new = self.house.now(), NewTopic(self.units["HR"], "赶场服务")
                handed = service.hand_in(session, self.id, new, None, by=BY, now=now)
                service.arrange(session, self.id, Arrangement((handed.id,)), by=BY, now=now)
                service.fix_topics(session, self.id, by=BY, now=now)

        if self.did(self.state is S.TOPIC_CALL, made):
            self.state, self.fixed = S.TOPICS_FIXED, True

    @rule()
    def notify(self) -> None:
        """Send the notice: everybody invited and every liaison hears of it; twice is once."""
        allowed = self.state is S.NOTICED or (self.state is S.TOPICS_FIXED and bool(self.chairs))
        fresh = self.state is S.TOPICS_FIXED
        if self.did(allowed, lambda: acts.send_notice(self.house, self.id, Who.OFFICE, by=BY)):
            everybody = {one for chair in self.chairs.values() for one in (chair.person, chair.liaison)}
            assert self.newly() == (everybody if fresh else set())
            self.state = S.NOTICED
            self.heard[self.round] |= everybody

    @precondition(lambda self: bool(self.chairs))
    @rule(data=st.data(), wish=st.sampled_from([Reply.ATTEND, Reply.SUBSTITUTE, Reply.LEAVE]))
    def reply(self, data: st.DataObject, wish: Reply) -> None:
        """Answer for a unit; what a principal asks for waits, and a substitute who need not come is told so."""
        unit = data.draw(st.sampled_from(sorted(self.chairs)))
        chair = self.chairs[unit]
        other = UNITS[unit][1] if chair.person != UNITS[unit][1] else UNITS[unit][0]
        substitute = other if wish is Reply.SUBSTITUTE else ""
        given = Wish(wish, "出差", self.ids[substitute] if substitute else None)
        if self.did(self.state is S.NOTICED, lambda: acts.reply(self.house, self.seat(unit).id, given, by=BY)):
            before = chair.coming
            same = (chair.reply, chair.substitute) == (wish, substitute) and chair.granted is not False
            if not same:
                chair.reply, chair.granted, chair.substitute = wish, None, substitute
            self.swapped(chair, before, set())

    @precondition(lambda self: bool(self.chairs))
    @rule(data=st.data(), granted=st.booleans())
    def grant(self, data: st.DataObject, granted: bool) -> None:  # noqa: FBT001 - drawn by name
        """Agree or not to what waits: the principal and the liaison hear of it, a substitute is called."""
        unit = data.draw(st.sampled_from(sorted(self.chairs)))
        chair = self.chairs[unit]
        asked = chair.reply in {Reply.SUBSTITUTE, Reply.LEAVE} and chair.granted is None
        again = chair.granted is granted
        seat = self.seat(unit)
        if self.did(
            again or (asked and self.state is S.NOTICED),
            lambda: acts.grant(self.house, seat.id, granted=granted, by=BY),
        ):
            before, chair.granted = chair.coming, granted
            self.swapped(chair, before, {chair.person, chair.liaison} if not again else set())

    def swapped(self, chair: Chair, before: str, told: set[str]) -> None:
        """Check who heard when a substitute was called or released."""
        was = before if before not in {"", chair.person} else ""
        now = chair.coming if chair.coming not in {"", chair.person} else ""
        if was != now:
            told = told | {one for one in (was, now) if one}
            self.instead[self.round] -= {was}
            self.instead[self.round] |= {now} - {""}
        assert self.newly() == told

    @precondition(lambda self: bool(self.chairs))
    @rule(data=st.data(), place=st.sampled_from([0, 1]))
    def invite(self, data: st.DataObject, place: int) -> None:
        """Invite somebody else of the unit, before the notice only; nobody is told yet."""
        unit = data.draw(st.sampled_from(sorted(self.chairs)))
        code = UNITS[unit][place]

        def made() -> None:
            with self.house.transaction() as session:
                seat = self.seat(unit).id
                invitations.invite(session, seat, self.ids[code], None, by=BY, now=self.house.now())

        if self.did(self.state in EARLY, made):
            self.chairs[unit].person = code
            assert self.newly() == set()

    @rule(unit=st.sampled_from(sorted(UNITS)))
    def drop_or_add(self, unit: str) -> None:
        """Take a unit off the meeting, or put one back, before the notice only; nobody is told yet."""
        principal, _, liaison = UNITS[unit]

        def made() -> None:
            with self.house.transaction() as session:
                now = self.house.now()
                if unit in self.chairs:
                    invitations.drop(session, self.seat(unit).id, by=BY, now=now)
                else:
                    new = NewSeat(self.units[unit], Level.PRINCIPAL, self.ids[principal], self.ids[liaison])
                    invitations.seat_units(session, self.id, [new], by=BY, now=now)

        if self.did(self.state in EARLY, made):
            if self.chairs.pop(unit, None) is None:
                self.chairs[unit] = Chair(principal, liaison)
            assert self.newly() == set()

    @rule()
    def postpone(self) -> None:
        """Put off: exactly those who were told of the date hear of it; twice is once."""
        put_off = self.state is S.POSTPONED
        allowed = put_off or self.may(Act.POSTPONE)
        if self.did(allowed, lambda: acts.postpone(self.house, self.id, "防汛", by=BY)):
            expected = set() if put_off else self.heard[self.round] | self.instead[self.round]
            assert self.newly() == expected
            self.state = S.POSTPONED

    @rule()
    def reschedule(self) -> None:
        """Another date: everybody is asked anew; liaisons are called again while topics are open."""
        self.days += 1
        starts = self.new.starts_at + timedelta(days=self.days)
        moved = replace(self.new, starts_at=starts, ends_at=starts + timedelta(hours=2))
        if self.did(self.state is S.POSTPONED, lambda: acts.reschedule(self.house, self.id, moved, by=BY)):
            self.round += 1
            self.state = S.TOPICS_FIXED if self.fixed else S.TOPIC_CALL
            called = set() if self.fixed else {one.liaison for one in self.chairs.values()}
            self.heard[self.round], self.instead[self.round] = called, set()
            assert self.newly() == called
            for chair in self.chairs.values():
                chair.answered_anew()

    @rule(sure=st.integers(0, 4))
    def cancel(self, sure: int) -> None:
        """Give up: once noticed whoever heard of the date and was not let off, else whoever ever heard."""
        if sure < 4:  # a life that is over too soon shows little
            return
        over = self.state is S.CANCELLED
        if self.did(over or self.may(Act.CANCEL), lambda: acts.cancel(self.house, self.id, "不开了", by=BY)):
            expected = set[str]()
            if self.state is S.NOTICED:
                off = {chair.person for chair in self.chairs.values() if not chair.coming}
                expected = (self.heard[self.round] | self.instead[self.round]) - off
            elif not over:
                expected = set().union(*self.heard.values(), *self.instead.values())
            assert self.newly() == expected
            self.state = S.CANCELLED

    @precondition(lambda self: self.state is S.NOTICED and any(one.coming for one in self.chairs.values()))
    @rule()
    def hold(self) -> None:
        """Hold the meeting and write two matters into its minutes, issued on paper."""
        later = self.house.now() + timedelta(days=60 + self.days)
        with self.house.transaction() as session:
            invitations.hold(session, self.id, Who.CLOCK, by=BY, now=later)
            minutes.draft(session, self.id, by=BY, now=later)
            for number in (1, 2):
                due = date(2027, 6, 30)
                new = NewItem(f"事项{number}", self.units["T1"], (), due, self.ids["C02"])
                self.items[actions.add(session, self.id, new, by=BY, now=later).id] = ItemState.ASSIGNED
        acts.issue_minutes(self.house, self.id, "张部长", by=BY)
        assert self.newly() == set()
        self.state = S.TRACKING

    @precondition(lambda self: bool(self.items))
    @rule(data=st.data(), what=st.sampled_from(list(ItemAct)))
    def act_on_item(self, data: st.DataObject, what: ItemAct) -> None:
        """Owner and office move matters on as the table says; the last strike-off closes the meeting."""
        key = data.draw(st.sampled_from(sorted(self.items)))
        row = BY_ITEM_STATE_AND_ACT.get((self.items[key], what))
        office = what in {ItemAct.VERIFY, ItemAct.SEND_BACK, ItemAct.STRIKE_OFF}
        person = None if office else self.ids["C02"]
        allowed = row is not None and self.state is S.TRACKING
        if self.did(allowed, lambda: acts.act_on_item(self.house, key, what, person, "如此", by=BY)) and row:
            self.items[key] = row.then
            if set(self.items.values()) == {ItemState.STRUCK_OFF}:
                self.state = S.CLOSED

    @invariant()
    def is_as_the_model_says(self) -> None:
        """State, round, seats and absences agree: away is who comes to a meeting in force, and nobody else."""
        if not hasattr(self, "id"):
            return
        codes = {person: code for code, person in self.ids.items()}
        with self.house.reading() as session:
            found = service.meeting(session, self.id)
            seats = invitations.seats(session, self.id)
            all_days = DateSpan(date(2026, 12, 1), date(2027, 3, 1))
            away = [
                one
                for one in people.absences(session, all_days)
                if one.entry.kind is AbsenceKind.MEETING and one.entry.origin == found.subject
            ]
        assert (found.state, found.round) == (self.state, self.round)
        assert {codes[one.new.person] for one in seats if one.new.person} == {
            one.person for one in self.chairs.values()
        }
        in_force = self.state not in {*EARLY, S.POSTPONED, S.CANCELLED}
        coming = sorted(one.coming for one in self.chairs.values() if one.coming) if in_force else []
        assert sorted(codes[one.entry.person_id] for one in away) == coming
        assert all(found.new.starts_at.date() in one.entry.span for one in away)


def test_a_meeting_does_what_the_model_says(house: House, ids: dict[str, PersonId]) -> None:
    """Nobody is told twice, nobody who was told of a date is missed, nobody hears who was never told before."""
    now = house.now()
    with house.transaction() as session:
        chains.publish(session, house.settings.approvals.versions, by="config", now=now)
        entries = [person(codes[1], unit, leads=True) for unit, codes in UNITS.items()]
        people.put_people(session, entries, by=BY, now=now)
        units = {unit.code: unit.id for unit in people.units(session)}
    liaisons = {unit: codes[2] for unit, codes in UNITS.items()}
    configured = house.settings.meetings.model_copy(update={"liaisons": liaisons})

    class Here(Life):
        """A life in this house."""

    Here.house = replace(house, settings=replace(house.settings, meetings=configured))
    Here.ids, Here.units = ids, units
    run_state_machine_as_test(Here, settings=settings(max_examples=10, stateful_step_count=20, deadline=None))
