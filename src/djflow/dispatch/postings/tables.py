"""Rows of postings and of what happened to them. Reasons in words are sealed; a batch belongs to a layer above."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.dispatch.policy.model import BatchKind, Paper
from djflow.dispatch.postings.model import Act, PostingState, RecallReason, Who

POSTING = "posting.id"
PERSON = "person.id"
UNIT = "unit.id"


class PostingRow(Base):
    """A posting; `absence_id` is what tells the rosters, `version` counts changes."""

    __tablename__ = "posting"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    batch: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[BatchKind] = mapped_column(Code(BatchKind))
    policy_version: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[str] = mapped_column(ForeignKey(PERSON), index=True)
    home_id: Mapped[str] = mapped_column(ForeignKey(UNIT))
    host_id: Mapped[str] = mapped_column(ForeignKey(UNIT))
    title: Mapped[str] = mapped_column(String(100))
    village: Mapped[str] = mapped_column(String(30))
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey(POSTING))
    asked_first_on: Mapped[date] = mapped_column(Date)
    asked_last_on: Mapped[date] = mapped_column(Date)
    state: Mapped[PostingState] = mapped_column(Code(PostingState))
    since: Mapped[datetime] = mapped_column(Instant)
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    first_end_on: Mapped[date] = mapped_column(Date)
    reported_on: Mapped[date | None] = mapped_column(Date)
    recall: Mapped[RecallReason | None] = mapped_column(Code(RecallReason))
    absence_id: Mapped[str | None] = mapped_column(ForeignKey("absence.id"))
    version: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_posting_state", "state", "last_on"),
        Index("ix_posting_host", "host_id", "state"),
        Index("ix_posting_home", "home_id", "state"),
    )


class PostingMoveRow(Base):
    """A step of a posting; never changed."""

    __tablename__ = "posting_move"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING))
    version: Mapped[int] = mapped_column(Integer)
    act: Mapped[Act] = mapped_column(Code(Act))
    before: Mapped[PostingState] = mapped_column(Code(PostingState))
    after: Mapped[PostingState] = mapped_column(Code(PostingState))
    who: Mapped[Who] = mapped_column(Code(Who))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))
    reason: Mapped[bytes | None] = mapped_column(Sealed("posting_move.reason"))

    __table_args__ = (UniqueConstraint("posting_id", "version"),)


class PostingVacancyRow(Base):
    """A post left early, until somebody fills it or the office says that nobody will."""

    __tablename__ = "posting_vacancy"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING), unique=True)
    until: Mapped[date] = mapped_column(Date)
    since: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date] = mapped_column(Date)
    filled_by_id: Mapped[str | None] = mapped_column(ForeignKey(POSTING))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class PostingPaperRow(Base):
    """A document that a step (its version of the posting) asks for, until it is issued."""

    __tablename__ = "posting_paper"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING))
    paper: Mapped[Paper] = mapped_column(Code(Paper))
    step: Mapped[int] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(String(140))

    __table_args__ = (UniqueConstraint("posting_id", "paper", "step"),)
