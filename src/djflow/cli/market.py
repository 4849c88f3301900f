"""`djflow market`: market towns, their days, closures by notice."""

import re
from datetime import date

import click

from djflow.cli.frame import answer, home_of, json_option
from djflow.core.errors import InputError

_BY = "cli"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@click.group("market", help="场镇：赶场日、停场。")
def market() -> None:
    """Group of market commands."""


@market.command("list", help="列出全部场镇：代号、名称、镇乡、场期、服务安排。")
@json_option
@click.pass_context
def list_markets(context: click.Context, *, as_json: bool) -> None:
    """List the market towns."""
    from djflow.assembly import open_house, upkeep  # noqa: PLC0415 - loads SQLAlchemy

    markets = upkeep.board_source(open_house(home_of(context))).markets()
    rows = [
        {"code": m.code, "name": m.name, "township": m.township, "rule": m.rule, "served": m.served} for m in markets
    ]
    lines = [f"{m.code}\t{m.name}（{m.township}）\t{m.rule or '场期待核实'}\t{m.served}" for m in markets]
    answer(rows, as_json=as_json, text="\n".join(lines))


@market.command("close", help="登记停场：某场镇某段日期不赶场，服务随之取消并告知有关人员。")
@click.argument("code", metavar="代号")
@click.option("--first", required=True, metavar="日期", help="停场第一天，如 2026-12-05。")
@click.option("--last", metavar="日期", help="停场最后一天；缺省同第一天。")
@click.option("--notice", required=True, metavar="依据", help="停场依据，如“镇政府防汛通知”，会印在公示上。")
@json_option
@click.pass_context
def close(context: click.Context, code: str, first: str, last: str | None, notice: str, *, as_json: bool) -> None:
    """Declare a closure and mend the rosters it touches."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import roster as desk  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.core.spans import DateSpan, Month  # noqa: PLC0415 - the help needs none of it

    house = open_house(home_of(context))
    span = DateSpan(civil(first), civil(last or first))
    closure = desk.declare_closure(house, code, span, notice=notice, by=_BY)
    amended = [
        done
        for month in sorted({Month.of(day) for day in span})
        if (done := desk.repair_month(house, month, by=_BY)) is not None
    ]
    value = {"id": closure, "amended": [{"month": str(a.month), "version": a.version, "told": a.told} for a in amended]}
    words = "".join(f"{a.month.title}值班表已调整为第{a.version}版，告知 {a.told} 人。" for a in amended)
    answer(value, as_json=as_json, text=f"已登记停场（{closure}）。{words or '没有已发布的场次受影响。'}")


@market.command("closures", help="列出有效的停场记录。")
@json_option
@click.pass_context
def list_closures(context: click.Context, *, as_json: bool) -> None:
    """List the closures in force."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import roster as desk  # noqa: PLC0415 - loads SQLAlchemy

    found = desk.closures_in_force(open_house(home_of(context)))
    rows = [
        {"id": c.id, "market": c.market, "first": str(c.span.first), "last": str(c.span.last), "notice": c.notice}
        for c in found
    ]
    lines = [f"{c.id}\t{c.market}\t{c.span.first}—{c.span.last}\t{c.notice}" for c in found]
    answer(rows, as_json=as_json, text="\n".join(lines) or "没有有效的停场记录。")


@market.command("reopen", help="撤销停场；已取消的场次不恢复，以后的值班表照常安排。")
@click.argument("closure", metavar="编号")
@click.pass_context
def reopen(context: click.Context, closure: str) -> None:
    """Lift a closure."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import roster as desk  # noqa: PLC0415 - loads SQLAlchemy

    desk.lift_closure(open_house(home_of(context)), closure, by=_BY)
    click.echo("停场已撤销。")


def civil(text: str) -> date:
    """Return the date written `YYYY-MM-DD`.

    Raises: InputError with the form expected.
    """
    wrong = InputError(f"日期“{text}”的写法不对或不存在，应如 2026-12-05。", code="bad_date")
    if not _DATE.fullmatch(text):
        raise wrong
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise wrong from error
