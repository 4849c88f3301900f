"""What is to be told to whom, when, in which words, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from djflow.core.ids import PersonId
from djflow.core.subject import Subject

COORDINATOR = "coordinator"
"""Recipient of operator alerts: the office itself, not a person."""

PHONE_LIST = "phone"
"""A step of a chain at which a human calls; it is no channel."""


class NoticeKind(StrEnum):
    """Why somebody is told."""

    DUTY_ASSIGNED = "duty_assigned"
    DUTY_REMOVED = "duty_removed"
    DUTY_OFFER = "duty_offer"
    DUTY_REMINDER = "duty_reminder"
    STANDBY_REMINDER = "standby_reminder"
    STANDBY_CALLED = "standby_called"
    CLOSURE = "closure"
    DIGEST = "digest"
    UNCONFIRMED = "unconfirmed"
    OPERATOR_ALERT = "operator_alert"
    DONATION_THANKS = "donation_thanks"
    FUND_ANCHOR = "fund_anchor"
    APPROVAL_WAITING = "approval_waiting"
    APPROVAL_REMINDER = "approval_reminder"
    APPROVAL_ESCALATED = "approval_escalated"
    APPROVAL_SETTLED = "approval_settled"
    APPROVAL_RECEIPT = "approval_receipt"
    APPROVAL_OUTCOME = "approval_outcome"
    APPROVAL_CODE = "approval_code"
    FUND_PROGRESS = "fund_progress"
    FUND_BRANCH = "fund_branch"
    RESERVE_OUTCOME = "reserve_outcome"
    COURSE_CALL = "course_call"
    COURSE_OFF = "course_off"
    HOURS_SHORT = "hours_short"
    BATCH_CALL = "batch_call"
    BATCH_PERSON = "batch_person"
    POSTING_CADRE = "posting_cadre"
    POSTING_UNIT = "posting_unit"
    DOCUMENT_UNIT = "document_unit"
    MEETING = "meeting"
    CIRCULAR_UNIT = "circular_unit"


class NoticeState(StrEnum):
    """Where a notice is; `open`: its messages are under way; whoever answered it is recorded apart from this."""

    PENDING = "pending"
    SENT = "sent"
    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"
    SUPERSEDED = "superseded"
    STALE = "stale"
    CANCELLED = "cancelled"
    NEEDS_HUMAN = "needs_human"


class MessageState(StrEnum):
    """Where one message to one address is; `unknown`: the provider may have it, it is asked before a repeat."""

    PENDING = "pending"
    HELD = "held"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    UNKNOWN = "unknown"
    SUPERSEDED = "superseded"
    STALE = "stale"
    CANCELLED = "cancelled"
    DEAD = "dead"
    NEEDS_HUMAN = "needs_human"


class Verdict(StrEnum):
    """What a provider's answer means for the message.

    `accepted`: the provider has it. `permanent`: this address or text never works here, go to the next step.
    `rate_limited`: come back later, no attempt is counted. `transient`: certainly not taken, try again.
    `unknown`: may have been taken, ask before sending again. `config`: key, signature, address list: stop the channel.
    """

    ACCEPTED = "accepted"
    PERMANENT = "permanent"
    RATE_LIMITED = "rate_limited"
    TRANSIENT = "transient"
    UNKNOWN = "unknown"
    CONFIG = "config"


class Urgency(StrEnum):
    """How much a notice may disturb; `urgent` passes the quiet hours."""

    URGENT = "urgent"
    NORMAL = "normal"
    LOW = "low"

    @property
    def order(self) -> int:
        """0 for what goes first."""
        return list(Urgency).index(self)


class Answer(StrEnum):
    """What somebody answered to a notice."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in any `window`; `per_address` counts each address by itself."""

    count: int
    window: timedelta
    per_address: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a chain: the channel's key (or `phone`), and how long an acknowledgement is waited for."""

    channel: str
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Policy:
    """How one kind of notice travels: urgency, steps, whether an answer is wanted, who is told when none comes.

    `escalate` names `liaison` or `coordinator`; `lead` is how long before a notice expires the escalation comes at the
    latest, `lifetime` how long it lives at most (0: as its intent says);
    `digest` merges it into one message per person and half-day.
    """

    urgency: Urgency = Urgency.NORMAL
    steps: tuple[Step, ...] = ()
    acknowledge: bool = False
    escalate: tuple[str, ...] = ()
    lead: timedelta = timedelta(0)
    lifetime: timedelta = timedelta(0)
    digest: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """When nobody is disturbed, by local time; what waited goes out spread over `spread`."""

    quiet_from: time
    quiet_to: time
    spread: timedelta = timedelta(minutes=20)


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
class Notice:
    """A stored intent; `step` is the step of its chain it is at, -1 before the first.

    `first_way` is the way its recipient wanted to be tried first when the first step was made.
    """

    id: str
    key: str
    kind: NoticeKind
    subject: Subject
    version: int
    recipient: str
    slot: str
    text: str
    values: Mapping[str, str]
    state: NoticeState
    step: int
    due_at: datetime
    expires_at: datetime
    answer: Answer | None = None
    escalated: int = 0
    reason: str = ""
    first_way: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Which version a recipient was or will be told about; `heard`: the notice has left the house."""

    recipient: str
    version: int
    heard: bool


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
class Draft:
    """A message about to be written: everything the provider will get, frozen."""

    notice_id: str
    key: str
    step: int
    channel: str
    urgency: Urgency
    recipient: str
    due_at: datetime
    expires_at: datetime
    state: MessageState = MessageState.PENDING
    reason: str = ""
    address: str = field(default="", repr=False)
    payload: Mapping[str, object] = field(default_factory=dict, repr=False)
    wait: timedelta = timedelta(0)
    answer_by: datetime | None = None
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message taken for sending under a lease; `attempts` counts this one."""

    id: str
    notice_id: str
    key: str
    channel: str
    recipient: str
    attempts: int
    claimed_at: datetime
    expires_at: datetime
    wait: timedelta = timedelta(0)
    answer_by: datetime | None = None
    address: str = field(default="", repr=False)
    payload: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    """What the provider said about a claimed message, ready to be written down."""

    message_id: str
    attempts: int
    verdict: Verdict
    code: str = ""
    provider_id: str = ""
    parts: int = 1
    retry_after: timedelta | None = None
    next_channel: bool = False


@dataclass(frozen=True, slots=True)
class Drained:
    """What a round of delivery did; `held` waits for its time, `unknown` for the provider's word."""

    sent: int
    held: int
    failed: int
    unknown: int = 0
