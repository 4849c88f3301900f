"""The sender dies hard, the database is busy or full, the clock jumps: nobody is forgotten, nobody told twice."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest
from sqlalchemy import Connection, event, text

from djflow.assembly import House, create_house, rehearsal, rehearsed, sending
from djflow.assembly.channels import rehearsed as pointed
from djflow.assembly.rehearsed import Stage
from djflow.assembly.sender import Sender
from djflow.core.clock import SystemClock
from djflow.db.engine import open_engine
from djflow.db.session import Database
from djflow.demo.load import copy_starter
from djflow.notify.channels.base import Limit, Outcome, Outgoing, Traits
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.notify.lives import service as lives
from djflow.notify.model import MessageState
from djflow.notify.simulator import Simulator
from tests.assembly.crashing import ACCEPTED, BOOKLESS, CLAIMED, NEVER

APP, SMS, ROBOT = "wecomapp", "aliyunsms", "wecomrobot"
LATER = timedelta(minutes=12)
PATIENCE, LOOK, TROUBLE = 60.0, 0.01, 0.3
MEMORY = Stage("memory", "memory", ChannelConfig("memory", "memory://", limits=()))


@dataclass(slots=True)
class Wall:
    """The clock on the wall of office and providers, moved by hand."""

    at: datetime

    def now(self) -> datetime:
        """Return what it shows."""
        return self.at


@pytest.fixture
def wall() -> Wall:
    """A clock that shows the present until it is moved."""
    return Wall(SystemClock().now())


Prepare = Callable[[Sequence[Stage]], House]


@pytest.fixture
def prepare(database: Database, tmp_path: Path, wall: Wall) -> Iterator[Prepare]:
    """Makes the house of a rehearsal with these channels, on each kind of database."""
    home, folder = tmp_path / "office", tmp_path / "rehearsal"
    home.mkdir()
    folder.mkdir()
    copy_starter(home)
    office = create_house(home, database_url="")
    made: list[House] = []

    def make(stages: Sequence[Stage]) -> House:
        made.append(rehearsed.prepare(office, folder, stages, wall, database=address_of(database)))
        return made[-1]

    yield make
    for house in [office, *made]:
        house.database.engine.dispose()


def address_of(database: Database) -> str:
    """Return a database's URL."""
    return database.engine.url.render_as_string(hide_password=False)


def played(simulator: Simulator) -> tuple[Stage, Stage, Stage]:
    """Return an application that filters doubles, a gateway that can be asked, a robot that can do neither."""
    app, sms, robot = (
        Stage(key, url.partition("://")[0], pointed(ChannelConfig(key, url, limits=()), simulator.url))
        for key, url in (
            ("app", "wecomapp://corp/1?secret=x"),
            ("sms", "aliyunsms://id:secret@签名"),
            ("robot", "wecomrobot://x"),
        )
    )
    return app, sms, robot


@dataclass(frozen=True, slots=True)
class Seen:
    """How many messages the providers got, and how many came once too often at each."""

    messages: int
    doubled: Mapping[str, int]


def seen_by(simulator: Simulator) -> Seen:
    """Count on the providers' side."""
    copies = Counter((one.provider, rehearsal.mark_in(one.content)) for one in simulator.taken)
    doubled = {name: sum(n - 1 for (one, _), n in copies.items() if one == name) for name in (APP, SMS, ROBOT)}
    return Seen(len(copies), doubled)


async def started(house: House, point: str = NEVER) -> asyncio.subprocess.Process:
    """Start a sender in its own process."""
    arguments = (str(house.home), address_of(house.database), house.now().isoformat(), point)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.assembly.crashing", *arguments), cwd=Path(__file__).parents[2], env=os.environ
    )


async def dies(house: House, point: str) -> None:
    """Let a sender run until it has ended itself at a point."""
    process = await started(house, point)
    assert await asyncio.wait_for(process.wait(), PATIENCE) == -9


async def killed_at(house: House, simulator: Simulator, count: int) -> None:
    """Run a sender and kill it once the providers have taken `count` messages."""
    process, until = await started(house), perf_counter() + PATIENCE
    while len(simulator.taken) < count and process.returncode is None and perf_counter() < until:  # noqa: ASYNC110 - only looks
        await asyncio.sleep(LOOK)
    process.kill()
    assert await process.wait() == -9


def states(house: House) -> Counter[MessageState]:
    """Count the messages by state."""
    with house.reading() as session:
        return Counter(lives.message_states(session).values())


