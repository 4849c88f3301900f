"""Rows of bookings that wait for, or had, a second person."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant
from djflow.fund.bookings.model import BookingKind, BookingState
from djflow.fund.ledger.model import ReasonCode

_ACCOUNT = "account.id"


class FundBookingRow(Base):
    """One booking; nobody decides what he recorded himself, except taking it back."""

    __tablename__ = "fund_booking"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[BookingKind] = mapped_column(Code(BookingKind))
    about: Mapped[str] = mapped_column(String(40), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    voucher: Mapped[str] = mapped_column(String(60))
    booked_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[ReasonCode | None] = mapped_column(Code(ReasonCode))
    state: Mapped[BookingState] = mapped_column(Code(BookingState), index=True)
    recorded_by: Mapped[str] = mapped_column(ForeignKey(_ACCOUNT))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey(_ACCOUNT))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("amount_fen >= 0", name="not_negative"),
        CheckConstraint("state <> 'confirmed' OR decided_by <> recorded_by", name="two_persons"),
    )
