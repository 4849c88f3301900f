"""The assignment as arrays: who may go where at which price, posts × cadres."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from djflow.dispatch.model import Problem

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


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
    sizes = np.bincount(unit, minlength=len(units))
    batches = tuple(sorted({post.batch for post in problem.posts} | set(problem.batch_least)))
    price, may = _pairs(problem)
    return Table(
        price=price,
        may=may,
        places=np.array([post.places for post in problem.posts], np.int64),
        unit=unit,
        most=np.maximum(1, (sizes * problem.unit_share).astype(np.int64)),
        batch=np.array([batches.index(post.batch) for post in problem.posts], np.int64),
        batches=batches,
    )


def _pairs(problem: Problem) -> tuple[Ints, Bools]:
    people, weights, year = problem.cadres, problem.weights, problem.year
    age = year - np.array([one.born for one in people], np.int64)
    years = year - np.array([one.works_since for one in people], np.int64)
    native = np.array([one.native for one in people], np.int64)
    base = weights.appraisal * (5 - np.array([one.appraisal for one in people], np.int64))
    base += weights.age * np.abs(age - 35) // 2
    gone = np.array([year if one.last_sent is None else year - one.last_sent for one in people], np.int64)
    never = np.array([one.last_sent is None for one in people], bool)
    free = ~np.array([one.unavailable for one in people], bool) & (never | (gone > problem.redispatch_years))
    price = np.empty((len(problem.posts), len(people)), np.int64)
    may = np.empty(price.shape, bool)
    skilled = {name: np.array([name in one.specialties for one in people], bool) for name in _specialties(problem)}
    wished = {place: np.array([place in one.wishes for one in people], bool) for place in _places(problem)}
    barred = {
        unit: np.array([one.unit == unit or unit in one.relatives for one in people], bool)
        for unit in {post.unit for post in problem.posts}
    }
    for number, post in enumerate(problem.posts):
        may[number] = free & (age <= post.age_max) & (years >= post.years_min) & (native != post.place)
        may[number] &= ~barred[post.unit]
        missing = weights.specialty * ~skilled[post.specialty] + weights.wish * ~wished[post.place]
        price[number] = base + missing
    return price, may


def _specialties(problem: Problem) -> set[str]:
    return {post.specialty for post in problem.posts}


def _places(problem: Problem) -> set[int]:
    return {post.place for post in problem.posts}
