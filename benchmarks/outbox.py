"""What the outbox costs and what it keeps, on SQLite and PostgreSQL: `python -m benchmarks.outbox [PART …]`.

Parts: `pace` (through the outbox against straight through the same channel), `batches` (2,000 SMS), `claims` (with
100,000 messages waiting), `kills` (kill -9 every second), `robot` (60 messages to one that takes 20 a minute). The
providers are played on the loopback address and answer after 20 ms; databases write to the disk as they do in an
office. What waits for minutes runs on a clock that is 60 times as fast, the provider's included.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.postgres import fresh_database, postgres_server
from djflow.assembly import House, create_house, outbox, rehearsal, rehearsed
from djflow.assembly.channels import open_channels
from djflow.assembly.channels import rehearsed as pointed
from djflow.assembly.rehearsed import Stage
from djflow.assembly.sender import Sender
from djflow.assembly.sending import READY_FILE
from djflow.core.clock import Clock, ScaledClock, SystemClock
from djflow.demo.load import copy_starter
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.delivery import service as delivery
from djflow.notify.simulator import Simulator
from djflow.notify.simulator.world import Taken

# So many that the first claim and the last answers, which the bare channel has not, weigh little: some three seconds.
MESSAGES, ROUNDS, RATIO_GOAL = 12_000, 5, 0.90
BATCHED, BATCHED_SECONDS = 2000, 2.0
FEW, MANY, CLAIM, CLAIMS, CLAIM_GOAL = 1000, 100_000, 100, 7, 2.0
KILLED, KILL_SECONDS, FINISH_SECONDS = 4000, 1.0, 240.0
ROBOT_MESSAGES = 60
PACE, LATENCY_MS, LOOK_SECONDS = 60.0, 20.0, 0.02
APP, SMS = "wecomapp://corp/1?secret=bench", "aliyunsms://id:secret@演练签名"
ROBOTS = ("wecomrobot://a", "wecomrobot://b", "dingrobot://c?secret=bench", "dingrobot://d?secret=bench")
FILTERING, ASKABLE = "wecomapp", "aliyunsms"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part may build houses, and in which database."""

    folder: Path
    office: House
    server: str

    @property
    def label(self) -> str:
        """The database's name in the figures."""
        return "postgresql" if self.server else "sqlite"

    def house(self, stages: list[Stage], clock: Clock) -> House:
        """Return a fresh house with these channels."""
        database = fresh_database(self.server) if self.server else ""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        return rehearsed.prepare(self.office, folder, stages, clock, database=database)


def stage_of(key: str, url: str, simulator: str) -> Stage:
    """Return a channel at the simulator."""
    return Stage(key, url.partition("://")[0], pointed(ChannelConfig(key, url), simulator))


def said(what: str, goal: str, *, met: bool) -> bool:
    """Print a figure with its goal and return whether it is met."""
    print(f"outbox, {what}: goal {goal} {'met' if met else 'MISSED'}", flush=True)
    return met


async def pace(place: Place) -> bool:
    """Compare the outbox with the bare channel, round after round in turn; the middle ratio counts."""
    ratios: list[float] = []
    async with rehearsal.simulator_apart() as url:
        stage = rehearsal.pace_stage(url)
        house = place.house([stage], SystemClock())
        for number in range(ROUNDS):
            one = await rehearsal.pace_of(house, stage, MESSAGES, first=2 * number * MESSAGES)
            ratios.append(one.outbox / one.raw)
            print(f"  {place.label}: straight {one.raw:.0f}/s, outbox {one.outbox:.0f}/s, {ratios[-1]:.1%}", flush=True)
    what = f"{place.label}, {MESSAGES} messages, median of {ROUNDS}: {median(ratios):.1%} of the bare channel"
    return said(what, f">= {RATIO_GOAL:.0%}", met=median(ratios) >= RATIO_GOAL)


