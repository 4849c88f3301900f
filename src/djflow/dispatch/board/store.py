"""Reads what is counted of open postings, and one page of them."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, String, and_, case, func, or_, select, true, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from djflow.core.ids import UnitId
from djflow.dispatch.board.model import OpenTerm, Scope, Side, Wanted
from djflow.dispatch.board.rules import MARKS
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings.model import OPEN, Posting
from djflow.dispatch.postings.store import posting_of
from djflow.dispatch.postings.tables import PostingRow
from djflow.people.model import PersonStatus
from djflow.people.tables import PersonRow

_SERVING = frozenset({PersonStatus.ACTIVE, PersonStatus.LEAVE, PersonStatus.DISPATCHED, PersonStatus.TRAINING})


def open_terms(session: Session, scope: Scope, on: date) -> tuple[OpenTerm, ...]:
    """Return the units, kind and standing on a day of every open posting of a scope."""
    ends = case(
        (PostingRow.last_on < on, 0),
        *((PostingRow.last_on <= on + timedelta(days=days), place) for place, days in enumerate(MARKS, start=1)),
        else_=len(MARKS) + 1,
    )
    begun = case((PostingRow.first_on <= on, 1), else_=0)
    # Plain texts and numbers: reading ten thousand dates and words would take longer than counting them.
    query = select(PostingRow.host_id, PostingRow.home_id, type_coerce(PostingRow.kind, String), begun, ends)
    return tuple(OpenTerm(*row) for row in session.execute(query.where(*_open(scope))))


def staff(session: Session) -> Mapping[UnitId, int]:
    """Return how many people each unit has, whoever retired or left not counted."""
    query = select(PersonRow.unit_id, func.count()).where(PersonRow.status.in_(sorted(_SERVING)))
    return {UnitId(unit): int(count) for unit, count in session.execute(query.group_by(PersonRow.unit_id))}


def page(session: Session, wanted: Wanted) -> tuple[Posting, ...]:
    """Return one page of open postings, the first to end first, one more than asked for."""
    query = select(PostingRow).where(*_open(wanted.scope), _of_kind(wanted.kind))
    if wanted.unit is not None:
        query = query.where(_column(wanted.side) == wanted.unit)
    if wanted.ends_by is not None:
        query = query.where(PostingRow.last_on <= wanted.ends_by)
    if wanted.after is not None:
        last, key = wanted.after
        query = query.where(or_(PostingRow.last_on > last, and_(PostingRow.last_on == last, PostingRow.id > key)))
    query = query.order_by(PostingRow.last_on, PostingRow.id).limit(wanted.most + 1)
    return tuple(posting_of(row) for row in session.scalars(query))


def _column(side: Side) -> InstrumentedAttribute[str]:
    return PostingRow.host_id if side is Side.HOST else PostingRow.home_id


def _open(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    mine = sorted(scope.units)
    seen = true() if scope.whole else or_(PostingRow.host_id.in_(mine), PostingRow.home_id.in_(mine))
    return PostingRow.state.in_(sorted(OPEN)), seen


def _of_kind(kind: BatchKind | None) -> ColumnElement[bool]:
    return true() if kind is None else PostingRow.kind == kind
