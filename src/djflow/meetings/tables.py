"""Rows of meetings, their topics and steps. Reasons in words are sealed; an approval belongs to the layer below."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.meetings.model import Act, MeetingKind, MeetingState, TopicState, Who

MEETING = "meeting.id"


class MeetingRow(Base):
    """A meeting; `version` counts changes, `round` the dates it was given."""

    __tablename__ = "meeting"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[MeetingKind] = mapped_column(Code(MeetingKind))
    title: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(40))
    chair: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[MeetingState] = mapped_column(Code(MeetingState))
    since: Mapped[datetime] = mapped_column(Instant)
    round: Mapped[int] = mapped_column(Integer)
    topics_fixed: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_meeting_state", "state", "starts_at"),)


class MeetingMoveRow(Base):
    """A step of a meeting; never changed."""

    __tablename__ = "meeting_move"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    meeting_id: Mapped[str] = mapped_column(ForeignKey(MEETING))
    version: Mapped[int] = mapped_column(Integer)
    act: Mapped[Act] = mapped_column(Code(Act))
    before: Mapped[MeetingState] = mapped_column(Code(MeetingState))
    after: Mapped[MeetingState] = mapped_column(Code(MeetingState))
    who: Mapped[Who] = mapped_column(Code(Who))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))
    reason: Mapped[bytes | None] = mapped_column(Sealed("meeting_move.reason"))

    __table_args__ = (UniqueConstraint("meeting_id", "version"),)


class MeetingTopicRow(Base):
    """A topic that a unit handed in, or the office wrote."""

    __tablename__ = "meeting_topic"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    meeting_id: Mapped[str] = mapped_column(ForeignKey(MEETING), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(1000))
    state: Mapped[TopicState] = mapped_column(Code(TopicState))
    place: Mapped[int] = mapped_column(Integer)
    into_id: Mapped[str | None] = mapped_column(ForeignKey("meeting_topic.id"))
    at: Mapped[datetime] = mapped_column(Instant)
