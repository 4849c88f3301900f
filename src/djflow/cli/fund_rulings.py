"""`djflow fund ruling` and `djflow fund correct`: what two persons settle when the bank's answer leaves it open.

Names and accounts are asked for, never given on the command line, where the shell would remember them.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option
from djflow.cli.fund_entering import Said, by_clerk
from djflow.core.errors import InputError
from djflow.core.money import fen_of

if TYPE_CHECKING:
    from djflow.assembly import House
    from djflow.fund.payment.model import Clerk

_KINDS = ("paid", "failed", "refunded", "dismissed")
_evidence = click.option(
    "--evidence",
    metavar="文件",
    type=click.Path(path_type=Path),
    required=True,
    help="依据的扫描件；记下它的校验值。",
)
_ruling_id = click.argument("ruling_id", metavar="认定编号")


def _digest(evidence: Path) -> str:
    try:
        return hashlib.sha256(evidence.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"读不了依据文件 {evidence}：请核对路径和权限。") from error


@click.group("ruling", help="两人认定：存疑的付款、无关的回单行、收到的退款。")
def ruling() -> None:
    """Group of ruling commands."""


@ruling.command("doubts", help="列出一批里等两人核实的回单行。")
@click.argument("number", metavar="批次号")
@json_option
@click.pass_context
def doubts(context: click.Context, number: str, *, as_json: bool) -> None:
    """List rows that wait."""
    from djflow.assembly import fund_payments, open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.payment.rules import DOUBT_WORDS  # noqa: PLC0415 - the help needs none of it

    found = fund_payments.doubts(open_house(home_of(context)), number)
    rows = [{"id": one.id, "row": one.row, "key": one.key, "doubt": one.doubt.value} for one in found]
    lines = [f"{one.id}\t第 {one.row} 行\t{one.key}\t{DOUBT_WORDS[one.doubt]}" for one in found]
    answer(rows, as_json=as_json, text="\n".join(lines) or "没有等待核实的回单行。")


@ruling.command("list", help="列出等另一个人复核的认定。")
@json_option
@click.pass_context
def list_rulings(context: click.Context, *, as_json: bool) -> None:
    """List rulings that wait for the second person."""
    from djflow.assembly import fund_payments, open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.payment.rules import GROUND_WORDS, RULING_WORDS  # noqa: PLC0415 - the help needs none of it

    found = fund_payments.waiting(open_house(home_of(context)))
    rows = [{"id": one.id, "kind": one.kind.value, "ground": one.ground.value, "key": key} for one, key in found]
    lines = [f"{one.id}\t{key or '回单行'}\t{RULING_WORDS[one.kind]}\t{GROUND_WORDS[one.ground]}" for one, key in found]
    answer(rows, as_json=as_json, text="\n".join(lines) or "没有等待复核的认定。")


@ruling.command(
    "propose", help="第一人提出认定：paid 已到账、failed 未到账、refunded 已收到退款、dismissed 回单行不予采信。"
)
@click.argument("kind", metavar="认定", type=click.Choice(_KINDS))
@click.argument("about", metavar="流水号或回单行编号")
@click.option("--ground", metavar="依据", required=True, help="依据的代号，如 bank_letter；写错时会列出可选的。")
@_evidence
@by_clerk
def propose(house: "House", clerk: "Clerk", kind: str, about: str, ground: str, evidence: Path) -> Said:
    """Propose a ruling; for a refund the sum received is asked for."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.payment.model import AnswerLineId, Proposal, RulingKind  # noqa: PLC0415 - the help needs none of it
    from djflow.fund.payment.rules import ground_named  # noqa: PLC0415 - the help needs none of it

    chosen, rests_on = RulingKind(kind), ground_named(ground)
    digest = _digest(evidence)
    if chosen is RulingKind.DISMISSED:
        proposal = Proposal(chosen, rests_on, digest, line=AnswerLineId(about))
    else:
        received = fen_of(click.prompt("收到退款（元）", err=True)) if chosen is RulingKind.REFUNDED else 0
        order = fund_payments.about(house, about).id
        proposal = Proposal(chosen, rests_on, digest, order=order, received_fen=received)
    made = fund_payments.propose(house, proposal, by=clerk)
    return {"id": made.id, "state": made.state.value}, f"已提出，等另一个人复核：{made.id}"


@ruling.command("confirm", help="第二人复核认定：须是另一个人。")
@_ruling_id
@by_clerk
def confirm(house: "House", clerk: "Clerk", ruling_id: str) -> Said:
    """Confirm a ruling."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.payment.model import RulingId  # noqa: PLC0415 - the help needs none of it

    outcome = fund_payments.confirm(house, RulingId(ruling_id), by=clerk)
    value = {"key": outcome.line_key if outcome else "", "verdict": outcome.verdict.value if outcome else "dismissed"}
    return value, "已复核，结果已记入。"


@ruling.command("refuse", help="退回一项认定，不作处理。")
@_ruling_id
@by_clerk
def refuse(house: "House", clerk: "Clerk", ruling_id: str) -> Said:
    """Send a ruling back."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.payment.model import RulingId  # noqa: PLC0415 - the help needs none of it

    fund_payments.refuse(house, RulingId(ruling_id), by=clerk)
    return {"id": ruling_id, "state": "refused"}, "已退回，可以重新提出。"


@click.command("correct", help="更正一笔失败付款的账号（须是制单人以外的人，附依据），重新等待拨付。")
@click.argument("line_key", metavar="流水号")
@_evidence
@by_clerk
def correct(house: "House", clerk: "Clerk", line_key: str, evidence: Path) -> Said:
    """Correct a failed payment; holder, account and bank are asked for."""
    from djflow.assembly import fund_payments  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.fund.payment.model import Correction  # noqa: PLC0415 - the help needs none of it

    digest = _digest(evidence)
    holder, account, bank = (click.prompt(words, err=True) for words in ("户名", "账号", "开户行"))
    made = fund_payments.correct(house, line_key, Correction(holder, account, bank, digest), by=clerk)
    return {"key": made.line_key}, f"已更正，新流水号 {made.line_key}，等待编入批次。"


COMMANDS = (ruling, correct)
