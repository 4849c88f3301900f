"""Planning a meeting by hand: what stands against it is shown first; the units are those that the office chose."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from djflow.assembly import meetings as acts
from djflow.assembly import meetings_conflicts as conflicts
from djflow.assembly import meetings_inbox as waiting
from djflow.assembly import meetings_telling as telling
from djflow.assembly.house import House
from djflow.assembly.meetings_conflicts import Warned
from djflow.core.errors import InputError
from djflow.core.ids import UnitId
from djflow.meetings import rules
from djflow.meetings import service as meetings
from djflow.meetings.corrections import service as corrections
from djflow.meetings.corrections.model import Correction
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import NewSeat, Seat
from djflow.meetings.model import LIVE, Meeting, MeetingKind, NewMeeting
from djflow.people import service as people


@dataclass(frozen=True, slots=True)
class Outlook:
    """What stands against a plan: meetings in its room, people who are taken, units without anybody to invite."""

    rooms: tuple[Meeting, ...]
    warned: tuple[Warned, ...]
    empty: tuple[str, ...]

    @property
    def is_clear(self) -> bool:
        """Whether nothing stands against it."""
        return not (self.rooms or self.warned or self.empty)


def usual_units(house: House, kind: MeetingKind) -> tuple[UnitId, ...]:
    """Return the units that usually belong to a kind of meeting."""
    with house.reading() as session:
        members = seating.members(acts.terms_of(house).kinds[kind], people.units(session))
    return tuple(one.id for one in members)


def outlook(house: House, new: NewMeeting, units: Sequence[UnitId]) -> Outlook:
    """Return what stands against a plan; raises InputError for a date or name that cannot be."""
    new = rules.require_plan(new, now=house.now())
    with house.reading() as session:
        wanted = _wanted(house, session, new.kind, units)
        names = {unit.id: unit.short_name for unit in people.units(session)}
        empty = tuple(names[one.unit] for one in wanted if one.person is None)
        # The same form sent twice finds the meeting that it planned the first time: that does not stand in its way.
        own = next((one.id for one in meetings.meetings(session, LIVE) if one.new.key == new.key), "")
        taken = conflicts.rooms(session, new, but=own)
        return Outlook(taken, conflicts.of_plan(session, new, wanted, but=own), empty)


def outlook_of(house: House, meeting: Meeting, moved: NewMeeting) -> Outlook:
    """Return what stands against another date of a meeting, everybody asked anew."""
    moved = rules.require_plan(moved, now=house.now())
    with house.reading() as session:
        wanted = [one.new for one in invitations.seats(session, meeting.id)]
        taken = conflicts.rooms(session, moved, but=meeting.id)
        return Outlook(taken, conflicts.of_plan(session, moved, wanted, but=meeting.id), ())


def plan(house: House, new: NewMeeting, units: Sequence[UnitId], *, by: str) -> Meeting:
    """Plan a meeting with a seat for each of the units, and ask their liaisons for topics; twice is once.

    Raises: InputError without units; what `meetings.service.plan` raises.
    """
    if not units:
        raise InputError("请选参会单位。", code="meeting.units")
    now = house.now()
    with house.transaction() as session:
        meeting = meetings.plan(session, new, by=by, now=now)
        if not invitations.seats(session, meeting.id):
            wanted = _wanted(house, session, new.kind, units)
            seats = invitations.seat_units(session, meeting.id, wanted, by=by, now=now)
            words = telling.call_words(acts.times_of(house, meeting))
            telling.tell(session, meeting, seating.called(seats), f"topics:{meeting.round}", words, now=now)
        return meeting


def add_units(house: House, meeting_id: str, units: Sequence[UnitId], *, by: str) -> tuple[Seat, ...]:
    """Give more units a seat; raises what `invitations.service.seat_units` raises."""
    with house.transaction() as session:
        meeting = meetings.opened(session, meeting_id)
        wanted = _wanted(house, session, meeting.new.kind, units)
        return invitations.seat_units(session, meeting_id, wanted, by=by, now=house.now())


def _wanted(house: House, session: Session, kind: MeetingKind, units: Sequence[UnitId]) -> tuple[NewSeat, ...]:
    terms, chosen = acts.terms_of(house), set(units)
    known = [one for one in people.units(session) if one.id in chosen and one.entry.active]
    if len(known) != len(chosen):
        raise InputError("有的单位已撤并停用，或不在名单里：请重新选参会单位。", code="meeting.units")
    ordered = sorted(known, key=lambda one: (one.entry.official_order, one.code))
    return seating.seats_of(terms.kinds[kind], ordered, people.cadres(session), acts.liaisons(session, terms))


def invite(house: House, seat_id: str, code: str, *, by: str) -> Seat:
    """Invite the person with this code for a seat; raises what `invitations.service.invite` raises."""
    with house.transaction() as session:
        person = people.person_by_code(session, code).id
        return invitations.invite(session, seat_id, person, None, by=by, now=house.now())


def drop(house: House, seat_id: str, *, by: str) -> None:
    """Take a unit off a meeting; raises what `invitations.service.drop` raises."""
    with house.transaction() as session:
        invitations.drop(session, seat_id, by=by, now=house.now())


def correct(house: House, seat_id: str, made: Correction, *, by: str) -> Seat:
    """Note what really came of a seat; raises what `corrections.service.correct` raises."""
    with house.transaction() as session:
        seat = corrections.correct(session, seat_id, made, by=by, now=house.now())
        waiting.keep(session, seat.meeting, by=by, now=house.now())
        return seat
