"""Rows of the books. Triggers made by the migration move the balances and refuse every other change to them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant
from djflow.fund.ledger.model import FundSource, ReasonCode, TransferKind

_ACCOUNT = "fund_account.code"


class FundAccountRow(Base):
    """An account; the four accounts of the sources are made by the migration, earmarks are opened."""

    __tablename__ = "fund_account"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    source: Mapped[FundSource] = mapped_column(Code(FundSource))
    earmark: Mapped[str] = mapped_column(String(100))
    categories: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class FundBalanceRow(Base):
    """What an account's transfers add up to, moved by the insert trigger only; `last_seq` is its last transfer."""

    __tablename__ = "fund_balance"

    account: Mapped[str] = mapped_column(ForeignKey(_ACCOUNT), primary_key=True)
    income_fen: Mapped[int] = mapped_column(BigInteger)
    reserved_fen: Mapped[int] = mapped_column(BigInteger)
    spent_fen: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("income_fen >= 0 AND reserved_fen >= 0 AND spent_fen >= 0", name="not_negative"),
        CheckConstraint("spent_fen + reserved_fen <= income_fen", name="not_overspent"),
    )


class FundTransferRow(Base):
    """One transfer; never changed, never deleted."""

    __tablename__ = "fund_transfer"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, unique=True)
    kind: Mapped[TransferKind] = mapped_column(Code(TransferKind))
    account: Mapped[str] = mapped_column(ForeignKey(_ACCOUNT), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(String(140), unique=True)
    claim_key: Mapped[str] = mapped_column(String(120), index=True)
    pending_id: Mapped[str | None] = mapped_column(ForeignKey("fund_transfer.id"), unique=True)
    reverses_id: Mapped[str | None] = mapped_column(ForeignKey("fund_transfer.id"), index=True)
    subject: Mapped[str] = mapped_column(String(140), index=True)
    reason: Mapped[ReasonCode | None] = mapped_column(Code(ReasonCode))
    voucher: Mapped[str] = mapped_column(String(60), index=True)
    made_by: Mapped[str] = mapped_column(String(80))
    second: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
    booked_on: Mapped[date] = mapped_column(Date, index=True)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="positive"),
        CheckConstraint(
            "(kind IN ('post', 'void')) = (pending_id IS NOT NULL) AND (reverses_id IS NULL OR kind = 'single')",
            name="shape",
        ),
        CheckConstraint("kind <> 'single' OR (second <> '' AND second <> made_by)", name="two_persons"),
    )


class FundHeadRow(Base):
    """The last transfer's number and hash; its row is locked while a transfer is added, so the chain never forks."""

    __tablename__ = "fund_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class FundYearRow(Base):
    """An account's closed year; never changed, and nothing is booked into it any more."""

    __tablename__ = "fund_year"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(ForeignKey(_ACCOUNT), primary_key=True)
    opening_fen: Mapped[int] = mapped_column(BigInteger)
    income_fen: Mapped[int] = mapped_column(BigInteger)
    spent_fen: Mapped[int] = mapped_column(BigInteger)
    reserved_fen: Mapped[int] = mapped_column(BigInteger)
