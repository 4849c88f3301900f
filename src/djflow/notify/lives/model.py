"""What the desk shows of notices; addresses are masked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from djflow.notify.model import Answer, MessageState, NoticeKind, NoticeState


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt at sending."""

    number: int
    at: datetime
    verdict: str
    code: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a provider."""

    state: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageLife:
    """A message, its attempts and the provider's reports."""

    id: str
    step: int
    channel: str
    address: str
    text: str
    state: MessageState
    reason: str
    code: str
    parts: int
    due_at: datetime
    accepted_at: datetime | None
    delivered_at: datetime | None
    attempts: tuple[Try, ...]
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An answer and how it came."""

    answer: Answer
    via: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Life:
    """A notice from intent to answer."""

    id: str
    kind: NoticeKind
    subject: str
    version: int
    recipient: str
    slot: str
    state: NoticeState
    reason: str
    escalated: int
    due_at: datetime
    expires_at: datetime
    values: Mapping[str, str]
    messages: tuple[MessageLife, ...]
    answers: tuple[Acknowledged, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that needs somebody: a dead letter, or one whose fate nobody knows."""

    message_id: str
    notice_id: str
    kind: NoticeKind
    recipient: str
    channel: str
    state: MessageState
    reason: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """A notice that waits for a human: whom to call about what, and until when it matters."""

    notice_id: str
    kind: NoticeKind
    subject: str
    recipient: str
    reason: str
    expires_at: datetime
    values: Mapping[str, str]

    @property
    def all_failed(self) -> bool:
        """Whether every channel was tried and failed, so that sending again may help."""
        return self.reason == "failed"


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the notices of a span: counts, and what they cost in billed parts by channel."""

    notices: int
    accepted: int
    delivered: int
    failed: int
    asked: int
    answered: int
    parts: Mapping[str, int]

    @property
    def delivery_rate(self) -> float | None:
        """Share of the accepted and failed messages that the provider reported as delivered; None without any."""
        total = self.accepted + self.failed
        return self.delivered / total if total else None

    @property
    def answer_rate(self) -> float | None:
        """Share of the notices that wanted an answer and got one; None when none wanted one."""
        return self.answered / self.asked if self.asked else None
