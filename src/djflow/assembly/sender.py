"""The sender: one process that takes due messages in short transactions, sends them, and writes down what came of it.

One thread does all database work, so that a transaction never stands in the way of the network. Each channel is fed
ahead of its connections; answers are written down many at a time. A message counts as under way until its answer is
on the disk, so a bot that can neither be asked nor filter doubles never has more than one that a crash could double.
"""

import asyncio
import os
import secrets
import socket
import sys
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from djflow.approvals.doorway.links import filled
from djflow.assembly import outbox, phone
from djflow.assembly.directory import Nobody, note_dead
from djflow.assembly.house import House
from djflow.core import log
from djflow.core.errors import ConflictError, DjflowError
from djflow.notify.channels.base import Button, Channel, Outcome, Outgoing, Traits
from djflow.notify.channels.codes import DEAD_CODES
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import Claim, Lane
from djflow.notify.model import Claimed, Drained, Result, Verdict
from djflow.notify.recalls import service as recalls

T = TypeVar("T")

_AHEAD, _MOST_AHEAD = 6, 1000
"""Claimed beyond what the connections take at once: few large claims leave the processor to the network."""

_GATHER_SECONDS = 0.03
_SWITCH_SECONDS = 0.0005
"""How long the network keeps the database's thread waiting at most: by default ten times as long as a statement."""

_IDLE_SECONDS, _ROUND_SECONDS, _BUSY_ROUND_SECONDS, _CARE_SECONDS, _TROUBLE_SECONDS = 0.5, 1.0, 5.0, 5.0, 1.0
_RECALL_SECONDS = 30.0
_SHORTEST_PAUSE = 0.01
_ASKED_AT_ONCE = 50
_log = log.logger("notify")


@dataclass(slots=True)
class _Line:
    """One channel at work: what is claimed and not yet written down, and the answers that wait to be written."""

    channel: Channel
    lane: Lane
    ahead: int
    under_way: int = 0
    refused: bool = False  # its key was refused, and that is not written down yet
    room: asyncio.Event = field(default_factory=asyncio.Event)
    batches: deque[Sequence[Claimed]] = field(default_factory=deque)
    answers: deque[tuple[Claimed, Result]] = field(default_factory=deque)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


@dataclass(slots=True)
class Tally:
    """What became of each message of this run."""

    last: dict[str, Verdict] = field(default_factory=dict)

    def count(self, *verdicts: Verdict) -> int:
        """Return how many messages ended with one of these."""
        return sum(verdict in verdicts for verdict in self.last.values())


