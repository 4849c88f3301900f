"""What is asked of the board: a page of open cases, how many there are."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.fund.board import store
from djflow.fund.board.model import Counts, Found, Scope, Wanted
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CaseId, CaseState


def page(session: Session, wanted: Wanted) -> Found:
    """Return the wanted open cases, the longest waiting first."""
    if wanted.scope.nothing:
        return Found((), frozenset(), more=False)
    places = store.page(session, wanted)
    ids = tuple(CaseId(key) for _, key in places[: wanted.most])
    known = cases.by_ids(session, ids)
    return Found(tuple(known[key] for key in ids), store.flagged(session, ids), len(places) > wanted.most)


def counts(session: Session, scope: Scope, states: Collection[CaseState], late: Mapping[CaseState, datetime]) -> Counts:
    """Return how many open cases a scope has by state, and how many are late."""
    if scope.nothing:
        return Counts()
    return Counts(store.counts(session, scope, states), store.late_count(session, scope, late))
