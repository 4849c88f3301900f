"""What time alone says about cases: which stay too long, which expire. Quick with a hundred thousand cases.

Counting workdays for each case is dear. Of a state only the latest day is worked out on which a case must have come
into it to be late today; the index on state and since finds the cases that came before its end.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.core.clock import civil_date, instant_of
from djflow.fund.cases import rules, store
from djflow.fund.cases.model import CaseState, FundCase, Terms
from djflow.fund.cases.transitions import LIMIT_OF

_EXPIRING = (CaseState.DRAFT, CaseState.RETURNED)


def overdue(session: Session, terms: Terms, *, now: datetime, most: int = 500) -> tuple[tuple[FundCase, date], ...]:
    """Return cases that stay longer than they should with the day they were due, the longest overdue first."""
    found = [
        case
        for state, before in late_before(terms, civil_date(now)).items()
        for case in store.cases_before(session, {state: before}, limit=most)
    ]
    ends = ends_of(found, terms)
    late = [(case, due) for case, due in zip(found, ends, strict=True) if due is not None]
    return tuple(sorted(late, key=lambda pair: (pair[1], pair[0].number))[:most])


def count_overdue(session: Session, terms: Terms, *, now: datetime) -> int:
    """Return how many cases stay longer than they should."""
    return store.count_before(session, late_before(terms, civil_date(now)))


def to_expire(session: Session, terms: Terms, *, now: datetime) -> tuple[FundCase, ...]:
    """Return the drafts and returned applications whose time is over, the oldest first."""
    before = {state: at for state, at in late_before(terms, civil_date(now)).items() if state in _EXPIRING}
    return store.cases_before(session, before)


def ends_of(cases: Sequence[FundCase], terms: Terms) -> tuple[date | None, ...]:
    """Return for each case the last day on which it should still be where it is."""
    known: dict[tuple[CaseState, date], date | None] = {}
    ends = []
    for case in cases:  # many began on the same day
        clock = case.state, civil_date(case.since)
        if clock not in known:
            known[clock] = rules.due_on(case, terms)
        ends.append(known[clock])
    return tuple(ends)


def late_before(terms: Terms, today: date) -> Mapping[CaseState, datetime]:
    """Return, for each state with a time limit, the instant before which a case in it came too long ago."""
    found = {state: rules.latest_late_start(state, terms, today) for state in sorted(LIMIT_OF)}
    return {state: instant_of(day + timedelta(days=1)) for state, day in found.items() if day is not None}
