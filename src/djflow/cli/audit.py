"""`djflow audit`: prove the record of changes."""

import click

from djflow.cli.frame import answer, home_of, json_option
from djflow.core.errors import IntegrityError


@click.group("audit", help="操作记录：核对记录链。")
def audit() -> None:
    """Group of record commands."""


@audit.command("verify", help="从头核对全部操作记录，说明是否完整。")
@json_option
@click.pass_context
def verify(context: click.Context, *, as_json: bool) -> None:
    """Walk the whole record and say whether it is intact."""
    from djflow.assembly import open_house, upkeep  # noqa: PLC0415 - loads SQLAlchemy

    report = upkeep.verify_audit(open_house(home_of(context)))
    if not report.intact:
        raise IntegrityError(
            f"操作记录从第{report.broken_at}条起核对不上：有人绕过系统改动过数据库。请停止操作，从备份核对并报告管理员。",
            code="audit_broken",
        )
    value = {"entries": report.entries, "intact": True, "head": report.head}
    answer(value, as_json=as_json, text=f"操作记录共 {report.entries} 条，全部核对无误。记录链末端：{report.head}")
