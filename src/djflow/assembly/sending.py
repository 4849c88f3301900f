"""Runs the sender: until it is stopped, or once over what waits; on SQLite only one at a time."""

import asyncio
import fcntl
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from djflow.assembly import boxes, outbox
from djflow.assembly.channels import open_channels, raw_config
from djflow.assembly.house import House
from djflow.assembly.keeping import Beside
from djflow.assembly.sender import Sender
from djflow.core import log
from djflow.core.errors import ConfigError, ConflictError
from djflow.notify.channels.base import Channel
from djflow.notify.feedback import service as feedback
from djflow.notify.model import Drained

_LOCK = "sender.lock"
_ENDING_LOOKS, _ENDING_SECONDS = 50, 0.1
_log = log.logger("notify")
READY_FILE = "sender.ready"


@contextmanager
def only_sender(house: House) -> Iterator[int | None]:
    """Hold the sender's lock of an SQLite house and yield its file: nobody else sends; PostgreSQL takes several.

    Raises: ConflictError naming the process that sends already.
    """
    if house.database.engine.dialect.name != "sqlite":
        yield None
        return
    with (house.state / _LOCK).open("a+") as lock:
        _hold(lock)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock.fileno()


def _hold(lock: TextIO) -> None:
    for _ in range(_ENDING_LOOKS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            number = lock.read().strip()
        else:
            return
        if not number.isdecimal() or _is_alive(int(number)):
            break
        # The sender is dead; its bookkeeper still holds the lock and is about to end.
        time.sleep(_ENDING_SECONDS)
    raise ConflictError(
        f"已有一个发送程序在运行（进程 {number or '未知'}）。用自带的 SQLite 时只能有一个：请用那一个，或先停掉它。",
        code="sender_running",
    )


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def channels_of(house: House) -> Mapping[str, Channel]:
    """Return the channels of config/channels.toml, not started; one that is wrong is left out and the office told.

    The messages of a channel that is left out wait.
    """
    found: dict[str, Channel] = {}
    for entry in house.settings.channels.entries:
        if not entry.enabled:
            continue
        try:
            found |= open_channels([raw_config(house.settings, entry, os.environ)], clock=house.clock)
        except ConfigError as error:
            outbox.alert_stopped(house, entry.key)
            _log.error("channel %s cannot be opened: %s", entry.key, error.code)
    return found


def drain(house: House, *, once: bool = True, channels: Mapping[str, Channel] | None = None) -> Drained:
    """Send what may leave now and return what became of it.

    Raises: ConflictError when another sender works on the same SQLite house.
    """
    with only_sender(house) as lock:
        return asyncio.run(_drain(Sender(house, channels or channels_of(house)), alone=lock is not None, once=once))


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: notices and chains moved on, messages sent because no sender runs, messages that failed."""

    moved: int
    sent: int
    failed: int


def sweep(house: House) -> Swept:
    """Move every notice on, and send what waits unless a sender works on this SQLite house."""
    outlook = outbox.outlook_of(house)
    moved = 0
    while (found := outbox.move_on(house, outlook)).did_anything:
        moved += found.planned + found.advanced
    with house.transaction() as session:
        feedback.match_early(session, now=house.now())
        boxes.keep_calls(session, by=outbox.BY, now=house.now())
    try:
        done = drain(house)
    except ConflictError:
        return Swept(moved, 0, 0)
    return Swept(moved, done.sent, done.failed)


async def _drain(sender: Sender, *, alone: bool, once: bool) -> Drained:
    await sender.open(alone=alone)
    try:
        return await sender.drain(once=once)
    finally:
        await sender.close()


def serve(house: House, *, channels: Mapping[str, Channel] | None = None, pace: float = 1.0) -> None:
    """Send until SIGTERM or SIGINT, the books in a process beside; what is under way is written down before the end.

    Raises: ConflictError when another sender works on the same SQLite house; BookkeeperGoneError when the books are
    lost.
    """
    with only_sender(house) as lock:
        sender = Sender(house, channels or channels_of(house), pace=pace, keeper=Beside(lock))
        asyncio.run(_serve(sender, alone=lock is not None))


async def _serve(sender: Sender, *, alone: bool) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, sender.stop)
    await sender.open(alone=alone)
    # Tells the supervisor that messages leave from now on.
    (sender.house.state / READY_FILE).touch()
    try:
        await sender.serve()
    finally:
        await sender.close()
