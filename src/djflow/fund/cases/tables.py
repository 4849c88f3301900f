"""Rows of applications and of what happened to them. Whatever says who is poor or why is sealed."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.fund.cases.model import Act, BanReason, CaseState, Category, Filing, Who

CASE = "fund_case.id"
PERSON = "person.id"


class FundCaseRow(Base):
    """An application; amounts in fen, `…_hash` finds a sealed value without opening it, `version` counts changes."""

    __tablename__ = "fund_case"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    year: Mapped[int] = mapped_column(Integer)
    state: Mapped[CaseState] = mapped_column(Code(CaseState))
    since: Mapped[datetime] = mapped_column(Instant)
    category: Mapped[Category] = mapped_column(Code(Category))
    requested_fen: Mapped[int] = mapped_column(BigInteger)
    proposed_fen: Mapped[int | None] = mapped_column(BigInteger)
    approved_fen: Mapped[int | None] = mapped_column(BigInteger)
    applicant_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    branch_id: Mapped[str | None] = mapped_column(ForeignKey("branch.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    filing: Mapped[Filing] = mapped_column(Code(Filing))
    emergency: Mapped[bool] = mapped_column(Boolean)
    appeal_of: Mapped[str | None] = mapped_column(ForeignKey(CASE))
    claim_hash: Mapped[str] = mapped_column(String(64))
    content_hash: Mapped[str] = mapped_column(String(64))
    materials_hash: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    papers_due_on: Mapped[date | None] = mapped_column(Date, index=True)
    reason: Mapped[bytes | None] = mapped_column(Sealed("fund_case.reason"))
    family: Mapped[bytes | None] = mapped_column(Sealed("fund_case.family"))
    income: Mapped[bytes | None] = mapped_column(Sealed("fund_case.income"))
    payee_account: Mapped[bytes | None] = mapped_column(Sealed("fund_case.payee_account"))
    payee_bank: Mapped[bytes | None] = mapped_column(Sealed("fund_case.payee_bank"))
    payee_hash: Mapped[str] = mapped_column(String(64), index=True)
    household_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    id_hash: Mapped[str | None] = mapped_column(String(64), index=True)

    __table_args__ = (
        Index("ix_fund_case_state", "state", "since"),
        Index("ix_fund_case_unit", "unit_id", "state", "since"),
        Index("ix_fund_case_branch", "branch_id", "state", "since"),
        Index("ix_fund_case_applicant", "applicant_id", "year"),
    )


class FundCaseMoveRow(Base):
    """A step of a case; never changed. The reason is sealed: it may say who is poor and why."""

    __tablename__ = "fund_case_move"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey(CASE))
    version: Mapped[int] = mapped_column(Integer)
    act: Mapped[Act] = mapped_column(Code(Act))
    before: Mapped[CaseState] = mapped_column(Code(CaseState))
    after: Mapped[CaseState] = mapped_column(Code(CaseState))
    round: Mapped[int] = mapped_column(Integer)
    who: Mapped[Who] = mapped_column(Code(Who))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[bytes | None] = mapped_column(Sealed("fund_case_move.reason"))

    __table_args__ = (UniqueConstraint("case_id", "version"),)


class FundCounterRow(Base):
    """The last number given in a year; its row is locked while a number is taken, so that there are no gaps."""

    __tablename__ = "fund_counter"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class FundBanRow(Base):
    """A person who may not apply before `until` (excluded)."""

    __tablename__ = "fund_ban"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(PERSON), index=True)
    reason: Mapped[BanReason] = mapped_column(Code(BanReason))
    until: Mapped[date] = mapped_column(Date)
    case_id: Mapped[str | None] = mapped_column(ForeignKey(CASE))
    at: Mapped[datetime] = mapped_column(Instant)


class FundPhoneRow(Base):
    """An approval by telephone in the emergency lane: who said yes, who wrote it down, who heard it too."""

    __tablename__ = "fund_phone_approval"

    case_id: Mapped[str] = mapped_column(ForeignKey(CASE), primary_key=True)
    approver_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    recorder_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    witness_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    called_at: Mapped[datetime] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)
