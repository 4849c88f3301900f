"""Reads and writes issued minutes."""

from datetime import date

from sqlalchemy.orm import Session

from djflow.meetings.minutes.model import Issued, Printed
from djflow.meetings.minutes.tables import MeetingMinutesRow
from djflow.meetings.model import MeetingId


def issue(session: Session, meeting_id: MeetingId, printed: Printed, on: date) -> Issued:
    """Write that minutes were issued."""
    made = MeetingMinutesRow(meeting_id=meeting_id, number=printed.number, signer=printed.signer, issued_on=on)
    session.add(made)
    session.flush()
    return _issued(made)


def issued(session: Session, meeting_id: str) -> Issued | None:
    """Return how the minutes of a meeting were issued, None while they were not."""
    row = session.get(MeetingMinutesRow, meeting_id, populate_existing=True)
    return None if row is None else _issued(row)


def _issued(row: MeetingMinutesRow) -> Issued:
    return Issued(MeetingId(row.meeting_id), row.number, row.signer, row.issued_on)
