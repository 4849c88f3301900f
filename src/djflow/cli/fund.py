"""`djflow fund`: the fund's books. Other commands of the fund join this group from modules of their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click

from djflow.cli import fund_cases, fund_festival, fund_payments
from djflow.cli.frame import answer, home_of, json_option
from djflow.cli.fund_donations import donation
from djflow.core.errors import IntegrityError
from djflow.core.money import fen_of, yuan


@click.group("fund", help="温暖基金：申请、查看、账册、入账、捐款、拨付。")
def fund() -> None:
    """Group of fund commands."""


for _command in (donation, fund_festival.festival, *fund_cases.COMMANDS, *fund_payments.COMMANDS):
    fund.add_command(_command)


@fund.command("ledger", help="列出各账户的收入、预留、已支出。")
@json_option
@click.pass_context
def ledger(context: click.Context, *, as_json: bool) -> None:
    """List the accounts."""
    from djflow.assembly import open_house, treasury  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    value = [
        {
            "account": one.account.code,
            "source": one.account.source.value,
            "name": one.account.name,
            "categories": sorted(one.account.categories),
            "income_fen": one.income_fen,
            "reserved_fen": one.reserved_fen,
            "spent_fen": one.spent_fen,
        }
        for one in treasury.balances(house)
    ]
    answer(value, as_json=as_json, text=lambda: _table(treasury.balance_rows(house)))


@fund.command("verify", help="从头核对账册：借贷、逐笔重算、链条。")
@click.option("--anchor", default="", metavar="校验码", help="再核对一个以前留存的校验码还在不在账册里。")
@json_option
@click.pass_context
def verify(context: click.Context, anchor: str, *, as_json: bool) -> None:
    """Prove the books; exit 1 when they do not hold."""
    from djflow.assembly import open_house, treasury  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    if anchor:
        treasury.check_anchor(house, anchor)
    found = treasury.verify(house)
    value = {
        "balanced": found.balanced,
        "rederived_equal": found.rederived_equal,
        "chain_ok": found.chain_ok,
        "head": found.head.hash,
    }
    if not found.intact and not as_json:
        raise IntegrityError(treasury.broken_sentence(found), code="ledger.broken")
    answer(value, as_json=as_json, text=f"账册共 {found.head.seq} 笔，全部核对无误。校验码：{found.head.hash}")
    if not found.intact:
        click.echo(treasury.broken_sentence(found), err=True)
        context.exit(1)


@fund.command("receive", help="登记一笔到账：财务人员登记，出纳复核，两个人。")
@click.option("--account", required=True, metavar="账户", help="fiscal、dues、raised、donated 或专项账户的编号。")
@click.option("--amount", required=True, metavar="元", help="金额，如 30000 或 30000.50。")
@click.option("--recorded-by", required=True, metavar="账号", help="登记的财务人员的账号。")
@click.option("--confirmed-by", required=True, metavar="账号", help="复核的出纳的账号。")
@click.option("--voucher", default="", metavar="凭证号", help="银行回单或拨款文件的编号。")
@click.option("--booked-on", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="到账日期；不写就是今天。")
@click.option("--key", default="", metavar="编号", help="这一笔的编号，同一编号只记一次；不写就新编一个。")
@json_option
@click.pass_context
def receive(  # noqa: PLR0913 - a command's options
    context: click.Context,
    *,
    account: str,
    amount: str,
    recorded_by: str,
    confirmed_by: str,
    voucher: str,
    booked_on: datetime | None,
    key: str,
    as_json: bool,
) -> None:
    """Book money that arrived."""
    from djflow.assembly import open_house, treasury  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    on = booked_on.date() if booked_on else None
    incoming = treasury.incoming(house, account, fen_of(amount), voucher=voucher, booked_on=on, key=key)
    hands = treasury.TwoPersons(recorded_by, confirmed_by)
    done = treasury.receive(house, incoming, hands)
    value = {"id": done.id, "seq": done.seq, "account": done.account, "amount_fen": done.amount_fen, "key": done.key}
    text = f"已入账：{done.account}，{yuan(done.amount_fen)} 元，第 {done.seq} 笔。"
    answer(value, as_json=as_json, text=text)


@fund.command("statement", help="一个账户一段时间的明细。")
@click.argument("account", metavar="账户")
@click.option("--first", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="第一天。")
@click.option("--last", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="最后一天（含）。")
@json_option
@click.pass_context
def statement(context: click.Context, account: str, first: datetime, last: datetime, *, as_json: bool) -> None:
    """Show an account's bookings."""
    from djflow.assembly import open_house, treasury  # noqa: PLC0415 - loads SQLAlchemy

    found = treasury.statement(open_house(home_of(context)), account, first.date(), last.date())
    lines = [
        {
            "seq": line.transfer.seq,
            "booked_on": line.transfer.booked_on.isoformat(),
            "kind": line.transfer.kind.value,
            "amount_fen": line.transfer.amount_fen,
            "available_fen": line.available_fen,
            "about": str(line.transfer.subject),
        }
        for line in found.lines
    ]
    value = {
        "account": account,
        "opening_fen": found.opening.available_fen,
        "lines": lines,
        "closing_fen": found.closing.available_fen,
    }
    answer(value, as_json=as_json, text=lambda: _table(treasury.statement_rows(found)))


@fund.command("year-end", help="年终结账：财务人员结账，出纳复核。")
@click.argument("year", type=click.IntRange(2000, 2200), metavar="年份")
@click.option("--recorded-by", required=True, metavar="账号", help="结账的财务人员的账号。")
@click.option("--confirmed-by", required=True, metavar="账号", help="复核的出纳的账号。")
@json_option
@click.pass_context
def year_end(context: click.Context, year: int, recorded_by: str, confirmed_by: str, *, as_json: bool) -> None:
    """Close a year."""
    from djflow.assembly import open_house, treasury  # noqa: PLC0415 - loads SQLAlchemy

    hands = treasury.TwoPersons(recorded_by, confirmed_by)
    lines = treasury.year_end(open_house(home_of(context)), year, hands)
    value = [
        {
            "account": line.account,
            "opening_fen": line.opening_fen,
            "income_fen": line.income_fen,
            "spent_fen": line.spent_fen,
            "reserved_fen": line.reserved_fen,
            "closing_fen": line.closing_fen,
        }
        for line in lines
    ]
    total = sum(line.closing_fen for line in lines)
    answer(value, as_json=as_json, text=f"{year}年已结账，结转下年 {yuan(total)} 元。")


@fund.command("export", help="把全部账目导出为 beancount 文件，可用它的 bean-check 独立核对。")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="文件", help="写到哪个文件。"
)
@json_option
@click.pass_context
def export(context: click.Context, out: Path, *, as_json: bool) -> None:
    """Export the books."""
    from djflow.assembly import open_house, treasury  # noqa: PLC0415 - loads SQLAlchemy

    books = treasury.export(open_house(home_of(context)))
    out.write_text(books, encoding="utf-8")
    answer({"file": str(out)}, as_json=as_json, text=f"账目已导出到 {out}。")


def _table(rows: Sequence[Mapping[str, str]]) -> str:
    return "\n".join("  ".join(f"{name} {value}" for name, value in row.items()) for row in rows)
