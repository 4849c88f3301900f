"""Every cadre's cheapest month at given prices, exactly, for all cadres at once.

Once each group has a price (what filling one place is worth) and each department a surcharge, cadres no longer
compete: each picks the cheapest set of duties that keeps rest gap and monthly cap, paying also for unfairness
at the month's end. That is a shortest path over days with state (duties so far, load so far). The programme
runs over arrays whose last axis is the cadre, so that one numpy pass serves a thousand people.

The cheapest group of a day is found per row of people with equal costs (see `month`), not per person; this and
storing the load as surplus over `duties × smallest unit` make one pass some milliseconds.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from djflow.roster.solver.month import FORBIDDEN, Doubles, Longs, Month

Real = npt.NDArray[np.floating[Any]]

NEVER = 1.0e9
"""Price of the impossible; sums of it stay finite in single precision."""

_CHUNK_BYTES = 24 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """The months chosen: duties (cadre[i], group[i]) and each cadre's least price."""

    cadre: Longs
    group: Longs
    value: Doubles


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Multipliers: worth of a place per group, surcharge per department, surcharge [session, department]."""

    place: Doubles
    department: Doubles
    session: Doubles | None = None


class Pricer:
    """Finds cheapest months for one `Month`; `soft` False prices only places (all costs and fairness zero)."""

    def __init__(self, month: Month, dtype: type[np.floating[Any]] = np.float32, *, soft: bool = True) -> None:
        """Prepare segments, surplus states and end costs."""
        self.m = month
        self.dtype = dtype
        cost = month.row_cost if soft else np.where(month.row_cost >= FORBIDDEN, month.row_cost, 0)
        self.base = np.where(cost >= FORBIDDEN, NEVER, cost).astype(dtype)
        self.red = np.empty_like(self.base)
        self._segments()
        self._states()
        self._fixed_terms(month.problem.weights.fairness if soft else 0, soft=soft)

    def _segments(self) -> None:
        """Cut the groups into runs of equal day, units and post; list the (day, units) options."""
        m = self.m
        key = np.stack([m.g_day, m.g_units, m.g_post])
        new = np.ones(m.groups, bool)
        if m.groups:
            new[1:] = (key[:, 1:] != key[:, :-1]).any(axis=0)
        self.seg_start = np.flatnonzero(new)
        self.seg_len = np.diff(np.append(self.seg_start, m.groups))
        options = sorted({(int(m.g_day[g]), int(m.g_units[g])) for g in self.seg_start})
        at = {o: i for i, o in enumerate(options)}
        self.opt_day = np.array([o[0] for o in options], np.int64)
        self.opt_units = np.array([o[1] for o in options], np.int64)
        seg_opt = np.array([at[int(m.g_day[g]), int(m.g_units[g])] for g in self.seg_start], np.int64)
        seg_post = m.g_post[self.seg_start]
        self.by_post: list[tuple[Longs, Longs, Longs]] = []  # segments, their options, people with the skill
        for post in range(len(m.posts)):
            segs, people = np.flatnonzero(seg_post == post), np.flatnonzero(m.skill[:, post])
            if len(segs) and len(people):
                self.by_post.append((segs, seg_opt[segs], people))

    def _states(self) -> None:
        """Fix the state space: duties 0..N, surplus load 0..B in steps of the units' common divisor."""
        m, units = self.m, sorted(set(self.opt_units.tolist())) or [1]
        self.unit_low = units[0]
        self.unit_step = math.gcd(*(u - units[0] for u in units)) or 1
        self.opt_rise = (self.opt_units - units[0]) // self.unit_step
        gap = max(0, m.problem.rules.rest_gap)
        possible, last = 0, -gap - 1
        for day in sorted(set(self.opt_day.tolist())):
            if day - last > gap:
                possible, last = possible + 1, day
        self.duties = int(min(possible, m.cap.max(initial=0)))
        self.surplus = int(self.duties * self.opt_rise.max(initial=0))

    def _fixed_terms(self, fairness: int, *, soft: bool) -> None:
        """Prepare what no multiplier changes: wishes, leave, and the end cost of each state."""
        m, dt = self.m, self.dtype
        wish = m.wish_cost[:, self.opt_day] if soft else np.zeros((m.people, len(self.opt_day)))
        self.day_term = np.where(m.free[:, self.opt_day], wish, NEVER).T.astype(dt)  # [option, c]
        n = np.arange(self.duties + 1)[:, None, None]
        b = np.arange(self.surplus + 1)[None, :, None]
        load = n * self.unit_low + b * self.unit_step + (m.history - m.target)[None, None, :]
        self.end = np.where(n <= m.cap[None, None, :], fairness * load.astype(np.float64) ** 2, NEVER).astype(dt)
        per_person = (m.days + 1) * (self.duties + 1) * (self.surplus + 1) * np.dtype(dt).itemsize
        size = max(1, min(max(1, m.people), _CHUNK_BYTES // max(1, per_person)))
        self.chunks = [slice(a, min(a + size, m.people)) for a in range(0, m.people, size)]

    def solve(self, prices: Prices) -> Picks:
        """Return everybody's cheapest month at `prices`."""
        m = self.m
        if not m.groups or not m.people:
            return Picks(np.zeros(0, np.int64), np.zeros(0, np.int64), self.end[0, 0].astype(np.float64))
        np.subtract(self.base, prices.place.astype(self.dtype)[:, None], out=self.red)
        if prices.session is not None:
            self.red += prices.session.astype(self.dtype)[m.g_event][:, m.row_dept]
        low = np.minimum.reduceat(self.red, self.seg_start, axis=0)  # [segment, row]
        value, seg = self._options(low, prices.department)
        parts = [self._paths(value, chunk) for chunk in self.chunks]
        who, opt = (np.concatenate([p[i] for p in parts]) for i in (0, 1))
        best = np.concatenate([p[2] for p in parts])
        return Picks(who, self._groups(who, seg[opt, who]), best)

    def _options(self, low: Real, surcharge: Doubles) -> tuple[Real, Longs]:
        """Return [option, c]: price of the cheapest group of the option, and its segment."""
        m = self.m
        value = np.full((len(self.opt_day), m.people), NEVER, self.dtype)
        seg = np.zeros(value.shape, np.int64)
        for segs, opts, people in self.by_post:
            new = low[segs][:, m.c_row[people]]
            box = np.ix_(opts, people)
            old = value[box]
            better = new < old
            value[box] = np.where(better, new, old)
            seg[box] = np.where(better, segs[:, None], seg[box])
        value += self.day_term
        value += surcharge.astype(self.dtype)[m.c_dept][None, :]
        return value, seg

    def _paths(self, value: Real, chunk: slice) -> tuple[Longs, Longs, Doubles]:
        """Run the programme for one chunk of cadres; return (cadre, option) of each duty and the least prices."""
        gap = max(0, self.m.problem.rules.rest_gap)
        width = chunk.stop - chunk.start
        start = np.full((self.duties + 1, self.surplus + 1, width), NEVER, self.dtype)
        start[0, 0] = 0
        layers = [start]
        options: list[list[int]] = [[] for _ in range(self.m.days)]
        for o, day in enumerate(self.opt_day):
            options[int(day)].append(o)
        for day in range(self.m.days):
            here = layers[day]
            if options[day] and self.duties:
                before = layers[max(0, day - gap)]
                here = here.copy()
                for o in options[day]:
                    rise = int(self.opt_rise[o])
                    step = before[:-1, : self.surplus + 1 - rise] + value[o, chunk]
                    np.minimum(here[1:, rise:], step, out=here[1:, rise:])
            layers.append(here)
        total = (layers[-1] + self.end[:, :, chunk]).reshape(-1, width)
        state = total.argmin(axis=0)
        best = total[state, np.arange(width)].astype(np.float64)
        who, opt = self._trace(layers, value[:, chunk], options, state)
        return who + chunk.start, opt, best

    def _trace(
        self, layers: list[Real], value: Real, options: list[list[int]], state: npt.NDArray[np.intp]
    ) -> tuple[Longs, Longs]:
        """Walk back from the end states; return (cadre, option) of each duty."""
        gap = max(0, self.m.problem.rules.rest_gap)
        width, wide = value.shape[1], self.surplus + 1
        c = np.arange(width)
        at = state * width + c  # flat index into a layer
        until = np.full(width, self.m.days)
        who: list[npt.NDArray[np.intp]] = []
        opt: list[Longs] = []
        for day in range(self.m.days - 1, -1, -1):
            here, below = layers[day + 1], layers[day]
            if here is below:
                continue
            now = here.ravel()[at]
            taken = np.flatnonzero((now < below.ravel()[at]) & (until > day))
            if not len(taken):
                continue
            source = layers[max(0, day - gap)].ravel()
            for o in options[day]:
                back = at[taken] - (wide + int(self.opt_rise[o])) * width
                fits = (
                    np.ones(len(taken), bool)
                    if len(options[day]) == 1
                    else (at[taken] // width % wide >= self.opt_rise[o])
                    & (back >= 0)
                    & (source[np.maximum(back, 0)] + value[o, taken] == now[taken])
                )
                chosen = taken[fits]
                who.append(chosen)
                opt.append(np.full(len(chosen), o))
                at[chosen] = back[fits]
                until[chosen] = day - gap
                taken = taken[~fits]
                if not len(taken):
                    break
        if not who:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(who), np.concatenate(opt)

    def _groups(self, who: Longs, seg: Longs) -> Longs:
        """Return the cheapest group of segment seg[i] for cadre who[i]."""
        if not len(who):
            return who
        reach = np.arange(self.seg_len[seg].max())[:, None]
        at = self.seg_start[seg][None, :] + np.minimum(reach, self.seg_len[seg][None, :] - 1)
        found = self.red[at, self.m.c_row[who][None, :]].argmin(axis=0)
        return np.asarray(self.seg_start[seg] + np.minimum(found, self.seg_len[seg] - 1))
