"""Excel sheets as an office prints them: page set-up, fonts, borders, repeated headings; same input, same bytes.

openpyxl stamps the time of writing into the archive; `Paper.to_bytes` puts the roster's own time there, so that
two prints of one version can be compared by their checksum.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias, cast

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

Value: TypeAlias = str | int | float | date | None
Tone: TypeAlias = Literal["body", "rest", "off", "strong"]

HEADING_FONT = "黑体"
TEXT_FONT = "仿宋"
_THIN = Side(style="thin", color="808080")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_TONES: dict[Tone, tuple[Font, str | None]] = {
    "body": (Font(name=TEXT_FONT, size=11), None),
    "rest": (Font(name=TEXT_FONT, size=11), "EAF1F8"),
    "off": (Font(name=TEXT_FONT, size=11, strike=True, color="7F7F7F"), "F2F2F2"),
    "strong": (Font(name=HEADING_FONT, size=11), "FDE9D9"),
}
_POINTS_PER_LINE = 15.5
_WIDE, _NARROW = 1.9, 1.02  # widths of a character at 11 points, in Excel's column units (a digit of 宋体 11)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_MM_PER_INCH = 25.4
_SIZES_MM = {"A4": (210, 297), "A3": (297, 420)}
_CODES = {"A4": 9, "A3": 8}
_MARGIN_MM = 13


@dataclass(frozen=True, slots=True)
class Column:
    """A column: heading, width in Excel's units (half a Chinese character each), centred or not."""

    heading: str
    width: float
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Paper and direction; `mark` (征求意见稿) goes into the head of every page, `issuer` into its foot."""

    size: Literal["A4", "A3"] = "A4"
    landscape: bool = False
    mark: str = ""
    issuer: str = ""

    @property
    def width_mm(self) -> float:
        """Printable width."""
        return _SIZES_MM[self.size][1 if self.landscape else 0] - 2 * _MARGIN_MM

    @property
    def height_mm(self) -> float:
        """Printable height."""
        return _SIZES_MM[self.size][0 if self.landscape else 1] - 3 * _MARGIN_MM


def display_width(text: str) -> float:
    """Return how wide a line prints at 11 points, in Excel's column units."""
    return sum(_WIDE if unicodedata.east_asian_width(ch) in "WFA" else _NARROW for ch in text)


@dataclass(slots=True)
class Sheet:
    """One sheet under construction: title, line under the title, headings, then rows.

    `block_per_page` gives each block its own page with the title on top, to be handed out singly.
    """

    sheet: Worksheet
    columns: Sequence[Column]
    page: Page
    block_per_page: bool = False
    _row: int = 0
    _heights: list[float] = field(default_factory=list)
    _block: int = 0
    _done: list[tuple[int, int]] = field(default_factory=list)

    def head(self, title: str, line: str) -> None:
        """Write title, the line under it and the headings; the headings repeat on every page."""
        self._merged(title, "title", 34)
        self._merged(line, "line", 20)
        self._next(22 if all(c.width > display_width(c.heading) for c in self.columns) else 34)
        for at, column in enumerate(self.columns, start=1):
            self._put(at, column.heading, "head")
        self.sheet.print_title_rows = f"{self._row}:{self._row}"
        self._block = self._row + 1

    def freeze(self, columns: int = 0) -> None:
        """Keep the headings and the first `columns` columns in sight while scrolling."""
        self.sheet.freeze_panes = f"{get_column_letter(columns + 1)}4"

    def row(self, values: Iterable[Value], tone: Tone = "body", strong: Iterable[int] = ()) -> None:
        """Write one row; `strong` are zero-based columns that must catch the eye."""
        cells = list(values)
        self._next(self._height_of(cells))
        marked = set(strong)
        for at, (value, column) in enumerate(zip(cells, self.columns, strict=True)):
            shade: Tone = "strong" if at in marked else tone
            self._put(at + 1, value, f"{shade}_{'centre' if column.centred else 'left'}")

    def band(self, text: str) -> None:
        """Begin a block with a line across the sheet; a block that fits on a page is not torn apart."""
        self._close_block()
        self._merged(text, "band", max(21, self._merged_height(text)))

    def note(self, text: str) -> None:
        """Write a remark across the sheet."""
        self._merged(text, "note", self._merged_height(text))

    def finish(self) -> None:
        """Set up the page: all columns on one page, blocks kept together where that wastes little paper."""
        self._close_block()
        ws, page = self.sheet, self.page
        ws.page_setup.paperSize = _CODES[page.size]
        ws.page_setup.orientation = "landscape" if page.landscape else "portrait"
        ws.print_options.horizontalCentered = True
        side = _MARGIN_MM / _MM_PER_INCH
        margins = ws.page_margins
        margins.left = margins.right = side
        margins.top = margins.bottom = 1.5 * side
        margins.header = margins.footer = 0.6 * side
        ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, 0
        if self.block_per_page:
            ws.print_title_rows = "1:3"
        self._break_pages()
        foot, head = HeaderFooterItem(), HeaderFooterItem()
        foot.left.text, foot.center.text = page.issuer, "第 &P 页 共 &N 页"
        head.right.text = page.mark or None
        for part in (foot.left, foot.center, head.right):
            part.font, part.size = f"{TEXT_FONT},Regular", 10
        ws.HeaderFooter.oddFooter, ws.HeaderFooter.oddHeader = foot, head

    def _break_pages(self) -> None:
        room = self._room()
        heading, used = self._heights[2], sum(self._heights[:3])
        for first, last in self._done:
            height = sum(self._heights[first - 1 : last])
            left = room - used
            if self.block_per_page and first > 4:
                self.sheet.row_breaks.append(Break(id=first - 1))
            elif height > left and (height <= room * 2 / 3 or left < room / 4):
                self.sheet.row_breaks.append(Break(id=first - 1))
                used = heading
            for row in self._heights[first - 1 : last]:
                used = used + row if used + row <= room else heading + row

    def _room(self) -> float:
        """Return how many points of rows fit on a page once the columns are squeezed onto its width."""
        width_mm = sum(c.width * 8 + 5 for c in self.columns) / 96 * _MM_PER_INCH
        scale = min(1.0, self.page.width_mm / width_mm)
        return self.page.height_mm / _MM_PER_INCH * 72 / scale * 0.97

    def _close_block(self) -> None:
        if self._row >= self._block > 0:
            self._done.append((self._block, self._row))
        self._block = self._row + 1

    def _next(self, height: float) -> None:
        self._row += 1
        self._heights.append(height)
        self.sheet.row_dimensions[self._row].height = height

    def _merged(self, text: str, style: str, height: float) -> None:
        self._next(height)
        for at in range(1, len(self.columns) + 1):
            self._put(at, text if at == 1 else None, style)
        self.sheet.merge_cells(start_row=self._row, end_row=self._row, start_column=1, end_column=len(self.columns))

    def _put(self, column: int, value: Value, style: str) -> None:
        cell = cast("Cell", self.sheet.cell(self._row, column))
        cell.style = style
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"  # a text that begins with = stays a text
        elif value is not None:
            cell.value = value
            if isinstance(value, date):
                cell.number_format = 'm"月"d"日"'

    def _height_of(self, cells: Sequence[Value]) -> float:
        lines = 1
        for value, column in zip(cells, self.columns, strict=True):
            if isinstance(value, str):
                lines = max(lines, _lines(value, column.width - (0.8 if column.centred else 2.2)))
        return min(400, max(20, lines * _POINTS_PER_LINE + 5))

    def _merged_height(self, text: str) -> float:
        return min(400, _lines(text, sum(c.width for c in self.columns) - 2) * _POINTS_PER_LINE + 5)


