"""The month's roster as Excel workbooks in the office's layout, and the extracts that are handed out."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from djflow.core.clock import civil_date
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId, UnitId
from djflow.roster.outputs.paper import Column, Page, Paper, Sheet
from djflow.roster.outputs.sheets import (
    days_sheet,
    gaps_sheet,
    market_block,
    market_columns,
    markets_sheet,
    people_sheet,
    quality_sheet,
    unit_block,
    unit_columns,
    units_sheet,
)
from djflow.roster.outputs.staffing import Staffing, duties_of, post_words, staffings
from djflow.roster.outputs.wording import STATE_MARKS, full_day, hours, title, weekday
from djflow.roster.views import DifferenceLine, DutyLine, RosterBook


def month_workbook(book: RosterBook) -> bytes:
    """Return the whole month: 总表 按场镇 按单位 按人员 空缺说明 质量.

    The same book gives the same bytes.
    """
    paper = Paper(title(book), book.created_at)
    days_sheet(paper, book, _page(book, size="A3", landscape=True))
    markets_sheet(paper, book, _page(book, landscape=True))
    units_sheet(paper, book, _page(book))
    people_sheet(paper, book, _page(book))
    gaps_sheet(paper, book, _page(book))
    quality_sheet(paper, book, _page(book))
    return paper.to_bytes()


def market_workbook(book: RosterBook, market: str) -> bytes:
    """Return one market's month for its township; `market` is the market's code.

    Raises: NotFoundError when the book has no such market.
    """
    found = next((m for m in book.markets if m.code == market), None)
    if found is None:
        raise NotFoundError(f"{book.month.title}的值班表里没有场镇“{market}”，请核对场镇代码。")
    paper = Paper(f"{found.name}{title(book)}", book.created_at)
    sheet = paper.sheet(found.name, market_columns(book), _page(book, landscape=True))
    sheet.head(f"{found.name}{title(book)}", issue_line(book))
    sheet.freeze()
    market_block(sheet, book, found)
    sheet.finish()
    return paper.to_bytes()


def unit_workbook(book: RosterBook, unit: UnitId) -> bytes:
    """Return one unit's people and their days.

    Raises: NotFoundError when nobody of the unit is in the book.
    """
    lines = tuple(line for line in book.lines if line.unit == unit)
    if not lines:
        raise NotFoundError(f"{book.month.title}的值班表里没有这个单位的人员，请核对单位。")
    name = lines[0].unit_name
    paper = Paper(f"{name}{title(book)}", book.created_at)
    sheet = paper.sheet(name, unit_columns(), _page(book))
    sheet.head(f"{name}{title(book)}", issue_line(book))
    sheet.freeze()
    unit_block(sheet, name, lines, book)
    sheet.finish()
    return paper.to_bytes()


def person_workbook(book: RosterBook, person: PersonId) -> bytes:
    """Return one person's days with the people who serve at the same stall.

    Raises: NotFoundError when the book does not know the person.
    """
    load = next((entry for entry in book.loads if entry.person == person), None)
    if load is None:
        raise NotFoundError(f"{book.month.title}的值班表里没有这名干部，请核对人员。")
    heading = f"{load.person_name}{title(book)}"
    paper = Paper(heading, book.created_at)
    sheet = paper.sheet(load.person_code, _PERSON_COLUMNS, _page(book, landscape=True))
    sheet.head(heading, f"{load.unit_name}　工号：{load.person_code}　{issue_line(book)}")
    sheet.freeze()
    rows = [(s, line) for s in staffings(book) for line in (*s.duties, *s.standby) if line.person == person]
    for staffing, line in rows:
        _person_row(sheet, staffing, line)
    if not rows:
        sheet.note("本月没有安排。")
    sheet.note(
        f"值班 {load.duties} 次，本月积分 {load.load} 分，历史积分 {load.history} 分，同类人员平均 {load.target} 分。"
    )
    sheet.finish()
    return paper.to_bytes()


def difference_workbook(lines: Sequence[DifferenceLine]) -> bytes:
    """Return the places that differ between two versions, by code; empty when nothing differs."""
    stamp = (
        datetime.combine(min(line.on for line in lines), time.min, UTC) if lines else datetime(2000, 1, 1, tzinfo=UTC)
    )
    paper = Paper("赶场值班调整对照表", stamp)
    sheet = paper.sheet("调整对照", _DIFFERENCE_COLUMNS, Page())
    sheet.head("赶场值班调整对照表", f"共调整 {len(lines)} 个岗位" if lines else "两个版本没有差别")
    sheet.freeze()
    for line in lines:
        before, after = line.before_code or "（空缺）", line.after_code or "（空缺）"
        sheet.row([line.on, weekday(line.on), line.market_name, line.post, before, after, line.why])
    sheet.finish()
    return paper.to_bytes()


def issue_line(book: RosterBook) -> str:
    """Return who issued which version when: the line under a title."""
    return f"{book.department}　第 {book.version} 版　{full_day(civil_date(book.published_at or book.created_at))}"


_PERSON_COLUMNS = (
    Column("日期", 9, centred=True),
    Column("星期", 5.5, centred=True),
    Column("农历", 9.5, centred=True),
    Column("时间", 13, centred=True),
    Column("场镇", 11, centred=True),
    Column("地点", 26),
    Column("岗位", 14, centred=True),
    Column("带队领导", 26),
    Column("同组人员", 40),
)

_DIFFERENCE_COLUMNS = (
    Column("日期", 9, centred=True),
    Column("星期", 5.5, centred=True),
    Column("场镇", 14, centred=True),
    Column("岗位", 14, centred=True),
    Column("原工号", 12, centred=True),
    Column("现工号", 12, centred=True),
    Column("原因", 30),
)


def _person_row(sheet: Sheet, staffing: Staffing, line: DutyLine) -> None:
    others = "\n".join(f"{o.post}：{o.person_name}·{o.unit_name}" for o in duties_of(staffing.duties) if o != line)
    sheet.row(
        [
            line.on,
            weekday(line.on),
            staffing.lunar,
            hours(line.start, line.end),
            line.market_name,
            line.place,
            post_words(line),
            staffing.leader,
            others,
        ],
        tone="off" if staffing.is_cancelled else "rest" if line.rest_day else "body",
    )


def _page(book: RosterBook, *, size: str = "A4", landscape: bool = False) -> Page:
    return Page("A3" if size == "A3" else "A4", landscape, STATE_MARKS[book.state], book.department)
