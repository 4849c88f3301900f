"""What the office opens in Excel."""

import io
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId, UnitId
from djflow.roster.outputs.excel import (
    difference_workbook,
    market_workbook,
    month_workbook,
    person_workbook,
    unit_workbook,
)
from djflow.roster.views import DifferenceLine, DutyKind, RosterBook, RosterState
from tests.roster.books import december_book, with_cancelled_session

SHEETS = ["总表", "按场镇", "按单位", "按人员", "空缺说明", "质量"]


@pytest.fixture(scope="module")
def book() -> RosterBook:
    """December as it waits for review."""
    return december_book()


@pytest.fixture(scope="module")
def sheets(book: RosterBook) -> dict[str, Worksheet]:
    """The month's workbook, opened again."""
    return _open(month_workbook(book))


def _open(content: bytes) -> dict[str, Worksheet]:
    found = load_workbook(io.BytesIO(content))
    return {sheet.title: sheet for sheet in found.worksheets}


def _rows(sheet: Worksheet) -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=4)]


def _column(sheet: Worksheet, heading: str) -> int:
    return [cell.value for cell in sheet[3]].index(heading)


def _texts(sheet: Worksheet) -> list[str]:
    return [value for row in sheet.iter_rows(values_only=True) for value in row if isinstance(value, str)]


def _civil(value: object) -> date | None:
    return value.date() if isinstance(value, datetime) else None


def _names_on(rows: list[tuple[object, ...]]) -> Counter[tuple[object, str]]:
    """Count (date, name) over cells that hold `name` and unit on two lines."""
    found: Counter[tuple[object, str]] = Counter()
    for row in rows:
        for value in row:
            if isinstance(value, str) and "\n" in value:
                for name in value.split("\n")[::2]:
                    found[_civil(row[0]), name] += 1
    return found


def _expected(book: RosterBook) -> Counter[tuple[object, str]]:
    return Counter((line.on, line.person_name) for line in book.lines)


def test_month_has_the_offices_sheets(sheets: dict[str, Worksheet]) -> None:
    """The month's workbook holds 总表 按场镇 按单位 按人员 空缺说明 质量 in this order."""
    assert list(sheets) == SHEETS


@pytest.mark.parametrize("name", ["总表", "按场镇"])
def test_every_duty_stands_once_in_tables_of_sessions(
    sheets: dict[str, Worksheet], book: RosterBook, name: str
) -> None:
    """In 总表 and 按场镇 every duty and standby of every person stands exactly once."""
    rows = [row for row in _rows(sheets[name]) if row[0] is not None and not isinstance(row[0], str)]
    assert _names_on(rows) == _expected(book)


def test_every_duty_stands_once_in_units(sheets: dict[str, Worksheet], book: RosterBook) -> None:
    """In 按单位 every duty and standby has exactly one row."""
    sheet = sheets["按单位"]
    name = _column(sheet, "姓名")
    rows = [row for row in _rows(sheet) if row[name]]
    found = Counter((_civil(row[0]), row[name]) for row in rows if _civil(row[0]))
    assert found == _expected(book)


def test_every_duty_stands_once_in_people(sheets: dict[str, Worksheet], book: RosterBook) -> None:
    """In 按人员 every day of a person is listed and the counts agree with the roster."""
    sheet = sheets["按人员"]
    at = {heading: _column(sheet, heading) for heading in ("工号", "次数", "本月积分", "历史积分", "目标", "值班安排")}
    rows = {row[at["工号"]]: row for row in _rows(sheet) if row[at["次数"]] is not None}
    assert len(rows) == len(book.loads) == 320
    for load in book.loads:
        row = rows[load.person_code]
        counted = (row[at["次数"]], row[at["本月积分"]], row[at["历史积分"]], row[at["目标"]])
        assert counted == (load.duties, load.load, load.history, load.target)
        own = [f"{line.on.day}日{line.market_name}" for line in book.lines if line.person == load.person]
        listed = str(row[at["值班安排"]] or "").replace("（备勤）", "")
        assert sorted(filter(None, listed.split("、"))) == sorted(own)


def test_units_come_in_official_order(sheets: dict[str, Worksheet], book: RosterBook) -> None:
    """Units come in official order."""
    bands = [str(row[0]).split("　")[0] for row in _rows(sheets["按单位"]) if "人次" in str(row[0])]
    order = sorted({(load.unit_order, load.unit_name) for load in book.loads})
    assert bands == [name for _, name in order]


def test_gaps_are_listed_with_reason(sheets: dict[str, Worksheet], book: RosterBook) -> None:
    """Every gap is listed with date, market, post, count and reason, and marked in 总表."""
    rows = [row for row in _rows(sheets["空缺说明"]) if row[0] is not None]
    assert [(row[2], row[3], row[4], row[5]) for row in rows] == [
        (gap.market_name, gap.post, gap.count, gap.why) for gap in book.gaps
    ]
    assert sum(text == "（空缺）" for text in _texts(sheets["总表"])) == len(book.gaps)


def test_quality_is_told_in_words_and_adds_up(sheets: dict[str, Worksheet], book: RosterBook) -> None:
    """The quality sheet says the distance to the optimum in words and its parts add up."""
    assert "与理论最优相差不超过 0.42%" in _texts(sheets["质量"])
    rows = {row[0]: row[1] for row in _rows(sheets["质量"])[10:] if row[1] is not None}
    parts = ("路程", "定点", "意愿", "公平", "单位任务", "空缺与缺员")
    values = [row[1] for row in _rows(sheets["质量"]) if row[0] in parts][: len(parts)]
    assert sum(value for value in values if isinstance(value, int)) == book.quality.objective == rows["合计"]