@pytest.mark.slow
def test_a_sender_killed_again_and_again_loses_and_doubles_nothing(prepare: Prepare, wall: Wall) -> None:
    """Two hard ends among 300 messages: all arrive once; of a robot's, which nobody can ask, one a crash may double."""

    async def act() -> Seen:
        async with Simulator(latency_ms=20, clock=wall) as simulator:
            app, sms, robot = played(simulator)
            house = prepare((app, sms, robot))
            rehearsed.fill(house, [robot], 15)
            rehearsed.fill(house, [app, sms], 285, first=15)
            for count in (60, 160):
                await killed_at(house, simulator, count)
            wall.at += LATER
            await asyncio.to_thread(sending.drain, house, once=False)
            return seen_by(simulator)

    seen = asyncio.run(act())
    assert seen.messages == 300
    assert (seen.doubled[APP], seen.doubled[SMS]) == (0, 0)
    assert seen.doubled[ROBOT] <= 2


@pytest.mark.slow
def test_a_sender_that_dies_at_the_worst_moment_loses_and_doubles_nothing(prepare: Prepare, wall: Wall) -> None:
    """Dead between claim and sending, then between the provider's yes and writing it down: all arrive, once."""

    async def act() -> tuple[int, int, Seen]:
        async with Simulator(latency_ms=20, clock=wall) as simulator:
            app, sms, robot = played(simulator)
            house = prepare((app, sms, robot))
            rehearsed.fill(house, [app, sms, robot], 30)
            await dies(house, CLAIMED)
            before = len(simulator.taken)
            wall.at += LATER
            await dies(house, ACCEPTED)
            between = len(simulator.taken)
            wall.at += LATER
            await asyncio.to_thread(sending.drain, house, once=False)
            assert states(house) == {MessageState.ACCEPTED: 30}
            return before, between, seen_by(simulator)

    before, between, seen = asyncio.run(act())
    assert before == 0
    assert between > 0
    assert seen.messages == 30
    assert (seen.doubled[APP], seen.doubled[SMS]) == (0, 0)
    assert seen.doubled[ROBOT] <= 1


@pytest.mark.slow
def test_a_sender_without_its_bookkeeper_stops_and_nothing_is_lost_or_doubled(prepare: Prepare, wall: Wall) -> None:
    """When the process that keeps the books is killed, the sender ends by itself; the next one sends the rest once."""

    async def act() -> tuple[int | None, int, Seen]:
        async with Simulator(latency_ms=20, clock=wall) as simulator:
            app, sms, robot = played(simulator)
            house = prepare((app, sms, robot))
            rehearsed.fill(house, [robot], 15)
            rehearsed.fill(house, [app, sms], 285, first=15)
            process = await started(house, BOOKLESS)
            ended = await asyncio.wait_for(process.wait(), PATIENCE)
            before = len(simulator.taken)
            wall.at += LATER
            await asyncio.to_thread(sending.drain, house, once=False)
            assert states(house) == {MessageState.ACCEPTED: 300}
            return ended, before, seen_by(simulator)

    ended, before, seen = asyncio.run(act())
    assert ended == 1
    assert 0 < before < 300
    assert seen.messages == 300
    assert (seen.doubled[APP], seen.doubled[SMS]) == (0, 0)
    assert seen.doubled[ROBOT] <= 1


@pytest.mark.slow
def test_a_bookkeeper_ends_with_its_sender(prepare: Prepare) -> None:
    """A sender killed hard leaves nobody behind who could still write; the next one may start at once."""

    async def act() -> tuple[House, list[str]]:
        async with Simulator(latency_ms=20) as simulator:
            stages = played(simulator)
            house = prepare(stages)
            rehearsed.fill(house, stages[:2], 200)
            process = await started(house)
            while not simulator.taken:  # noqa: ASYNC110 - only looks
                await asyncio.sleep(LOOK)
            beside = children(process.pid)
            process.kill()
            await process.wait()
            return house, beside

    house, beside = asyncio.run(act())
    assert len(beside) == 1
    with sending.only_sender(house):
        until = perf_counter() + PATIENCE
        while is_running(beside[0]) and perf_counter() < until:
            pass
        assert not is_running(beside[0])


def children(process: int) -> list[str]:
    """Return the processes that a process has started."""
    return Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()


def is_running(process: str) -> bool:
    """Return whether a process is there and not dead."""
    try:
        return ") Z" not in Path(f"/proc/{process}/stat").read_text("ascii")
    except FileNotFoundError:
        return False


