"""Items of the boxes 待办 待阅 已办 已阅."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.accounts.model import Role
from djflow.core.errors import InputError
from djflow.core.ids import PersonId, UnitId
from djflow.core.subject import Subject

ItemId = NewType("ItemId", str)
MAX_TITLE = 120


class ItemKind(StrEnum):
    """What an item is about."""

    ROSTER_REVIEW = "roster_review"
    DUTY_DECLINED = "duty_declined"
    SWAP_REQUEST = "swap_request"
    UNCLEAR_REPLY = "unclear_reply"
    PHONE_LIST = "phone_list"
    DEAD_LETTER = "dead_letter"
    CHANNEL_DOWN = "channel_down"
    CONTACT_DEAD = "contact_dead"
    FLOW_FAILED = "flow_failed"
    ACCOUNT_LOCKED = "account_locked"
    APPROVAL = "approval"
    APPROVAL_BLOCKED = "approval_blocked"
    APPROVAL_DENIED = "approval_denied"
    BOOKING = "booking"
    BATCH_DEMAND = "batch_demand"
    BATCH_NOMINATE = "batch_nominate"
    BATCH_WORK = "batch_work"
    POSTING = "posting"
    DOCUMENT = "document"
    CIRCULAR = "circular"
    MEETING = "meeting"
    INFO = "info"


KIND_WORDS: Mapping[ItemKind, str] = MappingProxyType(
    {
        ItemKind.ROSTER_REVIEW: "值班表审核",
        ItemKind.DUTY_DECLINED: "值班请假",
        ItemKind.SWAP_REQUEST: "换班申请",
        ItemKind.UNCLEAR_REPLY: "回复待辨认",
        ItemKind.PHONE_LIST: "电话通知",
        ItemKind.DEAD_LETTER: "消息发不出",
        ItemKind.CHANNEL_DOWN: "渠道故障",
        ItemKind.CONTACT_DEAD: "联系方式不通",
        ItemKind.FLOW_FAILED: "运行失败",
        ItemKind.ACCOUNT_LOCKED: "账号锁定",
        ItemKind.APPROVAL: "审批",
        ItemKind.APPROVAL_BLOCKED: "审批无人可办",
        ItemKind.APPROVAL_DENIED: "审批非本人办理",
        ItemKind.BOOKING: "入账复核",
        ItemKind.BATCH_DEMAND: "选派需求",
        ItemKind.BATCH_NOMINATE: "选派推荐",
        ItemKind.BATCH_WORK: "选派批次",
        ItemKind.POSTING: "派出干部",
        ItemKind.DOCUMENT: "公文",
        ItemKind.CIRCULAR: "情况通报",
        ItemKind.MEETING: "会议",
        ItemKind.INFO: "知悉",
    }
)
"""What people call the kinds."""


BY_ITSELF = frozenset(
    {
        ItemKind.SWAP_REQUEST,
        ItemKind.UNCLEAR_REPLY,
        ItemKind.PHONE_LIST,
        ItemKind.DEAD_LETTER,
        ItemKind.CHANNEL_DOWN,
        ItemKind.APPROVAL_DENIED,
        ItemKind.BOOKING,
        ItemKind.POSTING,
        ItemKind.DOCUMENT,
        ItemKind.CIRCULAR,
        ItemKind.MEETING,
        ItemKind.APPROVAL,
        ItemKind.APPROVAL_BLOCKED,
        ItemKind.BATCH_NOMINATE,
        ItemKind.BATCH_WORK,
    }
)
"""Kinds that are settled by doing what they ask for, never by hand: while the trouble lasts the item lasts."""


class ItemState(StrEnum):
    """Whether an item waits or is settled; what was read is kept per account."""

    OPEN = "open"
    DONE = "done"


class Box(StrEnum):
    """The four boxes."""

    TO_DO = "todo"
    TO_READ = "toread"
    DONE = "done"
    READ = "read"


BOX_WORDS: Mapping[Box, str] = MappingProxyType(
    {Box.TO_DO: "待办", Box.TO_READ: "待阅", Box.DONE: "已办", Box.READ: "已阅"}
)
"""What people call the boxes."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whom an item is for: a person, or whoever holds a role, or a unit; role and unit together narrow each other."""

    role: Role | None = None
    unit: UnitId | None = None
    person: PersonId | None = None

    def __post_init__(self) -> None:
        """Refuse an address of nobody.

        Raises: InputError.
        """
        if self.role is None and self.unit is None and self.person is None:
            raise InputError("待办事项没有写明交给谁，没有保存。", code="inbox.address")

    def __str__(self) -> str:
        return f"{self.role or ''}|{self.unit or ''}|{self.person or ''}"


@dataclass(frozen=True, slots=True)
class NewItem:
    """Something to be done (`task`) or to be read; the title names no reasons, numbers or complaints."""

    kind: ItemKind
    subject: Subject
    to: Address
    title: str
    link: str = ""
    due_at: datetime | None = None
    task: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """An item in a box; `settled_at` is when it was done, or read by whoever looks."""

    id: ItemId
    kind: ItemKind
    subject: Subject
    to: Address
    title: str
    link: str
    due_at: datetime | None
    task: bool
    state: ItemState
    created_at: datetime
    settled_at: datetime | None
    settled_by: str
