"""`djflow import` and `djflow export`: the office's Excel tables in and out."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option, progress
from djflow.core.spans import Month

if TYPE_CHECKING:
    from djflow.assembly import House
    from djflow.people.excel.intake import Import
    from djflow.people.model import ImportReport

_BY = "cli"
_SHOWN = 200

_file = click.argument("source", metavar="文件.xlsx", type=click.Path(path_type=Path))
_dry_run = click.option("--dry-run", is_flag=True, help="只检查，不保存。")
_target = click.option(
    "--out", "target", metavar="文件.xlsx", required=True, type=click.Path(path_type=Path), help="写到哪个文件。"
)


@click.group("import", help="导入 Excel：整张表要么全部导入，要么一行也不导入。")
def import_() -> None:
    """Group of imports."""


@import_.command("people", help="导入人员表。")
@_file
@_dry_run
@json_option
@click.pass_context
def import_people(context: click.Context, source: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import the table of people."""
    from djflow.people.excel.intake import import_people as take_in  # noqa: PLC0415 - loads openpyxl

    _import(context, take_in, source, dry_run=dry_run, as_json=as_json)


@import_.command("units", help="导入单位表。")
@_file
@_dry_run
@json_option
@click.pass_context
def import_units(context: click.Context, source: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import the table of units."""
    from djflow.people.excel.intake import import_units as take_in  # noqa: PLC0415 - loads openpyxl

    _import(context, take_in, source, dry_run=dry_run, as_json=as_json)


@import_.command("branches", help="导入党支部表。")
@_file
@_dry_run
@json_option
@click.pass_context
def import_branches(context: click.Context, source: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import the table of Party branches."""
    from djflow.people.excel.intake import import_branches as take_in  # noqa: PLC0415 - loads openpyxl

    _import(context, take_in, source, dry_run=dry_run, as_json=as_json)


@import_.command("absences", help="导入缺勤表（休假、培训、选派等）。")
@_file
@_dry_run
@json_option
@click.pass_context
def import_absences(context: click.Context, source: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import the table of absences."""
    from djflow.people.excel.intake import import_absences as take_in  # noqa: PLC0415 - loads openpyxl

    _import(context, take_in, source, dry_run=dry_run, as_json=as_json)


@import_.command("contacts", help="导入联系方式表（企业微信、钉钉、邮箱等帐号）。")
@_file
@_dry_run
@json_option
@click.pass_context
def import_contacts(context: click.Context, source: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import the table of further contacts."""
    from djflow.people.excel.contacts import import_contacts as take_in  # noqa: PLC0415 - loads openpyxl

    _import(context, take_in, source, dry_run=dry_run, as_json=as_json)


@import_.command("kinship", help="导入亲属关系表，审批、评议时据此回避。")
@_file
@_dry_run
@json_option
@click.pass_context
def import_kinship(context: click.Context, source: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import the table of relatives."""
    from djflow.people.excel.kinship import import_kinship as take_in  # noqa: PLC0415 - loads openpyxl

    _import(context, take_in, source, dry_run=dry_run, as_json=as_json)


@import_.command("history", help="导入历史积分表：启用本系统以前值班的积分；重复导入以最后一次为准。")
@_file
@click.option("--month", required=True, metavar="月份", help="积分算到哪个月底，如 2026-11。")
@_dry_run
@json_option
@click.pass_context
def import_history(context: click.Context, source: Path, month: str, *, dry_run: bool, as_json: bool) -> None:
    """Import the duty points people bring along."""
    from djflow.people.excel.intake import read_history  # noqa: PLC0415 - loads openpyxl
    from djflow.roster.service import state_opening  # noqa: PLC0415 - loads SQLAlchemy

    house, until = _house(context), Month.parse(month)
    progress(f"正在读取 {source.name} …")
    with house.transaction() as session:
        points, report = read_history(session, source)
        if not report.rejected and not dry_run:
            state_opening(session, until, dict(points), by=_BY, now=house.now())
    _report(context, source, report, dry_run=dry_run, as_json=as_json)


def _import(context: click.Context, take_in: "Import", source: Path, *, dry_run: bool, as_json: bool) -> None:
    from djflow.people.excel.intake import Importer  # noqa: PLC0415 - loads openpyxl

    house = _house(context)
    progress(f"正在读取 {source.name} …")
    with house.transaction() as session:
        importer = Importer(_BY, house.now(), dry_run=dry_run, skills=house.settings.roster.skills)
        report = take_in(session, source, importer)
    _report(context, source, report, dry_run=dry_run, as_json=as_json)


def _report(context: click.Context, source: Path, report: "ImportReport", *, dry_run: bool, as_json: bool) -> None:
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


@click.group("export", help="导出 Excel：模板、人员、单位、支部、缺勤、联系方式、亲属关系。")
def export() -> None:
    """Group of exports."""


@export.command("templates", help="导出空白模板（带本区的下拉选项和填写说明）。")
@click.option(
    "--out",
    "folder",
    metavar="目录",
    default="模板",
    show_default=True,
    type=click.Path(path_type=Path),
    help="写到哪个目录。",
)
@json_option
@click.pass_context
def export_templates(context: click.Context, folder: Path, *, as_json: bool) -> None:
    """Write the empty tables."""
    from djflow.people.excel.outgo import write_templates  # noqa: PLC0415 - loads openpyxl

    house = _house(context)
    with house.reading() as session:
        paths = write_templates(session, folder, house.settings.roster.skills)
    files = [str(path) for path in paths]
    answer({"files": files}, as_json=as_json, text="\n".join(["已导出模板：", *files]))


@export.command("people", help="导出人员表，按单位正式排序；号码默认打码，可原样导回。")
@_target
@click.option("--full", is_flag=True, help="号码不打码（会记入操作记录）。")
@json_option
@click.pass_context
def export_people(context: click.Context, target: Path, *, full: bool, as_json: bool) -> None:
    """Write the table of people."""
    from djflow.people.excel.outgo import Exporter  # noqa: PLC0415 - loads openpyxl
    from djflow.people.excel.outgo import export_people as give_out  # noqa: PLC0415 - loads openpyxl

    house = _house(context)
    with house.transaction() as session:
        exporter = Exporter(_BY, house.now(), full=full, skills=house.settings.roster.skills)
        rows = give_out(session, target, exporter)
    _exported(target, rows, as_json=as_json)


@export.command("units", help="导出单位表，按正式排序。")
@_target
@json_option
@click.pass_context
def export_units(context: click.Context, target: Path, *, as_json: bool) -> None:
    """Write the table of units."""
    from djflow.people.excel.outgo import export_units as give_out  # noqa: PLC0415 - loads openpyxl

    with _house(context).reading() as session:
        rows = give_out(session, target)
    _exported(target, rows, as_json=as_json)


@export.command("branches", help="导出党支部表，按单位正式排序。")
@_target
@json_option
@click.pass_context
def export_branches(context: click.Context, target: Path, *, as_json: bool) -> None:
    """Write the table of Party branches."""
    from djflow.people.excel.outgo import export_branches as give_out  # noqa: PLC0415 - loads openpyxl

    with _house(context).reading() as session:
        rows = give_out(session, target)
    _exported(target, rows, as_json=as_json)


@export.command("absences", help="导出某月的缺勤表。")
@click.option("--month", required=True, metavar="月份", help="如 2026-12。")
@_target
@json_option
@click.pass_context
def export_absences(context: click.Context, month: str, target: Path, *, as_json: bool) -> None:
    """Write the absences of a month."""
    from djflow.people.excel.outgo import export_absences as give_out  # noqa: PLC0415 - loads openpyxl

    span = Month.parse(month).span
    with _house(context).reading() as session:
        rows = give_out(session, target, span)
    _exported(target, rows, as_json=as_json)


@export.command("contacts", help="导出联系方式表；帐号默认打码，可原样导回（会记入操作记录）。")
@_target
@click.option("--full", is_flag=True, help="帐号不打码。")
@json_option
@click.pass_context
def export_contacts(context: click.Context, target: Path, *, full: bool, as_json: bool) -> None:
    """Write the table of further contacts."""
    from djflow.people.excel.outgo import Exporter  # noqa: PLC0415 - loads openpyxl
    from djflow.people.excel.outgo import export_contacts as give_out  # noqa: PLC0415 - loads openpyxl

    house = _house(context)
    with house.transaction() as session:
        rows = give_out(session, target, Exporter(_BY, house.now(), full=full))
    _exported(target, rows, as_json=as_json)


@export.command("kinship", help="导出亲属关系表（会记入操作记录），可原样导回。")
@_target
@json_option
@click.pass_context
def export_kinship(context: click.Context, target: Path, *, as_json: bool) -> None:
    """Write the kinship register."""
    from djflow.people.excel.outgo import Exporter  # noqa: PLC0415 - loads openpyxl
    from djflow.people.excel.outgo import export_kinship as give_out  # noqa: PLC0415 - loads openpyxl

    house = _house(context)
    with house.transaction() as session:
        rows = give_out(session, target, Exporter(_BY, house.now()))
    _exported(target, rows, as_json=as_json)


def _exported(target: Path, rows: int, *, as_json: bool) -> None:
    answer({"file": str(target), "rows": rows}, as_json=as_json, text=f"已导出 {rows} 行：{target}")


def _house(context: click.Context) -> "House":
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy

    return open_house(home_of(context))
