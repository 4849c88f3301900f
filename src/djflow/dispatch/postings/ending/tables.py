"""Rows of requests for longer terms, causes for a recall, and hand-overs."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.dispatch.postings.ending.model import ExtensionState
from djflow.dispatch.postings.model import RecallReason
from djflow.dispatch.postings.tables import POSTING


class PostingExtensionRow(Base):
    """A request for a longer term."""

    __tablename__ = "posting_extension"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING), index=True)
    until: Mapped[date] = mapped_column(Date)
    state: Mapped[ExtensionState] = mapped_column(Code(ExtensionState), index=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[bytes | None] = mapped_column(Sealed("posting_extension.reason"))


class PostingProposalRow(Base):
    """A cause for a recall, once per year and reason."""

    __tablename__ = "posting_proposal"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING))
    reason: Mapped[RecallReason] = mapped_column(Code(RecallReason))
    key: Mapped[str] = mapped_column(String(60))
    raised_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str] = mapped_column(String(140))
    recalled: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        UniqueConstraint("posting_id", "reason", "key"),
        Index("ix_posting_proposal_open", "settled_at", "posting_id"),
    )


class PostingHandoverRow(Base):
    """The days on which predecessor and successor were both there."""

    __tablename__ = "posting_handover"

    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING), primary_key=True)
    successor_id: Mapped[str | None] = mapped_column(ForeignKey(POSTING))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    noted_at: Mapped[datetime] = mapped_column(Instant)
    noted_by: Mapped[str] = mapped_column(String(140))
