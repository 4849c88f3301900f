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
from djflow.dispatch.policy.model import BatchKind

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

    @property
    def subject(self) -> Subject:
        """What records, messages, absences and links call the posting."""
        return Subject("dispatch.posting", self.id)
