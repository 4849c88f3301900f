"""Writes and reads reports and replies; each report and reply is taken once, in whatever order they come."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.notify.delivery.store import ADDRESS
from djflow.notify.feedback.model import Addressee, Report, Unclear, Understood, Unreported, Words
from djflow.notify.model import Answer, MessageState, NoticeState
from djflow.notify.rules import LEFT_THE_HOUSE, TRANSITIONS, wait_until
from djflow.notify.store import chunks
from djflow.notify.tables import MessageRow, NoticeRow, ReceiptRow, ReplyRow

_STATES = {
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.UNDELIVERED,
}
_OVERTAKEN = (NoticeState.SUPERSEDED, NoticeState.CANCELLED)
_WORDS = "reply.words"


def keep_report(session: Session, channel: str, report: Report, *, now: datetime) -> str:
    """Keep a report once per provider id and address and return its row's id; a delivery is never taken back."""
    address_hash = vault_of(session).lookup(report.address, kind="address") if report.address else ""
    provider_id = report.provider_id or report.message_id
    query = select(ReceiptRow).where(
        ReceiptRow.channel == channel, ReceiptRow.provider_id == provider_id, ReceiptRow.address_hash == address_hash
    )
    row = session.scalar(query.with_for_update())
    if row is None:
        row = ReceiptRow(
            id=new_id(now),
            channel=channel,
            provider_id=provider_id,
            address_hash=address_hash,
            message_id=None,
            state=report.state,
            code=report.code[:60],
            at=report.at,
            received_at=now,
        )
        session.add(row)
    elif row.state not in {"delivered", "read"}:
        row.state, row.code, row.at = report.state, report.code[:60], report.at
    session.flush()
    return row.id


def apply_report(session: Session, receipt_id: str, message_id: str, *, now: datetime) -> bool:
    """Move the message a report is about; False when it is not known yet or the report changes nothing."""
    receipt = session.get(ReceiptRow, receipt_id)
    message = _message_of(session, receipt, message_id) if receipt else None
    if receipt is None or message is None:
        return False
    receipt.message_id = message.id
    state = _STATES.get(receipt.state)
    if state is None or state not in TRANSITIONS[message.state]:
        session.flush()
        return False
    before, message.state = message.state, state
    message.provider_id = message.provider_id or receipt.provider_id[:80]
    if state is MessageState.DELIVERED:
        message.delivered_at = receipt.at
        message.accepted_at = message.accepted_at or receipt.at
    if state is MessageState.UNDELIVERED:
        message.wait_until = now
    elif before is not MessageState.ACCEPTED:
        wait = timedelta(seconds=message.wait_seconds)
        message.wait_until = wait_until(wait, message.answer_by, message.expires_at, now=now)
    session.flush()
    return True


def _message_of(session: Session, receipt: ReceiptRow, message_id: str) -> MessageRow | None:
    if message_id:
        return session.get(MessageRow, message_id, with_for_update=True, populate_existing=True)
    query = select(MessageRow).where(
        MessageRow.channel == receipt.channel, MessageRow.provider_id == receipt.provider_id
    )
    if receipt.address_hash:
        query = query.where(MessageRow.address_hash == receipt.address_hash)
    return session.scalar(query.order_by(MessageRow.id.desc()).limit(1).with_for_update())


def orphans(session: Session, since: datetime, *, limit: int) -> tuple[str, ...]:
    """Return reports since an instant whose message was not known, newest first: most are about strangers' messages."""
    where = (ReceiptRow.message_id.is_(None), ReceiptRow.received_at >= since)
    query = select(ReceiptRow.id).where(*where).order_by(ReceiptRow.received_at.desc(), ReceiptRow.id.desc())
    return tuple(session.scalars(query.limit(limit)))


def addressee(session: Session, channel: str, report: Report) -> Addressee | None:
    """Return to whom and where the message of a report went, its address opened."""
    vault = vault_of(session)
    address_hash = vault.lookup(report.address, kind="address") if report.address else ""
    receipt = session.scalar(
        select(ReceiptRow).where(
            ReceiptRow.channel == channel,
            ReceiptRow.provider_id == (report.provider_id or report.message_id),
            ReceiptRow.address_hash == address_hash,
        )
    )
    message = session.get(MessageRow, receipt.message_id) if receipt and receipt.message_id else None
    if message is None or message.address is None:
        return None
    return Addressee(message.recipient, vault.open(message.address, context=f"{ADDRESS}:{message.id}"))