class Sender:
    """Sends for one house through `channels`; `pace` is how much faster than real time the house's clock runs."""

    def __init__(self, house: House, channels: Mapping[str, Channel], *, pace: float = 1.0) -> None:
        """Prepare; nothing is opened yet."""
        self.house, self.pace = house, pace
        self.outlook = outbox.outlook_of(house)
        self.owner = f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.tally = Tally()
        self._lines = {key: _line(house, channel, pace) for key, channel in sorted(channels.items())}
        self._lanes = {key: line.lane for key, line in self._lines.items()}
        self._database = ThreadPoolExecutor(1, thread_name_prefix="notify-db")
        self._stop = asyncio.Event()
        self._answers = asyncio.Event()
        self._last_round = 0.0

    async def open(self, *, alone: bool) -> None:
        """Open the channels and take up what dead senders left; `alone`: no other sender can be alive."""
        for line in self._lines.values():
            await line.channel.start()
        while await self._do(lambda: self._take_up_lost(dead_owners=alone)):
            pass

    async def close(self) -> None:
        """Let what is under way end, write it down, close the channels."""
        self._stop.set()
        for line in self._lines.values():
            await asyncio.gather(*line.tasks)
        while any(line.answers for line in self._lines.values()):
            await self._write()
        for line in self._lines.values():
            await line.channel.close()
        self._database.shutdown()

    def stop(self) -> None:
        """Ask `serve` to end."""
        self._stop.set()
        self._answers.set()
        for line in self._lines.values():
            line.room.set()

    async def serve(self) -> None:
        """Work until `stop`."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        try:
            await self._serve()
        finally:
            sys.setswitchinterval(before)

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            for line in self._lines.values():
                group.create_task(self._feed(line))
            group.create_task(self._write_on())
            group.create_task(self._every(_ROUND_SECONDS, self._round))
            group.create_task(self._every(_CARE_SECONDS, self._care))
            group.create_task(self._every(_RECALL_SECONDS, self._take_back))

    async def drain(self, *, once: bool) -> Drained:
        """Send what may leave now; without `once` go on until nothing more comes of it."""
        while True:
            await self._do(self._whole_round)
            await self._care()
            await self._take_back()
            sent = 0
            for line in self._lines.values():
                while (claim := await self._claim(line)).messages:
                    sent += len(claim.messages)
                    await asyncio.gather(*line.tasks)
                    await self._write()
            if once or not sent:
                break
        await self._do(self._whole_round)
        return await self._do(self._drained)

    def _drained(self) -> Drained:
        with self.house.reading() as session:
            health = delivery.channel_health(session, list(self._lines), now=self.house.now())
        waiting = sum(one.due + one.later + one.held for one in health)
        failed = self.tally.count(Verdict.PERMANENT, Verdict.TRANSIENT, Verdict.CONFIG)
        back = self.tally.count(Verdict.TRANSIENT, Verdict.CONFIG)
        return Drained(
            sent=self.tally.count(Verdict.ACCEPTED),
            held=max(0, waiting - back),
            failed=failed,
            unknown=self.tally.count(Verdict.UNKNOWN),
        )

    def _whole_round(self) -> None:
        while outbox.move_on(self.house, self.outlook).did_anything:
            pass

    async def _round(self) -> None:
        # While much is under way the rounds make room for it, but they never stop.
        at, is_busy = asyncio.get_running_loop().time(), any(line.under_way for line in self._lines.values())
        if not is_busy or at - self._last_round > _BUSY_ROUND_SECONDS / self.pace:
            self._last_round = at
            await self._do(lambda: outbox.move_on(self.house, self.outlook))

    async def _care(self) -> None:
        """Take up what dead senders left, and ask the providers for what may have arrived."""
        await self._do(lambda: self._take_up_lost(dead_owners=False))
        for line in self._lines.values():
            if line.lane.care.can_query:
                while asked := await self._do(partial(self._unknown, line)):
                    found = await line.channel.query([one.id for one in asked], [one.address for one in asked])
                    await self._do(partial(self._answered, list(zip(asked, found, strict=True))))

    async def _take_back(self) -> None:
        """Take back reminders that were overtaken, where the provider offers it."""
        for line in self._lines.values():
            within = line.channel.traits.can_recall
            for message_id, provider_id in await self._do(partial(self._overtaken, line, within)) if within else ():
                outcome = await line.channel.recall(provider_id)
                await self._do(partial(self._taken_back, message_id, outcome))

    def _overtaken(self, line: _Line, within: timedelta) -> tuple[tuple[str, str], ...]:
        with self.house.transaction() as session:
            now = self.house.now()
            return recalls.overtaken(session, line.lane.key, outbox.still_true, since=now - within, now=now)

    def _taken_back(self, message_id: str, outcome: Outcome) -> None:
        with self.house.transaction() as session:
            recalls.write_recall(session, message_id, outcome.verdict, outcome.code, now=self.house.now())

    def _take_up_lost(self, *, dead_owners: bool) -> int:
        with self.house.transaction() as session:
            now = self.house.now()
            return delivery.take_up_lost(session, self._lanes, owner=self.owner, now=now, dead_owners=dead_owners)

    def _unknown(self, line: _Line) -> tuple[Claimed, ...]:
        with self.house.transaction() as session:
            now = self.house.now()
            return delivery.unknown_due(session, line.lane, owner=self.owner, now=now, limit=_ASKED_AT_ONCE)

    def _answered(self, pairs: Sequence[tuple[Claimed, Outcome]]) -> None:
        asked = [(claimed, _result(claimed, outcome)) for claimed, outcome in pairs]
        with self.house.transaction() as session:
            delivery.write_answers(session, asked, owner=self.owner, now=self.house.now())
        self.tally.last.update({claimed.id: result.verdict for claimed, result in asked})

    async def _feed(self, line: _Line) -> None:
        while not self._stop.is_set():
            line.room.clear()
            if line.refused or line.under_way * 2 > line.ahead:
                await self._until(line.room, _IDLE_SECONDS)
                continue
            claim = await self._claim(line)
            if not claim.messages:
                wait = _IDLE_SECONDS
                if claim.again_at is not None:
                    wait = min((claim.again_at - self.house.now()).total_seconds(), _IDLE_SECONDS)
                await self._until(self._stop, wait)

    async def _claim(self, line: _Line) -> Claim:
        room = line.ahead - line.under_way
        claim = await self._do(lambda: self._claim_now(line.lane, room))
        line.under_way += len(claim.messages)
        size = line.channel.traits.batch
        line.batches.extend(claim.messages[start : start + size] for start in range(0, len(claim.messages), size))
        for _ in range(min(len(line.batches), line.channel.traits.concurrency - len(line.tasks))):
            task = asyncio.create_task(self._send_on(line))
            line.tasks.add(task)
            task.add_done_callback(line.tasks.discard)
        return claim

    def _claim_now(self, lane: Lane, room: int) -> Claim:
        with self.house.transaction() as session:
            return delivery.claim(session, lane, room, outbox.still_true, owner=self.owner, now=self.house.now())

    async def _send_on(self, line: _Line) -> None:
        """Send one batch after the other until none waits; a channel has as many of these as it has connections."""
        while line.batches:
            batch = line.batches.popleft()
            if line.refused or self._is_late(line, batch):
                await self._do(partial(self._hand_back, batch))
                line.under_way -= len(batch)
                line.room.set()
                continue
            outcomes = await self._outcomes(line.channel, batch)
            line.answers.extend(
                [(claimed, _result(claimed, outcome)) for claimed, outcome in zip(batch, outcomes, strict=True)]
            )
            line.refused |= any(outcome.verdict is Verdict.CONFIG for outcome in outcomes)
            self._answers.set()

    def _is_late(self, line: _Line, batch: Sequence[Claimed]) -> bool:
        # A provider was so slow that an answer might come after the lease: somebody else may claim afresh instead.
        return self.house.now() > batch[0].claimed_at + line.lane.lease / 2

    def _hand_back(self, batch: Sequence[Claimed]) -> None:
        with self.house.transaction() as session:
            delivery.hand_back(session, batch, owner=self.owner)

    async def _outcomes(self, channel: Channel, batch: Sequence[Claimed]) -> Sequence[Outcome]:
        try:
            return await channel.send([_outgoing(self.house, one, channel.traits) for one in batch])
        except Exception as error:  # noqa: BLE001 - a fault in one channel must not stop the others
            _log.error("channel %s failed: %s", channel.key, type(error).__name__)
            return [Outcome(one.id, Verdict.UNKNOWN, code="fault") for one in batch]

    async def _write_on(self) -> None:
        while not self._stop.is_set():
            self._answers.clear()
            if not await self._write():
                await self._until(self._answers, _IDLE_SECONDS)
            elif any(line.under_way > 1 for line in self._lines.values()):
                # More answers come at once: one transaction for all of them.
                await asyncio.sleep(_GATHER_SECONDS)

    async def _write(self) -> int:
        """Write down every answer that waits; what cannot be written stays and is tried again."""
        written = 0
        for line in self._lines.values():
            answers = list(line.answers)
            if not answers:
                continue
            await self._do(partial(self._write_down, line.lane, answers))
            for _ in answers:
                line.answers.popleft()
            line.under_way -= len(answers)
            line.refused &= bool(line.batches)
            line.room.set()
            written += len(answers)
            self.tally.last.update({claimed.id: result.verdict for claimed, result in answers})
        return written

    def _write_down(self, lane: Lane, answers: Sequence[tuple[Claimed, Result]]) -> None:
        with self.house.transaction() as session:
            delivery.write_results(session, lane, answers, owner=self.owner, now=self.house.now())
            if any(result.verdict is Verdict.CONFIG for _, result in answers):
                outbox.channel_stopped(session, lane.key, now=self.house.now())
        nobody = [
            Nobody(claimed.recipient, claimed.address, result.code)
            for claimed, result in answers
            if result.verdict is Verdict.PERMANENT and result.code in DEAD_CODES
        ]
        if nobody:
            note_dead(self.house, self.outlook.ways[lane.key], nobody)

    async def _every(self, seconds: float, act: Callable[[], Coroutine[None, None, None]]) -> None:
        while not self._stop.is_set():
            await act()
            await self._until(self._stop, seconds)

    async def _do(self, act: Callable[[], T]) -> T:
        """Do database work; while the database is locked, full or gone, wait and try again."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(self._database, act)
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
    # A lease runs on the house's clock, an answer on the provider's.
    return _Line(channel, replace(lane, lease=lane.lease * pace), max(ahead, 1))


