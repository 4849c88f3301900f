"""The linear program of an assignment, over as many of the pairs as were put in.

Rows: a post's places, a unit's share, a cadre once, what a batch must and may fill, and the limits beside the flow.
Columns: empty places by post, places missing to what a batch must fill, pairs. A pair costs its points times a scale,
plus a minor part below the scale (lots, or who stays) that decides between equals only.
"""

from dataclasses import dataclass

import highspy
import numpy as np

from djflow.core.highs import QuietHighs
from djflow.dispatch.model import Problem
from djflow.dispatch.solver.limits import Limit
from djflow.dispatch.solver.table import Bools, Doubles, Ints, Table

MINOR = 100
"""Minor parts run from 0 to 99: they decide between equally good assignments and never against a better one."""
_SHORT = 100
"""A place missing to what a batch must fill costs so many empty places: it comes before anything else."""


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Scaled costs: `pair` [post, cadre], an `empty` place, a place `short` of a batch; `scale` is one point."""

    pair: Ints
    empty: int
    short: int
    scale: int


def prices(table: Table, problem: Problem, minor: Ints) -> Prices:
    """Return the costs of a table with a minor part [post or 1, cadre]."""
    scale = int(minor.max(initial=0)) * int(table.places.sum()) + 1
    pair = np.where(table.may, scale * table.price + minor, 0)
    dearest = max(1, problem.weights.unfilled, int(table.price.max(initial=0)))
    return Prices(pair, scale * problem.weights.unfilled, _SHORT * scale * dearest, scale)


class Program:
    """Build once, put in pairs and limits, run as often as needed."""

    def __init__(self, table: Table, problem: Problem, costs: Prices) -> None:
        """Lay out the rows and the columns that are no pairs."""
        self.table, self.costs = table, costs
        posts = len(table.places)
        self._units0, self._cadres0 = posts, posts + len(table.most)
        self.limits = list[Limit]()
        self.have = np.zeros(table.may.shape, bool)
        self.posts, self.cadres = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self.highs = _quiet()
        self._lay_out(problem)
        self._pairs0, self._limits0 = self.highs.getNumCol(), self.highs.getNumRow()

    def _lay_out(self, problem: Problem) -> None:
        table, highs, infinite = self.table, self.highs, highspy.kHighsInf
        posts, cadres = table.may.shape
        highs.addVars(posts, np.zeros(posts), table.places.astype(np.float64))
        highs.changeColsCost(posts, np.arange(posts, dtype=np.int32), np.full(posts, float(self.costs.empty)))
        rest = len(table.most) + cadres
        low = np.concatenate([table.places, np.full(rest, -infinite)]).astype(np.float64)
        high = np.concatenate([table.places, table.most, np.ones(cadres)]).astype(np.float64)
        starts = np.concatenate([np.arange(posts), np.full(rest, posts)]).astype(np.int32)
        highs.addRows(posts + rest, low, high, posts, starts, np.arange(posts, dtype=np.int32), np.ones(posts))
        for name, least in sorted(problem.batch_least.items()):
            mine = np.flatnonzero(table.batch == table.batches.index(name)).astype(np.int32)
            # A batch is never asked for more than there is: what is missing is paid for and told.
            highs.addVar(0.0, infinite)
            column = highs.getNumCol() - 1
            highs.changeColCost(column, float(self.costs.short))
            index, value = np.append(mine, np.int32(column)), np.append(np.ones(len(mine)), -1.0)
            highs.addRow(-infinite, float(table.places[mine].sum() - least), len(index), index, value)
        self.most_rows = highs.getNumRow()
        for name, most in sorted(problem.batch_most.items()):
            mine = np.flatnonzero(table.batch == table.batches.index(name)).astype(np.int32)
            highs.addRow(float(table.places[mine].sum() - most), infinite, len(mine), mine, np.ones(len(mine)))

    def add(self, posts: Ints, cadres: Ints) -> None:
        """Put in pairs that are not in yet."""
        count = len(posts)
        if not count:
            return
        rows = [posts, self._units0 + self.table.unit[cadres], self._cadres0 + cadres]
        columns = [np.arange(count)] * 3
        for number, limit in enumerate(self.limits):
            mine = np.flatnonzero(limit.coefficients(posts, cadres))
            rows.append(np.full(len(mine), self._limits0 + number))
            columns.append(mine)
        column, row = np.concatenate(columns), np.concatenate(rows)
        order = np.argsort(column, kind="stable")
        starts = np.searchsorted(column[order], np.arange(count)).astype(np.int32)
        index, infinite = row[order].astype(np.int32), np.full(count, highspy.kHighsInf)
        cost = self.costs.pair[posts, cadres].astype(np.float64)
        self.highs.addCols(count, cost, np.zeros(count), infinite, len(index), starts, index, np.ones(len(index)))
        self.have[posts, cadres] = True
        self.posts, self.cadres = np.concatenate([self.posts, posts]), np.concatenate([self.cadres, cadres])

    def limit(self, found: list[Limit]) -> None:
        """Put in limits over the pairs that are in and those that will come."""
        for one in found:
            mine = self._pairs0 + np.flatnonzero(one.coefficients(self.posts, self.cadres))
            index = mine.astype(np.int32)
            self.highs.addRow(-highspy.kHighsInf, float(one.most), len(index), index, np.ones(len(index)))
            self.limits.append(one)

    def pin(self, pairs: list[tuple[int, int]]) -> None:
        """Settle pairs, putting in those that are missing."""
        lacking = np.array([pair for pair in pairs if not self.have[pair]], np.int64).reshape(-1, 2)
        self.add(lacking[:, 0], lacking[:, 1])
        for post, cadre in pairs:
            (place,) = np.flatnonzero((self.posts == post) & (self.cadres == cadre)).tolist()
            self.highs.changeColBounds(self._pairs0 + place, 1.0, 1.0)

    def run(self) -> bool:
        """Solve; return whether there is an assignment at all."""
        self.highs.run()
        return bool(self.highs.getModelStatus() != highspy.HighsModelStatus.kInfeasible)

    def whole(self, *, nodes: int, gap: float) -> None:
        """Ask for whole numbers, down to a gap, with at most so many nodes of search."""
        count = len(self.posts)
        columns = np.arange(self._pairs0, self._pairs0 + count, dtype=np.int32)
        self.highs.changeColsIntegrality(count, columns, np.full(count, highspy.HighsVarType.kInteger))
        self.highs.setOptionValue("solver", "choose")
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        self.highs.setOptionValue("mip_abs_gap", max(1e-6, gap))
        self.highs.setOptionValue("mip_max_nodes", nodes)

    def values(self) -> Doubles:
        """Return the value of every pair that is in."""
        return np.array(self.highs.getSolution().col_value, np.float64)[self._pairs0 :]

    def duals(self) -> Doubles:
        """Return the price of every row."""
        return np.array(self.highs.getSolution().row_dual, np.float64)

    def split(self, duals: Doubles) -> tuple[Doubles, Doubles, Doubles, Doubles, Doubles]:
        """Return the prices of posts, units, cadres, what batches may fill, and limits."""
        return (
            duals[: self._units0],
            duals[self._units0 : self._cadres0],
            duals[self._cadres0 : self._cadres0 + len(self.table.unit)],
            duals[self.most_rows : self._limits0],
            duals[self._limits0 :],
        )

    def reduced(self) -> Doubles:
        """Return what each allowed pair [post, cadre] would cost beyond its worth; infinite for pairs not allowed."""
        posts, units, cadres, _, limits = self.split(self.duals())
        reduced = self.costs.pair - posts[:, None] - (units[self.table.unit] + cadres)[None, :]
        for one, dual in zip(self.limits, limits, strict=True):
            if dual:
                where = slice(None) if one.post < 0 else slice(one.post, one.post + 1)
                reduced[where, one.who] -= dual
        return np.where(self.table.may, reduced, np.inf)


def cheapest(cost: Doubles, count: int, allowed: Bools) -> tuple[Ints, Ints]:
    """Return up to `count` allowed pairs of each post with the lowest cost."""
    count = min(count, cost.shape[1])
    best = np.argpartition(cost, count - 1, axis=1)[:, :count]
    posts, cadres = np.repeat(np.arange(cost.shape[0]), count), best.ravel()
    keep = allowed[posts, cadres]
    return posts[keep], cadres[keep]


def _quiet() -> highspy.Highs:
    highs = QuietHighs()
    highs.setOptionValue("solver", "simplex")
    highs.setOptionValue("threads", 1)
    return highs
