"""The month as arrays: what is left to decide once pins and frozen days are taken out.

A fixed duty (pin or frozen) is removed exactly: its holder is busy around that day, has one duty less to give
and starts with more load; its place, its head in the department's quota and its price are accounted for
beforehand. What remains is the same problem without pins.

Words used by every module of the solver: a *group* is one post of one session, with `need` places; a *row* is
a set of people who pay the same for every group (same department, same avoided towns, same bans); a *day* is
counted from the first session's date.
"""

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from djflow.roster.model import (
    LEADER_POST,
    TOWN_KIND,
    Assignment,
    Ban,
    Cadre,
    Event,
    Market,
    Problem,
)

Ints: TypeAlias = npt.NDArray[np.int32]
Longs: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Floats: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.float64]

FORBIDDEN = 10_000_000
"""Cost of a banned pair; any real cost is far below."""


@dataclass(frozen=True, slots=True, eq=False)
class Month:
    """Arrays over cadres c, days d, groups g (sorted by day, units, post), rows r, departments, sessions e."""

    problem: Problem
    events: tuple[Event, ...]
    cadres: tuple[Cadre, ...]
    posts: tuple[str, ...]
    first: dt.date
    days: int
    g_event: Longs
    g_post: Longs
    g_day: Longs
    g_units: Longs
    g_need: Longs
    day_start: Longs  # groups of day d are day_start[d]:day_start[d + 1]
    c_dept: Longs
    c_row: Longs
    history: Longs
    target: Longs
    cap: Longs
    free: Bools  # [c, d]
    skill: Bools  # [c, post], grade included
    row_cost: Ints  # [g, r]
    row_dept: Longs
    wish_cost: Ints  # [c, d]
    quota_low: Longs
    quota_high: Longs
    town: Bools  # [department]
    dept_left: Longs | None  # [e, department] heads still allowed
    town_need: Longs  # [e] township heads still needed
    fixed: tuple[Assignment, ...]
    lost: int  # places that frozen days leave empty for good
    constant: int

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.g_day)

    @property
    def people(self) -> int:
        """Number of cadres."""
        return len(self.cadres)

    def day_groups(self, day: int) -> slice:
        """Return the groups of `day`."""
        return slice(int(self.day_start[day]), int(self.day_start[day + 1]))

    def eligible(self, who: Longs, groups: slice | Longs) -> Bools:
        """Return [who, groups]: may serve by skill, grade, leave and bans."""
        ok = self.skill[np.ix_(who, self.g_post[groups])] & self.free[np.ix_(who, self.g_day[groups])]
        return np.asarray(ok & (self.row_cost[groups][:, self.c_row[who]].T < FORBIDDEN))

    def cost(self, who: Longs, groups: slice | Longs) -> Ints:
        """Return [who, groups]: distance, continuity and wishes in points."""
        by_row = self.row_cost[groups][:, self.c_row[who]].T
        return np.asarray(by_row + self.wish_cost[np.ix_(who, self.g_day[groups])], dtype=np.int32)

    def pair_cost(self, who: Longs, groups: Longs) -> Longs:
        """Return the cost of each pair (who[i], groups[i])."""
        cost = self.row_cost[groups, self.c_row[who]] + self.wish_cost[who, self.g_day[groups]]
        return np.asarray(cost, dtype=np.int64)

    def pair_eligible(self, who: Longs, groups: Longs) -> Bools:
        """Return for each pair (who[i], groups[i]) whether it may serve."""
        ok = self.skill[who, self.g_post[groups]] & self.free[who, self.g_day[groups]]
        return np.asarray(ok & (self.row_cost[groups, self.c_row[who]] < FORBIDDEN))


def class_targets(problem: Problem) -> dict[bool, int]:
    """Return the fairness target of leaders (True) and of everybody else (False), in load units.

    Source: meta.note of the instance format: round half up of (history + units of the class's places) / heads.
    """
    targets: dict[bool, int] = {}
    for leader in (True, False):
        heads = [c.history for c in problem.cadres if c.leader == leader]
        units = sum(
            e.units * need for e in problem.events for post, need in e.needs.items() if (post == LEADER_POST) == leader
        )
        if heads:
            targets[leader] = math.floor((sum(heads) + units) / len(heads) + 0.5)
    return targets


def compile_month(problem: Problem) -> Month:
    """Turn `problem` (already checked) into arrays, with pins and frozen days taken out."""
    return _Compiler(problem).month()


