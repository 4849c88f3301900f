"""Reads what is counted of messages and notices: two queries, grouped by the database."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from djflow.core.sections import Reach
from djflow.notify.figures.model import Sent
from djflow.notify.model import NoticeState
from djflow.notify.tables import MessageRow, NoticeRow

_STOOD = (NoticeState.SENT, NoticeState.OPEN, NoticeState.CLOSED, NoticeState.NEEDS_HUMAN)
"""Notices that were told and not overtaken, taken back or merged into another."""


def sent(session: Session, reach: Reach) -> tuple[Sent, ...]:
    """Return what was written within reach and taken by a provider before its end, by channel."""
    row = MessageRow
    arrived = func.sum(case((row.delivered_at < reach.end, 1), else_=0))
    query = (
        select(row.channel, func.count(), arrived)
        .where(row.created_at >= reach.start, row.created_at < reach.end, row.accepted_at < reach.end)
        .group_by(row.channel)
        .order_by(row.channel)
    )
    return tuple(Sent(channel, int(count), int(good)) for channel, count, good in session.execute(query))


def answers(session: Session, reach: Reach) -> tuple[int, int]:
    """Return how many notices of within reach waited for an answer, and how many had one by its end."""
    row = NoticeRow
    waited = select(MessageRow.notice_id).where(
        MessageRow.created_at >= reach.start, MessageRow.created_at < reach.end, MessageRow.wait_seconds > 0
    )
    query = select(func.count(), func.sum(case((row.answered_at < reach.end, 1), else_=0))).where(
        row.created_at >= reach.start, row.created_at < reach.end, row.state.in_(_STOOD), row.id.in_(waited)
    )
    asked, answered = session.execute(query).one()
    return int(asked), int(answered or 0)
