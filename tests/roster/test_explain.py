"""Why places stay empty, who could take one, and who stands by."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from djflow.roster.model import (
    LEADER_POST,
    Assignment,
    CadreId,
    EventId,
    Limits,
    RosterInputError,
    Rules,
)
from djflow.roster.scorer import score
from djflow.roster.solver import solve
from djflow.roster.solver.explain import explain
from djflow.roster.solver.standby import choose_standby
from djflow.roster.solver.suggest import suggest
from tests.roster.months import DESK, LAW, cadre, day, department, event, month, random_month


def test_a_day_with_too_few_leaders_is_named_with_the_rule() -> None:
    """Two sessions on one day, two leaders, one on leave: day, need, supply and leave are named."""
    leader = {LEADER_POST: 1}
    people = [cadre("甲", skills=[LEADER_POST]), cadre("乙", skills=[LEADER_POST], unavailable=frozenset({day(3)}))]
    problem = month([event("A", 3, leader), event("B", 3, leader)], people)
    (only,) = explain(problem).shortages
    assert (only.post, only.dates, only.need, only.supply, only.short) == (LEADER_POST, (day(3),), 2, 1, 1)
    assert only.rule == "请假"
    assert "12月3日" in only.text
    assert LEADER_POST in only.text


@pytest.mark.parametrize(
    ("events", "more", "gap", "rule"),
    [
        ([1, 5, 9], {"max_duties": 2}, 2, "月上限"),
        ([1, 3], {}, 2, "值班间隔"),
        ([1, 1], {}, 2, "资格人数"),
    ],
)
def test_the_binding_rule_and_its_cheapest_relaxation_are_named(
    events: list[int], more: dict[str, Any], gap: int, rule: str
) -> None:
    """Cap, rest gap or too few qualified people: the sentence says which, and what would help."""
    sessions = [event("AB"[i % 2], on) for i, on in enumerate(events)]
    told = explain(month(sessions, [replace(cadre("甲"), **more)], rules=Rules(rest_gap=gap))).shortages
    assert [s.rule for s in told] == [rule]
    assert "最省的办法" in told[0].text


def test_posts_that_share_their_people_are_explained_together() -> None:
    """One versatile person cannot hold two posts at once, though each post alone has somebody."""
    both = cadre("全", skills=[DESK, LAW])
    told = explain(month([event("A", 1, {DESK: 1, LAW: 1})], [both]))
    assert told.min_unfilled == 1
    assert [s.short for s in told.shortages] == [1]
    assert set(told.shortages[0].post.split("、")) == {DESK, LAW}


def test_loosening_the_cap_is_shown_to_help() -> None:
    """The what-if menu says how many places stay empty after each named relaxation."""
    problem = month([event("A", d) for d in (1, 5, 9)], [cadre("甲", max_duties=2)])
    menu = {r.relax: r.unfilled for r in explain(problem, what_if=True).what_if}
    assert menu["月上限+1"] == 0
    assert menu["忽略请假"] == 1
    assert menu[f"“{DESK}”增加1名有资格人员"] == 0


def test_frozen_gaps_are_listed_as_frozen() -> None:
    """A place left empty before the freeze date is listed with that reason."""
    problem = replace(month([event("A", 1), event("A", 5)], [cadre("甲")]), freeze_before=day(2))
    told = explain(problem)
    assert told.min_unfilled == 1
    assert [s.rule for s in told.shortages] == ["已冻结"]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_counted_shortages_are_never_exaggerated(seed: int) -> None:
    """The places said to stay empty do stay empty in the best roster, and the sums agree."""
    problem = random_month(seed, people=5, sessions=5, days=6)
    problem = replace(problem, weights=replace(problem.weights, unfilled=100_000))
    told = explain(problem)
    found = solve(problem, limits=Limits(10, 0.0))
    assert sum(s.short for s in told.shortages) <= told.min_unfilled <= found.objective.unfilled
    assert all(s.need - s.supply == s.short > 0 for s in told.shortages)


def test_suggestions_are_ranked_by_what_they_cost() -> None:
    """For an empty place the nearby rested person comes before the distant and the busy one."""
    people = [cadre("近"), cadre("远", "F"), cadre("忙", history=9)]
    problem = month([event("A", 3)], people, departments=[department("F", x=30.0)])
    found = suggest(problem, [], EventId("A@03"), DESK)
    assert [s.cadre for s in found] == ["近", "远", "忙"]
    assert all(s.extra == sum(s.parts.values()) for s in found)


def test_a_swap_is_suggested_where_nobody_is_free() -> None:
    """The only lawyer serves a desk next door; the suggestion says who takes over there, and its price is exact."""
    people = [cadre("律", skills=[LAW, DESK]), cadre("员")]
    problem = month([event("A", 3), event("B", 3, {LAW: 1})], people, rules=Rules(rest_gap=1))
    roster = [Assignment(EventId("A@03"), DESK, CadreId("律"))]
    (one,) = suggest(problem, roster, EventId("B@03"), LAW)
    assert [(m.event, m.before, m.after) for m in one.moves] == [("A@03", "律", "员")]
    after = [Assignment(EventId("A@03"), DESK, CadreId("员")), Assignment(EventId("B@03"), LAW, CadreId("律"))]
    before = score(problem, roster)
    assert score(problem, after).total - before.total == one.extra - problem.weights.unfilled


def test_suggestions_for_an_unknown_place_are_refused() -> None:
    """A session or post that does not exist is named."""
    with pytest.raises(RosterInputError, match="A@09"):
        suggest(month([event("A", 3)], [cadre("甲")]), [], EventId("A@09"), DESK)


def test_every_session_has_a_rested_reserve_or_says_that_there_is_none() -> None:
    """The reserve is not on duty near the day and the burden is shared; with nobody free the list says so."""
    problem = month([event("A", 1), event("A", 5), event("A", 9)], [cadre("甲"), cadre("乙")])
    roster = [Assignment(EventId("A@01"), DESK, CadreId("甲"))]
    chosen = {str(s.event): s.cadre for s in choose_standby(problem, roster)}
    assert chosen["A@01"] == "乙"
    assert sorted(str(c) for c in chosen.values()) in (["乙", "乙", "甲"], ["乙", "甲", "甲"])
    crowded = replace(problem, cadres=problem.cadres[:1])
    assert {str(s.event): s.cadre for s in choose_standby(crowded, roster)}["A@01"] is None
