"""`djflow fund batch`: make, check, export, send a payment batch, take the bank's answer, close it.

Everybody acts under his own account: two persons on one terminal are two passwords. Answers hold keys and counts,
neither names nor accounts nor sums.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option
from djflow.cli.fund_entering import entered, login_option
from djflow.cli.fund_rulings import COMMANDS as RULING_COMMANDS
from djflow.core.spans import Month

if TYPE_CHECKING:
    from djflow.fund.payment.model import AnswerOutcome, PaymentBatch


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
@login_option
@json_option
@click.pass_context
def make(context: click.Context, layout: str, reason: str, login: str, *, as_json: bool) -> None:
    """Make a draft batch."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    house, clerk = entered(context, login)
    made = fund_payments.make(house, layout, reason, by=clerk)
    answer(_value(made), as_json=as_json, text=f"批次 {made.number} 已编好，共 {made.count} 笔，等另一岗位的人复核。")


@batch.command("check", help="复核一批：须是另一个人、另一岗位，且没有参与审批。")
@_number
@login_option
@json_option
@click.pass_context
def check(context: click.Context, number: str, login: str, *, as_json: bool) -> None:
    """Check a batch."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    house, clerk = entered(context, login)
    done = fund_payments.check(house, number, by=clerk)
    answer(_value(done), as_json=as_json, text=f"批次 {done.number} 已复核，可以导出银行文件。")


@batch.command("cancel", help="取消还没有导出文件的批次，其中的款项回到待拨付。")
@_number
@login_option
@json_option
@click.pass_context
def cancel(context: click.Context, number: str, login: str, *, as_json: bool) -> None:
    """Dissolve a batch."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    house, clerk = entered(context, login)
    done = fund_payments.cancel(house, number, by=clerk)
    answer(_value(done), as_json=as_json, text=f"批次 {done.number} 已取消，款项回到待拨付。")


@batch.command("export", help="导出银行文件；导出后文件不再变，再导出得到同一份。")
@_number
@_folder
@login_option
@json_option
@click.pass_context
def export(context: click.Context, number: str, folder: Path, login: str, *, as_json: bool) -> None:
    """Freeze and write the bank file."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    house, clerk = entered(context, login)
    done, target = fund_payments.export(house, number, folder, by=clerk)
    text = f"银行文件：{target}\n校验值（SHA-256）：{done.sha256}\n送出后请运行 djflow fund batch send {done.number}。"
    answer({**_value(done), "file": str(target)}, as_json=as_json, text=text)


@batch.command("send", help="登记银行文件已送出；此后不能撤回，等回单。")
@_number
@login_option
@json_option
@click.pass_context
def send(context: click.Context, number: str, login: str, *, as_json: bool) -> None:
    """Note that the file went to the bank."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    house, clerk = entered(context, login)
    done = fund_payments.send(house, number, by=clerk)
    answer(_value(done), as_json=as_json, text=f"批次 {done.number} 已登记送银行，等回单。")


@batch.command("import-return", help="导入银行回单；同一文件重复导入不会重复入账。")
@_number
@click.argument("source", metavar="回单文件", type=click.Path(path_type=Path))
@login_option
@json_option
@click.pass_context
def import_return(context: click.Context, number: str, source: Path, login: str, *, as_json: bool) -> None:
    """Take the bank's answer."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.payment.rules import DOUBT_WORDS  # noqa: PLC0415
    from djflow.fund.payment.statement import reason_words  # noqa: PLC0415

    house, clerk = entered(context, login)
    found = fund_payments.import_answer(house, number, source, by=clerk)
    reasons = {code: words for one in house.settings.payments.layouts for code, words in one.reasons.items()}

    def text() -> str:
        if found.already:
            return "这个回单已经导入过，没有再入账。"
        lines = [f"到账 {len(found.matched)} 笔，失败 {len(found.rejected)} 笔，存疑 {len(found.unknown)} 行。"]
        lines += [f"  失败 {one.line_key} {reason_words(one.bank_code, reasons)}" for one in found.rejected]
        lines += [f"  存疑 第 {one.row} 行 {one.key} {DOUBT_WORDS[one.doubt]}" for one in found.unknown]
        lines += [f"  没有答复 {key}" for key in found.missing]
        return "\n".join(lines)

    answer(_outcome(found), as_json=as_json, text=text)


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
@login_option
@json_option
@click.pass_context
def close(context: click.Context, number: str, login: str, *, as_json: bool) -> None:
    """Close a batch."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    house, clerk = entered(context, login)
    done = fund_payments.close(house, number, by=clerk)
    answer(_value(done), as_json=as_json, text=f"批次 {done.number} 已结清。")


@batch.command("list", help="列出没有结清的批次（不含金额）。")
@json_option
@click.pass_context
def list_batches(context: click.Context, *, as_json: bool) -> None:
    """List open batches."""
    from djflow.assembly import fund_payments, open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.payment.rules import BATCH_WORDS  # noqa: PLC0415

    found = fund_payments.listing(open_house(home_of(context)))
    lines = [f"{one.number}\t{BATCH_WORDS[one.state]}\t{one.count} 笔" for one in found]
    answer([_value(one) for one in found], as_json=as_json, text="\n".join(lines) or "没有未结清的批次。")


@click.command("payments", help="某月拨付明细（Excel，姓名、账号已隐去）。")
@click.argument("month", metavar="月份")
@_folder
@login_option
@json_option
@click.pass_context
def payments(context: click.Context, month: str, folder: Path, login: str, *, as_json: bool) -> None:
    """Write a month's statement."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy

    house, clerk = entered(context, login)
    target = fund_payments.write_statement(house, Month.parse(month), folder, by=clerk)
    answer({"file": str(target)}, as_json=as_json, text=f"已写出：{target}")


COMMANDS = (batch, payments, *RULING_COMMANDS)
