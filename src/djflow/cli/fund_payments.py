"""`djflow fund batch`: make, check, export, send a payment batch, take the bank's answer, close it.

Everybody acts under his own account: two persons on one terminal are two passwords. Answers hold keys and counts,
neither names nor accounts nor sums.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option
from djflow.cli.fund_entering import Said, by_clerk
from djflow.cli.fund_rulings import COMMANDS as RULING_COMMANDS
from djflow.core.spans import DateSpan, Month

if TYPE_CHECKING:
    from djflow.assembly import House
    from djflow.fund.payment.model import AnswerOutcome, Clerk, PaymentBatch


_number = click.argument("number", metavar="批次号")
_folder = click.option(
    "--to", "folder", metavar="目录", type=click.Path(path_type=Path), default=Path(), help="文件写到哪个目录。"
)


@click.group("batch", help="付款批次：编制、复核、导出、送银行、导入回单、结清。")
def batch() -> None:
    """Group of batch commands."""


def _value(found: "PaymentBatch") -> dict[str, str | int]:
    return {"number": found.number, "state": found.state.value, "count": found.count, "sha256": found.sha256}


@batch.command("make", help="把全部待拨付的款项编成一批，等另一岗位的人复核。")
@click.option("--layout", metavar="格式", default="", help="银行格式的代号；缺省用 payments.toml 里的 default。")
@click.option("--reason", metavar="理由", default="", help="同一账号或领款人在一批里不止一笔时必须写。")
@by_clerk
def make(house: "House", clerk: "Clerk", layout: str, reason: str) -> Said:
    """Make a draft batch."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    made = fund_payments.make(house, layout, reason, by=clerk)
    return _value(made), f"批次 {made.number} 已编好，共 {made.count} 笔，等另一岗位的人复核。"


@batch.command("check", help="复核一批：须是另一个人、另一岗位，且没有参与审批。")
@_number
@by_clerk
def check(house: "House", clerk: "Clerk", number: str) -> Said:
    """Check a batch."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    done = fund_payments.check(house, number, by=clerk)
    return _value(done), f"批次 {done.number} 已复核，可以导出银行文件。"


@batch.command("cancel", help="取消还没有导出文件的批次，其中的款项回到待拨付。")
@_number
@by_clerk
def cancel(house: "House", clerk: "Clerk", number: str) -> Said:
    """Dissolve a batch."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    done = fund_payments.cancel(house, number, by=clerk)
    return _value(done), f"批次 {done.number} 已取消，款项回到待拨付。"


@batch.command("export", help="导出银行文件；导出后文件不再变，再导出得到同一份。")
@_number
@_folder
@by_clerk
def export(house: "House", clerk: "Clerk", number: str, folder: Path) -> Said:
    """Freeze and write the bank file."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    done, target = fund_payments.export(house, number, folder, by=clerk)
    text = f"银行文件：{target}\n校验值（SHA-256）：{done.sha256}\n送出后请运行 djflow fund batch send {done.number}。"
    return {**_value(done), "file": str(target)}, text


@batch.command("send", help="登记银行文件已送出；此后不能撤回，等回单。")
@_number
@by_clerk
def send(house: "House", clerk: "Clerk", number: str) -> Said:
    """Note that the file went to the bank."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    done = fund_payments.send(house, number, by=clerk)
    return _value(done), f"批次 {done.number} 已登记送银行，等回单。"


@batch.command("import-return", help="导入银行回单；同一文件重复导入不会重复入账。")
@_number
@click.argument("source", metavar="回单文件", type=click.Path(path_type=Path))
@by_clerk
def import_return(house: "House", clerk: "Clerk", number: str, source: Path) -> Said:
    """Take the bank's answer."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.payment.rules import DOUBT_WORDS  # noqa: PLC0415 - the help needs none of it
    from djflow.fund.payment.statement import reason_words  # noqa: PLC0415 - the help needs none of it

    found = fund_payments.import_answer(house, number, source, by=clerk)
    reasons = fund_payments.bank_words(house)
    if found.already:
        return _outcome(found), "这个回单已经导入过，没有再入账。"
    lines = [f"到账 {len(found.matched)} 笔，失败 {len(found.rejected)} 笔，存疑 {len(found.unknown)} 行。"]
    lines += [f"  失败 {one.line_key} {reason_words(one.bank_code, reasons)}" for one in found.rejected]
    lines += [f"  存疑 第 {one.row} 行 {one.key} {DOUBT_WORDS[one.doubt]}" for one in found.unknown]
    lines += [f"  没有答复 {key}" for key in found.missing]
    return _outcome(found), "\n".join(lines)


def _outcome(found: "AnswerOutcome") -> dict[str, object]:
    return {
        "already": found.already,
        "matched": [one.line_key for one in found.matched],
        "rejected": [{"key": one.line_key, "code": one.bank_code} for one in found.rejected],
        "unknown": [{"row": one.row, "key": one.key, "doubt": one.doubt.value} for one in found.unknown],
        "repeated": list(found.repeated),
        "missing": list(found.missing),
    }


@batch.command("close", help="结清一批：还有存疑或没有答复的，不能结清。")
@_number
@by_clerk
def close(house: "House", clerk: "Clerk", number: str) -> Said:
    """Close a batch."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    done = fund_payments.close(house, number, by=clerk)
    return _value(done), f"批次 {done.number} 已结清。"


@batch.command("list", help="列出没有结清的批次（不含金额）。")
@json_option
@click.pass_context
def list_batches(context: click.Context, *, as_json: bool) -> None:
    """List open batches."""
    from djflow.assembly import fund_payments, open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.payment.rules import BATCH_WORDS  # noqa: PLC0415 - the help needs none of it

    found = fund_payments.listing(open_house(home_of(context)))
    lines = [f"{one.number}\t{BATCH_WORDS[one.state]}\t{one.count} 笔" for one in found]
    answer([_value(one) for one in found], as_json=as_json, text="\n".join(lines) or "没有未结清的批次。")


@click.command("payments", help="某月拨付明细（Excel，姓名、账号已隐去）。")
@click.argument("month", metavar="月份")
@_folder
@by_clerk
def payments(house: "House", clerk: "Clerk", month: str, folder: Path) -> Said:
    """Write a month's statement."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    target = fund_payments.write_statement(house, Month.parse(month), folder, by=clerk)
    return {"file": str(target)}, f"已写出：{target}"


@click.command("audit-export", help="一段时间的拨付审计资料（Excel，姓名、账号已隐去），不论结果。")
@click.option("--first", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="第一天。")
@click.option("--last", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="最后一天（含）。")
@_folder
@by_clerk
def audit_export(house: "House", clerk: "Clerk", first: datetime, last: datetime, folder: Path) -> Said:
    """Write everything about payments of a span for the audit."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    target = fund_payments.write_audit(house, DateSpan(first.date(), last.date()), folder, by=clerk)
    return {"file": str(target)}, f"已写出：{target}"


COMMANDS = (batch, payments, audit_export, *RULING_COMMANDS)
