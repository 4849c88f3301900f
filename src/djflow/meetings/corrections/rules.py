"""How a seat stands after a correction, and when one is possible."""

from dataclasses import replace
from datetime import datetime, timedelta

from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.core.ids import PersonId
from djflow.meetings.corrections.model import Correction
from djflow.meetings.invitations.model import Grant, Presence, Reply, Seat
from djflow.meetings.model import Meeting, MeetingState
from djflow.people.model import PersonCard

_OPEN = frozenset({MeetingState.NOTICED, MeetingState.HELD, MeetingState.MINUTES_DRAFT})
_LATE = timedelta(minutes=1)


def require_correctable(meeting: Meeting, now: datetime) -> None:
    """Refuse a correction before the meeting, or once its minutes are issued; raises ConflictError."""
    if meeting.state not in _OPEN:
        raise ConflictError("纪要已印发或会议有变，到会情况不能再改。", code="meeting.correct_state")
    if now < meeting.new.starts_at:
        raise ConflictError("会议还没有开始，开始后再更正到会情况。", code="meeting.correct_early")


def corrected(meeting: Meeting, seat: Seat, made: Correction, card: PersonCard | None) -> Seat:
    """Return a seat as it stands after a correction; `card` is of whoever sat there for somebody else.

    Raises: InputError where nobody is invited; RuleError for somebody of another unit.
    """
    start = meeting.new.starts_at
    match made.presence:
        case Presence.PRESENT:
            return replace(seat, signed=_invited(seat), signed_at=start)
        case Presence.LATE:
            return replace(seat, signed=_invited(seat), signed_at=start + _LATE)
        case Presence.SUBSTITUTED:
            if card is None or card.unit_id != seat.new.unit or card.id == seat.new.person:
                raise RuleError("替会的同志须是本单位的其他同志：请另选一位。", code="meeting.substitute")
            return replace(seat, signed=card.id, signed_at=start)
        case Presence.EXCUSED:
            return replace(seat, signed=None, signed_at=None, reply=Reply.LEAVE, grant=Grant.GRANTED, substitute=None)
        case Presence.ABSENT:
            let_off = seat.reply is Reply.LEAVE and seat.grant is Grant.GRANTED
            return replace(seat, signed=None, signed_at=None, grant=Grant.REFUSED if let_off else seat.grant)


def _invited(seat: Seat) -> PersonId:
    if seat.new.person is None:
        raise InputError("这个单位没有参会人：请按替会登记是谁来的。", code="meeting.invitee")
    return seat.new.person
