"""Mending a published roster: as few changes as possible, nothing before the freeze, no place left empty needlessly."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from djflow.roster.model import Assignment, CadreId, Changes, EventId, Limits, RosterInputError, Rules
from djflow.roster.scorer import score
from djflow.roster.solver import repair, solve
from djflow.roster.solver.repair import changed_problem
from tests.roster.months import DESK, LAW, cadre, day, department, event, month, random_month


def duty(place: str, who: str, post: str = DESK) -> Assignment:
    """Return a duty."""
    return Assignment(EventId(place), post, CadreId(who))


def away(who: str, *days: int) -> Changes:
    """Return the change that somebody is away on these days."""
    return Changes(unavailable={CadreId(who): frozenset(day(d) for d in days)})


def test_only_the_place_of_the_absent_person_changes() -> None:
    """Somebody falls ill: his place goes to a free person, everybody else keeps theirs."""
    problem = month([event("A", 1), event("A", 5)], [cadre("甲"), cadre("乙"), cadre("丙")])
    done = repair(problem, [duty("A@01", "甲"), duty("A@05", "乙")], away("乙", 5))
    assert done.changed == done.changed_lower_bound == 1
    assert duty("A@01", "甲") in done.assignments
    assert [(c.event, c.before) for c in done.diff] == [("A@05", "乙")]
    assert done.objective.unfilled == 0


def test_nothing_before_the_freeze_date_moves() -> None:
    """What has already happened stays, even when its people report absent afterwards."""
    problem = month([event("A", 1), event("A", 5)], [cadre("甲"), cadre("乙")])
    changes = replace(away("甲", 1, 5), freeze_before=day(3))
    done = repair(problem, [duty("A@01", "甲"), duty("A@05", "甲")], changes)
    assert set(done.assignments) == {duty("A@01", "甲"), duty("A@05", "乙")}


def test_a_chain_fills_a_place_that_no_free_person_can_take() -> None:
    """Nobody free knows the law desk: the lawyer moves there and a free clerk takes over his place."""
    law = {LAW: 1}
    people = [cadre("律", skills=[LAW, DESK]), cadre("专", skills=[LAW]), cadre("员")]
    problem = month([event("A", 3), event("B", 3, law)], people, rules=Rules(rest_gap=0))
    done = repair(problem, [duty("A@03", "律"), duty("B@03", "专", LAW)], away("专", 3))
    assert set(done.assignments) == {duty("A@03", "员"), duty("B@03", "律", LAW)}
    assert done.changed == 2


def test_a_cancelled_session_frees_its_people_and_counts_no_change() -> None:
    """A closed market is dropped; the difference table shows who need not come."""
    problem = month([event("A", 1), event("A", 5)], [cadre("甲"), cadre("乙")])
    done = repair(problem, [duty("A@01", "甲"), duty("A@05", "乙")], Changes(cancelled=frozenset({EventId("A@05")})))
    assert done.assignments == (duty("A@01", "甲"),)
    assert done.changed == 0
    assert [(c.before, c.after) for c in done.diff] == [("乙", None)]


def test_a_declined_duty_goes_to_somebody_else() -> None:
    """Who declined one duty is not put back on it but keeps his other duties."""
    problem = month(
        [event("A", 1), event("A", 5)], [cadre("甲"), cadre("远", "F")], departments=[department("F", x=70.0)]
    )
    done = repair(problem, [duty("A@01", "甲"), duty("A@05", "甲")], Changes(must_replace=(duty("A@01", "甲"),)))
    assert set(done.assignments) == {duty("A@01", "远"), duty("A@05", "甲")}


def test_what_cannot_be_filled_stays_empty_and_is_listed() -> None:
    """With nobody left the place is empty, never refused."""
    problem = month([event("A", 1)], [cadre("甲")])
    done = repair(problem, [duty("A@01", "甲")], away("甲", 1))
    assert done.assignments == ()
    assert [(v.event, v.count) for v in done.unfilled] == [("A@01", 1)]


def test_unknown_people_in_a_change_are_refused() -> None:
    """A change for somebody who is not in the file is refused by id."""
    problem = month([event("A", 1)], [cadre("甲")])
    with pytest.raises(RosterInputError, match="丁"):
        repair(problem, [], away("丁", 1))
    with pytest.raises(RosterInputError, match="A@09"):
        repair(problem, [duty("A@09", "甲")], Changes())


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_a_mended_roster_is_lawful_and_changes_what_it_must(seed: int) -> None:
    """Whatever falls out, the result keeps every rule and never changes less than the bound says."""
    problem = random_month(seed, people=9, sessions=6, days=8)
    roster = solve(problem, limits=Limits(10, 0.0)).assignments
    gone = {a.cadre for a in roster[::3]}
    changes = Changes(freeze_before=day(3), unavailable={c: frozenset(day(d) for d in range(1, 9)) for c in gone})
    done = repair(problem, roster, changes)
    now = changed_problem(problem, roster, changes)
    judged = score(now, done.assignments)
    assert judged.violations == ()
    assert judged.total == done.objective.total
    assert done.changed >= done.changed_lower_bound
    early = {e.id for e in problem.events if e.on < day(3)}
    assert {a for a in roster if a.event in early} == {a for a in done.assignments if a.event in early}
