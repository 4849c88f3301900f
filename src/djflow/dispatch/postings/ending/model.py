"""What the end of a posting is made of. Words are stored and never renamed.

Source: handbook of the domain, sections 2.4 (12 and 13) and 2.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.dispatch.postings.model import PostingId, RecallReason, Who

ExtensionId = NewType("ExtensionId", str)


class ExtensionState(StrEnum):
    """Where a request for a longer term is."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    VOID = "void"


EXTENSION_WORDS: Mapping[ExtensionState, str] = MappingProxyType(
    {
        ExtensionState.ASKED: "审批中",
        ExtensionState.GRANTED: "已批准",
        ExtensionState.REFUSED: "未批准",
        ExtensionState.VOID: "因派出结束作废",
    }
)


@dataclass(frozen=True, slots=True)
class Longer:
    """A term made to last until `until`: by the office itself or by an approval, asked for on `asked_on`."""

    until: date
    who: Who = Who.OFFICE
    reason: str = field(default="", repr=False)
    asked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """A request for a longer term that needs an approval; the reason is sealed."""

    id: ExtensionId
    posting: PostingId
    until: date
    state: ExtensionState
    asked_at: datetime
    answered_at: datetime | None = None

    @property
    def subject(self) -> Subject:
        """What the approval is about."""
        return Subject("dispatch.extension", self.id)


@dataclass(frozen=True, slots=True)
class Recalled:
    """Somebody called back: why, the last day at the host, whether somebody else should follow."""

    reason: RecallReason
    last: date
    note: str = field(default="", repr=False)
    replace: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cause for a recall that figures or a person brought up; `settled_at` once the department has looked at it."""

    posting: PostingId
    reason: RecallReason
    raised_at: datetime
    settled_at: datetime | None = None
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Handover:
    """The days on which predecessor and successor were both there; `successor` is the posting that follows."""

    posting: PostingId
    span: DateSpan
    noted_at: datetime
    successor: PostingId | None = None

    @property
    def days(self) -> int:
        """Civil days, both ends counted."""
        return (self.span.last - self.span.first).days + 1
