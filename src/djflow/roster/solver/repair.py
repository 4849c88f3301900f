"""Mends a published roster with as few changed places as possible.

1. Keep every duty that still obeys the rules: frozen days first, then pins, then the rest. What cannot be kept
   is a lower bound on changes.
2. Fill only the open places with free people, at least price. When that fills them all, no repair changes fewer
   places, and the price is the least among those.
3. Places still empty call for chains (A takes the empty place, B takes A's). A program over the bottleneck
   posts and their neighbours pays much for an empty place, some for every duty not kept, and the price last.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from djflow.roster.model import (
    Assignment,
    Ban,
    Cadre,
    Change,
    Changes,
    EventId,
    Limits,
    Problem,
    Progress,
    Repair,
    RosterInputError,
    Stop,
)
from djflow.roster.rules import check_known, check_pins, check_problem, too_close, why_not
from djflow.roster.solver.dayblock import DayFiller, first_roster, improve
from djflow.roster.solver.month import Ints, Longs, Month, compile_month
from djflow.roster.solver.outcome import objective_of, township_short, vacancies
from djflow.roster.solver.program import Program, Stopping, Terms
from djflow.roster.solver.roster import Draft

_KEEP = 1000.0
_EMPTY = 100 * _KEEP
_ROUNDS = 40
_FREE_PER_GROUP = 40
_MOST_PAIRS = 40_000


@dataclass(frozen=True, slots=True)
class _Kept:
    """The rows that stay, and those that provably cannot."""

    rows: tuple[Assignment, ...]
    broken: tuple[Assignment, ...]


def changed_problem(problem: Problem, current: Sequence[Assignment], changes: Changes) -> Problem:
    """Return `problem` after `changes`: more leave, fewer sessions, frozen days as they are in `current`.

    Raises: RosterInputError for an unknown person.
    """
    known = {c.id for c in problem.cadres}
    strangers = sorted(set(changes.unavailable) - known)
    if strangers:
        raise RosterInputError(f"变更里的工号 {strangers[0]} 不在人员表里；请核对工号。")
    leave = changes.unavailable

    def absent(cadre: Cadre) -> Cadre:
        more = leave.get(cadre.id)
        return replace(cadre, unavailable=cadre.unavailable | more) if more else cadre

    freeze = max(filter(None, (problem.freeze_before, changes.freeze_before)), default=None)
    events = tuple(e for e in problem.events if e.id not in changes.cancelled)
    left = {e.id for e in events}
    open_events = {e.id for e in events if freeze is None or e.on >= freeze}
    return replace(
        problem,
        events=events,
        cadres=tuple(absent(c) for c in problem.cadres),
        freeze_before=freeze,
        frozen=tuple(a for a in current if a.event in left),
        pins=tuple(p for p in problem.pins if p.event in open_events),
        bans=(*problem.bans, *(Ban(a.cadre, a.event, a.post) for a in changes.must_replace)),
    )


def repair(
    problem: Problem,
    current: Sequence[Assignment],
    changes: Changes,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Repair:
    """Return the roster that follows `current` after `changes` with the fewest changed places.

    Raises: RosterInputError, PinConflictError.
    """
    started = time.perf_counter()
    limits = limits or Limits(time_limit=10.0)
    check_problem(problem)
    check_known(problem, current, "原值班表的")
    now = changed_problem(problem, current, changes)
    check_pins(now)

    def left() -> float:
        return limits.time_limit - 0.2 - (time.perf_counter() - started)

    def halt() -> bool:
        return left() <= 0 or (stop is not None and stop())

    kept = split_rows(now, current)
    rows = _refill(now, kept, left, halt)
    if progress is not None:
        progress("补齐空缺", None, None, time.perf_counter() - started)
    if not halt() and _shortfall(now, rows):
        rows = _chains(now, kept, rows, left, halt)
    return _report(now, current, rows, len(kept.broken), time.perf_counter() - started)


def _report(
    problem: Problem, current: Sequence[Assignment], rows: tuple[Assignment, ...], bound: int, seconds: float
) -> Repair:
    """Return the mended roster with its figures."""
    still, after = {e.id for e in problem.events}, set(rows)
    return Repair(
        assignments=rows,
        objective=objective_of(problem, rows),
        unfilled=vacancies(problem, rows),
        township_short=township_short(problem, rows),
        changed=sum(1 for a in set(current) if a.event in still and a not in after),
        changed_lower_bound=bound,
        diff=differences(current, rows),
        seconds=seconds,
    )


def split_rows(problem: Problem, current: Iterable[Assignment]) -> _Kept:
    """Split `current` into rows that may stay together and rows that cannot; cancelled sessions are dropped."""
    events, cadres = {e.id: e for e in problem.events}, {c.id: c for c in problem.cadres}
    rules = problem.rules
    days: dict[str, list[int]] = {}
    places, heads = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    fixed = {*problem.kept, *problem.pins}

    def accept(a: Assignment) -> None:
        days.setdefault(a.cadre, []).append(events[a.event].on.toordinal())
        places[a.event, a.post] += 1
        heads[a.event, cadres[a.cadre].department] += 1

    def fits(a: Assignment) -> bool:
        event, cadre = events[a.event], cadres[a.cadre]
        on, mine = event.on.toordinal(), days.get(a.cadre, [])
        most = rules.max_per_department
        return (
            why_not(problem, cadre, event, a.post) is None
            and not any(too_close(on, d, rules.rest_gap) for d in mine)
            and len(mine) < cadre.max_duties
            and places[a.event, a.post] < event.needs.get(a.post, 0)
            and (most is None or heads[a.event, cadre.department] < most)
        )

    for a in fixed:
        accept(a)
    rows, broken = [], []
    for a in _by_date(problem, set(current) - fixed):
        if fits(a):
            accept(a)
            rows.append(a)
        else:
            broken.append(a)
    return _Kept((*sorted(fixed), *rows), tuple(broken))


def _by_date(problem: Problem, rows: Iterable[Assignment]) -> list[Assignment]:
    """Return the rows of sessions that still take place, earliest first."""
    on = {e.id: e.on for e in problem.events}
    return sorted((a for a in rows if a.event in on), key=lambda a: (on[a.event], a))


def _shortfall(problem: Problem, rows: Sequence[Assignment]) -> bool:
    """Return whether a place after the freeze date is empty."""
    on = {e.id: e.on for e in problem.events}
    freeze = problem.freeze_before
    return any(freeze is None or on[v.event] >= freeze for v in vacancies(problem, rows))


def _refill(
    problem: Problem, kept: _Kept, left: Callable[[], float], halt: Callable[[], bool]
) -> tuple[Assignment, ...]:
    """Fill the open places only, with everything kept fixed."""
    rest = compile_month(replace(problem, pins=kept.rows))
    if not rest.groups or not rest.people:
        return tuple(sorted(kept.rows))
    filler = DayFiller(rest)
    draft, price = improve(first_roster(rest, filler), filler, _ROUNDS, np.random.default_rng(0), halt)
    who, groups = _best_pairs(rest, draft, np.arange(rest.groups), _FREE_PER_GROUP)
    until = min(left(), 2.5)
    if until > 0.1:
        program = Program(rest, who, groups, Terms(float(problem.weights.unfilled)))
        outcome = program.solve(Stopping(until, gap=1e-4, stop=halt), draft)
        if math.isfinite(outcome.objective):
            better = program.draft(outcome)
            draft = better if better.price() < price else draft
    return draft.assignments()


def _best_pairs(month: Month, draft: Draft, wanted: Longs, most: int) -> tuple[Longs, Longs]:
    """Return for each wanted group its `most` cheapest people who may serve, with the pairs of `draft`."""
    w = month.problem.weights
    who, groups = draft.pairs()
    keys = [who * month.groups + groups]
    everyone = np.arange(month.people)
    gap = max(0, month.problem.rules.rest_gap)
    for g in wanted.tolist():
        one = np.array([g])
        day = int(month.g_day[g])
        able = np.flatnonzero(month.eligible(everyone, one)[:, 0] & (month.cap > 0))
        units = int(month.g_units[g])
        price = month.cost(able, one)[:, 0] + w.fairness * units * (2 * (draft.load - month.target)[able] + units)
        busy = (draft.duty[able, max(0, day - gap) : day + gap + 1] >= 0).any(axis=1) | (
            draft.count[able] >= month.cap[able]
        )
        order = np.lexsort((able, price, busy))[:most]
        keys.append(able[order] * month.groups + g)
    key = np.unique(np.concatenate(keys))
    return key // month.groups, key % month.groups


def _chains(
    problem: Problem,
    kept: _Kept,
    rows: tuple[Assignment, ...],
    left: Callable[[], float],
    halt: Callable[[], bool],
) -> tuple[Assignment, ...]:
    """Let kept duties move where that fills more places; return the better roster."""
    month = compile_month(problem)
    draft = _draft_of(month, rows)
    who, groups = _chain_pairs(month, draft)
    stay = _draft_of(month, kept.rows)
    day = month.g_day[groups]
    bonus = np.where(stay.duty[who, day] == groups, -_KEEP, 0.0)
    if left() <= 0.3:
        return rows
    program = Program(month, who, groups, Terms(max(_EMPTY, float(problem.weights.unfilled)), bonus=bonus))
    outcome = program.solve(Stopping(left(), gap=1e-5, stop=halt), draft)
    if not math.isfinite(outcome.objective):
        return rows
    return program.draft(outcome).assignments()


def _draft_of(month: Month, rows: Iterable[Assignment]) -> Draft:
    """Return the draft of the rows that are not fixed."""
    fixed = set(month.fixed)
    cadre_at = {c.id: i for i, c in enumerate(month.cadres)}
    group_at = {
        (month.events[e].id, month.posts[p]): g
        for g, (e, p) in enumerate(zip(month.g_event.tolist(), month.g_post.tolist(), strict=True))
    }
    duty: Ints = np.full((month.people, month.days), -1, np.int32)
    for a in rows:
        if a not in fixed:
            g = group_at[a.event, a.post]
            duty[cadre_at[a.cadre], month.g_day[g]] = g
    return Draft(month, duty)


def _chain_pairs(month: Month, draft: Draft) -> tuple[Longs, Longs]:
    """Return all pairs of the posts with empty places, and the best few of the places their people hold now."""
    empty = np.flatnonzero(draft.empty())
    posts = np.unique(month.g_post[empty])
    everyone = np.arange(month.people)
    bottleneck = np.flatnonzero(np.isin(month.g_post, posts))
    able = month.eligible(everyone, bottleneck) & (month.cap > 0)[:, None]
    if able.sum() > _MOST_PAIRS:
        bottleneck = empty
        able = month.eligible(everyone, bottleneck) & (month.cap > 0)[:, None]
    c, at = np.nonzero(able)
    movers = np.unique(c)
    held = np.unique(draft.duty[movers][draft.duty[movers] >= 0]).astype(np.int64)
    most = max(4, min(60, _MOST_PAIRS // max(1, len(held))))
    who, groups = _best_pairs(month, draft, held, most)
    key = np.unique(np.concatenate([c * month.groups + bottleneck[at], who * month.groups + groups]))
    return key // month.groups, key % month.groups


def differences(before: Iterable[Assignment], after: Iterable[Assignment]) -> tuple[Change, ...]:
    """Return place by place who left and who came, sorted by session and post."""
    old, new = set(before), set(after)
    gone: dict[tuple[EventId, str], list[Assignment]] = {}
    come: dict[tuple[EventId, str], list[Assignment]] = {}
    for a in sorted(old - new):
        gone.setdefault((a.event, a.post), []).append(a)
    for a in sorted(new - old):
        come.setdefault((a.event, a.post), []).append(a)
    found = []
    for place in sorted({*gone, *come}):
        left, here = gone.get(place, []), come.get(place, [])
        for i in range(max(len(left), len(here))):
            one = left[i].cadre if i < len(left) else None
            two = here[i].cadre if i < len(here) else None
            found.append(Change(place[0], place[1], one, two))
    return tuple(found)