def test_pages_are_set_up_for_printing(sheets: dict[str, Worksheet]) -> None:
    """Every sheet has paper, direction, page width, repeated headings, frozen panes and page numbers."""
    for name, sheet in sheets.items():
        setup = sheet.page_setup
        wide = name in {"总表", "按场镇"}
        assert setup.paperSize == (8 if name == "总表" else 9)
        assert setup.orientation == ("landscape" if wide else "portrait")
        fit = sheet.sheet_properties.pageSetUpPr
        assert fit is not None
        assert (setup.fitToWidth, setup.fitToHeight, fit.fitToPage) == (1, 0, True)
        assert sheet.print_title_rows == ("$1:$3" if name == "按场镇" else "$3:$3")
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("4")
        assert sheet.oddFooter is not None
        assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
        assert sheet["A1"].font.name == "黑体"
        assert {cell.font.name for cell in sheet[5]} <= {"仿宋", "黑体"}


def test_each_market_gets_its_own_page(sheets: dict[str, Worksheet], book: RosterBook) -> None:
    """Each market begins a new page, so that it can be handed out."""
    assert len(sheets["按场镇"].row_breaks.brk) == len(book.markets) - 1


@pytest.mark.parametrize(
    ("state", "mark"), [(RosterState.REVIEW, "征求意见稿"), (RosterState.PUBLISHED, None), (RosterState.VOID, "已作废")]
)
def test_title_tells_the_state(state: RosterState, mark: str | None) -> None:
    """Drafts and void rosters say so in title and page head, a published one says nothing."""
    sheet = _open(month_workbook(december_book(state)))["总表"]
    assert sheet["A1"].value == "2026年12月赶场值班表" + (f"（{mark}）" if mark else "")
    assert sheet.oddHeader is not None
    assert sheet.oddHeader.right.text == mark


def test_same_book_gives_same_bytes(book: RosterBook) -> None:
    """Printing a version twice gives the same file, byte for byte."""
    assert month_workbook(book) == month_workbook(december_book())
    entries = zipfile.ZipFile(io.BytesIO(month_workbook(book))).infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_cancelled_session_is_struck_out(book: RosterBook) -> None:
    """A cancelled session is struck out and says why."""
    sheet = _open(month_workbook(with_cancelled_session(book)))["总表"]
    assert sheet["D4"].font.strike
    assert "停办：场镇停市" in [cell.value for cell in sheet[4]]


def test_text_that_looks_like_a_formula_stays_text(book: RosterBook) -> None:
    """A text that begins with an equals sign never becomes a formula."""
    odd = replace(book, gaps=(replace(book.gaps[0], why='=HYPERLINK("x")\x07'),))
    cell = _open(month_workbook(odd))["空缺说明"]["F4"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("x")')


def test_month_without_gaps_says_so(book: RosterBook) -> None:
    """A month without gaps says so."""
    full = replace(book, gaps=(), quality=replace(book.quality, unfilled=0))
    assert any("没有空缺" in text for text in _texts(_open(month_workbook(full))["空缺说明"]))


def test_empty_month_still_opens(book: RosterBook) -> None:
    """A month without a session still opens."""
    empty = replace(book, lines=(), gaps=(), loads=(), sessions=())
    assert list(_open(month_workbook(empty))) == SHEETS


def test_market_extract_holds_only_that_market(book: RosterBook) -> None:
    """A market's extract holds only that market."""
    (sheet,) = _open(market_workbook(book, "M03")).values()
    days = [_civil(row[0]) for row in _rows(sheet) if _civil(row[0])]
    assert days == [s.on for s in book.sessions if s.market == "M03"]


def test_unit_extract_holds_only_that_unit(book: RosterBook) -> None:
    """A unit's extract holds only that unit's people."""
    unit = book.lines[0].unit
    (sheet,) = _open(unit_workbook(book, unit)).values()
    name = _column(sheet, "姓名")
    assert [row[name] for row in _rows(sheet) if row[name]] == [
        line.person_name for line in book.lines if line.unit == unit
    ]


def test_person_extract_lists_days_and_colleagues(book: RosterBook) -> None:
    """A person's extract lists every day and the colleagues, not the person."""
    line = next(line for line in book.lines if line.kind is DutyKind.DUTY)
    (sheet,) = _open(person_workbook(book, line.person)).values()
    rows = [row for row in _rows(sheet) if _civil(row[0])]
    assert len(rows) == sum(other.person == line.person for other in book.lines)
    assert line.person_name not in str(rows[0][_column(sheet, "同组人员")])


def test_unknown_names_are_refused(book: RosterBook) -> None:
    """An unknown market, unit or person is refused with a sentence instead of an empty table."""
    with pytest.raises(NotFoundError, match="没有场镇"):
        market_workbook(book, "M99")
    with pytest.raises(NotFoundError, match="没有这个单位"):
        unit_workbook(book, UnitId("nobody"))
    with pytest.raises(NotFoundError, match="没有这名干部"):
        person_workbook(book, PersonId("nobody"))


def test_difference_lists_codes() -> None:
    """The difference table shows codes before and after and names an empty place."""
    lines = (
        DifferenceLine("e1", date(2026, 12, 3), "石桥场", "医疗卫生", "C00001", "C00002", "请假"),
        DifferenceLine("e1", date(2026, 12, 3), "石桥场", "农业技术", "C00003", None, ""),
    )
    (sheet,) = _open(difference_workbook(lines)).values()
    assert [row[4:6] for row in _rows(sheet)] == [("C00001", "C00002"), ("C00003", "（空缺）")]
    assert difference_workbook(lines) == difference_workbook(lines)
    assert _open(difference_workbook(()))["调整对照"]["A2"].value == "两个版本没有差别"
