"""The best assignment as a flow of least cost: unit → cadre → post → batch.

A linear program over the cheapest pairs of each post is solved by HiGHS; its dual prices tell which of the pairs left
out would improve it, they are added, and so on until none would: then no pair at all would, and the optimum of the
few is the optimum of all. Every corner of a flow's polyhedron is whole-numbered, and the simplex method ends in a
corner. Source: handbook of rosters, section 6; Ahuja, Magnanti and Orlin, Network Flows, 1993.
"""

import highspy
import numpy as np
from numpy.typing import NDArray

from djflow.core.highs import QuietHighs
from djflow.dispatch.model import Assigned, CadreId, DispatchInputError, PostId, Problem, Solution
from djflow.dispatch.rules import objective
from djflow.dispatch.solver.table import Bools, Ints, Table, table_of

_FIRST, _MORE = 20, 30
"""Pairs per post to begin with, and at most added per post and round."""
_LOTS = 100
"""Lots run from 0 to 99: they decide between equally good assignments and never against a better one."""
_TOLERANCE = 1e-6
_PINS_COLLIDE = "固定的人员互相矛盾（同一人固定了两处，或超过单位可派人数、岗位名额）：请取消几个。"
Doubles = NDArray[np.float64]


def solve(problem: Problem) -> Solution:
    """Return an assignment of the lowest objective; the same problem and seed give the same one.

    Raises: DispatchInputError for pins that contradict a rule or each other.
    """
    if not problem.posts or not problem.cadres:
        empty = {post.id: post.places for post in problem.posts if post.places}
        points = objective(problem, ())
        return Solution((), points, empty, dict(problem.batch_least), points)
    table = table_of(problem)
    pinned = _pins(problem, table)
    program = _Program(table, problem, pinned)
    picked = program.run()
    assigned = tuple(
        sorted(
            (Assigned(problem.posts[post].id, problem.cadres[cadre].id) for post, cadre in picked),
            key=lambda row: (row.post, row.cadre),
        )
    )
    return _solution(problem, table, assigned)


def _solution(problem: Problem, table: Table, assigned: tuple[Assigned, ...]) -> Solution:
    filled = {post.id: sum(row.post == post.id for row in assigned) for post in problem.posts}
    unfilled = {post.id: post.places - filled[post.id] for post in problem.posts if post.places > filled[post.id]}
    by_batch = {name: sum(filled[post.id] for post in problem.posts if post.batch == name) for name in table.batches}
    short = {name: least - by_batch[name] for name, least in problem.batch_least.items() if least > by_batch[name]}
    points = objective(problem, assigned)
    return Solution(assigned, points, unfilled, short, points)


def _pins(problem: Problem, table: Table) -> list[tuple[int, int]]:
    found = []
    for post, cadre in sorted(problem.pins):
        row, column = _place(problem, post, cadre)
        if not table.may[row, column] or (post, cadre) in problem.bans:
            raise DispatchInputError(f"不能把 {cadre} 固定在岗位 {post}：不符合该岗位的条件，请取消这一固定。")
        found.append((row, column))
    return found


def _ban(problem: Problem, table: Table) -> None:
    for post, cadre in problem.bans:
        table.may[_place(problem, post, cadre)] = False


def _place(problem: Problem, post: PostId, cadre: CadreId) -> tuple[int, int]:
    row = next((number for number, one in enumerate(problem.posts) if one.id == post), None)
    column = next((number for number, one in enumerate(problem.cadres) if one.id == cadre), None)
    if row is None or column is None:
        raise DispatchInputError(f"固定或排除的 {post}、{cadre} 不在岗位和人员里：请核对编号。")
    return row, column