async def batches(place: Place) -> bool:
    """Time SMS in batches; the day's first run opens the statements, the second counts."""
    async with rehearsal.simulator_apart() as url:
        stage = stage_of("sms", SMS, url)
        house = place.house([stage], SystemClock())
        await rehearsal.pace_of(house, stage, BATCHED // 10)
        one = await rehearsal.pace_of(house, stage, BATCHED, first=BATCHED)
    seconds = BATCHED / one.outbox
    what = f"{place.label}, {BATCHED} SMS in batches: {seconds:.2f} s (straight {BATCHED / one.raw:.2f} s)"
    return said(what, f"<= {BATCHED_SECONDS:.0f} s", met=seconds <= BATCHED_SECONDS)


async def claims(place: Place) -> bool:
    """Time the claim of a hundred messages out of few and out of many, in turn."""
    stage = stage_of("app", APP, "http://127.0.0.1:9")
    took: dict[int, list[float]] = {FEW: [], MANY: []}
    houses = {size: place.house([stage], SystemClock()) for size in took}
    for size, house in houses.items():
        rehearsed.fill(house, [stage], size)
    lane = replace(outbox.lane_of(houses[FEW], open_channels([stage.config])["app"]), limits=())
    for _ in range(CLAIMS):
        for size, house in houses.items():
            began = perf_counter()
            with house.transaction() as session:
                taken = delivery.claim(session, lane, CLAIM, outbox.still_true, owner="bench", now=house.now())
            took[size].append((perf_counter() - began) * 1000)
            assert len(taken.messages) == CLAIM
    few, many = median(took[FEW]), median(took[MANY])
    figures = f"{few:.1f} ms out of {FEW}, {many:.1f} ms out of {MANY}, {many / few:.2f} times"
    return said(
        f"{place.label}, claim of {CLAIM}: {figures}", f"<= {CLAIM_GOAL:.0f} times", met=many <= CLAIM_GOAL * few
    )


async def kills(place: Place) -> bool:
    """End the sender hard every second while messages go, then count on the providers' side."""
    began = SystemClock().now()
    clock = ScaledClock(began, began, PACE)
    async with Simulator(latency_ms=LATENCY_MS, clock=clock) as simulator:
        robots = [stage_of(f"robot{number}", url, simulator.url) for number, url in enumerate(ROBOTS)]
        app, sms = stage_of("app", APP, simulator.url), stage_of("sms", SMS, simulator.url)
        stages = [*[app, sms] * 12, *robots]
        house = place.house([app, sms, *robots], clock)
        await asyncio.to_thread(rehearsed.fill, house, stages, KILLED)
        crashes = await _killed_every_second(house, simulator, clock)
    seen = Counter((_taker(one), rehearsal.mark_in(one.content)) for one in simulator.taken)
    lost = KILLED - len(seen)
    twice = Counter[str]()
    for (taker, _), number in seen.items():
        twice[taker] += number - 1
    worst = max(number for taker, number in twice.items() if taker not in {FILTERING, ASKABLE})
    label = f"{place.label}, {KILLED} messages, {crashes} crashes"
    return all(
        (
            said(f"{label}: {lost} lost", "0", met=lost == 0),
            said(f"{label}: {twice[ASKABLE]} doubled where the provider is asked", "0", met=twice[ASKABLE] == 0),
            said(f"{label}: {twice[FILTERING]} doubled where it filters", "0", met=twice[FILTERING] == 0),
            said(
                f"{label}: at most {worst} doubled by one of {len(ROBOTS)} robots",
                "<= 1 a crash",
                met=worst <= crashes,
            ),
        )
    )


def _taker(one: Taken) -> str:
    """Return the provider, and of robots which one."""
    return one.provider if one.provider in {FILTERING, ASKABLE} else f"{one.provider} {one.account}"


async def _killed_every_second(house: House, simulator: Simulator, clock: ScaledClock) -> int:
    until, crashes, ready = perf_counter() + FINISH_SECONDS, 0, house.state / READY_FILE
    while True:
        ready.unlink(missing_ok=True)
        process = await rehearsal.sender_process(house, clock)
        try:
            await _until(ready.exists, until)
            if len(simulator.taken) >= KILLED:
                await _until(lambda: not rehearsal.is_under_way(house), until)
                return crashes
            await asyncio.sleep(KILL_SECONDS)
        finally:
            process.kill()
            await process.wait()
        crashes += 1


async def robot(place: Place) -> bool:
    """Send more than a robot takes in a minute and count what it refuses."""
    began = SystemClock().now()
    clock = ScaledClock(began, began, PACE)
    async with Simulator(latency_ms=LATENCY_MS, clock=clock) as simulator:
        stage = stage_of("robot", ROBOTS[0], simulator.url)
        house = place.house([stage], clock)
        rehearsed.fill(house, [stage], ROBOT_MESSAGES)
        sender = Sender(house, open_channels([stage.config], clock=clock), pace=PACE)
        await sender.open(alone=True)
        serving = asyncio.create_task(sender.serve())
        await _until(lambda: len(sender.tally.last) >= ROBOT_MESSAGES, perf_counter() + FINISH_SECONDS)
        minutes = (clock.now() - began).total_seconds() / 60
        sender.stop()
        await serving
        await sender.close()
    refused = sum(simulator.world.refusals.values())
    what = f"{place.label}, {ROBOT_MESSAGES} messages to a robot at 20 a minute in {minutes:.1f} min: {refused} refused"
    return said(what, "0", met=refused == 0 and len(simulator.taken) == ROBOT_MESSAGES)


async def _until(happened: Callable[[], bool], until: float) -> None:
    while not happened():
        if perf_counter() > until:
            msg = "the outbox did not get on in time"
            raise TimeoutError(msg)
        await asyncio.sleep(LOOK_SECONDS)


PARTS: Mapping[str, Callable[[Place], Coroutine[None, None, bool]]] = {
    "pace": pace,
    "batches": batches,
    "claims": claims,
    "kills": kills,
    "robot": robot,
}


def main(names: list[str]) -> bool:
    """Run the named parts, all without names; return whether every goal is met."""
    met = True
    with tempfile.TemporaryDirectory(prefix="djflow-bench-") as name, postgres_server() as server:
        home = Path(name) / "office"
        home.mkdir()
        copy_starter(home)
        office = create_house(home, database_url="")
        for part in names or PARTS:
            for where in ("", server):
                met &= asyncio.run(PARTS[part](Place(Path(name), office, where)))
    return met


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
