"""`djflow fund donation`: pledge, receive, receipt, certificate, thank, refund, withdraw, list."""

from pathlib import Path

import click

from djflow.cli.frame import answer, home_of, json_option, say
from djflow.core.errors import InputError
from djflow.core.money import fen_of, yuan
from djflow.fund.donations.model import STATE_LABELS, Donation, Donor, DonorKind, Pledge

_BY = "cli"
_NUMBER = click.argument("number", metavar="捐款编号")
_RECORDED = click.option("--recorded-by", required=True, metavar="账号", help="登记的财务人员的账号。")
_CONFIRMED = click.option("--confirmed-by", required=True, metavar="账号", help="复核的出纳的账号。")


@click.group("donation", help="捐款：认捐、到账、收据、证书、致谢、退还。")
def donation() -> None:
    """Group of donation commands."""


def _show(done: Donation, *, as_json: bool) -> None:
    value = {
        "id": done.id,
        "number": done.number,
        "state": done.state.value,
        "amount_fen": done.amount_fen,
        "account": done.account or "",
        "receipt": done.receipt_number,
    }
    text = f"捐款 {done.number}：{yuan(done.amount_fen)} 元，{STATE_LABELS[done.state]}。"
    answer(value, as_json=as_json, text=text)


@donation.command("list", help="列出捐款，新的在前；个人不列姓名。")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List donations."""
    from djflow.assembly import gifts, open_house  # noqa: PLC0415 - loads SQLAlchemy

    rows = gifts.rows(open_house(home_of(context)))
    lines = "\n".join("  ".join(value for value in row.values() if value) for row in rows)
    answer([dict(row) for row in rows], as_json=as_json, text=lines or "还没有捐款。")


@donation.command("pledge", help="登记一笔认捐。")
@click.option("--unit", default="", metavar="名称", help="捐赠单位。")
@click.option("--person", default="", metavar="姓名", help="捐赠人（姓名加密保存）。")
@click.option("--anonymous", is_flag=True, help="不公开捐赠人。")
@click.option("--amount", required=True, metavar="元", help="金额，如 8000。")
@click.option("--purpose", default="", metavar="用途", help="捐赠人指定的专项用途；没有就不写。")
@click.option("--category", "categories", multiple=True, metavar="类别", help="专项只用于哪类帮扶，可写几次。")
@click.option("--key", default="", metavar="编号", help="这一笔的编号，同一编号只登记一次；不写就新编一个。")
@json_option
@click.pass_context
def pledge(  # noqa: PLR0913 - a command's options
    context: click.Context,
    *,
    unit: str,
    person: str,
    anonymous: bool,
    amount: str,
    purpose: str,
    categories: tuple[str, ...],
    key: str,
    as_json: bool,
) -> None:
    """Write a pledge down."""
    from djflow.assembly import gifts, open_house, treasury  # noqa: PLC0415 - loads SQLAlchemy

    if bool(unit) == bool(person):
        raise InputError("捐赠单位（--unit）和捐赠人（--person）请写一个，只写一个。", code="donation.donor")
    house = open_house(home_of(context))
    donor = Donor(DonorKind.UNIT if unit else DonorKind.PERSON, unit or person, anonymous)
    wanted = Pledge(key or treasury.new_key(house), donor, fen_of(amount), purpose, frozenset(categories))
    _show(gifts.pledge(house, wanted, by=_BY), as_json=as_json)


@donation.command("receive", help="认捐的钱到账：财务人员登记，出纳复核，两个人。")
@_NUMBER
@_RECORDED
@_CONFIRMED
@click.option("--voucher", default="", metavar="凭证号", help="银行回单的编号。")
@json_option
@click.pass_context
def receive(
    context: click.Context, number: str, recorded_by: str, confirmed_by: str, voucher: str, *, as_json: bool
) -> None:
    """Book a donation that arrived."""
    from djflow.assembly import gifts, open_house, treasury  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    hands = treasury.TwoPersons(recorded_by, confirmed_by)
    _show(gifts.receive(house, gifts.find(house, number).id, hands, voucher=voucher), as_json=as_json)


@donation.command("receipt", help="开收据（已开的再打印一次）；--certificate 打印荣誉证书。")
@_NUMBER
@click.option("--certificate", is_flag=True, help="打印荣誉证书。")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="文件",
    help="写进文件：.pdf 是可以盖章的正式文书，其他是文字；不写就显示文字。",
)
@click.pass_context
def receipt(context: click.Context, number: str, out: Path | None, *, certificate: bool) -> None:
    """Issue the receipt when there is none, and print it or the certificate."""
    from djflow.assembly import gift_papers, gifts, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    if not certificate:
        gifts.issue_receipt(house, gifts.find(house, number).id, by=_BY)
    if out is not None and out.suffix.lower() == ".pdf":
        paper_of = gift_papers.certificate_paper if certificate else gift_papers.receipt_paper
        out.write_bytes(paper_of(house, number, by=_BY))
        say(f"已写入 {out}。")
        return
    paper = gifts.certificate_text(house, number) if certificate else gifts.receipt_text(house, number)
    if out is None:
        say(paper)
        return
    out.write_text(paper + "\n", encoding="utf-8")
    say(f"已写入 {out}。")


@donation.command("thank", help="致谢：在册的捐赠人发一条通知，其他的请当面或写信。")
@_NUMBER
@json_option
@click.pass_context
def thank(context: click.Context, number: str, *, as_json: bool) -> None:
    """Thank the donor."""
    from djflow.assembly import gifts, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    _show(gifts.thank(house, gifts.find(house, number).id, by=_BY), as_json=as_json)


@donation.command("refund", help="退还一笔捐款：财务人员登记，出纳复核；收据作废，编号保留。")
@_NUMBER
@_RECORDED
@_CONFIRMED
@json_option
@click.pass_context
def refund(context: click.Context, number: str, recorded_by: str, confirmed_by: str, *, as_json: bool) -> None:
    """Give a donation back."""
    from djflow.assembly import gifts, open_house, treasury  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    hands = treasury.TwoPersons(recorded_by, confirmed_by)
    _show(gifts.refund(house, gifts.find(house, number).id, hands), as_json=as_json)


@donation.command("withdraw", help="认捐没有兑现，撤回。")
@_NUMBER
@json_option
@click.pass_context
def withdraw(context: click.Context, number: str, *, as_json: bool) -> None:
    """Withdraw a pledge."""
    from djflow.assembly import gifts, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    _show(gifts.withdraw(house, gifts.find(house, number).id, by=_BY), as_json=as_json)
