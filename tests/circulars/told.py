"""What three units did in October 2026 as programmes tell it, and a house in which a circular of it is made."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from djflow.calendar.workdays import WorkCalendar
from djflow.circulars.model import (
    Gathered,
    KindPolicy,
    NamedUnit,
    Overdue,
    Requirement,
    Snapshot,
    Terms,
)
from djflow.circulars.periods import Period, PeriodKind
from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Indicator, Measured, Section, Shortfall
from djflow.people.model import UnitKind

ROOT = Path(__file__).parents[2]
WORDS: Mapping[str, str] = tomllib.loads((ROOT / "config" / "circulars.toml").read_text("utf-8"))["words"]
OCTOBER = Period(PeriodKind.MONTH, 2026, 10)
WORK = KindPolicy("work", "重点工作推进情况", "tong", groups=(UnitKind.TOWNSHIP,), cc=("区委办公室",))
TERMS = Terms(
    kinds={"work": WORK},
    calendar=WorkCalendar(),
    words=WORDS,
    requirements=(
        Requirement("absent", "{units}要查明未到岗的原因，{next}不再发生。"),
        Requirement("", "各单位要抓好{next}各项工作。"),
    ),
)
SERVED = Indicator("served", "开展赶场服务", Measured.COUNT, "场次", higher_is_better=True)
PRESENT = Indicator("present", "到岗率", Measured.RATE, "人次", "%", higher_is_better=True, ranked=True)
DAYS = Indicator("days", "办理平均用时", Measured.MEAN, "件", "天", higher_is_better=False, ranked=True)
UNITS = {code: UnitId(code.lower() * 4) for code in ("HR", "LAW", "T1", "T2", "T3")}


def section(
    units: Mapping[UnitId, Mapping[str, Figure]],
    shortfalls: tuple[Shortfall, ...] = (),
    lacking: tuple[str, ...] = (),
) -> Section:
    """Return a section of market service whose totals are the sums of its units."""
    totals = {}
    for one in (SERVED, PRESENT, DAYS):
        found = [figures[one.code] for figures in units.values() if one.code in figures]
        if found:
            whole = None if one.measured is Measured.COUNT else sum(figure.whole or 0 for figure in found)
            totals[one.code] = Figure(sum(figure.part for figure in found), whole)
    return Section("market", "赶场服务", 10, (SERVED, PRESENT, DAYS), totals, units, shortfalls, (), lacking)


def october(ids: Mapping[str, UnitId]) -> Gathered:
    """Return October and September of three units: HR is late, T1 was absent twice, LAW has a small sample."""
    now = section(
        {
            ids["HR"]: {"served": Figure(6), "present": Figure(19, 20), "days": Figure(30, 10)},
            ids["LAW"]: {"served": Figure(2), "present": Figure(3, 4)},
            ids["T1"]: {"served": Figure(12), "present": Figure(38, 40), "days": Figure(50, 25)},
        },
        (Shortfall(ids["T1"], "absent", "未按要求到岗", 2, "人次"),),
    )
    before = section(
        {
            ids["HR"]: {"served": Figure(5), "present": Figure(20, 20), "days": Figure(20, 10)},
            ids["T1"]: {"served": Figure(12), "present": Figure(36, 40)},
        }
    )
    return Gathered((now,), (before,), (Overdue(ids["LAW"], "修好路灯", date(2026, 10, 20)),))


def named(*codes: str) -> tuple[NamedUnit, ...]:
    """Return units by code in that order; those whose code begins with T are towns."""
    kind = {True: UnitKind.TOWNSHIP, False: UnitKind.DISTRICT_UNIT}
    return tuple(NamedUnit(UNITS[one], f"{one}单位", kind[one.startswith("T")], at) for at, one in enumerate(codes))


def snapshot() -> Snapshot:
    """Return October as it is frozen."""
    told = october(UNITS)
    return Snapshot(told.sections, told.previous, named("HR", "LAW", "T1"), told.overdue)


def with_figure(told: Gathered, unit: UnitId, code: str, figure: Figure) -> Gathered:
    """Return what was told with another figure of a unit."""
    now = told.sections[0]
    units = {**now.units, unit: {**now.units[unit], code: figure}}
    return replace(told, sections=(section(units, now.shortfalls),))
