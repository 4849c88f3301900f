"""A unit's seat at a meeting. Words are stored and never renamed. Source: domain handbook, sections 4.1 and 9.3."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.ids import PersonId, UnitId
from djflow.meetings.model import Level, MeetingId

SeatId = NewType("SeatId", str)


class Reply(StrEnum):
    """What was answered to an invitation."""

    PENDING = "pending"
    ATTEND = "attend"
    SUBSTITUTE = "substitute"
    LEAVE = "leave"
    NO_REPLY = "no_reply"


class Grant(StrEnum):
    """Whether the office let a substitute come, or somebody stay away."""

    NONE = "none"
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class Presence(StrEnum):
    """What came of a seat once the meeting was held."""

    PRESENT = "present"
    LATE = "late"
    SUBSTITUTED = "substituted"
    EXCUSED = "excused"
    ABSENT = "absent"


REPLY_WORDS: Mapping[Reply, str] = MappingProxyType(
    {
        Reply.PENDING: "待回复",
        Reply.ATTEND: "参会",
        Reply.SUBSTITUTE: "替会",
        Reply.LEAVE: "请假",
        Reply.NO_REPLY: "逾期未回复",
    }
)
GRANT_WORDS: Mapping[Grant, str] = MappingProxyType(
    {Grant.NONE: "", Grant.ASKED: "待批", Grant.GRANTED: "已同意", Grant.REFUSED: "未同意"}
)
PRESENCE_WORDS: Mapping[Presence, str] = MappingProxyType(
    {
        Presence.PRESENT: "到会",
        Presence.LATE: "迟到",
        Presence.SUBSTITUTED: "替会",
        Presence.EXCUSED: "请假",
        Presence.ABSENT: "缺席",
    }
)


@dataclass(frozen=True, slots=True)
class NewSeat:
    """A unit that belongs to a meeting: who is invited, who answers for it; None where nobody is known."""

    unit: UnitId
    level: Level
    person: PersonId | None
    liaison: PersonId | None


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat as it stands; `signed` is who signed in."""

    id: SeatId
    meeting: MeetingId
    new: NewSeat
    reply: Reply = Reply.PENDING
    grant: Grant = Grant.NONE
    substitute: PersonId | None = None
    replied_at: datetime | None = None
    signed: PersonId | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody answers for a seat; the reason is kept sealed."""

    reply: Reply
    reason: str = field(default="", repr=False)
    substitute: PersonId | None = None


@dataclass(frozen=True, slots=True)
class UnitAttendance:
    """How a unit came to meetings: how often invited, present, late, by substitute, excused, absent, answered late."""

    unit: UnitId
    invited: int
    counts: Mapping[Presence, int]
    no_reply: int

    @property
    def came(self) -> int:
        """How often somebody sat there, late or by substitute included."""
        there = (Presence.PRESENT, Presence.LATE, Presence.SUBSTITUTED)
        return sum(self.counts.get(one, 0) for one in there)
