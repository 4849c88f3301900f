"""What is to be told to whom, when, in which words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from djflow.core.ids import PersonId
from djflow.core.subject import Subject

COORDINATOR = "coordinator"
"""Recipient of operator alerts: the office itself, not a person."""


class NoticeKind(StrEnum):
    """Why somebody is told."""

    DUTY_ASSIGNED = "duty_assigned"
    DUTY_REMOVED = "duty_removed"
    DUTY_REMINDER = "duty_reminder"
    STANDBY_REMINDER = "standby_reminder"
    CLOSURE = "closure"
    OPERATOR_ALERT = "operator_alert"


class NoticeState(StrEnum):
    """Where a notice is; `superseded` and `stale` were never sent and never will be."""

    PENDING = "pending"
    SENT = "sent"
    SUPERSEDED = "superseded"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Intent:
    """A notice to be delivered between `due_at` and `expires_at` with the text `text` filled with `values`.

    `values` hold name, time and place at most; never a number, a reason, an amount.
    """

    kind: NoticeKind
    subject: Subject
    version: int
    recipient: PersonId | str
    slot: str
    text: str
    due_at: datetime
    expires_at: datetime
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The natural key under which the same thing is never told twice."""
        return f"{self.kind}|{self.subject}|{self.version}|{self.recipient}|{self.slot}"


@dataclass(frozen=True, slots=True)
class Message:
    """A stored notice on its way to a channel; `key` lets a channel recognise a repeat."""

    id: str
    key: str
    kind: NoticeKind
    recipient: str
    text: str
    values: Mapping[str, str]
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Drained:
    """What a round of delivery did; `held` waits for the end of the quiet hours."""

    sent: int
    held: int
    failed: int
