"""Reads the life of notices."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from djflow.db.session import vault_of
from djflow.notify.delivery.store import ADDRESS
from djflow.notify.lives.model import Acknowledged, Call, Life, Lost, MessageLife, Report, Try
from djflow.notify.model import Answer, MessageState, NoticeKind, NoticeState
from djflow.notify.rules import FAILED
from djflow.notify.tables import AcknowledgementRow, AttemptRow, MessageRow, NoticeRow, ReceiptRow
from djflow.people.rules import mask_address, mask_mobile

_MOBILE_DIGITS = 11


def life(session: Session, notice_id: str) -> Life | None:
    """Return a notice from intent to answer."""
    row = session.get(NoticeRow, notice_id)
    if row is None:
        return None
    messages = select(MessageRow).where(MessageRow.notice_id == notice_id).order_by(MessageRow.step, MessageRow.id)
    answers = select(AcknowledgementRow).where(AcknowledgementRow.notice_id == notice_id)
    values: dict[str, str] = json.loads(row.payload)
    return Life(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        version=row.version,
        recipient=row.recipient,
        slot=row.slot,
        state=row.state,
        reason=row.reason,
        escalated=row.escalated,
        due_at=row.due_at,
        expires_at=row.expires_at,
        values=values,
        messages=tuple(_message(session, message) for message in session.scalars(messages)),
        answers=tuple(
            Acknowledged(found.answer, found.via, found.at)
            for found in session.scalars(answers.order_by(AcknowledgementRow.id))
        ),
    )


def _message(session: Session, row: MessageRow) -> MessageLife:
    attempts = select(AttemptRow).where(AttemptRow.message_id == row.id).order_by(AttemptRow.at, AttemptRow.id)
    reports = select(ReceiptRow).where(ReceiptRow.message_id == row.id).order_by(ReceiptRow.at, ReceiptRow.id)
    return MessageLife(
        id=row.id,
        step=row.step,
        channel=row.channel,
        address=_masked(session, row),
        text=str(json.loads(row.payload).get("text", "")),
        state=row.state,
        reason=row.reason,
        code=row.code,
        parts=row.parts,
        due_at=row.due_at,
        accepted_at=row.accepted_at,
        delivered_at=row.delivered_at,
        attempts=tuple(
            Try(one.number, one.at, one.verdict.value, one.code, one.provider_id) for one in session.scalars(attempts)
        ),
        reports=tuple(Report(one.state, one.code, one.at) for one in session.scalars(reports)),
    )


def _masked(session: Session, row: MessageRow) -> str:
    if row.address is None:
        return ""
    address = vault_of(session).open(row.address, context=f"{ADDRESS}:{row.id}")
    if address == row.recipient:
        return ""
    return mask_mobile(address) if address.isdigit() and len(address) == _MOBILE_DIGITS else mask_address(address)


def lost(session: Session, *, limit: int) -> tuple[Lost, ...]:
    """Return messages that failed or need a human while nobody was reached otherwise, newest first."""
    query = (
        select(MessageRow, NoticeRow.kind)
        .join(NoticeRow, NoticeRow.id == MessageRow.notice_id)
        .where(MessageRow.state.in_(FAILED), NoticeRow.state.in_((NoticeState.OPEN, NoticeState.NEEDS_HUMAN)))
        .order_by(MessageRow.created_at.desc(), MessageRow.id.desc())
        .limit(limit)
    )
    return tuple(
        Lost(row.id, row.notice_id, kind, row.recipient, row.channel, row.state, row.reason, row.code, row.created_at)
        for row, kind in session.execute(query)
    )


def calls(session: Session, *, limit: int | None) -> tuple[Call, ...]:
    """Return notices that wait for a human, the most pressing first."""
    query = select(NoticeRow).where(NoticeRow.state == NoticeState.NEEDS_HUMAN)
    query = query.order_by(NoticeRow.expires_at, NoticeRow.id).limit(limit)
    return tuple(_call(row) for row in session.scalars(query))


def _call(row: NoticeRow) -> Call:
    return Call(row.id, row.kind, row.subject, row.recipient, row.reason, row.expires_at, json.loads(row.payload))


def call(session: Session, notice_id: str) -> Call | None:
    """Return one notice that waits for a human."""
    row = session.get(NoticeRow, notice_id)
    if row is None or row.state is not NoticeState.NEEDS_HUMAN:
        return None
    return _call(row)


def end_calls(session: Session, before: datetime) -> None:
    """Close notices that nobody called about and that ended before an instant."""
    session.execute(
        update(NoticeRow)
        .where(NoticeRow.state == NoticeState.NEEDS_HUMAN, NoticeRow.expires_at < before)
        .values(state=NoticeState.CLOSED, reason="expired")
    )


def message_state(session: Session, message_id: str) -> tuple[str, MessageState] | None:
    """Return a message's notice and state, locked until the transaction ends."""
    row = session.get(MessageRow, message_id, with_for_update=True, populate_existing=True)
    return (row.notice_id, row.state) if row else None


