"""The picture of terms: one bar a posting, from its first to its last day, today, successors beside those they follow.

Labels are given by the caller: codes for Prefect, names for the desk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from djflow.core.spans import Month
from djflow.dispatch.policy.model import KIND_WORDS, BatchKind
from djflow.documents.pictures import BLUE, GRID, INK, ORANGE, RED, SKY, Pen, png, sheet

MOST = 60
_COLOURS: Mapping[BatchKind, str] = {
    BatchKind.RURAL: BLUE,
    BatchKind.COMMUNITY: "#009E73",
    BatchKind.UPWARD: SKY,
    BatchKind.TRAINING: "#CC79A7",
    BatchKind.TASKFORCE: ORANGE,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One term on the picture; `planned`: a successor who is proposed and not posted yet."""

    label: str
    kind: BatchKind
    first: date
    last: date
    planned: bool = False


def timeline(title: str, bars: Sequence[Bar], on: date) -> bytes:
    """Return a PNG of at most sixty terms, in the order given, with a line for today."""
    pen, shown = Pen.chinese(), list(bars[:MOST])
    figure = sheet(12, max(2.6, 1.5 + 0.28 * len(shown)))
    more = f"（前{MOST}人，共{len(bars)}人）" if len(bars) > MOST else ""
    figure.suptitle(f"{title}{more}", fontproperties=pen.font(15), color=INK)
    axis = figure.subplots()
    if not shown:
        axis.text(0.5, 0.5, "没有在外的选派干部", ha="center", transform=axis.transAxes, fontproperties=pen.font(13))
        axis.set_axis_off()
        return png(figure)
    _draw(axis, pen, shown, on)
    return png(figure)


def _draw(axis: Axes, pen: Pen, shown: Sequence[Bar], on: date) -> None:
    for row, bar in enumerate(shown):
        axis.barh(
            row,
            (bar.last - bar.first).days + 1,
            left=bar.first.toordinal(),
            height=0.62,
            color="white" if bar.planned else _COLOURS[bar.kind],
            edgecolor=_COLOURS[bar.kind],
            hatch="///" if bar.planned else "",
        )
        words = f"{bar.last:%Y-%m-%d}"
        axis.text(bar.last.toordinal() + 8, row, words, va="center", fontproperties=pen.font(8.5), color=INK)
    axis.axvline(on.toordinal(), color=RED, linestyle="--", linewidth=1.5)
    axis.set_yticks(range(len(shown)), [bar.label for bar in shown])
    axis.set_ylim(len(shown) - 0.4, -0.6)
    first, last = min(bar.first for bar in shown), max(bar.last for bar in shown)
    margin = max(30.0, (last - first).days * 0.12)
    axis.set_xlim(first.toordinal() - 15, last.toordinal() + margin)
    months = _months(first, last)
    axis.set_xticks([month.first.toordinal() for month in months], [str(month) for month in months])
    axis.grid(axis="x", color=GRID)
    pen.dress(axis, f"虚线为今天（{on:%Y-%m-%d}）；斜线为拟接任", "")
    used = [kind for kind in _COLOURS if any(bar.kind is kind for bar in shown)]
    keys = [Patch(color=_COLOURS[kind]) for kind in used]
    axis.legend(keys, [KIND_WORDS[kind] for kind in used], prop=pen.font(9), frameon=False, loc="upper left",
                bbox_to_anchor=(0, -0.1 if len(shown) > 12 else -0.25), ncols=5)  # fmt: skip


def _months(first: date, last: date) -> list[Month]:
    """Return about a dozen months between two days, evenly spaced."""
    every = [Month.of(first)]
    while every[-1].first <= last:
        every.append(every[-1].following)
    return every[1 :: max(1, len(every) // 12)]
