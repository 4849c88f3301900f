"""The assignment as arrays: who may go where at which price, posts × cadres."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from djflow.dispatch.model import CadreId, Given, Pair, Post, PostId, Problem, Refusal
from djflow.dispatch.rules import BEST_AGE, BEST_APPRAISAL, most_sent

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Doubles: TypeAlias = NDArray[np.float64]
V = TypeVar("V")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`price` and `may` [post, cadre], `places` [post], `unit` [cadre], `most` [unit], `batch` [post] by `batches`.

    `units` are the names of units in their order.
    """

    price: Ints
    may: Bools
    places: Ints
    unit: Ints
    most: Ints
    units: tuple[str, ...]
    batch: Ints
    batches: tuple[str, ...]


def table_of(problem: Problem) -> Table:
    """Return the arrays of a problem."""
    units = {name: number for number, name in enumerate(sorted({one.unit for one in problem.cadres}))}
    most = most_sent(problem)
    batches = tuple(sorted({post.batch for post in problem.posts} | set(problem.batch_least) | set(problem.batch_most)))
    people = People(problem)
    price = np.empty((len(problem.posts), len(problem.cadres)), np.int64)
    may = np.empty(price.shape, bool)
    for number, post in enumerate(problem.posts):
        price[number] = people.price(post)
        may[number] = ~np.logical_or.reduce(list(people.refused(post).values()))
    return Table(
        price=price,
        may=may,
        places=_whole(post.places for post in problem.posts),
        unit=_whole(units[one.unit] for one in problem.cadres),
        most=_whole(most[name] for name in units),
        units=tuple(units),
        batch=_whole(batches.index(post.batch) for post in problem.posts),
        batches=batches,
    )


class People:
    """All cadres of a problem as arrays, asked post by post."""

    def __init__(self, problem: Problem) -> None:
        """Read every field once."""
        people, weights, year = problem.cadres, problem.weights, problem.year
        self._problem, self._people = problem, people
        self._columns = {one.id: number for number, one in enumerate(people)}
        self._age, self._years = (
            year - _whole(one.born for one in people),
            year - _whole(one.works_since for one in people),
        )
        gone = _whole(year if one.last_sent is None else year - one.last_sent for one in people)
        never = _flags(one.last_sent is None for one in people)
        self._always = {
            Refusal.UNAVAILABLE: _flags(one.unavailable for one in people),
            Refusal.REDISPATCH: ~never & (gone <= problem.redispatch_years),
            Refusal.OTHER_BATCH: _flags(bool(one.other_batch) for one in people),
        }
        self._native = _whole(one.native for one in people)
        self._unit = {unit: _flags(one.unit == unit for one in people) for unit in {one.unit for one in problem.posts}}
        self._relatives = {unit: _flags(unit in one.relatives for one in people) for unit in self._unit}
        base = weights.appraisal * (BEST_APPRAISAL - _whole(one.appraisal for one in people))
        base += weights.age * np.abs(self._age - BEST_AGE) // 2
        base += np.where(never, 0, weights.posted + weights.recent * np.maximum(0, weights.rested_years - gone))
        self._base = base + weights.overtime * _whole(one.overtime for one in people)
        self._skilled, self._wished = dict[str, Bools](), dict[int, Bools]()
        self._given, self._banned = _by_post(problem.given), _by_post(dict.fromkeys(problem.bans, True))

    def price(self, post: Post) -> Ints:
        """Return the points of sending each cadre to a post."""
        weights, people = self._problem.weights, self._people
        if post.specialty not in self._skilled:
            name = post.specialty
            self._skilled[name] = _flags(not name or name in one.specialties for one in people)
        if post.place not in self._wished:
            self._wished[post.place] = _flags(post.place in one.wishes for one in people)
        price = (
            self._base + weights.specialty * ~self._skilled[post.specialty] + weights.wish * ~self._wished[post.place]
        )
        for column, found in self._findings(post):
            price[column] += found.points
        return np.asarray(price, np.int64)

    def refused(self, post: Post) -> Mapping[Refusal, Bools]:
        """Return whom each rule forbids to go to a post."""
        found = self._always | {
            Refusal.CLOSED: np.full(len(self._people), post.closed),
            Refusal.AGE: self._age > post.age_max,
            Refusal.YEARS: self._years < post.years_min,
            Refusal.NATIVE: self._native == post.place,
            Refusal.OWN_UNIT: self._unit[post.unit],
            Refusal.RELATIVE: self._relatives[post.unit],
            Refusal.GIVEN: np.zeros(len(self._people), bool),
            Refusal.BANNED: np.zeros(len(self._people), bool),
        }
        for column, given in self._findings(post):
            found[Refusal.GIVEN][column] |= bool(given.refused)
        for cadre in self._banned.get(post.id, {}):
            found[Refusal.BANNED][self._columns[cadre]] = True
        return found

    def _findings(self, post: Post) -> Iterable[tuple[int, Given]]:
        for some in (self._problem.given_anywhere, self._given.get(post.id, {})):
            yield from ((self._columns[cadre], found) for cadre, found in some.items() if cadre in self._columns)


def _by_post(pairs: Mapping[Pair, V]) -> dict[PostId, dict[CadreId, V]]:
    found = dict[PostId, dict[CadreId, V]]()
    for (post, cadre), value in pairs.items():
        found.setdefault(post, {})[cadre] = value
    return found


def _whole(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def _flags(values: Iterable[bool]) -> Bools:
    return np.fromiter(values, np.bool_)
