"""Writes and reads messages; what the sender does with them under a lease stands in `leases`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.db.store import sealing_vault
from djflow.notify.delivery.model import Ended, Waiting
from djflow.notify.model import Draft, MessageState
from djflow.notify.rules import LEFT_THE_HOUSE, WAITING
from djflow.notify.store import chunks
from djflow.notify.tables import MessageRow

ADDRESS = "message.address"


def add(session: Session, drafts: Sequence[Draft], *, now: datetime) -> None:
    """Write messages, addresses sealed."""
    if not drafts:
        return
    vault = sealing_vault(session)
    rows = []
    for draft in drafts:
        row_id = new_id(now)
        rows.append(
            {
                "id": row_id,
                "notice_id": draft.notice_id,
                "key": draft.key,
                "step": draft.step,
                "channel": draft.channel,
                "urgency": draft.urgency.order,
                "recipient": draft.recipient,
                "address": vault.seal(draft.address, context=f"{ADDRESS}:{row_id}") if draft.address else None,
                "address_hash": vault.lookup(draft.address, kind="address") if draft.address else None,
                # The order of variables is the order of a provider's template.
                "payload": json.dumps(dict(draft.payload), ensure_ascii=False),
                "state": draft.state,
                "reason": draft.reason,
                "due_at": draft.due_at,
                "expires_at": draft.expires_at,
                "owner": "",
                "attempts": 0,
                "code": "",
                "provider_id": "",
                "parts": 0,
                "wait_seconds": int(draft.wait.total_seconds()),
                "answer_by": draft.answer_by,
                "wait_until": draft.wait_until,
                "created_at": now,
            }
        )
    session.connection().execute(insert(MessageRow), rows)


def end(session: Session, ended: Iterable[Ended]) -> None:
    """Move messages that will not be sent to the state that says why; the chain is looked at again at `wait_until`."""
    for one in ended:
        values: dict[str, object] = {"state": one.state, "reason": one.reason}
        if one.state not in WAITING:
            values["wait_until"] = one.wait_until
        if one.due_at is not None:
            values["due_at"] = one.due_at
        session.execute(update(MessageRow).where(MessageRow.id == one.id).values(**values))


def release(session: Session, now: datetime, *, reasons: Sequence[str]) -> None:
    """Let messages go that were held for one of these reasons until now."""
    where = (MessageRow.state == MessageState.HELD, MessageRow.due_at <= now, MessageRow.reason.in_(reasons))
    session.execute(update(MessageRow).where(*where).values(state=MessageState.PENDING))


def waiting(session: Session, now: datetime, *, limit: int) -> tuple[Waiting, ...]:
    """Return messages whose chain is to be looked at again by now; locked where the database can."""
    query = (
        select(MessageRow.id, MessageRow.notice_id, MessageRow.step, MessageRow.state, MessageRow.reason)
        .where(MessageRow.wait_until <= now)
        .order_by(MessageRow.wait_until, MessageRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return tuple(Waiting(*row) for row in session.execute(query))


def set_wait(session: Session, ids: Sequence[str], at: datetime | None) -> None:
    """Say when chains are looked at again."""
    for part in chunks(ids):
        session.execute(update(MessageRow).where(MessageRow.id.in_(part)).values(wait_until=at))


def give_up_step(session: Session, notice_id: str, *, now: datetime) -> None:
    """Take back what still waits of a notice: the next step takes over."""
    where = (MessageRow.notice_id == notice_id, MessageRow.state.in_(WAITING))
    values = {"state": MessageState.SUPERSEDED, "reason": "next_step", "wait_until": None, "due_at": now}
    session.execute(update(MessageRow).where(*where).values(**values))


def destination(session: Session, message_id: str) -> tuple[str, str]:
    """Return a message's channel and recipient."""
    query = select(MessageRow.channel, MessageRow.recipient).where(MessageRow.id == message_id)
    channel, recipient = session.execute(query).one()
    return channel, recipient


def readdress(session: Session, message_id: str, address: str) -> None:
    """Give a message another address, sealed."""
    vault = sealing_vault(session)
    values = {
        "address": vault.seal(address, context=f"{ADDRESS}:{message_id}"),
        "address_hash": vault.lookup(address, kind="address"),
    }
    session.execute(update(MessageRow).where(MessageRow.id == message_id).values(**values))


def under_way(session: Session, channel: str) -> int:
    """Return how many messages of a channel are being sent."""
    where = (MessageRow.state == MessageState.SENDING, MessageRow.channel == channel)
    return session.scalar(select(func.count()).select_from(MessageRow).where(*where)) or 0


def has_left(session: Session, notice_id: str) -> bool:
    """Return whether a message of a notice has left the house."""
    where = (MessageRow.notice_id == notice_id, MessageRow.state.in_(LEFT_THE_HOUSE))
    return session.scalar(select(MessageRow.id).where(*where).limit(1)) is not None


def last_step(session: Session, notice_id: str) -> int:
    """Return the last step of a notice for which there is a message."""
    return session.scalar(select(func.max(MessageRow.step)).where(MessageRow.notice_id == notice_id)) or 0


def held_for_template(session: Session) -> tuple[Waiting, ...]:
    """Return messages that wait for the approval of their template."""
    query = select(MessageRow.id, MessageRow.notice_id, MessageRow.step, MessageRow.state, MessageRow.reason).where(
        MessageRow.state == MessageState.HELD, MessageRow.reason == "template"
    )
    return tuple(Waiting(*row) for row in session.execute(query.with_for_update(skip_locked=True)))


def renew(session: Session, message_id: str, draft: Draft) -> None:
    """Write a message that never left anew: what its provider gets and when."""
    values = {
        "payload": json.dumps(dict(draft.payload), ensure_ascii=False),
        "state": draft.state,
        "reason": draft.reason,
        "due_at": draft.due_at,
    }
    session.execute(update(MessageRow).where(MessageRow.id == message_id).values(**values))


def counts(session: Session, now: datetime) -> Mapping[tuple[str, MessageState, bool], int]:
    """Return how many messages there are by channel, state and whether they are due."""
    is_due = MessageRow.due_at <= now
    query = select(MessageRow.channel, MessageRow.state, is_due, func.count()).group_by(
        MessageRow.channel, MessageRow.state, is_due
    )
    return {(channel, state, bool(due)): number for channel, state, due, number in session.execute(query)}


def next_due(session: Session, channels: Sequence[str]) -> datetime | None:
    """Return when the next message of these channels is due."""
    query = select(func.min(MessageRow.due_at)).where(
        MessageRow.state == MessageState.PENDING, MessageRow.channel.in_(channels)
    )
    return session.scalar(query)
