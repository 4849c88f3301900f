"""What can be done about who was there: correct it by hand, read the corrections with their reasons."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.meetings import rules as meeting_rules
from djflow.meetings import service as meetings
from djflow.meetings.corrections import rules, store
from djflow.meetings.corrections.model import Corrected, Correction
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Seat, SeatId
from djflow.people import service as people


def correct(session: Session, seat_id: str, made: Correction, *, by: str, now: datetime) -> Seat:
    """Note what really came of a seat; what is so already is not noted again.

    Raises: InputError without a reason; ConflictError before the meeting or once its minutes are issued; RuleError for
    somebody of another unit.
    """
    meeting = meetings.opened(session, invitations.seat(session, seat_id).meeting)
    seat = invitations.seat(session, seat_id)
    rules.require_correctable(meeting, now)
    made = replace(made, reason=meeting_rules.clean_text(made.reason, "更正的理由", needed=True))
    card = people.people_by_ids(session, [made.person]).get(made.person) if made.person else None
    after = rules.corrected(meeting, seat, made, card)
    if after == seat:
        return seat
    store.put(session, after, made, by=by, now=now)
    details = {"presence": made.presence.value}
    audit.record(session, meeting.subject, "meeting.correct", by=by, now=now, details=details)
    return invitations.seat(session, seat_id)


def corrections(session: Session, seats: Collection[SeatId]) -> tuple[Corrected, ...]:
    """Open and return the corrections of seats, oldest first."""
    return store.corrections(session, seats)
