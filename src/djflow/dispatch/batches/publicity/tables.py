"""Rows of publicity periods and objections; what an objection says and who says it are sealed."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.dispatch.batches.publicity.model import ObjectionState, PeriodState, Via
from djflow.dispatch.batches.tables import BATCH, CANDIDATE


class DispatchPeriodRow(Base):
    """A candidate on the board."""

    __tablename__ = "dispatch_period"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey(BATCH), index=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey(CANDIDATE), index=True)
    state: Mapped[PeriodState] = mapped_column(Code(PeriodState))
    posted_on: Mapped[date] = mapped_column(Date)
    from_on: Mapped[date] = mapped_column(Date)
    remaining: Mapped[int] = mapped_column(Integer)
    ends_on: Mapped[date] = mapped_column(Date)

    __table_args__ = (Index("ix_dispatch_period_state", "state", "ends_on"),)


class DispatchObjectionRow(Base):
    """An objection; `digest` is keyed and tells the same text sent twice."""

    __tablename__ = "dispatch_objection"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    period_id: Mapped[str] = mapped_column(ForeignKey("dispatch_period.id"), index=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey(BATCH), index=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey(CANDIDATE))
    state: Mapped[ObjectionState] = mapped_column(Code(ObjectionState))
    via: Mapped[Via] = mapped_column(Code(Via))
    digest: Mapped[str] = mapped_column(String(64))
    words: Mapped[bytes | None] = mapped_column(Sealed("dispatch_objection.words"))
    contact: Mapped[bytes | None] = mapped_column(Sealed("dispatch_objection.contact"))
    received_at: Mapped[datetime] = mapped_column(Instant)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    entered_by: Mapped[str] = mapped_column(String(80))
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by: Mapped[str] = mapped_column(String(80))
    resolution: Mapped[bytes | None] = mapped_column(Sealed("dispatch_objection.resolution"))
