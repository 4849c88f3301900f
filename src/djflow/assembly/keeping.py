"""Where a sender's books are kept: on a thread of its own process, or in a process beside it.

A process of its own (`djflow.assembly.bookkeeper`) leaves the sender's processor to the network; the sender asks it
through a pipe for one act after the other. On PostgreSQL, which takes several writers, claims go through a second
pipe, so that they do not wait for the disk with what is written down.

When the bookkeeper dies, the sender ends at once; when the sender dies, the bookkeeper does: its pipe is closed and,
on Linux, the system ends it hard. It holds the sender's lock open too, so on SQLite the next sender starts only once
both are gone. Whichever dies, what was under way is taken up by the next sender as after any crash: asked for,
filtered by the provider, or sent again.
"""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol, TypeVar, TypeVarTuple

from djflow.assembly.books import Books, Part
from djflow.assembly.house import House
from djflow.core.clock import Clock
from djflow.core.errors import DjflowError

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_CLAIM: object = Books.claim


class BookkeeperGoneError(DjflowError):
    """The process that keeps the sender's books has ended before the sender."""

    code = "bookkeeper_gone"

    def __init__(self) -> None:
        """Say what happens next."""
        super().__init__("记账的进程意外结束，发送程序已停止：没有消息丢失，重新启动后会接着发送。")


class Keeper(Protocol):
    """Keeps a sender's books and does one act after the other."""

    async def open(self, house: House, part: Part) -> None:
        """Open the books."""
        ...

    async def do(self, act: Callable[[Books, *Ts], T], *values: *Ts) -> T:
        """Do an act and return what came of it; an error of the house is raised here."""
        ...

    async def watch(self) -> None:
        """Wait until the books are lost, which may be never.

        Raises: BookkeeperGoneError when they are.
        """
        ...

    async def close(self) -> None:
        """Close the books."""
        ...


class OnThread:
    """Keeps the books on a thread: for what lasts a moment, and for clocks that are moved by hand."""

    def __init__(self) -> None:
        """Prepare."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="notify-books")
        self._books: Books

    async def open(self, house: House, part: Part) -> None:
        """Open the books."""
        self._books = Books(house, part)

    async def do(self, act: Callable[[Books, *Ts], T], *values: *Ts) -> T:
        """Do an act on the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, act, self._books, *values)

    async def watch(self) -> None:
        """Wait for ever: the thread ends with the sender."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()


@dataclass(frozen=True, slots=True)
class Opening:
    """What a bookkeeper must know to open the sender's house."""

    home: Path
    database_url: str
    clock: Clock
    part: Part


class _Way:
    """A pipe to a bookkeeper, and the thread that waits at it."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="notify-books")

    async def ask(self, words: object) -> Any:  # what an act returns is known to whoever asks
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, words)

    def _ask(self, words: object) -> Any:
        try:
            self._pipe.send(words)
            found, error = self._pipe.recv()
        except (EOFError, OSError) as gone:
            raise BookkeeperGoneError from gone
        if error is not None:
            raise error
        return found

    def close(self) -> None:
        self._thread.shutdown()
        self._pipe.close()


class Beside:
    """Keeps the books in a process beside the sender; `lock` is the sender's lock, which the process holds as well."""

    def __init__(self, lock: int | None = None) -> None:
        """Prepare; no process is started yet."""
        self._lock = lock
        self._ways: list[_Way] = []
        self._process: asyncio.subprocess.Process

    @property
    def process_id(self) -> int:
        """The process that keeps the books."""
        return self._process.pid

    async def open(self, house: House, part: Part) -> None:
        """Start the process and let it open the house."""
        with ExitStack() as theirs:
            ends = []
            for _ in range(2 if house.database.engine.dialect.name == "postgresql" else 1):
                ours, end = Pipe()
                self._ways.append(_Way(ours))
                ends.append(theirs.enter_context(end).fileno())
            # A session of its own: what ends the sender from the keyboard must not end its bookkeeper first.
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "djflow.assembly.bookkeeper", *map(str, ends)),
                pass_fds=[*ends, *([] if self._lock is None else [self._lock])],
                start_new_session=True,
            )
        await self._ways[0].ask(Opening(house.home, house.settings.database.url, house.clock, part))

    async def do(self, act: Callable[[Books, *Ts], T], *values: *Ts) -> T:
        """Let the process do an act."""
        way = self._ways[-1] if act is _CLAIM else self._ways[0]
        found: T = await way.ask((act, values))
        return found

    async def watch(self) -> None:
        """Wait for the end of the process."""
        await self._process.wait()
        raise BookkeeperGoneError

    async def close(self) -> None:
        """Close the pipes, which ends the process."""
        for way in self._ways:
            way.close()
        await self._process.wait()
