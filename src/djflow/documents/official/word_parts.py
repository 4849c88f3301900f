"""The pieces of WordprocessingML that python-docx has no words for: frames, grid, fields, tables with exact lines."""

import re
from collections.abc import Iterator
from math import ceil
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.oxml.xmlchemy import BaseOxmlElement

from djflow.documents.official.fonts import OFFICIAL_NAMES
from djflow.documents.official.model import Cell, Table
from djflow.documents.official.plan import Face, Line, Record, Rule, Run, Spot
from djflow.documents.official.rules import (
    BODY_PT,
    CHAR_PT,
    LEFT_MM,
    PITCH_PT,
    POINTS_PER_MM,
    SMALL_PT,
    TABLE_PT,
    TEXT_MM,
    THICK_MM,
    THIN_MM,
    TOP_MM,
    stands_centred,
)
from djflow.documents.official.titles import width

TWIPS_PER_MM = 1440 / 25.4
LINE_TWIPS = int(PITCH_PT * 20)
TEXT_TWIPS = round(TEXT_MM[0] * TWIPS_PER_MM)
RED = "D7000F"
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SONG = "宋体"


def element(xml: str) -> BaseOxmlElement:
    """Return an element of the `w` namespace from its text."""
    head, tail = re.split(r"(?=[\s/>])", xml, maxsplit=1)
    return parse_xml(f"{head} {nsdecls('w')}{tail}")


def twips(mm: float) -> int:
    """Return millimetres in twentieths of a point."""
    return round(mm * TWIPS_PER_MM)


def words(text: str) -> str:
    """Return a text for XML without the letters it forbids."""
    return escape(_UNPRINTABLE.sub("", text))


def fonts(name: str) -> str:
    """Return the element that names one font for all letters."""
    quoted = quoteattr(name)
    return f'<w:rFonts w:ascii={quoted} w:hAnsi={quoted} w:eastAsia={quoted} w:cs={quoted} w:hint="eastAsia"/>'


def run_xml(run: Run, *, size_pt: float, extra: str = "") -> str:
    """Return a run in its type and size."""
    size = round(size_pt * 2)
    look = f'{fonts(OFFICIAL_NAMES[run.face])}{extra}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{words(run.text)}</w:t></w:r>'


def spot_xml(spot: Spot) -> str:
    """Return a text at its fixed place: a paragraph in a frame."""
    text = "".join(run.text for run in spot.runs)
    wide = spot.spread_mm or (width(text) + 2.5) * spot.size_pt * spot.scale / 100 * 25.4 / 72
    wide = min(wide, TEXT_MM[0])
    x = {"left": spot.indent_mm, "right": TEXT_MM[0] - spot.indent_mm - wide, "center": (TEXT_MM[0] - wide) / 2}[
        spot.side
    ]
    side = "distribute" if spot.spread_mm else spot.side
    high = round(spot.size_pt * 20)
    # Order of rPr: colour, then width of letters, then size.
    extra = (f'<w:color w:val="{RED}"/>' if spot.red else "") + (
        f'<w:w w:val="{spot.scale}"/>' if spot.scale < 100 else ""
    )
    runs = "".join(run_xml(run, size_pt=spot.size_pt, extra=extra) for run in spot.runs)
    frame = _frame(x, spot.top_mm, wide, high)
    return f'<w:p><w:pPr><w:pStyle w:val="mark"/>{frame}{_exact(high)}<w:jc w:val="{side}"/></w:pPr>{runs}</w:p>'


def rule_xml(rule: Rule) -> str:
    """Return a red line at its place: an empty framed paragraph with an upper border."""
    kinds = {1: "single", 2: "thickThinSmallGap" if rule.strokes_pt[0] > rule.strokes_pt[-1] else "thinThickSmallGap"}
    size = round(max(rule.strokes_pt) * 8)
    border = (
        f'<w:pBdr><w:top w:val="{kinds[len(rule.strokes_pt)]}" w:sz="{size}" w:space="0" w:color="{RED}"/></w:pBdr>'
    )
    frame = _frame(rule.left_mm, rule.top_mm, rule.width_mm, 40)
    return f'<w:p><w:pPr><w:pStyle w:val="mark"/>{frame}{border}{_exact(40)}</w:pPr></w:p>'


