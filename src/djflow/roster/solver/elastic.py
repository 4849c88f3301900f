"""The fewest places that must stay empty, proven, and a roster that has no more.

When only empty places are paid for, sessions of one day that ask for the same post are interchangeable. They
are merged into one *demand* (day, post), which makes the program some twenty times smaller than the roster's
own. Bans of single sessions and the heads-per-department rule are left out; the minimum is then still a valid
lower bound. It comes from a linear program, whose duals also say which places are worth filling; the roster
from a mixed-integer program over the pairs that cost the linear one nothing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from djflow.roster.solver.month import Bools, Doubles, Ints, Longs, Month
from djflow.roster.solver.program import Outcome, Program, Stopping, Terms
from djflow.roster.solver.roster import Draft

_FREE = 1e-7
_SHARE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Fewest:
    """Proven minimum of empty places.

    `worth` [g] says by how much one place less of group g would lower the minimum (0..1); `short` maps
    (day, post) to the places one best solution leaves empty.
    """

    minimum: int
    worth: Doubles
    short: dict[tuple[int, int], int]
    outcome: Outcome
    program: Program


def merged(month: Month) -> Month:
    """Return `month` with the groups of equal day and post merged into one."""
    key = _demand(month)
    kinds, first = np.unique(key, return_index=True)
    need = np.bincount(np.searchsorted(kinds, key), weights=month.g_need, minlength=len(kinds)).astype(np.int64)
    day = month.g_day[first]
    return replace(
        month,
        g_event=month.g_event[first],
        g_post=month.g_post[first],
        g_day=day,
        g_units=month.g_units[first],
        g_need=need,
        day_start=np.searchsorted(day, np.arange(month.days + 1)),
        row_cost=np.zeros((len(kinds), month.row_cost.shape[1]), np.int32),
        dept_left=None,
        town_need=np.zeros_like(month.town_need),
    )


def _demand(month: Month) -> Longs:
    """Return the number of each group's demand."""
    return np.asarray(month.g_day * len(month.posts) + month.g_post)


def fewest_empty(month: Month, seconds: float, stop: Callable[[], bool] | None = None) -> Fewest:
    """Prove how many places of `month` stay empty at least; an interrupted proof says 0."""
    small = merged(month)
    able: Bools = small.eligible(np.arange(small.people), slice(0, small.groups)) & (small.cap > 0)[:, None]
    who, groups = np.nonzero(able)
    program = Program(small, who.astype(np.int64), groups.astype(np.int64), Terms(1.0, soft=False))
    outcome = program.solve(Stopping(seconds, stop=stop), relaxed=True)
    minimum = max(0, math.ceil(outcome.bound - 1e-6)) if math.isfinite(outcome.bound) else 0
    served = np.bincount(program.group, weights=outcome.x, minlength=small.groups)
    short = {
        (int(small.g_day[g]), int(small.g_post[g])): round(float(small.g_need[g] - served[g]))
        for g in np.flatnonzero(small.g_need - served > 0.5)
    }
    worth = np.clip(outcome.worth, 0.0, 1.0)[np.searchsorted(_demand(small), _demand(month))]
    return Fewest(minimum, worth, short, outcome, program)


def fullest_roster(month: Month, fewest: Fewest, seconds: float, stop: Callable[[], bool]) -> tuple[Draft, int]:
    """Return a roster with as few empty places as found, and the proven minimum (perhaps raised)."""
    small, whole = fewest.program.m, fewest.program
    free = np.abs(fewest.outcome.reduced) < _FREE
    lot = np.random.default_rng(0).random(len(free)) < _SHARE
    best, minimum, until = Draft(month), fewest.minimum, float(seconds)
    for pairs in ((fewest.outcome.x > _FREE) | (free & lot), free, np.ones(len(free), bool)):
        if stop() or until <= 0:
            break
        program = Program(small, whole.who[pairs], whole.group[pairs], Terms(1.0, soft=False))
        outcome = program.solve(Stopping(until / 2, gap=0.0, target=minimum + 1e-6, stop=stop))
        draft = spread(month, program, outcome)
        if draft.empty().sum() < best.empty().sum():
            best = draft
        if pairs.all() and math.isfinite(outcome.bound):
            minimum = max(minimum, math.ceil(outcome.bound - 1e-6))
        if math.isfinite(outcome.objective) and round(outcome.objective) <= minimum:
            break
        until /= 2
    return best, minimum


def spread(month: Month, program: Program, outcome: Outcome) -> Draft:
    """Turn a merged solution into a roster: each person takes the cheapest session of the demand still open."""
    duty: Ints = np.full((month.people, month.days), -1, np.int32)
    left = month.g_need.copy()
    mates = None if month.dept_left is None else month.dept_left.copy()
    for i in np.flatnonzero(program.chosen(outcome)):
        c, g = int(program.who[i]), int(program.group[i])
        day = int(program.m.g_day[g])
        span = month.day_groups(day)
        mine = np.arange(span.start, span.stop)
        mine = mine[(month.g_post[mine] == program.m.g_post[g]) & (left[mine] > 0)]
        mine = mine[month.pair_eligible(np.full(len(mine), c), mine)]
        if mates is not None:
            mine = mine[mates[month.g_event[mine], month.c_dept[c]] > 0]
        if len(mine):
            taken = mine[np.argmin(month.pair_cost(np.full(len(mine), c), mine))]
            duty[c, day] = taken
            left[taken] -= 1
            if mates is not None:
                mates[month.g_event[taken], month.c_dept[c]] -= 1
    return Draft(month, duty)
