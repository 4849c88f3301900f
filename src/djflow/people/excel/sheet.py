"""Reads one worksheet under a known header, a row at a time; says in words what keeps a file from being read.

A file is refused as a whole (`InputError`) when it is no workbook, too large, has no such sheet or header, or a merged
or unknown column. What single cells hold is judged by whoever asked for them.
"""

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, cast
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from djflow.core.errors import InputError

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_ROWS = 50_000
HEADER_SEARCH_ROWS = 20
FREE_COLUMNS = frozenset({"序号", "备注"})
"""Columns that any office table may have and that are not read."""

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_HEADER_NOISE = re.compile(r"[\s*]|\((?:必填|选填)\)")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')


class CellKind(StrEnum):
    """What a cell holds."""

    EMPTY = "empty"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: `text` without surrounding blanks, `number` and `day` where Excel itself stored such a value."""

    kind: CellKind
    text: str = ""
    number: float = 0.0
    day: date = date.min

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in the cell."""
        return self.kind is CellKind.EMPTY


EMPTY = Cell(CellKind.EMPTY)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with something in it: its number in Excel and its cells by header; an absent column is not in `cells`."""

    number: int
    cells: Mapping[str, Cell]


class _ForeignCell(Protocol):
    @property
    def value(self) -> object: ...
    @property
    def data_type(self) -> str: ...


class _Sheet(Protocol):
    """A worksheet as openpyxl gives it in read-only mode, which its types do not describe."""

    title: str
    sheet_state: str
    _worksheet_path: str

    def reset_dimensions(self) -> None: ...
    def iter_rows(self) -> Iterator[tuple[_ForeignCell, ...]]: ...


def read_sheet(source: Path, title: str, headers: Sequence[str], key: str) -> Iterator[SheetRow]:
    """Yield the rows below the header that holds `key` and other `headers`, of sheet `title` or of the only sheet.

    Raises: InputError when the file, the sheet or the header is not what it should be, or there are too many rows.
    """
    _require_sane(source)
    with _workbook(source) as book:
        sheet = _find_sheet(book, title)
        rows = enumerate(sheet.iter_rows(), start=1)
        where, columns = _find_header(rows, sheet.title, headers, key)
        _refuse_merged(source, sheet, where)
        count = 0
        for number, row in rows:
            cells = {header: _cell(row[place]) if place < len(row) else EMPTY for place, header in columns.items()}
            if all(cell.is_empty for cell in cells.values()):
                continue
            count += 1
            if count > MAX_ROWS:
                raise InputError(f"工作表“{sheet.title}”超过 {MAX_ROWS} 行：请拆成几个文件分别导入。")
            yield SheetRow(number, cells)


def _require_sane(source: Path) -> None:
    if not source.is_file():
        raise InputError(f"找不到文件 {source}：请核对路径。")
    if source.suffix.lower() in {".xls", ".et"}:
        raise InputError(f"文件 {source.name} 是旧格式：请在 Excel 或 WPS 中另存为“.xlsx”后再导入。")
    size = source.stat().st_size
    if size == 0:
        raise InputError(f"文件 {source.name} 是空文件：请重新保存后再导入。")
    if size > MAX_FILE_BYTES:
        raise InputError(
            f"文件 {source.name} 超过 {MAX_FILE_BYTES // 1024 // 1024} MB：请删去图片和多余的工作表，或拆分。"
        )
    try:
        with zipfile.ZipFile(source) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, PermissionError, OSError) as error:
        raise InputError(
            f"文件 {source.name} 不是 Excel 工作簿（.xlsx），或已加密、已损坏：请另存为不带密码的“.xlsx”。"
        ) from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise InputError(f"文件 {source.name} 展开后过大：请只保留要导入的工作表，清除多余的格式后再导入。")


@contextmanager
def _workbook(source: Path) -> Iterator[Workbook]:
    damaged = InputError(f"文件 {source.name} 读不出来，多半已损坏：请用 Excel 或 WPS 打开后重新保存。")
    try:
        book = load_workbook(source, read_only=True)
    except (InvalidFileException, KeyError, ValueError, TypeError, ParseError, zipfile.BadZipFile) as error:
        raise damaged from error
    try:
        yield book
    except (ParseError, zipfile.BadZipFile, zipfile.error) as error:
        raise damaged from error
    finally:
        book.close()


def _find_sheet(book: Workbook, title: str) -> _Sheet:
    sheets = cast("list[_Sheet]", book.worksheets)
    named = [sheet for sheet in sheets if sheet.title.strip() == title]
    visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    chosen = named or (visible if len(visible) == 1 else [])
    if not chosen:
        names = "、".join(sheet.title for sheet in visible)
        raise InputError(f"没有名为“{title}”的工作表（现有：{names}）：请把要导入的工作表改名为“{title}”。")
    chosen[0].reset_dimensions()  # some programs write a wrong size into the file, which would cut rows off
    return chosen[0]


def _find_header(
    rows: Iterator[tuple[int, Sequence[_ForeignCell]]], sheet: str, headers: Sequence[str], key: str
) -> tuple[int, Mapping[int, str]]:
    known = {_folded(header): header for header in headers}
    for number, row in rows:
        found = [_cell(cell).text for cell in row]
        texts = [known.get(_folded(text), text) for text in found]
        if key in texts and len(set(texts) & set(headers)) > 1:
            _refuse_columns(texts, headers)
            return number, {place: text for place, text in enumerate(texts) if text in headers}
        if number >= HEADER_SEARCH_ROWS:
            break
    raise InputError(
        f"工作表“{sheet}”前 {HEADER_SEARCH_ROWS} 行里没有表头：应有一行写着“{key}”等列名，请用本系统导出的模板。"
    )


def _folded(header: str) -> str:
    return _HEADER_NOISE.sub("", unicodedata.normalize("NFKC", header))


def _refuse_columns(texts: Sequence[str], headers: Sequence[str]) -> None:
    unknown = [text for text in texts if text and text not in headers and text not in FREE_COLUMNS]
    if unknown:
        raise InputError(f"表头有不认识的列“{'”“'.join(unknown)}”：请按模板改正列名，或删去该列。")
    repeated = sorted({text for text in texts if text in headers and texts.count(text) > 1})
    if repeated:
        raise InputError(f"表头的列“{'”“'.join(repeated)}”出现了不止一次：请只保留一列。")


def _refuse_merged(source: Path, sheet: _Sheet, header_row: int) -> None:
    path = sheet._worksheet_path  # noqa: SLF001 - openpyxl tells merged cells only when it loads everything
    with zipfile.ZipFile(source) as archive, archive.open(path.lstrip("/")) as part:
        tail = b""
        while block := part.read(1 << 20):
            for left, top, right, bottom in _MERGED.findall(tail + block):
                if int(bottom) >= header_row:
                    area = f"{left.decode()}{top.decode()}:{right.decode()}{bottom.decode()}"
                    place = "表头" if int(top) <= header_row else "表中"
                    raise InputError(f"{place}有合并单元格 {area}：请取消合并，每个单元格各填各的内容。")
            tail = (tail + block)[-200:]


def _cell(cell: _ForeignCell) -> Cell:
    value = cell.value
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return _text_cell(value, cell.data_type)
    if isinstance(value, bool):
        return Cell(CellKind.TEXT, "是" if value else "否")
    if isinstance(value, int | float):
        return Cell(CellKind.NUMBER, _number_text(value), float(value))
    if isinstance(value, date):
        on = value.date() if isinstance(value, datetime) else value
        return Cell(CellKind.DATE, on.isoformat(), day=on)
    # Array and data-table formulas, times of day: nothing that a column of ours can take.
    return Cell(CellKind.FORMULA if cell.data_type == "f" else CellKind.ERROR)


def _text_cell(text: str, data_type: str) -> Cell:
    if data_type in {"f", "e"}:
        return Cell(CellKind.FORMULA if data_type == "f" else CellKind.ERROR)
    text = _INVISIBLE.sub("", text).strip()
    return Cell(CellKind.TEXT, text) if text else EMPTY


def _number_text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)
