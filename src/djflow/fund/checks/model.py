"""What is found before approval; a flag is a question to a person, never a refusal. Words are stored, never renamed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from djflow.core.ids import PersonId
from djflow.fund.cases.model import CaseId


class FlagKind(StrEnum):
    """Why somebody should look at a case again."""

    SAME_PERSON = "same_person"
    SAME_HOUSEHOLD = "same_household"
    SAME_ACCOUNT = "same_account"
    SPLIT = "split"
    DEPARTMENT = "department"


class Finding(StrEnum):
    """What a department found when it compared a case with its own records."""

    CLEAR = "clear"
    HIT = "hit"
    UNKNOWN = "unknown"


FLAG_WORDS: Mapping[FlagKind, str] = MappingProxyType(
    {
        FlagKind.SAME_PERSON: "同一人另有申请",
        FlagKind.SAME_HOUSEHOLD: "同一家庭另有申请",
        FlagKind.SAME_ACCOUNT: "同一收款账号另有申请",
        FlagKind.SPLIT: "几件合起来超过审批档次",
        FlagKind.DEPARTMENT: "部门核对有出入",
    }
)
FINDING_WORDS: Mapping[Finding, str] = MappingProxyType(
    {Finding.CLEAR: "无出入", Finding.HIT: "有出入", Finding.UNKNOWN: "查无记录"}
)


@dataclass(frozen=True, slots=True)
class Flag:
    """A question about `case`; `other` is the case it was compared with, None for a department's finding."""

    id: str
    kind: FlagKind
    case: CaseId
    other: CaseId | None
    at: datetime
    settled_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has given a reason yet."""
        return self.settled_at is None


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """What one department answered about one case."""

    case: CaseId
    department: str
    finding: Finding
    at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visitor saw at the home of an applicant; `note` is sealed in the store."""

    visitor: PersonId
    visited_on: date
    consistent: bool
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Notes:
    """What was written about a case, opened: visitors' notes, departments' remarks, reasons given for flags."""

    visits: tuple[tuple[PersonId, str], ...] = field(repr=False)
    departments: tuple[tuple[str, str], ...] = field(repr=False)
    reasons: tuple[tuple[FlagKind, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Deliberation:
    """A branch's vote: `present` people in the room, `known` those of them the house knows, minutes as a material."""

    held_on: date
    present: int
    votes_for: int
    against: int
    abstain: int
    known: tuple[PersonId, ...]
    proposed_fen: int
    minutes: str
    recused: bool

    @property
    def passed(self) -> bool:
        """Whether more than half of those present were for it."""
        return self.votes_for * 2 > self.present
