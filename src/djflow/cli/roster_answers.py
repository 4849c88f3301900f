"""`djflow roster answers`, `approve-swap`, `reject-swap`, `link`: who answered what, and what the office decides."""

from dataclasses import asdict

import click

from djflow.cli.frame import answer, home_of, json_option, say
from djflow.core.spans import Month

_BY = "cli"


@click.command("answers", help="列出某月谁已确认、谁不能到岗、谁还没答复（工号和单位，不含原因），以及待办的换班。")
@click.argument("month", metavar="月份")
@json_option
@click.pass_context
def answers(context: click.Context, month: str, *, as_json: bool) -> None:
    """List a month's answers by codes."""
    from djflow.assembly import answers as acts  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy

    found = acts.overview(open_house(home_of(context)), Month.parse(month))
    value = {
        "month": str(found.month),
        "counts": found.counts,
        "answers": [asdict(row) for row in found.rows],
        "offers": [asdict(row) for row in found.offers],
    }

    def text() -> str:
        lines = [f"{row.event}\t{row.post or '备勤'}\t{row.code}\t{row.unit}\t{row.words}" for row in found.rows]
        lines += [
            f"换班 {row.id}\t{row.event}\t{row.asker} → {row.other}\t{row.other_event or '代班'}\t{row.words}"
            for row in found.offers
        ]
        return "\n".join([*lines, "、".join(f"{words} {count}" for words, count in found.in_words.items())])

    answer(value, as_json=as_json, text=text)


@click.command("approve-swap", help="批准一项双方已同意的换班或代班；重复执行结果一样。")
@click.argument("offer_id", metavar="编号")
@click.pass_context
def approve_swap(context: click.Context, offer_id: str) -> None:
    """Approve an accepted offer."""
    from djflow.assembly import answers as acts  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy

    acts.approve(open_house(home_of(context)), offer_id, by=_BY)
    say("已批准，值班表已更新，双方会收到通知。")


@click.command("reject-swap", help="不批准一项换班或代班，值班安排不变；提出的人会收到通知。")
@click.argument("offer_id", metavar="编号")
@click.pass_context
def reject_swap(context: click.Context, offer_id: str) -> None:
    """Refuse an offer for the office."""
    from djflow.assembly import answers as acts  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy

    acts.reject(open_house(home_of(context)), offer_id, by=_BY)
    say("没有批准，值班安排不变。")


@click.command("link", help="给出一名干部本月的值班页面链接（只交给本人）；--new 作废以前的链接，如手机丢失时。")
@click.argument("code", metavar="工号")
@click.option("--new", "fresh", is_flag=True, help="作废以前的链接，另给一个。")
@click.pass_context
def link(context: click.Context, code: str, *, fresh: bool) -> None:
    """Print a person's link."""
    from djflow.assembly import open_house, phone  # noqa: PLC0415 - loads SQLAlchemy

    say(phone.link_of_code(open_house(home_of(context)), code, fresh=fresh, by=_BY))


COMMANDS = (answers, approve_swap, reject_swap, link)
