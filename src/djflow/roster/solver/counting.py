"""Shortages that counting alone proves: more places than duties the qualified people can give.

For one post and a window of days, a person gives at most as many duties as fit into his free days with the rest
gap and his cap; taking each day as early as possible is the most. Where all people together give less than the
window asks for, the difference stays empty whatever the roster. Windows that do not overlap add up.
"""

from dataclasses import dataclass

import numpy as np

from djflow.roster.solver.month import Bools, Longs, Month


@dataclass(frozen=True, slots=True)
class Window:
    """Days first..last (both included) in which `post` asks for `need` heads and at most `supply` can serve."""

    post: int
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


def able_days(month: Month, post: int, need: Longs) -> tuple[Bools, Longs]:
    """Return ([c, d] free on a day that needs `post`, caps) of the people qualified for `post`."""
    people = np.flatnonzero(month.skill[:, post])
    return month.free[people] & (need > 0)[None, :], month.cap[people]


def short_windows(month: Month, post: int) -> list[Window]:
    """Return windows that do not overlap and together prove the most empty places of `post`, earliest first."""
    need = needs(month)[post]
    busy = np.flatnonzero(need)
    able, cap = able_days(month, post, need)
    gap = max(0, month.problem.rules.rest_gap)
    asked = np.concatenate([[0], np.cumsum(need)])
    # proven[d]: most empty places proven before day d, with the least window days
    proven: list[tuple[int, int]] = [(0, 0)] * (month.days + 1)
    chosen: list[Window | None] = [None] * (month.days + 1)
    table = {int(a): supply(able, cap, gap, int(a)) for a in busy}
    for end in range(1, month.days + 1):
        proven[end] = proven[end - 1]
        for a in busy[busy < end].tolist():
            short = int(asked[end] - asked[a] - table[a][end - 1])
            value = (proven[a][0] + short, proven[a][1] - (end - a))
            if short > 0 and value > proven[end]:
                proven[end] = value
                chosen[end] = Window(post, a, end - 1, int(asked[end] - asked[a]), int(table[a][end - 1]))
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


def tightness(month: Month) -> list[int]:
    """Return the posts by supply per need in their tightest window from any day to the end, tightest first."""
    table, gap = needs(month), max(0, month.problem.rules.rest_gap)
    ratios = []
    for post in range(len(month.posts)):
        busy = np.flatnonzero(table[post])
        if not len(busy):
            continue
        able, cap = able_days(month, post, table[post])
        total = supply(able, cap, gap, 0)
        asked = np.cumsum(table[post])
        ratios.append((float((total[busy] / asked[busy]).min()), post))
    return [post for _, post in sorted(ratios)]
