"""What cannot be filled whatever is assigned: the posts that need more than can come, and what holds the others back.

The dual prices of the linear program in which filling comes before all else are the proof: posts with a price need so
many, the units, people and limits with a price give at most so many, and the difference stays empty (Hall's
condition). What has nothing to do with one another falls into parts, each a shortage of its own.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from djflow.dispatch.model import Problem, Refusal
from djflow.dispatch.solver.assign import places
from djflow.dispatch.solver.flow import relax
from djflow.dispatch.solver.limits import LimitKind, limits, sections
from djflow.dispatch.solver.program import Program, prices
from djflow.dispatch.solver.table import Bools, Doubles, People, Table, table_of

Node = tuple[str, int]
_NEAR = 0.05
"""What people cost moves a price, in places, by less than this."""
POST, UNIT, PERSON, BATCH, LIMIT, PIN = "post", "unit", "person", "batch", "limit", "pin"


@dataclass(slots=True)
class Part:
    """Posts that together lack people: at most `need - short` of `need` places can be filled.

    `people` counts the fitting people whom nothing else limits; `units`, `batches` and `limits` give at most the number
    beside them; `pins` says that settled pairs are part of it.
    """

    posts: list[int] = field(default_factory=list)
    need: int = 0
    worth: float = 0.0
    people: int = 0
    units: dict[str, int] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)
    limits: list[tuple[LimitKind, str, int]] = field(default_factory=list)
    pins: bool = False

    @property
    def short(self) -> int:
        """Return how many places stay empty: no half of one."""
        return math.ceil(self.worth - _NEAR)


def parts(problem: Problem) -> list[Part]:
    """Return what lacks people in a problem in which filling comes first, the largest lack first."""
    table = table_of(problem)
    if not len(problem.posts) or not len(problem.cadres):
        return _without_people(problem)
    costs = prices(table, problem, np.zeros((1, len(problem.cadres)), np.int64))
    program = Program(table, problem, costs)
    pinned = places(problem, problem.pins)
    relax(program, limits(problem), sections(problem), pinned)
    found = _Proof(problem, table, program, pinned).parts()
    return sorted((one for one in found if one.short > 0), key=lambda one: (-one.short, one.posts))


def _without_people(problem: Problem) -> list[Part]:
    return [
        Part([number], post.places, float(post.places)) for number, post in enumerate(problem.posts) if post.places > 0
    ]


class _Proof:
    """Prices of one solved program as points per place, and which of them belong together."""

    def __init__(self, problem: Problem, table: Table, program: Program, pinned: list[tuple[int, int]]) -> None:
        self._problem, self._table, self._program = problem, table, program
        parts = program.split(program.duals() / program.costs.empty)
        self._posts, self._units, self._people, self._batches, self._limits = (_places(one) for one in parts)
        reduced = program.reduced() / program.costs.empty
        worths = _places(np.array([reduced[pair] for pair in pinned], np.float64))
        self._pins = [(post, cadre, float(worth)) for (post, cadre), worth in zip(pinned, worths, strict=True)]
        self._root = dict[Node, Node]()

    def parts(self) -> list[Part]:
        """Return the connected parts."""
        for one, other in self._links():
            self._root[self._find(one)] = self._find(other)
        found = dict[Node, Part]()
        for node, worth in self._worths():
            if worth or node[0] == POST:
                part = found.setdefault(self._find(node), Part())
                part.worth += worth
                self._enter(part, node)
        return list(found.values())

    def _find(self, node: Node) -> Node:
        top = node
        while (above := self._root.get(top, top)) != top:
            top = above
        self._root[node] = top
        return top

    def _tight(self) -> list[int]:
        return np.flatnonzero(self._posts > 1e-6).tolist()

    def _links(self) -> Iterator[tuple[Node, Node]]:
        table, priced = self._table, np.flatnonzero(self._limits)
        where = np.array([self._program.limits[number].post for number in priced.tolist()], np.int64)
        who = np.array([self._program.limits[number].who for number in priced.tolist()], bool)
        quotas = {table.batches.index(name) for name in self._problem.batch_most}
        for post in self._tight():
            if int(table.batch[post]) in quotas:
                yield (POST, post), (BATCH, int(table.batch[post]))
            cadres = np.flatnonzero(table.may[post])
            for unit in np.unique(table.unit[cadres]).tolist():
                if self._units[unit]:
                    yield (POST, post), (UNIT, unit)
            for cadre in cadres[self._people[cadres] != 0].tolist():
                yield (POST, post), (PERSON, cadre)
            if len(priced):
                counted = who[:, cadres].any(axis=1) & ((where < 0) | (where == post))
                yield from (((POST, post), (LIMIT, number)) for number in priced[counted].tolist())
        for number, (post, cadre, worth) in enumerate(self._pins):
            if worth:
                yield from (((PIN, number), node) for node in self._of_pin(post, cadre))

    def _of_pin(self, post: int, cadre: int) -> Iterator[Node]:
        """Yield what a settled pair takes from or gives to."""
        if self._posts[post]:
            yield POST, post
        if self._units[self._table.unit[cadre]]:
            yield UNIT, int(self._table.unit[cadre])
        if self._people[cadre]:
            yield PERSON, cadre
        for number in np.flatnonzero(self._limits).tolist():
            limit = self._program.limits[number]
            if limit.who[cadre] and limit.post in (-1, post):
                yield LIMIT, number

    def _worths(self) -> Iterator[tuple[Node, float]]:
        table, batch = self._table, dict[int, float]()
        for number, name in enumerate(sorted(self._problem.batch_most)):
            row = table.batches.index(name)
            batch[row] = float(self._batches[number])
            total = int(table.places[table.batch == row].sum())
            yield (BATCH, row), float(self._batches[number]) * (total - self._problem.batch_most[name])
        for post in self._tight():
            price, empty = float(self._posts[post]), 1.0 - batch.get(int(table.batch[post]), 0.0)
            # A post that is empty altogether may be priced higher than an empty place costs.
            yield (POST, post), min(price, empty) * int(table.places[post])
        for unit in np.flatnonzero(self._units).tolist():
            yield (UNIT, unit), float(self._units[unit]) * int(table.most[unit])
        for cadre in np.flatnonzero(self._people).tolist():
            yield (PERSON, cadre), float(self._people[cadre])
        for number in np.flatnonzero(self._limits).tolist():
            yield (LIMIT, number), float(self._limits[number]) * self._program.limits[number].most
        for number, (_, _, worth) in enumerate(self._pins):
            yield (PIN, number), worth

    def _enter(self, part: Part, node: Node) -> None:
        kind, number = node
        table = self._table
        if kind == POST:
            part.posts.append(number)
            part.need += int(table.places[number])
        elif kind == UNIT:
            if self._fitting(table.unit == number, -1) > table.most[number]:
                part.units[table.units[number]] = int(table.most[number])
            else:
                part.people += int(table.most[number])
        elif kind == PERSON:
            part.people += 1
        elif kind == BATCH:
            name = table.batches[number]
            mine = np.flatnonzero((table.batch == number) & (self._posts <= 1e-6))
            part.batches[name] = self._problem.batch_most[name]
            part.posts += mine.tolist()
            part.need += int(table.places[mine].sum())
        elif kind == LIMIT:
            limit = self._program.limits[number]
            if self._fitting(limit.who, limit.post) > limit.most:
                part.limits.append((limit.kind, limit.name, limit.most))
            else:
                part.people += limit.most
        else:
            part.pins = True

    def _fitting(self, who: Bools, post: int) -> int:
        """Count those of `who` who fit a tight post, or that `post`: a limit that admits them all binds nothing."""
        rows = self._tight() if post < 0 else [post]
        return int((self._table.may[rows].any(axis=0) & who).sum())


def _places(prices: Doubles) -> Doubles:
    """Return prices without what people cost: whole places, or hundredths where limits beside the flow broke them."""
    whole = np.round(prices)
    return whole if np.all(np.abs(prices - whole) < _NEAR) else np.round(prices, 2)


def barriers(problem: Problem, posts: list[int]) -> Counter[Refusal]:
    """Count, rule by rule, the people whom only that rule keeps from all of these posts."""
    people = People(problem)
    fits, alone = np.zeros(len(problem.cadres), bool), dict[Refusal, Bools]()
    for post in posts:
        refused = people.refused(problem.posts[post])
        count = np.sum(list(refused.values()), axis=0)
        fits |= count == 0
        for rule, who in refused.items():
            alone[rule] = alone.get(rule, np.zeros_like(fits)) | (who & (count == 1))
    return Counter({rule: int((who & ~fits).sum()) for rule, who in alone.items() if (who & ~fits).any()})
