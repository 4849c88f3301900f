"""Reads and moves held messages."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from djflow.notify.model import MessageState, NoticeKind
from djflow.notify.tables import MessageRow, NoticeRow


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message that waits for its text's template."""

    id: str
    kind: NoticeKind
    text: str
    key: str
    channel: str
    expires_at: datetime


def held_for_template(session: Session, *, limit: int = 500) -> tuple[HeldMessage, ...]:
    """Return messages held for a template, the oldest first; locked where the database can."""
    query = (
        select(MessageRow.id, NoticeRow.kind, NoticeRow.text, NoticeRow.key, MessageRow.channel, MessageRow.expires_at)
        .join(NoticeRow, NoticeRow.id == MessageRow.notice_id)
        .where(MessageRow.state == MessageState.HELD, MessageRow.reason == "template")
        .order_by(MessageRow.id)
        .limit(limit)
        .with_for_update(of=MessageRow, skip_locked=True)
    )
    return tuple(HeldMessage(*row) for row in session.execute(query))


def free(session: Session, one: HeldMessage, state: MessageState, reason: str, *, due_at: datetime, code: str) -> None:
    """Let a message go with the provider's code for its text."""
    row = session.get(MessageRow, one.id, populate_existing=True)
    if row is not None:
        payload: dict[str, object] = json.loads(row.payload)
        row.payload = json.dumps({**payload, "template": code}, ensure_ascii=False)
        row.state, row.reason, row.due_at = state, reason, due_at
        session.flush()


def end_expired(session: Session, now: datetime) -> int:
    """End held messages that are past, their chains to be looked at again, and return how many there were."""
    ended = session.execute(
        update(MessageRow)
        .where(MessageRow.state == MessageState.HELD, MessageRow.expires_at <= now)
        .values(state=MessageState.STALE, reason="expired", wait_until=now)
        .returning(MessageRow.id)
    )
    return len(ended.all())
