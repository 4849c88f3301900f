"""Values of approvals: cases, rounds, tasks, decisions, delegations, outcomes.

A case walks the steps of its chain one after another; parallel work exists only inside a step. A return opens a new
round; tasks are never deleted. Source: handbook on the warmth fund, section 4; domain notes 3.5 and 3.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from djflow.accounts.model import Role
from djflow.approvals.chains.model import Chain, ChainStep, Level
from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import BranchId, PersonId, UnitId
from djflow.core.subject import Subject

CaseId = NewType("CaseId", str)
TaskId = NewType("TaskId", str)
DelegationId = NewType("DelegationId", str)
DenialId = NewType("DenialId", str)


class Verdict(StrEnum):
    """What an approver says; ABSTAIN counts as present in a vote and is possible only there."""

    APPROVE = "approve"
    REJECT = "reject"
    ABSTAIN = "abstain"
    RETURN_TO_APPLICANT = "return_to_applicant"
    RETURN_TO_PREVIOUS = "return_to_previous"
    SUPPLEMENT = "supplement"


class CaseState(StrEnum):
    """Where a case is; the last five are ends."""

    RUNNING = "running"
    BLOCKED = "blocked"
    SUPPLEMENT = "supplement"
    PAUSED = "paused"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class TaskState(StrEnum):
    """Where a task is; QUEUED waits for another task of its step."""

    QUEUED = "queued"
    WAITING = "waiting"
    DECIDED = "decided"
    HANDED_OVER = "handed_over"
    ENDED = "ended"


class Origin(StrEnum):
    """Why a task is with its person."""

    ROLE = "role"
    NAMED = "named"
    SUBSTITUTE = "substitute"
    TRANSFER = "transfer"
    ADDED_BEFORE = "added_before"
    ADDED_AFTER = "added_after"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Office:
    """What the office configured: its working calendar and who stands in for a role (by deputy, by superior)."""

    calendar: WorkCalendar
    deputies: Mapping[Role, Role] = field(default_factory=dict)
    superiors: Mapping[Role, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case belongs: its township or unit, and its branch."""

    unit: UnitId | None = None
    branch: BranchId | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened; `title` stands in messages and boxes and therefore names nobody and no amount.

    `barred` may never decide it (who filed it for somebody else, who recommended it), `household` are persons of the
    house who live with the applicant; relatives are taken from the kinship register.
    """

    subject: Subject
    kind: str
    title: str
    content_hash: str
    amount_fen: int = 0
    applicant: PersonId | None = None
    place: Place = field(default_factory=Place)
    barred: frozenset[PersonId] = frozenset()
    household: frozenset[PersonId] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What `person` says to a task about the content they saw; the opinion is kept sealed."""

    person: PersonId
    verdict: Verdict
    content_hash: str
    opinion: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision taken: `person` acted, for `principal` when as a delegate; `automatic` repeats an earlier approval.

    `person` is None for a step that the owner reported done.
    """

    person: PersonId | None
    verdict: Verdict
    at: datetime
    content_hash: str
    principal: PersonId | None = None
    automatic: bool = False
    opinion: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Task:
    """One assignee of one step of one round; `person` is None for a step that the owner does.

    The clock runs from `clock_from` (first day not counted) with `elapsed` workdays gone before; `next_at` is when the
    sweep looks at it again. `source` is the task it was handed over or added by, `note` the reason given then.
    """

    id: TaskId
    case_id: CaseId
    round: int
    step: str
    position: int
    state: TaskState
    origin: Origin
    person: PersonId | None
    role: Role | None
    assigned_at: datetime
    clock_from: date
    elapsed: int = 0
    due_on: date | None = None
    next_at: datetime | None = None
    reminded: int = 0
    escalated_at: datetime | None = None
    source: TaskId | None = None
    note: str = field(default="", repr=False)
    decision: Decision | None = None
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether somebody may still decide it."""
        return self.state in {TaskState.WAITING, TaskState.QUEUED}

    @property
    def added(self) -> bool:
        """Whether an approver asked for it."""
        return self.origin in {Origin.ADDED_BEFORE, Origin.ADDED_AFTER}


