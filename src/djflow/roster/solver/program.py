"""The month as a mixed-integer program over chosen (cadre, group) pairs, solved by HiGHS.

Columns: x per pair (0/1), empty places per group, load segments per cadre, quota excess and shortfall per
department, township heads missing per session. Fairness is convex, so its segments need no 0/1 columns; the
segments run along the lower convex hull of the loads that can occur, which is tighter than unit steps. The rest
gap is one row per cadre and window of gap + 1 days (a clique), cover one row per group.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from djflow.core.highs import QuietHighs
from djflow.roster.solver.month import Bools, Doubles, Ints, Longs, Month
from djflow.roster.solver.roster import Draft


@dataclass(frozen=True, slots=True)
class Terms:
    """What the program pays for; `bonus` [pair] is added to each pair's cost (negative: reward)."""

    empty_price: float
    soft: bool = True
    bonus: Doubles | None = None


@dataclass(frozen=True, slots=True)
class Stopping:
    """When HiGHS stops: seconds, objective reached, relative gap inside the program, nodes."""

    seconds: float
    target: float = -np.inf
    gap: float = 1e-4
    nodes: int = 1_000_000
    stop: Callable[[], bool] | None = None
    found: Callable[[float], None] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The chosen pairs' values, the objective and the program's own lower bound (minus infinity when unknown).

    `worth` [g] is the dual price of a place and `reduced` [pair] the reduced cost of a pair, known for linear
    programs only (zero otherwise).
    """

    x: Doubles
    worth: Doubles
    reduced: Doubles
    objective: float
    bound: float
    optimal: bool


class Program:
    """Rows and columns for one set of pairs; build once, solve once."""

    def __init__(self, month: Month, who: Longs, groups: Longs, terms: Terms) -> None:
        """Lay out all columns and rows."""
        order = np.lexsort((groups, who))
        self.m, self.who, self.group = month, who[order], groups[order]
        self.terms = terms
        self.cost: list[Doubles] = []
        self.upper: list[Doubles] = []
        self.columns = 0
        self.offset = float(month.constant) if terms.soft else 0.0
        self.row_low: list[float] = []
        self.row_high: list[float] = []
        self.row_size: list[int] = []
        self.row_index: list[Longs] = []
        self.row_value: list[Doubles] = []
        bonus = np.zeros(len(who)) if terms.bonus is None else terms.bonus[order]
        pay = month.pair_cost(self.who, self.group).astype(np.float64) if terms.soft else np.zeros(len(who))
        self.x0 = self._add(pay + bonus, np.ones(len(who)))
        self._cover()
        self._people()
        self._sessions()
        if terms.soft:
            self._fairness()
            self._quota()

    def _add(self, cost: Doubles, upper: Doubles) -> int:
        """Append columns; return the index of the first."""
        first = self.columns
        self.cost.append(np.asarray(cost, np.float64))
        self.upper.append(np.asarray(upper, np.float64))
        self.columns += len(cost)
        return first

    def _row(self, low: float, high: float, index: Longs, value: Doubles | None = None) -> None:
        """Append one row `low <= value·column <= high`."""
        self.row_low.append(low)
        self.row_high.append(high)
        self.row_size.append(len(index))
        self.row_index.append(index)
        self.row_value.append(np.ones(len(index)) if value is None else value)

    def _cover(self) -> None:
        """Every place is filled or paid for."""
        m = self.m
        self.empty0 = self._add(np.full(m.groups, self.terms.empty_price), m.g_need.astype(np.float64))
        by_group = np.argsort(self.group, kind="stable")
        edge = np.searchsorted(self.group[by_group], np.arange(m.groups + 1))
        for g in range(m.groups):
            need = float(m.g_need[g])
            self._row(need, need, np.append(by_group[edge[g] : edge[g + 1]], self.empty0 + g))

    def _people(self) -> None:
        """Rest gap windows and monthly caps."""
        m = self.m
        reach = max(0, m.problem.rules.rest_gap)
        day = m.g_day[self.group]
        edge = np.searchsorted(self.who, np.arange(m.people + 1))
        for c in range(m.people):
            pairs = np.arange(edge[c], edge[c + 1])
            if len(pairs) > m.cap[c]:
                self._row(0, float(m.cap[c]), pairs)
            days = day[pairs]
            order = np.argsort(days, kind="stable")
            pairs, days = pairs[order], days[order]
            last = -1
            for start in np.unique(days):
                a, b = np.searchsorted(days, [start, start + reach + 1])
                if b - a > 1 and b > last:
                    self._row(0, 1, pairs[a:b])
                last = max(last, int(b))

    def _sessions(self) -> None:
        """Heads per department and township persons at each session."""
        m = self.m
        event, dept = m.g_event[self.group], m.c_dept[self.who]
        if m.dept_left is not None:
            key = event * len(m.quota_low) + dept
            order = np.argsort(key, kind="stable")
            cuts = np.flatnonzero(np.diff(key[order])) + 1
            for pairs in np.split(order, cuts) if len(order) else []:
                left = int(m.dept_left[event[pairs[0]], dept[pairs[0]]])
                if len(pairs) > left:
                    self._row(0, left, pairs)
        asked = np.flatnonzero(m.town_need if self.terms.soft else m.town_need * 0)
        if len(asked):
            price = float(m.problem.weights.township_price)
            missing0 = self._add(np.full(len(asked), price), m.town_need[asked].astype(np.float64))
            for i, e in enumerate(asked):
                pairs = np.flatnonzero((event == e) & m.town[dept])
                self._row(float(m.town_need[e]), np.inf, np.append(pairs, missing0 + i))

    def _fairness(self) -> None:
        """Pay for load along the convex hull of the loads that can occur."""
        m, fairness = self.m, self.m.problem.weights.fairness
        if not fairness:
            return
        units = sorted(set(m.g_units.tolist()))
        self.offset += fairness * float(((m.history - m.target) ** 2).sum())
        edge = np.searchsorted(self.who, np.arange(m.people + 1))
        load = m.g_units[self.group]
        hulls: dict[int, list[int]] = {}
        for c in range(m.people):
            pairs = np.arange(edge[c], edge[c + 1])
            if not len(pairs):
                continue
            cap = min(int(m.cap[c]), len(pairs))
            if cap not in hulls:
                hulls[cap] = reachable_loads(units, cap)
            off = int(m.history[c] - m.target[c])
            points = convex_points(hulls[cap], [fairness * (off + v) ** 2 for v in hulls[cap]])
            width = np.diff([p[0] for p in points]).astype(np.float64)
            slope = np.diff([p[1] for p in points]) / np.maximum(width, 1e-9)
            first = self._add(slope, width)
            segments = np.arange(first, first + len(width))
            value = np.concatenate([load[pairs].astype(np.float64), -np.ones(len(width))])
            self._row(0, 0, np.concatenate([pairs, segments]), value)

    def _quota(self) -> None:
        """Pay for heads of a department above or below its share."""
        m, price = self.m, float(self.m.problem.weights.quota)
        if not price:
            return
        count = len(m.quota_low)
        inf = np.full(count, np.inf)
        over, under = self._add(np.full(count, price), inf), self._add(np.full(count, price), inf)
        dept = m.c_dept[self.who]
        for d in range(count):
            pairs = np.flatnonzero(dept == d)
            value = np.concatenate([np.ones(len(pairs)), [-1.0, 1.0]])
            self._row(float(m.quota_low[d]), float(m.quota_high[d]), np.append(pairs, [over + d, under + d]), value)

    def _model(self, *, relaxed: bool) -> highspy.HighsLp:
        """Return the finished model."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.columns, len(self.row_low)
        lp.offset_ = self.offset
        lp.col_cost_ = np.concatenate(self.cost)
        lp.col_lower_ = np.zeros(self.columns)
        lp.col_upper_ = np.concatenate(self.upper)
        lp.row_lower_, lp.row_upper_ = np.array(self.row_low, np.float64), np.array(self.row_high, np.float64)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(self.row_size)]).astype(np.int32)
        lp.a_matrix_.index_ = np.concatenate([*self.row_index, np.zeros(0, np.int64)]).astype(np.int32)
        lp.a_matrix_.value_ = np.concatenate([*self.row_value, np.zeros(0)])
        if not relaxed:
            kinds = [highspy.HighsVarType.kInteger] * len(self.who)
            lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (self.columns - len(self.who))
        return lp

    def solve(self, until: Stopping, start: Draft | None = None, *, relaxed: bool = False) -> Outcome:
        """Solve as a mixed-integer program from `start`, or as a linear program when `relaxed`."""
        h = QuietHighs()
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "time_limit": max(0.05, until.seconds),
            "mip_rel_gap": until.gap,
            "mip_abs_gap": 0.999 if self.terms.bonus is None else 1e-6,
            "mip_max_nodes": until.nodes,
            # a start is always given and the bound is proven elsewhere: these two only cost time and memory here
            "mip_heuristic_run_feasibility_jump": False,
            "mip_allow_restart": False,
            # a large pool of cuts swells every relaxation and the memory; few cuts of it ever bind
            "mip_pool_soft_limit": 1000,
        }
        if np.isfinite(until.target):
            options["objective_target"] = until.target
        for name, setting in options.items():
            h.setOptionValue(name, setting)
        h.passModel(self._model(relaxed=relaxed))
        if start is not None and not relaxed:
            at, value = self._start(start)
            h.setSolution(len(at), at.astype(np.int32), value)
        self._listen(h, until)
        h.run()
        return self._outcome(h, relaxed=relaxed)

    def _start(self, draft: Draft) -> tuple[Longs, Doubles]:
        """Return the x columns and their values in `draft`."""
        chosen = draft.duty[self.who, self.m.g_day[self.group]] == self.group
        return np.arange(len(self.who)), chosen.astype(np.float64)

    @staticmethod
    def _listen(h: highspy.Highs, until: Stopping) -> None:
        """Let `until.stop` interrupt HiGHS and `until.found` hear of better rosters."""
        stop, found = until.stop, until.found
        if stop is not None:

            def interrupt(event: highspy.highs.HighsCallbackEvent) -> None:
                if stop():
                    event.interrupt()

            h.cbMipInterrupt += interrupt
            h.cbSimplexInterrupt += interrupt
            h.cbIpmInterrupt += interrupt
        if found is not None:

            def improved(event: highspy.highs.HighsCallbackEvent) -> None:
                found(float(event.data_out.objective_function_value))

            h.cbMipImprovingSolution += improved

    def _outcome(self, h: highspy.Highs, *, relaxed: bool) -> Outcome:
        """Read the solution; without one every x is zero and the objective infinite."""
        info, status = h.getInfo(), h.getModelStatus()
        optimal = status == highspy.HighsModelStatus.kOptimal
        values = np.array(h.getSolution().col_value)
        feasible = len(values) == self.columns and info.primal_solution_status == 2
        x = values[: len(self.who)] if feasible else np.zeros(len(self.who))
        bound = (info.objective_function_value if optimal else -np.inf) if relaxed else info.mip_dual_bound
        worth, reduced = np.zeros(self.m.groups), np.zeros(len(self.who))
        if relaxed and optimal:
            worth = np.array(h.getSolution().row_dual)[: self.m.groups]
            reduced = np.array(h.getSolution().col_dual)[: len(self.who)]
        objective = info.objective_function_value if feasible else np.inf
        return Outcome(x, worth, reduced, objective, float(bound), optimal)

    def chosen(self, outcome: Outcome) -> Bools:
        """Return which pairs are chosen."""
        return np.asarray(outcome.x > 0.5)

    def draft(self, outcome: Outcome) -> Draft:
        """Return the roster of the chosen pairs."""
        duty: Ints = np.full((self.m.people, self.m.days), -1, np.int32)
        at = self.chosen(outcome)
        duty[self.who[at], self.m.g_day[self.group[at]]] = self.group[at]
        return Draft(self.m, duty)


def reachable_loads(units: Sequence[int], duties: int) -> list[int]:
    """Return all sums of at most `duties` of `units`, ascending, 0 included."""
    sums: set[int] = {0}
    for _ in range(duties):
        sums |= {s + u for s in sums for u in units}
    return sorted(sums)


def convex_points(xs: Iterable[int], ys: Iterable[float]) -> list[tuple[float, float]]:
    """Return the points of the lower convex hull, left to right."""
    hull: list[tuple[float, float]] = []
    for x, y in zip(xs, ys, strict=True):
        while len(hull) > 1:
            (x1, y1), (x2, y2) = hull[-2], hull[-1]
            if (y2 - y1) * (x - x1) < (y - y1) * (x2 - x1):
                break
            hull.pop()
        hull.append((x, y))
    return hull
