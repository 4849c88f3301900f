"""What stands in the documents of meetings, as plain values; whoever asks for a document fills them.

They hold names and therefore never appear in their printed form. Source: domain handbook, sections 4.1 and 4.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from djflow.meetings.minutes.model import Agreed
from djflow.meetings.model import Meeting
from djflow.people.model import UnitKind


class Paper(StrEnum):
    """A document of a meeting."""

    NOTICE = "notice"
    REPLY_FORM = "reply_form"
    TOPIC_LIST = "topic_list"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    MINUTES = "minutes"
    SIGN_IN = "sign_in"


PAPER_WORDS: Mapping[Paper, str] = MappingProxyType(
    {
        Paper.NOTICE: "会议通知",
        Paper.REPLY_FORM: "参会回执",
        Paper.TOPIC_LIST: "议题清单",
        Paper.POSTPONED: "延期通知",
        Paper.CANCELLED: "取消通知",
        Paper.MINUTES: "会议纪要",
        Paper.SIGN_IN: "签到表",
    }
)


@dataclass(frozen=True, slots=True)
class Heading:
    """Who issues a document on which day, and whom to ask: `contact` is a person's name, or the department's."""

    department: str
    department_short: str
    phone: str
    contact: str = field(repr=False)
    day: date


@dataclass(frozen=True, slots=True)
class Called:
    """A unit that is called to a meeting; it attends with its principal, attends with anybody, or sits in."""

    unit: str
    kind: UnitKind
    principal: bool
    sits_in: bool = False


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic of the agenda, by which unit, with what it says of it."""

    title: str
    unit: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A line of the sheet for signing in; `note` says substitute or leave."""

    unit: str
    name: str = field(repr=False)
    post: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rolls:
    """Who attended, was excused, sat in; each name with its unit."""

    present: tuple[str, ...] = field(default=(), repr=False)
    excused: tuple[str, ...] = field(default=(), repr=False)
    sat_in: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class MeetingPaper:
    """What the documents of a meeting say; units are in the official order."""

    meeting: Meeting
    reply_by: date
    signin_minutes: int
    called: tuple[Called, ...] = ()
    topics: tuple[TopicLine, ...] = ()
    seats: tuple[SeatLine, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    opening: str = ""
    rolls: Rolls = Rolls()
