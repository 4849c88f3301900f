"""Who grants a leave, and which requests cannot be. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from djflow.core.spans import DateSpan
from djflow.dispatch.postings.leave.model import Grantor, Leave, LeaveState

HOLDING = frozenset({LeaveState.ASKED, LeaveState.GRANTED})
"""States in which a request takes up its days."""


def grantor(span: DateSpan, others: Iterable[Leave], host_days: int) -> Grantor:
    """Return who grants a leave: days that adjoin count together, so that a long leave cannot be asked in pieces."""
    first, last = span.first, span.last
    for one in sorted((one.span for one in others if one.state in HOLDING), reverse=True):
        if one.last == first - timedelta(days=1):
            first = one.first
    for one in sorted(one.span for one in others if one.state in HOLDING):
        if one.first == last + timedelta(days=1):
            last = one.last
    return Grantor.HOST if (last - first).days + 1 <= host_days else Grantor.OFFICE


def faults(span: DateSpan, term: DateSpan, others: Iterable[Leave], today: date) -> tuple[str, ...]:
    """Return, in words, why a leave cannot be asked for today; the very same request is none of these."""
    if span.first < today:
        return ("请假要事先提出：开始日不能早于今天。",)
    if span.first not in term or span.last not in term:
        return (f"请假日期应在任期 {term.first} 至 {term.last} 之内。",)
    if any(one.span.overlaps(span) for one in others if one.state in HOLDING):
        return ("这几天已有请假在办或已准：请改日期，或先撤回原来的。",)
    return ()
