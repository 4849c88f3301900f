"""Payment orders, batches, the bank's answers, and rulings of two persons. States are stored and never renamed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from djflow.accounts.model import Role
from djflow.core.ids import PersonId
from djflow.core.subject import Subject

OrderId = NewType("OrderId", str)
BatchId = NewType("BatchId", str)
RulingId = NewType("RulingId", str)
AnswerLineId = NewType("AnswerLineId", str)


class OrderState(StrEnum):
    """Where one payment is.

    `unknown` is at the bank with an answer that does not fit it, `corrected` failed and was replaced by a new attempt.
    """

    READY = "ready"
    BATCHED = "batched"
    SENT = "sent"
    UNKNOWN = "unknown"
    PAID = "paid"
    FAILED = "failed"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    CLAWED_BACK = "clawed_back"


class BatchState(StrEnum):
    """Where a batch is; from `exported` on its file never changes."""

    DRAFT = "draft"
    CHECKED = "checked"
    EXPORTED = "exported"
    SENT = "sent"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class PaymentAct(StrEnum):
    """Something a clerk can ask for."""

    MAKE = "make"
    CHECK = "check"
    CANCEL = "cancel"
    EXPORT = "export"
    DOWNLOAD = "download"
    SEND = "send"
    IMPORT = "import"
    RULE = "rule"
    CONFIRM = "confirm"
    CORRECT = "correct"
    CLOSE = "close"
    READ = "read"
    STATEMENT = "statement"


class Verdict(StrEnum):
    """What became of a payment; the caller posts `paid`, voids `withdrawn`, reverses `clawed_back`."""

    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    CLAWED_BACK = "clawed_back"


class Doubt(StrEnum):
    """Why a line of the bank's answer is unknown."""

    NO_KEY = "no_key"
    OTHER_BATCH = "other_batch"
    TWICE = "twice"
    AMOUNT = "amount"
    ACCOUNT = "account"
    RESULT = "result"
    CONTRADICTION = "contradiction"
    IN_DOUBT = "in_doubt"


class RulingKind(StrEnum):
    """What two persons state: the payment was made, it was not, the line does not concern us, the money came back."""

    PAID = "paid"
    FAILED = "failed"
    DISMISSED = "dismissed"
    REFUNDED = "refunded"


class RulingState(StrEnum):
    """Whether the second person has spoken."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Ground(StrEnum):
    """On what a ruling rests."""

    BANK_LETTER = "bank_letter"
    BANK_STATEMENT = "bank_statement"
    BANK_ENQUIRY = "bank_enquiry"
    BANK_ERROR = "bank_error"
    RETURNED_LATER = "returned_later"
    FALSE_MATERIAL = "false_material"
    PAID_TWICE = "paid_twice"
    WITHDRAWN_LATE = "withdrawn_late"


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who acts: the account as the record names it, the person behind it, the roles held at this moment."""

    actor: str
    person: PersonId
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Payee:
    """The applicant's own account; it never appears in a printed form."""

    person: PersonId
    holder: str = field(repr=False)
    account: str = field(repr=False)
    bank: str


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A payment that may now be made; `excluded` are the persons who decided the case and may not touch its money."""

    subject: Subject
    case_number: str
    amount_fen: int
    payee: Payee
    excluded: frozenset[PersonId]


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """One attempt to pay one case; of the account only the last four digits are open."""

    id: OrderId
    subject: Subject
    case_number: str
    attempt: int
    line_key: str
    amount_fen: int
    payee: PersonId
    account_tail: str
    bank: str
    state: OrderState
    batch: BatchId | None
    bank_code: str
    opened_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentBatch:
    """Orders that go to the bank together; `sha256` is that of the frozen file, empty before export."""

    id: BatchId
    number: str
    state: BatchState
    layout: str
    count: int
    total_fen: int
    maker: PersonId
    checker: PersonId | None
    file_name: str
    sha256: str
    made_at: datetime
    exported_at: datetime | None
    sent_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line of the bank file in the clear: exists only while the file is made."""

    number: int
    line_key: str
    holder: str = field(repr=False)
    account: str = field(repr=False)
    bank: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class BankFile:
    """A frozen file as it is handed out."""

    name: str
    content: bytes = field(repr=False)
    sha256: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one order, for the caller's ledger and notices.

    Money may come back in parts: each `part` is named, `amount_fen` is what it brought, `last` that nothing is left.
    """

    order: OrderId
    subject: Subject
    line_key: str
    attempt: int
    amount_fen: int
    payee: PersonId
    verdict: Verdict
    bank_code: str = ""
    part: str = ""
    last: bool = True


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A row of the bank's answer as it was read; `row` is its number in the file, unreadable values are None."""

    row: int
    key: str
    amount_fen: int | None
    account_tail: str
    paid: bool | None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A row that was not taken: which, why, and the order of this batch it speaks of, if any."""

    row: int
    key: str
    doubt: Doubt
    order: OrderId | None
    id: AnswerLineId = AnswerLineId("")


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """The three lists of an answer; `repeated` were settled alike before, `missing` still have no answer.

    With `already` the same file was imported before: the lists are empty and nothing was changed.
    """

    batch: BatchId
    already: bool
    matched: tuple[Settled, ...]
    rejected: tuple[Settled, ...]
    unknown: tuple[Doubtful, ...]
    repeated: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def settled(self) -> tuple[Settled, ...]:
        """Everything the ledger must hear of."""
        return (*self.matched, *self.rejected)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the first person states about an order, or about a line that belongs to no open order."""

    kind: RulingKind
    ground: Ground
    evidence: str
    order: OrderId | None = None
    line: AnswerLineId | None = None
    received_fen: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """A statement of two persons; `evidence` is the SHA-256 of the paper it rests on."""

    id: RulingId
    kind: RulingKind
    ground: Ground
    state: RulingState
    order: OrderId | None
    line: AnswerLineId | None
    evidence: str
    first: PersonId
    second: PersonId | None
    received_fen: int = 0


@dataclass(frozen=True, slots=True)
class Correction:
    """New bank details for a failed payment of the same person; `evidence` is the SHA-256 of the paper."""

    holder: str = field(repr=False)
    account: str = field(repr=False)
    bank: str
    evidence: str
    excluded: frozenset[PersonId] = frozenset()


@dataclass(frozen=True, slots=True)
class NewBatch:
    """Orders to go to the bank together, all that are ready when none is named; `flag_reason` explains a repetition."""

    layout: str
    max_lines: int
    orders: tuple[OrderId, ...] = ()
    flag_reason: str = field(default="", repr=False)
