"""The sender: takes due messages in short transactions, sends them, and writes down what came of it.

This is its side of the network; its books, all work on the database, are kept beside it (`djflow.assembly.keeping`),
so that a transaction never stands in the way of the network. Each channel is fed ahead of its connections; answers
are written down many at a time. A message counts as under way until its answer is on the disk, so a bot that can
neither be asked nor filter doubles never has more than one that a crash could double.
"""

import asyncio
import os
import secrets
import socket
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar, TypeVarTuple

from djflow.assembly import outbox
from djflow.assembly.books import Answer, Books, Parcel, Part
from djflow.assembly.house import House
from djflow.assembly.keeping import BookkeeperGoneError, Keeper, OnThread
from djflow.core import log
from djflow.core.errors import ConflictError, DjflowError
from djflow.notify.channels.base import Channel, Outcome, Outgoing
from djflow.notify.delivery.model import Lane
from djflow.notify.model import Drained, Verdict

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_AHEAD, _MOST_AHEAD, _FIRST = 10, 1000, 2
"""Claimed beyond what the connections take at once: few large claims leave the processor to the network."""

_REFILL = 0.7
"""The share of it at which more is claimed: a claim that waits for the disk must not let the connections run dry."""

_GATHER_SECONDS = 0.05
_IDLE_SECONDS, _ROUND_SECONDS, _BUSY_ROUND_SECONDS, _CARE_SECONDS, _TROUBLE_SECONDS = 0.5, 1.0, 5.0, 5.0, 1.0
_RECALL_SECONDS = 30.0
_SHORTEST_PAUSE = 0.01
_log = log.logger("notify")


@dataclass(slots=True)
class _Line:
    """One channel at work: what is claimed and not yet written down, and the answers that wait to be written."""

    channel: Channel
    lane: Lane
    ahead: int
    first: int  # claimed when nothing is under way: a large claim would keep the network waiting
    under_way: int = 0
    refused: bool = False  # its key was refused, and that is not written down yet
    room: asyncio.Event = field(default_factory=asyncio.Event)
    batches: deque[tuple[datetime, Sequence[Outgoing]]] = field(default_factory=deque)
    answers: deque[Answer] = field(default_factory=deque)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def taken(self) -> int:
        """How many messages take room: what is answered does not, but a single flight ends on the disk."""
        return self.under_way if self.channel.traits.single_flight else self.under_way - len(self.answers)

    @property
    def has_room(self) -> bool:
        """Whether so little is left that more should be claimed."""
        return self.taken <= self.ahead * _REFILL


@dataclass(slots=True)
class Tally:
    """What became of each message of this run."""

    last: dict[str, Verdict] = field(default_factory=dict)

    def count(self, *verdicts: Verdict) -> int:
        """Return how many messages ended with one of these."""
        return sum(verdict in verdicts for verdict in self.last.values())


