"""What stands against a meeting's room and people: other meetings, market duty, leave, postings; whom to send instead.

A taken room stops a meeting; people are only warned of, since a duty can be handed over and a leave may end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from djflow.core.clock import civil_date, instant_of
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan, Month
from djflow.meetings import rules as meeting_rules
from djflow.meetings import service as meetings
from djflow.meetings.conflicts import rules
from djflow.meetings.conflicts.model import Engagement
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import NewSeat, Seat, SeatId
from djflow.meetings.model import LIVE, Meeting, MeetingId, NewMeeting
from djflow.people import service as people
from djflow.people.model import AbsenceKind, PersonCard
from djflow.roster import service as rosters
from djflow.roster.views import DutyKind

_AWAY: Mapping[AbsenceKind, str] = MappingProxyType(
    {
        AbsenceKind.LEAVE: "当天请假",
        AbsenceKind.SICK: "当天请假",
        AbsenceKind.TRAINING: "当天参加培训",
        AbsenceKind.DISPATCH: "派出在外",
        AbsenceKind.OTHER: "当天不在岗",
    }
)
"""How an absence is named: nobody at another office learns that somebody is ill."""


@dataclass(frozen=True, slots=True)
class Warned:
    """Somebody who is to come and cannot: what stands against it, and whom the unit could send instead."""

    seat: Seat
    person: PersonCard
    words: tuple[str, ...]
    instead: PersonCard | None

    @property
    def sentence(self) -> str:
        """The warning as people read it."""
        other = self.instead
        sent = f"可请{other.name}（{other.post_title}）参会" if other else "本单位没有其他可以参会的同志"
        return f"{self.person.unit_name}{self.person.name}{'、'.join(self.words)}，{sent}"


def rooms(session: Session, new: NewMeeting, *, but: str = "") -> tuple[Meeting, ...]:
    """Return the other meetings that have the room at the time."""
    others = [one for one in meetings.meetings(session, LIVE) if one.id != but]
    return meeting_rules.rooms_taken(new, others)


def of_meeting(session: Session, meeting: Meeting) -> tuple[Warned, ...]:
    """Return whoever is to come to a meeting and is taken elsewhere, by seat."""
    return _warned(session, meeting.new, invitations.seats(session, meeting.id), but=meeting.id)


def of_plan(session: Session, new: NewMeeting, wanted: Sequence[NewSeat], *, but: str = "") -> tuple[Warned, ...]:
    """Return whoever would be invited to a planned meeting and is taken elsewhere, by others than meeting `but`."""
    seats = [Seat(SeatId(one.unit), MeetingId(""), one) for one in wanted]
    return _warned(session, new, seats, but=but)


def _warned(session: Session, new: NewMeeting, seats: Sequence[Seat], *, but: str) -> tuple[Warned, ...]:
    taken = rules.clashes(new, _engagements(session, new, but=but))
    if not taken:
        return ()
    cards = people.cadres(session)
    known = {one.id: one for one in cards}
    found = []
    for seat in seats:
        coming = seating.expected(seat)
        if coming in taken and coming in known:
            found.append(Warned(seat, known[coming], taken[coming], rules.instead(seat, cards, taken.keys())))
    return tuple(found)


def _engagements(session: Session, new: NewMeeting, *, but: str) -> Iterator[Engagement]:
    span = DateSpan(civil_date(new.starts_at), civil_date(new.ends_at))
    yield from _other_meetings(session, but)
    yield from _duties(session, span)
    for absence in people.absences(session, span):
        entry = absence.entry
        if entry.kind in _AWAY:
            yield Engagement(entry.person_id, entry.span.first, entry.span.last, _AWAY[entry.kind])


def _other_meetings(session: Session, but: str) -> Iterator[Engagement]:
    others = {one.id: one for one in meetings.meetings(session, LIVE) if one.id != but}
    for key, seats in invitations.seats_by_meeting(session, list(others)).items():
        new = others[key].new
        first, last = civil_date(new.starts_at), civil_date(new.ends_at)
        for seat in seats:
            coming: PersonId | None = seating.expected(seat)
            if coming is not None:
                yield Engagement(coming, first, last, f"要参加{new.title}", (new.starts_at, new.ends_at))


def _duties(session: Session, span: DateSpan) -> Iterator[Engagement]:
    for month in sorted({Month.of(span.first), Month.of(span.last)}):
        standing = rosters.version_in_force(session, month)
        if standing is None:
            continue
        kept = rosters.content(session, standing.roster_id)
        for duty in kept.duties:
            found = kept.planned.get(duty.event)
            if found is not None and found.plan.on in span:
                what = "备勤" if duty.kind is DutyKind.STANDBY else "值班"
                begins = f"{instant_of(found.plan.on, found.plan.start):%m月%d日}"
                words = f"{begins}在{found.plan.market_name}赶场{what}"
                yield Engagement(duty.person, found.plan.on, found.plan.on, words)
