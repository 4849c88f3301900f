"""Rows of corrections. The reason is sealed."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.meetings.invitations.model import Presence


class MeetingCorrectionRow(Base):
    """That the office corrected what came of a seat; never changed, and there still when the unit is taken off."""

    __tablename__ = "meeting_correction"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seat_id: Mapped[str] = mapped_column(String(32), index=True)
    presence: Mapped[Presence] = mapped_column(Code(Presence))
    reason: Mapped[bytes] = mapped_column(Sealed("meeting_correction.reason"))
    by: Mapped[str] = mapped_column(String(140))
    at: Mapped[datetime] = mapped_column(Instant)
