"""Rows of publicity periods and objections; what an objection says and who says it are sealed."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.fund.cases.model import Category, Day
from djflow.fund.publicity.model import Level, ObjectionState, PeriodState, Via


class FundPublicityRow(Base):
    """A case on a board; `amount_fen` and `category` are what the list says."""

    __tablename__ = "fund_publicity"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("fund_case.id"), index=True)
    level: Mapped[Level] = mapped_column(Code(Level))
    state: Mapped[PeriodState] = mapped_column(Code(PeriodState))
    posted_on: Mapped[date] = mapped_column(Date)
    from_on: Mapped[date] = mapped_column(Date)
    remaining: Mapped[int] = mapped_column(Integer)
    unit: Mapped[Day] = mapped_column(Code(Day))
    ends_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    category: Mapped[Category] = mapped_column(Code(Category))

    __table_args__ = (Index("ix_fund_publicity_state", "state", "ends_on"),)


class FundObjectionRow(Base):
    """An objection; `digest` is keyed and tells the same text sent twice."""

    __tablename__ = "fund_objection"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    period_id: Mapped[str] = mapped_column(ForeignKey("fund_publicity.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("fund_case.id"), index=True)
    state: Mapped[ObjectionState] = mapped_column(Code(ObjectionState))
    via: Mapped[Via] = mapped_column(Code(Via))
    digest: Mapped[str] = mapped_column(String(64))
    words: Mapped[bytes | None] = mapped_column(Sealed("fund_objection.words"))
    contact: Mapped[bytes | None] = mapped_column(Sealed("fund_objection.contact"))
    received_at: Mapped[datetime] = mapped_column(Instant)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    entered_by: Mapped[str] = mapped_column(String(80))
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by: Mapped[str] = mapped_column(String(80))
    resolution: Mapped[bytes | None] = mapped_column(Sealed("fund_objection.resolution"))
