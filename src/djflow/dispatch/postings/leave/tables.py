"""Rows of leave requests; the reason is sealed, because it may speak of illness or family."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.dispatch.postings.leave.model import Grantor, LeaveState
from djflow.dispatch.postings.tables import POSTING


class PostingLeaveRow(Base):
    """A request for leave and its answer."""

    __tablename__ = "posting_leave"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    state: Mapped[LeaveState] = mapped_column(Code(LeaveState))
    grantor: Mapped[Grantor] = mapped_column(Code(Grantor))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str] = mapped_column(String(140))
    reason: Mapped[bytes | None] = mapped_column(Sealed("posting_leave.reason"))

    __table_args__ = (
        Index("ix_posting_leave_posting", "posting_id", "first_on"),
        Index("ix_posting_leave_state", "state", "grantor"),
    )
