"""A city of ten districts on two Prefect workers: `python -m benchmarks.city [--districts N] [--size small|district]`.

Starts an own server on a free port with an own home, a process pool and two workers of one run each, then runs the
city's flow as djflow does. The reference, the same districts one after another in one process, is measured on two of
them and scaled. Every roster is scored by `djflow.roster.scorer`. Everything started here is stopped by its own id.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks.instances import SIZES, district
from djflow.assembly import city as desk
from djflow.assembly.house import House, open_house, upgrade_house
from djflow.cli.ports import answers
from djflow.cli.roof import environment_of
from djflow.demo.load import copy_starter
from djflow.roster.instance import read_instance, read_roster
from djflow.roster.model import Cadre, Limits, Problem
from djflow.roster.scorer import score
from djflow.roster.solver import solve

CITY = "bench"
WORKERS = 2
REFERENCES = 2
GOAL_SECONDS = 300.0
_START_SECONDS = 90.0
Json = dict[str, object]


def instance_json(problem: Problem) -> Json:
    """Return INSTANCE.json of an invented month."""
    return {
        "meta": {
            "name": problem.name,
            "gap": problem.rules.rest_gap,
            "seed": problem.seed,
            "weights": asdict(problem.weights),
        },
        "posts": problem.posts,
        "departments": [asdict(each) for each in problem.departments],
        "markets": [{"id": m.id, "town": m.town, "x": m.x, "y": m.y, "name": m.name} for m in problem.markets],
        "incumbents": {m.id: sorted(m.incumbents) for m in problem.markets},
        "events": [
            {"id": e.id, "market": e.market, "date": str(e.on), "units": e.units, "posts": dict(e.needs)}
            for e in problem.events
        ],
        "cadres": [_cadre(each) for each in problem.cadres],
    }


def _cadre(cadre: Cadre) -> Json:
    return {
        "id": cadre.id,
        "dept": cadre.department,
        "leader": cadre.leader,
        "skills": sorted(cadre.skills),
        "hist": cadre.history,
        "max_duties": cadre.max_duties,
        "unavail": sorted(str(on) for on in cadre.unavailable),
        "avoid_weekdays": sorted(cadre.avoid_weekdays),
        "avoid_towns": sorted(cadre.avoid_towns),
    }


def make_home(home: Path, asked: argparse.Namespace) -> House:
    """Make a home with free ports, the limits asked for and one instance file per district."""
    copy_starter(home)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = one.getsockname()[1], two.getsockname()[1]
    changes = {
        "djflow.toml": {"port = 4280": f"port = {ports[0]}", "port = 4200": f"port = {ports[1]}"},
        "roster.toml": {
            "time_limit_seconds = 60 ": f"time_limit_seconds = {asked.time_limit} ",
            "gap = 0.005 ": f"gap = {asked.gap} ",
        },
    }
    for name, words in changes.items():
        file = home / "config" / name
        text = file.read_text("utf-8")
        for old, new in words.items():
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, "utf-8")
    upgrade_house(home)
    folder = home / ".djflow" / "city" / CITY
    folder.mkdir(parents=True)
    for number in range(1, asked.districts + 1):
        problem, path = district(SIZES[asked.size], number), folder / f"d{number:02d}.json"
        path.write_text(json.dumps(instance_json(problem), ensure_ascii=False), "utf-8")
        assert read_instance(path) == problem
    return open_house(home)


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """Keep a program running; it heads its own process group, which ends with it."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env=environment, stdout=out, stderr=out, start_new_session=True
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


async def workers() -> int:
    """Return how many workers have announced themselves."""
    from prefect import get_client  # noqa: PLC0415 - reads its settings on import

    from flows.city_runs import POOL  # noqa: PLC0415 - loads Prefect
    from flows.serving import pool_exists  # noqa: PLC0415 - loads Prefect

    async with get_client() as client:
        return len(await client.read_workers_for_work_pool(POOL)) if await pool_exists(POOL) else 0


def are_there(number: int) -> bool:
    """Return whether at least this many workers have announced themselves."""
    return asyncio.run(workers()) >= number


async def run_city() -> str:
    """Register the district's deployment with the pool, run the city, return its sentence."""
    from prefect.runner import Runner  # noqa: PLC0415 - reads its settings on import

    from flows import city, register, serving  # noqa: PLC0415 - loads Prefect

    entry = next(each for each in register.DEPLOYMENTS if each.key == "roster-district")
    await serving.placed(Runner(name="unused"), entry, {})
    state = await city.roster_city(CITY, return_state=True)
    return state.message or ""


