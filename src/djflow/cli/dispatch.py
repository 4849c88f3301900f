"""`djflow dispatch`: assignments from files, without home, database or Prefect."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from djflow.cli.dispatch_batch import batch
from djflow.cli.dispatch_profiles import profiles
from djflow.cli.frame import answer, json_option

if TYPE_CHECKING:
    from djflow.dispatch.model import Explanation, Problem, Reason, Solution

F = TypeVar("F", bound=Callable[..., None])


@click.group("dispatch", help="派遣：按条件和意愿定人，说明空缺和每一处安排的原因。")
def dispatch() -> None:
    """Group of dispatch commands."""


dispatch.add_command(batch)
dispatch.add_command(profiles)


def settled_options(command: F) -> F:
    """Add the files of pins and bans to a command."""
    kind = click.Path(path_type=Path)
    pins = click.option("--pins", metavar="文件", type=kind, help="必须派的安排（CSV：岗位,工号）。")
    bans = click.option("--bans", metavar="文件", type=kind, help="不得派的安排（CSV：岗位,工号）。")
    return pins(bans(command))


def _problem(instance: Path, pins: Path | None, bans: Path | None) -> "Problem":
    from djflow.dispatch.instance import read_instance, read_pairs  # noqa: PLC0415 - heavy

    problem = read_instance(instance)
    more_pins = read_pairs(pins) if pins else frozenset()
    more_bans = read_pairs(bans) if bans else frozenset()
    return replace(problem, pins=problem.pins | more_pins, bans=problem.bans | more_bans)


@dispatch.command("solve", help="由派遣文件定出每个岗位派谁，证明是最优的。")
@click.argument("instance", metavar="派遣文件", type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="文件", type=click.Path(path_type=Path), help="结果写到这个 CSV 文件。")
@settled_options
@json_option
def solve(instance: Path, out: Path, pins: Path | None, bans: Path | None, *, as_json: bool) -> None:
    """Solve an instance file."""
    import time  # noqa: PLC0415 - beside the imports it measures

    started = time.perf_counter()
    from djflow.dispatch.instance import write_postings  # noqa: PLC0415 - heavy
    from djflow.dispatch.solver import solve as search  # noqa: PLC0415 - heavy

    found = search(_problem(instance, pins, bans))
    write_postings(out, found.assigned)
    seconds = round(time.perf_counter() - started, 3)
    empty = sum(found.unfilled.values())
    value = {"objective": found.objective, "optimal": found.optimal, "unfilled": empty, "seconds": seconds}
    answer(value, as_json=as_json, text=lambda: _solved_text(found, seconds, out))


def _solved_text(found: "Solution", seconds: float, out: Path) -> str:
    empty = sum(found.unfilled.values())
    sure = "最优" if found.optimal else f"离最优不超过 {100 * found.gap:.2f}%"
    lines = [f"已定 {len(found.assigned)} 人，空缺 {empty} 个，总分 {found.objective:,}（{sure}），用时 {seconds} 秒。"]
    lines += [f"  空缺：{post} {count} 人" for post, count in sorted(found.unfilled.items())]
    lines += [f"  {batch}还差 {count} 人才到最低数" for batch, count in sorted(found.batch_short.items())]
    return "\n".join([*lines, f"结果：{out}"])


@dispatch.command("explain", help="说明为什么会有空缺：哪些岗位、需要几人、最多几人、受哪条规则限制、怎么补。")
@click.argument("instance", metavar="派遣文件", type=click.Path(path_type=Path))
@settled_options
@json_option
def explain(instance: Path, pins: Path | None, bans: Path | None, *, as_json: bool) -> None:
    """Explain the shortages of an instance file."""
    from djflow.dispatch.solver.explain import explain as tell  # noqa: PLC0415 - heavy

    told = tell(_problem(instance, pins, bans))
    answer(_explained(told), as_json=as_json, text=lambda: _explained_text(told))


def _explained(told: "Explanation") -> dict[str, object]:
    return {
        "shortages": [
            {
                "岗位": list(one.posts),
                "need": one.need,
                "supply": one.supply,
                "short": one.short,
                "rule": one.rule,
                "text": one.text,
            }
            for one in told.shortages
        ],
        "min_unfilled": told.min_unfilled,
        "unfilled": dict(sorted(told.unfilled.items())),
        "what_if": [asdict(one) for one in told.what_if],
        "notes": list(told.notes),
    }


def _explained_text(told: "Explanation") -> str:
    head = f"至少空缺 {told.min_unfilled} 个：" if told.min_unfilled else "没有必然的空缺。"
    lines = [head, *(f"  {one.text}" for one in told.shortages)]
    lines += [f"  如果{one.relax}：空缺 {one.unfilled} 个（多派 {one.filled} 人）" for one in told.what_if]
    return "\n".join([*lines, *told.notes])


@dispatch.command("why", help="说明某岗位为什么派此人，或者为什么不派：违反哪条规则，或要多花多少分、牵动哪些人。")
@click.argument("instance", metavar="派遣文件", type=click.Path(path_type=Path))
@click.argument("post", metavar="岗位")
@click.argument("cadre", metavar="工号")
@settled_options
@json_option
def why(instance: Path, post: str, cadre: str, pins: Path | None, bans: Path | None, *, as_json: bool) -> None:
    """Explain one pair of an instance file."""
    from djflow.dispatch.model import CadreId, PostId  # noqa: PLC0415 - heavy
    from djflow.dispatch.solver import solve as search  # noqa: PLC0415 - heavy
    from djflow.dispatch.solver.why import why as tell  # noqa: PLC0415 - heavy

    problem = _problem(instance, pins, bans)
    reason = tell(problem, search(problem), PostId(post), CadreId(cadre))
    answer(_reason(reason), as_json=as_json, text=reason.text)


def _reason(reason: "Reason") -> dict[str, object]:
    return {
        "岗位": reason.post,
        "工号": reason.cadre,
        "sent": reason.sent,
        "allowed": not reason.refused,
        "refused": [{"rule": one.rule, "text": one.text} for one in reason.refused],
        "points": [asdict(one) for one in reason.parts],
        "extra": reason.extra,
        "proven": reason.proven,
        "moves": [{"工号": one.cadre, "from": one.before, "to": one.after} for one in reason.moves],
        "text": reason.text,
    }
