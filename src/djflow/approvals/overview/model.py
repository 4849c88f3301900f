"""Values of the desk's view on cases: who looks, in which capacity, what they may do, and the lines they read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from djflow.accounts.model import Role
from djflow.approvals.model import CaseId, Task, TaskId, Verdict
from djflow.approvals.views.model import Sheet
from djflow.core.ids import BranchId, PersonId
from djflow.core.subject import Subject


class Hat(StrEnum):
    """In which capacity somebody stands before a case; several may be worn at once.

    ASKED: a task waits for them, or for whom they represent today. APPROVER: they were asked or have decided.
    CONCERNED: copied in, in charge of a step that is done and not approved, or told that a step is late.
    """

    ASKED = "asked"
    APPROVER = "approver"
    COORDINATOR = "coordinator"
    INSPECTOR = "inspector"
    BRANCH = "branch"
    CONCERNED = "concerned"


class Right(StrEnum):
    """What can be asked of one case at the desk; PRINT is the sheet with all opinions."""

    SEE = "see"
    READ_OPINIONS = "read_opinions"
    PRINT = "print"
    DECIDE = "decide"
    URGE = "urge"
    REASSIGN = "reassign"


class Standing(StrEnum):
    """Which of the open cases are looked for."""

    ALL = "all"
    LATE = "late"
    BLOCKED = "blocked"
    RETURNED = "returned"
    SUPPLEMENT = "supplement"
    PAUSED = "paused"


STANDING_LABELS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.ALL: "全部在办",
        Standing.LATE: "已超期",
        Standing.BLOCKED: "无人可批",
        Standing.RETURNED: "已退回",
        Standing.SUPPLEMENT: "等待补正",
        Standing.PAUSED: "暂停",
    }
)
"""What people call them."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: `principals` are those represented today with the kinds of matters ("" is all of them).

    `branches` are those whose secretary the viewer is.
    """

    person: PersonId | None
    roles: frozenset[Role]
    principals: Mapping[PersonId, frozenset[str]] = field(default_factory=dict)
    branches: frozenset[BranchId] = frozenset()

    def represents(self, person: PersonId | None, kind: str) -> bool:
        """Return whether the viewer acts today for a person in matters of a kind."""
        return person is not None and not self.principals.get(person, frozenset()).isdisjoint({"", kind})


@dataclass(frozen=True, slots=True)
class Wish:
    """Which open cases are wanted: empty texts are no condition.

    `after` is the last case of the page before, `after_day` the day it was due when late ones are wanted.
    """

    standing: Standing = Standing.ALL
    kind: str = ""
    unit: str = ""
    title: str = ""
    after: str = ""
    after_day: date | None = None


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One task that the viewer may decide now; `principal` is the name of whom they act for, empty for themselves."""

    task_id: TaskId
    case_id: CaseId
    title: str
    chain: str
    step: str
    amount_fen: int
    due_on: date | None
    late: bool
    principal: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class OwnList:
    """A page of what waits for the viewer; `more` is set when there are further ones."""

    lines: tuple[OwnLine, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One open case: where it stands, with whom, since when; no amount, applicant or opinion."""

    case_id: CaseId
    title: str
    chain: str
    state: str
    step: str
    holder: str
    opened_at: datetime
    since: datetime
    age_days: int
    due_on: date | None
    late: bool
    urges: int
    blocked: str


@dataclass(frozen=True, slots=True)
class Board:
    """A page of open cases, oldest first or longest late first, the number of cases by standing, if there are more."""

    lines: tuple[BoardLine, ...]
    counts: Mapping[Standing, int]
    more: bool


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of a case's way; `place` is done, now or ahead."""

    name: str
    kind: str
    quorum: str
    place: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A task that the viewer may decide, with the verdicts the step allows, approval first."""

    task: Task
    step: str
    principal: str
    choices: tuple[Verdict, ...]
    content_hash: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as one viewer sees it; opinions and reasons stand in `sheet` only with the right to read them.

    `running`: somebody may be urged. `movable`: it may be looked at again who decides.
    """

    subject: Subject
    line: BoardLine
    running: bool
    movable: bool
    rights: frozenset[Right]
    sheet: Sheet
    path: tuple[PathStep, ...]
    asked: tuple[Asked, ...]
    amount_fen: int | None
    returns: str
    supplements: str
    urges: str
    urged_at: datetime | None
    due_on: date | None
