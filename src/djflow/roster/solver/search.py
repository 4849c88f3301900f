"""The whole search for a month's roster, from the first complete one to the proven best.

1. Fill day after day exactly (`dayblock`): a complete roster in a fraction of a second, then some rounds of
   clearing and refilling days. Its price guides the bound's steps.
2. If places are empty, prove the fewest that must be (`elastic`), and start from a roster that reaches it.
3. Raise the Lagrangian bound (`bound`) and count which pairs the cheapest months are made of.
4. Solve the month over those pairs only, about a dozen per cadre (`program`), from the best roster so far.
5. Not near enough: more steps for the bound, then more pairs per cadre.
Months with few possible pairs are solved outright over all of them, which proves the very best.
The search ends when the distance to the bound is small enough. All stages count steps, not seconds, so that
the same instance and seed give the same roster; the time limit only cuts off.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from djflow.roster.model import (
    Assignment,
    Limits,
    Problem,
    Progress,
    Solution,
    SolveStatus,
    Stop,
)
from djflow.roster.rules import check_pins, check_problem
from djflow.roster.solver.bound import Ascent
from djflow.roster.solver.dayblock import DayFiller, first_roster, improve
from djflow.roster.solver.elastic import fewest_empty, fullest_roster
from djflow.roster.solver.month import Longs, Month, compile_month
from djflow.roster.solver.outcome import objective_of, township_short, vacancies
from djflow.roster.solver.program import Program, Stopping, Terms
from djflow.roster.solver.roster import Draft

_ROUNDS = 60
_STEPS = (700, 1500)
_FINE_GAP = 0.004
_STILL_TO_RISE = 0.001  # what the bound usually gains after the first, short ascent
_PAIRS = (12, 20)
_ALL_PAIRS = 6000
_RESERVE = 0.3


def solve(
    problem: Problem,
    *,
    limits: Limits | None = None,
    pins: Sequence[Assignment] = (),
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Solution:
    """Find a roster of least price and a proven lower bound of that price.

    `pins` are added to the problem's own. The time limit counts from the call.

    Raises: PinConflictError, RosterInputError.
    """
    problem = replace(problem, pins=tuple(dict.fromkeys([*problem.pins, *pins])))
    check_problem(problem)
    check_pins(problem)
    return Search(problem, limits or Limits(), progress, stop).run()


class Search:
    """One run; holds the best roster, the bound, and the clock."""

    def __init__(self, problem: Problem, limits: Limits, progress: Progress | None, stop: Stop | None) -> None:
        """Compile the month and start the clock."""
        self.started = time.perf_counter()
        self.limits = limits
        self.progress = progress
        self.asked_to_stop = stop
        self.stopped = False
        self.m: Month = compile_month(problem)
        self.weights = problem.weights
        self.filler = DayFiller(self.m)
        self.rng = np.random.default_rng([abs(problem.seed), 20260])
        self.best = Draft(self.m)
        self.price = self.best.price()
        self.bound = 0.0
        self.minimum: int | None = None
        self.floor = 0
        self.worth = np.zeros(self.m.groups)
        self.first_seconds = 0.0

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    @property
    def left(self) -> float:
        """Seconds left for searching."""
        return self.limits.time_limit - _RESERVE - self.seconds

    def halt(self) -> bool:
        """Return whether to end now: asked to, or out of time."""
        if self.asked_to_stop is not None and not self.stopped:
            self.stopped = self.asked_to_stop()
        return self.stopped or self.left <= 0

    def tell(self, stage: str) -> None:
        """Report progress."""
        if self.progress is not None:
            self.progress(stage, self.price, self.bound or None, self.seconds)

    @property
    def goal(self) -> float:
        """The price that is near enough to the bound."""
        return self.bound * (1 + self.limits.gap)

    def reached(self) -> bool:
        """Whether the best roster is near enough to the bound."""
        return self.price <= self.goal + 1e-9

    def take(self, draft: Draft) -> bool:
        """Keep `draft` if it is better; return whether it was."""
        price = draft.price()
        if price < self.price:
            self.best, self.price = draft, price
            return True
        return False

    def run(self) -> Solution:
        """Search until near enough, out of ideas, or out of time."""
        self.take(first_roster(self.m, self.filler))
        self.first_seconds = self.seconds
        self.tell("首份排班")
        if self.m.groups and self.m.people:
            self.take(improve(self.best, self.filler, _ROUNDS, self.rng, self.halt)[0])
            self.tell("逐日改进")
            self.prove_minimum()
            self.approach()
        else:
            self.minimum = int(self.m.g_need.sum()) + self.m.lost
            self.bound = float(self.price)
        return self.solution()

    def prove_minimum(self) -> None:
        """Prove the fewest empty places, and start from a roster that has no more."""
        empty = int(self.best.empty().sum())
        if empty and not self.halt():
            found = fewest_empty(self.m, self.left, self.halt)
            self.floor, self.worth = found.minimum, found.worth
            if self.floor < empty and not self.halt():
                start, self.floor = fullest_roster(self.m, found, min(self.left, 30.0), self.halt)
                mended, _ = improve(start, self.filler, _ROUNDS, self.rng, self.halt)
                self.take(mended)
            self.tell("核实最少空缺")
        self.minimum = self.floor + self.m.lost

    def approach(self) -> None:
        """Raise the bound and solve over the pairs it shows, in widening rounds; solve small months outright."""
        able = self.able_pairs()
        if able is not None:
            self.solve_over(*able, target=self.goal, everything=True)
            if self.reached() or self.halt():
                return
        small_price = min(float(self.weights.unfilled), self.usual_price())
        saved = self.weights.unfilled - small_price
        ascent = Ascent(self.m, small_price, self.worth * small_price)
        rounds = list(zip(_STEPS, _PAIRS, strict=True))
        if self.limits.gap < _FINE_GAP:
            rounds[0] = (sum(_STEPS), _PAIRS[0])
        for steps, per_person in rounds:
            if self.halt():
                break
            deadline = self.seconds + 0.4 * self.left
            ascent.run(
                steps,
                self.price - saved * int(self.best.empty().sum()),
                lambda until=deadline: self.halt() or self.seconds > until,  # type: ignore[misc] # a bound value
            )
            self.raise_bound(ascent.proven() + saved * self.floor)
            self.tell("证明下界")
            if self.reached() or able is not None:
                break
            rise = 0.0 if ascent.exhausted or steps > _STEPS[0] else _STILL_TO_RISE * self.bound
            self.solve_over(*self.often_chosen(ascent, per_person), target=self.goal + rise)
            if self.reached():
                break

    def raise_bound(self, bound: float) -> None:
        """Keep the higher bound; no roster costs less than nothing."""
        self.bound = max(self.bound, min(bound, float(self.price)))

    def usual_price(self) -> float:
        """Return a price of an empty place that is above any usual duty's, but not far above."""
        m, w = self.m, self.weights
        units = float(m.g_units.max(initial=0))
        real = m.row_cost[m.row_cost < 1_000_000]
        off = float((m.history - m.target).max(initial=0)) + units * 3
        return 2.0 * (
            float(real.max(initial=0)) + 2 * w.avoid + 2 * w.quota + w.fairness * (2 * abs(off) + units) * units
        )

    def able_pairs(self) -> tuple[Longs, Longs] | None:
        """Return every possible pair when there are few, else None."""
        if self.m.people * self.m.groups > 40 * _ALL_PAIRS:
            return None
        who, groups = np.nonzero(self.m.eligible(np.arange(self.m.people), slice(0, self.m.groups)))
        return (who, groups) if len(who) <= _ALL_PAIRS else None

    def often_chosen(self, ascent: Ascent, per_person: int) -> tuple[Longs, Longs]:
        """Return the pairs the programmes chose most, with those of the best roster."""
        hits = ascent.hits.ravel()
        keep = min(per_person * self.m.people, len(hits))
        top = np.argpartition(hits, -keep)[-keep:]
        who, groups = self.best.pairs()
        key = np.unique(np.concatenate([top[hits[top] > 0], who * self.m.groups + groups]))
        return key // self.m.groups, key % self.m.groups

    def solve_over(self, who: Longs, groups: Longs, *, target: float, everything: bool = False) -> None:
        """Solve the month over these pairs, starting from the best roster, until `target` is met."""
        if self.left <= 0.2:
            return
        program = Program(self.m, who, groups, Terms(float(self.weights.unfilled)))

        def found(price: float) -> None:
            if self.progress is not None:
                self.progress("精算", round(price), self.bound, self.seconds)

        inner = 1e-6 if everything else max(1e-4, self.limits.gap / 5)
        until = Stopping(self.left, target=target, gap=inner, stop=self.halt, found=found)
        outcome = program.solve(until, self.best)
        if math.isfinite(outcome.objective):
            self.take(program.draft(outcome))
        if everything and math.isfinite(outcome.bound):
            self.raise_bound(float(math.ceil(outcome.bound - 1e-4)))
        self.tell("精算")

    def solution(self) -> Solution:
        """Return the best roster with all its figures."""
        rows = self.best.assignments()
        objective = objective_of(self.m.problem, rows)
        if self.reached():
            status = SolveStatus.PROVEN
        elif not self.stopped and self.left <= 0:
            status = SolveStatus.TIME_LIMIT
        else:
            status = SolveStatus.BEST_EFFORT
        return Solution(
            assignments=rows,
            objective=objective,
            bound=self.bound,
            unfilled=vacancies(self.m.problem, rows),
            township_short=township_short(self.m.problem, rows),
            min_unfilled_proven=self.minimum,
            status=status,
            seconds=self.seconds,
            first_roster_seconds=self.first_seconds,
        )