class Sender:
    """Sends for one house through `channels`; `pace` is how much faster than real time the house's clock runs."""

    def __init__(
        self, house: House, channels: Mapping[str, Channel], *, pace: float = 1.0, keeper: Keeper | None = None
    ) -> None:
        """Prepare; nothing is opened yet. `keeper` keeps the books, without one they are on a thread."""
        self.house, self.pace = house, pace
        self.tally = Tally()
        self._keeper = keeper or OnThread()
        self._lines = {key: _line(house, channel, pace) for key, channel in sorted(channels.items())}
        self._stop = asyncio.Event()
        self._answers, self._all_in = asyncio.Event(), asyncio.Event()
        self._last_round = 0.0

    async def open(self, *, alone: bool) -> None:
        """Open the channels and take up what dead senders left; `alone`: no other sender can be alive."""
        await self._keeper.open(self.house, _part(self._lines))
        for line in self._lines.values():
            await line.channel.start()
        while await self._do(Books.take_up_lost, alone):
            pass
        await self._do(Books.move_on)
        self._last_round = asyncio.get_running_loop().time()
        await self._care()

    async def close(self) -> None:
        """Let what is under way end, write it down, close the channels."""
        self._stop.set()
        for line in self._lines.values():
            await asyncio.gather(*line.tasks)
        while any(line.answers for line in self._lines.values()):
            await self._write()
        for line in self._lines.values():
            await line.channel.close()
        await self._keeper.close()

    def stop(self) -> None:
        """Ask `serve` to end."""
        self._stop.set()
        self._answers.set()
        for line in self._lines.values():
            line.room.set()

    async def serve(self) -> None:
        """Work until `stop`.

        Raises: BookkeeperGoneError when the books are lost; nothing is sent any more then.
        """
        try:
            await self._work()
        except BaseExceptionGroup as errors:
            if errors.subgroup(BookkeeperGoneError) is None:
                raise
            await self._drop()
            raise BookkeeperGoneError from errors

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._keeper.watch())
            working = [
                *(group.create_task(self._feed(line)) for line in self._lines.values()),
                group.create_task(self._write_on()),
                group.create_task(self._every(_ROUND_SECONDS, self._round)),
                group.create_task(self._every(_CARE_SECONDS, self._care)),
                group.create_task(self._every(_RECALL_SECONDS, self._take_back)),
            ]
            await asyncio.wait(working)
            watching.cancel()

    async def _drop(self) -> None:
        # What cannot be written down must not be sent: the next sender takes it up as after a crash.
        for line in self._lines.values():
            line.batches.clear()
            for task in line.tasks:
                task.cancel()
            await asyncio.gather(*line.tasks, return_exceptions=True)
            line.answers.clear()

    async def drain(self, *, once: bool) -> Drained:
        """Send what may leave now; without `once` go on until nothing more comes of it."""
        while True:
            await self._whole_round()
            await self._care()
            await self._take_back()
            sent = 0
            for line in self._lines.values():
                while (parcel := await self._claim(line, line.ahead)).messages:
                    sent += len(parcel.messages)
                    await asyncio.gather(*line.tasks)
                    await self._write()
            if once or not sent:
                break
        await self._whole_round()
        failed = self.tally.count(Verdict.PERMANENT, Verdict.TRANSIENT, Verdict.CONFIG)
        back = self.tally.count(Verdict.TRANSIENT, Verdict.CONFIG)
        return Drained(
            sent=self.tally.count(Verdict.ACCEPTED),
            held=max(0, await self._do(Books.waiting) - back),
            failed=failed,
            unknown=self.tally.count(Verdict.UNKNOWN),
        )

    async def _whole_round(self) -> None:
        while await self._do(Books.move_on):
            pass

    async def _round(self) -> None:
        # While much is under way the rounds make room for it, but they never stop.
        at, is_busy = asyncio.get_running_loop().time(), any(line.under_way for line in self._lines.values())
        if not is_busy or at - self._last_round > _BUSY_ROUND_SECONDS / self.pace:
            self._last_round = at
            await self._do(Books.move_on)

    async def _care(self) -> None:
        """Take up what dead senders left, and ask the providers for what may have arrived."""
        await self._do(Books.take_up_lost, False)
        for line in self._lines.values():
            if line.lane.care.can_query:
                while asked := await self._do(Books.unknown, line.lane.key):
                    ids, addresses = zip(*asked, strict=True)
                    found = await line.channel.query(ids, addresses)
                    await self._do(Books.settle, list(zip(ids, found, strict=True)))
                    self.tally.last.update((one, outcome.verdict) for one, outcome in zip(ids, found, strict=True))

    async def _take_back(self) -> None:
        """Take back reminders that were overtaken, where the provider offers it."""
        for line in self._lines.values():
            within = line.channel.traits.can_recall
            for message_id, provider_id in await self._do(Books.overtaken, line.lane.key, within) if within else ():
                outcome = await line.channel.recall(provider_id)
                await self._do(Books.taken_back, message_id, outcome)

    async def _feed(self, line: _Line) -> None:
        while not self._stop.is_set():
            line.room.clear()
            if (line.refused and line.under_way) or not line.has_room:
                await self._until(line.room, _IDLE_SECONDS)
                continue
            parcel = await self._claim(line, line.ahead - line.taken if line.taken else line.first)
            if not parcel.messages:
                wait = _IDLE_SECONDS
                if parcel.again_at is not None:
                    wait = min((parcel.again_at - self.house.now()).total_seconds(), _IDLE_SECONDS)
                await self._until(self._stop, wait)

    async def _claim(self, line: _Line, room: int) -> Parcel:
        # With nothing under way a refusal is on the disk, and the claim sees it.
        line.refused &= line.under_way > 0
        parcel = await self._do(Books.claim, line.lane.key, room)
        messages, size = parcel.messages, line.channel.traits.batch
        line.under_way += len(messages)
        line.batches.extend(
            (parcel.claimed_at, messages[start : start + size]) for start in range(0, len(messages), size)
        )
        for _ in range(min(len(line.batches), line.channel.traits.concurrency - len(line.tasks))):
            task = asyncio.create_task(self._send_on(line))
            line.tasks.add(task)
            task.add_done_callback(line.tasks.discard)
        return parcel

    async def _send_on(self, line: _Line) -> None:
        """Send one batch after the other until none waits; a channel has as many of these as it has connections."""
        while line.batches:
            claimed_at, batch = line.batches.popleft()
            if line.refused or self._is_late(line, claimed_at):
                await self._do(Books.hand_back, [one.id for one in batch])
                line.under_way -= len(batch)
                line.room.set()
                continue
            outcomes = await self._outcomes(line.channel, batch)
            line.answers.extend([(one.id, outcome) for one, outcome in zip(batch, outcomes, strict=True)])
            line.refused |= any(outcome.verdict is Verdict.CONFIG for outcome in outcomes)
            self._answers.set()
            if line.has_room:
                line.room.set()
            if self._left_out() == 0:
                self._all_in.set()

    def _left_out(self) -> int:
        """Return how many messages are claimed and not answered."""
        return sum(line.under_way - len(line.answers) for line in self._lines.values())

    def _is_late(self, line: _Line, claimed_at: datetime) -> bool:
        # A provider was so slow that an answer might come after the lease: somebody else may claim afresh instead.
        return self.house.now() > claimed_at + line.lane.lease / 2

    async def _outcomes(self, channel: Channel, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        try:
            return await channel.send(batch)
        except Exception as error:  # noqa: BLE001 - a fault in one channel must not stop the others
            _log.error("channel %s failed: %s", channel.key, type(error).__name__)
            return [Outcome(one.id, Verdict.UNKNOWN, code="fault") for one in batch]

    async def _write_on(self) -> None:
        while not self._stop.is_set():
            self._answers.clear()
            if not await self._write():
                await self._until(self._answers, _IDLE_SECONDS)
            elif self._left_out():
                # More answers come at once: one transaction for all of them.
                self._all_in.clear()
                await self._until(self._all_in, _GATHER_SECONDS)

    async def _write(self) -> int:
        """Write down every answer that waits; what cannot be written stays and is tried again."""
        written = 0
        for line in self._lines.values():
            answers = list(line.answers)
            if not answers:
                continue
            await self._do(Books.write_down, line.lane.key, answers)
            for _ in answers:
                line.answers.popleft()
            line.under_way -= len(answers)
            line.room.set()
            written += len(answers)
            self.tally.last.update((one, outcome.verdict) for one, outcome in answers)
        return written

    async def _every(self, seconds: float, act: Callable[[], Coroutine[None, None, None]]) -> None:
        # `open` has done all of it once; the first messages leave before it is done again.
        await self._until(self._stop, seconds)
        while not self._stop.is_set():
            await act()
            await self._until(self._stop, seconds)

    async def _do(self, act: Callable[[Books, *Ts], T], *values: *Ts) -> T:
        """Have an act done in the books; while the database is locked, full or gone, wait and try again."""
        while True:
            try:
                return await self._keeper.do(act, *values)
            except DjflowError as error:
                # A conflict is another sender that was a moment faster.
                is_passing = error.retryable or isinstance(error, ConflictError)
                if not is_passing or self._stop.is_set():
                    raise
                _log.error("the database cannot be used now: %s", error.code)
                await asyncio.sleep(_TROUBLE_SECONDS)

    async def _until(self, happens: asyncio.Event, seconds: float) -> None:
        try:
            await asyncio.wait_for(happens.wait(), max(seconds / self.pace, _SHORTEST_PAUSE))
        except TimeoutError:
            return


def _line(house: House, channel: Channel, pace: float) -> _Line:
    traits = channel.traits
    ahead = 1 if traits.single_flight else min(_MOST_AHEAD, _AHEAD * traits.concurrency * traits.batch)
    lane = outbox.lane_of(house, channel)
    first = min(ahead, _FIRST * traits.concurrency * traits.batch)
    # A lease runs on the house's clock, an answer on the provider's.
    return _Line(channel, replace(lane, lease=lane.lease * pace), max(ahead, 1), max(first, 1))


def _part(lines: Mapping[str, _Line]) -> Part:
    return Part(
        owner=f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(4)}",
        lanes={key: line.lane for key, line in lines.items()},
        with_buttons=frozenset(key for key, line in lines.items() if line.channel.traits.buttons),
    )
