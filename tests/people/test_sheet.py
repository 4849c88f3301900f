"""Files that are not what they should be."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook

from djflow.core.errors import InputError
from djflow.people.excel import cells, sheet
from djflow.people.excel.sheet import Cell, CellKind, SheetRow, read_sheet

HEADERS = ("工号", "姓名", "开始(日期)")


def _book(path: Path, *rows: tuple[object, ...], title: str = "人员", merged: str = "") -> Path:
    book = Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    if merged:
        book.active.merge_cells(merged)
    book.save(path)
    return path


def _read(path: Path) -> list[SheetRow]:
    return list(read_sheet(path, "人员", HEADERS, "工号"))


def test_the_header_is_found_below_titles_and_in_any_spelling(tmp_path: Path) -> None:
    """Titles above, blanks, stars and full-width brackets in the header, 序号 and 备注 columns make no difference."""
    path = _book(
        tmp_path / "a.xlsx",
        ("某区干部表",),
        (),
        ("序号", " 工 号*", "姓名（必填）", "开始（日期）", "备注"),
        (1, "C1", " 陈一\u200b ", date(2026, 12, 1), "x"),
        (),
        (3, "C2", None, None, None),
    )
    rows = _read(path)
    assert [row.number for row in rows] == [4, 6]
    assert rows[0].cells == {
        "工号": Cell(CellKind.TEXT, "C1"),
        "姓名": Cell(CellKind.TEXT, "陈一"),
        "开始(日期)": Cell(CellKind.DATE, "2026-12-01", day=date(2026, 12, 1)),
    }
    assert rows[1].cells["姓名"].is_empty


@pytest.mark.parametrize(
    ("rows", "merged", "reason"),
    [
        ([("编号", "姓名"), ("C1", "陈一")], "", "没有表头"),
        ([("工号", "姓名", "年龄"), ("C1", "陈一", 3)], "", "不认识的列“年龄”"),
        ([("工号", "姓名", "姓名"), ("C1", "陈一", "陈一")], "", "不止一次"),
        ([("工号", "姓名", None), ("C1", "陈一", None)], "B1:C1", "表头有合并单元格 B1:C1"),
        ([("工号", "姓名"), ("C1", "陈一"), (None, None)], "A2:A3", "表中有合并单元格 A2:A3"),
    ],
)
def test_wrong_headers_are_named(tmp_path: Path, rows: list[tuple[object, ...]], merged: str, reason: str) -> None:
    """A missing, unknown, repeated or merged column is refused by name."""
    with pytest.raises(InputError, match=reason):
        _read(_book(tmp_path / "a.xlsx", *rows, merged=merged))


def test_a_merged_title_above_the_header_is_fine(tmp_path: Path) -> None:
    """Only the table itself must not be merged."""
    path = _book(tmp_path / "a.xlsx", ("干部表", None), ("工号", "姓名"), ("C1", "陈一"), merged="A1:B1")
    assert len(_read(path)) == 1


def test_the_right_sheet_is_found_or_named(tmp_path: Path) -> None:
    """The only sheet is taken whatever its name; of several only the one with the right name."""
    assert len(_read(_book(tmp_path / "a.xlsx", ("工号", "姓名"), ("C1", "陈一"), title="Sheet1"))) == 1
    book = Workbook()
    for title in ("甲", "乙"):
        book.create_sheet(title).append(["工号", "姓名"])
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(InputError, match="没有名为“人员”的工作表（现有：Sheet、甲、乙）"):
        _read(tmp_path / "b.xlsx")


def _broken_book(path: Path) -> Path:
    whole = _book(path.with_name("whole.xlsx"), ("工号", "姓名"), ("C1", "陈一"))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[: len(data) // 2] if name.endswith("sheet1.xml") else data)
    return path


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    """A missing, empty, foreign, old or damaged file is refused in words, each with what to do."""
    (tmp_path / "empty.xlsx").touch()
    (tmp_path / "text.xlsx").write_text("工号,姓名")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    _broken_book(tmp_path / "broken.xlsx")
    reasons = {
        "none.xlsx": "找不到文件",
        "empty.xlsx": "空文件",
        "text.xlsx": "不是 Excel",
        "old.xls": "另存为“.xlsx”",
        "zip.xlsx": "读不出来",
        "broken.xlsx": "读不出来",
    }
    for name, reason in reasons.items():
        with pytest.raises(InputError, match=reason):
            _read(tmp_path / name)


def test_too_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, its content or its number of rows above the limit is refused before it eats the memory."""
    path = _book(tmp_path / "a.xlsx", ("工号", "姓名"), ("C1", "陈一"), ("C2", "林二"))
    for limit, reason in (("MAX_ROWS", "超过 1 行"), ("MAX_UNPACKED_BYTES", "展开后过大"), ("MAX_FILE_BYTES", "MB")):
        with monkeypatch.context() as patch:
            patch.setattr(sheet, limit, 1)
            with pytest.raises(InputError, match=reason):
                _read(path)


