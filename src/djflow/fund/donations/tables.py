"""Rows of donations and of the counters that number them and their receipts without gaps."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.fund.donations.model import DonationState, DonorKind, GiftMethod


class DonationRow(Base):
    """One donation; a unit is named in the clear, a person is sealed."""

    __tablename__ = "fund_donation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[DonorKind] = mapped_column(Code(DonorKind))
    unit_name: Mapped[str] = mapped_column(String(60))
    person_name: Mapped[bytes | None] = mapped_column(Sealed("fund_donation.person_name"))
    anonymous: Mapped[bool] = mapped_column(Boolean)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    earmark: Mapped[str] = mapped_column(String(100))
    categories: Mapped[str] = mapped_column(Text)
    state: Mapped[DonationState] = mapped_column(Code(DonationState), index=True)
    pledged_at: Mapped[datetime] = mapped_column(Instant)
    received_on: Mapped[date | None] = mapped_column(Date)
    account: Mapped[str | None] = mapped_column(ForeignKey("fund_account.code"))
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("fund_transfer.id"), unique=True)
    receipt_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    receipted_at: Mapped[datetime | None] = mapped_column(Instant)
    thanked_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    method: Mapped[GiftMethod | None] = mapped_column(Code(GiftMethod))

    __table_args__ = (CheckConstraint("amount_fen > 0", name="positive"),)


class DonationSeriesRow(Base):
    """The last number given in a series of a year; locked while the next one is taken, so that none is left out."""

    __tablename__ = "fund_donation_series"

    series: Mapped[str] = mapped_column(String(20), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
