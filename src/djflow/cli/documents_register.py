"""`djflow documents list|show|number|ledger|archive`: the register of official documents."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from djflow.cli.documents import documents
from djflow.cli.frame import answer, home_of, json_option
from djflow.core.clock import civil_date, civil_datetime
from djflow.documents.numbering.model import USE_WORDS
from djflow.documents.register.model import ACT_WORDS, STATE_WORDS, Document, DocumentState, Move

if TYPE_CHECKING:
    from djflow.assembly.documents_archive import Line

_STATES = click.Choice([state.value for state in DocumentState])


@documents.command("list", help="列出公文：字号、文种、现在在哪一步。")
@click.option("--state", type=_STATES, default=None, metavar="状态", help="只列这一步的，如 draft、signed、issued。")
@json_option
@click.pass_context
def listing(context: click.Context, *, state: str | None, as_json: bool) -> None:
    """List documents."""
    from djflow.assembly import open_house  # noqa: PLC0415 - heavy
    from djflow.documents.register import service  # noqa: PLC0415 - heavy

    house = open_house(home_of(context))
    with house.reading() as session:
        found = service.documents(session, {DocumentState(state)} if state else None)
    lines = [_line(one) for one in found] or ["没有公文。"]
    answer([_value(one) for one in found], as_json=as_json, text="\n".join(lines))


@documents.command("show", help="显示一份公文的办理过程（拟稿号或发文字号）。")
@click.argument("name", metavar="公文")
@json_option
@click.pass_context
def show(context: click.Context, name: str, *, as_json: bool) -> None:
    """Show the life of a document."""
    from djflow.assembly import open_house  # noqa: PLC0415 - heavy
    from djflow.documents.register import service  # noqa: PLC0415 - heavy
    from djflow.documents.register.sharing import service as sharing  # noqa: PLC0415 - heavy
    from djflow.people import service as people  # noqa: PLC0415 - heavy

    house = open_house(home_of(context))
    with house.reading() as session:
        found = service.find(session, name)
        moves = service.moves(session, found.id)
        receipts = sharing.receipts(session, found.id)
        names = {unit.id: unit.name for unit in people.units(session)}
    waiting = [names[one.unit] for one in receipts if one.acknowledged_at is None]
    value = {
        **_value(found),
        "edition": found.edition,
        "content_hash": found.content_hash,
        "moves": [{"act": one.act.value, "after": one.after.value, "at": one.at.isoformat()} for one in moves],
        "receipts": {"sent": len(receipts), "waiting": waiting},
    }
    answer(value, as_json=as_json, text="\n".join(_life(found, moves, waiting)))


@documents.command("number", help="给已签发的公文编号；重复运行仍是同一个号。")
@click.argument("name", metavar="公文")
@json_option
@click.pass_context
def number(context: click.Context, name: str, *, as_json: bool) -> None:
    """Give a signed document its number."""
    from djflow.assembly import documents_acts, open_house  # noqa: PLC0415 - heavy
    from djflow.documents.register import service  # noqa: PLC0415 - heavy

    house = open_house(home_of(context))
    with house.reading() as session:
        found = service.find(session, name)
    done = documents_acts.number(house, found.id, by="cli")
    answer(_value(done), as_json=as_json, text=f"{done.file_number} 编为 {done.number}。")


@documents.command("ledger", help="发文字号台账：一个代字一年的全部号，作废的也在。")
@click.argument("series", metavar="代号")
@click.option("--year", type=int, default=None, metavar="年", help="哪一年；不写就是今年。")
@json_option
@click.pass_context
def ledger(context: click.Context, series: str, *, year: int | None, as_json: bool) -> None:
    """List the numbers of a series and year."""
    from djflow.assembly import documents_acts, open_house  # noqa: PLC0415 - heavy

    house = open_house(home_of(context))
    found = documents_acts.ledger(house, series, year or house.today().year)
    value = [{"number": one.text, "use": one.use.value, "on": civil_date(one.at).isoformat()} for one in found]
    lines = [f"{one.text}  {USE_WORDS[one.use]}  {civil_date(one.at)}" for one in found] or ["还没有编过号。"]
    answer(value, as_json=as_json, text="\n".join(lines))


@documents.command("archive", help="归档目录：一年归档的公文和作废的号；标题、签发人只写进 Excel，不显示。")
@click.option("--year", type=click.IntRange(2000, 2999), default=None, metavar="年", help="成文年份；不写就是今年。")
@click.option("--out", metavar="文件.xlsx", type=click.Path(path_type=Path), help="把整个目录写成 Excel。")
@json_option
@click.pass_context
def archive(context: click.Context, *, year: int | None, out: Path | None, as_json: bool) -> None:
    """List what was archived of a year."""
    from djflow.assembly import documents_archive, open_house  # noqa: PLC0415 - heavy

    house = open_house(home_of(context))
    chosen = year or house.today().year
    found = documents_archive.archive_list(house, chosen)
    if out is not None:
        out.write_bytes(documents_archive.archive_file(house, chosen, by="cli"))
    lines = [documents_archive.words(found)]
    lines += [f"{_line(one.document)}  签收 {one.received}/{one.sent}" for one in found.lines]
    value = {
        "year": chosen,
        "archived": found.archived,
        "waiting": found.waiting,
        "documents": [_archived(one) for one in found.lines],
        "file": str(out) if out is not None else None,
    }
    answer(value, as_json=as_json, text="\n".join([*lines, *([f"已写入 {out}"] if out is not None else [])]))


def _archived(one: "Line") -> dict[str, object]:
    return {
        **_value(one.document),
        "signed_on": str(one.document.signed_on),
        "issued_on": str(one.issued_on) if one.issued_on else None,
        "archived_on": str(one.archived_on) if one.archived_on else None,
        "receipts": {"sent": one.sent, "received": one.received},
        "files": [{"name": kept.name, "sha256": kept.digest} for kept in one.files],
    }


def _line(one: Document) -> str:
    return f"{one.file_number}  {one.number or '（未编号）'}  {STATE_WORDS[one.state]}  {civil_date(one.since)}"


def _value(one: Document) -> dict[str, object]:
    return {
        "file_number": one.file_number,
        "number": one.number,
        "series": one.series,
        "kind": one.kind.value,
        "state": one.state.value,
        "since": one.since.isoformat(),
        "internal": one.internal,
    }


def _life(found: Document, moves: Sequence[Move], waiting: Sequence[str]) -> list[str]:
    lines = [_line(found), f"第 {found.edition} 版，校验码 {found.content_hash[:16]}"]
    lines += [
        f"  {civil_datetime(one.at):%Y-%m-%d %H:%M}  {ACT_WORDS[one.act]} → {STATE_WORDS[one.after]}" for one in moves
    ]
    return [*lines, f"未签收：{'、'.join(waiting)}"] if waiting and found.state is DocumentState.ISSUED else lines