def replay(session: Session, message_id: str, notice_id: str, *, now: datetime, until: datetime) -> None:
    """Put a message back into the queue and its notice on its way."""
    session.execute(
        update(MessageRow)
        .where(MessageRow.id == message_id)
        .values(state=MessageState.PENDING, reason="", due_at=now, wait_until=until, attempts=0, expires_at=until)
    )
    step = select(MessageRow.step).where(MessageRow.id == message_id).scalar_subquery()
    values = {"state": NoticeState.OPEN, "reason": "", "expires_at": until, "step": step}
    session.execute(update(NoticeRow).where(NoticeRow.id == notice_id).values(**values))


def message_states(session: Session) -> Mapping[str, MessageState]:
    """Return the state of each recipient's latest message."""
    query = select(MessageRow.recipient, MessageRow.state).order_by(MessageRow.created_at, MessageRow.id)
    return {row.recipient: row.state for row in session.execute(query)}


def notice_end(session: Session, notice_id: str) -> datetime | None:
    """Return until when a notice is true; None when it was answered, overtaken or taken back."""
    over = (NoticeState.SUPERSEDED, NoticeState.CANCELLED)
    where = (NoticeRow.id == notice_id, NoticeRow.answer.is_(None), NoticeRow.state.not_in(over))
    return session.scalar(select(NoticeRow.expires_at).where(*where))


def settle_by_phone(session: Session, notice_id: str) -> bool:
    """Close a notice that waited for a human; False when it did not."""
    row = session.get(NoticeRow, notice_id, with_for_update=True, populate_existing=True)
    if row is None or row.state is not NoticeState.NEEDS_HUMAN:
        return False
    row.state, row.reason = NoticeState.CLOSED, "phone"
    session.flush()
    return True


def states_by_channel(session: Session, since: datetime, until: datetime) -> Mapping[tuple[str, MessageState], int]:
    """Return how many messages of a span are in each state, by channel."""
    query = (
        select(MessageRow.channel, MessageRow.state, func.count())
        .where(MessageRow.created_at >= since, MessageRow.created_at < until)
        .group_by(MessageRow.channel, MessageRow.state)
    )
    return {(channel, state): number for channel, state, number in session.execute(query)}


def parts_by_channel(session: Session, since: datetime, until: datetime) -> Mapping[str, int]:
    """Return the billed parts of messages accepted in a span, by channel."""
    query = (
        select(MessageRow.channel, func.coalesce(func.sum(MessageRow.parts), 0))
        .where(MessageRow.accepted_at >= since, MessageRow.accepted_at < until)
        .group_by(MessageRow.channel)
    )
    return {channel: int(parts) for channel, parts in session.execute(query)}


def answered_by_kind(
    session: Session, since: datetime, until: datetime, kinds: Sequence[NoticeKind]
) -> tuple[int, int, int]:
    """Return how many notices of a span there are, how many of `kinds`, and how many of those were answered."""
    span = (NoticeRow.created_at >= since, NoticeRow.created_at < until)
    total = session.scalar(select(func.count()).select_from(NoticeRow).where(*span)) or 0
    asked = select(func.count()).select_from(NoticeRow).where(*span, NoticeRow.kind.in_(kinds))
    good = (Answer.CONFIRMED, Answer.DECLINED, Answer.READ)
    return total, session.scalar(asked) or 0, session.scalar(asked.where(NoticeRow.answer.in_(good))) or 0