def _lines(text: str, width: float) -> int:
    return sum(max(1, -(-int(display_width(line) * 100) // int(width * 100))) for line in text.split("\n"))


class Paper:
    """A workbook under construction; `created_at` is stamped into it instead of the time of writing."""

    def __init__(self, title: str, created_at: datetime) -> None:
        """Begin a workbook called `title`."""
        self._book = Workbook()
        self._created_at = created_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        properties = self._book.properties
        properties.title, properties.creator, properties.lastModifiedBy = title, "djflow", "djflow"
        properties.created = self._created_at
        self._book.remove(self._book.worksheets[0])
        # Column widths are counted in digits of this font; 宋体 is what Chinese Excel expects.
        styles = cast("dict[str, NamedStyle]", vars(self._book)["_named_styles"])  # openpyxl has no public way
        styles["Normal"].font = Font(name="宋体", size=11)
        for style in _styles():
            self._book.add_named_style(style)

    def sheet(self, name: str, columns: Sequence[Column], page: Page) -> Sheet:
        """Add a sheet; `name` loses what Excel forbids there and is cut to 31 characters."""
        safe = re.sub(r"[\[\]:*?/\\']", " ", name)[:31]
        found = cast("Worksheet", self._book.create_sheet(safe))
        for at, column in enumerate(columns, start=1):
            found.column_dimensions[get_column_letter(at)].width = column.width
        found.sheet_view.zoomScale = 100
        return Sheet(found, columns, page)

    def to_bytes(self) -> bytes:
        """Return the workbook as an .xlsx file, byte for byte the same for the same content."""
        raw, out = io.BytesIO(), io.BytesIO()
        self._book.save(raw)
        stamp = self._created_at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for info in source.infolist():
                content = source.read(info)
                if info.filename == "docProps/core.xml":
                    content = _MODIFIED.sub(rb"\g<1>" + stamp, content)
                entry = zipfile.ZipInfo(info.filename, _ZIP_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                entry.create_system = 3  # the same on Windows
                target.writestr(entry, content)
        return out.getvalue()


def _styles() -> list[NamedStyle]:
    left = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
    centre = Alignment(horizontal="center", vertical="center", wrap_text=True)
    found = [
        NamedStyle("title", font=Font(name=HEADING_FONT, size=18), alignment=centre),
        NamedStyle("line", font=Font(name=TEXT_FONT, size=11), alignment=centre),
        NamedStyle("head", font=Font(name=HEADING_FONT, size=11), alignment=centre, border=_BOX, fill=_fill("D9E2EC")),
        NamedStyle("band", font=Font(name=HEADING_FONT, size=11), alignment=left, border=_BOX, fill=_fill("EEEEEE")),
        NamedStyle("note", font=Font(name=TEXT_FONT, size=10.5), alignment=left),
    ]
    for tone, (font, colour) in _TONES.items():
        for name, alignment in (("left", left), ("centre", centre)):
            fill = _fill(colour) if colour else PatternFill()
            found.append(NamedStyle(f"{tone}_{name}", font=font, alignment=alignment, border=_BOX, fill=fill))
    return found


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour)
