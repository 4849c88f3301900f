"""`djflow dispatch profiles`: what the office knows about cadres in and out, and the rules held against it."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option, progress

if TYPE_CHECKING:
    from djflow.assembly import House
    from djflow.assembly.dispatch_checking import CheckedPerson
    from djflow.people.model import ImportReport

_BY = "cli"
_SHOWN = 200
_TABLES = ("profiles", "terms", "key-posts")
_KINDS = ("rural", "community", "upward", "training", "reserve", "taskforce")

_table = click.option(
    "--table",
    type=click.Choice(_TABLES),
    default="profiles",
    show_default=True,
    help="哪张表：profiles 选派资料、terms 往期选派、key-posts 关键岗位。",
)


@click.group("profiles", help="选派资料：导入、导出、模板，对照规则查谁能派。")
def profiles() -> None:
    """Group of commands about profiles."""


@profiles.command("import", help="导入选派资料：整张表要么全部导入，要么一行也不导入。")
@click.argument("source", metavar="文件.xlsx", type=click.Path(path_type=Path))
@_table
@click.option("--dry-run", is_flag=True, help="只检查，不保存。")
@json_option
@click.pass_context
def import_profiles(context: click.Context, source: Path, table: str, *, dry_run: bool, as_json: bool) -> None:
    """Import one table."""
    from djflow.dispatch.profiles.tabular import TableKind, import_table  # noqa: PLC0415 - loads openpyxl
    from djflow.people.excel.intake import Importer  # noqa: PLC0415 - loads openpyxl

    house = _house(context)
    progress(f"正在读取 {source.name} …")
    with house.transaction() as session:
        report = import_table(session, TableKind(table), source, Importer(_BY, house.now(), dry_run=dry_run))
    answer(asdict(report), as_json=as_json, text=lambda: _words(report, dry_run=dry_run))
    if report.rejected:
        progress(f"{source.name} 有 {len(report.rejected)} 处要改，一行也没有导入：请按提示改好后重新导入。")
        context.exit(1)


def _words(report: "ImportReport", *, dry_run: bool) -> str:
    if report.rejected:
        lines = [f"第 {one.row} 行“{one.column}”：{one.message}" for one in report.rejected[:_SHOWN]]
        more = len(report.rejected) - _SHOWN
        return "\n".join([*lines, *([f"……还有 {more} 处，全部列表请加 --json。"] if more > 0 else [])])
    counts = f"{report.rows} 行：新增 {report.created}，更新 {report.updated}，未变 {report.unchanged}。"
    return f"检查通过（没有保存），{counts}" if dry_run else f"已导入，{counts}"


@profiles.command("template", help="导出三张空白模板（带本区的下拉选项和填写说明）。")
@click.option(
    "--out",
    "folder",
    metavar="目录",
    default="选派模板",
    show_default=True,
    type=click.Path(path_type=Path),
    help="写到哪个目录。",
)
@json_option
@click.pass_context
def template(context: click.Context, folder: Path, *, as_json: bool) -> None:
    """Write the empty tables."""
    from djflow.dispatch.profiles.tabular import write_templates  # noqa: PLC0415 - loads openpyxl

    with _house(context).reading() as session:
        files = [str(path) for path in write_templates(session, folder)]
    answer({"files": files}, as_json=as_json, text="\n".join(["已导出模板：", *files]))


@profiles.command("export", help="导出一张表，可原样导回；选派资料含敏感信息，会记入操作记录。")
@click.option(
    "--out", "target", metavar="文件.xlsx", required=True, type=click.Path(path_type=Path), help="写到哪个文件。"
)
@_table
@json_option
@click.pass_context
def export_profiles(context: click.Context, target: Path, table: str, *, as_json: bool) -> None:
    """Write one table as it stands."""
    from djflow.dispatch.profiles.tabular import TableKind, export_table  # noqa: PLC0415 - loads openpyxl
    from djflow.people.excel.outgo import Exporter  # noqa: PLC0415 - loads openpyxl

    house = _house(context)
    with house.transaction() as session:
        rows = export_table(session, TableKind(table), target, Exporter(_BY, house.now()))
    answer({"file": str(target), "rows": rows}, as_json=as_json, text=f"已导出 {rows} 行：{target}")


@profiles.command("check", help="对照规则查谁能派：每人每条规则符合、不符合还是待核实，依据是什么。")
@click.argument("kind", metavar="批次类别", type=click.Choice(_KINDS))
@click.option("--on", metavar="日期", type=click.DateTime(["%Y-%m-%d"]), help="到任日期；缺省为今天。")
@click.option("--host", default="", metavar="单位编码", help="派往哪个单位；不填只查本人条件。")
@click.option("--village", default="", metavar="编码", help="派往哪个村。")
@click.option("--person", "codes", multiple=True, metavar="工号", help="只查这些人，可写几次。")
@json_option
@click.pass_context
def check(context: click.Context, /, kind: str, codes: tuple[str, ...], *, as_json: bool, **said: object) -> None:
    """Hold the rules against people."""
    from djflow.assembly.dispatch_checking import check_people  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.dispatch.policy.model import BatchKind  # noqa: PLC0415 - after click has read the words

    house = _house(context)
    on = said["on"]
    first = on.date() if hasattr(on, "date") else house.today()
    checked = check_people(
        house, BatchKind(kind), first, host=str(said["host"]), village=str(said["village"]), codes=codes
    )
    value = [{**asdict(one), "findings": [asdict(found) for found in one.findings]} for one in checked]
    answer(value, as_json=as_json, text=lambda: _checked_words(checked, first, single=bool(codes)))


def _checked_words(checked: "tuple[CheckedPerson, ...]", on: date, *, single: bool) -> str:
    from djflow.dispatch.eligibility.model import VERDICT_WORDS, Verdict  # noqa: PLC0415 - loads SQLAlchemy

    counts = {verdict: sum(one.verdict is verdict for one in checked) for verdict in Verdict}
    said = "，".join(f"{VERDICT_WORDS[verdict]} {count}" for verdict, count in counts.items())
    lines = [f"{on} 到任，{len(checked)} 人：{said}。"]
    for one in checked:
        lines.append(f"{one.code} {one.unit}：{VERDICT_WORDS[one.verdict]}")
        lines += [
            f"  {VERDICT_WORDS[found.verdict]}：{found.detail.removeprefix('待核实：')}（{found.basis}）"
            for found in one.findings
            if single or found.verdict is not Verdict.PASS
        ]
    return "\n".join(lines)


def _house(context: click.Context) -> "House":
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy

    return open_house(home_of(context))