def _outgoing(house: House, claimed: Claimed, traits: Traits) -> Outgoing:
    payload = claimed.payload
    # An approver's code is made only here, at the moment it leaves: what is stored holds a reference to it.
    text, reference = filled(house.vault, str(payload.get("text", ""))), str(payload.get("link", ""))
    variables = payload.get("variables", {})
    link = phone.link_from(house, reference) if reference else ""
    buttons = _buttons(link) if traits.buttons and payload.get("asks") and phone.is_of_a_duty(reference) else ()
    return Outgoing(
        id=claimed.id,
        address=claimed.address,
        text=f"{text}\n{link}" if link and not buttons else text,
        buttons=buttons,
        title=str(payload.get("title", "")),
        template=str(payload.get("template", "")),
        variables={str(k): filled(house.vault, str(v)) for k, v in variables.items()}
        if isinstance(variables, dict)
        else {},
    )


def _buttons(link: str) -> tuple[Button, ...]:
    """Return the answers to a reminder: a word that comes back, and the page that asks for the reason."""
    return (
        Button("收到", "收到"),
        Button("不能到岗", "", f"{link}/decline"),
        Button("查看详情", "", link),
    )


def _result(claimed: Claimed, outcome: Outcome) -> Result:
    return Result(
        message_id=claimed.id,
        attempts=claimed.attempts,
        verdict=outcome.verdict,
        code=outcome.code,
        provider_id=outcome.provider_id,
        parts=outcome.parts,
        retry_after=outcome.retry_after,
        next_channel=outcome.next_channel,
    )
