"""What a subsystem tells of a period for a circular: figures of the whole and of each unit, frozen once collected.

A subsystem has a module `summary` with a function `sections(session, span, calendar, now)` that returns these; the
circulars find it by that name, so a programme that comes later adds its module and changes nothing else. Names of
persons never stand here. Source: domain handbook, section 4.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from djflow.core.ids import UnitId


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
