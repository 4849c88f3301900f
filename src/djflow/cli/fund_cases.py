"""`djflow fund apply` and `djflow fund show`: an application from a file, and a case without anything personal."""

from pathlib import Path

import click

from djflow.cli.frame import answer, home_of, json_option, progress

_BY = "cli"


@click.command("apply", help="按 JSON 文件提交一件申请：材料齐全就提交，不齐留作草稿并列出缺什么。")
@click.argument("source", metavar="文件.json", type=click.Path(path_type=Path))
@json_option
@click.pass_context
def apply(context: click.Context, source: Path, *, as_json: bool) -> None:
    """File an application."""
    from djflow.assembly import open_house, relief  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.cases.model import STATE_WORDS  # noqa: PLC0415 - the help needs none of it

    done = relief.apply_file(open_house(home_of(context)), source, by=_BY)
    if done.missing:
        progress(f"还缺材料：{'、'.join(done.missing)}。已留作草稿，补齐后再提交。")
    if done.unpayable:
        progress(f"拨付前还要补上：{'、'.join(done.unpayable)}（更新人员登记即可）。")
    case = done.case
    value = {"id": case.id, "number": case.number, "state": case.state.value}
    answer(value, as_json=as_json, text=f"{case.number}：{STATE_WORDS[case.state]}。")


@click.command("show", help="显示一件申请的全部经过（不含姓名、账号、困难情况）；可写编号或内部标识。")
@click.argument("case", metavar="编号")
@json_option
@click.pass_context
def show(context: click.Context, case: str, *, as_json: bool) -> None:
    """Show a case."""
    from djflow.assembly import case_view, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    answer(case_view.show(house, case), as_json=as_json, text=lambda: "\n".join(case_view.told(house, case)))


@click.command("crosscheck", help="导入一个部门的核对结果：整张表要么全部导入，要么一行也不导入。")
@click.argument("department", metavar="部门")
@click.argument("source", metavar="文件.xlsx", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查，不保存。")
@json_option
@click.pass_context
def crosscheck(context: click.Context, department: str, source: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import a department's answers."""
    from dataclasses import asdict  # noqa: PLC0415 - only here

    from djflow.assembly import open_house, relief  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    report = relief.import_crosscheck(house, source, department, by=_BY, dry_run=dry_run)
    lines = [f"第 {one.row} 行“{one.column}”：{one.message}" for one in report.rejected]
    head = f"有 {len(lines)} 处要改，整张表没有导入：" if lines else f"{report.rows} 行，登记 {report.created} 件。"
    answer(asdict(report), as_json=as_json, text="\n".join([head, *lines]))
    if report.rejected:
        context.exit(1)


@click.command("payee", help="按人员登记更新一件申请的收款账号和开户行（银行退回过，或缺开户行时用）。")
@click.argument("case", metavar="编号")
@json_option
@click.pass_context
def payee(context: click.Context, case: str, *, as_json: bool) -> None:
    """Take account and bank anew from the person's record."""
    from djflow.assembly import open_house, relief  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.cases.model import STATE_WORDS  # noqa: PLC0415 - the help needs none of it

    done = relief.renew_payee(open_house(home_of(context)), case, by=_BY)
    value = {"id": done.id, "number": done.number, "state": done.state.value}
    answer(value, as_json=as_json, text=f"{done.number}：收款账户已按人员登记更新，{STATE_WORDS[done.state]}。")


COMMANDS = (apply, show, crosscheck, payee)
