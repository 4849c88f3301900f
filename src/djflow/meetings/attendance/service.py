"""What can be asked of attendance: how each unit came to the meetings held in a span of days, by kind."""

from sqlalchemy.orm import Session

from djflow.core.clock import civil_date
from djflow.core.spans import DateSpan
from djflow.meetings import service as meetings
from djflow.meetings.attendance import rules
from djflow.meetings.attendance.model import Tally
from djflow.meetings.invitations import service as invitations
from djflow.meetings.model import AFTER


def tallies(session: Session, span: DateSpan) -> tuple[Tally, ...]:
    """Return per unit and kind how it came to the meetings held on the days of `span`, both included."""
    held = [one for one in meetings.meetings(session, AFTER) if civil_date(one.new.starts_at) in span]
    seats = invitations.seats_by_meeting(session, [one.id for one in held])
    return rules.tallies((one, seats[one.id]) for one in held)
