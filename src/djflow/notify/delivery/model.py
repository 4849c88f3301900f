"""Values between the sender, the rules and the store."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from djflow.notify.model import Claimed, Hours, Limit, MessageState, NoticeKind, Urgency, Verdict
from djflow.notify.rules import Care

_STUCK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A due message, `message` as it will be once claimed.

    `wanted`: its notice is open and nobody has answered it; `overtaken`: the notice has gone on to another step.
    """

    message: Claimed
    address_hash: str
    wanted: bool
    overtaken: bool
    urgency: Urgency
    kind: NoticeKind
    subject: str
    version: int

    @property
    def id(self) -> str:
        """The message's id."""
        return self.message.id

    @property
    def recipient(self) -> str:
        """Whom it is for."""
        return self.message.recipient


@dataclass(frozen=True, slots=True)
class Lane:
    """A channel as the claim sees it: limits, care against doubles, parts a day, quiet hours, length of a lease."""

    key: str
    limits: tuple[Limit, ...] = ()
    care: Care = field(default_factory=Care)
    addressed: bool = True
    daily_parts: int = 0
    hours: Hours | None = None
    lease: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claim:
    """Messages taken for sending; `again_at` is when a limit allows more, None when nothing else is known."""

    messages: tuple[Claimed, ...]
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What is written about the message claimed at `claimed_at`.

    `number` counts the try, `attempts` what counts against it.
    """

    id: str
    claimed_at: datetime
    before: MessageState
    state: MessageState
    due_at: datetime
    attempts: int
    number: int
    verdict: Verdict
    reason: str = ""
    code: str = ""
    provider_id: str = ""
    parts: int = 0
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A message that will not be sent, or not now, and why."""

    id: str
    state: MessageState
    reason: str
    due_at: datetime | None = None
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message whose chain is to be looked at again."""

    message_id: str
    notice_id: str
    step: int
    state: MessageState
    reason: str


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel is doing: stopped and why, messages waiting now, under way, unknown, held."""

    channel: str
    paused: bool
    reason: str
    until: datetime | None
    due: int
    later: int
    sending: int
    unknown: int
    held: int
    oldest_due: datetime | None = None
    now: datetime | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether something has been due for more than half an hour."""
        return self.oldest_due is not None and self.now is not None and self.now - self.oldest_due > _STUCK

    @property
    def needs_attention(self) -> bool:
        """Whether somebody must look: stopped without an end, or stuck."""
        return (self.paused and self.until is None) or self.is_stuck
