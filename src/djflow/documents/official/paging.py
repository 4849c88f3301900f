"""How many pages a plan fills, counted on the grid: for the .docx where no PDF could be set and measured."""

from math import ceil

from djflow.documents.official.model import Table
from djflow.documents.official.plan import LOOKS, Blank, Grid, Illustration, Line, Plan, Turn
from djflow.documents.official.rules import BODY_PT, CHAR_PT, CHARS, LINES, PITCH_PT, TABLE_PT, Pages
from djflow.documents.official.titles import width

_ROW_AIR_PT = 11.0
_CELL_LINE = 1.45


def estimate(plan: Plan) -> Pages:
    """Return the pages that a plan fills if every character is one wide."""
    page, used = 1, float(plan.head.lines)
    for item in plan.items:
        if isinstance(item, Turn):
            page, used = page + 1, 0.0
            continue
        need = _lines(item)
        page += int((used + need - 0.01) // LINES) if need else 0
        used = (used + need) % LINES or (float(LINES) if need else used)
    if plan.record is None:
        return Pages(page, page, 0)
    high = len(plan.record.lists) + bool(plan.record.office or plan.record.day)
    fits = used + high <= LINES and (page % 2 == 0 or not plan.record.ruled)
    on = page if fits else page + 1 if page % 2 or not plan.record.ruled else page + 2
    return Pages(on, page, on)


def _lines(item: Line | Blank | Grid | Illustration) -> float:
    if isinstance(item, Blank):
        return item.lines
    if isinstance(item, Grid):
        return _table_lines(item.table)
    if isinstance(item, Illustration):
        return item.share * CHARS * CHAR_PT / PITCH_PT
    look = LOOKS[item.style]
    chars = item.first + sum(width(run.text) for run in item.runs)
    room = CHARS * BODY_PT / look.size_pt - item.left - item.right - item.label_chars
    return max(1, ceil(chars / max(1.0, room)))


def _table_lines(table: Table) -> float:
    total = 0.0
    for row in table.rows:
        at, most = 0, 1
        for cell in row:
            share = sum(table.widths[at : at + cell.span]) / sum(table.widths)
            at += cell.span
            room = max(1.0, share * CHARS * BODY_PT / TABLE_PT - 1)
            most = max(
                most, cell.lines, sum(max(1, ceil(width(part) / room)) for part in cell.text.splitlines() or [""])
            )
        total += most * TABLE_PT * _CELL_LINE + _ROW_AIR_PT
    return total / PITCH_PT
