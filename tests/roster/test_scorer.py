"""The scorer, part by part, on rosters small enough to reckon by hand."""

from dataclasses import replace

import pytest

from djflow.roster.model import (
    LEADER_POST,
    Assignment,
    Ban,
    CadreId,
    EventId,
    Problem,
    Rules,
    Weights,
)
from djflow.roster.scorer import score
from tests.roster.months import DESK, LAW, cadre, day, department, event, market, month


def duty(place: str, who: str, post: str = DESK) -> Assignment:
    """Return a duty."""
    return Assignment(EventId(place), post, CadreId(who))


def test_each_part_is_reckoned_as_the_office_defines_it() -> None:
    """Distance, new department, wishes, fairness on history and load, quota, empty places."""
    people = [
        cadre("甲", history=3, avoid_weekdays=frozenset({1}), avoid_towns=frozenset({"A镇"})),
        cadre("乙", history=0),
    ]
    problem = month(
        [event("A", 1, {DESK: 2}, units=3)],
        people,
        departments=[department("D", x=4.4, low=2, high=5)],
        markets=[market("A", 0.0)],
    )
    judged = score(problem, [duty("A@01", "甲")])
    assert (judged.distance, judged.continuity, judged.wishes) == (4, 15, 20)
    # target = round((3 + 6) / 2) = 5: 甲 6, 乙 0
    assert judged.fairness == 3 * (1 + 25)
    assert (judged.quota, judged.unfilled) == (40, 1)
    assert judged.total == 4 + 15 + 20 + 78 + 40 + 5000


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([duty("A@01", "甲", LAW)], "skill"),
        ([duty("A@01", "休")], "unavailable"),
        ([duty("A@01", "甲"), duty("B@01", "甲")], "gap"),
        ([duty("A@01", "甲"), duty("A@03", "甲")], "gap"),
        ([duty("A@01", "甲"), duty("A@05", "甲"), duty("A@09", "甲")], "max_duties"),
        ([duty("A@01", "甲"), duty("A@01", "乙")], "overfilled"),
        ([duty("Z@01", "甲")], "unknown"),
        ([duty("A@01", "首", LEADER_POST)], "grade"),
        ([duty("A@01", "乙"), duty("A@01", "首", LAW)], "max_per_department"),
        ([duty("B@01", "乙")], "ban"),
        ([duty("A@01", "前")], "gap"),
    ],
)
def test_every_hard_rule_that_is_broken_is_named(rows: list[Assignment], rule: str) -> None:
    """One roster per rule: the violation carries that rule's name."""
    assert rule in {v.rule for v in score(strict_month(), rows).violations}


def strict_month() -> Problem:
    """Return a month in which every rule can be broken."""
    people = [
        cadre("甲", max_duties=2),
        cadre("乙", skills=[DESK, LAW]),
        cadre("休", unavailable=frozenset({day(1)})),
        cadre("首", skills=[LEADER_POST, LAW], grade=1),
        cadre("前", recent=frozenset({day(0)})),
    ]
    needs = {DESK: 1, LAW: 1, LEADER_POST: 1}
    problem = month(
        [event("A", 1, needs), event("B", 1, needs), event("A", 3, needs), event("A", 5), event("A", 9)],
        people,
        rules=Rules(rest_gap=2, min_grades={LEADER_POST: 2}, max_per_department=1),
    )
    return replace(problem, bans=(Ban(CadreId("乙"), EventId("B@01")),))


def test_pins_and_frozen_days_are_checked() -> None:
    """A lost pin and a changed frozen day are violations."""
    problem = month([event("A", 1), event("A", 5)], [cadre("甲"), cadre("乙")])
    pinned = replace(problem, pins=(duty("A@05", "甲"),))
    assert {v.rule for v in score(pinned, []).violations} == {"pin"}
    frozen = replace(problem, freeze_before=day(2), frozen=(duty("A@01", "甲"),))
    assert {v.rule for v in score(frozen, [duty("A@01", "乙")]).violations} == {"frozen"}
    assert score(frozen, [duty("A@01", "甲")]).violations == ()


def test_a_missing_township_person_costs_but_is_no_violation() -> None:
    """The rule that cannot be met is priced and reported, not refused."""
    problem = month([event("A", 1)], [cadre("甲")], rules=Rules(min_township=1), weights=Weights(township=700))
    judged = score(problem, [duty("A@01", "甲")])
    assert (judged.township_missing, judged.violations) == (1, ())
    assert judged.total - replace(judged, township_missing=0).total == 0
    assert judged.total == 700 + 15 + judged.fairness
