"""The assignment as arrays: who may go where at which price, posts × cadres."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from djflow.dispatch.model import Problem
from djflow.dispatch.rules import BEST_AGE, BEST_APPRAISAL, most_sent

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Doubles: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`price` and `may` [post, cadre], `places` [post], `unit` [cadre], `most` [unit], `batch` [post] by `batches`."""

    price: Ints
    may: Bools
    places: Ints
    unit: Ints
    most: Ints
    batch: Ints
    batches: tuple[str, ...]


def table_of(problem: Problem) -> Table:
    """Return the arrays of a problem."""
    units = {name: number for number, name in enumerate(sorted({one.unit for one in problem.cadres}))}
    unit = np.array([units[one.unit] for one in problem.cadres], np.int64)
    most = most_sent(problem)
    batches = tuple(sorted({post.batch for post in problem.posts} | set(problem.batch_least) | set(problem.batch_most)))
    price, may = _pairs(problem)
    _hand_in(problem, price, may)
    return Table(
        price=price,
        may=may,
        places=np.array([post.places for post in problem.posts], np.int64),
        unit=unit,
        most=np.array([most[name] for name in units], np.int64),
        batch=np.array([batches.index(post.batch) for post in problem.posts], np.int64),
        batches=batches,
    )


def _pairs(problem: Problem) -> tuple[Ints, Bools]:
    people, weights, year = problem.cadres, problem.weights, problem.year
    age, years = year - _whole(one.born for one in people), year - _whole(one.works_since for one in people)
    native = _whole(one.native for one in people)
    gone = _whole(year if one.last_sent is None else year - one.last_sent for one in people)
    never = _flags(one.last_sent is None for one in people)
    free = ~_flags(one.unavailable or bool(one.other_batch) for one in people)
    free &= never | (gone > problem.redispatch_years)
    base = weights.appraisal * (BEST_APPRAISAL - _whole(one.appraisal for one in people))
    base += weights.age * np.abs(age - BEST_AGE) // 2
    base += np.where(never, 0, weights.posted + weights.recent * np.maximum(0, weights.rested_years - gone))
    base += weights.overtime * _whole(one.overtime for one in people)
    price = np.empty((len(problem.posts), len(people)), np.int64)
    may = np.empty(price.shape, bool)
    skilled = {
        name: _flags(not name or name in one.specialties for one in people)
        for name in {post.specialty for post in problem.posts}
    }
    wished = {place: _flags(place in one.wishes for one in people) for place in {post.place for post in problem.posts}}
    barred = {
        unit: _flags(one.unit == unit or unit in one.relatives for one in people)
        for unit in {post.unit for post in problem.posts}
    }
    for number, post in enumerate(problem.posts):
        may[number] = free & (age <= post.age_max) & (years >= post.years_min) & (native != post.place)
        may[number] &= ~barred[post.unit] & (not post.closed)
        missing = weights.specialty * ~skilled[post.specialty] + weights.wish * ~wished[post.place]
        price[number] = base + missing
    return price, may


def _hand_in(problem: Problem, price: Ints, may: Bools) -> None:
    """Put in what was found outside, and the bans."""
    rows = {post.id: number for number, post in enumerate(problem.posts)}
    columns = {cadre.id: number for number, cadre in enumerate(problem.cadres)}
    for cadre, found in problem.given_anywhere.items():
        if (column := columns.get(cadre)) is not None:
            price[:, column] += found.points
            may[:, column] &= not found.refused
    for (post, cadre), found in problem.given.items():
        row, column = rows.get(post), columns.get(cadre)
        if row is not None and column is not None:
            price[row, column] += found.points
            may[row, column] &= not found.refused
    for post, cadre in problem.bans:
        row, column = rows.get(post), columns.get(cadre)
        if row is not None and column is not None:
            may[row, column] = False


def _whole(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def _flags(values: Iterable[bool]) -> Bools:
    return np.fromiter(values, np.bool_)