class _Compiler:
    """Builds a `Month` step by step; every step fills a few arrays."""

    def __init__(self, problem: Problem) -> None:
        self.p = problem
        self.events = tuple(sorted(problem.events, key=lambda e: (e.on, e.id)))
        self.cadres = tuple(sorted(problem.cadres, key=lambda c: c.id))
        named = set(problem.posts)
        extra = sorted({post for e in problem.events for post in e.needs} - named)
        self.posts = (*problem.posts, *extra)
        self.departments = tuple(sorted(problem.departments, key=lambda d: d.id))
        self.town = np.array([d.kind == TOWN_KIND for d in self.departments], dtype=bool)
        self.dept_at = {d.id: i for i, d in enumerate(self.departments)}
        self.event_at = {e.id: i for i, e in enumerate(self.events)}
        self.cadre_at = {c.id: i for i, c in enumerate(self.cadres)}
        self.market: dict[str, Market] = {m.id: m for m in problem.markets}
        self.first = self.events[0].on if self.events else dt.date(2000, 1, 1)
        self.days = (self.events[-1].on - self.first).days + 1 if self.events else 0
        self.fixed = tuple(dict.fromkeys([*problem.kept, *sorted(problem.pins)]))
        self.constant = 0
        self.lost = 0

    def frozen_day(self, event: Event) -> bool:
        """Return whether `event` lies before the freeze date."""
        return self.p.freeze_before is not None and event.on < self.p.freeze_before

    def month(self) -> Month:
        """Return the finished arrays."""
        groups = self._groups()
        g_event, g_post, g_need = (np.array([g[i] for g in groups], dtype=np.int64) for i in range(3))
        g_day, g_units = self._days_and_units(g_event)
        free, history, cap = self._people()
        c_row, row_dept, row_cost = self._rows(g_event, g_post)
        low, high = self._quotas()
        dept_left, town_need = self._sessions()
        return Month(
            problem=self.p,
            events=self.events,
            cadres=self.cadres,
            posts=self.posts,
            first=self.first,
            days=self.days,
            g_event=g_event,
            g_post=g_post,
            g_day=g_day,
            g_units=g_units,
            g_need=g_need,
            day_start=np.searchsorted(g_day, np.arange(self.days + 1)),
            c_dept=np.array([self.dept_at[c.department] for c in self.cadres], dtype=np.int64),
            c_row=c_row,
            history=history,
            target=self._targets(),
            cap=cap,
            free=free,
            skill=self._skills(),
            row_cost=row_cost,
            row_dept=row_dept,
            wish_cost=self._wishes(),
            quota_low=low,
            quota_high=high,
            town=self.town,
            dept_left=dept_left,
            town_need=town_need,
            fixed=self.fixed,
            lost=self.lost,
            constant=self.constant,
        )

    def _days_and_units(self, g_event: Longs) -> tuple[Longs, Longs]:
        """Return day and load units of each group."""
        day = np.array([(e.on - self.first).days for e in self.events], dtype=np.int64)
        units = np.array([e.units for e in self.events], dtype=np.int64)
        return day[g_event], units[g_event]

    def _targets(self) -> Longs:
        """Return the fairness target of each cadre."""
        targets = class_targets(self.p)
        return np.array([targets[c.leader] for c in self.cadres], dtype=np.int64)

    def _groups(self) -> list[tuple[int, int, int]]:
        """List (session, post, places left) sorted by day, units and post; charge what frozen days leave empty."""
        taken = Counter((a.event, a.post) for a in self.fixed)
        found: list[tuple[int, int, int, int, int]] = []
        for i, event in enumerate(self.events):
            for j, post in enumerate(self.posts):
                left = event.needs.get(post, 0) - taken[event.id, post]
                if left <= 0:
                    continue
                if self.frozen_day(event):
                    self.lost += left
                    self.constant += left * self.p.weights.unfilled
                else:
                    found.append(((event.on - self.first).days, event.units, j, i, left))
        return [(i, j, left) for _, _, j, i, left in sorted(found)]

    def _people(self) -> tuple[Bools, Longs, Longs]:
        """Return (free [c, d], history, cap) with fixed duties, leave, recent duties and whole-month bans in."""
        gap = self.p.rules.rest_gap
        free = np.ones((len(self.cadres), self.days), dtype=bool)
        history = np.array([c.history for c in self.cadres], dtype=np.int64)
        cap = np.array([max(0, c.max_duties) for c in self.cadres], dtype=np.int64)

        def block(c: int, day: int, reach: int) -> None:
            free[c, max(0, day - reach) : max(0, day + reach + 1)] = False

        for c, cadre in enumerate(self.cadres):
            for on in cadre.unavailable:
                block(c, (on - self.first).days, 0)
            for on in cadre.recent:
                block(c, (on - self.first).days, gap)
        for a in self.fixed:
            c, event = self.cadre_at[a.cadre], self.events[self.event_at[a.event]]
            block(c, (event.on - self.first).days, max(gap, 0))
            history[c] += event.units
            cap[c] = max(0, cap[c] - 1)
            self.constant += self._price(self.cadres[c], self.market[event.market], event)
        for ban in self.p.bans:
            if ban.event is None and ban.post is None:
                free[self.cadre_at[ban.cadre]] = False
        return free, history, cap

    def _distance(self, dept: int, market: Market) -> int:
        """Return distance and continuity points between a department and a market."""
        d, w = self.departments[dept], self.p.weights
        km = round(math.hypot(d.x - market.x, d.y - market.y))
        return km * w.distance_per_km + (0 if d.id in market.incumbents else w.not_incumbent)

    def _price(self, cadre: Cadre, market: Market, event: Event) -> int:
        """Return the points one fixed duty costs."""
        avoid = self.p.weights.avoid
        return (
            self._distance(self.dept_at[cadre.department], market)
            + (avoid if event.on.weekday() in cadre.avoid_weekdays else 0)
            + (avoid if market.town in cadre.avoid_towns else 0)
        )

    def _rows(self, g_event: Longs, g_post: Longs) -> tuple[Longs, Longs, Ints]:
        """Return (row of each cadre, department of each row, cost [g, r])."""
        bans: dict[str, list[Ban]] = {}
        for ban in self.p.bans:
            if ban.event is not None:
                bans.setdefault(ban.cadre, []).append(ban)
        keys: dict[tuple[int, frozenset[str], tuple[tuple[str | None, str | None], ...]], int] = {}
        c_row = np.zeros(len(self.cadres), np.int64)
        for c, cadre in enumerate(self.cadres):
            own: tuple[tuple[str | None, str | None], ...] = tuple(
                sorted(((b.event, b.post) for b in bans.get(cadre.id, [])), key=str)
            )
            key = (self.dept_at[cadre.department], cadre.avoid_towns, own)
            c_row[c] = keys.setdefault(key, len(keys))
        markets = sorted(self.market)
        at = {m: i for i, m in enumerate(markets)}
        base = np.array(
            [[self._distance(d, self.market[m]) for d in range(len(self.departments))] for m in markets], np.int32
        ).reshape(len(markets), len(self.departments))
        g_market = np.array([at[e.market] for e in self.events], np.int64)[g_event] if len(g_event) else g_event
        row_dept = np.array([k[0] for k in keys], np.int64)
        cost = base[np.ix_(g_market, row_dept)] if len(g_event) else np.zeros((0, len(keys)), np.int32)
        for r, (_, towns, own) in enumerate(keys):
            if towns:
                avoided = np.array([self.market[m].town in towns for m in markets])
                cost[avoided[g_market], r] += self.p.weights.avoid
            for event, post in own:
                hit = np.array([self.events[e].id == event for e in g_event], dtype=bool)
                if post is not None:
                    hit &= np.array([self.posts[q] == post for q in g_post], dtype=bool)
                cost[hit, r] = FORBIDDEN
        return c_row, row_dept, cost

    def _skills(self) -> Bools:
        """Return [c, post]: skilled, of sufficient grade and not banned from the post."""
        grades = self.p.rules.min_grades
        skill = np.array(
            [[q in c.skills and c.grade >= grades.get(q, c.grade) for q in self.posts] for c in self.cadres], bool
        ).reshape(len(self.cadres), len(self.posts))
        for ban in self.p.bans:
            if ban.event is None and ban.post in self.posts:
                skill[self.cadre_at[ban.cadre], self.posts.index(ban.post)] = False
        return skill

    def _wishes(self) -> Ints:
        """Return [c, d]: points for a duty on a weekday the person would rather avoid."""
        weekday = np.array([(self.first + dt.timedelta(days=d)).weekday() for d in range(self.days)], np.int64)
        avoided = np.zeros((len(self.cadres), 7), np.int32)
        for c, cadre in enumerate(self.cadres):
            for day in cadre.avoid_weekdays:
                if 0 <= day < 7:
                    avoided[c, day] = self.p.weights.avoid
        return avoided[:, weekday]

    def _quotas(self) -> tuple[Longs, Longs]:
        """Return the heads per department that still cost nothing (low, high), fixed heads taken off."""
        heads = Counter(self.cadres[self.cadre_at[a.cadre]].department for a in self.fixed)
        low = np.array([d.quota_min - heads[d.id] for d in self.departments], np.int64)
        high = np.array([d.quota_max - heads[d.id] for d in self.departments], np.int64)
        self.constant += int(self.p.weights.quota * np.maximum(0, low - high).sum())
        return np.minimum(low, high), np.maximum(low, high)

    def _sessions(self) -> tuple[Longs | None, Longs]:
        """Return heads left per session and department (None: no limit) and township heads still needed."""
        rules, heads = self.p.rules, np.zeros((len(self.events), len(self.departments)), np.int64)
        for a in self.fixed:
            dept = self.dept_at[self.cadres[self.cadre_at[a.cadre]].department]
            heads[self.event_at[a.event], dept] += 1
        left = None
        if rules.max_per_department is not None:
            left = np.maximum(0, rules.max_per_department - heads)
        asked = np.array([min(rules.min_township, sum(e.needs.values())) for e in self.events], np.int64)
        need = np.maximum(0, asked - heads[:, self.town].sum(axis=1)) if len(self.events) else asked
        for e, event in enumerate(self.events):
            if self.frozen_day(event) and need[e]:
                self.constant += int(need[e]) * self.p.weights.township_price
                need[e] = 0
        return left, need
