"""Sets a plan as PDF with typst and open fonts; says on how many pages, and where text and record block end."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from djflow.core.errors import IntegrityError
from djflow.documents.official.fonts import choose
from djflow.documents.official.model import Cell, Table
from djflow.documents.official.plan import LOOKS, Blank, Grid, Head, Illustration, Item, Line, Plan, Record, Rule, Spot
from djflow.documents.official.rules import TABLE_PT, Pages, stands_centred

if TYPE_CHECKING:
    import typst

TEXLIVE_FONTS = Path("/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol")
"""Where Debian keeps the open 仿宋 and 楷体, outside the system's fonts."""
_MANY_COLUMNS = 8
_WHOLE_CHARS = 28 * 4


def typeset(plan: Plan, *, now: datetime) -> tuple[bytes, Pages]:
    """Return a plan as a PDF and its pages.

    Raises: ConfigError without a font; IntegrityError when it cannot be set.
    """
    import typst  # noqa: PLC0415 - 80 MB that only printing needs

    fonts = _fonts()
    faces = {name: asdict(chosen) for name, chosen in choose(font_families()).items()}
    inputs = {"plan": json.dumps(_values(plan), ensure_ascii=False), "faces": json.dumps(faces)}
    with as_file(files("djflow.documents").joinpath("layouts", "official.typ")) as layout:
        compiler = typst.Compiler(str(layout), font_paths=fonts, sys_inputs=inputs)
        try:
            made = compiler.compile(format="pdf", timestamp=now.replace(microsecond=0))
            facts = json.loads(compiler.query("<facts>", field="value", one=True))
        except typst.TypstError as error:
            raise IntegrityError("公文排不出来：程序自带的版式有误，请报告管理员。", code="print.layout") from error
    if not isinstance(made, bytes):
        raise IntegrityError("公文排不出来：没有得到 PDF，请报告管理员。", code="print.layout")
    record = facts["record"]
    return made, Pages(facts["pages"], facts["end"], record[0] if record else 0)


@cache
def _fonts() -> "typst.Fonts":
    import typst  # noqa: PLC0415 - 80 MB that only printing needs

    return typst.Fonts(include_embedded_fonts=False, font_paths=[str(TEXLIVE_FONTS)] if TEXLIVE_FONTS.is_dir() else [])


def font_families() -> frozenset[str]:
    """Return the names of all font families that papers can be set in on this machine."""
    return frozenset(_fonts().families())


def _values(plan: Plan) -> Mapping[str, Any]:
    """Return a plan as the JSON that layouts/official.typ reads."""
    return {
        "title": plan.title,
        "bare": plan.bare_first,
        "plain": plan.plain,
        "looks": {
            style.value: {"face": look.face, "size": look.size_pt, "align": look.align} for style, look in LOOKS.items()
        },
        "head": _head(plan.head),
        "items": [_item(item) for item in plan.items],
        "record": _record(plan.record) if plan.record else None,
    }


def _head(head: Head) -> Mapping[str, Any]:
    return {
        "lines": head.lines,
        "spots": [_spot(spot) for spot in head.spots],
        "rule": _rule(head.rule) if head.rule else None,
        "foot": _rule(head.foot) if head.foot else None,
    }


def _spot(spot: Spot) -> Mapping[str, Any]:
    return {
        "runs": [asdict(run) for run in spot.runs],
        "top": spot.top_mm,
        "size": spot.size_pt,
        "side": spot.side,
        "indent": spot.indent_mm,
        "spread": spot.spread_mm,
        "scale": spot.scale,
        "red": spot.red,
    }


def _rule(rule: Rule) -> Mapping[str, Any]:
    return {"top": rule.top_mm, "left": rule.left_mm, "width": rule.width_mm, "strokes": rule.strokes_pt}


def _item(item: Item) -> Mapping[str, Any]:
    if isinstance(item, Line):
        return _line(item)
    if isinstance(item, Blank):
        return {"is": "blank", "lines": item.lines, "keep": item.keep, "breakable": True}
    if isinstance(item, Grid):
        return _table(item.table)
    if isinstance(item, Illustration):
        return {"is": "picture", "png": list(base64.b64decode(item.png)), "keep": False, "breakable": False}
    return {"is": "turn"}


def _line(line: Line) -> Mapping[str, Any]:
    # A line bound to the next goes to the next page with it: a short paragraph whole, a long one by its last two lines.
    long = line.keep and len(line.runs[-1].text) > _WHOLE_CHARS
    return {"is": "line", **asdict(line), "breakable": not line.keep, "split": long}


def _table(table: Table) -> Mapping[str, Any]:
    many = len(table.widths) > _MANY_COLUMNS
    return {
        "is": "grid",
        "keep": False,
        "breakable": True,
        "heads": table.heads,
        "widths": table.widths,
        "size": TABLE_PT - 1.5 if many else TABLE_PT,
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


def _cell(cell: Cell) -> Mapping[str, Any]:
    return {**asdict(cell), "short": stands_centred(cell.text)}


def _record(record: Record) -> Mapping[str, Any]:
    lists = [_line(line) for line in record.lists]
    return {"lists": lists, "office": record.office, "day": record.day, "ruled": record.ruled}
