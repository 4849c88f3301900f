"""Mail, ntfy and JSON webhooks through stock Apprise, run in threads with its throttling off.

Apprise says only yes or no, so each plugin gets a listener of its own in place of its logger: what it would have
logged tells a refused connection from a lost answer. Nothing of it reaches any log, because it names addresses.
"""

import asyncio
import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import quote

from apprise import Apprise, AppriseAttachment
from apprise.attachment.memory import AttachMemory
from apprise.plugins.base import NotifyBase

from djflow.core.errors import ConfigError, InputError
from djflow.notify.channels.base import Awaited, Outcome, Outgoing, Pushed, Traits, Verdict
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.channels.http_channel import configured
from djflow.notify.channels.wire import CONNECT_SECONDS, Ruling, by_status

ADDRESS = "{address}"
"""Stands in a URL for the recipient's address; mail needs no such mark."""

_here = threading.local()
_STATUS = re.compile(r"error=(\d{3})")
_SMTP = re.compile(r"\((\d{3}), ")
_SMTP_LOGIN = frozenset({"454", "530", "534", "535", "538"})
_NOT_CONNECTED = ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "Connection refused", "getaddrinfo")
_TLS = ("CERTIFICATE_VERIFY_FAILED", "SSLError", "SSL:")


class StockChannel:
    """A channel whose URL stock Apprise understands."""

    def __init__(self, config: ChannelConfig) -> None:
        """Read the URL once.

        Raises: ConfigError when Apprise does not understand it.
        """
        self._config = config
        self._mail = config.url.lower().startswith("mailto")
        self._addressed = self._mail or ADDRESS in config.url
        self._traits = configured(Traits(concurrency=4, addressed=self._addressed, settle=timedelta(minutes=1)), config)
        self._pool: ThreadPoolExecutor | None = None
        self._plugin("nobody@localhost.localdomain")

    @property
    def key(self) -> str:
        """The channel's name in the configuration."""
        return self._config.key

    @property
    def traits(self) -> Traits:
        """One message at a time and thread; nothing can be asked."""
        return self._traits

    async def start(self) -> None:
        """Start the threads."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._traits.concurrency, f"channel-{self.key}")

    async def close(self) -> None:
        """Wait for the threads to end."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await asyncio.to_thread(pool.shutdown)

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Hand over the messages, each in a thread."""
        if self._pool is None:
            msg = "the channel was not started"
            raise RuntimeError(msg)
        loop = asyncio.get_running_loop()
        calls = [loop.run_in_executor(self._pool, self._send_one, message) for message in batch]
        return tuple(await asyncio.gather(*calls))

    def _send_one(self, message: Outgoing) -> Outcome:
        plugin, ear = self._plugin(message.address)
        if self._mail and not getattr(plugin, "targets", ()):
            return Ruling(Verdict.PERMANENT, "bad_address").outcome(message.id)
        attachments = AppriseAttachment()
        for attachment in message.attachments:
            file = AttachMemory(  # type: ignore[no-untyped-call] # Apprise leaves it untyped
                content=attachment.content, name=attachment.name, mimetype=attachment.media_type
            )
            attachments.add(file)
        files = attachments if message.attachments else None
        with _hushed():
            took = plugin.notify(body=message.text, title=message.title, attach=files)
        return (Ruling(Verdict.ACCEPTED) if took else self._ruling(ear.heard)).outcome(message.id)

    def _plugin(self, address: str) -> tuple[NotifyBase, "_Ear"]:
        url = self._config.url.replace(ADDRESS, quote(address, safe=""))
        if self._mail:
            url += ("&" if "?" in url else "/?") + f"to={quote(address, safe='@')}"
        with _hushed():
            plugin = Apprise.instantiate(url)
        if not isinstance(plugin, NotifyBase):
            raise ConfigError("渠道的 url 写法不对，请对照 config/channels.toml 里的示例改正。")
        ear = _Ear()
        plugin.logger = ear
        plugin.request_rate_per_sec = 0
        plugin.socket_connect_timeout = CONNECT_SECONDS
        plugin.socket_read_timeout = self._config.timeout.total_seconds()
        return plugin, ear

    def _ruling(self, heard: str) -> Ruling:
        return mail_ruling(heard) if self._mail else web_ruling(heard)

    async def query(self, ids: Sequence[str], addresses: Sequence[str]) -> tuple[Outcome, ...]:  # noqa: ARG002 - nobody to ask
        """Say that nothing can be asked."""
        return tuple(Outcome(one, Verdict.UNKNOWN, "cannot_be_asked") for one in ids)

    async def pull(self, since: datetime, awaited: Sequence[Awaited] = ()) -> Pushed:  # noqa: ARG002 - nothing to fetch
        """Return nothing: no receipts here."""
        return Pushed()

    async def recall(self, provider_id: str) -> Outcome:
        """Refuse: nothing is taken back here."""
        return Outcome(provider_id, Verdict.PERMANENT, "no_recall")

    def pushed(self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Pushed:  # noqa: ARG002 - refused unread
        """Refuse.

        Raises: InputError always.
        """
        raise InputError("这个渠道不接收推送。", code="no_push")


class _Hush(logging.Filter):
    """Drops what Apprise's shared logger says in a thread that works for djflow: it repeats URLs and addresses."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - every record of this thread is dropped
        return not getattr(_here, "ours", False)


logging.getLogger("apprise").addFilter(_Hush())


@contextmanager
def _hushed() -> Iterator[None]:
    _here.ours = True
    try:
        yield
    finally:
        _here.ours = False


class _Ear(logging.Logger):
    """A logger of one plugin that belongs to no tree: it keeps the words and passes nothing on."""

    def __init__(self) -> None:
        super().__init__("apprise.ear", logging.DEBUG)
        self._words: list[str] = []

    @property
    def heard(self) -> str:
        """Everything that was said."""
        return "\n".join(self._words)

    def handle(self, record: logging.LogRecord) -> None:
        self._words.append(record.getMessage())


def mail_ruling(heard: str) -> Ruling:
    """Return what a mail plugin's words mean; whatever happens before `sendmail` leaves nothing behind."""
    found = _SMTP.search(heard)
    code = found.group(1) if found else ""
    if any(word in heard for word in _TLS):
        return Ruling(Verdict.CONFIG, "tls")
    if code in _SMTP_LOGIN:
        return Ruling(Verdict.CONFIG, f"smtp_{code}")
    if code:
        return Ruling(Verdict.PERMANENT if code.startswith("5") else Verdict.TRANSIENT, f"smtp_{code}")
    if "Sending email to" in heard:
        return Ruling(Verdict.UNKNOWN, "reset")
    return Ruling(Verdict.TRANSIENT, "refused")


def web_ruling(heard: str) -> Ruling:
    """Return what a web plugin's words mean."""
    found = _STATUS.search(heard)
    if found:
        return by_status(int(found.group(1)))
    if any(word in heard for word in _TLS):
        return Ruling(Verdict.CONFIG, "tls")
    if any(word in heard for word in _NOT_CONNECTED):
        return Ruling(Verdict.TRANSIENT, "refused")
    return Ruling(Verdict.UNKNOWN, "timeout" if "timed out" in heard else "reset")
