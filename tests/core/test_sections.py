"""Figures of a period: what still belongs to it, and that the whole is the sum of its units."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Reach, Tally, by_unit, day_over, summed
from djflow.core.spans import DateSpan

NOVEMBER = DateSpan(date(2026, 11, 1), date(2026, 11, 30))
FIRST = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
LAST = datetime(2026, 11, 30, 15, 59, 59, 999999, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 3, tzinfo=UTC)


def test_a_month_begins_and_ends_at_midnight_in_beijing() -> None:
    """The first moment of 1 November and the last of 30 November belong to it, their neighbours do not."""
    reach = Reach.of(NOVEMBER, DECEMBER)
    tick = timedelta(microseconds=1)
    assert [at in reach for at in (FIRST - tick, FIRST, LAST, LAST + tick)] == [False, True, True, False]
    assert reach.is_over(NOVEMBER.last)
    assert not reach.is_over(NOVEMBER.last + timedelta(days=1))
    assert day_over(NOVEMBER.last) == LAST + tick


def test_a_running_month_is_told_until_now() -> None:
    """What is due today is not late yet, and of a month to come there is nothing to tell."""
    now = datetime(2026, 11, 10, 4, 0, tzinfo=UTC)
    reach = Reach.of(NOVEMBER, now)
    assert (reach.start, reach.end) == (FIRST, now)
    assert reach.is_over(date(2026, 11, 9))
    assert not reach.is_over(date(2026, 11, 10))
    early = Reach.of(NOVEMBER, FIRST - timedelta(days=3))
    assert early.start == early.end


def test_what_has_not_happened_is_not_known() -> None:
    """Neither something without a time nor something after the end counts."""
    reach = Reach.of(NOVEMBER, DECEMBER)
    assert [reach.knows(at) for at in (None, FIRST, LAST, LAST + timedelta(seconds=1))] == [False, True, True, False]


_TALLIES = st.lists(
    st.builds(Tally, st.sampled_from([UnitId("a"), UnitId("b")]), st.sampled_from("xy"), st.integers(0, 3), st.just(3))
)


@given(_TALLIES)
def test_the_whole_is_the_sum_of_its_units(tallies: list[Tally]) -> None:
    """However tallies fall on units, parts and wholes of all of them are those of the whole."""
    whole = summed(by_unit(tallies))
    for code in "xy":
        mine = [one for one in tallies if one.code == code]
        expected = Figure(sum(one.part for one in mine), 3 * len(mine)) if mine else None
        assert whole.get(code) == expected


def test_counts_have_no_whole() -> None:
    """Counts add up and stay counts."""
    assert summed(by_unit([Tally(UnitId("a"), "x"), Tally(UnitId("b"), "x", 2)])) == {"x": Figure(3)}
