"""The best assignment: never worse than any other, never against a rule, the same again."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from djflow.dispatch import rules
from djflow.dispatch.model import Assigned, CadreId, PlaceId, PostId, Problem, UnitId
from djflow.dispatch.solver import solve
from djflow.dispatch.solver.table import table_of
from tests.dispatch.cases import cadre, cheapest, faults, post, problems

P0, P1 = PostId("P0"), PostId("P1")
C0, C1 = CadreId("C0"), CadreId("C1")


def problem(*cadres: object, posts: tuple[object, ...] = (), **changes: object) -> Problem:
    """A problem in which a unit may send everybody."""
    made = Problem(2026, 3, 1.0, tuple(cadres), posts or (post(0),))  # type: ignore[arg-type] # built by the test
    return replace(made, **changes)  # type: ignore[arg-type] # a test's changes


@given(problems())
@settings(max_examples=60)
def test_nothing_is_better_and_nothing_is_forbidden(one: Problem) -> None:
    """Against every assignment there is: the same lowest points, no rule broken, the same answer when asked again."""
    found = solve(one)
    assert faults(one, found.assigned) == []
    assert found.objective == rules.objective(one, found.assigned) == cheapest(one)
    assert solve(one) == found


@given(problems())
def test_the_tables_say_what_the_rules_say(one: Problem) -> None:
    """Eligibility and points of every pair are those of the rules."""
    table = table_of(one)
    for row, where in enumerate(one.posts):
        for column, who in enumerate(one.cadres):
            assert table.may[row, column] == (not rules.refusals(one, who, where))
            assert table.price[row, column] == rules.price(one, who, where)


def test_a_unit_sends_its_share_and_always_one() -> None:
    """Of ten people a fifth may go; a unit of one may send that one."""
    ten = [cadre(number) for number in range(10)]
    alone = cadre(10, unit=UnitId("U2"))
    found = solve(problem(*ten, alone, posts=(post(0, places=6),), unit_share=0.2))
    sent = [row.cadre for row in found.assigned]
    assert len(sent) == 3
    assert "C10" in sent
    assert found.unfilled == {P0: 3}


def test_lots_decide_between_equals_and_are_drawn_by_the_seed() -> None:
    """Six who fit equally: some seed sends somebody else, each seed always the same one, never a worse one."""
    equals = [cadre(number) for number in range(6)]
    worse = cadre(6, wishes=frozenset({PlaceId(5)}))
    sent = {seed: solve(problem(*equals, worse, seed=seed)).assigned[0].cadre for seed in range(12)}
    assert len(set(sent.values())) > 1
    assert "C6" not in sent.values()
    assert sent[3] == solve(problem(*equals, worse, seed=3)).assigned[0].cadre


def test_pins_stay_and_bans_are_kept() -> None:
    """Somebody pinned goes although another fits better; somebody banned from a post does not go there."""
    better, worse = cadre(0), cadre(1, wishes=frozenset({PlaceId(5)}))
    assert solve(problem(better, worse)).assigned == (Assigned(P0, C0),)
    assert solve(problem(better, worse, pins=frozenset({(P0, C1)}))).assigned == (Assigned(P0, C1),)
    assert solve(problem(better, worse, bans=frozenset({(P0, C0)}))).assigned == (Assigned(P0, C1),)


def test_a_batch_gets_what_it_must_have_even_where_another_fits_better() -> None:
    """One person, two posts: the batch with a least number gets him; what is missing of it is told."""
    posts = (post(0), post(1, batch="社区", specialty="医疗"))
    assert solve(problem(cadre(0), posts=posts)).assigned == (Assigned(P0, C0),)
    found = solve(problem(cadre(0), posts=posts, batch_least={"社区": 2}))
    assert found.assigned == (Assigned(P1, C0),)
    assert found.batch_short == {"社区": 1}


def test_nobody_or_nowhere_is_an_answer() -> None:
    """Without cadres every place is empty; without posts there is nothing to do."""
    assert solve(problem(posts=(post(0, places=2),))).unfilled == {P0: 2}
    assert solve(Problem(2026, 3, 1.0, (cadre(0),), ())).objective == 0


def test_many_more_pairs_than_are_looked_at_first() -> None:
    """Where the cheapest pairs of every post are the same few people, the others are found."""
    rng = np.random.default_rng(5)
    cadres = [cadre(number, appraisal=int(rng.integers(0, 6))) for number in range(120)]
    posts = tuple(post(number) for number in range(80))
    one = problem(*cadres, posts=posts)
    found = solve(one)
    best = sorted(rules.price(one, who, posts[0]) for who in cadres)
    assert found.unfilled == {}
    assert found.objective == sum(best[:80])
