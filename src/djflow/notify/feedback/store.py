"""Writes and reads reports and replies; each report and reply is taken once, in whatever order they come."""

import hashlib
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.notify.feedback.model import Report, Unclear, Understood, Words
from djflow.notify.model import Answer, MessageState
from djflow.notify.rules import LEFT_THE_HOUSE, TRANSITIONS
from djflow.notify.tables import MessageRow, NoticeRow, ReceiptRow, ReplyRow

_STATES = {
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.UNDELIVERED,
}
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
    if state is MessageState.UNDELIVERED or before is not MessageState.ACCEPTED:
        message.wait_until = now
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


def orphans(session: Session, *, limit: int) -> tuple[str, ...]:
    """Return reports that came before their message was known, oldest first."""
    query = select(ReceiptRow.id).where(ReceiptRow.message_id.is_(None)).order_by(ReceiptRow.id).limit(limit)
    return tuple(session.scalars(query))


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
    found = _notice_of(session, address_hash, said.message_id)
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


def _notice_of(session: Session, address_hash: str, message_id: str) -> NoticeRow | None:
    query = select(NoticeRow).join(MessageRow, MessageRow.notice_id == NoticeRow.id)
    if message_id:
        query = query.where(MessageRow.id == message_id)
    else:
        query = query.where(MessageRow.address_hash == address_hash, MessageRow.state.in_(LEFT_THE_HOUSE))
        # The newest one that still wants an answer; a thank-you after it is no second answer.
        query = query.where(NoticeRow.answer.is_(None))
    return session.scalar(query.order_by(MessageRow.created_at.desc(), MessageRow.id.desc()).limit(1))


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
