"""Finds open cases by index: each state apart, for one index orders a state by time, and the pieces are merged."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select, true
from sqlalchemy.orm import Session

from djflow.fund.board.model import Place, Scope, Wanted
from djflow.fund.cases.model import CaseId, CaseState, Category
from djflow.fund.cases.tables import FundCaseRow
from djflow.fund.checks.tables import FundFlagRow
from djflow.fund.materials.model import MaterialKind
from djflow.fund.materials.tables import FundMaterialRow

_Clause = ColumnElement[bool]
_ANY_DAY = date(2000, 1, 1)


def page(session: Session, wanted: Wanted) -> tuple[Place, ...]:
    """Return the first cases that are wanted as (since, id), the longest waiting first, one more than asked for."""
    found: set[Place] = set()
    for part in _parts(wanted.scope):
        if wanted.flagged or wanted.papers is not None:
            found |= _places(session, _rare(wanted).where(part), wanted)
            continue
        for state in wanted.states:
            query = select(FundCaseRow.since, FundCaseRow.id).where(FundCaseRow.state == state, part)
            found |= _places(session, _late(query, [state], wanted.late), wanted)
    return tuple(sorted(found)[: wanted.most + 1])


def _parts(scope: Scope) -> Iterable[_Clause]:
    # Each part apart: no index serves two columns joined by OR.
    if scope.whole:
        yield true()
        return
    if scope.units:
        yield FundCaseRow.unit_id.in_(sorted(scope.units))
    if scope.branches:
        yield FundCaseRow.branch_id.in_(sorted(scope.branches))


def _places(session: Session, query: Select[datetime, str], wanted: Wanted) -> set[Place]:
    if wanted.units is not None:
        query = query.where(FundCaseRow.unit_id.in_(sorted(wanted.units)))
    if wanted.after is not None:
        since, key = wanted.after
        beyond = or_(FundCaseRow.since > since, FundCaseRow.id > key)
        query = query.where(FundCaseRow.since >= since, beyond)
    query = query.order_by(FundCaseRow.since, FundCaseRow.id).limit(wanted.most + 1)
    return {(since, key) for since, key in session.execute(query)}


def _late(
    query: Select[datetime, str], states: Sequence[CaseState], late: Mapping[CaseState, datetime] | None
) -> Select[datetime, str]:
    if late is None:
        return query
    return query.where(
        or_(false(), *(and_(FundCaseRow.state == one, FundCaseRow.since < late[one]) for one in states if one in late))
    )


def _rare(wanted: Wanted) -> Select[datetime, str]:
    """Return the query of what few cases are: found through the few, not through all that are open."""
    query = select(FundCaseRow.since, FundCaseRow.id).where(FundCaseRow.state.in_(wanted.states))
    if wanted.flagged:
        query = query.where(FundCaseRow.id.in_(select(FundFlagRow.case_id).where(FundFlagRow.settled_at.is_(None))))
    if wanted.papers is not None:
        waits = select(FundCaseRow.id).where(FundCaseRow.papers_due_on >= _ANY_DAY)
        query = query.where(FundCaseRow.id.in_(waits), _lacks(wanted.papers))
    return _late(query, wanted.states, wanted.late)


def _lacks(papers: Mapping[Category, tuple[str, ...]]) -> _Clause:
    needs: list[tuple[Any, Any]] = []
    has: list[_Clause] = [false()]
    for category, kinds in papers.items():
        known = [MaterialKind(kind) for kind in kinds]
        needs.append((FundCaseRow.category == category, len(known)))
        has.append(and_(FundCaseRow.category == category, FundMaterialRow.kind.in_(known)))
    held = (
        select(func.count(FundMaterialRow.kind.distinct()))
        .where(FundMaterialRow.case_id == FundCaseRow.id, FundMaterialRow.removed_at.is_(None), or_(*has))
        .correlate(FundCaseRow)
        .scalar_subquery()
    )
    return held < (case(*needs, else_=0) if needs else literal(0))


def counts(session: Session, scope: Scope, states: Collection[CaseState]) -> dict[CaseState, int]:
    """Return how many cases of a scope there are in each state."""
    query = select(FundCaseRow.state, func.count()).where(FundCaseRow.state.in_(sorted(states)), _any(scope))
    return dict(session.execute(query.group_by(FundCaseRow.state)).all())


def late_count(session: Session, scope: Scope, late: Mapping[CaseState, datetime]) -> int:
    """Return how many cases of a scope came to their state too long ago."""
    total = 0
    for state, before in late.items():
        query = select(func.count()).where(FundCaseRow.state == state, FundCaseRow.since < before, _any(scope))
        total += session.scalar(query) or 0
    return total


def _any(scope: Scope) -> _Clause:
    return or_(false(), *_parts(scope))


def flagged(session: Session, ids: Collection[CaseId]) -> frozenset[CaseId]:
    """Return which of some cases carry a question nobody has answered."""
    query = select(FundFlagRow.case_id).where(FundFlagRow.case_id.in_(sorted(ids)), FundFlagRow.settled_at.is_(None))
    return frozenset(CaseId(one) for one in session.scalars(query))
