"""Reports and replies as the outbox takes them in."""

from dataclasses import dataclass, field
from datetime import datetime

from djflow.notify.model import Answer, NoticeKind


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says about a message: `delivered`, `undelivered`, `read` or `unknown`."""

    provider_id: str
    state: str
    at: datetime
    message_id: str = ""
    address: str = field(default="", repr=False)
    code: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote back."""

    address: str = field(repr=False)
    words: str = field(repr=False)
    at: datetime
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Unreported:
    """A message that a provider took, between `claimed_at` and `accepted_at`, and has not reported on."""

    message_id: str
    provider_id: str
    claimed_at: datetime
    accepted_at: datetime
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom, and where, the message of a report went."""

    recipient: str
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Understood:
    """A reply with the notice it answers; without `answer` or `notice_id` a human has to read it."""

    reply_id: str
    answer: Answer | None
    notice_id: str | None
    kind: NoticeKind | None
    subject: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A reply in the human inbox."""

    id: str
    channel: str
    words: str = field(repr=False)
    recipient: str
    notice_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in: reports that moved a message, replies understood, replies for a human."""

    reports: int = 0
    answers: int = 0
    unclear: int = 0
