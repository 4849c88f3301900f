"""`djflow roster solve | repair | explain | score`: rosters from files, without home, database or Prefect."""

import math
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, json_option, progress

if TYPE_CHECKING:
    from djflow.roster.model import Explanation, Repair, Solution
    from djflow.roster.scorer import Score


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C and SIGTERM into a wish to stop with the best roster found so far."""
    wished = threading.Event()

    def wish(signum: int, frame: FrameType | None) -> None:
        _ = signum, frame
        wished.set()

    before = {s: signal.signal(s, wish) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wished.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def show(stage: str, objective: float | None, bound: float | None, seconds: float) -> None:
    """Print one line of the search's progress on standard error."""
    parts = [f"{seconds:6.1f} 秒  {stage}"]
    if objective is not None:
        parts.append(f"目前 {objective:,.0f}")
    if bound:
        parts.append(f"下界 {bound:,.0f}")
    if objective is not None and bound:
        parts.append(f"差距 {100 * max(0.0, objective / bound - 1):.2f}%")
    progress("  ".join(parts))


def peak_mb() -> float:
    """Return the most memory this process has held, in MB."""
    import resource  # noqa: PLC0415 - absent on Windows, where only this figure would be missing

    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


@click.command("solve", help="由排班文件排出一个月的值班表，并证明离最优还有多远。按 Ctrl-C 提前停下，写出目前最好的。")
@click.argument("instance", metavar="排班文件", type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="文件", type=click.Path(path_type=Path), help="结果写到这个 CSV 文件。")
@click.option(
    "--time-limit", type=click.FloatRange(min=0), default=60.0, metavar="秒", help="最多用多少秒（缺省 60）。"
)
@click.option(
    "--gap", type=click.FloatRange(min=0), default=0.005, metavar="比例", help="离下界多近就停（缺省 0.005）。"
)
@click.option("--threads", type=click.IntRange(min=1), default=1, metavar="个", help="最多用几个线程（缺省 1）。")
@click.option("--pins", metavar="文件", type=click.Path(path_type=Path), help="必须保留的安排（场次,岗位,工号）。")
@json_option
def solve(  # noqa: PLR0913 - one parameter per option of the published command
    instance: Path, out: Path, time_limit: float, gap: float, threads: int, pins: Path | None, *, as_json: bool
) -> None:
    """Solve an instance file."""
    import time  # noqa: PLC0415 - beside the imports it measures

    started = time.perf_counter()
    from djflow.roster.instance import read_instance, read_roster, write_roster  # noqa: PLC0415 - heavy
    from djflow.roster.model import Limits  # noqa: PLC0415 - heavy
    from djflow.roster.solver import solve as search  # noqa: PLC0415 - heavy

    problem = read_instance(instance)
    fixed = read_roster(pins) if pins is not None else ()
    used = time.perf_counter() - started
    limits = Limits(max(0.0, time_limit - used), gap, threads)
    with interruptible() as stop:
        found = search(problem, limits=limits, pins=fixed, progress=show, stop=stop)
    write_roster(out, found.assignments)
    seconds = time.perf_counter() - started
    answer(_solved(found, seconds), as_json=as_json, text=lambda: _solved_text(found, seconds, out))


def _solved(found: "Solution", seconds: float) -> dict[str, object]:
    return {
        "objective": found.objective.total,
        "bound": found.bound,
        "gap": found.gap if math.isfinite(found.gap) else None,
        "unfilled": found.objective.unfilled,
        "min_unfilled_proven": found.min_unfilled_proven,
        "seconds": round(seconds, 3),
        "first_roster_seconds": round(found.first_roster_seconds, 3),
        "peak_mb": peak_mb(),
        "status": found.status.value,
    }


def _solved_text(found: "Solution", seconds: float, out: Path) -> str:
    distance = f"离最优不超过 {100 * found.gap:.2f}%" if math.isfinite(found.gap) else "离最优多远尚未证明"
    lines = [
        f"已排出 {len(found.assignments)} 人次，用时 {seconds:.1f} 秒，{distance}。",
        f"总分 {found.objective.total:,}，下界 {found.bound:,.0f}；空缺 {found.objective.unfilled} 处"
        + (f"（证明至少 {found.min_unfilled_proven} 处）。" if found.min_unfilled_proven is not None else "。"),
    ]
    lines += [f"  空缺：{v.event} {v.post} {v.count} 人" for v in found.unfilled]
    lines += [f"  缺镇乡人员：{e} {n} 人" for e, n in found.township_short.items()]
    return "\n".join([*lines, f"结果：{out}"])