@dataclass(frozen=True, slots=True)
class Round:
    """One way through the chain, from `first_step`; `content_hash` and amount are those it is about."""

    number: int
    first_step: str
    content_hash: str
    amount_fen: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A case with all its rounds and tasks; `step` is where it stands, empty once it has ended.

    `stopped_on` is the day the clock stopped, `due_on` the last day for papers asked for.
    """

    id: CaseId
    new: NewCase
    version: int
    digest: str
    state: CaseState
    round: int
    step: str
    opened_at: datetime
    returns: int = 0
    supplements: int = 0
    urges: int = 0
    urged_at: datetime | None = None
    stopped_on: date | None = None
    due_on: date | None = None
    next_at: datetime | None = None
    blocked: str = ""
    ended_at: datetime | None = None
    rounds: tuple[Round, ...] = ()
    tasks: tuple[Task, ...] = ()

    @property
    def subject(self) -> Subject:
        """How the record of changes, notices and boxes name the case."""
        return Subject("approvals.case", self.id)

    @property
    def deciders(self) -> frozenset[PersonId]:
        """Everybody who has decided something in this case, for themselves or for somebody else."""
        taken = [task.decision for task in self.tasks if task.decision]
        principals = {one.principal for one in taken if one.principal}
        return frozenset({one.person for one in taken if one.person} | principals)

    @property
    def over(self) -> bool:
        """Whether the case has ended."""
        return self.ended_at is not None

    @property
    def waiting(self) -> tuple[Task, ...]:
        """The tasks that may be decided now."""
        return tuple(task for task in self.tasks if task.state is TaskState.WAITING)


@dataclass(frozen=True, slots=True)
class Delegation:
    """From `first` to `last`, both included, `delegate` may decide what waits for `principal`; kind "" means all."""

    id: DelegationId
    principal: PersonId
    delegate: PersonId
    kind: str
    first: date
    last: date
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act did: tasks newly waiting and ended, steps passed and entered, and the end when it was reached.

    `approved_all`: this act passed the last APPROVE step of the case (money is reserved then). `blocked` is the
    sentence saying why nobody can decide the step entered, `overdue` that the applicant has not come back in time.
    `changed` is False for an act that had been done before.
    """

    case: Case
    decided: Task | None = None
    waiting: tuple[Task, ...] = ()
    ended: tuple[Task, ...] = ()
    passed: tuple[ChainStep, ...] = ()
    entered: ChainStep | None = None
    approved_all: bool = False
    blocked: str = ""
    reminded: tuple[Task, ...] = ()
    escalated: tuple[Task, ...] = ()
    overdue: bool = False
    result: CaseState | None = None
    changed: bool = True


@dataclass(frozen=True, slots=True)
class Transfer:
    """A task handed over by `person` to `to`."""

    task_id: TaskId
    person: PersonId
    to: PersonId
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AddSigner:
    """Somebody else asked by `person` to sign before themselves, or `after` the step's own approvers."""

    task_id: TaskId
    person: PersonId
    to: PersonId
    after: bool = False
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Staffing:
    """What is known of persons for one case: who holds which role, whom a code names, the applicant's kin, delegates.

    Lists are in the order of the official list; `delegates` names whom a principal is represented by today, `names`
    holds the names that were read on the way, not those of everybody.
    """

    holders: Mapping[tuple[Role, Level], tuple[PersonId, ...]] = field(default_factory=dict)
    persons: Mapping[str, PersonId] = field(default_factory=dict)
    kin: frozenset[PersonId] = frozenset()
    delegates: Mapping[PersonId, PersonId] = field(default_factory=dict)
    names: Mapping[PersonId, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class World:
    """Everything the rules know besides the case: its chain, the persons, the office."""

    chain: Chain
    staffing: Staffing
    office: Office
