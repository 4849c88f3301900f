"""Units ranked among their like."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from djflow.circulars.model import Snapshot
from djflow.circulars.ranking import groups, praised
from djflow.core.ids import UnitId
from djflow.core.sections import Figure
from tests.circulars.told import TERMS, UNITS, named, section, snapshot


def ranked(rates: Mapping[str, int], before: Mapping[str, int] | None = None) -> Snapshot:
    """Return a snapshot in which units have attendance rates, in percent, now and before."""

    def told(values: Mapping[str, int]) -> Mapping[UnitId, Mapping[str, Figure]]:
        return {UNITS[code]: {"present": Figure(value, 100)} for code, value in values.items()}

    return Snapshot((section(told(rates)),), (section(told(before or {})),), named(*UNITS))


def order(found: Snapshot, group: int = 0) -> list[tuple[str, int, int | None]]:
    """Return name, rank and rise of a group."""
    return [(one.unit.name[:-2], one.rank, one.rise) for one in groups(found, TERMS)[group].standings]


def test_towns_and_departments_are_ranked_apart() -> None:
    """Towns first; a small sample and a unit without figures are not ranked."""
    towns, departments = groups(snapshot(), TERMS)
    assert (towns.title, departments.title) == ("各镇（街道）", "各区级部门")
    assert [one.name for one in departments.units] == ["HR单位", "LAW单位"]
    assert departments.standings == ()
    assert towns.standings == ()


def test_ties_share_a_rank_and_stand_in_official_order() -> None:
    """The next after a tie of two is third."""
    assert order(ranked({"T3": 90, "T1": 90, "T2": 95})) == [("T2", 1, None), ("T1", 2, None), ("T3", 2, None)]
    assert order(ranked({"T3": 80, "T1": 90, "T2": 90})) == [("T1", 1, None), ("T2", 1, None), ("T3", 3, None)]


def test_a_rank_is_compared_with_the_period_before() -> None:
    """Who rose, who fell, who was not there."""
    found = ranked({"T1": 95, "T2": 90, "T3": 80}, {"T1": 80, "T2": 95})
    assert order(found) == [("T1", 1, 1), ("T2", 2, -1), ("T3", 3, None)]


def test_a_weight_of_nought_takes_an_indicator_out() -> None:
    """The office decides what counts."""
    terms = replace(TERMS, weights={"present": 0})
    assert groups(ranked({"T1": 95, "T2": 90}), terms)[0].standings == ()


def test_weights_move_the_score() -> None:
    """An indicator that counts thrice outweighs one that counts once; less time is better."""
    told = {
        UNITS["T1"]: {"present": Figure(95, 100), "days": Figure(90, 10)},
        UNITS["T2"]: {"present": Figure(90, 100), "days": Figure(20, 10)},
    }
    found = Snapshot((section(told),), (), named("T1", "T2"))
    assert [one.score for one in groups(found, TERMS)[0].standings] == [Decimal(50), Decimal(50)]
    heavy = groups(found, replace(TERMS, weights={"days": 3}))[0].standings
    assert [(one.unit.name, one.score) for one in heavy] == [("T2单位", Decimal(75)), ("T1单位", Decimal(25))]


def test_only_those_who_differ_are_praised() -> None:
    """Nobody where all are equal, nobody alone, and units of one rank together or not at all."""
    assert praised(groups(ranked({"T1": 90, "T2": 90, "T3": 90}), TERMS), 4) == ()
    two = praised(groups(ranked({"T1": 95, "T2": 95, "T3": 90}), TERMS), 4)
    assert [one.unit.name for one in two] == ["T1单位", "T2单位"]
    both = praised(groups(ranked({"T1": 95, "T2": 90, "HR": 99, "LAW": 98}), TERMS), 4)
    assert [one.unit.name for one in both] == ["T1单位", "HR单位"]
    assert praised(groups(ranked({"T1": 95, "T2": 95, "T3": 90}), TERMS), 1) == ()


RATES = st.dictionaries(st.sampled_from(["T1", "T2", "T3"]), st.integers(0, 100), min_size=2)


@given(RATES)
def test_ranks_follow_the_figures(rates: dict[str, int]) -> None:
    """Who has the better figure never stands behind; equal figures are equal ranks; the first is first."""
    standings = groups(ranked(rates), TERMS)[0].standings
    ranks = {one.unit.name[:-2]: one.rank for one in standings}
    assert set(ranks) == set(rates)
    assert min(ranks.values()) == 1
    for one, rate in rates.items():
        for other, its in rates.items():
            assert (rate > its) == (ranks[one] < ranks[other])
    assert all(0 <= one.score <= 100 for one in standings)
