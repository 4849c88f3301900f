"""`djflow chain`: what a case would meet, with names and dates."""

from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from djflow.assembly.approvals import Expected


@click.group(short_help="审批流程：一件事要走哪些步骤")
def chain() -> None:
    """审批流程：一件事要走哪些步骤、谁批、哪天到期。."""


@chain.command("explain", short_help="按金额和支部列出步骤、审批人和期限")
@click.option("--kind", required=True, metavar="种类", help="事项种类，如 fund.application。")
@click.option("--amount", required=True, metavar="元", help="金额（元），如 5000 或 2000.01。")
@click.option("--branch", "branch_code", default="", metavar="编号", help="支部编号；写了才知道支部和镇街由谁批。")
@json_option
@click.pass_context
def explain_command(context: click.Context, *, kind: str, amount: str, branch_code: str, as_json: bool) -> None:
    """按金额和支部列出一件事要走的步骤、审批人和期限（从现在报起、每步都用满期限）。."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly.approvals import explain  # noqa: PLC0415 - the same

    house = open_house(home_of(context))
    try:
        steps = explain(house, kind, amount, branch_code)
    finally:
        house.database.engine.dispose()
    answer([one.as_json() for one in steps], as_json=as_json, text=lambda: listing(steps))


def listing(steps: "Iterable[Expected]") -> str:
    """Return the steps as lines for people."""
    from djflow.approvals.chains.model import StepKind  # noqa: PLC0415 - as above
    from djflow.approvals.labels import QUORUM_LABELS, STEP_LABELS  # noqa: PLC0415 - as above

    lines = []
    for number, one in enumerate(steps, start=1):
        way = QUORUM_LABELS[one.step.quorum.kind] if one.step.kind is StepKind.APPROVE else STEP_LABELS[one.step.kind]
        due = f"，{one.deadline_on} 前" if one.deadline_on else ""
        who = "、".join(one.approvers) or "经办部门"
        lines.append(f"{number}. {one.step.name}（{way}）：{who}{due}")
        if one.blocked:
            lines.append(f"   ！ {one.blocked}")
    return "\n".join(lines)
