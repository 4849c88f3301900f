"""The words that every output shares: days, states, and what a roster's figures mean."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from types import MappingProxyType

from djflow.roster.model import SolveStatus
from djflow.roster.views import Quality, RosterBook, RosterState, SessionState

WEEKDAYS = "一二三四五六日"

STATE_MARKS: Mapping[RosterState, str] = MappingProxyType(
    {
        RosterState.REVIEW: "征求意见稿",
        RosterState.PUBLISHED: "",
        RosterState.AMENDED: "已被新版取代",
        RosterState.VOID: "已作废",
        RosterState.CLOSED: "",
    }
)
"""What is printed beside the title; a roster in force carries no mark."""


def stage_words(book: RosterBook) -> str:
    """Return which draft or version a book is: `第2稿` before publication, `第1版` after."""
    return f"第{book.version}版" if book.version else f"第{book.round}稿"


REPAIRED = "repaired"
BY_HAND = "by_hand"
"""Status of a version made from an earlier one with as few changes as possible."""

STATUSES: Mapping[str, str] = MappingProxyType(
    {
        SolveStatus.PROVEN: "已达到要求的精度",
        SolveStatus.TIME_LIMIT: "到达时限，取当时最好的排法",
        SolveStatus.BEST_EFFORT: "尽力而为，未能证明精度",
        REPAIRED: "在原值班表上以最少的改动修补",
        BY_HAND: "按换班或指定换人",
    }
)
"""Why the solver stopped."""


@dataclass(frozen=True, slots=True)
class CostPart:
    """A part of a roster's price: its name on paper and what it counts."""

    name: str
    meaning: str


COST_PARTS: Mapping[str, CostPart] = MappingProxyType(
    {
        "distance": CostPart("路程", "单位驻地到场镇的公里数之和，越小路上花的时间越少。"),
        "continuity": CostPart("定点", "单位上月没有到过这个场镇的人次，越小越是熟人熟路。"),
        "wishes": CostPart("意愿", "排在本人希望避开的日子或乡镇的人次。"),
        "fairness": CostPart("公平", "每人历史积分加本月积分偏离平均值的平方和，越小越均衡。"),
        "quota": CostPart("单位任务", "单位出勤人次低于下限或高于上限的部分。"),
    }
)
"""Known parts by the solver's key."""

_PLACES = CostPart("空缺与缺员", "空缺岗位和镇乡干部缺员，按最高的分计入。")

WEIGHT_OF = MappingProxyType({"distance": "distance_per_km", "continuity": "not_incumbent", "wishes": "avoid"})
"""The weight's key of a part, where it differs from the part's own."""

WEIGHTS: Mapping[str, CostPart] = MappingProxyType(
    {
        "distance_per_km": CostPart("路程", "每公里计的分。"),
        "not_incumbent": CostPart("定点", "单位上月没有到过该场镇，每人次计的分。"),
        "avoid": CostPart("意愿", "排在本人希望避开的日子或乡镇，每人次计的分。"),
        "fairness": CostPart("公平", "积分偏离同类平均值，偏离数平方后每一计的分。"),
        "quota": CostPart("单位任务", "低于下限或高于上限，每人次计的分。"),
        "unfilled": CostPart("空缺", "每个空缺岗位计的分。"),
        "township": CostPart("镇乡人员", "每缺一名镇乡干部计的分。"),
    }
)
"""Known weights by their key in the office's configuration."""


def priced_parts(quality: Quality) -> tuple[tuple[CostPart, int], ...]:
    """Return the parts of the objective with their points; they add up to the objective."""
    known = [(words, quality.parts[key]) for key, words in COST_PARTS.items() if key in quality.parts]
    rest = quality.objective - sum(points for _, points in known)
    return (*known, (_PLACES, rest)) if rest else tuple(known)


def weight_words(key: str) -> CostPart:
    """Return the words for a weight; a key nobody described is shown as it is."""
    return WEIGHTS.get(key, CostPart(key, ""))


def weekday(on: date) -> str:
    """Return the weekday's single character, `一` … `日`."""
    return WEEKDAYS[on.weekday()]


def day_words(on: date) -> str:
    """Return `12月5日（星期六）`."""
    return f"{on.month}月{on.day}日（星期{weekday(on)}）"


def full_day(on: date) -> str:
    """Return `2026年12月5日`."""
    return f"{on.year}年{on.month}月{on.day}日"


def hours(start: time, end: time) -> str:
    """Return `09:00—12:00`."""
    return f"{start:%H:%M}—{end:%H:%M}"


def title(book: RosterBook, subject: str = "赶场值班表") -> str:
    """Return `2026年12月赶场值班表（征求意见稿）`; the bracket only while the roster is not in force."""
    mark = STATE_MARKS[book.state]
    return f"{book.month.title}{subject}" + (f"（{mark}）" if mark else "")


def percent(share: float) -> str:
    """Return a share as `0.42%`, rounded up to the second decimal, because it is printed after `不超过`."""
    return f"{math.ceil(round(share * 10_000, 6)) / 100:.2f}%"


def gap_words(quality: Quality) -> str:
    """Return in words how far the roster provably is from the best one, as `与理论最优相差不超过 0.42%`."""
    if quality.status == REPAIRED:
        return _change_words(quality)
    if quality.status == BY_HAND:
        return "按换班或指定换人，未另行比较与理论最优的差距"
    if quality.gap is None or not math.isfinite(quality.gap):
        return "尚未证明与理论最优的差距"
    if quality.gap <= 0:
        return "已证明为理论最优，没有更好的排法"
    return f"与理论最优相差不超过 {percent(quality.gap)}"


def _change_words(quality: Quality) -> str:
    if quality.changed is None or quality.changed_proven is None:
        return "在原值班表上修补，未另行比较与理论最优的差距"
    if quality.changed <= quality.changed_proven:
        return f"在原值班表上改动 {quality.changed} 个岗位（不计取消的场次），已证明不能更少"
    return f"在原值班表上改动 {quality.changed} 个岗位（不计取消的场次），已证明至少要改动 {quality.changed_proven} 个"


def bound_words(quality: Quality) -> str:
    """Return the proven lower bound as a figure, or that there is none."""
    return f"{quality.bound:.1f}" if quality.bound > 0 or quality.objective == 0 else "未计算"


def sessions_words(book: RosterBook) -> str:
    """Return how many sessions a month has, at how many markets, and how many of them are cancelled."""
    off = sum(session.state is SessionState.CANCELLED for session in book.sessions)
    cancelled = f"（其中取消 {off} 场）" if off else ""
    return f"{len(book.sessions)} 场{cancelled}，{len({session.market for session in book.sessions})} 个场镇"


def unfilled_words(quality: Quality) -> str:
    """Return the empty places in words, with what is proven about them."""
    if quality.unfilled == 0:
        return "没有空缺"
    if quality.min_unfilled_proven is None:
        return f"空缺 {quality.unfilled} 个，最少空缺数尚未证明"
    if quality.min_unfilled_proven >= quality.unfilled:
        return f"空缺 {quality.unfilled} 个，已证明不能更少"
    return f"空缺 {quality.unfilled} 个，已证明至少空缺 {quality.min_unfilled_proven} 个"
