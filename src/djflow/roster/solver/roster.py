"""A roster under construction: who serves which group on which day, with loads and heads kept up to date.

`A[c, d]` is the group cadre c serves on day d, or −1. The exact price is kept incrementally where a whole day
is exchanged and recomputed where it is reported.
"""

import numpy as np

from djflow.roster.model import Assignment, CadreId
from djflow.roster.solver.month import Ints, Longs, Month


class Draft:
    """A roster that may change; `copy()` it before trying something."""

    def __init__(self, month: Month, duty: Ints | None = None) -> None:
        """Start empty or from `duty` [c, d]."""
        self.m = month
        self.duty: Ints = np.full((month.people, month.days), -1, np.int32) if duty is None else duty.copy()
        who, day = np.nonzero(self.duty >= 0)
        groups = self.duty[who, day]
        self.load = month.history.copy()
        np.add.at(self.load, who, month.g_units[groups])
        self.count = (self.duty >= 0).sum(axis=1)
        self.heads = np.bincount(month.c_dept[who], minlength=len(month.quota_low))

    def copy(self) -> "Draft":
        """Return an independent copy."""
        twin = Draft.__new__(Draft)
        twin.m = self.m
        twin.duty, twin.load = self.duty.copy(), self.load.copy()
        twin.count, twin.heads = self.count.copy(), self.heads.copy()
        return twin

    def clear_day(self, day: int) -> None:
        """Take everybody off `day`."""
        who = np.flatnonzero(self.duty[:, day] >= 0)
        self.remove(who, day)

    def remove(self, who: Longs, day: int) -> None:
        """Take the cadres `who` (all on duty) off `day`."""
        groups = self.duty[who, day]
        self.load[who] -= self.m.g_units[groups]
        self.count[who] -= 1
        np.subtract.at(self.heads, self.m.c_dept[who], 1)
        self.duty[who, day] = -1

    def put(self, who: Longs, groups: Longs, day: int) -> None:
        """Set the cadres `who` on `groups` of `day`; nobody twice."""
        self.duty[who, day] = groups
        self.load[who] += self.m.g_units[groups]
        self.count[who] += 1
        np.add.at(self.heads, self.m.c_dept[who], 1)

    def pairs(self) -> tuple[Longs, Longs]:
        """Return (cadre, group) of all duties, sorted by cadre and day."""
        who, day = np.nonzero(self.duty >= 0)
        return who, self.duty[who, day].astype(np.int64)

    def empty(self) -> Longs:
        """Return the empty places per group."""
        _, groups = self.pairs()
        return self.m.g_need - np.bincount(groups, minlength=self.m.groups)

    def township_missing(self) -> Longs:
        """Return the township heads missing per session."""
        m = self.m
        if not m.town_need.any():
            return np.zeros(len(m.events), np.int64)
        who, groups = self.pairs()
        present = np.bincount(m.g_event[groups[m.town[m.c_dept[who]]]], minlength=len(m.events))
        return np.asarray(np.maximum(0, m.town_need - present))

    def price(self) -> int:
        """Return the whole price in points, fixed duties included."""
        m, w = self.m, self.m.problem.weights
        who, groups = self.pairs()
        cost = int(m.pair_cost(who, groups).sum())
        fair = w.fairness * int(((self.load - m.target) ** 2).sum())
        quota = w.quota * int(
            (np.maximum(0, self.heads - m.quota_high) + np.maximum(0, m.quota_low - self.heads)).sum()
        )
        empty = w.unfilled * (int(m.g_need.sum()) - len(groups))
        town = w.township_price * int(self.township_missing().sum())
        return m.constant + cost + fair + quota + empty + town

    def assignments(self) -> tuple[Assignment, ...]:
        """Return the roster with fixed duties, sorted by session, post and person."""
        m = self.m
        who, groups = self.pairs()
        own = [
            Assignment(m.events[m.g_event[g]].id, m.posts[m.g_post[g]], CadreId(m.cadres[c].id))
            for c, g in zip(who.tolist(), groups.tolist(), strict=True)
        ]
        return tuple(sorted([*m.fixed, *own]))
