"""`djflow roster`: make, look at, publish, void and repair a month's roster; solve instances from files."""

from collections.abc import Mapping
from pathlib import Path

import click

from djflow.cli.frame import answer, home_of, json_option, say
from djflow.cli.roster_answers import COMMANDS
from djflow.cli.roster_solver import explain, interruptible, repair, score, solve
from djflow.cli.roster_solver import show as show_progress
from djflow.core.ids import RosterId
from djflow.core.spans import Month

_BY = "cli"


@click.group("roster", help="值班表：生成、发布、求解、修补。")
def roster() -> None:
    """Group of roster commands."""


for _command in (solve, repair, explain, score, *COMMANDS):
    roster.add_command(_command)


@roster.command("draft", help="生成某月的值班表草案；已有草案或已发布时原样返回。按 Ctrl-C 提前停下，留下目前最好的。")
@click.argument("month", metavar="月份")
@click.option("--preset", metavar="方案", help="权重方案，如“均衡优先”；缺省用平常的分值。")
@click.option(
    "--pins",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="必须保留的安排（CSV：场次,岗位,工号；场次如 M01@2026-12-05）。",
)
@json_option
@click.pass_context
def draft(context: click.Context, month: str, preset: str | None, pins: Path | None, *, as_json: bool) -> None:
    """Make a month's draft."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import roster as desk  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.roster.instance import read_roster  # noqa: PLC0415 - the help needs none of it

    house = open_house(home_of(context))
    fixed = read_roster(pins) if pins else ()
    with interruptible() as stop:
        made = desk.draft(
            house, Month.parse(month), by=_BY, preset=preset, pins=fixed, progress=show_progress, stop=stop
        )
    value = {"id": made.roster_id, "month": str(made.month), "state": made.state.value, "round": made.round}
    what = "草案已生成" if made.created else "已有值班表"
    text = f"{made.month.title}{what}，编号 {made.roster_id}。查看：djflow roster show {made.roster_id}"
    answer(value, as_json=as_json, text=text)


@roster.command("list", help="列出等待审核的草案和已发布的值班表。")
@json_option
@click.pass_context
def list_rosters(context: click.Context, *, as_json: bool) -> None:
    """List drafts and versions in force."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import roster as desk  # noqa: PLC0415 - loads SQLAlchemy

    found = desk.listing(open_house(home_of(context)))
    rows = [
        {"id": s.roster_id, "month": str(s.month), "state": s.state.value, "round": s.round, "version": s.version}
        for s in found
    ]
    lines = [f"{s.roster_id}\t{s.month.title}\t{desk.state_words(s)}" for s in found]
    answer(rows, as_json=as_json, text="\n".join(lines) or "还没有值班表。生成：djflow roster draft 2026-12")


@roster.command("show", help="显示一份值班表的质量、空缺和说明（不含姓名）。")
@click.argument("roster_id", metavar="编号")
@click.pass_context
def show(context: click.Context, roster_id: str) -> None:
    """Show a roster's review card."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import roster as desk  # noqa: PLC0415 - loads SQLAlchemy

    say(desk.review_markdown(open_house(home_of(context)), RosterId(roster_id)))


@roster.command("publish", help="发布草案：公示网页和文件随即生成，有关人员得到通知；重复执行结果一样。")
@click.argument("roster_id", metavar="编号")
@click.option("--reason", default="", metavar="说明", help="发布说明，可不写。")
@json_option
@click.pass_context
def publish(context: click.Context, roster_id: str, reason: str, *, as_json: bool) -> None:
    """Publish a draft."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import roster as desk  # noqa: PLC0415 - loads SQLAlchemy

    done = desk.publish(open_house(home_of(context)), RosterId(roster_id), by=_BY, reason=reason)
    value = {
        "id": done.roster_id,
        "month": str(done.month),
        "version": done.version,
        "already": done.already,
        "told": done.told,
        "repaired": done.repaired,
        "files": list(done.files),
    }
    head = "早已发布，没有重复发布" if done.already else f"已发布，通知 {done.told} 人"
    answer(
        value, as_json=as_json, text="\n".join([f"{done.month.title}值班表{head}（第{done.version}版）。", *done.files])
    )


