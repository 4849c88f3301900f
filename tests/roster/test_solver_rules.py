"""What the solver keeps to, whatever it costs: pins, frozen days, sessions' rules, grades, the wish to stop."""

from dataclasses import replace

import pytest

from djflow.roster.model import (
    LEADER_POST,
    Assignment,
    Ban,
    CadreId,
    EventId,
    Limits,
    PinConflictError,
    RosterInputError,
    Rules,
    SolveStatus,
)
from djflow.roster.scorer import score
from djflow.roster.solver import solve
from tests.roster.months import DESK, LAW, cadre, day, department, event, market, month, random_month

EXACT = Limits(time_limit=20, gap=0.0)


def pin(place: str, post: str, who: str) -> Assignment:
    """Return a fixed duty."""
    return Assignment(EventId(place), post, CadreId(who))


def test_a_pin_is_kept_even_where_it_costs_more() -> None:
    """The coordinator's own choice stands, and the rest is arranged around it."""
    problem = month(
        [event("A", 1), event("A", 2)], [cadre("近", "N"), cadre("远", "F")], departments=[department("F", x=50.0)]
    )
    found = solve(problem, limits=EXACT, pins=[pin("A@01", DESK, "远")])
    assert pin("A@01", DESK, "远") in found.assignments
    assert pin("A@02", DESK, "近") in found.assignments


@pytest.mark.parametrize(
    ("pins", "told"),
    [
        ([pin("A@01", DESK, "甲"), pin("A@02", DESK, "甲")], "相隔不超过 2 天"),
        ([pin("A@01", DESK, "甲"), pin("A@01", DESK, "乙")], "只需 1 人"),
        ([pin("A@01", LAW, "甲")], "没有岗位"),
        ([pin("A@02", DESK, "乙")], "不在岗"),
        ([pin("A@09", DESK, "甲")], "没有场次"),
        ([pin("A@01", DESK, "丙")], "没有工号"),
    ],
)
def test_pins_that_cannot_stand_are_refused_by_name(pins: list[Assignment], told: str) -> None:
    """Pins that contradict each other or a rule are refused with a sentence naming them."""
    problem = month([event("A", 1), event("A", 2)], [cadre("甲"), cadre("乙", unavailable=frozenset({day(2)}))])
    with pytest.raises(RosterInputError, match=told) as refused:
        solve(problem, pins=pins)
    assert pins[-1].cadre in refused.value.message


def test_a_pin_against_a_ban_is_refused() -> None:
    """Somebody cannot be fixed to a session he is kept out of."""
    problem = replace(month([event("A", 1)], [cadre("甲")]), bans=(Ban(CadreId("甲"), EventId("A@01")),))
    with pytest.raises(PinConflictError, match="排除"):
        solve(problem, pins=[pin("A@01", DESK, "甲")])


def test_frozen_days_stay_as_they_are_and_count_for_rest_and_cap() -> None:
    """What lies before the freeze date is not touched, not even to fill a place, and its people need their rest."""
    problem = replace(
        month(
            [event("A", 1), event("A", 2), event("A", 3), event("A", 5)],
            [cadre("甲", max_duties=2), cadre("乙", max_duties=1)],
        ),
        freeze_before=day(3),
        frozen=(pin("A@01", DESK, "甲"),),
    )
    found = solve(problem, limits=EXACT)
    assert score(problem, found.assignments).violations == ()
    assert {(a.event, a.cadre) for a in found.assignments} == {("A@01", "甲"), ("A@03", "乙"), ("A@05", "甲")}
    assert [v.event for v in found.unfilled] == ["A@02"]
    assert found.min_unfilled_proven == 1


def test_a_leader_below_the_grade_is_not_taken() -> None:
    """A post that asks for a grade stays empty rather than going to somebody below it."""
    needs = {LEADER_POST: 1}
    low = cadre("低", skills=[LEADER_POST], grade=3)
    problem = month([event("A", 1, needs)], [low], rules=Rules(rest_gap=2, min_grades={LEADER_POST: 4}))
    assert solve(problem, limits=EXACT).objective.unfilled == 1
    high = replace(problem, cadres=(low, cadre("高", skills=[LEADER_POST], grade=4)))
    assert [a.cadre for a in solve(high, limits=EXACT).assignments] == ["高"]


