"""Rows of what was found before approval; reasons and notes are sealed."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.fund.cases.model import Category
from djflow.fund.checks.model import Finding, FlagKind

CASE = "fund_case.id"
PERSON = "person.id"


class FundFlagRow(Base):
    """A question about a case; `key` is the kind and what it was compared with, so that it is asked once."""

    __tablename__ = "fund_flag"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey(CASE))
    other_id: Mapped[str | None] = mapped_column(ForeignKey(CASE), index=True)
    kind: Mapped[FlagKind] = mapped_column(Code(FlagKind))
    key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[bytes | None] = mapped_column(Sealed("fund_flag.reason"))

    __table_args__ = (UniqueConstraint("case_id", "key"), Index("ix_fund_flag_open", "settled_at", "case_id"))


class FundCrossCheckRow(Base):
    """A department's latest answer about a case."""

    __tablename__ = "fund_crosscheck"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey(CASE))
    department: Mapped[str] = mapped_column(String(40))
    finding: Mapped[Finding] = mapped_column(Code(Finding))
    note: Mapped[bytes | None] = mapped_column(Sealed("fund_crosscheck.note"))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (UniqueConstraint("case_id", "department"),)


class FundVisitRow(Base):
    """A visitor's finding at an applicant's home, in one round of the case."""

    __tablename__ = "fund_visit"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey(CASE))
    visitor_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    visited_on: Mapped[date] = mapped_column(Date)
    consistent: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[bytes | None] = mapped_column(Sealed("fund_visit.note"))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (UniqueConstraint("case_id", "visitor_id"),)


class FundDeliberationRow(Base):
    """A branch's vote about what the case asked for at that moment; `known` holds ids, one a line."""

    __tablename__ = "fund_deliberation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey(CASE), index=True)
    held_on: Mapped[date] = mapped_column(Date)
    present: Mapped[int] = mapped_column(Integer)
    votes_for: Mapped[int] = mapped_column(Integer)
    against: Mapped[int] = mapped_column(Integer)
    abstain: Mapped[int] = mapped_column(Integer)
    known: Mapped[str] = mapped_column(Text)
    category: Mapped[Category] = mapped_column(Code(Category))
    requested_fen: Mapped[int] = mapped_column(BigInteger)
    proposed_fen: Mapped[int] = mapped_column(BigInteger)
    minutes_id: Mapped[str] = mapped_column(ForeignKey("fund_material.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(80))