def _frame(x_mm: float, y_mm: float, wide_mm: float, high: int) -> str:
    # Word takes 0 for "where it falls", so the corner itself is one twip away from it.
    x, y = twips(x_mm) or 1, twips(y_mm) or 1
    return (
        f'<w:framePr w:w="{twips(wide_mm)}" w:h="{high}" w:hRule="exact" w:hSpace="0" w:vSpace="0" w:wrap="around" '
        f'w:vAnchor="margin" w:hAnchor="margin" w:x="{x}" w:y="{y}"/>'
    )


def _exact(high: int) -> str:
    return f'<w:spacing w:before="0" w:after="0" w:line="{high}" w:lineRule="exact"/>'


def line_xml(line: Line, style: str, *, size_pt: int, before_lines: int = 0, turns: bool = False) -> str:
    """Return a line as a paragraph; `before_lines` leaves the head's room above it, `turns` begins a page with it."""
    step = CHAR_PT if size_pt == BODY_PT else float(size_pt)
    left, hang = line.left + line.label_chars, line.label_chars
    first = f'w:firstLineChars="{round(line.first * 100)}" w:firstLine="{round(line.first * step * 20)}"'
    hanging = f'w:hangingChars="{round(hang * 100)}" w:hanging="{round(hang * step * 20)}"'
    sides = (
        f'w:leftChars="{round(left * 100)}" w:left="{round(left * step * 20)}" '
        f'w:rightChars="{round(line.right * 100)}" w:right="{round(line.right * step * 20)}"'
    )
    indent = f"<w:ind {sides} {hanging if hang else first}/>"
    keep = ("<w:keepNext/>" if line.keep else "") + ("<w:pageBreakBefore/>" if turns else "")
    before = f'<w:spacing w:before="{round(before_lines * PITCH_PT * 20)}"/>' if before_lines else ""
    label = run_xml(Run(line.label, line.label_face), size_pt=size_pt) if line.label else ""
    runs = "".join(run_xml(run, size_pt=size_pt) for run in line.runs)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keep}{before}{indent}</w:pPr>{label}{runs}</w:p>'


def thin_paragraph_xml() -> str:
    """Return a paragraph of no height, which Word wants after a table."""
    return f'<w:p><w:pPr><w:pStyle w:val="mark"/>{_exact(20)}</w:pPr></w:p>'


def new_page_xml(lines: int = 0) -> str:
    """Return an empty paragraph that begins a page, with `lines` lines of room above it."""
    spacing = f'<w:spacing w:before="{lines * LINE_TWIPS}" w:after="0" w:line="20" w:lineRule="exact"/>'
    return f'<w:p><w:pPr><w:pStyle w:val="mark"/><w:pageBreakBefore/>{spacing}</w:pPr></w:p>'


