"""Whole numbers where limits beside the flow broke a corner: a mixed-integer program over the pairs that can matter.

An assignment that sends a pair costs at least the linear bound plus the pair's reduced cost. Once some assignment is
known, a pair whose reduced cost is above the distance between the two is in no better one, and may be left out without
losing the proof. So: solve over the pairs of small reduced cost, look how far the answer is from the bound, take in
the pairs up to that distance, solve again, until nothing that was left out could matter. Source: handbook of rosters,
section 6.
"""

import math
from dataclasses import dataclass

import highspy
import numpy as np

from djflow.dispatch.model import Problem
from djflow.dispatch.solver.flow import Relaxed
from djflow.dispatch.solver.limits import Sections
from djflow.dispatch.solver.program import Prices, Program
from djflow.dispatch.solver.table import Ints, Table

_FIRST_POINTS, _FIRST_PAIRS = 2, 8_000
"""Reduced cost, in points, up to which pairs are taken first, and how many at most."""
_ROUNDS = 6
NODES = 2_000
"""Nodes of search per program: what ends it on every machine at the same answer."""
MOST_PAIRS = 40_000
"""Pairs per program, those of the smallest reduced cost: beyond that the answer says how far it got."""


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """Chosen pairs and what no assignment costs less than, both scaled."""

    posts: Ints
    cadres: Ints
    bound: float


class Search:
    """What the programs of one search share."""

    def __init__(
        self, problem: Problem, program: Program, relaxed: Relaxed, pinned: list[tuple[int, int]], grain: int = 0
    ) -> None:
        """Begin from the solved linear program; costs within half a `grain` of points of each other are as good."""
        self._grain = grain * program.costs.scale
        self._problem, self._base, self._relaxed, self._pinned = problem, program, relaxed, pinned
        self._limits = list(program.limits)
        self._sure = np.zeros(0, np.int64), np.zeros(0, np.int64)

    @property
    def _table(self) -> Table:
        return self._base.table

    @property
    def _costs(self) -> Prices:
        return self._base.costs

    def run(self, sections: Sections, nodes: int) -> Whole | None:
        """Return the best assignment and its bound, None when nothing keeps the pins."""
        reach, most = float(_FIRST_POINTS * self._costs.scale), _FIRST_PAIRS
        best: tuple[float, Ints, Ints] | None = None
        bound = self._relaxed.bound
        sure = np.flatnonzero(self._relaxed.values > 1 - 1e-6)
        # What the linear program sends for certain keeps every limit by itself: better than nothing found.
        self._sure = self._base.posts[sure], self._base.cadres[sure]
        for _ in range(_ROUNDS):
            chosen, left_out = self._choose(reach, most)
            program, proven = self._solve(chosen, sections, nodes)
            if program is None:
                return None
            cost, posts, cadres = self._picked(program)
            if best is None or cost < best[0]:
                best = cost, posts, cadres
            bound = max(bound, min(proven, self._relaxed.bound + left_out, best[0]))
            enough = max(1.0, self._grain / 2)
            if bound > best[0] - enough or proven <= best[0] - enough or len(chosen[0]) >= MOST_PAIRS:
                break
            reach, most = best[0] - self._relaxed.bound, MOST_PAIRS
        return None if best is None else Whole(best[1], best[2], bound)

    def _choose(self, reach: float, most: int) -> tuple[tuple[Ints, Ints], float]:
        """Return the pairs up to a reduced cost, and the smallest reduced cost among those left out."""
        reduced = self._relaxed.reduced.ravel()
        order = np.argsort(reduced, kind="stable")
        count = min(most, int(np.searchsorted(reduced[order], reach, side="right")))
        posts, cadres = np.divmod(np.sort(order[:count]), self._relaxed.reduced.shape[1])
        return (posts, cadres), float(reduced[order[count]]) if count < len(order) else math.inf

    def _solve(self, chosen: tuple[Ints, Ints], sections: Sections, nodes: int) -> tuple[Program | None, float]:
        program = Program(self._table, self._problem, self._costs)
        program.limit(self._limits)
        program.add(*chosen)
        program.pin(self._pinned)
        while True:
            program.whole(nodes=nodes, gap=self._grain * 0.4)
            if not program.run():
                return None, math.inf
            if program.highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
                return program, self._proven(program)
            broken = sections.broken(program.posts, program.cadres, np.round(program.values()))
            if not broken:
                return program, self._proven(program)
            program.limit(broken)
            self._limits += broken

    def _proven(self, program: Program) -> float:
        info = program.highs.getInfo()
        if not self._grain and program.highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            return self._picked(program)[0]
        return float(info.mip_dual_bound)

    def _picked(self, program: Program) -> tuple[float, Ints, Ints]:
        posts, cadres = self._sure
        if program.highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            taken = np.flatnonzero(np.round(program.values()) > 0)
            posts, cadres = program.posts[taken], program.cadres[taken]
        return float(cost_of(self._problem, self._table, self._costs, posts, cadres)), posts, cadres


def cost_of(problem: Problem, table: Table, costs: Prices, posts: Ints, cadres: Ints) -> int:
    """Return the scaled cost of an assignment, empty places and what batches miss included, exactly."""
    filled = np.bincount(posts, minlength=len(table.places))
    short = 0
    for name, least in problem.batch_least.items():
        short += max(0, least - int(filled[table.batch == table.batches.index(name)].sum()))
    empty = int((table.places - filled).sum())
    return int(costs.pair[posts, cadres].sum()) + costs.empty * empty + costs.short * short
