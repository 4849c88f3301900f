"""A posting and its life. Words are stored and never renamed. Source: domain handbook, sections 2.4, 2.5 and 9.3."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.dispatch.policy.model import BatchKind, Paper

PostingId = NewType("PostingId", str)


class PostingState(StrEnum):
    """Where a posting is; leave is kept beside it, an extension and a recall change its days."""

    APPOINTED = "appointed"
    TALKED = "talked"
    REPORTED = "reported"
    ON_DUTY = "on_duty"
    MIDTERM_DONE = "midterm_done"
    FINAL_REVIEW = "final_review"
    RETURNED = "returned"
    RECALLED = "recalled"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


POSTING_WORDS: Mapping[PostingState, str] = MappingProxyType(
    {
        PostingState.APPOINTED: "待任前谈话",
        PostingState.TALKED: "待报到",
        PostingState.REPORTED: "待接收单位确认",
        PostingState.ON_DUTY: "在岗",
        PostingState.MIDTERM_DONE: "在岗（中期已考核）",
        PostingState.FINAL_REVIEW: "期满考核",
        PostingState.RETURNED: "已返岗",
        PostingState.RECALLED: "已召回",
        PostingState.ARCHIVED: "已归档",
        PostingState.CANCELLED: "未成行",
    }
)


class Act(StrEnum):
    """What can be done to a posting once somebody is appointed."""

    TALK = "talk"
    REPORT = "report"
    CONFIRM = "confirm"
    MIDTERM = "midterm"
    OPEN_FINAL = "open_final"
    RETURN = "return"
    EXTEND = "extend"
    RECALL = "recall"
    CANCEL = "cancel"
    ARCHIVE = "archive"


ACT_WORDS: Mapping[Act, str] = MappingProxyType(
    {
        Act.TALK: "登记任前谈话",
        Act.REPORT: "报到",
        Act.CONFIRM: "确认到岗",
        Act.MIDTERM: "登记中期考核",
        Act.OPEN_FINAL: "开始期满考核",
        Act.RETURN: "办理返岗",
        Act.EXTEND: "延长任期",
        Act.RECALL: "召回",
        Act.CANCEL: "取消派出",
        Act.ARCHIVE: "归档",
    }
)


class Who(StrEnum):
    """In what capacity somebody acts on a posting."""

    CADRE = "cadre"
    HOST = "host"
    OFFICE = "office"
    APPROVAL = "approval"
    CLOCK = "clock"


class Limit(StrEnum):
    """Which clock of the policy says how long a posting may stay in a state."""

    TALK = "talk"
    REPORT = "report"
    CONFIRM = "confirm"
    MIDTERM = "midterm"
    FINAL = "final"
    TERM = "term"
    ARCHIVE = "archive"


class RecallReason(StrEnum):
    """Why somebody is called back before the end; shown in full to the organisation department only."""

    ATTENDANCE = "attendance"
    SPOT_CHECKS = "spot_checks"
    COMPLAINT = "complaint"
    DISCIPLINE = "discipline"
    HEALTH = "health"
    NOT_CAPABLE = "not_capable"
    UNIT_NEED = "unit_need"
    HOST_CLOSED = "host_closed"


RECALL_WORDS: Mapping[RecallReason, str] = MappingProxyType(
    {
        RecallReason.ATTENDANCE: "在岗天数连续不足",
        RecallReason.SPOT_CHECKS: "多次抽查不在岗",
        RecallReason.COMPLAINT: "群众反映经核实成立",
        RecallReason.DISCIPLINE: "纪律原因",
        RecallReason.HEALTH: "健康原因",
        RecallReason.NOT_CAPABLE: "不胜任",
        RecallReason.UNIT_NEED: "派出单位急需",
        RecallReason.HOST_CLOSED: "接收单位撤并",
    }
)

OPEN = frozenset(set(PostingState) - {PostingState.RETURNED, PostingState.RECALLED, PostingState.ARCHIVED,
                                      PostingState.CANCELLED})  # fmt: skip
"""States in which somebody is away or about to go."""


@dataclass(frozen=True, slots=True)
class NewPosting:
    """Somebody of `home` is sent by a batch to `title` at `host` for `span`; `village` is the code of its village.

    `key` says what it came from (the candidate), so that the same decision makes one posting.
    """

    key: str
    batch: str
    kind: BatchKind
    version: int
    person: PersonId
    home: UnitId
    host: UnitId
    title: str
    span: DateSpan
    village: str = ""
    replaces: PostingId | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting of the house; `first_end` is the end it was begun with, before extensions and recalls."""

    id: PostingId
    new: NewPosting
    state: PostingState
    since: datetime
    span: DateSpan
    first_end: date
    reported_on: date | None = None
    version: int = 0
    recall: RecallReason | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody is away for it or about to go."""
        return self.state in OPEN

    @property
    def subject(self) -> Subject:
        """What records, messages, absences and links call the posting."""
        return Subject("dispatch.posting", self.id)


@dataclass(frozen=True, slots=True)
class Move:
    """A step a posting took."""

    act: Act
    before: PostingState
    after: PostingState
    who: Who
    at: datetime


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A post somebody left early: a replacement should be sent by `due_on`; `filled_by` is the posting that did."""

    id: str
    left: PostingId
    batch: str
    kind: BatchKind
    host: UnitId
    title: str
    village: str
    until: date
    since: datetime
    due_on: date
    filled_by: PostingId | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaperDue:
    """A document that a step of a posting asks for; `made_at` once it is issued."""

    posting: PostingId
    paper: Paper
    step: int
    asked_at: datetime
    made_at: datetime | None = None
