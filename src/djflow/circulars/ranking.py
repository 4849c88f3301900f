"""Ranks units by their ranked indicators, towns among towns and departments among departments.

In each indicator a unit gets points by its place among the units of its group that have a value: 100 for the first, 0
for the last, evenly between; units with the same value share the better place. The score is the mean of the points,
weighted as the office says. An indicator counts when at least two units have a value; a unit without any is not
ranked. Units with the same score share a rank and stand in official order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from djflow.circulars.figures import shown, tenths
from djflow.circulars.model import NamedUnit, Snapshot, Terms
from djflow.core.ids import UnitId
from djflow.core.sections import Indicator, Section
from djflow.people.model import UnitKind

TOWNS, DEPARTMENTS, OTHERS = "各镇（街道）", "各区级部门", "各单位"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit stands in its group; `rise` is how many ranks it rose, None when it had none before."""

    unit: NamedUnit
    score: Decimal
    rank: int
    rise: int | None
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are compared with each other, in official order, and those ranked, best first."""

    title: str
    units: tuple[NamedUnit, ...]
    standings: tuple[Standing, ...]


def key_of(section: Section, indicator: Indicator) -> str:
    """Return what names an indicator among all sections."""
    return f"{section.code}.{indicator.code}"


def groups(snapshot: Snapshot, terms: Terms) -> tuple[Group, ...]:
    """Return the groups of a snapshot with their ranking, towns first; a group without units is left out."""
    present = {unit for section in snapshot.sections for unit, figures in section.units.items() if figures}
    found = []
    for towns in (True, False):
        everybody = tuple(one for one in snapshot.units if one.kind.is_town is towns)
        units = tuple(one for one in everybody if one.id in present)
        if units:
            before = {one.unit.id: one.rank for one in _ranked(snapshot.previous, everybody, terms, {})}
            found.append(Group(_title(units), units, _ranked(snapshot.sections, units, terms, before)))
    return tuple(found)


def _title(units: tuple[NamedUnit, ...]) -> str:
    if units[0].kind.is_town:
        return TOWNS
    return DEPARTMENTS if all(one.kind is UnitKind.DISTRICT_UNIT for one in units) else OTHERS


def values(
    section: Section, indicator: Indicator, units: Iterable[NamedUnit], terms: Terms
) -> Mapping[UnitId, Decimal]:
    """Return the values of an indicator that may be shown, by unit."""
    found = {
        one.id: shown(indicator, section.units.get(one.id, {}).get(indicator.code), least=terms.min_n).value
        for one in units
    }
    return {unit: value for unit, value in found.items() if value is not None}


def places(found: Mapping[UnitId, Decimal], *, higher_is_better: bool) -> Mapping[UnitId, int]:
    """Return the place of each unit by its value, the best first; the same value is the same place."""
    ordered = sorted(found.values(), reverse=higher_is_better)
    return {unit: ordered.index(value) + 1 for unit, value in found.items()}


def _ranked(
    sections: tuple[Section, ...], units: tuple[NamedUnit, ...], terms: Terms, before: Mapping[UnitId, int]
) -> tuple[Standing, ...]:
    points: dict[UnitId, list[tuple[int, Decimal]]] = {one.id: [] for one in units}
    placed: dict[UnitId, dict[str, int]] = {one.id: {} for one in units}
    for section in sections:
        for indicator in section.indicators:
            weight = terms.weights.get(indicator.code, 1)
            found = values(section, indicator, units, terms)
            if not indicator.ranked or indicator.higher_is_better is None or not weight or len(found) < 2:
                continue
            for unit, place in places(found, higher_is_better=indicator.higher_is_better).items():
                points[unit].append((weight, Decimal(100) * (len(found) - place) / (len(found) - 1)))
                placed[unit][key_of(section, indicator)] = place
    scores = {unit: _mean(got) for unit, got in points.items() if got}
    ranks = places(scores, higher_is_better=True)
    standing = [
        Standing(one, scores[one.id], ranks[one.id], _rise(before.get(one.id), ranks[one.id]), placed[one.id])
        for one in units
        if one.id in scores
    ]
    return tuple(sorted(standing, key=lambda one: (one.rank, one.unit.order)))


def _mean(points: list[tuple[int, Decimal]]) -> Decimal:
    return tenths(sum((weight * got for weight, got in points), Decimal(0)) / sum(weight for weight, _ in points))


def _rise(before: int | None, now: int) -> int | None:
    return None if before is None else before - now


def praised(found: tuple[Group, ...], most: int) -> tuple[Standing, ...]:
    """Return two to `most` units with the best scores, an equal part of each group; nobody where all are equal.

    Units of one rank are named together or not at all.
    """
    able = [one for one in found if one.standings and one.standings[0].rank != one.standings[-1].rank]
    named: list[Standing] = []
    for group in able:
        chosen: list[Standing] = []
        for rank in sorted({one.rank for one in group.standings} - {group.standings[-1].rank}):
            together = [one for one in group.standings if one.rank == rank]
            if len(chosen) + len(together) > max(1, most // len(able)):
                break
            chosen += together
        named += chosen
    return tuple(named) if len(named) >= 2 else ()