def page_number_xml(side: str) -> str:
    """Return the paragraph of a footer: — 1 — at the outer side, one character in."""
    look = f'<w:rPr>{fonts(_SONG)}<w:sz w:val="{SMALL_PT * 2}"/><w:szCs w:val="{SMALL_PT * 2}"/></w:rPr>'
    dash = [f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>' for text in ("— ", " —")]
    field = f'<w:fldSimple w:instr=" PAGE "><w:r>{look}<w:t>1</w:t></w:r></w:fldSimple>'
    indent = f'<w:ind w:{side}Chars="100" w:{side}="{SMALL_PT * 20}"/>'
    shape = f'<w:pPr><w:pStyle w:val="page-number"/>{indent}<w:jc w:val="{side}"/></w:pPr>'
    return f"<w:p>{shape}{dash[0]}{field}{dash[1]}</w:p>"


def table_xml(table: Table) -> str:
    """Return a ruled table; its first rows are repeated on each page and no row is torn apart."""
    shares = [TEXT_TWIPS * share // sum(table.widths) for share in table.widths]
    grid = "".join(f'<w:gridCol w:w="{share}"/>' for share in shares)
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    rows = "".join(_row_xml(row, shares, head=at < table.heads) for at, row in enumerate(table.rows))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{TEXT_TWIPS}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{lines}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="50" w:type="dxa"/><w:right w:w="50" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _row_xml(row: tuple[Cell, ...], shares: list[int], *, head: bool) -> str:
    high = max(480, max(cell.lines for cell in row) * round(TABLE_PT * 1.45 * 20))
    cells = "".join(_cells(row, shares))
    repeat = "<w:tblHeader/>" if head else ""
    return f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{high}" w:hRule="atLeast"/>{repeat}</w:trPr>{cells}</w:tr>'


def _cells(row: tuple[Cell, ...], shares: list[int]) -> Iterator[str]:
    at = 0
    for cell in row:
        wide = sum(shares[at : at + cell.span])
        at += cell.span
        span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
        side = "center" if cell.label or stands_centred(cell.text) else "left"
        size = TABLE_PT if len(shares) <= 8 else TABLE_PT - 1.5
        face = Face.HEI if cell.label else Face.FANG
        shape = f'<w:pPr><w:pStyle w:val="cell"/><w:jc w:val="{side}"/></w:pPr>'
        text = "".join(
            f"<w:p>{shape}{run_xml(Run(part, face), size_pt=size)}</w:p>" for part in cell.text.splitlines() or [""]
        )
        yield f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>{span}<w:vAlign w:val="center"/></w:tcPr>{text}</w:tc>'


def record_xml(record: Record, style: str) -> str:
    """Return the record block: a table on the foot of the text area, thick lines outside, a thin one between."""
    half = TEXT_TWIPS // 2
    rows = []
    if record.lists:
        lines = "".join(line_xml(line, style, size_pt=SMALL_PT) for line in record.lists)
        cell = f'<w:tc><w:tcPr><w:tcW w:w="{TEXT_TWIPS}" w:type="dxa"/><w:gridSpan w:val="2"/></w:tcPr>{lines}</w:tc>'
        rows.append(f"<w:tr>{cell}</w:tr>")
    if record.office or record.day:
        sides = (("left", record.office), ("right", record.day))
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{half}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>'
            f'<w:ind w:{side}Chars="100" w:{side}="{SMALL_PT * 20}"/><w:jc w:val="{side}"/></w:pPr>'
            f"{run_xml(Run(text, Face.FANG), size_pt=SMALL_PT)}</w:p></w:tc>"
            for side, text in sides
        )
        rows.append(f"<w:tr>{cells}</w:tr>")
    top = twips(TOP_MM + TEXT_MM[1]) - record_lines(record) * LINE_TWIPS
    return f"<w:tbl>{_record_look(top, ruled=record.ruled, half=half)}{''.join(rows)}</w:tbl>"


def record_lines(record: Record) -> int:
    """Return how many lines a record block fills."""
    return sum(_list_lines(line) for line in record.lists) + bool(record.office or record.day)


def _list_lines(line: Line) -> int:
    room = TEXT_MM[0] * POINTS_PER_MM / SMALL_PT - line.left - line.right - line.label_chars
    return max(1, ceil(sum(width(run.text) for run in line.runs) / room))


def _record_look(top: int, *, ruled: bool, half: int) -> str:
    thick, thin = (round(mm * 72 / 25.4 * 8) for mm in (THICK_MM, THIN_MM))
    sides = (("top", thick), ("bottom", thick), ("insideH", thin))
    borders = "".join(f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>' for side, size in sides)
    return (
        '<w:tblPr><w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="page" w:horzAnchor="page" '
        f'w:tblpX="{twips(LEFT_MM)}" w:tblpY="{top}"/><w:tblW w:w="{TEXT_TWIPS}" w:type="dxa"/>'
        f'{f"<w:tblBorders>{borders}</w:tblBorders>" if ruled else ""}<w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{half}"/><w:gridCol w:w="{half}"/></w:tblGrid>'
    )
