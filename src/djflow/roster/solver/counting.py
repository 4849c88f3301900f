"""Shortages that counting alone proves: more places than duties the qualified people can give.

For one post and a window of days, a person gives at most as many duties as fit into his free days with the rest
gap and his cap; taking each day as early as possible is the most. Where all people together give less than the
window asks for, the difference stays empty whatever the roster. Windows that do not overlap add up. The same holds for
several posts together, served by everybody who is qualified for one of them; posts are put together in the way
that proves the most.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from djflow.roster.solver.month import Bools, Longs, Month

_STRIDE = 5
_MANY_POSTS = 7


@dataclass(frozen=True, slots=True)
class Window:
    """Days first..last (both included) in which `posts` ask for `need` heads and at most `supply` can serve."""

    posts: tuple[int, ...]
    first: int
    last: int
    need: int
    supply: int

    @property
    def short(self) -> int:
        """Places that stay empty in any roster."""
        return self.need - self.supply


def needs(month: Month) -> Longs:
    """Return the heads needed [post, day]."""
    table = np.zeros((len(month.posts), month.days), np.int64)
    np.add.at(table, (month.g_post, month.g_day), month.g_need)
    return table


def supply(able: Bools, cap: Longs, gap: int, first: int) -> Longs:
    """Return the most duties people [c] with free days `able` [c, d] can give in first..d, for each day d."""
    count = np.zeros(len(able), np.int64)
    last = np.full(len(able), -10_000)
    total = np.zeros(able.shape[1], np.int64)
    for day in range(first, able.shape[1]):
        serve = able[:, day] & (day - last > gap) & (count < cap)
        count[serve] += 1
        last[serve] = day
        total[day] = count.sum()
    return total


def able_days(month: Month, posts: tuple[int, ...], table: Longs) -> tuple[Bools, Longs]:
    """Return ([c, d] free on a day that needs one of the person's `posts`, caps) of the people qualified."""
    people = np.flatnonzero(month.skill[:, posts].any(axis=1))
    wanted = month.skill[people][:, posts].astype(np.int64) @ (table[list(posts)] > 0).astype(np.int64) > 0
    return month.free[people] & wanted, month.cap[people]


def short_windows(month: Month, posts: tuple[int, ...], table: Longs) -> list[Window]:
    """Return windows that do not overlap and together prove the most empty places of `posts`, earliest first.

    Single posts are tried from every day, several together from every fifth (the work grows with the subsets).
    """
    need = table[list(posts)].sum(axis=0)
    busy = np.flatnonzero(need)
    able, cap = able_days(month, posts, table)
    gap = max(0, month.problem.rules.rest_gap)
    asked = np.concatenate([[0], np.cumsum(need)])
    starts = busy if len(posts) == 1 else busy[::_STRIDE]
    given = {int(a): supply(able, cap, gap, int(a)) for a in starts}
    # proven[d]: most empty places proven before day d, with the least window days
    proven: list[tuple[int, int]] = [(0, 0)] * (month.days + 1)
    chosen: list[Window | None] = [None] * (month.days + 1)
    for end in range(1, month.days + 1):
        proven[end] = proven[end - 1]
        for a in given:
            short = int(asked[end] - asked[a] - given[a][end - 1]) if a < end else 0
            value = (proven[a][0] + short, proven[a][1] - (end - a))
            if short > 0 and value > proven[end]:
                proven[end] = value
                chosen[end] = Window(posts, a, end - 1, int(asked[end] - asked[a]), int(given[a][end - 1]))
    found: list[Window] = []
    end = month.days
    while end > 0:
        window = chosen[end]
        if window is None:
            end -= 1
        else:
            found.append(window)
            end = window.first
    return found[::-1]


def all_short_windows(month: Month) -> list[Window]:
    """Return the windows that prove the most empty places over all ways to put posts together."""
    table = needs(month)
    used = [p for p in range(len(month.posts)) if table[p].any()]
    largest = len(used) if len(used) <= _MANY_POSTS else 1
    windows = {
        posts: short_windows(month, posts, table)
        for size in range(1, largest + 1)
        for posts in itertools.combinations(used, size)
    }
    worth = {posts: sum(w.short for w in found) for posts, found in windows.items() if found}
    best: dict[frozenset[int], tuple[int, tuple[tuple[int, ...], ...]]] = {frozenset(): (0, ())}
    # fewest posts together first: an entry that names one post says more than one that names all
    for posts in sorted(worth, key=lambda q: (len(q), q)):
        for taken, (value, parts) in list(best.items()):
            if taken.isdisjoint(posts):
                key = taken | set(posts)
                if value + worth[posts] > best.get(key, (-1, ()))[0]:
                    best[key] = (value + worth[posts], (*parts, posts))
    most = max(value for value, _ in best.values())
    parts = min((p for value, p in best.values() if value == most), key=lambda p: (sum(map(len, p)), p))
    return [w for posts in sorted(parts) for w in windows[posts]]