class _Program:
    """Rows: a post's places, a unit's share, a cadre once, what a batch must fill. Columns: empty places, pairs."""

    def __init__(self, table: Table, problem: Problem, pinned: list[tuple[int, int]]) -> None:
        self._table, self._pinned = table, pinned
        posts, cadres = table.may.shape
        self._units0, self._cadres0 = posts, posts + len(table.most)
        lots = np.asarray(np.random.default_rng(problem.seed).integers(0, _LOTS, size=cadres), np.int64)
        self._scale = _LOTS * int(table.places.sum()) + 1
        price = self._scale * table.price + lots[None, :]
        self._price = np.where(table.may, price, 0).astype(np.float64)
        self._have = np.zeros(table.may.shape, bool)
        nobody = np.zeros(0, np.int64)
        self._chosen: list[tuple[Ints, Ints]] = [(nobody, nobody)]
        self._highs = _quiet()
        self._lay_out(problem)

    def _lay_out(self, problem: Problem) -> None:
        table, highs, infinite = self._table, self._highs, highspy.kHighsInf
        posts, cadres = table.may.shape
        empty = float(self._scale * problem.weights.unfilled)
        highs.addVars(posts, np.zeros(posts), table.places.astype(np.float64))
        highs.changeColsCost(posts, np.arange(posts, dtype=np.int32), np.full(posts, empty))
        rest = len(table.most) + cadres
        low = np.concatenate([table.places, np.full(rest, -infinite)]).astype(np.float64)
        high = np.concatenate([table.places, table.most, np.ones(cadres)]).astype(np.float64)
        starts = np.concatenate([np.arange(posts), np.full(rest, posts)]).astype(np.int32)
        highs.addRows(posts + rest, low, high, posts, starts, np.arange(posts, dtype=np.int32), np.ones(posts))
        for name, least in sorted(problem.batch_least.items()):
            mine = np.flatnonzero(table.batch == table.batches.index(name)).astype(np.int32)
            # What must be filled comes before anything else, and is not asked for beyond what there is.
            highs.addVar(0.0, infinite)
            column = highs.getNumCol() - 1
            highs.changeColCost(column, 100 * empty)
            index = np.append(mine, np.int32(column))
            value = np.append(np.ones(len(mine)), -1.0)
            highs.addRow(-infinite, float(table.places[mine].sum() - least), len(index), index, value)
        self._pairs0 = highs.getNumCol()

    def run(self) -> list[tuple[int, int]]:
        """Add pairs until none would improve, and return those chosen."""
        first = np.where(self._table.may, self._price, np.inf)
        self._add(_cheapest(first, _FIRST, self._table.may))
        self._add(self._missing_pins())
        for post, cadre in self._pinned:
            self._pin(post, cadre)
        while True:
            self._highs.run()
            if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise DispatchInputError(
                    "固定的人员互相矛盾（同一人固定了两处，或超过单位可派人数、岗位名额）：请取消几个。"
                )
            reduced = self._reduced()
            better = reduced < -_TOLERANCE * self._scale
            if not better.any():
                return self._picked()
            self._add(_cheapest(np.where(better, reduced, np.inf), _MORE, better))

    def _missing_pins(self) -> tuple[Ints, Ints]:
        lacking = [pair for pair in self._pinned if not self._have[pair]]
        pairs = np.array(lacking, np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def _add(self, pairs: tuple[Ints, Ints]) -> None:
        posts, cadres = pairs
        count = len(posts)
        if not count:
            return
        index = np.empty(3 * count, np.int32)
        index[0::3], index[1::3], index[2::3] = (
            posts, self._units0 + self._table.unit[cadres], self._cadres0 + cadres,
        )  # fmt: skip
        infinite, starts = np.full(count, highspy.kHighsInf), np.arange(0, 3 * count, 3, dtype=np.int32)
        prices = self._price[posts, cadres]
        self._highs.addCols(count, prices, np.zeros(count), infinite, 3 * count, starts, index, np.ones(3 * count))
        self._have[posts, cadres] = True
        self._chosen.append(pairs)

    def _pin(self, post: int, cadre: int) -> None:
        posts, cadres = self._columns()
        (place,) = np.flatnonzero((posts == post) & (cadres == cadre)).tolist()
        self._highs.changeColBounds(self._pairs0 + place, 1.0, 1.0)

    def _columns(self) -> tuple[Ints, Ints]:
        return np.concatenate([one for one, _ in self._chosen]), np.concatenate([one for _, one in self._chosen])

    def _reduced(self) -> Doubles:
        dual = np.array(self._highs.getSolution().row_dual)
        units = dual[self._units0 : self._cadres0]
        cadres = dual[self._cadres0 : self._cadres0 + len(self._table.unit)]
        reduced = self._price - dual[: self._units0, None] - (units[self._table.unit] + cadres)[None, :]
        left_out: Bools = self._table.may & ~self._have
        return np.where(left_out, reduced, 0.0)

    def _picked(self) -> list[tuple[int, int]]:
        values = np.array(self._highs.getSolution().col_value)[self._pairs0 :]
        posts, cadres = self._columns()
        taken = np.flatnonzero(np.round(values) > 0)
        return [(int(posts[place]), int(cadres[place])) for place in taken]


def _cheapest(cost: Doubles, count: int, allowed: Bools) -> tuple[Ints, Ints]:
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