class Counting(MemoryOutlet):
    """A channel that filters nothing and takes messages one by one; `limits` are its own."""

    def __init__(self, *limits: Limit) -> None:
        """Start empty."""
        super().__init__("memory")
        self.limits = limits
        self.times: Counter[str] = Counter()

    @property
    def traits(self) -> Traits:
        """One message a call, two at once."""
        return Traits(concurrency=2, addressed=False, limits=self.limits)

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Count and take."""
        self.times.update(message.id for message in batch)
        return await super().send(batch)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_senders_share_the_work(prepare: Prepare) -> None:
    """On PostgreSQL two senders work side by side: each message leaves through one of them."""
    house = prepare([MEMORY])
    rehearsed.fill(house, [MEMORY], 120)

    async def act() -> tuple[Counting, Counting]:
        channels = Counting(), Counting()
        senders = [Sender(house, {"memory": channel}) for channel in channels]
        for sender in senders:
            await sender.open(alone=False)
        serving = [asyncio.create_task(sender.serve()) for sender in senders]
        async with asyncio.timeout(PATIENCE):
            while sum(len(sender.tally.last) for sender in senders) < 120:  # noqa: ASYNC110 - only looks
                await asyncio.sleep(LOOK)
        for sender in senders:
            sender.stop()
        await asyncio.gather(*serving)
        for sender in senders:
            await sender.close()
        return channels

    one, other = asyncio.run(act())
    assert set((one.times + other.times).values()) == {1}
    assert len(one.times + other.times) == 120
    assert one.times
    assert other.times
    assert states(house) == {MessageState.ACCEPTED: 120}


def test_a_clock_set_back_gives_nothing_away(prepare: Prepare, wall: Wall) -> None:
    """An hour back, a used limit is not filled again and what was sent stays sent; then the limit runs on."""
    house = prepare([MEMORY])
    rehearsed.fill(house, [MEMORY], 60)
    channel = Counting(Limit(20, timedelta(minutes=1)))
    wall.at += timedelta(hours=2)
    assert sending.drain(house, channels={"memory": channel}, once=False).sent == 5
    wall.at -= timedelta(hours=1)
    assert sending.drain(house, channels={"memory": channel}, once=False).sent == 0
    wall.at += timedelta(hours=1, minutes=1)
    assert sending.drain(house, channels={"memory": channel}, once=False).sent == 5
    assert set(channel.times.values()) == {1}


class Troubling(Counting):
    """A channel during whose first message trouble begins, which passes after a moment."""

    def __init__(self, begin: Callable[[], Callable[[], None]]) -> None:
        """Keep what begins the trouble and returns what ends it."""
        super().__init__()
        self.begin = begin

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Take the messages, and make trouble the first time."""
        if not self.times:
            asyncio.get_running_loop().call_later(TROUBLE, self.begin())
        return await super().send(batch)


def impatient(house: House) -> House:
    """Return the same house, which waits for a lock for a moment only."""
    return replace(house, database=Database(open_engine(address_of(house.database), busy_ms=20), house.vault))


def test_a_locked_database_is_waited_out(prepare: Prepare) -> None:
    """While another program holds the database, answers wait in memory; then they are written, nothing is resent."""
    house = impatient(prepare([MEMORY]))
    other = Database(open_engine(address_of(house.database)), house.vault)
    rehearsed.fill(house, [MEMORY], 20)

    def lock() -> Callable[[], None]:
        held = ExitStack()
        session = held.enter_context(other.transaction())
        is_postgres = house.database.engine.dialect.name == "postgresql"
        session.execute(text("LOCK TABLE message" if is_postgres else "SELECT 1"))
        return held.close

    channel = Troubling(lock)
    assert sending.drain(house, channels={"memory": channel}, once=False).sent == 20
    assert set(channel.times.values()) == {1}
    assert states(house) == {MessageState.ACCEPTED: 20}
    house.database.engine.dispose()
    other.engine.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_is_waited_out(prepare: Prepare, caplog: pytest.LogCaptureFixture) -> None:
    """While the disk is full, answers wait in memory; when there is room they are written, nothing is resent."""
    house = prepare([MEMORY])
    rehearsed.fill(house, [MEMORY], 200)
    most = [2**30]

    def room(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most[0]}")

    def fill_up() -> Callable[[], None]:
        most[0] = 1
        return lambda: most.__setitem__(0, 2**30)

    event.listen(house.database.engine, "begin", room)
    channel = Troubling(fill_up)
    assert sending.drain(house, channels={"memory": channel}, once=False).sent == 200
    assert set(channel.times.values()) == {1}
    assert states(house) == {MessageState.ACCEPTED: 200}
    assert "the database cannot be used now" in caplog.text
