"""A batch and what it is made of: demands, quotas, candidates. Words are stored and never renamed.

Source: handbook of the domain, sections 2.4 and 9.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.ids import PersonId, UnitId
from djflow.core.subject import Subject
from djflow.dispatch.policy.model import BatchKind

BatchId = NewType("BatchId", str)
DemandId = NewType("DemandId", str)
CandidateId = NewType("CandidateId", str)


class BatchState(StrEnum):
    """Where a batch is."""

    DRAFT = "draft"
    CALLED = "called"
    COLLECTING = "collecting"
    CHECKING = "checking"
    PROPOSED = "proposed"
    DECIDING = "deciding"
    DECIDED = "decided"
    PUBLICITY = "publicity"
    ACTIVE = "active"
    CLOSING = "closing"
    CLOSED = "closed"
    CANCELLED = "cancelled"


BATCH_WORDS: Mapping[BatchState, str] = MappingProxyType(
    {
        BatchState.DRAFT: "需求摸底",
        BatchState.CALLED: "名额已定",
        BatchState.COLLECTING: "推荐中",
        BatchState.CHECKING: "资格审查",
        BatchState.PROPOSED: "方案待审",
        BatchState.DECIDING: "研究审批",
        BatchState.DECIDED: "已决定",
        BatchState.PUBLICITY: "公示中",
        BatchState.ACTIVE: "在派",
        BatchState.CLOSING: "收尾",
        BatchState.CLOSED: "已归档",
        BatchState.CANCELLED: "已取消",
    }
)


class CandidateState(StrEnum):
    """Where a nomination is."""

    NOMINATED = "nominated"
    CHECKED = "checked"
    REFUSED = "refused"
    PROPOSED = "proposed"
    DECIDED = "decided"
    PUBLICISED = "publicised"
    HELD = "held"
    CLEARED = "cleared"
    RESERVE = "reserve"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"


CANDIDATE_WORDS: Mapping[CandidateState, str] = MappingProxyType(
    {
        CandidateState.NOMINATED: "已推荐",
        CandidateState.CHECKED: "审查通过",
        CandidateState.REFUSED: "审查未通过",
        CandidateState.PROPOSED: "拟派",
        CandidateState.DECIDED: "已研究决定",
        CandidateState.PUBLICISED: "公示中",
        CandidateState.HELD: "异议核实中",
        CandidateState.CLEARED: "公示无异议",
        CandidateState.RESERVE: "未派，备选",
        CandidateState.WITHDRAWN: "已退出",
        CandidateState.DROPPED: "不派",
    }
)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch, called `title`; its postings begin on `starts_on` and end on `ends_on` if nothing changes.

    `version` and `digest` are of the policy it was called under; `seed` draws the lots; `due_on` is when the present
    step should be over.
    """

    id: BatchId
    kind: BatchKind
    title: str
    state: BatchState
    version: int
    digest: str
    seed: int
    starts_on: date
    ends_on: date
    since: datetime
    due_on: date | None = None
    round: int = 0

    @property
    def subject(self) -> Subject:
        """What records, messages and links call the batch."""
        return Subject("dispatch.batch", self.id)


@dataclass(frozen=True, slots=True)
class NewDemand:
    """What a host asks for: `places` people at `unit` for `title`; `team` asks for a mix (see `TeamNeed`).

    `specialty` is one of the office's skills, empty for any; `village` is the unit code of the village or community.
    """

    unit: UnitId
    title: str
    places: int
    specialty: str = ""
    village: str = ""
    team: "TeamNeed | None" = None


@dataclass(frozen=True, slots=True)
class TeamNeed:
    """What a team of several must hold: one of each specialty, at least so many women, no two of one section."""

    each_of: tuple[str, ...] = ()
    women_at_least: int = 0
    no_two_of_a_section: bool = True


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand of a batch; `granted` is the quota it was given, None before."""

    id: DemandId
    batch: BatchId
    new: NewDemand
    granted: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody nominated by `unit` for a batch; `wishes` are units one would go to, `volunteers` overrides a cool-down.

    `demand` is the post somebody is proposed for or decided on; `points` are what the proposal counted.
    """

    id: CandidateId
    batch: BatchId
    person: PersonId
    unit: UnitId
    state: CandidateState
    volunteers: bool = False
    wishes: tuple[UnitId, ...] = ()
    demand: DemandId | None = None
    points: int | None = None
    reason: str = field(default="", repr=False)
