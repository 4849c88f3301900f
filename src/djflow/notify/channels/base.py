"""What a channel is to the sender: it takes a batch, reads every answer, and says what became of each message.

An answer is classified, never guessed: a timeout, a reset or a 5xx after the request left is `unknown`, because the
provider may have taken the message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, Self

from djflow.notify.model import Limit, Verdict

__all__ = [
    "Attachment",
    "Awaited",
    "Button",
    "Channel",
    "Limit",
    "Outcome",
    "Outgoing",
    "Pushed",
    "Receipt",
    "ReceiptState",
    "Reply",
    "Traits",
    "Verdict",
]


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card: what it says and the word that comes back or the page it opens."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent along by mail."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a channel gets it; `id` is our own stable id, sent as the provider's out-id or duplicate key.

    `address` is what the channel needs (number, user id, mail address; empty for a group bot). `template` and
    `variables` serve SMS gateways, `text` everything else. Payloads are frozen: a repeat is byte for byte the same.
    """

    id: str
    address: str = field(repr=False)
    text: str = field(repr=False)
    title: str = ""
    template: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """Travel between processes as plain values, by the thousand: a dataclass looks every name up each time."""
        return type(self), (
            *(self.id, self.address, self.text, self.title),
            *(self.template, self.variables, self.buttons, self.attachments),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: verdict, the provider's code and id, billed parts, how long to wait when limited.

    `next_channel` is set when a limit lasts so long (a day) that the next channel should take over.
    """

    id: str
    verdict: Verdict
    code: str = ""
    provider_id: str = ""
    parts: int = 1
    retry_after: timedelta | None = None
    next_channel: bool = False

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """Travel between processes as plain values."""
        return type(self), (
            *(self.id, self.verdict, self.code, self.provider_id),
            *(self.parts, self.retry_after, self.next_channel),
        )


class ReceiptState(StrEnum):
    """What a provider reports later."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    READ = "read"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A report about a message the provider took: by our id where it is echoed, else by its own id and address."""

    provider_id: str
    state: ReceiptState
    at: datetime
    message_id: str = ""
    address: str = field(default="", repr=False)
    code: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Words that came back from an address (上行短信, a card's button)."""

    address: str = field(repr=False)
    words: str = field(repr=False)
    at: datetime
    provider_id: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A message the provider took, between `claimed_at` and `accepted_at`, and has not reported on."""

    message_id: str
    provider_id: str
    claimed_at: datetime
    accepted_at: datetime
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a provider pushed to us in one request."""

    receipts: tuple[Receipt, ...] = ()
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Traits:
    """What the sender must know about a channel.

    `can_query`: an unknown message can be asked for by our id once `settle` has passed. `filters_doubles`: sending
    the same id again is harmless. `single_flight`: one message at a time (a bot that can do neither).
    `addressed`: needs an address per recipient (a group bot does not). `tells_when_asked`: reports on a message are
    had by naming it. `signs_pushes`: what it pushes is signed; `thanks` is what it wants to hear then. `buttons`: a
    message may have some, which come back as words. `can_recall`: for how long a message can be taken back.
    """

    batch: int = 1
    concurrency: int = 100
    can_query: bool = False
    filters_doubles: bool = False
    single_flight: bool = False
    addressed: bool = True
    tells_when_asked: bool = False
    signs_pushes: bool = False
    thanks: str = ""
    buttons: bool = False
    can_recall: timedelta | None = None
    settle: timedelta = timedelta(minutes=10)
    limits: tuple[Limit, ...] = ()
    max_text_bytes: int | None = None


class Channel(Protocol):
    """A configured way to reach people, known by its key in config/channels.toml."""

    @property
    def key(self) -> str:
        """The channel's name in the configuration."""
        ...

    @property
    def traits(self) -> Traits:
        """What the sender must know."""
        ...

    async def start(self) -> None:
        """Open connections; called once before the first message."""
        ...

    async def close(self) -> None:
        """Close connections."""
        ...

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Hand over at most `traits.batch` messages and return one outcome for each, in the same order."""
        ...

    async def query(self, ids: Sequence[str], addresses: Sequence[str]) -> tuple[Outcome, ...]:
        """Ask what became of messages by our ids; `accepted`, `transient` (never arrived) or `unknown` for each."""
        ...

    async def pull(self, since: datetime, awaited: Sequence[Awaited] = ()) -> Pushed:
        """Fetch receipts and replies since an instant, and ask for `awaited` where the provider tells when asked."""
        ...

    async def recall(self, provider_id: str) -> Outcome:
        """Take a message back, where the provider offers it; `permanent` elsewhere and when it is too late."""
        ...

    def pushed(self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Pushed:
        """Read a request that the provider pushed to our receipt address.

        Raises: InputError when it is not signed or not understood.
        """
        ...
