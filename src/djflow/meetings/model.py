"""A meeting, its topics and its life. Words are stored and never renamed. Source: domain handbook, 4.1 and 9.3."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import PersonId, UnitId
from djflow.core.subject import Subject
from djflow.people.model import UnitKind

MeetingId = NewType("MeetingId", str)
TopicId = NewType("TopicId", str)

MAX_TITLE = 40
MAX_PLACE = 40
MAX_TOPIC = 80
MAX_TEXT = 1000


class MeetingKind(StrEnum):
    """What sort of meeting it is."""

    JOINT = "joint"
    PROMOTION = "promotion"
    AD_HOC = "ad_hoc"


KIND_WORDS: Mapping[MeetingKind, str] = MappingProxyType(
    {
        MeetingKind.JOINT: "联席会议",
        MeetingKind.PROMOTION: "工作推进会",
        MeetingKind.AD_HOC: "专题会议",
    }
)


class MeetingState(StrEnum):
    """Where a meeting is."""

    TOPIC_CALL = "topic_call"
    TOPICS_FIXED = "topics_fixed"
    NOTICED = "noticed"
    HELD = "held"
    MINUTES_DRAFT = "minutes_draft"
    MINUTES_ISSUED = "minutes_issued"
    TRACKING = "tracking"
    CLOSED = "closed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


MEETING_WORDS: Mapping[MeetingState, str] = MappingProxyType(
    {
        MeetingState.TOPIC_CALL: "征集议题",
        MeetingState.TOPICS_FIXED: "议题已定",
        MeetingState.NOTICED: "已通知",
        MeetingState.HELD: "已召开",
        MeetingState.MINUTES_DRAFT: "起草纪要",
        MeetingState.MINUTES_ISSUED: "纪要已印发",
        MeetingState.TRACKING: "跟踪落实",
        MeetingState.CLOSED: "已办结",
        MeetingState.POSTPONED: "已延期",
        MeetingState.CANCELLED: "已取消",
    }
)


class Act(StrEnum):
    """What can be done to a meeting once it is planned."""

    FIX_TOPICS = "fix_topics"
    NOTIFY = "notify"
    HOLD = "hold"
    DRAFT_MINUTES = "draft_minutes"
    ISSUE_MINUTES = "issue_minutes"
    TRACK = "track"
    CLOSE = "close"
    POSTPONE = "postpone"
    REOPEN = "reopen"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"


ACT_WORDS: Mapping[Act, str] = MappingProxyType(
    {
        Act.FIX_TOPICS: "确定议题",
        Act.NOTIFY: "发会议通知",
        Act.HOLD: "登记召开",
        Act.DRAFT_MINUTES: "起草纪要",
        Act.ISSUE_MINUTES: "印发纪要",
        Act.TRACK: "开始跟踪落实",
        Act.CLOSE: "办结",
        Act.POSTPONE: "延期",
        Act.REOPEN: "重新征集议题",
        Act.RESCHEDULE: "另定时间",
        Act.CANCEL: "取消会议",
    }
)


class Who(StrEnum):
    """In what capacity somebody acts on a meeting."""

    OFFICE = "office"
    APPROVAL = "approval"
    CLOCK = "clock"


class Limit(StrEnum):
    """Which clock says how long a meeting may stay in a state."""

    TOPICS = "topics"
    NOTICE = "notice"
    START = "start"
    MINUTES_DRAFT = "minutes_draft"
    MINUTES_SIGNED = "minutes_signed"


class TopicState(StrEnum):
    """Where a topic is; a merged one goes on in another."""

    PROPOSED = "proposed"
    LISTED = "listed"
    MERGED = "merged"
    DROPPED = "dropped"


TOPIC_WORDS: Mapping[TopicState, str] = MappingProxyType(
    {
        TopicState.PROPOSED: "已报送",
        TopicState.LISTED: "列入议题",
        TopicState.MERGED: "已合并",
        TopicState.DROPPED: "未列入",
    }
)


class Level(StrEnum):
    """Who must come for a unit: its principal, or anybody it sends."""

    PRINCIPAL = "principal"
    ANYBODY = "anybody"


class Frequency(StrEnum):
    """How often a kind of meeting is held by itself; `none` when the office calls it."""

    NONE = "none"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"


@dataclass(frozen=True, slots=True)
class Clocks:
    """Days and workdays around the start of a meeting; `eve` is the time of the first reminder, the day before."""

    topics_days: int = 15
    approve_workdays: int = 7
    notice_workdays: int = 5
    reply_workdays: int = 2
    eve: time = time(16, 0)
    shortly_minutes: int = 120
    minutes_draft_workdays: int = 3
    minutes_signed_workdays: int = 7
    signin_minutes: int = 15
    warn_workdays: int = 3


@dataclass(frozen=True, slots=True)
class KindPolicy:
    """How the office holds one kind of meeting: who belongs to it, when, where, who must come."""

    kind: MeetingKind
    name: str
    chair: str
    place: str
    at: time
    minutes: int
    frequency: Frequency = Frequency.NONE
    level: Level = Level.PRINCIPAL
    units: tuple[str, ...] = ()
    groups: tuple[UnitKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """The office's rules of meetings: clocks, kinds, liaisons (unit code to person code), working calendar."""

    clocks: Clocks
    kinds: Mapping[MeetingKind, KindPolicy]
    liaisons: Mapping[str, str]
    calendar: WorkCalendar


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """A meeting to be planned; the same `key` twice is the same meeting."""

    key: str
    kind: MeetingKind
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    chair: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of the house; `round` counts the dates it was given, `topics_fixed` stays when it is put off."""

    id: MeetingId
    new: NewMeeting
    state: MeetingState
    since: datetime
    round: int
    topics_fixed: bool
    version: int

    @property
    def subject(self) -> Subject:
        """What records, messages, absences and links call the meeting."""
        return Subject("meeting.meeting", self.id)


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic a unit hands in."""

    unit: UnitId
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a meeting; `place` is its number on the list, `into` the topic it was merged with."""

    id: TopicId
    meeting: MeetingId
    new: NewTopic
    state: TopicState
    at: datetime
    place: int = 0
    into: TopicId | None = None
    person: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A step a meeting took."""

    act: Act
    before: MeetingState
    after: MeetingState
    who: Who
    at: datetime


@dataclass(frozen=True, slots=True)
class Times:
    """When everything around a meeting is due: topics, their approval, notice, replies, reminders, minutes."""

    topics_by: date
    approve_by: date
    notice_by: date
    reply_by: date
    eve_at: datetime
    shortly_at: datetime
    signin_from: datetime
    minutes_draft_by: date
    minutes_signed_by: date


LIVE = frozenset({MeetingState.TOPIC_CALL, MeetingState.TOPICS_FIXED, MeetingState.NOTICED})
"""States of a meeting that is still to come: it holds its room, and may be put off or cancelled."""
OVER = frozenset({MeetingState.CLOSED, MeetingState.CANCELLED})
"""States nothing leads out of."""
AFTER = frozenset(
    {
        MeetingState.HELD,
        MeetingState.MINUTES_DRAFT,
        MeetingState.MINUTES_ISSUED,
        MeetingState.TRACKING,
        MeetingState.CLOSED,
    }
)
"""States of a meeting that was held."""