@roster.command("void", help="作废草案。")
@click.argument("roster_id", metavar="编号")
@click.option("--reason", required=True, metavar="理由", help="作废的理由。")
@click.pass_context
def void(context: click.Context, roster_id: str, reason: str) -> None:
    """Void a draft."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import roster as desk  # noqa: PLC0415 - loads SQLAlchemy

    done = desk.void(open_house(home_of(context)), RosterId(roster_id), by=_BY, reason=reason)
    say(f"{done.month.title}的草案已作废。重新生成：djflow roster draft {done.month}")


@roster.command("mend", help="按请假和停场调整已发布的值班表，改动最少；没有受影响的岗位时不动。")
@click.argument("month", metavar="月份")
@json_option
@click.pass_context
def mend(context: click.Context, month: str, *, as_json: bool) -> None:
    """Bring a published month up to date."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import roster as desk  # noqa: PLC0415 - loads SQLAlchemy

    parsed = Month.parse(month)
    done = desk.repair_month(open_house(home_of(context)), parsed, by=_BY)
    if done is None:
        answer({"changed": 0}, as_json=as_json, text=f"{parsed.title}没有需要调整的岗位。")
        return
    value = {"id": done.roster_id, "version": done.version, "changed": done.changed, "told": done.told}
    text = f"已调整 {done.changed} 处，发布第{done.version}版，告知 {done.told} 人，仍空缺 {done.unfilled} 处。"
    answer(value, as_json=as_json, text=text)


@roster.command("suggest", help="列出某场某岗位的合适人选，从最合适的排起。")
@click.argument("month", metavar="月份")
@click.argument("event", metavar="场次")
@click.argument("post", metavar="岗位")
@click.option("--count", type=click.IntRange(1, 100), default=10, metavar="人数", help="最多列几人，缺省 10。")
@json_option
@click.pass_context
def suggest(context: click.Context, month: str, event: str, post: str, count: int, *, as_json: bool) -> None:
    """List who would fit a place."""
    from djflow.assembly import open_house, swapping  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    found = swapping.suggestions(house, Month.parse(month), event, post, count=count)
    rows = [
        {"code": o.person_code, "unit": o.unit, "extra": o.extra, "parts": dict(o.parts), "moves": o.moves}
        for o in found
    ]
    lines = [
        f"{o.person_code}\t{o.unit}\t代价 {o.extra:+d}（{_priced(o.parts)}）"
        f"{f'，另需调整 {o.moves} 处' if o.moves else ''}"
        for o in found
    ]
    answer(rows, as_json=as_json, text="\n".join(lines) or "没有合适的人：这一天能上该岗位的人都不在岗或已有值班。")


def _priced(parts: Mapping[str, int]) -> str:
    return "，".join(f"{name} {points:+d}" for name, points in parts.items() if points) or "各项不变"


@roster.command("swap", help="换人：把某场某岗位的人换成另一人；填空缺时原工号写 -。")
@click.argument("month", metavar="月份")
@click.argument("event", metavar="场次")
@click.argument("post", metavar="岗位")
@click.argument("old", metavar="原工号")
@click.argument("new", metavar="新工号")
@json_option
@click.pass_context
def swap(  # noqa: PLR0913 - the command's own arguments
    context: click.Context, month: str, event: str, post: str, old: str, new: str, *, as_json: bool
) -> None:
    """Put another person at one place."""
    from djflow.assembly import open_house, swapping  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import roster as desk  # noqa: PLC0415 - loads SQLAlchemy

    change = swapping.Swap(event, post, None if old == "-" else old, new)
    done = desk.swap(open_house(home_of(context)), Month.parse(month), change, by=_BY)
    value = {"id": done.roster_id, "version": done.version, "told": done.told}
    answer(value, as_json=as_json, text=f"已换好，发布第{done.version}版，告知 {done.told} 人。")
