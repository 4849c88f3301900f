"""Tries the office's configuration against the simulated providers: on a bad day, with the sender killed on the way.

Two acts. First the pace: the same messages straight through a channel and through the outbox, 20 ms an answer and no
faults. Then the bad day: faults of every kind, the sender ended hard, and a count on the providers' side at the end.
"""

import asyncio
import re
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from time import perf_counter

from djflow.assembly import rehearsed
from djflow.assembly.channels import open_channels
from djflow.assembly.channels import rehearsed as pointed
from djflow.assembly.house import House
from djflow.assembly.keeping import Beside
from djflow.assembly.rehearsed import Stage
from djflow.assembly.sender import Sender
from djflow.core.clock import ScaledClock, SystemClock, civil_date, instant_of
from djflow.notify.channels.base import Channel, Outgoing
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.lives import service as lives
from djflow.notify.model import MessageState
from djflow.notify.simulator import Faults, Simulator

_PACE = 60.0
_MORNING = time(10, 7)
_LATENCY_MS = 20.0
_LEAST_FOR_PACE = 2000
_LOOK_SECONDS, _FINISH_SECONDS, _SECONDS_EACH = 0.02, 90.0, 0.2
_MARK = re.compile(r"演练\d{6}")
_TOO_FAST = ("45009", "130101", "11232", "BUSINESS_LIMIT_CONTROL", "LimitExceeded")
_BAD_DAY = Faults(
    html=0.02,
    cut_json=0.02,
    server_error=0.02,
    reset_before=0.02,
    reset_after=0.02,
    hang=0.005,
    slow=0.01,
    receipt_lost=0.05,
    receipt_doubled=0.05,
    hang_seconds=3.0,
    slow_seconds=0.5,
)
_TAKEN = frozenset({MessageState.ACCEPTED, MessageState.DELIVERED})
_UNDER_WAY = frozenset({MessageState.PENDING, MessageState.HELD, MessageState.SENDING, MessageState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What the providers counted, and the pace with and without the outbox, in messages a second."""

    messages: int
    delivered: int
    lost: int
    doubled: int
    refused_for_rate: int
    undetected_errors: int
    msgs_per_second: float
    raw_msgs_per_second: float


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second straight through a channel and through the outbox."""

    raw: float
    outbox: float


def rehearse(house: House, *, messages: int, kills: int, seed: int) -> Rehearsed:
    """Rehearse with `messages` messages and `kills` hard ends of the sender; nothing real is sent."""
    with tempfile.TemporaryDirectory(prefix="djflow-rehearsal-") as folder:
        pace = asyncio.run(_paced(house, Path(folder), max(messages, _LEAST_FOR_PACE)))
    with tempfile.TemporaryDirectory(prefix="djflow-rehearsal-") as folder:
        counted = asyncio.run(_bad_day(house, Path(folder), messages, kills, seed))
    return replace(counted, msgs_per_second=round(pace.outbox, 1), raw_msgs_per_second=round(pace.raw, 1))


async def _paced(house: House, folder: Path, count: int) -> Pace:
    async with simulator_apart() as url:
        stage = pace_stage(url)
        private = rehearsed.prepare(house, folder, [stage], SystemClock())
        try:
            return await pace_of(private, stage, count)
        finally:
            private.database.engine.dispose()


def pace_stage(simulator_url: str) -> Stage:
    """Return a channel without limits, one message a call, that measures the outbox itself."""
    plain = ChannelConfig("pace", "wecomapp://corp/1?secret=rehearsal", limits=())
    return Stage("pace", "wecomapp", replace(pointed(plain, simulator_url), concurrency=100))


@asynccontextmanager
async def simulator_apart() -> AsyncIterator[str]:
    """Yield the address of a simulator in its own process that answers everything well after 20 ms."""
    command = (sys.executable, "-m", "djflow.notify.simulator", "--port", "0", "--latency", str(_LATENCY_MS))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        line = await process.stdout.readline() if process.stdout else b""
        yield re.findall(r"http://[0-9.:]+", line.decode())[0]
    finally:
        process.terminate()
        await process.wait()


async def pace_of(house: House, stage: Stage, count: int, *, first: int = 0) -> Pace:
    """Return the pace of `count` messages without and with the outbox of a prepared house, one after the other.

    Both go through the same channel, opened and used once before the clock runs, as are the sender's books; messages
    are numbered from `first`, and as many again may be used.
    """
    channel = open_channels([stage.config])[stage.key]
    await channel.start()
    await _warm(channel, stage, first + count)
    began = perf_counter()
    await _raw(channel, stage, range(first, first + count))
    raw = count / (perf_counter() - began)
    warm = min(count, channel.traits.concurrency * channel.traits.batch)
    await asyncio.to_thread(rehearsed.fill, house, [stage], warm, first=first + count)
    sender = Sender(house, {stage.key: channel}, keeper=Beside())
    await sender.open(alone=True)
    await sender.drain(once=True)
    await asyncio.to_thread(rehearsed.fill, house, [stage], count, first=first)
    began = perf_counter()
    serving = asyncio.create_task(sender.serve())
    while len(sender.tally.last) < warm + count and not serving.done():  # noqa: ASYNC110 - only looks, wakes nobody
        await asyncio.sleep(_LOOK_SECONDS / 4)
    seconds = perf_counter() - began
    sender.stop()
    await serving
    await sender.close()
    return Pace(raw, count / seconds)


async def _warm(channel: Channel, stage: Stage, number: int) -> None:
    """Open every connection the channel will use, and let it fetch its token."""
    await _raw(channel, stage, range(number, number + channel.traits.concurrency * channel.traits.batch))


async def _raw(channel: Channel, stage: Stage, numbers: range) -> None:
    gate, size = asyncio.Semaphore(channel.traits.concurrency), channel.traits.batch

    async def send(batch: range) -> None:
        async with gate:
            await channel.send([_straight(stage, number) for number in batch])

    await asyncio.gather(*(send(numbers[start : start + size]) for start in range(0, len(numbers), size)))


def _straight(stage: Stage, number: int) -> Outgoing:
    mark = rehearsed.mark_of(number)
    variables = {"name": mark}
    return Outgoing(
        f"{number:032x}", rehearsed.address_of(stage, number), mark, template=rehearsed.TEMPLATE, variables=variables
    )


async def _bad_day(house: House, folder: Path, count: int, kills: int, seed: int) -> Rehearsed:
    began = SystemClock().now()
    clock = ScaledClock(instant_of(civil_date(began), _MORNING), began, _PACE)
    async with Simulator(faults=_BAD_DAY, seed=seed, latency_ms=_LATENCY_MS, clock=clock) as simulator:
        stages = rehearsed.stages_of(house, simulator.url)
        private = rehearsed.prepare(house, folder, stages, clock)
        try:
            await asyncio.to_thread(rehearsed.fill, private, stages, count)
            await _sent_with_kills(private, simulator, clock, count, kills)
            return _counted(private, simulator, count)
        finally:
            private.database.engine.dispose()


async def _sent_with_kills(house: House, simulator: Simulator, clock: ScaledClock, count: int, kills: int) -> None:
    """Send everything with one sender after the other; each but the last is ended hard after its share."""
    until = perf_counter() + _FINISH_SECONDS + count * _SECONDS_EACH
    for share in range(1, kills + 2):
        process = await sender_process(house, clock)
        try:
            while process.returncode is None and perf_counter() < until:
                await asyncio.sleep(_LOOK_SECONDS)
                if share <= kills and len(simulator.taken) >= share * count // (kills + 1):
                    break
                if share > kills and not await asyncio.to_thread(is_under_way, house):
                    break
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def sender_process(house: House, clock: ScaledClock) -> asyncio.subprocess.Process:
    """Start a sender for a prepared house in a process of its own, to be ended hard."""
    database = house.settings.database.url
    times = (clock.shown.isoformat(), clock.began.isoformat(), str(clock.factor))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "djflow.assembly.rehearsed", str(house.home), database, *times),
        stdout=asyncio.subprocess.DEVNULL,
    )


def is_under_way(house: House) -> bool:
    """Return whether a message of the rehearsal may still leave."""
    with house.reading() as session:
        return any(state in _UNDER_WAY for state in lives.message_states(session).values())


def mark_in(content: str) -> str:
    """Return the mark of a rehearsal's message in what a provider got."""
    return str(_MARK.findall(content)[0])


def _counted(house: House, simulator: Simulator, count: int) -> Rehearsed:
    seen = Counter(mark for one in simulator.taken for mark in set(_MARK.findall(one.content)))
    with house.reading() as session:
        states = lives.message_states(session)
    believed = {mark for mark, state in states.items() if state in _TAKEN}
    marks = {rehearsed.mark_of(number) for number in range(count)}
    return Rehearsed(
        messages=count,
        delivered=len(marks & seen.keys()),
        lost=len(marks - seen.keys()),
        doubled=sum(number - 1 for number in seen.values()),
        refused_for_rate=sum(
            number for code, number in simulator.world.refusals.items() if any(part in code for part in _TOO_FAST)
        ),
        undetected_errors=len((believed & marks) - seen.keys()),
        msgs_per_second=0.0,
        raw_msgs_per_second=0.0,
    )
