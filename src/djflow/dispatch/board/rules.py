"""Counts open postings by unit: all, away today, over, ending within 7, 30 and 60 days. Pure."""

from collections.abc import Iterable
from datetime import date

from djflow.core.ids import UnitId
from djflow.dispatch.board.model import Count, OpenTerm, Side

MARKS = (7, 30, 60)


def counted(terms: Iterable[OpenTerm], side: Side, on: date) -> tuple[Count, ...]:
    """Return the counts of each unit on one side, by unit id; a term that ends today is not over."""
    found: dict[str, list[int]] = {}
    for term in terms:
        sums = found.setdefault(term.host if side is Side.HOST else term.home, [0] * 6)
        left = (term.last - on).days
        sums[0] += 1
        sums[1] += term.first <= on and left >= 0
        sums[2] += left < 0
        if 0 <= left <= MARKS[-1]:
            for place, mark in enumerate(MARKS, start=3):
                sums[place] += left <= mark
    return tuple(
        Count(UnitId(unit), every, away, over, (week, month, two))
        for unit, (every, away, over, week, month, two) in sorted(found.items())
    )
