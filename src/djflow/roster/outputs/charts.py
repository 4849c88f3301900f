"""Pictures of a month's roster as PNG: fairness, load, gaps. Units, posts and counts only, never a person's name."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from djflow.documents.pictures import BLUE, GRID, INK, ORANGE, RED, SHADE, SKY, Pen, png, sheet
from djflow.roster.outputs.staffing import duties_of, post_order
from djflow.roster.outputs.wording import title, weekday
from djflow.roster.views import PersonLoad, RosterBook

_HEAT = LinearSegmentedColormap.from_list("load", ["#DCEBF7", "#0072B2", "#06304F"])
_NUMBERED_ROWS = 45  # more rows are told by colour and sums alone: smaller, faster, still legible
_Counts: TypeAlias = npt.NDArray[np.int64]


class HeatRows(StrEnum):
    """What the rows of the load heat map stand for."""

    UNIT = "unit"
    MARKET = "market"


def fairness_chart(book: RosterBook) -> bytes:
    """Return a PNG: how many people stand at how many points, before and after this month, beside the target."""
    pen = Pen.chinese()
    figure = sheet(12, 5.2)
    figure.suptitle(title(book, "积分分布：越向目标线靠拢越公平"), fontproperties=pen.font(15), color=INK)
    axes = figure.subplots(1, 2)
    for axis, name, leads in zip(axes, ("带队领导", "其他人员"), (True, False), strict=True):
        _spread(axis, pen, name, [load for load in book.loads if load.leader is leads])
    return png(figure)


def load_heat_map(book: RosterBook, rows: HeatRows = HeatRows.UNIT) -> bytes:
    """Return a PNG: people on duty per unit (or market) and day, rest days shaded, sums at the right."""
    pen = Pen.chinese()
    names = _heat_names(book, rows)
    counts = _heat_counts(book, rows, names)
    figure = sheet(13, max(3.6, 1.7 + (0.25 if len(names) <= _NUMBERED_ROWS else 0.21) * len(names)))
    what = "各单位每日出勤人次" if rows is HeatRows.UNIT else "各场镇每日到场人数"
    figure.suptitle(title(book, what), fontproperties=pen.font(15), color=INK)
    axis = figure.subplots()
    if names:
        _heat(axis, pen, book, names, counts)
    else:
        _say(axis, pen, "本月没有安排")
    return png(figure)


def gap_chart(book: RosterBook) -> bytes:
    """Return a PNG: filled and empty places per post, and empty places per day."""
    pen = Pen.chinese()
    figure = sheet(12, 4.8)
    words = f"空缺 {book.quality.unfilled} 个" if book.quality.unfilled else "没有空缺"
    figure.suptitle(f"{title(book, '岗位空缺')}：{words}", fontproperties=pen.font(15), color=INK)
    left, right = figure.subplots(1, 2, width_ratios=(2, 3))
    _gaps_by_post(left, pen, book)
    _gaps_by_day(right, pen, book)
    return png(figure)


def _spread(axis: Axes, pen: Pen, name: str, loads: Sequence[PersonLoad]) -> None:
    if not loads:
        _say(axis, pen, f"没有{name}")
        return
    before = [load.history for load in loads]
    after = [load.history + load.load for load in loads]
    target = loads[0].target
    low, high = min(*before, *after, target), max(*before, *after, target)
    step = max(1, math.ceil((high - low + 1) / 25))
    edges = np.arange(low, high + 2 * step, step)
    at = edges[:-1] + (step - 1) / 2
    for points, shift, colour in ((before, -0.21, SKY), (after, 0.21, BLUE)):
        heights, _ = np.histogram(points, bins=edges)
        bars = axis.bar(at + shift * step, heights, width=0.42 * step, color=colour, edgecolor="white", linewidth=0.5)
        texts = axis.bar_label(bars, labels=[str(h) if h else "" for h in heights], padding=2, color=INK)
        for text in texts:
            text.set_fontproperties(pen.font(8.5))
    axis.axvline(target, color=RED, linestyle="--", linewidth=2, zorder=0.5)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axis.grid(axis="y", color=GRID)
    axis.margins(y=0.14)
    keys = [Patch(color=SKY), Patch(color=BLUE), axis.lines[0]]
    words = ["排班前（历史积分）", "排班后（加本月积分）", f"目标 {target} 分"]
    axis.legend(keys, words, prop=pen.font(10), frameon=False, loc="upper left")
    axis.set_title(
        f"{name} {len(loads)} 人：{min(after)}—{max(after)} 分（排班前 {min(before)}—{max(before)} 分）",
        fontproperties=pen.font(12),
        color=INK,
    )
    pen.dress(axis, "积分" if step == 1 else f"积分（每 {step} 分一组）", "人数")
    axis.set_ylim(top=axis.get_ylim()[1] * 1.18)


def _heat_names(book: RosterBook, rows: HeatRows) -> list[str]:
    if rows is HeatRows.MARKET:
        return [market.name for market in book.markets]
    units = {load.unit_name: load.unit_order for load in book.loads}
    units |= {line.unit_name: line.unit_order for line in book.lines}
    return sorted(units, key=lambda name: (units[name], name))


def _heat_counts(book: RosterBook, rows: HeatRows, names: Sequence[str]) -> _Counts:
    at = {name: index for index, name in enumerate(names)}
    counts = np.zeros((len(names), book.month.last.day), dtype=np.int64)
    for line in duties_of(book.lines):
        counts[at[line.market_name if rows is HeatRows.MARKET else line.unit_name], line.on.day - 1] += 1
    return counts


def _heat(
    axis: Axes,
    pen: Pen,
    book: RosterBook,
    names: Sequence[str],
    counts: _Counts,
) -> None:
    days = list(book.month.span)
    rest = _rest_days(book)
    top = max(1, int(counts.max(initial=0)))
    for index, day in enumerate(days):
        if day in rest:
            axis.axvspan(index - 0.5, index + 0.5, color=SHADE, zorder=0)
    shown = np.ma.masked_equal(counts, 0)
    image = axis.imshow(shown, cmap=_HEAT, vmin=1, vmax=max(2, top), aspect="auto", zorder=1)
    if len(names) <= _NUMBERED_ROWS:
        _numbers(axis, pen, counts, max(2, top))
    for row, total in enumerate(counts.sum(axis=1)):
        axis.text(len(days) - 0.3, row, str(total), ha="left", va="center", fontproperties=pen.font(9.5), color=INK)
    axis.text(len(days) - 0.3, -0.75, "合计", ha="left", va="bottom", fontproperties=pen.font(9.5), color=INK)
    axis.set_xticks(range(len(days)), [f"{day.day}\n{weekday(day)}" for day in days])
    axis.set_yticks(range(len(names)), list(names))
    axis.set_xlim(-0.5, len(days) + 0.8)
    pen.dress(axis, f"{book.month.month}月（灰底为周末和法定节假日）", "")
    for label, day in zip(axis.get_xticklabels(), days, strict=True):
        label.set_color(RED if day in rest else INK)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.figure.colorbar(image, ax=axis, shrink=0.6, pad=0.01, ticks=MaxNLocator(integer=True)).set_label(
        "人数", fontproperties=pen.font(10)
    )


def _numbers(axis: Axes, pen: Pen, counts: _Counts, top: int) -> None:
    font = pen.font(8)
    for row, column in zip(*np.nonzero(counts), strict=True):
        count = int(counts[row, column])
        colour = "white" if count > 1 + (top - 1) * 0.35 else INK
        cell = axis.text(column, row, str(count), ha="center", va="center", color=colour, fontproperties=font)
        cell.set_in_layout(False)  # hundreds of texts that cannot change the layout would only slow it down


def _rest_days(book: RosterBook) -> frozenset[date]:
    known = {line.on: line.rest_day for line in book.lines}
    return frozenset(day for day in book.month.span if known.get(day, day.weekday() >= 5))


def _gaps_by_post(axis: Axes, pen: Pen, book: RosterBook) -> None:
    posts = post_order(book)[::-1]
    filled = Counter(line.post for line in duties_of(book.lines))
    empty: Counter[str] = Counter()
    for gap in book.gaps:
        empty[gap.post] += gap.count
    have, lack = [filled[post] for post in posts], [empty[post] for post in posts]
    axis.barh(posts, have, color=BLUE, label="已排", height=0.62)
    axis.barh(posts, lack, left=have, color=ORANGE, hatch="///", edgecolor="white", label="空缺", height=0.62)
    for row, (there, missing) in enumerate(zip(have, lack, strict=True)):
        words = f" {there}" + (f"，缺 {missing}" if missing else "")
        axis.text(there + missing, row, words, va="center", fontproperties=pen.font(10), color=INK)
    axis.set_title("按岗位", fontproperties=pen.font(12), color=INK)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axis.grid(axis="x", color=GRID)
    axis.margins(x=0.2)
    pen.dress(axis, "人次", "")
    axis.legend(prop=pen.font(10), frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)


def _gaps_by_day(axis: Axes, pen: Pen, book: RosterBook) -> None:
    axis.set_title("按日期", fontproperties=pen.font(12), color=INK)
    if not book.gaps:
        _say(axis, pen, "本月没有空缺")
        return
    days = list(book.month.span)
    counts: Counter[date] = Counter()
    for gap in book.gaps:
        counts[gap.on] += gap.count
    rest = _rest_days(book)
    for day in rest:
        axis.axvspan(day.day - 0.5, day.day + 0.5, color=SHADE, zorder=0)
    bars = axis.bar(
        [day.day for day in days],
        [counts[day] for day in days],
        color=ORANGE,
        hatch="///",
        edgecolor="white",
        zorder=2,
    )
    texts = axis.bar_label(bars, labels=[str(counts[day]) if counts[day] else "" for day in days], padding=2)
    for text in texts:
        text.set_fontproperties(pen.font(10))
    axis.set_xlim(0.5, len(days) + 0.5)
    axis.set_xticks([day.day for day in days if day.day == 1 or day.day % 5 == 0])
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_ylim(0, max(counts.values()) * 1.2 + 0.3)
    axis.grid(axis="y", color=GRID)
    pen.dress(axis, f"{book.month.month}月（灰底为周末和法定节假日）", "空缺岗位数")


def _say(axis: Axes, pen: Pen, words: str) -> None:
    axis.text(
        0.5, 0.5, words, ha="center", va="center", transform=axis.transAxes, fontproperties=pen.font(13), color=INK
    )
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set_visible(False)
