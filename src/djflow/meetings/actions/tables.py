"""Rows of action items and of what was reported about them."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant
from djflow.meetings.actions.model import ItemAct, ItemState


class MeetingItemRow(Base):
    """An action item; `helpers` holds the ids of the units that help, one after the other."""

    __tablename__ = "meeting_item"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"))
    number: Mapped[int] = mapped_column(Integer)
    content: Mapped[str] = mapped_column(String(300))
    lead_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    helpers: Mapped[str] = mapped_column(String(2000))
    due_on: Mapped[date] = mapped_column(Date)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[ItemState] = mapped_column(Code(ItemState))
    since: Mapped[datetime] = mapped_column(Instant)
    urged: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)

    __table_args__ = (UniqueConstraint("meeting_id", "number"), Index("ix_meeting_item_state", "state", "due_on"))


class MeetingReportRow(Base):
    """What was reported or answered about an item; never changed."""

    __tablename__ = "meeting_report"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("meeting_item.id"))
    seq: Mapped[int] = mapped_column(Integer)
    month: Mapped[str] = mapped_column(String(7))
    act: Mapped[ItemAct | None] = mapped_column(Code(ItemAct))
    text: Mapped[str] = mapped_column(String(1000))
    by: Mapped[str] = mapped_column(String(140))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("item_id", "seq"),)