def test_rows_beyond_a_wrong_size_are_read(tmp_path: Path) -> None:
    """Some programs write a wrong table size into the file; no row is lost by that."""
    whole = _book(tmp_path / "whole.xlsx", ("工号", "姓名"), ("C1", "陈一"), ("C2", "林二"))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'ref="A1:B3"', b'ref="A1:B2"'))
    assert len(_read(tmp_path / "a.xlsx")) == 2


def test_formulas_errors_and_times_are_told_apart(tmp_path: Path) -> None:
    """A formula, an error value, a truth value and a time of day are known for what they are."""
    path = _book(
        tmp_path / "a.xlsx",
        ("工号", "姓名", "开始(日期)"),
        ("=A1", "#N/A", time(9, 0)),
        ("C2", True, datetime(2026, 1, 2, 3, 4)),  # noqa: DTZ001 - Excel knows no zones,
    )
    first, second = _read(path)
    assert [first.cells[header].kind for header in HEADERS] == [CellKind.FORMULA, CellKind.ERROR, CellKind.ERROR]
    assert (second.cells["姓名"].text, second.cells["开始(日期)"].day) == ("是", date(2026, 1, 2))


@pytest.mark.parametrize(
    "text", ["2026-12-01", "2026/12/1", "2026.12.1", "2026年12月1日", "20261201", "２０２６-１２-０１"]
)
def test_dates_in_every_usual_spelling(text: str) -> None:
    """All the ways offices write a date are read."""
    assert cells.day(Cell(CellKind.TEXT, text)) == date(2026, 12, 1)


@pytest.mark.parametrize("text", ["2026-02-30", "12-01", "2026-13-01", "明天", "1e5", "0000-01-01"])
def test_impossible_dates_are_refused(text: str) -> None:
    """A date that does not exist or leaves something open is refused."""
    with pytest.raises(InputError, match="日期"):
        cells.day(Cell(CellKind.TEXT, text))


@pytest.mark.parametrize("text", ["1985-03", "1985.3", "1985年3月", "198503", "1985-03-07"])
def test_months_in_every_usual_spelling(text: str) -> None:
    """All the ways offices write a month are read."""
    assert str(cells.month(Cell(CellKind.TEXT, text))) == "1985-03"


def test_a_month_that_excel_made_a_number_is_refused() -> None:
    """The number 1985.1 may be January or October."""
    with pytest.raises(InputError, match="1 月和 10 月"):
        cells.month(Cell(CellKind.NUMBER, "1985.1", 1985.1))
    assert str(cells.month(Cell(CellKind.NUMBER, "198503", 198503.0))) == "1985-03"


@pytest.mark.parametrize("text", ["周一、周日", "星期一,星期天", "一 日", "礼拜一；周日"])
def test_weekdays_in_every_usual_spelling(text: str) -> None:
    """All the ways offices write weekdays are read, Monday first."""
    assert cells.weekdays(Cell(CellKind.TEXT, text)) == {0, 6}


@pytest.mark.parametrize("text", ["", "-1", "32", "3.5", "三", "１e1"])
def test_only_whole_numbers_in_range(text: str) -> None:
    """Fractions, words and numbers out of range are refused with the range."""
    with pytest.raises(InputError, match="0 到 31"):
        cells.whole(0, 31)(Cell(CellKind.TEXT, text))
