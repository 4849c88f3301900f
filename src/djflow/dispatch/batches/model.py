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
    """A demand of a batch; `granted` is the quota it was given, None before; a withdrawn one takes nobody."""

    id: DemandId
    batch: BatchId
    new: NewDemand
    granted: int | None = None
    withdrawn: bool = False

    @property
    def places(self) -> int:
        """How many people it may get now: what was granted, before that what was asked for."""
        if self.withdrawn:
            return 0
        return self.new.places if self.granted is None else self.granted


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody nominated by `unit` for a batch; `wishes` are units one would go to, `volunteers` overrides a cool-down.

    `demand` is the post somebody is proposed for or decided on; `points` are what the proposal counted; `himself` marks
    whoever asked for it and was recommended by the unit.
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
    himself: bool = False

    @property
    def subject(self) -> Subject:
        """What records and messages call the nomination."""
        return Subject("dispatch.candidate", self.id)


class BatchAct(StrEnum):
    """What moves a batch on."""

    GRANT = "grant"
    CALL = "call"
    CLOSE_NOMINATIONS = "close_nominations"
    ASK_AGAIN = "ask_again"
    PROPOSE = "propose"
    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    POST = "post"
    REPLACE = "replace"
    GO_ON = "go_on"
    ACTIVATE = "activate"
    BEGIN_CLOSING = "begin_closing"
    ARCHIVE = "archive"
    CANCEL = "cancel"


BATCH_ACT_WORDS: Mapping[BatchAct, str] = MappingProxyType(
    {
        BatchAct.GRANT: "下达名额",
        BatchAct.CALL: "发出选派通知",
        BatchAct.CLOSE_NOMINATIONS: "截止推荐",
        BatchAct.ASK_AGAIN: "重新征集推荐",
        BatchAct.PROPOSE: "拟定方案",
        BatchAct.SUBMIT: "送审",
        BatchAct.TAKE_BACK: "撤回送审",
        BatchAct.APPROVE: "批准",
        BatchAct.RETURN: "退回",
        BatchAct.REJECT: "不批准",
        BatchAct.POST: "公示",
        BatchAct.REPLACE: "递补",
        BatchAct.GO_ON: "不再递补",
        BatchAct.ACTIVATE: "派出",
        BatchAct.BEGIN_CLOSING: "转入收尾",
        BatchAct.ARCHIVE: "归档",
        BatchAct.CANCEL: "取消",
    }
)


class CandidateAct(StrEnum):
    """What moves a nomination on."""

    NOMINATE = "nominate"
    PASS = "pass"  # noqa: S105 - the name of an act
    REFUSE = "refuse"
    RECHECK = "recheck"
    PROPOSE = "propose"
    RELEASE = "release"
    PASS_OVER = "pass_over"  # noqa: S105 - the name of an act
    DECIDE = "decide"
    POST = "post"
    HOLD = "hold"
    RESUME = "resume"
    CLEAR = "clear"
    UPHOLD = "uphold"
    WITHDRAW = "withdraw"
    DROP = "drop"


CANDIDATE_ACT_WORDS: Mapping[CandidateAct, str] = MappingProxyType(
    {
        CandidateAct.NOMINATE: "重新推荐",
        CandidateAct.PASS: "审查通过",
        CandidateAct.REFUSE: "审查不通过",
        CandidateAct.RECHECK: "重新审查",
        CandidateAct.PROPOSE: "拟派",
        CandidateAct.RELEASE: "退回备选",
        CandidateAct.PASS_OVER: "列为备选",
        CandidateAct.DECIDE: "决定派出",
        CandidateAct.POST: "公示",
        CandidateAct.HOLD: "因异议暂停",
        CandidateAct.RESUME: "恢复公示",
        CandidateAct.CLEAR: "公示期满",
        CandidateAct.UPHOLD: "异议成立",
        CandidateAct.WITHDRAW: "退出",
        CandidateAct.DROP: "不派",
    }
)


class Who(StrEnum):
    """In whose place somebody acts; RULES, SOLVER, APPROVAL and CLOCK are no persons."""

    CADRES = "cadres"
    UNIT = "unit"
    PERSON = "person"
    PUBLIC = "public"
    RULES = "rules"
    SOLVER = "solver"
    APPROVAL = "approval"
    CLOCK = "clock"


class Limit(StrEnum):
    """A clock of a batch; the policy says how many workdays it has."""

    DEMAND = "demand"
    NOMINATE = "nominate"
    CHECK = "check"
    PUBLICITY = "publicity"
    REPORT = "report"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch to be opened; `seed` draws the lots and is kept, `ends_on` None means the policy's usual term."""

    kind: BatchKind
    title: str
    starts_on: date
    seed: int
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class UnitShare:
    """How many a unit is to nominate: its people, how many may be away at once, its quota."""

    unit: UnitId
    size: int
    most: int
    quota: int


@dataclass(frozen=True, slots=True)
class Nomination:
    """Somebody a unit puts forward; `himself` for whoever asked for it, `volunteers` overrides a cool-down."""

    person: PersonId
    wishes: tuple[UnitId, ...] = ()
    volunteers: bool = False
    himself: bool = False
