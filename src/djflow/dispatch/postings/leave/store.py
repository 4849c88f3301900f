"""Reads and writes leave requests; the reason is sealed on the way in."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.core.spans import DateSpan
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.dispatch.postings.leave.model import Grantor, Leave, LeaveId, LeaveState
from djflow.dispatch.postings.leave.tables import PostingLeaveRow
from djflow.dispatch.postings.model import PostingId

_REASON = "posting_leave.reason"


def leave_of(row: PostingLeaveRow) -> Leave:
    """Return a row as a request."""
    return Leave(
        id=LeaveId(row.id),
        posting=PostingId(row.posting_id),
        span=DateSpan(row.first_on, row.last_on),
        state=row.state,
        grantor=row.grantor,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
    )


def add(session: Session, posting_id: str, span: DateSpan, grantor: Grantor, reason: str, *, now: datetime) -> Leave:
    """Write a request."""
    row = PostingLeaveRow(
        id=new_id(now),
        posting_id=posting_id,
        first_on=span.first,
        last_on=span.last,
        state=LeaveState.ASKED,
        grantor=grantor,
        asked_at=now,
        answered_by="",
    )
    row.reason = sealing_vault(session).seal(reason, context=f"{_REASON}:{row.id}")
    session.add(row)
    session.flush()
    return leave_of(row)


def get(session: Session, leave_id: str) -> Leave | None:
    """Return a request as it stands."""
    row = session.get(PostingLeaveRow, leave_id, populate_existing=True)
    return None if row is None else leave_of(row)


def reason(session: Session, leave_id: str) -> str:
    """Open and return why leave is asked for."""
    row = session.get_one(PostingLeaveRow, leave_id)
    return vault_of(session).open(row.reason, context=f"{_REASON}:{row.id}") if row.reason else ""


def answer(session: Session, leave_id: str, state: LeaveState, *, by: str, now: datetime) -> Leave:
    """Write an answer."""
    row = session.get_one(PostingLeaveRow, leave_id, populate_existing=True)
    row.state, row.answered_at, row.answered_by = state, now, by
    session.flush()
    return leave_of(row)


def shorten(session: Session, leave_id: str, last: date) -> None:
    """End a leave earlier."""
    session.get_one(PostingLeaveRow, leave_id, populate_existing=True).last_on = last
    session.flush()


def leaves(
    session: Session, postings: Collection[str] | None = None, states: Collection[LeaveState] | None = None
) -> tuple[Leave, ...]:
    """Return requests of some postings (None: of all) in some states (None: in any), by first day."""
    query = select(PostingLeaveRow).order_by(PostingLeaveRow.first_on, PostingLeaveRow.id)
    if postings is not None:
        query = query.where(PostingLeaveRow.posting_id.in_(sorted(postings)))
    if states is not None:
        query = query.where(PostingLeaveRow.state.in_(sorted(states)))
    return tuple(leave_of(row) for row in session.scalars(query.execution_options(populate_existing=True)))
