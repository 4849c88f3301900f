"""A circular: its way, its frozen figures, what units answer to them. Words are stored and never renamed.

Source: domain handbook, sections 4.1, 4.5 and 9.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.calendar.workdays import WorkCalendar
from djflow.circulars.periods import Period
from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Section
from djflow.core.subject import Subject
from djflow.people.model import UnitKind

CircularId = NewType("CircularId", str)
CorrectionId = NewType("CorrectionId", str)
KIND = "circular.circular"
MAX_REASON = 200
MAX_PARAGRAPH = 2000


class CircularState(StrEnum):
    """Where a circular is; from `handed` on its document goes its own way in the register."""

    COLLECTED = "collected"
    CONFIRMING = "confirming"
    DRAFTED = "drafted"
    REVIEW = "review"
    RETURNED = "returned"
    HANDED = "handed"
    ISSUED = "issued"
    ARCHIVED = "archived"
    DROPPED = "dropped"


STATE_WORDS: Mapping[CircularState, str] = MappingProxyType(
    {
        CircularState.COLLECTED: "数据已汇总",
        CircularState.CONFIRMING: "单位核对",
        CircularState.DRAFTED: "初稿",
        CircularState.REVIEW: "送审",
        CircularState.RETURNED: "退回修改",
        CircularState.HANDED: "已转公文办理",
        CircularState.ISSUED: "已印发",
        CircularState.ARCHIVED: "已归档",
        CircularState.DROPPED: "已取消",
    }
)


class Act(StrEnum):
    """What can be done to a circular once its figures are collected."""

    RECOLLECT = "recollect"
    ASK = "ask"
    CLOSE = "close"
    SUBMIT = "submit"
    RETURN = "return"
    HAND = "hand"
    TAKE_BACK = "take_back"
    ISSUE = "issue"
    ARCHIVE = "archive"
    DROP = "drop"


ACT_WORDS: Mapping[Act, str] = MappingProxyType(
    {
        Act.RECOLLECT: "重新汇总",
        Act.ASK: "送单位核对",
        Act.CLOSE: "结束核对",
        Act.SUBMIT: "送审",
        Act.RETURN: "退回修改",
        Act.HAND: "转公文办理",
        Act.TAKE_BACK: "从公文收回",
        Act.ISSUE: "登记印发",
        Act.ARCHIVE: "归档",
        Act.DROP: "取消",
    }
)


class Who(StrEnum):
    """In what capacity somebody acts on a circular."""

    OFFICE = "office"
    REVIEWER = "reviewer"
    CLOCK = "clock"


class Answered(StrEnum):
    """What a unit answered to its figures."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    SILENT = "silent"


ANSWER_WORDS: Mapping[Answered, str] = MappingProxyType(
    {
        Answered.ASKED: "待核对",
        Answered.CONFIRMED: "已确认",
        Answered.CORRECTED: "提出更正",
        Answered.SILENT: "逾期未答复",
    }
)


class Verdict(StrEnum):
    """What the coordinator decided on a correction."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


VERDICT_WORDS: Mapping[Verdict, str] = MappingProxyType(
    {Verdict.OPEN: "待处理", Verdict.ACCEPTED: "已采纳", Verdict.DECLINED: "未采纳"}
)


class Cause(StrEnum):
    """Why an edition was made."""

    COLLECTED = "collected"
    CORRECTED = "corrected"


CAUSE_WORDS: Mapping[Cause, str] = MappingProxyType({Cause.COLLECTED: "汇总", Cause.CORRECTED: "采纳更正"})


@dataclass(frozen=True, slots=True)
class KindPolicy:
    """One sort of circular: its subject, the sections it tells of (all when empty), series and recipients."""

    code: str
    subject: str
    series: str
    sections: tuple[str, ...] = ()
    groups: tuple[UnitKind, ...] = ()
    units: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the next period asks for: `when` names a shortfall's code, empty for always."""

    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The office's rules of circulars; `weights` of ranked indicators by code, 1 where none stands."""

    kinds: Mapping[str, KindPolicy]
    calendar: WorkCalendar
    confirm_workdays: int = 2
    min_n: int = 5
    praised: int = 4
    weights: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit as it was called when the figures were frozen."""

    id: UnitId
    name: str
    kind: UnitKind
    order: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """An agreed item that is late: the unit that leads, what was agreed, when it was due."""

    unit: UnitId
    content: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the programmes say of a period and of the one before, and the agreed items that are late."""

    sections: tuple[Section, ...]
    previous: tuple[Section, ...] = ()
    overdue: tuple[Overdue, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a circular is written from, frozen: sections, those of the period before, names of units."""

    sections: tuple[Section, ...]
    previous: tuple[Section, ...]
    units: tuple[NamedUnit, ...]
    overdue: tuple[Overdue, ...] = ()


@dataclass(frozen=True, slots=True)
class Circular:
    """A circular of the house; `edition` numbers its newest figures, `attempt` counts those dropped before it."""

    id: CircularId
    kind: str
    period: Period
    attempt: int
    state: CircularState
    since: datetime
    edition: int
    due_on: date | None
    document_id: str
    version: int

    @property
    def subject(self) -> Subject:
        """What records, messages and links call the circular."""
        return Subject(KIND, self.id)


@dataclass(frozen=True, slots=True)
class Edition:
    """Figures as they were frozen; never changed. `digest` is the SHA-256 of what is stored."""

    number: int
    cause: Cause
    digest: str
    snapshot: Snapshot
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether a unit has looked at its figures; `name` is what it was called when it was asked."""

    unit: UnitId
    name: str
    answered: Answered
    edition: int
    asked_at: datetime
    due_on: date
    at: datetime | None = None
    by: str = ""
    reminded: int = 0


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """A unit's claim that a figure is wrong: the section, the code of an indicator or shortfall, the right figure."""

    unit: UnitId
    section: str
    code: str
    claimed: Figure
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Correction:
    """A claim as it stands; its reasons are read apart, because they are sealed."""

    id: CorrectionId
    circular: CircularId
    unit: UnitId
    section: str
    code: str
    shown: Figure
    claimed: Figure
    verdict: Verdict
    at: datetime
    by: str
    decided_at: datetime | None = None
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A paragraph as the coordinator wrote it; it counts while the figures still give the text it replaced."""

    place: str
    text: str
    replaced: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Move:
    """A step a circular took."""

    act: Act
    before: CircularState
    after: CircularState
    who: Who
    at: datetime
    by: str


WRITABLE = frozenset({CircularState.DRAFTED, CircularState.RETURNED})
"""States in which paragraphs may be rewritten."""
PUBLISHED = frozenset({CircularState.HANDED, CircularState.ISSUED, CircularState.ARCHIVED})
"""States whose figures the next circular compares with."""
OVER = frozenset({CircularState.ARCHIVED, CircularState.DROPPED})
"""States nothing leads out of."""
