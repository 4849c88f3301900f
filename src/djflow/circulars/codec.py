"""A snapshot as it is kept: canonical JSON without loss, and its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from djflow.circulars.model import NamedUnit, Overdue, Snapshot
from djflow.core.errors import IntegrityError
from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Indicator, Measured, Section, Shortfall
from djflow.people.model import UnitKind


def encode(snapshot: Snapshot) -> str:
    """Return a snapshot as canonical JSON."""
    value = {
        "sections": [_section(one) for one in snapshot.sections],
        "previous": [_section(one) for one in snapshot.previous],
        "units": [asdict(one) for one in snapshot.units],
        "overdue": [asdict(one) for one in snapshot.overdue],
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def digest(text: str) -> str:
    """Return the SHA-256 of a stored text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def decode(text: str, expected: str) -> Snapshot:
    """Return the snapshot that `encode` wrote.

    Raises: IntegrityError when it is not what was frozen under the hash `expected`.
    """
    if digest(text) != expected:
        raise IntegrityError("通报的数据与冻结时的校验码不符：请停止使用并查操作记录。", code="circular.digest")
    value: dict[str, Any] = json.loads(text)
    return Snapshot(
        tuple(_read(one) for one in value["sections"]),
        tuple(_read(one) for one in value["previous"]),
        tuple(NamedUnit(UnitId(one["id"]), one["name"], UnitKind(one["kind"]), one["order"]) for one in value["units"]),
        tuple(
            Overdue(UnitId(one["unit"]), one["content"], date.fromisoformat(one["due_on"])) for one in value["overdue"]
        ),
    )


def _section(section: Section) -> dict[str, object]:
    return {
        "code": section.code,
        "title": section.title,
        "order": section.order,
        "indicators": [asdict(one) for one in section.indicators],
        "totals": _figures(section.totals),
        "units": {unit: _figures(figures) for unit, figures in section.units.items()},
        "shortfalls": [asdict(one) for one in section.shortfalls],
        "notes": section.notes,
        "lacking": section.lacking,
    }


def _figures(figures: Mapping[str, Figure]) -> dict[str, list[int | None]]:
    return {code: [one.part, one.whole] for code, one in figures.items()}


def _read(value: Mapping[str, Any]) -> Section:
    return Section(
        code=value["code"],
        title=value["title"],
        order=value["order"],
        indicators=tuple(Indicator(**{**one, "measured": Measured(one["measured"])}) for one in value["indicators"]),
        totals=_read_figures(value["totals"]),
        units={UnitId(unit): _read_figures(figures) for unit, figures in value["units"].items()},
        shortfalls=tuple(Shortfall(**{**one, "unit": UnitId(one["unit"])}) for one in value["shortfalls"]),
        notes=tuple(value["notes"]),
        lacking=tuple(value["lacking"]),
    )


def _read_figures(value: Mapping[str, Any]) -> dict[str, Figure]:
    return {code: Figure(part, whole) for code, (part, whole) in value.items()}
