"""Figures as they are shown and compared: rounded, small samples left out, changes in the measure's own terms.

What is compared are the values as they are printed, so that a reader who subtracts gets the difference printed.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from djflow.core.sections import Figure, Indicator, Measured

_TENTH = Decimal("0.1")


class Seen(StrEnum):
    """Whether a figure has a value to show: not without data, nor with a sample so small that it names persons."""

    VALUE = "value"
    SMALL = "small"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as it is shown: `value` only when it is seen, `n` what it was measured on, None for counts."""

    seen: Seen
    value: Decimal | None = None
    n: int | None = None


NOTHING = Shown(Seen.NOTHING)


@dataclass(frozen=True, slots=True)
class Change:
    """How a value moved: the word for it, the difference and, for counts, percent of the value before."""

    word: str
    difference: Decimal = Decimal(0)
    percent: Decimal | None = None


def shown(indicator: Indicator, figure: Figure | None, *, least: int) -> Shown:
    """Return a figure as it is shown; rates and means on fewer than `least` are left out."""
    if figure is None:
        return NOTHING
    if indicator.measured is Measured.COUNT:
        return Shown(Seen.VALUE, Decimal(figure.part))
    if not figure.whole:
        return NOTHING
    if figure.whole < least:
        return Shown(Seen.SMALL, None, figure.whole)
    times = 100 if indicator.measured is Measured.RATE else 1
    return Shown(Seen.VALUE, tenths(Decimal(figure.part * times) / figure.whole), figure.whole)


def tenths(value: Decimal) -> Decimal:
    """Return a value rounded to one decimal, halves up."""
    return value.quantize(_TENTH, ROUND_HALF_UP)


def change(indicator: Indicator, now: Shown, before: Shown) -> Change | None:
    """Return how a value moved since the period before, None when there is no value now."""
    if now.value is None:
        return None
    if before.value is None:
        return Change("small_before" if before.seen is Seen.SMALL else "none_before")
    difference = now.value - before.value
    if not difference:
        return Change("equal")
    if indicator.measured is Measured.COUNT:
        if not before.value:
            return Change("from_zero", difference)
        percent = tenths(abs(difference) * 100 / before.value)
        return Change("up_count" if difference > 0 else "down_count", abs(difference), percent)
    way = "up" if difference > 0 else "down"
    return Change(f"{way}_{indicator.measured.value}", abs(difference))


def counted(indicator: Indicator) -> str:
    """Return what a count is called before its number: 赶场服务场次 is read 赶场服务12场次, 受理件数 受理12件."""
    for end in (f"{indicator.noun}数", indicator.noun):
        short = indicator.name.removesuffix(end)
        if short and short != indicator.name:
            return short
    return indicator.name


def unit_of(indicator: Indicator) -> str:
    """Return what a value is in: percent for a rate, what is counted for a count."""
    if indicator.measured is Measured.COUNT:
        return indicator.noun
    return indicator.unit or ("%" if indicator.measured is Measured.RATE else "")
