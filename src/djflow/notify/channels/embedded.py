"""Channels of the embedded default: a JSONL file and memory. A message that is there already is not taken twice."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from djflow.core.errors import InputError
from djflow.notify.channels.base import Awaited, Outcome, Outgoing, Pushed, Traits, Verdict
from djflow.notify.channels.local import append_line, read_keys

_TRAITS = Traits(
    batch=500, concurrency=1, can_query=True, filters_doubles=True, addressed=False, settle=timedelta(seconds=1)
)


class MemoryOutlet:
    """Keeps messages by id: for tests and rehearsals."""

    def __init__(self, key: str = "memory") -> None:
        """Start empty."""
        self._key = key
        self.sent: dict[str, Outgoing] = {}

    @property
    def key(self) -> str:
        """The channel's name in the configuration."""
        return self._key

    @property
    def traits(self) -> Traits:
        """Takes everything, knows everything."""
        return _TRAITS

    async def start(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Keep the messages."""
        for message in batch:
            self.sent.setdefault(message.id, message)
        return tuple(Outcome(message.id, Verdict.ACCEPTED, provider_id=message.id) for message in batch)

    async def query(self, ids: Sequence[str], addresses: Sequence[str]) -> tuple[Outcome, ...]:  # noqa: ARG002 - ids say it all
        """Say which messages are here."""
        return known(ids, self.sent)

    async def pull(self, since: datetime, awaited: Sequence[Awaited] = ()) -> Pushed:  # noqa: ARG002 - nothing ever comes back
        """Return nothing: nobody reads here."""
        return Pushed()

    async def recall(self, provider_id: str) -> Outcome:
        """Refuse: nothing is taken back here."""
        return Outcome(provider_id, Verdict.PERMANENT, "no_recall")

    def pushed(self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Pushed:  # noqa: ARG002 - refused unread
        """Refuse.

        Raises: InputError always.
        """
        raise InputError("内存渠道不接收推送。", code="no_push")


class FileOutlet:
    """Appends a JSON line per message to a file that only the owner can read."""

    def __init__(self, key: str, path: Path) -> None:
        """Write to `path`, which is made when the first message comes."""
        self._key = key
        self.path = path
        self._ids: set[str] = set()

    @property
    def key(self) -> str:
        """The channel's name in the configuration."""
        return self._key

    @property
    def traits(self) -> Traits:
        """Takes everything, knows everything."""
        return _TRAITS

    async def start(self) -> None:
        """Make the folder and read which messages are there."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._ids = read_keys(self.path)

    async def close(self) -> None:
        """Nothing to close: every line is on the disk when `send` returns."""

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Append the messages; `transient` when the disk refuses."""
        fresh = [message for message in batch if message.id not in self._ids]
        try:
            await asyncio.to_thread(self._write, fresh)
        except OSError:
            # Some lines may have reached the disk before it was full.
            self._ids = read_keys(self.path)
            return tuple(
                Outcome(message.id, Verdict.ACCEPTED if message.id in self._ids else Verdict.TRANSIENT, "disk")
                for message in batch
            )
        return tuple(Outcome(message.id, Verdict.ACCEPTED, provider_id=message.id) for message in batch)

    def _write(self, batch: Sequence[Outgoing]) -> None:
        lines = {message.id: _line(message) for message in batch}
        if lines:
            append_line(self.path, *lines.values())
            self._ids.update(lines)

    async def query(self, ids: Sequence[str], addresses: Sequence[str]) -> tuple[Outcome, ...]:  # noqa: ARG002 - ids say it all
        """Say which messages are in the file."""
        return known(ids, self._ids)

    async def pull(self, since: datetime, awaited: Sequence[Awaited] = ()) -> Pushed:  # noqa: ARG002 - nothing ever comes back
        """Return nothing: nobody reads here."""
        return Pushed()

    async def recall(self, provider_id: str) -> Outcome:
        """Refuse: nothing is taken back here."""
        return Outcome(provider_id, Verdict.PERMANENT, "no_recall")

    def pushed(self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Pushed:  # noqa: ARG002 - refused unread
        """Refuse.

        Raises: InputError always.
        """
        raise InputError("文件渠道不接收推送。", code="no_push")


def known(ids: Sequence[str], there: Mapping[str, object] | set[str]) -> tuple[Outcome, ...]:
    """Return `accepted` for what is there and `transient` (never arrived) for what is not."""
    return tuple(
        Outcome(one, Verdict.ACCEPTED if one in there else Verdict.TRANSIENT, provider_id=one if one in there else "")
        for one in ids
    )


def _line(message: Outgoing) -> dict[str, object]:
    return {
        "key": message.id,
        "to": message.address,
        "title": message.title,
        "text": message.text,
        "template": message.template,
        "variables": dict(message.variables),
        "buttons": [asdict(button) for button in message.buttons],
        "attachments": [attachment.name for attachment in message.attachments],
    }
