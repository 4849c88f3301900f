"""What a subsystem tells of a period for a circular: figures of the whole and of each unit, frozen once collected.

A subsystem has a module `summary` with a function `sections(session, span, calendar, now)` that returns these; the
circulars find it by that name, so a programme that comes later adds its module and changes nothing else. Names of
persons never stand here. Source: domain handbook, section 4.1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from djflow.core.clock import instant_of
from djflow.core.ids import UnitId
from djflow.core.spans import DateSpan


class Measured(StrEnum):
    """What a figure is: a count, a rate in percent, or a mean."""

    COUNT = "count"
    RATE = "rate"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator by its stable code; `noun` is what is counted (场次, 件), `unit` what the figure is in (%, 天).

    `higher_is_better` is None for what says nothing good or bad; only ranked ones are compared between units.
    """

    code: str
    name: str
    measured: Measured
    noun: str
    unit: str = ""
    higher_is_better: bool | None = None
    ranked: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """`part` of `whole`: a rate is part / whole, a mean is part / whole, a count is part and has no whole."""

    part: int
    whole: int | None = None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a unit did not do, counted, in words that follow its name: “未按要求到岗”, 3, “场次”."""

    unit: UnitId
    code: str
    what: str
    count: int
    noun: str


@dataclass(frozen=True, slots=True)
class Section:
    """What one programme did in the period.

    `totals` and `units` hold figures by indicator code; an indicator without figure has no data in the period.
    `notes` are plain sentences of facts for the text; `lacking` says in a sentence why something has no figure.
    """

    code: str
    title: str
    order: int
    indicators: tuple[Indicator, ...]
    totals: Mapping[str, Figure]
    units: Mapping[UnitId, Mapping[str, Figure]] = field(default_factory=dict)
    shortfalls: tuple[Shortfall, ...] = ()
    notes: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """What is told of a span: instants from `start` until before `end`.

    The end is that of the span's last day in Beijing, or the present moment while the span is still running. What
    is recorded later belongs to a later circular, so that an old period can be told again as it was.
    """

    start: datetime
    end: datetime

    @classmethod
    def of(cls, span: DateSpan, now: datetime) -> Self:
        """Return what can be told of a span at a moment; nothing of one that has not begun."""
        start = instant_of(span.first)
        return cls(start, max(start, min(instant_of(span.last + timedelta(days=1)), now)))

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def knows(self, at: datetime | None) -> bool:
        """Return whether something had happened by the end; None is what has not happened."""
        return at is not None and at < self.end

    def is_over(self, day: date) -> bool:
        """Return whether a day, and with it what was due on it, was over by the end."""
        return day_over(day) <= self.end


@dataclass(frozen=True, slots=True)
class Tally:
    """What counts for a unit under an indicator's code; tallies of the same unit and code add up."""

    unit: UnitId
    code: str
    part: int = 1
    whole: int | None = None


def day_over(day: date) -> datetime:
    """Return the first instant at which what was due on a day is late."""
    return instant_of(day + timedelta(days=1))


def by_unit(tallies: Iterable[Tally]) -> dict[UnitId, dict[str, Figure]]:
    """Return the figures of each unit."""
    found: dict[UnitId, dict[str, Figure]] = {}
    for one in tallies:
        mine = found.setdefault(one.unit, {})
        mine[one.code] = _plus(mine.get(one.code), Figure(one.part, one.whole))
    return found


def summed(units: Mapping[UnitId, Mapping[str, Figure]]) -> dict[str, Figure]:
    """Return the figures of the whole: those of all units together."""
    found: dict[str, Figure] = {}
    for figures in units.values():
        for code, figure in figures.items():
            found[code] = _plus(found.get(code), figure)
    return found


def _plus(one: Figure | None, other: Figure) -> Figure:
    if one is None:
        return other
    whole = None if one.whole is None or other.whole is None else one.whole + other.whole
    return Figure(one.part + other.part, whole)
