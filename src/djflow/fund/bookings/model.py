"""Bookings that wait for the second person. Kinds and states are stored and never renamed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.accounts.model import AccountId
from djflow.core.errors import InputError
from djflow.core.money import checked_fen
from djflow.core.subject import Subject
from djflow.fund.ledger.model import MAX_VOUCHER, ReasonCode

BookingId = NewType("BookingId", str)

KIND = "fund.booking"


class BookingKind(StrEnum):
    """What is to be booked; `about` of a booking is an account, a transfer, a year or a donation's number."""

    INCOME = "income"
    REVERSAL = "reversal"
    YEAR_END = "year_end"
    DONATION = "donation"
    REFUND = "refund"


class BookingState(StrEnum):
    """Whether the second person has spoken."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


KIND_WORDS: Mapping[BookingKind, str] = MappingProxyType(
    {
        BookingKind.INCOME: "资金到账",
        BookingKind.REVERSAL: "冲回",
        BookingKind.YEAR_END: "年终结账",
        BookingKind.DONATION: "捐款到账",
        BookingKind.REFUND: "退还捐款",
    }
)
"""What people call the kinds."""

STATE_WORDS: Mapping[BookingState, str] = MappingProxyType(
    {
        BookingState.WAITING: "等出纳复核",
        BookingState.CONFIRMED: "已入账",
        BookingState.REFUSED: "出纳已退回",
        BookingState.TAKEN_BACK: "登记人已撤回",
    }
)
"""What people call the states."""


@dataclass(frozen=True, slots=True)
class NewBooking:
    """What somebody of finance records; amounts in fen, 0 for what has none of its own."""

    kind: BookingKind
    about: str
    amount_fen: int = 0
    voucher: str = ""
    booked_on: date | None = None
    reason: ReasonCode | None = None

    def __post_init__(self) -> None:
        """Refuse what could never be booked.

        Raises: InputError.
        """
        needs_amount = self.kind in {BookingKind.INCOME, BookingKind.REVERSAL}
        checked_fen(self.amount_fen, at_least=1 if needs_amount else 0)
        if self.kind in {BookingKind.INCOME, BookingKind.DONATION} and not self.voucher.strip():
            raise InputError("请写凭证号：银行回单或拨款文件的编号，靠它查重。", code="booking.voucher")
        if len(self.voucher) > MAX_VOUCHER:
            raise InputError(f"凭证号不能超过{MAX_VOUCHER}个字。", code="booking.voucher")
        if self.kind is BookingKind.REVERSAL and self.reason is None:
            raise InputError("请选冲回的原因。", code="booking.reason")


@dataclass(frozen=True, slots=True)
class Booking:
    """A recorded booking: who recorded it when, who decided it when."""

    id: BookingId
    new: NewBooking
    state: BookingState
    recorded_by: AccountId
    recorded_at: datetime
    decided_by: AccountId | None
    decided_at: datetime | None

    @property
    def subject(self) -> Subject:
        """What the record of changes calls it."""
        return Subject(KIND, self.id)

    @property
    def key(self) -> str:
        """The idempotency key of what is booked."""
        return f"booking:{self.id}"
