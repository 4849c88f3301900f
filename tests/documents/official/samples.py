"""Documents that the tests print, and what a printed page shows."""

import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pdfplumber

from djflow.documents.official.model import Attachment, DocumentKind, OfficialDocument, Paragraph, Roll
from djflow.documents.official.rules import filled

NOW = datetime(2026, 11, 24, 6, 0, 0, 5, tzinfo=UTC)
DAY = date(2026, 3, 7)
DEPARTMENT = "中共某某区委组织部"
FULL = "统筹城乡基层党的建设要因地制宜分类指导突出重点抓好落实"
"""28 characters without a mark: a full line."""
MM = 25.4 / 72


def notice(**changes: object) -> OfficialDocument:
    """Return a notice with every part, `changes` replaced."""
    values: dict[str, object] = {
        "kind": DocumentKind.NOTICE,
        "issuers": (DEPARTMENT,),
        "title": "关于做好2027年度农村干部选派工作的通知",
        "number": "某组发〔2026〕7号",
        "recipients": ("各镇（街道）党（工）委", "区级有关部门"),
        "body": (Paragraph("现将有关事项通知如下。"), Paragraph("选派范围", 1), Paragraph(FULL * 3)),
        "signed_on": DAY,
        "cc": ("区委办公室", "区政府办公室"),
        "print_office": "中共某某区委组织部办公室",
        "printed_on": date(2026, 3, 9),
    }
    return OfficialDocument(**{**values, **changes})  # type: ignore[arg-type]  # the builder takes any field by name


def minutes() -> OfficialDocument:
    """Return minutes with who was there."""
    rolls = (Roll("出席", ("张三", "王喆")), Roll("请假", ("李䶮",)))
    body = (Paragraph("会议议定事项纪要如下。"), Paragraph("由组织科牵头，于4月1日前完成。", 3))
    return notice(
        kind=DocumentKind.MINUTES, number="第7期", title="关于研究基层党建工作的会议纪要", body=body, rolls=rolls
    )


def letter() -> OfficialDocument:
    """Return a letter."""
    return notice(
        kind=DocumentKind.LETTER,
        number="某组函〔2026〕12号",
        title="关于派出干部的函",
        print_office="",
        printed_on=None,
    )


def with_attachments(rows: int = 60) -> OfficialDocument:
    """Return a notice with a long table and a second attachment that is only named."""
    table = filled(("序号", "单位", "名额"), tuple((str(at), f"青禾镇{at}村", "2") for at in range(1, rows + 1)))
    return notice(attachments=(Attachment("名额分配表", (table,)), Attachment("推荐表")))


@dataclass(frozen=True, slots=True)
class Row:
    """Characters on one baseline; `y` and `x` are millimetres from the page's corner."""

    y: float
    left: float
    right: float
    size: float
    text: str
    fonts: frozenset[str]
    red: bool


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line across the page, in millimetres."""

    y: float
    left: float
    right: float
    thick: float
    red: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What is printed on one page, from top to bottom."""

    wide: float
    high: float
    rows: tuple[Row, ...]
    strokes: tuple[Stroke, ...]

    @property
    def lines(self) -> tuple[Row, ...]:
        """The rows inside the text area: all but the page number."""
        return tuple(row for row in self.rows if row.y < 262)

    @property
    def number(self) -> Row | None:
        """The page number."""
        return next((row for row in self.rows if 262 < row.y < 276), None)

    def shows(self, words: str) -> bool:
        """Say whether a row holds `words`."""
        return any(words in row.text for row in self.rows)

    def row(self, words: str) -> Row:
        """Return the row that holds `words`."""
        return next(row for row in self.rows if words in row.text)


def pages_of(pdf: bytes) -> list[Page]:
    """Return what the pages of a PDF show."""
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [_page(page) for page in document.pages]


def _page(page: "pdfplumber.page.Page") -> Page:
    found = defaultdict(list)
    for char in page.chars:
        found[round((float(page.height) - char["matrix"][5]) * MM, 2)].append(char)
    rows = tuple(
        Row(
            y,
            min(char["x0"] for char in chars) * MM,
            max(char["x1"] for char in chars) * MM,
            round(chars[0]["size"], 1),
            "".join(char["text"] for char in sorted(chars, key=lambda char: char["x0"])),
            frozenset(str(char["fontname"]).rsplit("+", 1)[-1] for char in chars),
            red=_is_red(chars[0]["non_stroking_color"]),
        )
        for y, chars in sorted(found.items())
    )
    strokes = tuple(
        Stroke(
            line["top"] * MM, line["x0"] * MM, line["x1"] * MM, line["linewidth"] * MM, _is_red(line["stroking_color"])
        )
        for line in sorted(page.lines, key=lambda line: line["top"])
        if line["x1"] - line["x0"] > 1
    )
    return Page(float(page.width) * MM, float(page.height) * MM, rows, strokes)


def _is_red(colour: object) -> bool:
    return isinstance(colour, list | tuple) and len(colour) == 3 and colour[0] > 0.7 and colour[1] < 0.2
