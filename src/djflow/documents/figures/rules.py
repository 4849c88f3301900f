"""Counts receipts that were due. Pure.

A receipt is in time until midnight in Beijing of the day it is due on; one that is due later is not counted yet.
"""

from collections.abc import Iterable, Iterator, Mapping

from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Reach, Shortfall, Tally, day_over
from djflow.core.spans import DateSpan
from djflow.documents.figures.model import ACKNOWLEDGED, LATE, OVERDUE, Copy


def tallies(copies: Iterable[Copy], span: DateSpan, reach: Reach) -> Iterator[Tally]:
    """Yield what counts for units; a copy that is still not acknowledged counts as overdue in every later span."""
    for one in copies:
        if not reach.is_over(one.due_on):
            continue
        known = one.acknowledged_at if reach.knows(one.acknowledged_at) else None
        in_time = known is not None and known < day_over(one.due_on)
        if one.due_on in span:
            yield Tally(one.unit, ACKNOWLEDGED.code, int(in_time), 1)
        if known is None:
            yield Tally(one.unit, OVERDUE.code)
        elif not in_time and one.due_on in span:
            yield Tally(one.unit, LATE.code)


def shortfalls(units: Mapping[UnitId, Mapping[str, Figure]]) -> Iterator[Shortfall]:
    """Yield what units did not acknowledge, or not in time."""
    for unit, figures in sorted(units.items()):
        for code, what in ((OVERDUE.code, "公文逾期未签收"), (LATE.code, "公文逾期签收")):
            if code in figures:
                yield Shortfall(unit, code, what, figures[code].part, "件")
