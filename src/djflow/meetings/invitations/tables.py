"""Rows of seats at meetings. The reason of a leave or a substitution is sealed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.meetings.invitations.model import Grant, Reply
from djflow.meetings.model import Level

PERSON = "person.id"


class MeetingSeatRow(Base):
    """A unit's seat; `absence_id` is what tells the rosters that somebody is at the meeting."""

    __tablename__ = "meeting_seat"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    level: Mapped[Level] = mapped_column(Code(Level))
    person_id: Mapped[str | None] = mapped_column(ForeignKey(PERSON), index=True)
    liaison_id: Mapped[str | None] = mapped_column(ForeignKey(PERSON), index=True)
    reply: Mapped[Reply] = mapped_column(Code(Reply))
    grant_state: Mapped[Grant] = mapped_column(Code(Grant))
    substitute_id: Mapped[str | None] = mapped_column(ForeignKey(PERSON), index=True)
    reason: Mapped[bytes | None] = mapped_column(Sealed("meeting_seat.reason"))
    replied_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_id: Mapped[str | None] = mapped_column(ForeignKey(PERSON))
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    absence_id: Mapped[str | None] = mapped_column(ForeignKey("absence.id"))

    __table_args__ = (UniqueConstraint("meeting_id", "unit_id"),)
