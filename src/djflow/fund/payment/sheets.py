"""Excel sheets of payments as an office prints and audits them; every text is a text, never a formula."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from djflow.core.clock import civil_datetime
from djflow.core.money import plain_yuan

Value: TypeAlias = "str | int | Yuan | datetime | None"

_LINE = Side(style="thin", color="808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_TITLE, _HEAD, _BODY = Font(name="黑体", size=16), Font(name="黑体", size=11), Font(name="仿宋", size=11)
_A4 = 9


@dataclass(frozen=True, slots=True)
class Yuan:
    """An amount in fen that a sheet shows in yuan, as a number that adds up."""

    fen: int


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet: its name, title, the line under the title, columns (heading, width), rows."""

    name: str
    title: str
    line: str
    columns: Sequence[tuple[str, float]]
    rows: Iterable[Sequence[Value]]


def workbook(pages: Iterable[Page]) -> bytes:
    """Return a workbook with those sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for page in pages:
        _write(book.create_sheet(page.name), page)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _write(sheet: Worksheet, page: Page) -> None:
    last = get_column_letter(len(page.columns))
    for row, text, font in ((1, page.title, _TITLE), (2, page.line, _BODY)):
        sheet.merge_cells(f"A{row}:{last}{row}")
        _put(sheet, (row, 1), text, font, boxed=False)
    for place, (heading, width) in enumerate(page.columns, start=1):
        _put(sheet, (3, place), heading, _HEAD)
        sheet.column_dimensions[get_column_letter(place)].width = width
    for number, row_values in enumerate(page.rows, start=4):
        for place, value in enumerate(row_values, start=1):
            _put(sheet, (number, place), value, _BODY)
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = _A4, "landscape"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


def _put(sheet: Worksheet, place: tuple[int, int], value: Value, font: Font, *, boxed: bool = True) -> None:
    cell = sheet.cell(*place)
    if isinstance(value, Yuan):
        cell.value, cell.number_format = Decimal(plain_yuan(value.fen)), "#,##0.00"
    elif isinstance(value, datetime):
        cell.value, cell.number_format = civil_datetime(value).replace(tzinfo=None), "yyyy-mm-dd hh:mm"
    elif isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type, cell.number_format = "s", "@"
    else:
        cell.value = value
    cell.font, cell.alignment = font, Alignment("left" if boxed else "center", "center", wrap_text=boxed)
    if boxed:
        cell.border = _BOX
