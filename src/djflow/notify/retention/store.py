"""Deletes what the outbox need not remember any more."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from djflow.notify.model import MessageState, NoticeState
from djflow.notify.store import chunks
from djflow.notify.tables import (
    AcknowledgementRow,
    AttemptRow,
    BudgetRow,
    MessageRow,
    NoticeRow,
    ReceiptRow,
    ReplyRow,
)

OPEN = (NoticeState.PENDING, NoticeState.OPEN, NoticeState.NEEDS_HUMAN)
"""Somebody is still to be told, or to act."""
_UNDER_WAY = (MessageState.PENDING, MessageState.HELD, MessageState.SENDING, MessageState.UNKNOWN)


def ended_notices(session: Session, before: datetime, *, limit: int) -> tuple[str, ...]:
    """Return notices that are over and ended before an instant, oldest first; locked until the transaction ends."""
    busy = exists().where(MessageRow.notice_id == NoticeRow.id, MessageRow.state.in_(_UNDER_WAY))
    query = (
        select(NoticeRow.id)
        .where(NoticeRow.expires_at < before, NoticeRow.created_at < before, NoticeRow.state.not_in(OPEN), ~busy)
        .order_by(NoticeRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return tuple(session.scalars(query))


def forget(session: Session, notice_ids: Sequence[str]) -> Mapping[str, int]:
    """Delete notices with their messages, attempts, reports and answers and return how many of each there were."""
    counts = dict.fromkeys(("messages", "attempts", "receipts", "answers"), 0)
    for part in chunks(notice_ids):
        messages = select(MessageRow.id).where(MessageRow.notice_id.in_(part))
        for kind, statement in (
            ("attempts", delete(AttemptRow).where(AttemptRow.message_id.in_(messages)).returning(AttemptRow.id)),
            ("receipts", delete(ReceiptRow).where(ReceiptRow.message_id.in_(messages)).returning(ReceiptRow.id)),
            (
                "answers",
                delete(AcknowledgementRow)
                .where(AcknowledgementRow.notice_id.in_(part))
                .returning(AcknowledgementRow.id),
            ),
            ("messages", delete(MessageRow).where(MessageRow.notice_id.in_(part)).returning(MessageRow.id)),
        ):
            counts[kind] += len(session.execute(statement).all())
        session.execute(delete(NoticeRow).where(NoticeRow.id.in_(part)))
    return counts


def forget_replies(session: Session, before: datetime, *, limit: int) -> int:
    """Delete replies that somebody handled and that came before an instant."""
    old = select(ReplyRow.id).where(ReplyRow.at < before, ReplyRow.handled_at.is_not(None)).limit(limit)
    return len(session.execute(delete(ReplyRow).where(ReplyRow.id.in_(old)).returning(ReplyRow.id)).all())


def forget_loose_receipts(session: Session, before: datetime, *, limit: int) -> int:
    """Delete reports received before an instant whose message never became known."""
    old = select(ReceiptRow.id).where(ReceiptRow.message_id.is_(None), ReceiptRow.received_at < before).limit(limit)
    return len(session.execute(delete(ReceiptRow).where(ReceiptRow.id.in_(old)).returning(ReceiptRow.id)).all())


def forget_budget(session: Session, before: date) -> int:
    """Delete the counts of days before a date."""
    return len(session.execute(delete(BudgetRow).where(BudgetRow.day < before).returning(BudgetRow.day)).all())
