"""The solver against the best roster found by trying all, on months small enough for that."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from djflow.roster.model import Limits
from djflow.roster.scorer import score
from djflow.roster.solver import solve
from djflow.roster.solver.bound import Ascent
from djflow.roster.solver.elastic import fewest_empty
from djflow.roster.solver.month import compile_month
from tests.roster.months import all_rosters, best_by_trying_all, random_month

EXACT = Limits(time_limit=20, gap=0.0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_a_small_month_is_rostered_at_the_least_price(seed: int) -> None:
    """For a handful of people the roster is the very best there is, and says so."""
    problem = random_month(seed, people=4, sessions=3, days=4)
    found = solve(problem, limits=EXACT)
    judged = score(problem, found.assignments)
    best = best_by_trying_all(problem)
    assert judged.violations == ()
    assert judged.total == found.objective.total
    assert found.bound <= best <= found.objective.total
    assert found.objective.total == best
    assert found.gap == pytest.approx(0.0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_the_bound_never_exceeds_the_best_price(seed: int) -> None:
    """However far the search for prices gets, what it calls proven is below the best roster."""
    problem = random_month(seed, people=4, sessions=3, days=5)
    month = compile_month(problem)
    ascent = Ascent(month, float(problem.weights.unfilled), np.zeros(month.groups))
    best = best_by_trying_all(problem)
    for _ in range(6):
        ascent.run(10, float(best), lambda: False)
        assert ascent.proven() <= best


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_no_roster_has_fewer_empty_places_than_proven(seed: int) -> None:
    """The proven minimum of empty places is never above what some lawful roster achieves."""
    problem = random_month(seed, people=4, sessions=3, days=4)
    lawful = [s for s in (score(problem, rows) for rows in all_rosters(problem)) if not s.violations]
    assert fewest_empty(compile_month(problem), 10.0).minimum <= min(s.unfilled for s in lawful)


def test_a_month_without_sessions_or_people_is_answered_at_once() -> None:
    """Nothing to do or nobody to do it is not an error; the empty places are counted as proven."""
    nobody = random_month(3, people=0, sessions=3, days=4)
    quiet = random_month(3, people=4, sessions=0, days=4)
    assert solve(nobody).min_unfilled_proven == nobody.slots
    assert solve(nobody).gap == pytest.approx(0.0)
    assert solve(quiet).assignments == ()
    assert math.isfinite(solve(quiet).objective.total)
