"""Rules that may be loosened, from the mildest to the hardest, and how many places then stay empty.

Recusal is law and is not on the menu. Each answer is the whole problem solved again with filling before all else.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from djflow.dispatch.model import Given, Post, Problem, Relaxation
from djflow.dispatch.rules import most_sent
from djflow.dispatch.solver.assign import assign
from djflow.dispatch.solver.table import table_of

MORE_AGE = 5
_DEAR = 100_000
"""Points of an empty place at least where filling comes first: what people cost hardly shows beside it."""


def counting(problem: Problem) -> Problem:
    """Return the problem in which filling a place comes before whom with.

    All prices together stay below a quarter of one empty place. They are kept because everybody as good as everybody
    is what programs drown in.
    """
    dearest = int(np.abs(table_of(problem).price).max(initial=0))
    unfilled = max(_DEAR, 4 * dearest * sum(one.places for one in problem.posts) + 1)
    return replace(problem, weights=replace(problem.weights, unfilled=unfilled), batch_least={})


@dataclass(frozen=True, slots=True)
class Fewest:
    """No assignment leaves fewer places empty than `bound`; one that leaves `empty` was found."""

    bound: int
    empty: int


def fewest(problem: Problem) -> Fewest:
    """Return how few places can be left empty."""
    counted = counting(problem)
    price = counted.weights.unfilled
    found = assign(counted, np.zeros((1, len(problem.cadres)), np.int64), grain=price)
    # What people cost is less than a quarter of a place, either way.
    return Fewest(max(0, math.ceil(found.bound / price - 0.25)), sum(found.unfilled.values()))


def menu(problem: Problem, empty: int) -> tuple[Relaxation, ...]:
    """Return what each relaxation would fill of `empty` places, from the mildest rule to the hardest."""
    found = list[Relaxation]()
    for words, loose in _options(problem):
        left = fewest(loose).empty
        found.append(Relaxation(words, left, empty - left))
    return tuple(found)


def best(options: tuple[Relaxation, ...]) -> Relaxation | None:
    """Return the mildest of those that fill most, None when none fills anything."""
    most = max((one.filled for one in options), default=0)
    return next((one for one in options if one.filled == most > 0), None)


def _options(problem: Problem) -> Iterator[tuple[str, Problem]]:
    """Yield each rule of the problem that can be loosened, with the problem so loosened."""
    yield from _number_options(problem)
    yield from _person_options(problem)
    yield from _team_options(problem)
    for rule, words in sorted(problem.waivable.items()):
        if any(ground.rule == rule for one in _all_given(problem) for ground in one.refused):
            yield f"不计“{words}”", _waived(problem, rule)
    if any(one.unavailable for one in problem.cadres):
        free = tuple(replace(one, unavailable=False) for one in problem.cadres)
        yield "目前不能派出的人员都能派出", replace(problem, cadres=free)
    if problem.bans:
        yield "取消全部排除", replace(problem, bans=frozenset())
    if problem.pins:
        yield "取消全部固定", replace(problem, pins=frozenset())


def _number_options(problem: Problem) -> Iterator[tuple[str, Problem]]:
    yield "各单位多派 1 人", replace(problem, unit_most={unit: most + 1 for unit, most in most_sent(problem).items()})
    if problem.batch_most:
        yield "各批次名额加 1", replace(problem, batch_most={name: one + 1 for name, one in problem.batch_most.items()})
    if problem.rank_most:
        yield "各职级上限加 1", replace(problem, rank_most={key: one + 1 for key, one in problem.rank_most.items()})


def _person_options(problem: Problem) -> Iterator[tuple[str, Problem]]:
    if any(one.last_sent is not None for one in problem.cadres):
        yield "不计派出间隔", replace(problem, redispatch_years=-1)
    oldest = max((problem.year - one.born for one in problem.cadres), default=0)
    if any(one.age_max < oldest for one in problem.posts):
        yield f"年龄上限加 {MORE_AGE} 岁", _posts(problem, lambda one: replace(one, age_max=one.age_max + MORE_AGE))
    if any(one.years_min > 0 for one in problem.posts):
        yield "工龄要求减 1 年", _posts(problem, lambda one: replace(one, years_min=max(0, one.years_min - 1)))


def _team_options(problem: Problem) -> Iterator[tuple[str, Problem]]:
    teams = [one.team for one in problem.posts if one.team is not None]
    if any(one.each_of for one in teams):
        yield "不要求团队专业齐全", _teams(problem, {"each_of": ()})
    if problem.one_per_section or any(one.no_two_of_a_section for one in teams):
        loose = _teams(problem, {"no_two_of_a_section": False})
        yield "同一科室可派 2 人以上", replace(loose, one_per_section=False)
    if any(one.women_at_least for one in teams):
        yield "不要求团队有女干部", _teams(problem, {"women_at_least": 0})


def _teams(problem: Problem, changes: Mapping[str, object]) -> Problem:
    def change(post: Post) -> Post:
        return post if post.team is None else replace(post, team=replace(post.team, **changes))  # type: ignore[arg-type] # fields of Team

    return _posts(problem, change)


def _posts(problem: Problem, change: Callable[[Post], Post]) -> Problem:
    return replace(problem, posts=tuple(change(one) for one in problem.posts))


def _all_given(problem: Problem) -> Iterator[Given]:
    yield from problem.given.values()
    yield from problem.given_anywhere.values()


def _waived(problem: Problem, rule: str) -> Problem:
    def without(one: Given) -> Given:
        return Given(tuple(ground for ground in one.refused if ground.rule != rule), one.soft)

    return replace(
        problem,
        given={key: without(one) for key, one in problem.given.items()},
        given_anywhere={key: without(one) for key, one in problem.given_anywhere.items()},
    )
