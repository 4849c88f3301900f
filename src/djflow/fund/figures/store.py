"""Reads what is counted of cases: three queries that name neither a person nor a unit."""

from collections.abc import Mapping

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from djflow.core.sections import Reach
from djflow.fund.cases.model import Act, CaseState
from djflow.fund.cases.tables import FundCaseMoveRow, FundCaseRow
from djflow.fund.cases.transitions import ENDED
from djflow.fund.figures.model import Paid

_COUNTED = (Act.SUBMIT, Act.APPROVE, Act.QUEUE)


def acts(session: Session, reach: Reach) -> Mapping[Act, int]:
    """Return how often cases were handed in and approved within reach."""
    move = FundCaseMoveRow
    query = select(move.act, func.count()).where(move.act.in_(_COUNTED), move.at >= reach.start, move.at < reach.end)
    return dict(session.execute(query.group_by(move.act)).all())


def paid(session: Session, reach: Reach) -> tuple[Paid, ...]:
    """Return the cases whose money arrived within reach; what was claimed back by its end is not among them."""
    move, row = FundCaseMoveRow, FundCaseRow
    query = (
        select(row.submitted_at, move.at, row.approved_fen)
        .join(row, row.id == move.case_id)
        .where(
            move.act == Act.CONFIRM_PAID,
            move.at >= reach.start,
            move.at < reach.end,
            or_(row.state != CaseState.CLAWED_BACK, row.since >= reach.end),
        )
        .order_by(move.at, move.id)
    )
    rows = session.execute(query)
    return tuple(Paid(handed_in, at, amount or 0) for handed_in, at, amount in rows if handed_in is not None)


def states(session: Session, reach: Reach) -> Mapping[CaseState, int]:
    """Return how many cases were in each state at the end, those that had ended before it not counted."""
    move, row = FundCaseMoveRow, FundCaseRow
    last = (
        select(move.case_id, func.max(move.version).label("version"))
        .join(row, row.id == move.case_id)
        .where(move.at < reach.end, or_(row.state.not_in(sorted(ENDED)), row.since >= reach.end))
        .group_by(move.case_id)
        .subquery()
    )
    same = and_(move.case_id == last.c.case_id, move.version == last.c.version)
    query = select(move.after, func.count()).join(last, same).group_by(move.after)
    return dict(session.execute(query).all())
