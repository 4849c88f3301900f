"""From when on a case is late, turned round: counted back once instead of forward for every case. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from djflow.core.clock import instant_of
from djflow.core.ids import UnitId
from djflow.fund.cases.model import CaseState, Terms
from djflow.fund.cases.rules import end_of
from djflow.fund.cases.transitions import LIMIT_OF


def late_before(states: Iterable[CaseState], terms: Terms, today: date) -> Mapping[CaseState, datetime]:
    """Return, for each state with a time limit, the instant before which a case in it came too long ago."""
    found: dict[CaseState, datetime] = {}
    for state in states:
        term = terms.policy.limits.get(LIMIT_OF[state]) if state in LIMIT_OF else None
        if term is None:
            continue
        day = today
        while end_of(term, day, terms) >= today:
            day -= timedelta(days=1)
        found[state] = instant_of(day + timedelta(days=1))
    return found


def units_below(units: Iterable[tuple[UnitId, str, str]], top: str) -> frozenset[UnitId]:
    """Return the unit with code `top` and everything below it; `units` are id, code and code of the parent."""
    known = tuple(units)
    inside, before = {top}, 0
    while len(inside) != before:
        before = len(inside)
        inside |= {code for _, code, parent in known if parent in inside}
    return frozenset(key for key, code, _ in known if code in inside)
