"""The values of the fund's books: sources, accounts, transfers, reservations, statements."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.errors import InputError
from djflow.core.money import checked_fen
from djflow.core.subject import Subject

AccountCode = NewType("AccountCode", str)
TransferId = NewType("TransferId", str)

GENESIS = "0" * 64
MAX_KEY = 120
"""Characters of a key that callers give; the books add a suffix of their own."""

MAX_VOUCHER = 60


class FundSource(StrEnum):
    """Where money comes from. Source: handbook domain.md section 3.2."""

    FISCAL = "fiscal"
    DUES = "dues"
    RAISED = "raised"
    DONATED = "donated"


SOURCE_LABELS: Mapping[FundSource, str] = MappingProxyType(
    {
        FundSource.FISCAL: "财政拨款",
        FundSource.DUES: "党费划拨",
        FundSource.RAISED: "党组织募集",
        FundSource.DONATED: "党员捐赠",
    }
)
"""What people call the sources."""


class TransferKind(StrEnum):
    """What a transfer does; a `single` without `reverses` brings money in, one with it takes a transfer back."""

    SINGLE = "single"
    PENDING = "pending"
    POST = "post"
    VOID = "void"


class ReasonCode(StrEnum):
    """Why money is released or a transfer is taken back."""

    WITHDRAWN = "withdrawn"
    OBJECTION_UPHELD = "objection_upheld"
    REJECTED = "rejected"
    EXPIRED = "expired"
    PAYMENT_FAILED = "payment_failed"
    CLAWBACK = "clawback"
    MISTAKE = "mistake"
    DONATION_REFUNDED = "donation_refunded"
    HANDED_BACK = "handed_back"


REASON_LABELS: Mapping[ReasonCode, str] = MappingProxyType(
    {
        ReasonCode.WITHDRAWN: "申请人撤回",
        ReasonCode.OBJECTION_UPHELD: "异议成立",
        ReasonCode.REJECTED: "不予批准",
        ReasonCode.EXPIRED: "逾期失效",
        ReasonCode.PAYMENT_FAILED: "付款不成退回",
        ReasonCode.CLAWBACK: "追回资金",
        ReasonCode.MISTAKE: "更正差错",
        ReasonCode.DONATION_REFUNDED: "退还捐款",
        ReasonCode.HANDED_BACK: "结余交回",
    }
)
"""What people call the reasons."""


@dataclass(frozen=True, slots=True)
class FundAccount:
    """Money of one source, or of one earmark; `categories` are the aid categories it may serve, empty for all."""

    code: AccountCode
    source: FundSource
    earmark: str = ""
    categories: frozenset[str] = frozenset()
    opened_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def restricted(self) -> bool:
        """Whether the money serves some categories only."""
        return bool(self.categories)

    @property
    def name(self) -> str:
        """What people call the account."""
        label = SOURCE_LABELS[self.source]
        return f"{label}（{self.earmark}）" if self.earmark else label


@dataclass(frozen=True, slots=True)
class Balance:
    """An account with what came in, what is reserved and what was spent, all in fen."""

    account: FundAccount
    income_fen: int
    reserved_fen: int
    spent_fen: int

    @property
    def available_fen(self) -> int:
        """What can still be reserved."""
        return self.income_fen - self.reserved_fen - self.spent_fen


@dataclass(frozen=True, slots=True)
class Incoming:
    """Money that arrived: `key` is its idempotency key, `voucher` the number of the bank's paper."""

    key: str
    account: AccountCode
    amount_fen: int
    subject: Subject
    voucher: str = ""
    booked_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse an amount that is none.

        Raises: InputError.
        """
        checked_fen(self.amount_fen)


@dataclass(frozen=True, slots=True)
class Claim:
    """Money wanted for `subject`: from `accounts` in their order, or by category in the order of use when empty.

    `order` says which source's unrestricted money is used first.
    """

    key: str
    subject: Subject
    amount_fen: int
    category: str = ""
    accounts: tuple[AccountCode, ...] = ()
    order: tuple[FundSource, ...] = tuple(FundSource)

    def __post_init__(self) -> None:
        """Refuse an amount that is none.

        Raises: InputError.
        """
        checked_fen(self.amount_fen)


@dataclass(frozen=True, slots=True)
class Reversal:
    """A transfer to be taken back, whole or in part (`amount_fen`), for a reason; income or a payment, once in sum."""

    key: str
    transfer: TransferId
    reason: ReasonCode
    amount_fen: int | None = None
    voucher: str = ""
    booked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """Money that came back from a paid claim: `amount_fen`, or all that is still out; the last share comes first."""

    key: str
    claim_key: str
    reason: ReasonCode
    amount_fen: int | None = None
    voucher: str = ""
    booked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A transfer about to be written: everything but its place in the chain."""

    kind: TransferKind
    account: AccountCode
    amount_fen: int
    key: str
    subject: Subject
    claim_key: str = ""
    pending: TransferId | None = None
    reverses: TransferId | None = None
    reason: ReasonCode | None = None
    voucher: str = ""
    booked_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse an amount or a key that is none.

        Raises: InputError.
        """
        checked_fen(self.amount_fen)
        if not 0 < len(self.key) <= MAX_KEY + 10 or len(self.claim_key) > MAX_KEY or len(self.voucher) > MAX_VOUCHER:
            raise InputError("记账的编号或凭证号太长或是空的。", code="ledger.bad_key")


@dataclass(frozen=True, slots=True)
class Transfer:
    """One line of the books; `hash` covers every field and the line before."""

    seq: int
    id: TransferId
    kind: TransferKind
    account: AccountCode
    amount_fen: int
    key: str
    claim_key: str
    pending: TransferId | None
    reverses: TransferId | None
    subject: Subject
    reason: ReasonCode | None
    voucher: str
    by: str
    second: str
    at: datetime
    booked_on: date
    prev_hash: str

    @property
    def hash(self) -> str:
        """SHA-256 over the previous hash and every field, in a fixed order."""
        fields = [
            self.prev_hash,
            self.seq,
            self.id,
            self.kind.value,
            self.account,
            self.amount_fen,
            self.key,
            self.claim_key,
            self.pending or "",
            self.reverses or "",
            str(self.subject),
            self.reason.value if self.reason else "",
            self.voucher,
            self.by,
            self.second,
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.booked_on.isoformat(),
        ]
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


class ReservationState(StrEnum):
    """What became of reserved money."""

    RESERVED = "reserved"
    PAID = "paid"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Part:
    """The share of one account in a reservation."""

    transfer: TransferId
    account: AccountCode
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money reserved for a subject under `key`, from one or several accounts; `payments` are the posts once paid."""

    key: str
    subject: Subject
    parts: tuple[Part, ...]
    state: ReservationState = ReservationState.RESERVED
    payments: tuple[Part, ...] = ()

    @property
    def amount_fen(self) -> int:
        """The whole amount."""
        return sum(part.amount_fen for part in self.parts)


