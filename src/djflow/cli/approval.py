"""`djflow approval`: a new link for whoever an application waits for, and what came of 不是我."""

import click

from djflow.cli.frame import answer, home_of, json_option

_BY = "cli"


@click.group(short_help="审批：重新发链接、核实“不是我办的”")
def approval() -> None:
    """审批：给审批人重新发链接，核实“不是我办的”的报告。."""


@approval.command("link", help="给一件申请正等着的审批人重新发链接，原来的作废（锁定、丢失时用，先核实是本人）。")
@click.argument("case", metavar="编号")
@json_option
@click.pass_context
def link(context: click.Context, case: str, *, as_json: bool) -> None:
    """Send new links."""
    from djflow.assembly import approval_acts, open_house  # noqa: PLC0415 - loads SQLAlchemy

    count = approval_acts.send_links(open_house(home_of(context)), case, by=_BY)
    answer({"sent": count}, as_json=as_json, text=f"已给 {count} 位审批人重新发链接，原来的链接作废。")


@approval.command("denials", help="列出还没有核实的“不是我办的”报告。")
@json_option
@click.pass_context
def denials(context: click.Context, *, as_json: bool) -> None:
    """List what the office has still to look into."""
    from djflow.assembly import approval_acts, open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.core.clock import civil_datetime  # noqa: PLC0415 - only here

    found = approval_acts.open_denials(open_house(home_of(context)))
    values = [{"id": one.id, "case": one.case_id, "task": one.task_id, "at": one.at.isoformat()} for one in found]
    lines = [f"{one.id}  {civil_datetime(one.at):%Y-%m-%d %H:%M}  审批事项 {one.case_id}" for one in found]
    answer(values, as_json=as_json, text="\n".join(lines) or "没有待核实的报告。")


@approval.command("settle", help="登记一份“不是我办的”报告的核实结果：是本人办的就继续办，不是就重新审批。")
@click.argument("denial", metavar="报告")
@click.option("--note", required=True, metavar="情况", help="核实的情况，加密保存。")
@click.option(
    "--finding", required=True, type=click.Choice(["stands", "falls"]), help="stands 是本人办的，falls 不是。"
)
@json_option
@click.pass_context
def settle(context: click.Context, denial: str, *, note: str, finding: str, as_json: bool) -> None:
    """Note what the office found."""
    from djflow.approvals.model import DenialId  # noqa: PLC0415 - only here
    from djflow.assembly import approval_acts, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house, stands = open_house(home_of(context)), finding == "stands"
    done = approval_acts.settle_denial(house, DenialId(denial), note, stands=stands, by=_BY)
    text = "已登记：审批有效，继续办理。" if stands else "已登记：原来的审批作废，重新审批。"
    answer({"id": done.id, "stands": stands}, as_json=as_json, text=text)
