"""What is looked for in the books and what is found: transfers that fit, one transfer's life, months by source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from djflow.fund.ledger.model import Balance, FundSource, Head, Transfer, TransferKind


@dataclass(frozen=True, slots=True)
class Search:
    """Which transfers are looked for: below number `before` (0: any), booked from `first` to `last`, both included."""

    account: str = ""
    kind: TransferKind | None = None
    first: date | None = None
    last: date | None = None
    voucher: str = ""
    before: int = 0


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month of one source: carried in, came in, was spent, reserved at its end."""

    source: FundSource
    month: int
    opening_fen: int
    income_fen: int
    spent_fen: int
    reserved_fen: int

    @property
    def closing_fen(self) -> int:
        """What is there at the end of the month; the reserved money is part of it."""
        return self.opening_fen + self.income_fen - self.spent_fen


@dataclass(frozen=True, slots=True)
class Standing:
    """The books as they stood at a day's end: their head, every account re-derived, how many transfers of each kind.

    What takes a transfer back is counted in `taken_back`, not in `kinds`.
    """

    head: Head
    balances: tuple[Balance, ...]
    kinds: Mapping[TransferKind, int]
    taken_back: int


@dataclass(frozen=True, slots=True)
class Life:
    """A transfer with everything that belongs to it: its claim's other lines, what it takes back, what took it back."""

    transfer: Transfer
    claim: tuple[Transfer, ...]
    reverses: Transfer | None
    taken_back: tuple[Transfer, ...]

    @property
    def left_fen(self) -> int:
        """What of an income or a payment was not taken back."""
        return self.transfer.amount_fen - sum(one.amount_fen for one in self.taken_back)

    @property
    def reversible(self) -> bool:
        """Whether something of it may still be taken back: income and payments only."""
        income = self.transfer.kind is TransferKind.SINGLE and self.transfer.reverses is None
        return (income or self.transfer.kind is TransferKind.POST) and self.left_fen > 0
