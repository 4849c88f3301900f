"""Values of a proposal: its round, its lines, what was pinned."""

from dataclasses import dataclass
from datetime import datetime

from djflow.dispatch.batches.model import BatchId, CandidateId, DemandId


@dataclass(frozen=True, slots=True)
class Line:
    """A nomination in a proposal: its post and points, None for nowhere; `why` are sentences without names."""

    candidate: CandidateId
    demand: DemandId | None
    points: int | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One round: what the solver found with `seed`; `objective` is proven best when it equals `bound`.

    `words` explain the whole: empty places and their reasons.
    """

    batch: BatchId
    round: int
    seed: int
    objective: int
    bound: int
    short: int
    words: tuple[str, ...]
    content_hash: str
    made_at: datetime
    made_by: str
    lines: tuple[Line, ...] = ()

    @property
    def optimal(self) -> bool:
        """Whether nothing better exists."""
        return self.bound >= self.objective


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """A pair settled by the office, or excluded when `banned`."""

    candidate: CandidateId
    demand: DemandId
    banned: bool = False