def until(reached: Callable[[], bool], what: str) -> None:
    """Ask until it is so.

    Raises: TimeoutError.
    """
    deadline = perf_counter() + _START_SECONDS
    while not reached():
        if perf_counter() > deadline:
            raise TimeoutError(what)
        time.sleep(0.3)


def measure_city(house: House) -> float:
    """Run the city on a server and workers of its own and return the seconds it took."""
    logs = house.state / "logs"
    logs.mkdir()
    environment = {**environment_of(house.settings), "PREFECT_WORKER_QUERY_SECONDS": "1"}
    # This process outlives the server, which then takes no more lines.
    os.environ.update(environment | {"PREFECT_LOGGING_TO_API_ENABLED": "false", "PREFECT_LOGGING_LEVEL": "WARNING"})
    command = ["prefect", "worker", "start", "--pool", "djflow-city", "--type", "process", "--limit", "1", "--name"]
    with ExitStack() as stack:
        stack.enter_context(running(["flows.server"], environment, logs / "server.log"))
        until(lambda: answers(f"{environment['PREFECT_API_URL']}/health"), "Prefect")
        for number in range(1, WORKERS + 1):
            # The first one makes the pool.
            stack.enter_context(running([*command, f"w{number}"], environment, logs / f"worker{number}.log"))
            until(partial(are_there, number), f"worker {number}")
        begun = perf_counter()
        sentence = asyncio.run(run_city())
        seconds = perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"全市 {seconds:.1f} 秒（{WORKERS} 个 worker，含调度和进程启动），"
        f"服务、worker 和各次运行一共占用处理器 {used.ru_utime + used.ru_stime:.0f} 秒：{sentence}"
    )
    return seconds


def report(house: House) -> bool:
    """Print how every district came out, scored apart from the solver; return whether all are lawful and agree."""
    good = True
    for each in desk.districts(house, CITY):
        found, path = desk.result(house, each), house.state / "city" / CITY / f"{each.code}.json"
        if found is None:
            print(f"  {each.code}：没有排出")
            good = False
            continue
        judged = score(read_instance(path), read_roster(path.with_suffix(".csv")))
        agrees = not judged.violations and judged.total == found.objective and judged.unfilled == found.unfilled
        good = good and agrees
        gap = "未证明" if found.gap is None else f"{100 * found.gap:.3f}%"
        print(
            f"  {each.code}：{found.places} 个岗位，空缺 {found.unfilled}，差距 {gap}，{found.seconds:.1f} 秒，"
            f"首份 {found.first_roster_seconds:.2f} 秒，峰值 {found.peak_mb:.0f} MB，{found.status}，"
            f"评分 {judged.total:,}{'，与求解器一致' if agrees else '，与求解器不一致或违反硬规则'}"
        )
    return good


def reference(house: House, asked: argparse.Namespace) -> float:
    """Solve some districts one after another in this process and return the seconds scaled to all of them."""
    folder = house.state / "city" / CITY
    chosen = desk.districts(house, CITY)[:REFERENCES]
    begun, same = perf_counter(), 0
    for each in chosen:
        path = folder / f"{each.code}.json"
        found = solve(read_instance(path), limits=Limits(asked.time_limit, asked.gap))
        same += sorted(found.assignments) == sorted(read_roster(path.with_suffix(".csv")))
    seconds = perf_counter() - begun
    whole: float = seconds * asked.districts / len(chosen)
    print(
        f"同一进程里一个接一个：{len(chosen)} 个区 {seconds:.1f} 秒，折合 {asked.districts} 个区 {whole:.1f} 秒；"
        f"其中 {same} 个区的值班表与 worker 排出的完全相同"
    )
    return whole


def main() -> bool:
    """Measure a city; return whether every roster is lawful and, with ten whole districts, the goal is met."""
    parser = argparse.ArgumentParser(description="一个市各区分头排班")
    parser.add_argument("--districts", type=int, default=10)
    parser.add_argument("--size", choices=sorted(SIZES), default="district")
    parser.add_argument("--gap", type=float, default=0.005)
    parser.add_argument("--time-limit", type=float, default=60.0)
    asked = parser.parse_args()
    print(f"{asked.districts} 个区（{asked.size}），{os.cpu_count()} 个核，开始前负载 {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="djflow-city-") as folder:
        house = make_home(Path(folder), asked)
        seconds = measure_city(house)
        good = report(house)
        if good:
            print(
                f"比一个接一个：{seconds / reference(house, asked):.2f} 倍的时间；结束时负载 {os.getloadavg()[0]:.1f}"
            )
        house.database.engine.dispose()
    if (asked.districts, asked.size) == (10, "district"):
        good = good and seconds <= GOAL_SECONDS
        print(f"目标：10 个区 {GOAL_SECONDS:.0f} 秒以内，{'达到' if good else '没有达到'}")
    return good


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
