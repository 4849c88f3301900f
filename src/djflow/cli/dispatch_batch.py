"""`djflow dispatch batch`: open, list and show batches of the house, and propose who goes; codes, no names."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option

if TYPE_CHECKING:
    from djflow.dispatch.batches.model import Batch

_BY = "cli"


@click.group("batch", help="选派批次：开立、查看、拟定方案。")
def batch() -> None:
    """Group of commands about batches."""


@batch.command("create", help="开立一批，请各镇街报需求。类别写 rural、community、upward、training 等。")
@click.argument("kind", metavar="类别")
@click.argument("title", metavar="名称")
@click.option("--starts", metavar="日期", required=True, type=click.DateTime(["%Y-%m-%d"]), help="派出的第一天。")
@click.option("--seed", metavar="数字", default=1, show_default=True, help="抽签种子，同分时用。")
@json_option
@click.pass_context
def create(context: click.Context, kind: str, title: str, starts: datetime, seed: int, *, as_json: bool) -> None:
    """Open a batch."""
    from djflow.assembly import dispatch_batches, open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.core.errors import InputError  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.dispatch.batches.model import NewBatch  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.dispatch.policy.model import BatchKind  # noqa: PLC0415 - loads SQLAlchemy

    if kind not in set(BatchKind):
        raise InputError(f"没有“{kind}”这一类：可以写 {'、'.join(BatchKind)}。", code="batch.kind")
    new = NewBatch(BatchKind(kind), title, starts.date(), seed)
    made = dispatch_batches.create(open_house(home_of(context)), new, by=_BY)
    answer(_value(made), as_json=as_json, text=f"{_line(made)}。编号 {made.id}。")


@batch.command("list", help="列出全部批次。")
@json_option
@click.pass_context
def show_all(context: click.Context, *, as_json: bool) -> None:
    """List batches."""
    from djflow.assembly import dispatch_batches, open_house  # noqa: PLC0415 - loads SQLAlchemy

    found = dispatch_batches.batches(open_house(home_of(context)))
    text = "\n".join(_line(one) for one in found) or "还没有批次。"
    answer([_value(one) for one in found], as_json=as_json, text=text)


@batch.command("show", help="显示一批的需求、名额和方案（编号或名称）；人员只显示工号。")
@click.argument("word", metavar="批次")
@json_option
@click.pass_context
def show(context: click.Context, word: str, *, as_json: bool) -> None:
    """Show a batch."""
    from djflow.assembly import dispatch_batches, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    found = dispatch_batches.find(house, word)
    demands, people = dispatch_batches.demand_rows(house, found.id), dispatch_batches.proposal_rows(house, found.id)
    value = {**_value(found), "demands": demands, "proposal": people}
    lines = [_line(found)]
    lines += [
        f"  {row['序号']}. {row['岗位']}：名额 {row['名额']}，拟派 {row['拟派']}，缺 {row['缺']}" for row in demands
    ]
    lines += [f"  {row['工号']} {row['步骤']} {row['岗位']}" for row in people]
    answer(value, as_json=as_json, text="\n".join(lines))


@batch.command("propose", help="拟定（或重新拟定）一批的方案；已指定和排除的照办。")
@click.argument("word", metavar="批次")
@json_option
@click.pass_context
def propose(context: click.Context, word: str, *, as_json: bool) -> None:
    """Propose who goes."""
    from djflow.assembly import dispatch_batches, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    found = dispatch_batches.propose(house, dispatch_batches.find(house, word).id, by=_BY)
    answer(_value(found), as_json=as_json, text=lambda: dispatch_batches.review_markdown(house, found.id))


def _value(found: "Batch") -> dict[str, object]:
    return {
        "id": found.id,
        "kind": found.kind.value,
        "title": found.title,
        "state": found.state.value,
        "starts_on": str(found.starts_on),
        "ends_on": str(found.ends_on),
        "due_on": str(found.due_on) if found.due_on else None,
        "round": found.round,
    }


def _line(found: "Batch") -> str:
    from djflow.dispatch.batches.model import BATCH_WORDS  # noqa: PLC0415 - loads the model

    due = f"，期限 {found.due_on}" if found.due_on else ""
    return f"{found.title}：{BATCH_WORDS[found.state]}{due}，{found.starts_on} 至 {found.ends_on}"