def unreported(
    session: Session, channel: str, *, since: datetime, asked_before: datetime, limit: int
) -> tuple[Unreported, ...]:
    """Return accepted messages without a report, never asked for ones first, then the oldest; addresses opened."""
    vault = vault_of(session)
    query = (
        select(
            MessageRow.id,
            MessageRow.provider_id,
            MessageRow.claimed_at,
            MessageRow.accepted_at,
            MessageRow.address,
        )
        .where(
            MessageRow.channel == channel,
            MessageRow.state == MessageState.ACCEPTED,
            MessageRow.accepted_at >= since,
            MessageRow.address.is_not(None),
            or_(MessageRow.asked_at.is_(None), MessageRow.asked_at <= asked_before),
        )
        .order_by(MessageRow.asked_at.is_not(None), MessageRow.asked_at, MessageRow.accepted_at, MessageRow.id)
        .limit(limit)
    )
    return tuple(
        Unreported(
            row.id,
            row.provider_id,
            row.claimed_at or row.accepted_at,
            row.accepted_at,
            vault.open(row.address, context=f"{ADDRESS}:{row.id}"),
        )
        for row in session.execute(query)
    )


def note_asked(session: Session, ids: Sequence[str], now: datetime) -> None:
    """Record that the provider is asked for these messages."""
    for part in chunks(ids):
        session.execute(update(MessageRow).where(MessageRow.id.in_(part)).values(asked_at=now))


def keep_reply(
    session: Session, channel: str, said: Words, answer: Answer | None, *, now: datetime
) -> Understood | None:
    """Keep a reply with the notice it is about; None when it is here already."""
    vault = sealing_vault(session)
    address_hash = vault.lookup(said.address, kind="address")
    raw = f"{channel}|{address_hash}|{said.message_id}|{said.at.isoformat()}|{vault.lookup(said.words, kind='words')}"
    key = hashlib.sha256(raw.encode()).hexdigest()
    if session.scalar(select(ReplyRow.id).where(ReplyRow.key == key)) is not None:
        return None
    found = _notice_of(session, address_hash, said.message_id, now)
    row_id = new_id(now)
    is_clear = answer is not None and found is not None
    session.add(
        ReplyRow(
            id=row_id,
            key=key,
            channel=channel,
            address_hash=address_hash,
            notice_id=found.id if found else None,
            words=vault.seal(said.words, context=f"{_WORDS}:{row_id}"),
            answer=answer,
            at=said.at,
            handled_at=now if is_clear else None,
            handled_by="words" if is_clear else "",
        )
    )
    session.flush()
    if found is None:
        return Understood(row_id, answer, None, None, "", "")
    return Understood(row_id, answer, found.id, found.kind, found.subject, found.recipient)


def _notice_of(session: Session, address_hash: str, message_id: str, now: datetime) -> NoticeRow | None:
    query = select(NoticeRow).join(MessageRow, MessageRow.notice_id == NoticeRow.id)
    if message_id:
        query = query.where(MessageRow.id == message_id)
    else:
        query = query.where(MessageRow.address_hash == address_hash, MessageRow.state.in_(LEFT_THE_HOUSE))
        # A thank-you after the answer is no second answer, and nobody answers what he need not know any more.
        query = query.where(NoticeRow.answer.is_(None), NoticeRow.state.not_in(_OVERTAKEN))
    # One that asks for an answer comes before a newer one that only tells.
    asks = and_(MessageRow.wait_seconds > 0, NoticeRow.expires_at > now)
    return session.scalar(query.order_by(asks.desc(), MessageRow.created_at.desc(), MessageRow.id.desc()).limit(1))


def unclear(session: Session, *, limit: int) -> tuple[Unclear, ...]:
    """Return the replies nobody has handled, oldest first."""
    vault = vault_of(session)
    query = (
        select(ReplyRow, NoticeRow.recipient)
        .outerjoin(NoticeRow, NoticeRow.id == ReplyRow.notice_id)
        .where(ReplyRow.handled_at.is_(None))
        .order_by(ReplyRow.at, ReplyRow.id)
        .limit(limit)
    )
    return tuple(
        Unclear(
            row.id,
            row.channel,
            vault.open(row.words, context=f"{_WORDS}:{row.id}"),
            recipient or "",
            row.notice_id,
            row.at,
        )
        for row, recipient in session.execute(query)
    )


def handle(session: Session, reply_id: str, *, by: str, now: datetime) -> bool:
    """Record that somebody read a reply and did what it asks; False when it is unknown or handled."""
    where = (ReplyRow.id == reply_id, ReplyRow.handled_at.is_(None))
    done = update(ReplyRow).where(*where).values(handled_at=now, handled_by=by).returning(ReplyRow.id)
    return session.execute(done).first() is not None
