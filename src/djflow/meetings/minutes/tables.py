"""Rows of issued minutes."""

from datetime import date

from sqlalchemy import Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base


class MeetingMinutesRow(Base):
    """That the minutes of a meeting were issued, under which number of the year; never changed."""

    __tablename__ = "meeting_minutes"

    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer)
    issue: Mapped[int] = mapped_column(Integer)
    signer: Mapped[str] = mapped_column(String(40))
    issued_on: Mapped[date] = mapped_column(Date)

    __table_args__ = (UniqueConstraint("year", "issue"),)
