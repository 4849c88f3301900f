"""`djflow fund festival`: a list of people to be visited at a festival, from Excel or CSV, and how far it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option

if TYPE_CHECKING:
    from djflow.assembly.fund_lists import Filed

_BY = "cli"


@click.group("festival", help="节日慰问名单：上报、查看、模板。")
def festival() -> None:
    """Group of commands about lists."""


@festival.command("apply", help="上报一张名单：整张要么全部上报，要么一行也不上报；每一行各自审批、公示、拨付。")
@click.argument("source", metavar="文件.xlsx", type=click.Path(path_type=Path))
@click.option("--code", required=True, metavar="代号", help="节日代号，如 spring、double-ninth；与日期一起区分名单。")
@click.option("--title", required=True, metavar="节日", help="节日名称，如 春节。")
@click.option("--on", "held_on", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="慰问日期。")
@click.option("--dry-run", is_flag=True, help="只检查，不上报。")
@json_option
@click.pass_context
def apply(  # noqa: PLR0913 - a command's options
    context: click.Context, source: Path, *, code: str, title: str, held_on: datetime, dry_run: bool, as_json: bool
) -> None:
    """File a list."""
    from dataclasses import asdict  # noqa: PLC0415 - only here

    from djflow.assembly import fund_lists, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    meant = fund_lists.festival(code, title, held_on.date())
    found = fund_lists.file_list(house, meant, source, by=_BY, dry_run=dry_run)
    report = found.report
    lines = [f"第 {one.row} 行“{one.column}”：{one.message}" for one in report.rejected]
    head = f"有 {len(lines)} 处要改，整张名单没有上报：" if lines else _done(found, dry_run=dry_run)
    value = {"name": meant.name, **asdict(report), "opened": found.opened, "held": found.held}
    answer(value, as_json=as_json, text="\n".join([head, *lines]))
    if report.rejected:
        context.exit(1)


def _table(rows: Sequence[Mapping[str, str | int]]) -> str:
    return "\n".join("  ".join(f"{name} {value}" for name, value in row.items()) for row in rows)


def _done(found: "Filed", *, dry_run: bool) -> str:
    report = found.report
    if dry_run:
        return f"{report.rows} 行都可以上报，其中新的 {report.created} 行。没有保存。"
    held = f"有 {found.held} 行现在不符合条件，没有送审。" if found.held else ""
    return f"{report.rows} 行，新上报 {report.created} 行，先前已上报 {report.unchanged} 行。{held}"


@festival.command("list", help="列出全部名单。")
@json_option
@click.pass_context
def listing(context: click.Context, *, as_json: bool) -> None:
    """List the lists."""
    from djflow.assembly import fund_lists, open_house  # noqa: PLC0415 - loads SQLAlchemy

    rows = fund_lists.listing(open_house(home_of(context)))
    answer(list(rows), as_json=as_json, text=lambda: _table(rows) or "还没有名单。")


@festival.command("show", help="一张名单的每一行办到哪一步（不含姓名）。")
@click.argument("name", metavar="名单")
@json_option
@click.pass_context
def show(context: click.Context, name: str, *, as_json: bool) -> None:
    """Show a list."""
    from djflow.assembly import fund_lists, open_house  # noqa: PLC0415 - loads SQLAlchemy

    rows = fund_lists.show(open_house(home_of(context)), name)
    answer(list(rows), as_json=as_json, text=lambda: _table(rows))


@festival.command("template", help="写出空白的名单表。")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="文件.xlsx", help="写到哪个文件。"
)
@click.pass_context
def template(context: click.Context, out: Path) -> None:
    """Write the empty table."""
    from djflow.assembly import fund_lists  # noqa: PLC0415 - loads openpyxl

    _ = context
    fund_lists.write_template(out)
    click.echo(f"已写出 {out}。")
