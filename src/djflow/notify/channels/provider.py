"""A provider's manners without any network: which requests to make and what the answers mean.

A conversation is a generator that yields requests and is sent answers, so that the asynchronous sender and the
blocking Apprise plugin run the very same code.
"""

import base64
import hashlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeAlias, TypeVar
from urllib.parse import urlsplit

from djflow.core.clock import Clock
from djflow.core.errors import ConfigError, InputError
from djflow.notify.channels.base import Awaited, Outcome, Outgoing, Pushed, Traits, Verdict
from djflow.notify.channels.config import ChannelUrl
from djflow.notify.channels.wire import Answer, Request, Ruling

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Stamp:
    """The instant and the random word that a signature needs."""

    at: datetime
    nonce: str


@dataclass(frozen=True, slots=True)
class TokenWanted:
    """Asks for the access token; `stale` is the one that the provider just refused."""

    stale: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the instant until which it is good."""

    value: str = field(repr=False)
    until: datetime


Stamps: TypeAlias = Callable[[], Stamp]
Conversation: TypeAlias = Generator[Request | TokenWanted, Answer, R]


def stamps_of(clock: Clock) -> Stamps:
    """Return a source of stamps by this clock."""
    return lambda: Stamp(clock.now(), secrets.token_hex(16))


class Provider(ABC):
    """A provider reached over HTTP; subclasses are registered in the factory by `scheme`."""

    scheme: ClassVar[str]
    label: ClassVar[str]
    home: ClassVar[str]

    def __init__(self, url: ChannelUrl, base_url: str = "") -> None:
        """Read the URL.

        Raises: ConfigError when a part is missing.
        """
        self.base = (base_url or self.home).rstrip("/")
        try:
            parts = urlsplit(self.base)
            is_address = bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_address = False
        if self.base and not is_address:
            raise ConfigError("接口地址 base_url 写法不对，应如 https://主机:端口/路径，端口在 1 到 65535 之间。")
        self.read_url(url)

    @abstractmethod
    def read_url(self, url: ChannelUrl) -> None:
        """Keep what the URL says.

        Raises: ConfigError when a part is missing.
        """

    @property
    @abstractmethod
    def traits(self) -> Traits:
        """What the provider publishes about itself."""

    @abstractmethod
    def deliver(self, group: tuple[Outgoing, ...], stamps: Stamps) -> Conversation[tuple[Outcome, ...]]:
        """Hand over one group; one outcome for each message, in the same order."""

    def groups(self, batch: Sequence[Outgoing]) -> tuple[tuple[Outgoing, ...], ...]:
        """Cut a batch into what goes out in one call; one message each unless the provider takes more."""
        return tuple((message,) for message in batch)

    def ask(self, message_id: str, address: str, stamps: Stamps) -> Conversation[Outcome]:  # noqa: ARG002 - where it can be asked
        """Ask what became of a message; unknown where the provider cannot be asked."""
        yield from ()
        return Outcome(message_id, Verdict.UNKNOWN, "cannot_be_asked")

    def fetch(
        self,
        since: datetime,  # noqa: ARG002 - where it can be fetched
        stamps: Stamps,  # noqa: ARG002 - the same
        awaited: Sequence[Awaited] = (),  # noqa: ARG002 - where it tells when asked
    ) -> Conversation[Pushed]:
        """Fetch receipts and replies; nothing where the provider offers none."""
        yield from ()
        return Pushed()

    def recall(self, provider_id: str) -> Conversation[Ruling]:  # noqa: ARG002 - where it can be taken back
        """Take a message back; refused where the provider offers no such thing."""
        yield from ()
        return Ruling(Verdict.PERMANENT, "no_recall")

    def echo(self, query: Mapping[str, str]) -> str:  # noqa: ARG002 - where a push address is checked first
        """Return what the provider wants to hear when it checks our push address.

        Raises: InputError when it does not do such a thing.
        """
        raise InputError(f"{self.label}不核对推送地址。", code="no_push")

    def token(self, stamps: Stamps) -> Conversation[Token | Ruling]:  # noqa: ARG002 - the same
        """Fetch a fresh access token."""
        yield from ()
        return Ruling(Verdict.CONFIG, "no_token")

    def pushed(self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Pushed:  # noqa: ARG002 - the same
        """Read what the provider pushed.

        Raises: InputError when it is not understood.
        """
        raise InputError(f"{self.label}不推送回执。", code="no_push")


def ruled(group: Sequence[Outgoing], ruling: Ruling) -> tuple[Outcome, ...]:
    """Return the same ruling for every message of a group."""
    return tuple(ruling.outcome(message.id) for message in group)


def halved(
    group: tuple[Outgoing, ...], send: Callable[[tuple[Outgoing, ...]], Conversation[Ruling]]
) -> Conversation[tuple[Outcome, ...]]:
    """Send a group that is answered as a whole; where one number may have spoiled it nobody got it: try the halves."""
    ruling = yield from send(group)
    if len(group) == 1 or not ruling.per_number:
        return ruled(group, ruling)
    middle = len(group) // 2
    first = yield from halved(group[:middle], send)
    second = yield from halved(group[middle:], send)
    return first + second


def mark_of(messages: Sequence[Outgoing]) -> str:
    """Return our id for a call: the message's own, or `~` and five characters for each of several."""
    return messages[0].id if len(messages) == 1 else "~" + "".join(_short(message.id) for message in messages)


def is_marked(mark: str, message_id: str) -> bool:
    """Return whether a call with this mark carried the message."""
    if not mark.startswith("~"):
        return mark == message_id
    short = _short(message_id)
    return any(mark[at : at + 5] == short for at in range(1, len(mark), 5))


def id_of(mark: str) -> str:
    """Return the message's id if the call carried only one, else nothing."""
    return "" if mark.startswith("~") else mark


def _short(message_id: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(message_id.encode()).digest()[:6]).decode()[:5]


def grouped(
    batch: Sequence[Outgoing], key: Callable[[Outgoing], object], most: int
) -> tuple[tuple[Outgoing, ...], ...]:
    """Cut a batch into groups of one key, at most `most` messages and no address twice, in order of appearance."""
    filling: dict[object, list[Outgoing]] = {}
    done: list[list[Outgoing]] = []
    for message in batch:
        mark = key(message)
        group = filling.get(mark)
        if group is None or len(group) >= most or any(other.address == message.address for other in group):
            group = filling[mark] = []
            done.append(group)
        group.append(message)
    return tuple(tuple(group) for group in done)
