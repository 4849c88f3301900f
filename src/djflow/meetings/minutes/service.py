"""What can be done with minutes: begin them, issue them under a number, track what was agreed on, close the meeting."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.core.clock import civil_date
from djflow.core.errors import InputError
from djflow.core.ids import PersonId, UnitId
from djflow.documents.numbering import service as numbering
from djflow.documents.numbering.model import Series
from djflow.meetings import service as meetings
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import Item
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Presence
from djflow.meetings.minutes import rules, store
from djflow.meetings.minutes.model import Agreed, Issued, Minutes, Printed
from djflow.meetings.model import MAX_TITLE, Act, Meeting, MeetingState, Who
from djflow.meetings.rules import listed
from djflow.meetings.service import Step
from djflow.meetings.transitions import Facts
from djflow.people import service as people

_THERE = frozenset({Presence.PRESENT, Presence.LATE, Presence.SUBSTITUTED})


def draft(session: Session, meeting_id: str, *, by: str, now: datetime) -> Meeting:
    """Begin the minutes of a meeting that was held; twice is once."""
    meeting = meetings.opened(session, meeting_id)
    if meetings.done(session, meeting, Act.DRAFT_MINUTES):
        return meeting
    return meetings.step(session, meeting, Step(Act.DRAFT_MINUTES, Who.OFFICE), by=by, now=now)


def issue(session: Session, meeting_id: str, printed: Printed, *, by: str, now: datetime) -> Meeting:
    """Note that the minutes were issued as printed; what was agreed on is given out by that; twice is once.

    Raises: RuleError when an item has nobody who answers for it; ConflictError when no minutes are being drafted.
    """
    meeting = meetings.opened(session, meeting_id)
    if meetings.done(session, meeting, Act.ISSUE_MINUTES):
        return meeting
    facts = Facts(incomplete=rules.incomplete(actions.items(session, meeting=meeting_id)))
    after = meetings.step(session, meeting, Step(Act.ISSUE_MINUTES, Who.OFFICE, facts), by=by, now=now)
    store.issue(session, meeting.id, printed, civil_date(now))
    return follow(session, after, Who.OFFICE, by=by, now=now)


def sign_on_paper(session: Session, meeting_id: str, signer: str, series: Series, *, by: str, now: datetime) -> Meeting:
    """Issue minutes that were signed on paper, under the next number of the documents' series; twice is once.

    Raises: InputError without a signer; what `issue` raises.
    """
    meeting = meetings.opened(session, meeting_id)
    if meetings.done(session, meeting, Act.ISSUE_MINUTES):
        return meeting
    name = " ".join(signer.split())
    if not 0 < len(name) <= MAX_TITLE:
        raise InputError("请写明签发人的姓名和职务，不要太长。", code="meeting.signer")
    number = numbering.take(session, series, meeting.subject, by=by, now=now)
    return issue(session, meeting_id, Printed(number.text, name), by=by, now=now)


def follow(session: Session, meeting: Meeting, who: Who, *, by: str, now: datetime) -> Meeting:
    """Move an opened meeting with issued minutes on: to tracking while an item is open, else to its end."""
    items = actions.items(session, meeting=meeting.id)
    left = sum(one.is_open for one in items)
    facts = Facts(items=len(items), open_items=left)
    if meeting.state is MeetingState.MINUTES_ISSUED and items:
        meeting = meetings.step(session, meeting, Step(Act.TRACK, who, facts), by=by, now=now)
    if meeting.state in {MeetingState.MINUTES_ISSUED, MeetingState.TRACKING} and not left:
        meeting = meetings.step(session, meeting, Step(Act.CLOSE, who, facts), by=by, now=now)
    return meeting


def issued(session: Session, meeting_id: str) -> Issued | None:
    """Return how the minutes of a meeting were issued, None while they were not."""
    return store.issued(session, meeting_id)


def minutes(session: Session, meeting_id: str) -> Minutes:
    """Return the minutes of a meeting as they stand, with the names they print."""
    meeting = meetings.meeting(session, meeting_id)
    names = {unit.id: unit.name for unit in people.units(session)}
    orders = {unit.id: (unit.entry.official_order, unit.code) for unit in people.units(session)}
    seats = sorted(invitations.seats(session, meeting_id), key=lambda one: orders[one.new.unit])
    told = {seat.id: seating.presence(meeting, seat) for seat in seats}
    persons = [one for seat in seats for one in (seat.signed, seat.new.person) if one]
    cards = people.people_by_ids(session, persons)

    def named(unit: UnitId, person: PersonId | None) -> str:
        return f"{names[unit]}{cards[person].name}" if person is not None and person in cards else names[unit]

    there = [seat for seat in seats if told[seat.id] in _THERE]
    leading = seating.attending(seats)
    present = [named(seat.new.unit, seat.signed) for seat in there if seat in leading]
    sat_in = [named(seat.new.unit, seat.signed) for seat in there if seat not in leading]
    excused = [named(seat.new.unit, seat.new.person) for seat in seats if told[seat.id] is Presence.EXCUSED]
    return Minutes(
        meeting=meeting,
        topics=tuple(one.new.title for one in listed(meetings.topics(session, meeting_id))),
        agreed=tuple(_agreed(one, names) for one in actions.items(session, meeting=meeting_id)),
        present=tuple(present),
        excused=tuple(excused),
        issued=store.issued(session, meeting_id),
        sat_in=tuple(sat_in),
    )


def _agreed(item: Item, names: dict[UnitId, str]) -> Agreed:
    helpers = tuple(names[one] for one in item.new.helpers)
    return Agreed(item.new.content, names[item.new.lead], helpers, item.new.due_on)
