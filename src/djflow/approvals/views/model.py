"""Values of what people read of cases."""

from dataclasses import dataclass, field
from datetime import date, datetime

from djflow.approvals.model import CaseId, TaskId


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One task in somebody's list; `principal` is the name of whom they act for, empty for themselves."""

    task_id: TaskId
    case_id: CaseId
    title: str
    step: str
    due_on: date | None
    late: bool
    principal: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One task as it is printed: step, office, names, how it got there, what was decided and when.

    `usual`: it came to them by the chain itself, which nobody needs to be told.
    """

    step: str
    office: str
    person: str
    principal: str
    origin: str
    state: str
    verdict: str
    at: datetime | None
    opinion: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    escalated: bool = False
    assigned_at: datetime | None = None
    due_on: date | None = None
    reminded: int = 0
    open: bool = False
    usual: bool = False


@dataclass(frozen=True, slots=True)
class SheetRound:
    """One round as it is printed."""

    number: int
    opened_at: datetime
    content_hash: str
    amount_fen: int
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The approval sheet of a case: all rounds, and a code by which a page tells whether a print is genuine."""

    case_id: CaseId
    title: str
    chain: str
    state: str
    opened_at: datetime
    ended_at: datetime | None
    rounds: tuple[SheetRound, ...]
    check_code: str


@dataclass(frozen=True, slots=True)
class SheetCheck:
    """What is known of a genuine print: the matter, decisions on it and since, and how the case stands now.

    `number` is the one in the title, empty for none; `printed_on` the day of the last decision printed.
    """

    case_id: CaseId
    title: str
    number: str
    chain: str
    opened_on: date
    printed: int
    printed_on: date | None
    since: int
    state: str
