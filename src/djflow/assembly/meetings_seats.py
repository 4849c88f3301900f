"""What the desk shows of a meeting's seats: who comes, the answer and why, what stands against it, who was there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from djflow.accounts.model import Account
from djflow.accounts.model import Act as Right
from djflow.accounts.rules import may
from djflow.assembly import meetings_conflicts as conflicts
from djflow.assembly.house import House
from djflow.assembly.meetings_scope import meeting_for, scope_of
from djflow.core.ids import UnitId
from djflow.meetings.corrections import service as corrections
from djflow.meetings.corrections.model import Corrected
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Grant, Presence, Seat
from djflow.meetings.model import LIVE, Level, Meeting, MeetingState
from djflow.people import service as people
from djflow.people.model import PersonCard, Unit

_SHOWS_PRESENCE = frozenset(MeetingState) - {
    *(MeetingState.TOPIC_CALL, MeetingState.TOPICS_FIXED, MeetingState.POSTPONED, MeetingState.CANCELLED)
}


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A seat with the names on it; `reason` and `corrected` are for the office, `others` whom the unit could send."""

    seat: Seat
    unit: Unit
    person: PersonCard | None
    coming: PersonCard | None
    liaison: PersonCard | None
    wished: PersonCard | None
    came: PersonCard | None
    presence: Presence
    others: tuple[PersonCard, ...]
    substitutes: tuple[PersonCard, ...]
    asked: bool
    own: bool
    warning: str
    reason: str = field(repr=False)
    corrected: tuple[Corrected, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats an account sees; `counts` says how often each presence occurs, `answers` whether units may answer."""

    meeting: Meeting
    lines: tuple[SeatLine, ...]
    more: tuple[Unit, ...]
    runs: bool
    changes: bool
    answers: bool
    shows_presence: bool
    counts: Mapping[Presence, int]


def seats(house: House, account: Account, meeting_id: str) -> Seats:
    """Return the seats of a meeting, in the official order; raises NotFoundError for what is not the account's."""
    with house.reading() as session:
        found = meeting_for(session, account, meeting_id)
        scope, runs = scope_of(session, account), may(account.roles, Right.MEETING_RUN)
        every = invitations.seats(session, found.id)
        shown = [one for one in every if scope.whole or one.new.unit == scope.unit]
        units = {unit.id: unit for unit in people.units(session)}
        warned = conflicts.of_meeting(session, found) if found.state in LIVE else ()
        warnings = {one.seat.id: one.sentence for one in warned}
        cadres = people.cadres(session)
        wanted = {one for s in shown for one in (s.new.person, s.new.liaison, s.substitute, s.signed) if one}
        cards = people.people_by_ids(session, sorted(wanted))
        reasons = {one.id: invitations.reason(session, one.id) for one in shown} if runs else {}
        made = corrections.corrections(session, [one.id for one in shown]) if runs else ()
        unit = scope_of(session, account, Right.MEETING_UNIT).unit if may(account.roles, Right.MEETING_UNIT) else None
    lines = []
    for seat in sorted(shown, key=lambda one: (units[one.new.unit].entry.official_order, units[one.new.unit].code)):
        others = tuple(one for one in cadres if one.unit_id == seat.new.unit and not one.has_gone)
        coming = seating.expected(seat)
        lines.append(
            SeatLine(
                seat=seat,
                unit=units[seat.new.unit],
                person=cards.get(seat.new.person) if seat.new.person else None,
                coming=cards.get(coming) if coming else None,
                liaison=cards.get(seat.new.liaison) if seat.new.liaison else None,
                wished=cards.get(seat.substitute) if seat.substitute and seat.grant is not Grant.GRANTED else None,
                came=cards.get(seat.signed) if seat.signed else None,
                presence=seating.presence(found, seat),
                others=others,
                substitutes=_substitutes(seat, others),
                asked=seat.grant is Grant.ASKED,
                own=seat.new.unit == unit,
                warning=warnings.get(seat.id, ""),
                reason=reasons.get(seat.id, ""),
                corrected=tuple(one for one in made if one.seat == seat.id),
            )
        )
    return Seats(
        meeting=found,
        lines=tuple(lines),
        more=_more(units, every) if runs else (),
        runs=runs,
        changes=runs and found.state in {MeetingState.TOPIC_CALL, MeetingState.TOPICS_FIXED},
        answers=found.state is MeetingState.NOTICED and house.now() < found.new.starts_at,
        shows_presence=found.state in _SHOWS_PRESENCE and house.now() >= found.new.starts_at,
        counts={one: sum(line.presence is one for line in lines) for one in Presence},
    )


def _substitutes(seat: Seat, others: tuple[PersonCard, ...]) -> tuple[PersonCard, ...]:
    principal = seat.new.level is Level.PRINCIPAL
    return tuple(one for one in others if one.id != seat.new.person and (one.is_leader or not principal))


def _more(units: Mapping[UnitId, Unit], every: tuple[Seat, ...]) -> tuple[Unit, ...]:
    known = {one.new.unit for one in every}
    left = [one for one in units.values() if one.entry.active and one.id not in known]
    return tuple(sorted(left, key=lambda one: (one.entry.official_order, one.code)))
