"""Says why places stay empty: which post, which days, how many are needed and can come, which rule, what helps.

Counting names what one post lacks by itself (`counting`). What several posts lack together, because the same
versatile people would have to serve all of them, only the merged linear program sees (`elastic`); it also
answers "what if": the fewest empty places after one named rule is loosened.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from djflow.roster.model import (
    Cadre,
    CadreId,
    Explanation,
    Limits,
    Problem,
    Relaxation,
    Shortage,
    Stop,
)
from djflow.roster.rules import check_pins, check_problem
from djflow.roster.solver.counting import Window, able_days, all_short_windows, needs, supply
from djflow.roster.solver.dayblock import DayFiller, first_roster
from djflow.roster.solver.elastic import Fewest, fewest_empty
from djflow.roster.solver.month import Bools, Longs, Month, compile_month

_PAIRS = 20_000
"""Merged pairs the linear program may have: about half a second."""

LEAVE, CAP, GAP, SKILL, SHARED, FROZEN = "请假", "月上限", "值班间隔", "资格人数", "一人多岗", "已冻结"


def explain(
    problem: Problem, *, what_if: bool = False, limits: Limits | None = None, stop: Stop | None = None
) -> Explanation:
    """Return all proven shortages, the fewest empty places, and with `what_if` the effect of loosening rules.

    Raises: RosterInputError, PinConflictError.
    """
    limits = limits or Limits(time_limit=10.0)
    check_problem(problem)
    check_pins(problem)
    month = compile_month(problem)
    found = _counted(problem, month)
    minimum = sum(s.short for s in found if s.rule != FROZEN)
    if what_if or _quick(month):
        fewest = fewest_empty(month, limits.time_limit, stop)
        if fewest.minimum > minimum:
            found, minimum = _with_shared(month, found, fewest), fewest.minimum
    menu: tuple[Relaxation, ...] = ()
    if what_if:
        menu = tuple(_menu(problem, found, limits.time_limit, stop))
    return Explanation(tuple(found), minimum + month.lost, menu)


def _quick(month: Month) -> bool:
    """Return whether the linear program takes well under a second."""
    table = needs(month)
    return sum(int(able_days(month, (p,), table)[0].sum()) for p in range(len(month.posts))) <= _PAIRS


def _counted(problem: Problem, month: Month) -> list[Shortage]:
    """Return the shortages of single posts, each with its rule and the cheapest relaxation."""
    rested = compile_month(replace(problem, cadres=tuple(replace(c, unavailable=frozenset()) for c in problem.cadres)))
    return [_tell(month, rested, w) for w in all_short_windows(month)] + _frozen(problem, month)


def _frozen(problem: Problem, month: Month) -> list[Shortage]:
    """Return the places that frozen days leave empty."""
    if not month.lost or problem.freeze_before is None:
        return []
    taken = Counter((a.event, a.post) for a in month.fixed)
    found = []
    for post in month.posts:
        early = [e for e in month.events if e.on < problem.freeze_before and e.needs.get(post, 0)]
        need = sum(e.needs[post] for e in early)
        filled = sum(min(e.needs[post], taken[e.id, post]) for e in early)
        days = tuple(sorted({e.on for e in early if e.needs[post] > taken[e.id, post]}))
        if need > filled:
            text = (
                f"{problem.freeze_before.isoformat()} 之前的安排已冻结：岗位“{post}”需要 {need} 人次，"
                f"已定 {filled} 人次，空缺 {need - filled} 人次；把冻结日期提前才能补。"
            )
            found.append(Shortage(post, days, need, filled, need - filled, FROZEN, text))
    return found


def _tell(month: Month, rested: Month, window: Window) -> Shortage:
    """Put one window into words."""
    need = needs(month)[list(window.posts)].sum(axis=0)
    days = [d for d in range(window.first, window.last + 1) if need[d]]
    dates = tuple(month.first + dt.timedelta(days=d) for d in days)
    post = "、".join(month.posts[p] for p in window.posts)
    rule, remedy = _remedy(month, rested, window)
    together = "合计" if len(window.posts) > 1 else ""
    text = (
        f"{_when(dates)}岗位“{post}”{together}需要 {window.need} 人次，受“{rule}”限制最多能安排 {window.supply} 人次，"
        f"缺 {window.short} 人次；{remedy}。"
    )
    return Shortage(post, dates, window.need, window.supply, window.short, rule, text)


def _when(dates: Sequence[dt.date]) -> str:
    """Return the days as people say them."""
    one, last = _day(dates[0]), _day(dates[-1])
    return one if len(dates) == 1 else f"{one}至{last}（{len(dates)}个场日）"


def _day(on: dt.date) -> str:
    """Return a date as people say it."""
    return f"{on.month}月{on.day}日"


def _remedy(month: Month, rested: Month, window: Window) -> tuple[str, str]:
    """Return the rule that binds and the cheapest relaxation that fills the window."""
    table = needs(month)
    able, cap = able_days(month, window.posts, table)
    free, _ = able_days(rested, window.posts, table)
    gap = max(0, month.problem.rules.rest_gap)

    def most(days: Bools, caps: Longs, rest: int) -> int:
        return int(supply(days, caps, rest, window.first)[window.last])

    tries: list[tuple[str, int, str]] = [
        (LEAVE, most(free, cap, gap), f"最省的办法是请假人员中有 {window.short} 人次改期到岗"),
        (CAP, most(able, cap + 1, gap), "最省的办法是把月上限加 1"),
    ]
    if gap:
        tries.append((GAP, most(able, cap, gap - 1), f"最省的办法是把值班间隔从 {gap} 天减到 {gap - 1} 天"))
    for rule, reached, remedy in tries:
        if reached >= window.need:
            return rule, remedy
    busy = (table[list(window.posts)].sum(axis=0) > 0)[None, :]
    each = max(1, most(busy, np.array([max(1, int(np.median(cap)) if len(cap) else 1)]), gap))
    more = math.ceil(window.short / each)
    rule, reached, _ = max(tries, key=lambda t: t[1])
    names = "、".join(month.posts[p] for p in window.posts)
    remedy = f"最省的办法是再增加 {more} 名有“{names}”资格的人员（现有 {len(able)} 名）"
    return (rule if reached > window.supply else SKILL), remedy


def _with_shared(month: Month, found: list[Shortage], fewest: Fewest) -> list[Shortage]:
    """Replace the entries of posts that share their people by one entry for all of them."""
    small = fewest.program.m
    tight = np.flatnonzero(fewest.outcome.worth > 0.5)
    posts = sorted(set(small.g_post[tight].tolist()) | {p for _, p in fewest.short})
    names = [month.posts[p] for p in posts]
    others = [s for s in found if not set(s.post.split("、")) & set(names)]
    short = fewest.minimum - sum(s.short for s in others if s.rule != FROZEN)
    if short <= 0 or not posts:
        return found
    need = int(small.g_need[tight].sum()) if len(tight) else sum(fewest.short.values())
    days = sorted({int(d) for d in small.g_day[tight]} or {d for d, _ in fewest.short})
    dates = tuple(month.first + dt.timedelta(days=d) for d in days)
    where = Counter({month.posts[p]: 0 for p in posts})
    for (_, p), n in fewest.short.items():
        where[month.posts[p]] += n
    parts = "、".join(f"“{name}”{n} 人次" for name, n in where.items() if n)
    several = "、".join(names)
    text = (
        f"{_when(dates)}岗位“{several}”合计需要 {need} 人次，多由同一批人兼任，"
        f"最多能安排 {max(0, need - short)} 人次，缺 {short} 人次（如{parts}）；"
        f"最省的办法是为这些岗位增加有资格的人员。"
    )
    return [*others, Shortage(several, dates, need, max(0, need - short), short, SHARED, text)]


def _menu(problem: Problem, found: Sequence[Shortage], seconds: float, stop: Stop | None) -> list[Relaxation]:
    """Return the fewest empty places after each named relaxation."""
    gap = problem.rules.rest_gap

    def changed(change: Callable[[Cadre], Cadre]) -> Problem:
        return replace(problem, cadres=tuple(change(c) for c in problem.cadres))

    options: list[tuple[str, Problem]] = [
        ("月上限+1", changed(lambda c: replace(c, max_duties=c.max_duties + 1))),
        ("忽略请假", changed(lambda c: replace(c, unavailable=frozenset()))),
    ]
    if gap > 0:
        options.insert(
            1, (f"间隔-1（{gap}→{gap - 1}天）", replace(problem, rules=replace(problem.rules, rest_gap=gap - 1)))
        )
    if problem.rules.min_grades:
        options.append(("不限领导职级", replace(problem, rules=replace(problem.rules, min_grades={}))))
    short_posts = sorted({p for s in found if s.rule != FROZEN for p in s.post.split("、")})
    if short_posts and problem.departments:
        short = sum(s.short for s in found if s.rule != FROZEN)
        more = max(1, math.ceil(short / 4))
        name = (
            f"“{'、'.join(short_posts)}”各增加{more}名有资格人员"
            if len(short_posts) > 1
            else f"“{short_posts[0]}”增加{more}名有资格人员"
        )
        options.append((name, _with_recruits(problem, short_posts, more)))
    menu = []
    for name, loose in options:
        menu.append(Relaxation(name, _fewest(compile_month(loose), seconds, stop)))
    return menu


def _fewest(month: Month, seconds: float, stop: Stop | None) -> int:
    """Return the fewest empty places; counting is enough where a quick roster has no more."""
    counted = sum(w.short for w in all_short_windows(month))
    filler = DayFiller(month)
    quick = int(first_roster(month, filler).empty().sum()) if month.people and month.groups else counted
    if quick > counted:
        counted = max(counted, fewest_empty(month, seconds, stop).minimum)
    return counted + month.lost


def _with_recruits(problem: Problem, posts: Sequence[str], more: int) -> Problem:
    """Return the problem with `more` free people for each of `posts`."""
    cap = sorted(c.max_duties for c in problem.cadres)[len(problem.cadres) // 2] if problem.cadres else 4
    home = min(d.id for d in problem.departments)
    recruits = tuple(
        Cadre(CadreId(f"~{post}{i}"), home, False, frozenset({post}), 0, max(1, cap), grade=1_000_000)
        for post in posts
        for i in range(more)
    )
    return replace(problem, cadres=(*problem.cadres, *recruits))
