"""Draws how units compare: a bar for each unit and ranked indicator, the best on top; never a person."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from djflow.circulars.figures import unit_of
from djflow.circulars.model import Snapshot, Terms
from djflow.circulars.ranking import groups, values
from djflow.circulars.wording import say
from djflow.documents.official.model import Picture
from djflow.documents.pictures import BLUE, GRID, INK, Pen, png, sheet

MOST_CHARTS, MOST_BARS = 6, 24
"""A circular shows the first six indicators; a long group is drawn in several pictures."""
_NAME = 14
_WIDE, _BAR, _AIR = 7.2, 0.27, 0.7


@dataclass(frozen=True, slots=True)
class Chart:
    """Units with a value of one indicator, the best first, ties in official order."""

    caption: str
    unit: str
    bars: tuple[tuple[str, Decimal], ...]


def charts(snapshot: Snapshot, terms: Terms) -> tuple[Chart, ...]:
    """Return the charts of a snapshot: ranked indicators in the order of the sections, towns first."""
    return tuple(part for chart in tuple(_charts(snapshot, terms))[:MOST_CHARTS] for part in _parts(chart))


def _charts(snapshot: Snapshot, terms: Terms) -> Iterator[Chart]:
    for group in groups(snapshot, terms):
        for section in snapshot.sections:
            for one in section.indicators:
                found = values(section, one, group.units, terms)
                if not one.ranked or one.higher_is_better is None or len(found) < 2:
                    continue
                sign = -1 if one.higher_is_better else 1
                units = [unit for unit in group.units if unit.id in found]
                units.sort(key=lambda unit: (sign * found[unit.id], unit.order))
                caption = say(terms.words, "chart", group=group.title, name=one.name, unit=unit_of(one))
                yield Chart(caption, unit_of(one), tuple((unit.name, found[unit.id]) for unit in units))


def _parts(chart: Chart) -> Iterator[Chart]:
    for at in range(0, len(chart.bars), MOST_BARS):
        yield Chart(chart.caption, chart.unit, chart.bars[at : at + MOST_BARS])


def pictures_of(snapshot: Snapshot, terms: Terms) -> tuple[Picture, ...]:
    """Return the charts of a snapshot as pictures.

    Raises: MissingFontError without a Chinese font.
    """
    return tuple(Picture(base64.b64encode(drawn(one)).decode(), one.caption) for one in charts(snapshot, terms))


def drawn(chart: Chart) -> bytes:
    """Return a chart as PNG.

    Raises: MissingFontError without a Chinese font.
    """
    pen = Pen.chinese()
    figure = sheet(_WIDE, _AIR + _BAR * len(chart.bars))
    axis = figure.subplots()
    rows = range(len(chart.bars))
    numbers = [float(value) for _, value in chart.bars]
    axis.barh(rows, numbers, height=0.6, color=BLUE)
    axis.set_yticks(rows, labels=[_short(name) for name, _ in chart.bars])
    axis.set_ylim(len(chart.bars) - 0.4, -0.6)
    axis.set_xlim(0, max(max(numbers) * 1.12, 1))
    axis.grid(visible=True, axis="x", color=GRID)
    pen.dress(axis, "", "")
    for row, (_, value) in zip(rows, chart.bars, strict=True):
        axis.text(float(value), row, f" {value}", va="center", fontproperties=pen.font(10), color=INK)
    return png(figure)


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
