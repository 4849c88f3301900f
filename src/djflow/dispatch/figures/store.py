"""Reads what is counted of postings: five queries, whatever the number of postings that ended before a span."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from djflow.core.ids import UnitId
from djflow.core.sections import Reach
from djflow.core.spans import DateSpan
from djflow.dispatch.figures.model import Check, MonthForm, Step, Term
from djflow.dispatch.policy.model import BatchKind, KindPolicy
from djflow.dispatch.policy.reading import policy_of
from djflow.dispatch.policy.tables import PolicyRow
from djflow.dispatch.postings.model import OPEN
from djflow.dispatch.postings.months.tables import PostingCheckRow, PostingMonthRow
from djflow.dispatch.postings.tables import PostingMoveRow, PostingRow


def terms(session: Session, span: DateSpan, reach: Reach) -> tuple[Term, ...]:
    """Return the postings made by the end that a span touches, or that had not ended when it began."""
    policies, steps, row = _policies(session), _steps(session, span, reach), PostingRow
    query = select(
        row.id, row.home_id, row.host_id, row.first_on, row.first_end_on, row.reported_on, row.kind, row.policy_version
    ).where(_touched(span, reach))
    return tuple(
        Term(
            UnitId(home), UnitId(host), first, last, reported, policies.get((kind, version)), tuple(steps.get(key, ()))
        )
        for key, home, host, first, last, reported, kind, version in session.execute(query)
    )


def _touched(span: DateSpan, reach: Reach) -> ColumnElement[bool]:
    row = PostingRow
    alive = or_(row.last_on >= span.first, row.state.in_(sorted(OPEN)), row.since >= reach.start)
    return and_(row.made_at < reach.end, alive)


def _policies(session: Session) -> Mapping[tuple[BatchKind, int], KindPolicy]:
    rows = session.execute(select(PolicyRow.kind, PolicyRow.version, PolicyRow.body))
    return {(kind, version): policy_of(body) for kind, version, body in rows}


def _steps(session: Session, span: DateSpan, reach: Reach) -> Mapping[str, list[Step]]:
    move = PostingMoveRow
    query = (
        select(move.posting_id, move.act, move.after, move.at)
        .join(PostingRow, PostingRow.id == move.posting_id)
        .where(move.at < reach.end, _touched(span, reach))
        .order_by(move.posting_id, move.version)
    )
    found: dict[str, list[Step]] = {}
    for key, act, after, at in session.execute(query):
        found.setdefault(key, []).append(Step(act, after, at))
    return found


def forms(session: Session, reach: Reach) -> tuple[MonthForm, ...]:
    """Return the months whose form was asked for within reach."""
    row = PostingMonthRow
    query = (
        select(
            PostingRow.home_id, PostingRow.host_id, row.month, row.required, row.filled_at, row.days, row.confirmed_at
        )
        .join(PostingRow, PostingRow.id == row.posting_id)
        .where(row.asked_at >= reach.start, row.asked_at < reach.end)
    )
    return tuple(
        MonthForm(UnitId(home), UnitId(host), month, required, filled_at, days, confirmed_at)
        for home, host, month, required, filled_at, days, confirmed_at in session.execute(query)
    )


def checks(session: Session, span: DateSpan, reach: Reach) -> tuple[Check, ...]:
    """Return the spot checks of a span that were noted by its end and stood; whoever was on leave is left out."""
    row = PostingCheckRow
    stood = or_(row.struck_at.is_(None), row.struck_at >= reach.end)
    query = (
        select(PostingRow.home_id, row.present)
        .join(PostingRow, PostingRow.id == row.posting_id)
        .where(row.on >= span.first, row.on <= span.last, row.at < reach.end, row.excused.is_(False), stood)
    )
    return tuple(Check(UnitId(home), present) for home, present in session.execute(query))
