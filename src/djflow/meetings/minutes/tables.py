"""Rows of issued minutes."""

from datetime import date

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base


class MeetingMinutesRow(Base):
    """That the minutes of a meeting were issued, under which number of the documents' register; never changed."""

    __tablename__ = "meeting_minutes"

    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(60))
    signer: Mapped[str] = mapped_column(String(80))
    issued_on: Mapped[date] = mapped_column(Date)
