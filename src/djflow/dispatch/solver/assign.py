"""The best assignment, proven: the flow where it is enough, whole numbers over the pairs that matter where not."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from djflow.dispatch.model import Assigned, DispatchInputError, Pair, Problem, Solution
from djflow.dispatch.rules import objective
from djflow.dispatch.solver.checks import check
from djflow.dispatch.solver.flow import PINS_COLLIDE, relax
from djflow.dispatch.solver.limits import limits, sections
from djflow.dispatch.solver.program import MINOR, Program, prices
from djflow.dispatch.solver.table import Ints, table_of
from djflow.dispatch.solver.whole import NODES, Search, cost_of


def solve(problem: Problem, *, near: Solution | None = None, nodes: int = NODES) -> Solution:
    """Return an assignment of the lowest objective; the same problem and seed give the same one.

    Between equally good assignments lots decide, or who stays where `near` has them. `nodes` limits the search that
    limits beside the flow may need; the result says how far it got (`bound`, `gap`, `optimal`).

    Raises: DispatchInputError for input that contradicts itself, pins that contradict a rule or each other.
    """
    return assign(problem, _lots(problem) if near is None else _staying(problem, near), nodes)


def assign(problem: Problem, minor: Ints, nodes: int = NODES, grain: int = 0) -> Solution:
    """Return an assignment of the lowest objective, among those one of the lowest minor parts [post or 1, cadre].

    With a `grain`, objectives within half as many points of each other are as good: a search may stop there.

    Raises: DispatchInputError.
    """
    check(problem)
    if not problem.posts or not problem.cadres:
        return _solution(problem, ())
    table, pinned = table_of(problem), places(problem, problem.pins)
    costs = prices(table, problem, minor)
    program, known = Program(table, problem, costs), sections(problem)
    relaxed = relax(program, limits(problem), known, pinned)
    taken = np.flatnonzero(relaxed.values > 1 - 1e-6)
    posts, cadres, bound = program.posts[taken], program.cadres[taken], relaxed.bound
    if not relaxed.whole:
        whole = Search(problem, program, relaxed, pinned, grain).run(known, nodes)
        if whole is None:
            raise DispatchInputError(PINS_COLLIDE)
        posts, cadres, bound = whole.posts, whole.cadres, whole.bound
    pairs = zip(posts.tolist(), cadres.tolist(), strict=True)
    rows = sorted((problem.posts[post].id, problem.cadres[cadre].id) for post, cadre in pairs)
    cost = cost_of(problem, table, costs, posts, cadres)
    # Costs are whole: a bound less than one below the cost is the cost.
    proven = cost if bound > cost - 1 else math.ceil(bound - 1e-6)
    found = _solution(problem, tuple(Assigned(post, cadre) for post, cadre in rows))
    short = costs.short * sum(found.batch_short.values())
    return replace(found, bound=min(found.objective, (proven - short) // costs.scale))


def _solution(problem: Problem, assigned: tuple[Assigned, ...]) -> Solution:
    taken = Counter(row.post for row in assigned)
    unfilled = {post.id: post.places - taken[post.id] for post in problem.posts if post.places > taken[post.id]}
    by_batch = Counter[str]()
    for post in problem.posts:
        by_batch[post.batch] += taken[post.id]
    short = {name: least - by_batch[name] for name, least in problem.batch_least.items() if least > by_batch[name]}
    points = objective(problem, assigned)
    return Solution(assigned, points, unfilled, short, points)


def _lots(problem: Problem) -> Ints:
    """Draw a lot for every cadre."""
    drawn = np.random.default_rng(problem.seed).integers(0, MINOR, size=len(problem.cadres))
    return np.asarray(drawn, np.int64)[None, :]


def _staying(problem: Problem, near: Solution) -> Ints:
    """Return 1 for every pair that is not in an earlier assignment."""
    moves = np.ones((len(problem.posts), len(problem.cadres)), np.int64)
    for place in places(problem, {(row.post, row.cadre) for row in near.assigned}):
        moves[place] = 0
    return moves


def places(problem: Problem, pairs: Iterable[Pair]) -> list[tuple[int, int]]:
    """Return where pairs stand in the tables, sorted."""
    rows = {post.id: number for number, post in enumerate(problem.posts)}
    columns = {cadre.id: number for number, cadre in enumerate(problem.cadres)}
    return sorted((rows[post], columns[cadre]) for post, cadre in pairs)
