"""The values of donations: who gives what for which purpose, how far it has come, what its receipt says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.core.money import checked_fen
from djflow.core.subject import Subject
from djflow.fund.ledger.model import AccountCode, TransferId

DonationId = NewType("DonationId", str)

KIND = "fund.donation"
MAX_NAME, MAX_PURPOSE = 60, 100


class DonorKind(StrEnum):
    """Who gives."""

    UNIT = "unit"
    PERSON = "person"


class GiftMethod(StrEnum):
    """By which way the money comes."""

    TRANSFER = "transfer"
    CASH = "cash"
    ONLINE = "online"
    CHEQUE = "cheque"


METHOD_LABELS: Mapping[GiftMethod, str] = MappingProxyType(
    {
        GiftMethod.TRANSFER: "银行转账",
        GiftMethod.CASH: "现金（当日缴存银行）",
        GiftMethod.ONLINE: "网上支付",
        GiftMethod.CHEQUE: "支票",
    }
)
"""What people call the ways."""


class DonationState(StrEnum):
    """How far a donation has come."""

    PLEDGED = "pledged"
    RECEIVED = "received"
    RECEIPTED = "receipted"
    THANKED = "thanked"
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"


class DonationAct(StrEnum):
    """What is done with a donation."""

    RECEIVE = "receive"
    RECEIPT = "receipt"
    THANK = "thank"
    REFUND = "refund"
    WITHDRAW = "withdraw"


STATE_LABELS: Mapping[DonationState, str] = MappingProxyType(
    {
        DonationState.PLEDGED: "已认捐，未到账",
        DonationState.RECEIVED: "已到账，未开票",
        DonationState.RECEIPTED: "已开票，未致谢",
        DonationState.THANKED: "已致谢",
        DonationState.REFUNDED: "已退还",
        DonationState.WITHDRAWN: "已撤回",
    }
)
"""What people call the states."""

TRANSITIONS: Mapping[DonationAct, tuple[frozenset[DonationState], DonationState]] = MappingProxyType(
    {
        DonationAct.RECEIVE: (frozenset({DonationState.PLEDGED}), DonationState.RECEIVED),
        DonationAct.RECEIPT: (frozenset({DonationState.RECEIVED}), DonationState.RECEIPTED),
        DonationAct.THANK: (frozenset({DonationState.RECEIPTED}), DonationState.THANKED),
        DonationAct.REFUND: (
            frozenset({DonationState.RECEIVED, DonationState.RECEIPTED, DonationState.THANKED}),
            DonationState.REFUNDED,
        ),
        DonationAct.WITHDRAW: (frozenset({DonationState.PLEDGED}), DonationState.WITHDRAWN),
    }
)
"""What each act needs and where it leads; what is not listed is refused."""


@dataclass(frozen=True, slots=True)
class Donor:
    """Who gives; a person's name is sealed at rest. `person` is a member on the office's list, to be thanked."""

    kind: DonorKind
    name: str = field(repr=False)
    anonymous: bool = False
    person: PersonId | None = None

    def __post_init__(self) -> None:
        """Refuse a donor without a name.

        Raises: InputError.
        """
        if not 0 < len(self.name.strip()) <= MAX_NAME:
            raise InputError(f"请写捐赠单位或捐赠人的名称，不超过{MAX_NAME}字；匿名的也要写，只是不公开。")


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise to give; `earmark` is the purpose it is bound to, `categories` the aid categories that may use it."""

    key: str
    donor: Donor
    amount_fen: int
    earmark: str = ""
    categories: frozenset[str] = frozenset()
    method: GiftMethod | None = None

    def __post_init__(self) -> None:
        """Refuse an amount that is none, and categories without a purpose.

        Raises: InputError.
        """
        checked_fen(self.amount_fen)
        if len(self.earmark) > MAX_PURPOSE:
            raise InputError(f"专项用途不能超过{MAX_PURPOSE}字。", code="donation.purpose")
        if self.categories and not self.earmark.strip():
            raise InputError("限定了帮扶类别的捐款，请写明专项用途。", code="donation.purpose")


@dataclass(frozen=True, slots=True)
class Donation:
    """A stored donation; `name` is empty for a person unless it was asked for with the key."""

    id: DonationId
    number: str
    kind: DonorKind
    anonymous: bool
    person: PersonId | None
    amount_fen: int
    earmark: str
    categories: frozenset[str]
    state: DonationState
    pledged_at: datetime
    received_on: date | None = None
    account: AccountCode | None = None
    transfer: TransferId | None = None
    receipt_number: str = ""
    receipted_at: datetime | None = None
    thanked_at: datetime | None = None
    ended_at: datetime | None = None
    name: str = field(default="", repr=False)
    method: GiftMethod | None = None

    @property
    def subject(self) -> Subject:
        """What notices, record and books call it."""
        return Subject(KIND, self.id)

    @property
    def public_name(self) -> str:
        """The name for lists: a unit's, a person's surname only, nothing of an anonymous donor."""
        if self.anonymous:
            return "匿名"
        return self.name if self.kind is DonorKind.UNIT or not self.name else self.name[:1] + "*" * (len(self.name) - 1)


@dataclass(frozen=True, slots=True)
class ReceiptSheet:
    """What a printed receipt says; `void` when the money was given back."""

    number: str
    donor: str = field(repr=False)
    amount: str
    amount_in_capitals: str
    purpose: str
    received_on: date
    issued_on: date
    void: bool
    method: GiftMethod | None = None
