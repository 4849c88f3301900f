"""An action item and its life. Words are stored and never renamed. Source: domain handbook, sections 4.1 and 9.3."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.meetings.model import MeetingId

ItemId = NewType("ItemId", str)
MAX_CONTENT = 300


class ItemState(StrEnum):
    """Where an action item is; being late is derived, no state."""

    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    VERIFIED = "verified"
    STRUCK_OFF = "struck_off"


ITEM_WORDS: Mapping[ItemState, str] = MappingProxyType(
    {
        ItemState.ASSIGNED: "已交办",
        ItemState.ACCEPTED: "已签收",
        ItemState.IN_PROGRESS: "办理中",
        ItemState.REPORTED: "已报办结",
        ItemState.VERIFIED: "已核实",
        ItemState.STRUCK_OFF: "已销号",
    }
)


class ItemAct(StrEnum):
    """What can be done with an action item."""

    ACCEPT = "accept"
    PROGRESS = "progress"
    REPORT = "report"
    VERIFY = "verify"
    SEND_BACK = "send_back"
    STRIKE_OFF = "strike_off"


ITEM_ACT_WORDS: Mapping[ItemAct, str] = MappingProxyType(
    {
        ItemAct.ACCEPT: "签收",
        ItemAct.PROGRESS: "报进展",
        ItemAct.REPORT: "报办结",
        ItemAct.VERIFY: "核实",
        ItemAct.SEND_BACK: "退回再办",
        ItemAct.STRIKE_OFF: "销号",
    }
)


class ItemWho(StrEnum):
    """In what capacity somebody acts on an item."""

    OWNER = "owner"
    OFFICE = "office"


class Light(StrEnum):
    """How an item stands against its due date."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


LIGHT_WORDS: Mapping[Light, str] = MappingProxyType(
    {Light.GREEN: "正常", Light.YELLOW: "临近期限", Light.RED: "已超期"}
)


@dataclass(frozen=True, slots=True)
class NewItem:
    """What is to be done, by which unit with which others, until which day; `owner` answers for it."""

    content: str
    lead: UnitId
    helpers: tuple[UnitId, ...]
    due_on: date
    owner: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An action item as it stands; `number` is its place in the minutes, `urged` how often it was supervised."""

    id: ItemId
    meeting: MeetingId
    number: int
    new: NewItem
    state: ItemState
    since: datetime
    urged: int
    version: int

    @property
    def is_open(self) -> bool:
        """Whether it waits for something."""
        return self.state is not ItemState.STRUCK_OFF

    @property
    def subject(self) -> Subject:
        """What records, messages and links call the item."""
        return Subject("meeting.item", self.id)


@dataclass(frozen=True, slots=True)
class Report:
    """What the owner reported for a month, or the office wrote when it sent the item back or urged it."""

    item: ItemId
    month: Month
    act: ItemAct | None
    text: str
    at: datetime
