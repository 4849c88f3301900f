"""Values of rotation: seats that need somebody, candidates, moves in chains, and why.

A seat is what somebody holds: a post of a batch, or a key place at home that may not stand empty either. Source:
handbook of the domain, sections 2.3 and 2.4 (fairness, handover of fifteen days).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.dispatch.policy.model import BatchKind

SeatId = NewType("SeatId", str)
ProposalId = NewType("ProposalId", str)

KIND = "dispatch.rotation"
"""What subjects, approvals and links call a proposal."""


class ProposalState(StrEnum):
    """Where a proposal is."""

    OPEN = "open"
    ACCEPTED = "accepted"
    APPOINTED = "appointed"
    DECLINED = "declined"
    REPLACED = "replaced"


PROPOSAL_WORDS: Mapping[ProposalState, str] = MappingProxyType(
    {
        ProposalState.OPEN: "待答复",
        ProposalState.ACCEPTED: "已采纳，审批中",
        ProposalState.APPOINTED: "已选派接任",
        ProposalState.DECLINED: "未采纳",
        ProposalState.REPLACED: "已由新方案代替",
    }
)


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of fairness: a year since the last posting, never posted, each point of duty above the average.

    `chain` is what it costs to take somebody from another seat: a move more has to be worth it.
    """

    year: int = 10
    never: int = 30
    overtime: int = 1
    most_years: int = 10
    chain: int = 25


@dataclass(frozen=True, slots=True)
class Term:
    """A posting as rotation sees it: who holds what where, until which day; `vacated` was left early."""

    id: SeatId
    kind: BatchKind
    person: PersonId
    home: UnitId
    host: UnitId
    title: str
    span: DateSpan
    vacated: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A term that ends in `days_left` days (below 0: it is over), within `within` days; `before` ends it at latest."""

    term: Term
    days_left: int
    within: int


@dataclass(frozen=True, slots=True)
class Seat:
    """Something held by `holder`; a `due` one needs a successor, another only when its holder is moved.

    `last` is the holder's last day; of a `vacant` seat the day by which it must be filled again. The successor and the
    holder serve `handover_days` together.
    """

    id: SeatId
    title: str
    unit: UnitId
    last: date
    due: bool = False
    vacant: bool = False
    holder: PersonId | None = None
    handover_days: int = 15


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may follow.

    `posted_until` is the end of the last posting, None never; `overtime` duty points above the average; `seat` what
    the person holds now and would leave.
    """

    person: PersonId
    unit: UnitId
    posted_until: date | None = None
    overtime: int = 0
    seat: SeatId | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """What is known of one person for one seat; a forbidden pair keeps its remarks for the explanation."""

    seat: SeatId
    person: PersonId
    allowed: bool = True
    price: int = 0
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a proposal follows from; `spare` is how many more each unit may send, unlimited when missing."""

    on: date
    seats: tuple[Seat, ...]
    candidates: tuple[Candidate, ...]
    pairs: tuple[Pair, ...]
    seed: int
    weights: Weights = field(default_factory=Weights)
    spare: Mapping[UnitId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """How much it is somebody's turn: tenths of years since the last posting, their points, bonus, overtime, lot."""

    tenths: int
    years: int
    never: int
    overtime: int
    lot: int

    @property
    def total(self) -> int:
        """The points; more is sooner."""
        return self.years + self.never - self.overtime


@dataclass(frozen=True, slots=True)
class Move:
    """`person` takes a seat from `first` on and leaves `leaves`; both holders serve `overlap` days together.

    `short` says that the handover cannot be had in full any more.
    """

    seat: SeatId
    person: PersonId
    first: date
    overlap: int
    leaves: SeatId | None = None
    short: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """The moves that follow from one due seat, the due seat first; no moves: nobody was found."""

    seat: SeatId
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """One candidate for one due seat: score, whether allowed, remarks, and rank among the allowed (0: forbidden)."""

    seat: SeatId
    person: PersonId
    score: Score
    allowed: bool
    rank: int
    chosen: bool
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One chain for each due seat, and the explanation of every candidate asked about."""

    chains: tuple[Chain, ...]
    explained: tuple[Explained, ...]

    @property
    def empty(self) -> tuple[SeatId, ...]:
        """Due seats for which nobody was found."""
        return tuple(chain.seat for chain in self.chains if not chain.moves)


class DeclineReason(StrEnum):
    """Why the office does not follow a proposal."""

    UNFIT = "unfit"
    HOST = "host"
    HOME = "home"
    EXTENDED = "extended"
    OTHER = "other"


DECLINE_WORDS: Mapping[DeclineReason, str] = MappingProxyType(
    {
        DeclineReason.UNFIT: "人岗不合适",
        DeclineReason.HOST: "接收单位有不同意见",
        DeclineReason.HOME: "派出单位有不同意见",
        DeclineReason.EXTENDED: "原任延期",
        DeclineReason.OTHER: "其他",
    }
)


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """A move with what it needs to become a posting: the unit left, the host, the post, the days.

    `kind` is None for a key place at home, which the unit fills by itself; `replaces` is the posting it follows,
    `posting` the one that was made from it.
    """

    move: Move
    home: UnitId
    host: UnitId
    title: str
    span: DateSpan
    kind: BatchKind | None = None
    replaces: str = ""
    posting: str = ""


@dataclass(frozen=True, slots=True)
class NewProposal:
    """A chain for one due seat as it is to be kept, with the explanation of its candidates."""

    seat: SeatId
    kind: BatchKind
    host: UnitId
    title: str
    due_on: date
    seed: int
    moves: tuple[PlannedMove, ...] = ()
    explained: tuple[Explained, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stored proposal; `number` is what people call it."""

    id: ProposalId
    number: str
    new: NewProposal
    state: ProposalState
    made_on: date
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""

    @property
    def subject(self) -> Subject:
        """What records, approvals and links call it."""
        return Subject(KIND, self.id)
