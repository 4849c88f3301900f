"""Reads and writes issued minutes."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from djflow.meetings.minutes.model import Issued
from djflow.meetings.minutes.tables import MeetingMinutesRow
from djflow.meetings.model import MeetingId


def issue(session: Session, meeting_id: MeetingId, signer: str, on: date) -> Issued:
    """Write that minutes were issued, under the next number of the year; the caller holds the record's head."""
    row = MeetingMinutesRow
    last = session.scalar(select(func.max(row.issue)).where(row.year == on.year))
    made = row(meeting_id=meeting_id, year=on.year, issue=(last or 0) + 1, signer=signer, issued_on=on)
    session.add(made)
    session.flush()
    return _issued(made)


def issued(session: Session, meeting_id: str) -> Issued | None:
    """Return how the minutes of a meeting were issued, None while they were not."""
    row = session.get(MeetingMinutesRow, meeting_id, populate_existing=True)
    return None if row is None else _issued(row)


def _issued(row: MeetingMinutesRow) -> Issued:
    return Issued(MeetingId(row.meeting_id), row.year, row.issue, row.signer, row.issued_on)
