"""Counts open postings by unit: all, away today, over, ending within 7, 30 and 60 days. Pure."""

from collections.abc import Iterable

from djflow.core.ids import UnitId
from djflow.dispatch.board.model import Count, OpenTerm, Side

MARKS = (7, 30, 60)
"""Days within which a term ends, by `OpenTerm.ends` from 1 on."""


def counted(terms: Iterable[OpenTerm], side: Side) -> tuple[Count, ...]:
    """Return the counts of each unit on one side, by unit id; each mark counts what ends sooner too."""
    found: dict[str, list[int]] = {}
    for term in terms:
        unit = term.host if side is Side.HOST else term.home
        sums = found.get(unit)
        if sums is None:
            sums = found[unit] = [0, 0, 0, 0, 0, 0]
        sums[0] += 1
        if term.ends <= len(MARKS):
            sums[1 + term.ends] += 1
        sums[5] += 1 if term.begun and term.ends else 0
    return tuple(
        Count(UnitId(unit), every, away, over, (week, week + month, week + month + two))
        for unit, (every, over, week, month, two, away) in sorted(found.items())
    )
