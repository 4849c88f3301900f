"""Rows of events: every place a case has come to, until whoever watches cases has taken it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Instant
from djflow.fund.cases.tables import CASE


class FundEventRow(Base):
    """A case has come to `state` and `step`; `taken_at` is when a flow was started for it.

    `seq` counts all events in the order they happened; whoever writes one holds the record of changes.
    """

    __tablename__ = "fund_event"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey(CASE))
    place: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime] = mapped_column(Instant)
    taken_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("case_id", "place"), Index("ix_fund_event_taken", "taken_at", "seq"))
