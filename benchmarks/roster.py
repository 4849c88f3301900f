"""How good and how fast the rosters are, beside what offices do by hand and plain CP-SAT; every result is scored.

`python -m benchmarks.roster [small|district] [seed …]`. Round-robin takes the next name on the list, least-loaded
the person with the fewest points; CP-SAT (OR-Tools, 8 workers) runs the whole month in a process of its own, since
it cannot share one with HiGHS. All figures come from `djflow.roster.scorer`, which shares no code with any of them.
"""

import datetime as dt
import json
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from time import perf_counter

import numpy as np

from benchmarks.instances import SIZES, Size, district
from djflow.roster.model import Assignment, CadreId, Changes, EventId, Limits, Problem
from djflow.roster.rules import too_close, why_not
from djflow.roster.scorer import score
from djflow.roster.solver import repair, solve
from djflow.roster.solver.explain import explain


def by_hand(problem: Problem, *, least_loaded: bool) -> list[Assignment]:
    """Fill place after place as an office does: next on the list, or fewest points first."""
    people = sorted(problem.cadres, key=lambda c: c.id)
    busy: dict[CadreId, list[int]] = {c.id: [] for c in people}
    load = {c.id: c.history for c in people}
    next_up = Counter[str]()
    rows: list[Assignment] = []
    for e in sorted(problem.events, key=lambda e: (e.on, e.id)):
        on = e.on.toordinal()
        for post in [p for p, n in e.needs.items() for _ in range(n)]:
            start = next_up[post]
            order = [people[(start + i) % len(people)] for i in range(len(people))]
            if least_loaded:
                order = sorted(people, key=lambda c: (load[c.id], c.id))
            for c in order:
                free = len(busy[c.id]) < c.max_duties
                free = free and not any(too_close(on, d, problem.rules.rest_gap) for d in busy[c.id])
                if free and why_not(problem, c, e, post) is None:
                    rows.append(Assignment(e.id, post, c.id))
                    busy[c.id].append(on)
                    load[c.id] += e.units
                    next_up[post] = people.index(c) + 1
                    break
    return rows


def line(title: str, problem: Problem, rows: Sequence[Assignment], bound: float, seconds: float) -> None:
    """Print one method's score."""
    judged = score(problem, rows)
    broken = f"，违反硬规则 {len(judged.violations)} 处" if judged.violations else ""
    print(
        f"  {title}：总分 {judged.total:,}，为下界的 {judged.total / bound:.4f} 倍，"
        f"空缺 {judged.unfilled}，{seconds:.2f} 秒{broken}"
    )


def compare(size: Size, seed: int) -> None:
    """Print all methods on one month."""
    problem = district(size, seed)
    print(f"{problem.name}：{len(problem.cadres)} 人，{problem.slots} 个岗位")
    for gap, seconds in ((0.005, 30.0), (0.0025, 60.0)):
        found = solve(problem, limits=Limits(seconds, gap))
        title = f"djflow（差距 ≤ {100 * gap}%）"
        line(title, problem, found.assignments, found.bound, found.seconds)
        print(f"    证明差距 {100 * found.gap:.3f}%，首份 {found.first_roster_seconds:.2f} 秒，{found.status}")
    for title, least in (("轮流", False), ("先派积分少的", True)):
        start = perf_counter()
        rows = by_hand(problem, least_loaded=least)
        line(title, problem, rows, found.bound, perf_counter() - start)
    rows, seconds = in_own_process(size, seed)
    line("CP-SAT（整月，8 线程）", problem, rows, found.bound, seconds)
    mending(problem, found.assignments)
    explaining(problem)
    explaining(district(size, seed, skilled=0.4))
    print(f"  本进程内存峰值 {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def in_own_process(size: Size, seed: int) -> tuple[list[Assignment], float]:
    """Run CP-SAT apart from HiGHS."""
    start = perf_counter()
    name = next(n for n, s in SIZES.items() if s == size)
    command = [sys.executable, "-m", "benchmarks.plain_cp", name, str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [Assignment(EventId(e), p, CadreId(c)) for e, p, c in json.loads(done.stdout)]
    return rows, perf_counter() - start


def mending(problem: Problem, roster: Sequence[Assignment]) -> None:
    """Print what repair changes when one in twenty people drops out."""
    rng = np.random.default_rng(5)
    people = sorted(c.id for c in problem.cadres)
    gone = [people[i] for i in rng.choice(len(people), len(people) // 20, replace=False)]
    first = min(e.on for e in problem.events)
    whole = frozenset(first + dt.timedelta(days=i) for i in range(31))
    for title, freeze in (("全月", None), ("从 11 日起", first + dt.timedelta(days=10))):
        done = repair(problem, roster, Changes(freeze, dict.fromkeys(gone, whole)), limits=Limits(5.0))
        print(
            f"  修补（{len(gone)} 人{title}缺席）：改动 {done.changed}，至少 {done.changed_lower_bound}，"
            f"空缺 {done.objective.unfilled}，{done.seconds:.2f} 秒"
        )


def explaining(problem: Problem) -> None:
    """Print how long the explanation takes and what it proves."""
    start = perf_counter()
    told = explain(problem).shortages
    counted = perf_counter() - start
    start = perf_counter()
    why = explain(problem, what_if=True)
    print(
        f"  解释：计数 {counted:.2f} 秒证明空缺 {sum(s.short for s in told)}，"
        f"含“如果”{perf_counter() - start:.2f} 秒，最少空缺 {why.min_unfilled}"
    )


def main() -> None:
    """Run the sizes and seeds named on the command line."""
    asked = sys.argv[1:]
    sizes = [SIZES[a] for a in asked if a in SIZES] or list(SIZES.values())
    seeds = [int(a) for a in asked if a.isdigit()] or [1]
    for size in sizes:
        for seed in seeds:
            compare(size, seed)


if __name__ == "__main__":
    main()
