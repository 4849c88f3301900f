"""What the office configured for notices, and who can be reached where, as planning sees it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from djflow.notify.manners import Manners, NoWishes
from djflow.notify.model import Hours, Notice, NoticeKind, Policy
from djflow.notify.texts import Texts


class ContactWay(StrEnum):
    """Which address a channel needs; `recipient` takes our own id, `none` nothing (a group)."""

    MOBILE = "mobile"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    EMAIL = "email"
    RECIPIENT = "recipient"
    NONE = "none"


LINKED = frozenset({ContactWay.WECOM, ContactWay.DINGTALK, ContactWay.EMAIL, ContactWay.RECIPIENT})
"""Ways to one person that carry links. Short messages do not: carriers refuse links in templates; groups must not."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a gateway knows of a text; `codes` maps channel to the provider's code."""

    code: str = ""
    codes: Mapping[str, str] | None = None
    approved: bool = True
    limits: Mapping[str, int] | None = None

    def on(self, channel: str) -> str:
        """Return the provider's code on a channel."""
        return (self.codes or {}).get(channel, self.code)


class Directory(Protocol):
    """Who can be reached where."""

    def addresses(self, session: Session, way: ContactWay, ids: Collection[str]) -> Mapping[str, str]:
        """Return addresses by recipient; whoever has none is missing."""
        ...

    def names(self, session: Session, ids: Collection[str]) -> Mapping[str, str]:
        """Return names by recipient."""
        ...

    def liaison(self, session: Session, recipient: str) -> str | None:
        """Return the liaison person of the recipient's unit."""
        ...


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the office configured: policies, hours, texts, and for each channel the address it needs.

    `is_settled` tells that a notice needs no answer any more although nobody answered it itself.
    `link` returns what a message keeps of the recipient's own link, empty for none; the sender makes the link of it.
    `manners` tells what recipients wish.
    """

    policies: Mapping[NoticeKind, Policy]
    hours: Hours
    ways: Mapping[str, ContactWay]
    texts: Texts
    templates: Mapping[str, Template]
    directory: Directory
    is_digest_time: Callable[[datetime], bool]
    is_settled: Callable[[Session, Notice], bool]
    link: Callable[[Session, Notice, datetime], str]
    manners: Manners = field(default_factory=NoWishes)