@dataclass(frozen=True, slots=True)
class NoBudget:
    """There is less money than wanted; nothing was reserved."""

    wanted_fen: int
    available_fen: int


@dataclass(frozen=True, slots=True)
class Head:
    """The number and hash of the last transfer; `(0, GENESIS)` for empty books."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a proof of the books found; `broken_at` is the first transfer that does not follow, if any.

    `balanced`: no account has reserved and spent more than came in. `rederived_equal`: the stored balances are what
    the transfers add up to.
    """

    balanced: bool
    rederived_equal: bool
    chain_ok: bool
    head: Head
    broken_at: int | None = None
    unequal: tuple[AccountCode, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.balanced and self.rederived_equal and self.chain_ok


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A transfer of a statement and what was available after it."""

    transfer: Transfer
    available_fen: int


@dataclass(frozen=True, slots=True)
class Statement:
    """An account's transfers booked from `first` to `last`, both included, with the balances before and after."""

    account: FundAccount
    first: date
    last: date
    opening: Balance
    lines: tuple[StatementLine, ...]
    closing: Balance


@dataclass(frozen=True, slots=True)
class YearLine:
    """A year of one account: carried in, came in and was spent that year, reserved at its end, carried over."""

    year: int
    account: AccountCode
    opening_fen: int
    income_fen: int
    spent_fen: int
    reserved_fen: int

    @property
    def closing_fen(self) -> int:
        """What is carried over; the reserved money is part of it."""
        return self.opening_fen + self.income_fen - self.spent_fen