def test_a_session_has_its_township_person_or_says_that_it_has_not() -> None:
    """A township person is sent even from afar; where there is none the roster says so and is still complete."""
    needs = {DESK: 2}
    town = department("T", kind="town", x=60.0)
    people = [cadre("甲"), cadre("乙"), cadre("镇", "T")]
    rules = Rules(rest_gap=0, min_township=1)
    problem = month([event("A", 1, needs)], people, departments=[town], rules=rules)
    found = solve(problem, limits=EXACT)
    assert "镇" in {a.cadre for a in found.assignments}
    assert found.township_short == {}
    without = solve(replace(problem, cadres=tuple(people[:2])), limits=EXACT)
    assert without.township_short == {"A@01": 1}
    assert without.objective.unfilled == 0


def test_no_department_sends_more_than_allowed_to_one_session() -> None:
    """With one head per department and session, the second place goes to another department or stays empty."""
    rules = Rules(rest_gap=0, max_per_department=1)
    problem = month([event("A", 1, {DESK: 2})], [cadre("甲"), cadre("乙"), cadre("远", "F")], rules=rules)
    found = solve(problem, limits=EXACT)
    assert len({c.department for c in problem.cadres for a in found.assignments if a.cadre == c.id}) == 2
    alone = solve(replace(problem, cadres=problem.cadres[:2]), limits=EXACT)
    assert alone.objective.unfilled == 1


def test_last_months_duty_counts_for_the_rest_gap() -> None:
    """Somebody on duty on the last day of November is not sent out on the second of December."""
    rested = cadre("歇", "F", recent=frozenset())
    tired = cadre("累", recent=frozenset({day(0)}))
    problem = month([event("A", 2)], [tired, rested], departments=[department("F", x=80.0)])
    assert [a.cadre for a in solve(problem, limits=EXACT).assignments] == ["歇"]


def test_the_same_month_gives_the_same_roster_in_any_order() -> None:
    """The order of people and sessions in the file does not change the roster, and neither does a second run."""
    problem = random_month(5, people=12, sessions=8, days=10)
    turned = replace(
        problem, cadres=problem.cadres[::-1], events=problem.events[::-1], departments=problem.departments[::-1]
    )
    first = solve(problem, limits=EXACT)
    assert solve(problem, limits=EXACT).assignments == first.assignments
    assert solve(turned, limits=EXACT).assignments == first.assignments


def test_stopping_early_still_gives_a_lawful_roster() -> None:
    """Whoever stops the search gets the best roster found so far, called best effort."""
    problem = random_month(7, people=20, sessions=10, days=12)
    found = solve(problem, limits=EXACT, stop=lambda: True)
    assert found.status is SolveStatus.BEST_EFFORT
    assert score(problem, found.assignments).violations == ()
    assert found.assignments


def test_no_time_at_all_gives_the_first_roster() -> None:
    """A time limit of zero ends with the first complete roster."""
    problem = random_month(7, people=20, sessions=10, days=12)
    found = solve(problem, limits=Limits(time_limit=0.0))
    assert found.status is SolveStatus.TIME_LIMIT
    assert score(problem, found.assignments).violations == ()


def test_progress_is_told_stage_by_stage() -> None:
    """The coordinator sees each stage by a Chinese name with the price so far."""
    told: list[tuple[str, float | None]] = []
    solve(random_month(5, people=6, sessions=4, days=6), limits=EXACT, progress=lambda *p: told.append((p[0], p[1])))
    assert [stage for stage, _ in told][:2] == ["首份排班", "逐日改进"]
    assert all(price is not None for _, price in told)


def test_unknown_and_repeated_ids_are_refused() -> None:
    """A person of an unknown department, a session at an unknown market, an id used twice: each is named."""
    problem = month([event("A", 1)], [cadre("甲")], markets=[market("A")])
    with pytest.raises(RosterInputError, match="单位"):
        solve(replace(problem, departments=()))
    with pytest.raises(RosterInputError, match="场镇"):
        solve(replace(problem, markets=()))
    with pytest.raises(RosterInputError, match="甲 重复"):
        solve(replace(problem, cadres=problem.cadres * 2))
