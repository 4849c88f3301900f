"""Writes and reads the outbox."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from djflow.core.subject import Subject
from djflow.notify.model import Intent, Message, NoticeKind, NoticeState
from djflow.notify.tables import NoticeRow

_CHUNK = 500


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Return those of `keys` that are in the outbox already."""
    found: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        found.update(session.scalars(select(NoticeRow.key).where(NoticeRow.key.in_(part))))
    return found


def add(session: Session, rows: Iterable[tuple[str, Intent]], *, now: datetime) -> None:
    """Add intents with their fresh ids as pending notices."""
    session.add_all(
        NoticeRow(
            id=row_id,
            key=intent.key,
            kind=intent.kind,
            subject=str(intent.subject),
            version=intent.version,
            recipient=str(intent.recipient),
            slot=intent.slot,
            text=intent.text,
            payload=json.dumps(dict(intent.values), ensure_ascii=False, sort_keys=True),
            state=NoticeState.PENDING,
            created_at=now,
            due_at=intent.due_at,
            expires_at=intent.expires_at,
        )
        for row_id, intent in rows
    )


def due(session: Session, now: datetime, *, limit: int) -> tuple[Message, ...]:
    """Return pending notices that are due, oldest first."""
    query = (
        select(NoticeRow)
        .where(NoticeRow.state == NoticeState.PENDING, NoticeRow.due_at <= now)
        .order_by(NoticeRow.due_at, NoticeRow.id)
        .limit(limit)
    )
    return tuple(_message(row) for row in session.scalars(query))


def listing(session: Session, *, kinds: Sequence[NoticeKind] = (), limit: int = 1000) -> tuple[NoticeRow, ...]:
    """Return notices, newest first."""
    query = select(NoticeRow).order_by(NoticeRow.created_at.desc(), NoticeRow.id.desc()).limit(limit)
    if kinds:
        query = query.where(NoticeRow.kind.in_(kinds))
    return tuple(session.scalars(query))


def mark(session: Session, ids: Sequence[str], state: NoticeState, *, sent_at: datetime | None = None) -> None:
    """Set the state of pending notices."""
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        where = (NoticeRow.id.in_(part), NoticeRow.state == NoticeState.PENDING)
        session.execute(update(NoticeRow).where(*where).values(state=state, sent_at=sent_at))


def told_versions(session: Session, subject: Subject) -> tuple[tuple[str, int, NoticeState], ...]:
    """Return (recipient, version, state) of every notice about a subject that waits or was sent."""
    query = select(NoticeRow.recipient, NoticeRow.version, NoticeRow.state).where(
        NoticeRow.subject == str(subject), NoticeRow.state.in_((NoticeState.PENDING, NoticeState.SENT))
    )
    return tuple((recipient, version, state) for recipient, version, state in session.execute(query))


def supersede(session: Session, subject: Subject, recipient: str) -> None:
    """Withdraw a recipient's pending notices about a subject."""
    session.execute(
        update(NoticeRow)
        .where(
            NoticeRow.subject == str(subject),
            NoticeRow.recipient == recipient,
            NoticeRow.state == NoticeState.PENDING,
        )
        .values(state=NoticeState.SUPERSEDED)
    )


def _message(row: NoticeRow) -> Message:
    values: dict[str, str] = json.loads(row.payload)
    return Message(row.id, row.key, row.kind, row.recipient, row.text, values, row.due_at, row.expires_at)
