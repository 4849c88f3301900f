"""Figures as they are shown and compared."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.circulars.figures import NOTHING, Change, Seen, Shown, change, counted, shown
from djflow.core.sections import Figure, Indicator
from tests.circulars.told import DAYS, PRESENT, SERVED


@pytest.mark.parametrize(
    ("indicator", "figure", "expected"),
    [
        (SERVED, Figure(12), Shown(Seen.VALUE, Decimal(12))),
        (SERVED, Figure(0), Shown(Seen.VALUE, Decimal(0))),
        (PRESENT, Figure(19, 20), Shown(Seen.VALUE, Decimal("95.0"), 20)),
        (PRESENT, Figure(1, 16), Shown(Seen.VALUE, Decimal("6.3"), 16)),
        (DAYS, Figure(25, 10), Shown(Seen.VALUE, Decimal("2.5"), 10)),
        (PRESENT, Figure(4, 4), Shown(Seen.SMALL, None, 4)),
        (DAYS, Figure(9, 4), Shown(Seen.SMALL, None, 4)),
        (PRESENT, Figure(0, 0), NOTHING),
        (PRESENT, None, NOTHING),
    ],
)
def test_a_figure_is_shown_rounded_and_never_on_a_small_sample(
    indicator: Indicator, figure: Figure | None, expected: Shown
) -> None:
    """Rates and means on fewer than five are left out, with how many they were."""
    assert shown(indicator, figure, least=5) == expected


@pytest.mark.parametrize(
    ("indicator", "now", "before", "expected"),
    [
        (SERVED, Figure(12), Figure(10), Change("up_count", Decimal(2), Decimal("20.0"))),
        (SERVED, Figure(9), Figure(12), Change("down_count", Decimal(3), Decimal("25.0"))),
        (SERVED, Figure(9), Figure(0), Change("from_zero", Decimal(9))),
        (SERVED, Figure(0), Figure(0), Change("equal")),
        (SERVED, Figure(9), None, Change("none_before")),
        (PRESENT, Figure(19, 20), Figure(9, 10), Change("up_rate", Decimal("5.0"))),
        (PRESENT, Figure(9, 10), Figure(19, 20), Change("down_rate", Decimal("5.0"))),
        (PRESENT, Figure(9, 10), Figure(1, 4), Change("small_before")),
        (PRESENT, Figure(1, 4), Figure(9, 10), None),
        (DAYS, Figure(30, 10), Figure(20, 10), Change("up_mean", Decimal("1.0"))),
        (DAYS, Figure(30, 10), Figure(0, 0), Change("none_before")),
    ],
)
def test_a_change_is_told_in_the_terms_of_its_measure(
    indicator: Indicator, now: Figure, before: Figure | None, expected: Change | None
) -> None:
    """Counts in pieces and percent, rates in points; nothing before and zero before have words of their own."""
    assert change(indicator, shown(indicator, now, least=5), shown(indicator, before, least=5)) == expected


COUNTS = st.integers(0, 10_000)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_what_is_printed_adds_up(part: int, more: int, part_before: int, more_before: int) -> None:
    """The printed difference is the difference of the printed values; a reader can subtract."""
    now = shown(PRESENT, Figure(part, part + more), least=5)
    before = shown(PRESENT, Figure(part_before, part_before + more_before), least=5)
    moved = change(PRESENT, now, before)
    if now.value is None:
        assert moved is None
    elif before.value is None:
        assert moved is not None
        assert moved.word in {"none_before", "small_before"}
    else:
        assert moved is not None
        sign = {"up_rate": 1, "down_rate": -1, "equal": 0}[moved.word]
        assert before.value + sign * moved.difference == now.value
        assert 0 <= now.value <= 100


@given(COUNTS, COUNTS, st.integers(1, 50))
def test_a_small_sample_never_has_a_value(part: int, more: int, least: int) -> None:
    """Whatever the office's limit: below it there is no value to print."""
    found = shown(PRESENT, Figure(part, part + more), least=least)
    assert (found.value is not None) == (part + more >= least)


@pytest.mark.parametrize(
    ("name", "noun", "before"),
    [
        ("赶场服务场次", "场次", "赶场服务"),
        ("受理件数", "件", "受理"),
        ("开展赶场服务", "场次", "开展赶场服务"),
        ("场次", "场次", "场次"),
    ],
)
def test_what_is_counted_is_not_said_twice(name: str, noun: str, before: str) -> None:
    """赶场服务场次 is read 赶场服务12场次."""
    assert counted(replace(SERVED, name=name, noun=noun)) == before
