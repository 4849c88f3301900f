"""What the desk shows of a meeting's seats: who comes, the answer and why, what stands against it, who was there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from djflow.accounts.model import Account
from djflow.accounts.model import Act as Right
from djflow.accounts.rules import may
from djflow.assembly import meetings_conflicts as conflicts
from djflow.assembly.house import House
from djflow.assembly.meetings_scope import meeting_for, scope_of
from djflow.core.ids import PersonId, UnitId
from djflow.meetings.corrections import service as corrections
from djflow.meetings.corrections.model import Corrected
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Grant, Presence, Seat, SeatId
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


@dataclass(frozen=True, slots=True)
class _Notes:
    """What is known beside the seats: warnings, reasons, corrections, people, and the reader's own unit."""

    warnings: Mapping[SeatId, str]
    reasons: Mapping[SeatId, str] = field(repr=False)
    corrected: tuple[Corrected, ...] = field(repr=False)
    cards: Mapping[PersonId, PersonCard]
    cadres: tuple[PersonCard, ...]
    own: UnitId | None

    def card(self, person: PersonId | None) -> PersonCard | None:
        """Return somebody's card, None for nobody."""
        return self.cards.get(person) if person is not None else None


def seats(house: House, account: Account, meeting_id: str) -> Seats:
    """Return the seats of a meeting, in the official order; raises NotFoundError for what is not the account's."""
    with house.reading() as session:
        found = meeting_for(session, account, meeting_id)
        scope, runs = scope_of(session, account), may(account.roles, Right.MEETING_RUN)
        every = invitations.seats(session, found.id)
        shown = [one for one in every if scope.whole or one.new.unit == scope.unit]
        units = {unit.id: unit for unit in people.units(session)}
        warned = conflicts.of_meeting(session, found) if found.state in LIVE else ()
        wanted = {one for s in shown for one in (s.new.person, s.new.liaison, s.substitute, s.signed) if one}
        unit = scope_of(session, account, Right.MEETING_UNIT).unit if may(account.roles, Right.MEETING_UNIT) else None
        notes = _Notes(
            warnings={one.seat.id: one.sentence for one in warned},
            reasons={one.id: invitations.reason(session, one.id) for one in shown} if runs else {},
            corrected=corrections.corrections(session, [one.id for one in shown]) if runs else (),
            cards=people.people_by_ids(session, sorted(wanted)),
            cadres=people.cadres(session),
            own=unit,
        )
    ordered = sorted(shown, key=lambda one: (units[one.new.unit].entry.official_order, units[one.new.unit].code))
    lines = tuple(_line(found, seat, units[seat.new.unit], notes) for seat in ordered)
    return Seats(
        meeting=found,
        lines=lines,
        more=_more(units, every) if runs else (),
        runs=runs,
        changes=runs and found.state in {MeetingState.TOPIC_CALL, MeetingState.TOPICS_FIXED},
        answers=found.state is MeetingState.NOTICED and house.now() < found.new.starts_at,
        shows_presence=found.state in _SHOWS_PRESENCE and house.now() >= found.new.starts_at,
        counts={one: sum(line.presence is one for line in lines) for one in Presence},
    )


def _line(meeting: Meeting, seat: Seat, unit: Unit, notes: _Notes) -> SeatLine:
    others = tuple(one for one in notes.cadres if one.unit_id == unit.id and not one.has_gone)
    wished = seat.substitute if seat.grant is not Grant.GRANTED else None
    return SeatLine(
        seat=seat,
        unit=unit,
        person=notes.card(seat.new.person),
        coming=notes.card(seating.expected(seat)),
        liaison=notes.card(seat.new.liaison),
        wished=notes.card(wished),
        came=notes.card(seat.signed),
        presence=seating.presence(meeting, seat),
        others=others,
        substitutes=_substitutes(seat, others),
        asked=seat.grant is Grant.ASKED,
        own=unit.id == notes.own,
        warning=notes.warnings.get(seat.id, ""),
        reason=notes.reasons.get(seat.id, ""),
        corrected=tuple(one for one in notes.corrected if one.seat == seat.id),
    )


def _substitutes(seat: Seat, others: tuple[PersonCard, ...]) -> tuple[PersonCard, ...]:
    principal = seat.new.level is Level.PRINCIPAL
    return tuple(one for one in others if one.id != seat.new.person and (one.is_leader or not principal))


def _more(units: Mapping[UnitId, Unit], every: tuple[Seat, ...]) -> tuple[Unit, ...]:
    known = {one.new.unit for one in every}
    left = [one for one in units.values() if one.entry.active and one.id not in known]
    return tuple(sorted(left, key=lambda one: (one.entry.official_order, one.code)))
