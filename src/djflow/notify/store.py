"""Writes and reads notices: what is to be told, who answered, what overtook it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import Session

from djflow.core.subject import Subject
from djflow.notify.model import Intent, MessageState, Notice, NoticeKind, NoticeState, Told
from djflow.notify.rules import LEFT_THE_HOUSE, WAITING
from djflow.notify.tables import AcknowledgementRow, MessageRow, NoticeRow, TemplateRow

CHUNK = 500
_OVER = {
    NoticeState.SUPERSEDED: MessageState.SUPERSEDED,
    NoticeState.STALE: MessageState.STALE,
    NoticeState.CANCELLED: MessageState.CANCELLED,
    NoticeState.CLOSED: MessageState.CANCELLED,
    NoticeState.NEEDS_HUMAN: MessageState.CANCELLED,
}
"""What becomes of the messages that still wait when their notice is over, or somebody takes it over."""


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Return those of `keys` that are in the outbox already."""
    found: set[str] = set()
    for part in chunks(keys):
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
            reason="",
            step=-1,
            escalated=0,
            created_at=now,
            due_at=intent.due_at,
            expires_at=intent.expires_at,
        )
        for row_id, intent in rows
    )


def due(session: Session, now: datetime, *, kinds: Sequence[NoticeKind], limit: int) -> tuple[Notice, ...]:
    """Return pending notices of these kinds that are due, oldest first; locked until the transaction ends."""
    query = (
        select(NoticeRow)
        .where(NoticeRow.state == NoticeState.PENDING, NoticeRow.due_at <= now, NoticeRow.kind.in_(kinds))
        .order_by(NoticeRow.due_at, NoticeRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return tuple(_notice(row) for row in session.scalars(query))


def notices(session: Session, ids: Iterable[str]) -> dict[str, Notice]:
    """Return notices by id; locked until the transaction ends."""
    found: dict[str, Notice] = {}
    for part in chunks(sorted(set(ids))):
        query = select(NoticeRow).where(NoticeRow.id.in_(part)).with_for_update()
        found |= {row.id: _notice(row) for row in session.scalars(query)}
    return found


def move(session: Session, ids: Iterable[str], state: NoticeState, *, reason: str = "") -> None:
    """Set the state of notices; when that is the end, their waiting messages end as well."""
    for part in chunks(sorted(set(ids))):
        session.execute(update(NoticeRow).where(NoticeRow.id.in_(part)).values(state=state, reason=reason))
    end_messages(session, ids, state, reason=reason)


def end_messages(session: Session, ids: Iterable[str], state: NoticeState, *, reason: str) -> None:
    """End the waiting messages of notices that have come to `state`, when that is the end."""
    over = _OVER.get(state)
    for part in chunks(sorted(set(ids))) if over is not None else ():
        session.execute(
            update(MessageRow)
            .where(MessageRow.notice_id.in_(part), MessageRow.state.in_(WAITING))
            .values(state=over, reason=reason, wait_until=None)
        )


def reached(session: Session, *notice_ids: str, step: int, escalated: int) -> None:
    """Record how far notices have come; they are open now."""
    for part in chunks(notice_ids):
        session.execute(
            update(NoticeRow)
            .where(NoticeRow.id.in_(part))
            .values(state=NoticeState.OPEN, reason="", step=step, escalated=escalated)
        )


def keep_order(session: Session, notice_id: str, first_way: str) -> None:
    """Keep which way a notice tries first; it does not change while the notice is under way."""
    session.execute(update(NoticeRow).where(NoticeRow.id == notice_id).values(first_way=first_way))


def postpone(session: Session, notice_id: str, due_at: datetime, reason: str) -> None:
    """Leave a notice pending until `due_at`."""
    session.execute(update(NoticeRow).where(NoticeRow.id == notice_id).values(due_at=due_at, reason=reason))


def merge(session: Session, ids: Sequence[str], into: str) -> None:
    """Record that a digest tells these notices."""
    for part in chunks(ids):
        session.execute(
            update(NoticeRow)
            .where(NoticeRow.id.in_(part))
            .values(state=NoticeState.MERGED, merged_into=into, reason="")
        )


def listing(
    session: Session, *, kinds: Sequence[NoticeKind] = (), states: Sequence[NoticeState] = (), limit: int = 1000
) -> tuple[NoticeRow, ...]:
    """Return notices, newest first."""
    query = select(NoticeRow).order_by(NoticeRow.created_at.desc(), NoticeRow.id.desc()).limit(limit)
    if kinds:
        query = query.where(NoticeRow.kind.in_(kinds))
    if states:
        query = query.where(NoticeRow.state.in_(states))
    return tuple(session.scalars(query))


def notice_row(session: Session, notice_id: str) -> NoticeRow | None:
    """Return a notice's row."""
    return session.get(NoticeRow, notice_id)


def id_of_key(session: Session, key: str) -> str | None:
    """Return the id of the notice with that key."""
    return session.scalar(select(NoticeRow.id).where(NoticeRow.key == key))


def _unheard() -> tuple[ColumnElement[bool], ...]:
    left = exists().where(MessageRow.notice_id == NoticeRow.id, MessageRow.state.in_(LEFT_THE_HOUSE))
    return NoticeRow.state.in_((NoticeState.PENDING, NoticeState.OPEN)), ~left


def told_versions(session: Session, subject: Subject) -> tuple[Told, ...]:
    """Return every notice about a subject that waits or was told; one that could reach nobody counts as neither."""
    unheard = and_(*_unheard())
    query = select(NoticeRow.recipient, NoticeRow.version, unheard).where(
        NoticeRow.subject == str(subject),
        NoticeRow.state.in_(
            (NoticeState.PENDING, NoticeState.OPEN, NoticeState.SENT, NoticeState.CLOSED, NoticeState.MERGED)
        ),
    )
    return tuple(Told(recipient, version, not waits) for recipient, version, waits in session.execute(query))


def told_about(session: Session, subject: Subject) -> tuple[tuple[str, str], ...]:
    """Return recipient and slot of every notice about a subject, oldest first."""
    query = select(NoticeRow.recipient, NoticeRow.slot).where(NoticeRow.subject == str(subject))
    rows = session.execute(query.order_by(NoticeRow.created_at, NoticeRow.id))
    return tuple((row.recipient, row.slot) for row in rows)


def unheard_of(session: Session, subject: Subject, recipient: str) -> tuple[str, ...]:
    """Return a recipient's notices about a subject of which nothing has left the house."""
    mine = (NoticeRow.subject == str(subject), NoticeRow.recipient == recipient)
    return tuple(session.scalars(select(NoticeRow.id).where(*mine, *_unheard()).order_by(NoticeRow.id)))


def unanswered(session: Session, subject: Subject, recipient: str) -> Mapping[str, NoticeState]:
    """Return a recipient's notices about a subject that nobody answered and that are not over, locked, with states."""
    query = select(NoticeRow.id, NoticeRow.state).where(
        NoticeRow.subject == str(subject),
        NoticeRow.recipient == recipient,
        NoticeRow.answer.is_(None),
        NoticeRow.state.in_((NoticeState.PENDING, NoticeState.OPEN, NoticeState.NEEDS_HUMAN, NoticeState.CLOSED)),
    )
    return {row.id: row.state for row in session.execute(query.order_by(NoticeRow.id).with_for_update())}


def acknowledge(session: Session, rows: Sequence[AcknowledgementRow]) -> None:
    """Record answers to notices that nobody answered; what still waits of them is ended by `end_messages`."""
    session.add_all(rows)
    session.flush()
    for row in rows:
        change = {"answer": row.answer, "answered_at": row.at, "state": NoticeState.CLOSED, "reason": "answered"}
        session.execute(update(NoticeRow).where(NoticeRow.id == row.notice_id).values(**change))


def acknowledgements(session: Session, notice_id: str) -> tuple[AcknowledgementRow, ...]:
    """Return the answers to a notice, oldest first."""
    query = select(AcknowledgementRow).where(AcknowledgementRow.notice_id == notice_id).order_by(AcknowledgementRow.id)
    return tuple(session.scalars(query))


def know_template(session: Session, row: TemplateRow) -> None:
    """Keep a text's version once."""
    same = (
        TemplateRow.name == row.name,
        TemplateRow.version == row.version,
        TemplateRow.provider_code == row.provider_code,
    )
    known = session.scalar(select(TemplateRow).where(*same))
    if known is None:
        session.add(row)
        session.flush()
    else:
        known.approved, known.variables = row.approved, row.variables


def chunks(items: Sequence[str]) -> Iterable[Sequence[str]]:
    """Yield `items` in pieces that every database takes as parameters."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _notice(row: NoticeRow) -> Notice:
    values: dict[str, str] = json.loads(row.payload)
    return Notice(
        id=row.id,
        key=row.key,
        kind=row.kind,
        subject=Subject.parse(row.subject),
        version=row.version,
        recipient=row.recipient,
        slot=row.slot,
        text=row.text,
        values=values,
        state=row.state,
        step=row.step,
        due_at=row.due_at,
        expires_at=row.expires_at,
        answer=row.answer,
        escalated=row.escalated,
        reason=row.reason,
        first_way=row.first_way,
    )
