"""The board of postings at the desk: figures by host and home unit, lists, A4 print, Excel, the picture of terms."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from djflow.accounts.model import Act
from djflow.assembly import dispatch_board, dispatch_files
from djflow.assembly.dispatch_board import Filters
from djflow.dispatch.board.model import Side
from djflow.dispatch.policy.model import KIND_WORDS
from djflow.web.desk.frame import Answer, File, Page, Route, Visit

ROOT = "/desk/dispatch"
SECTION = "dispatch_board"

DISPATCH_SAID: Mapping[str, str] = MappingProxyType(
    {
        "accepted": "已采纳，等审批；批准后自动选派接任。",
        "declined": "已记下，不再提出同一人接任这个岗位。",
        "run": "已重新推算，方案如下。",
        "proposed": "已提出，等审批；批准后列入名单。",
        "kept": "复核已记下，下次复核日期已顺延。",
        "leaving": "已提出出库，等审批。",
        "planned": "班次已登记，可以调训了。",
        "called": "已调训，有关同志会收到通知，期间不再排值班。",
        "withdrawn": "已退出，缺勤已撤销。",
        "course_cancelled": "班次已取消，缺勤全部撤销，有关同志会收到通知。",
        "signed": "已签到结业，学时已计入。",
    }
)
"""Sentences about what was just done; the address carries the word, never the sentence."""


def dispatch_page(visit: Visit, template: str, values: Mapping[str, object]) -> Page:
    """Return a page of dispatch with its tabs and the sentence about what was just done."""
    tabs = [("board", "/board", "一览")]
    tabs += [("rotation", "/rotation", "轮换接任")] if visit.may(Act.ROTATION_READ) else []
    tabs += [("reserve", "/reserve", "储备名单")] if visit.may(Act.RESERVE_READ) else []
    tabs += [("training", "/training", "培训")] if visit.may(Act.TRAINING_SIGN) else []
    said = DISPATCH_SAID.get(visit.query.get("said", ""), "")
    return Page(template, SECTION, {"said": said, "root": ROOT, "tabs": tabs, "kinds": KIND_WORDS, **values})


def filters_of(asked: Mapping[str, str]) -> Filters:
    """Return what an address or a form asks of the board."""
    return Filters(
        unit=asked.get("unit", "").strip()[:30],
        side=asked.get("side", "") or Side.HOST.value,
        kind=asked.get("kind", ""),
        days=asked.get("days", ""),
        after=asked.get("after", ""),
    )


def board(visit: Visit) -> Answer:
    """Show who is where, by host and home unit, and how much of each unit's share is used."""
    filters = filters_of(visit.query)
    found = dispatch_board.overview(visit.house, visit.account, filters.kind)
    return dispatch_page(visit, "desk_dispatch_board.html.j2", {"found": found, "filters": filters, "tab": "board"})


def lines(visit: Visit) -> Answer:
    """Show the postings of a unit, or those that end soon, page by page."""
    filters = filters_of(visit.query)
    found = dispatch_board.listing(visit.house, visit.account, filters)
    asked = {"unit": filters.unit, "side": filters.side, "kind": filters.kind, "days": filters.days}
    values = {"found": found, "filters": filters, "query": urlencode(asked), "tab": "board"}
    return dispatch_page(visit, "desk_dispatch_lines.html.j2", values)


def sheet(visit: Visit) -> Answer:
    """Show the same list for printing on A4."""
    filters = filters_of(visit.query)
    found = dispatch_board.listing(visit.house, visit.account, filters, most=dispatch_board.PRINTED)
    overview = dispatch_board.overview(visit.house, visit.account, filters.kind)
    values = {"found": found, "overview": overview, "filters": filters, "printed_at": visit.house.now()}
    return Page("desk_dispatch_sheet.html.j2", SECTION, {"root": ROOT, **values})


def file(visit: Visit) -> Answer:
    """Hand the list out as an Excel table; the record says who took it."""
    form = {name: visit.form.one(name) for name in ("unit", "side", "kind", "days")}
    content = dispatch_files.board_file(visit.house, visit.account, filters_of(form))
    return File(f"选派干部一览-{visit.house.today()}.xlsx", content)


def picture(visit: Visit) -> Answer:
    """Show the picture of terms with names."""
    content = dispatch_files.desk_picture(visit.house, visit.account, filters_of(visit.query))
    return File("任期一览.png", content, inline=True)


ROUTES = (
    Route(f"{ROOT}/board", Act.DISPATCH_BOARD, board),
    Route(f"{ROOT}/board/lines", Act.DISPATCH_BOARD, lines),
    Route(f"{ROOT}/board/print", Act.DISPATCH_BOARD, sheet),
    Route(f"{ROOT}/board/file", Act.DISPATCH_BOARD, file, "POST"),
    Route(f"{ROOT}/board/picture.png", Act.DISPATCH_BOARD, picture),
)
