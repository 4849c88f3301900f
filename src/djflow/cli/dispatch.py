"""`djflow dispatch`: assignments from files, without home, database or Prefect."""

from pathlib import Path

import click

from djflow.cli.dispatch_profiles import profiles
from djflow.cli.frame import answer, json_option


@click.group("dispatch", help="派遣：按条件和意愿定人。")
def dispatch() -> None:
    """Group of dispatch commands."""


dispatch.add_command(profiles)


@dispatch.command("solve", help="由派遣文件定出每个岗位派谁，证明是最优的。")
@click.argument("instance", metavar="派遣文件", type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="文件", type=click.Path(path_type=Path), help="结果写到这个 CSV 文件。")
@json_option
def solve(instance: Path, out: Path, *, as_json: bool) -> None:
    """Solve an instance file."""
    import time  # noqa: PLC0415 - beside the imports it measures

    started = time.perf_counter()
    from djflow.dispatch.instance import read_instance, write_postings  # noqa: PLC0415 - heavy
    from djflow.dispatch.solver import solve as search  # noqa: PLC0415 - heavy

    problem = read_instance(instance)
    found = search(problem)
    write_postings(out, found.assigned)
    seconds = round(time.perf_counter() - started, 3)
    empty = sum(found.unfilled.values())
    value = {"objective": found.objective, "optimal": True, "unfilled": empty, "seconds": seconds}
    lines = [f"已定 {len(found.assigned)} 人，空缺 {empty} 个，总分 {found.objective:,}（最优），用时 {seconds} 秒。"]
    lines += [f"  空缺：{post} {count} 人" for post, count in sorted(found.unfilled.items())]
    lines += [f"  {batch}还差 {count} 人才到最低数" for batch, count in sorted(found.batch_short.items())]
    answer(value, as_json=as_json, text=lambda: "\n".join([*lines, f"结果：{out}"]))