@click.command("repair", help="有人临时来不了时，用最少的改动修补值班表。")
@click.argument("instance", metavar="排班文件", type=click.Path(path_type=Path))
@click.argument("roster", metavar="值班表", type=click.Path(path_type=Path))
@click.option("--changes", required=True, metavar="文件", type=click.Path(path_type=Path), help="变更（JSON）。")
@click.option("--out", required=True, metavar="文件", type=click.Path(path_type=Path), help="结果写到这个 CSV 文件。")
@click.option("--time-limit", type=click.FloatRange(min=0), default=5.0, metavar="秒", help="最多用多少秒（缺省 5）。")
@json_option
def repair(instance: Path, roster: Path, changes: Path, out: Path, time_limit: float, *, as_json: bool) -> None:
    """Repair a roster file."""
    import time  # noqa: PLC0415 - beside the imports it measures

    started = time.perf_counter()
    from djflow.roster.instance import read_changes, read_instance, read_roster, write_roster  # noqa: PLC0415 - heavy
    from djflow.roster.model import Limits  # noqa: PLC0415 - heavy
    from djflow.roster.solver import repair as mend  # noqa: PLC0415 - heavy

    problem, rows, what = read_instance(instance), read_roster(roster), read_changes(changes)
    limits = Limits(max(0.0, time_limit - (time.perf_counter() - started)))
    with interruptible() as stop:
        done = mend(problem, rows, what, limits=limits, progress=show, stop=stop)
    write_roster(out, done.assignments)
    seconds = time.perf_counter() - started
    answer(_repaired(done, seconds), as_json=as_json, text=lambda: _repaired_text(done, seconds, out))


def _repaired(done: "Repair", seconds: float) -> dict[str, object]:
    from djflow.roster.instance import diff_rows  # noqa: PLC0415 - heavy

    return {
        "changed": done.changed,
        "changed_lower_bound": done.changed_lower_bound,
        "unfilled": done.objective.unfilled,
        "objective": done.objective.total,
        "seconds": round(seconds, 3),
        "diff": diff_rows(done.diff),
    }


def _repaired_text(done: "Repair", seconds: float, out: Path) -> str:
    head = (
        f"改动 {done.changed} 处（至少 {done.changed_lower_bound} 处），"
        f"空缺 {done.objective.unfilled} 处，用时 {seconds:.1f} 秒。"
    )
    lines = [head, *(f"  {c.event} {c.post}：{c.before or '空缺'} → {c.after or '空缺'}" for c in done.diff)]
    return "\n".join([*lines, f"结果：{out}"])


@click.command("explain", help="说明为什么会有空缺：哪个岗位、哪几天、需要几人、最多几人、受哪条规则限制。")
@click.argument("instance", metavar="排班文件", type=click.Path(path_type=Path))
@click.option("--what-if", "what_if", is_flag=True, help="逐条放宽规则，看还剩几处空缺。")
@json_option
def explain(instance: Path, *, what_if: bool, as_json: bool) -> None:
    """Explain the shortages of an instance file."""
    from djflow.roster.instance import read_instance  # noqa: PLC0415 - heavy
    from djflow.roster.solver.explain import explain as why  # noqa: PLC0415 - heavy

    with interruptible() as stop:
        told = why(read_instance(instance), what_if=what_if, stop=stop)
    answer(_explained(told), as_json=as_json, text=lambda: _explained_text(told))


def _explained(told: "Explanation") -> dict[str, object]:
    return {
        "shortages": [
            {
                "岗位": s.post,
                "dates": [d.isoformat() for d in s.dates],
                "need": s.need,
                "supply": s.supply,
                "short": s.short,
                "rule": s.rule,
                "text": s.text,
            }
            for s in told.shortages
        ],
        "min_unfilled": told.min_unfilled,
        "what_if": [{"relax": r.relax, "unfilled": r.unfilled} for r in told.what_if],
    }


def _explained_text(told: "Explanation") -> str:
    if not told.shortages:
        lines = ["没有发现必然的空缺。" if not told.min_unfilled else f"至少空缺 {told.min_unfilled} 处。"]
    else:
        lines = [f"至少空缺 {told.min_unfilled} 处：", *(f"  {s.text}" for s in told.shortages)]
    return "\n".join([*lines, *(f"  如果{r.relax}：空缺 {r.unfilled} 处" for r in told.what_if)])


@click.command("score", help="给值班表打分，并列出违反的硬规则。")
@click.argument("instance", metavar="排班文件", type=click.Path(path_type=Path))
@click.argument("roster", metavar="值班表", type=click.Path(path_type=Path))
@json_option
def score(instance: Path, roster: Path, *, as_json: bool) -> None:
    """Score a roster file."""
    from djflow.roster.instance import read_instance, read_roster  # noqa: PLC0415 - heavy
    from djflow.roster.scorer import score as judge  # noqa: PLC0415 - heavy

    judged = judge(read_instance(instance), read_roster(roster))
    answer(asdict(judged), as_json=as_json, text=lambda: _score_text(judged))


def _score_text(judged: "Score") -> str:
    head = (
        f"总分 {judged.total:,}：路程 {judged.distance:,}，定点 {judged.continuity:,}，意愿 {judged.wishes:,}，"
        f"公平 {judged.fairness:,}，单位任务 {judged.quota:,}，空缺 {judged.unfilled} 处，"
        f"缺镇乡人员 {judged.township_missing} 人。"
    )
    lines = [head]
    if judged.violations:
        lines.append(f"违反硬规则 {len(judged.violations)} 处：")
        lines += [f"  {v.text}" for v in judged.violations[:50]]
    else:
        lines.append("没有违反硬规则。")
    return "\n".join(lines)
