"""Channels of the embedded default: a JSONL file and memory. Only the assembly may import this module."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from djflow.db.vault import PRIVATE_MODE
from djflow.notify.model import Message


class Channel(Protocol):
    """Takes a rendered text for one recipient."""

    def send(self, message: Message, text: str) -> None:
        """Take the message once; a repeat with the same key changes nothing."""
        ...


class MemoryChannel:
    """Keeps messages in a list: for tests and rehearsals."""

    def __init__(self) -> None:
        """Start empty."""
        self.sent: dict[str, tuple[Message, str]] = {}

    def send(self, message: Message, text: str) -> None:
        """Keep the message under its key."""
        self.sent.setdefault(message.key, (message, text))


class FileChannel:
    """Appends a JSON line per message to a file only the owner can read; a key that is there already is left alone."""

    def __init__(self, path: Path) -> None:
        """Write to `path`, which is made when the first message comes."""
        self.path = path
        self._keys = read_keys(path)

    def send(self, message: Message, text: str) -> None:
        """Append the message and wait until it is on the disk.

        Raises: OSError when the file cannot be written.
        """
        if message.key in self._keys:
            return
        append_line(
            self.path,
            {"id": message.id, "key": message.key, "kind": message.kind, "to": message.recipient, "text": text},
        )
        self._keys.add(message.key)


def read_keys(path: Path) -> set[str]:
    """Return the keys of the whole lines in a file; none when there is no file."""
    if not path.exists():
        return set()
    # A line cut by a crash was never acknowledged; its message comes again.
    lines = path.read_bytes().split(b"\n")[:-1]
    return {json.loads(line)["key"] for line in lines if line}


def append_line(path: Path, *lines: Mapping[str, object]) -> None:
    """Append JSON lines and wait until they are on the disk.

    Raises: OSError when the file cannot be written.
    """
    content = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, PRIVATE_MODE)
    with os.fdopen(handle, "r+b") as file:
        _drop_cut_line(file.fileno())
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _drop_cut_line(handle: int) -> None:
    size = os.fstat(handle).st_size
    if size and os.pread(handle, 1, size - 1) != b"\n":
        start = max(0, size - 65_536)
        tail = os.pread(handle, size - start, start)
        os.ftruncate(handle, start + tail.rfind(b"\n") + 1)
