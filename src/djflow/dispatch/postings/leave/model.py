"""Leave asked for by somebody who is posted. Words are stored and never renamed.

Source: handbook of the domain, section 2.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.dispatch.postings.model import PostingId

LeaveId = NewType("LeaveId", str)


class LeaveState(StrEnum):
    """Where a request is; VOID when the posting ended before it."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class Grantor(StrEnum):
    """Whose a request is to answer."""

    HOST = "host"
    OFFICE = "office"


LEAVE_WORDS: Mapping[LeaveState, str] = MappingProxyType(
    {
        LeaveState.ASKED: "待批",
        LeaveState.GRANTED: "已准",
        LeaveState.REFUSED: "未准",
        LeaveState.WITHDRAWN: "已撤回",
        LeaveState.VOID: "因派出结束作废",
    }
)
GRANTOR_WORDS: Mapping[Grantor, str] = MappingProxyType({Grantor.HOST: "接收单位", Grantor.OFFICE: "区委组织部"})


@dataclass(frozen=True, slots=True)
class Wish:
    """Days somebody wants to be away, and why."""

    span: DateSpan
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Leave:
    """A request for leave; why is sealed and not in here."""

    id: LeaveId
    posting: PostingId
    span: DateSpan
    state: LeaveState
    grantor: Grantor
    asked_at: datetime
    answered_at: datetime | None = None

    @property
    def days(self) -> int:
        """Civil days, both ends counted."""
        return (self.span.last - self.span.first).days + 1

    @property
    def subject(self) -> Subject:
        """What records and messages call the request."""
        return Subject("dispatch.leave", self.id)
