"""Writes and reads messages and attempts.

Claiming locks rows (`FOR UPDATE SKIP LOCKED`) on PostgreSQL; on SQLite the whole transaction holds the write lock.
Statements are set-wise: the sender's transactions must stay short.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.db.vault import Vault
from djflow.notify.delivery.model import Candidate, Ended, Waiting, Written
from djflow.notify.model import Claimed, Draft, MessageState, NoticeState, Urgency
from djflow.notify.rules import LEFT_THE_HOUSE, WAITING
from djflow.notify.store import chunks
from djflow.notify.tables import AttemptRow, MessageRow, NoticeRow

ADDRESS = "message.address"
_URGENCIES = 3
_Fate = tuple[datetime, MessageState, MessageState, str, datetime, int, int, datetime | None]
"""What messages share after an answer: when claimed, state before and after, reason, due, attempts, parts, wait."""

_CLAIMED = (
    *(MessageRow.id, MessageRow.notice_id, MessageRow.key, MessageRow.channel, MessageRow.recipient),
    *(MessageRow.attempts, MessageRow.claimed_at, MessageRow.created_at, MessageRow.expires_at),
    *(MessageRow.wait_seconds, MessageRow.answer_by, MessageRow.address, MessageRow.payload),
)
_CANDIDATE = (
    *(*_CLAIMED, MessageRow.address_hash),
    *(MessageRow.step, MessageRow.urgency, NoticeRow.step.label("notice_step")),
    *(NoticeRow.state, NoticeRow.answer, NoticeRow.kind, NoticeRow.subject, NoticeRow.version),
)


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


def candidates(session: Session, channel: str, *, now: datetime, limit: int) -> tuple[Candidate, ...]:
    """Return due messages of a channel, the urgent first, then the oldest; locked where the database can."""
    vault = vault_of(session)
    found: list[Candidate] = []
    for urgency in range(_URGENCIES):
        if len(found) >= limit:
            break
        query = (
            select(*_CANDIDATE)
            .join(NoticeRow, NoticeRow.id == MessageRow.notice_id)
            .where(
                MessageRow.state == MessageState.PENDING,
                MessageRow.channel == channel,
                MessageRow.urgency == urgency,
                MessageRow.due_at <= now,
            )
            # In the order of the index and no further: sorting what is due at once would read all of it each time.
            .order_by(MessageRow.due_at)
            .limit(limit - len(found))
            .with_for_update(of=MessageRow, skip_locked=True)
        )
        found += [_candidate(row, vault, now) for row in session.execute(query)]
    return tuple(found)


def _candidate(row: Row[*tuple[Any, ...]], vault: Vault, now: datetime) -> Candidate:  # columns have no common type
    return Candidate(
        message=_claimed(row, vault, attempts=row.attempts + 1, claimed_at=now),
        address_hash=row.address_hash or "",
        wanted=row.state is NoticeState.OPEN and row.answer is None,
        overtaken=row.step != row.notice_step,
        urgency=list(Urgency)[row.urgency],
        kind=row.kind,
        subject=row.subject,
        version=row.version,
    )


def _claimed(row: Row[*tuple[Any, ...]], vault: Vault, *, attempts: int, claimed_at: datetime) -> Claimed:
    payload: dict[str, object] = json.loads(row.payload)
    return Claimed(
        id=row.id,
        notice_id=row.notice_id,
        key=row.key,
        channel=row.channel,
        recipient=row.recipient,
        attempts=attempts,
        claimed_at=claimed_at,
        expires_at=row.expires_at,
        wait=timedelta(seconds=row.wait_seconds),
        answer_by=row.answer_by,
        address=vault.open(row.address, context=f"{ADDRESS}:{row.id}") if row.address else "",
        payload=payload,
    )


def claim(session: Session, ids: Sequence[str], *, owner: str, lease: timedelta, now: datetime) -> None:
    """Put messages that this transaction found and locked under a lease."""
    for part in chunks(ids):
        taken = (
            update(MessageRow)
            .where(MessageRow.id.in_(part))
            .values(
                state=MessageState.SENDING,
                owner=owner,
                lease_until=now + lease,
                claimed_at=now,
                attempts=MessageRow.attempts + 1,
            )
        )
        session.execute(taken)


def _claimed_before(session: Session, ids: Sequence[str]) -> tuple[Claimed, ...]:
    vault = vault_of(session)
    rows = session.execute(select(*_CLAIMED).where(MessageRow.id.in_(ids)))
    return tuple(
        _claimed(row, vault, attempts=row.attempts, claimed_at=row.claimed_at or row.created_at) for row in rows
    )


def write(session: Session, written: Sequence[Written], *, owner: str, now: datetime) -> None:
    """Write down what became of claimed messages; one that was claimed anew since is left alone.

    The tries are added first, in one statement; the messages then take provider and code over from their tries, one
    statement for all that fare alike. Most fare alike, so a thousand answers cost a handful of statements.
    """
    if not written:
        return
    tries = [(new_id(now), one) for one in written]
    session.connection().execute(
        # What is returned nobody needs, but it makes one statement of many rows.
        insert(AttemptRow).returning(AttemptRow.id),
        [_try(row_id, one, now) for row_id, one in tries],
    )
    alike: dict[_Fate, list[str]] = {}
    for row_id, one in tries:
        alike.setdefault(_fate(one), []).append(row_id)
    for fate, row_ids in alike.items():
        for part in chunks(row_ids):
            _meet(session, fate, part, owner=owner, now=now)


def _try(row_id: str, one: Written, now: datetime) -> dict[str, object]:
    return {
        "id": row_id,
        "message_id": one.id,
        "number": one.number,
        "at": now,
        "verdict": one.verdict,
        "code": one.code[:60],
        "provider_id": one.provider_id[:80],
    }


def _fate(one: Written) -> _Fate:
    return one.claimed_at, one.before, one.state, one.reason, one.due_at, one.attempts, one.parts, one.wait_until


def _meet(session: Session, fate: _Fate, tries: Sequence[str], *, owner: str, now: datetime) -> None:
    claimed_at, before, state, reason, due_at, attempts, parts, wait_until = fate
    change = (
        update(MessageRow)
        .where(
            AttemptRow.id.in_(tries),
            MessageRow.id == AttemptRow.message_id,
            MessageRow.owner == owner,
            MessageRow.claimed_at == claimed_at,
            MessageRow.state == before,
        )
        .values(
            state=state,
            reason=reason,
            due_at=due_at,
            attempts=attempts,
            verdict=AttemptRow.verdict,
            code=AttemptRow.code,
            provider_id=AttemptRow.provider_id,
            parts=parts,
            # An answer is waited for as long as was said before, unless the new state says otherwise.
            wait_until=MessageRow.wait_until if wait_until is None else wait_until,
            accepted_at=now if state is MessageState.ACCEPTED else None,
            lease_until=None,
        )
    )
    session.execute(change, execution_options={"synchronize_session": False})


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


def lost_leases(
    session: Session, channels: Sequence[str], now: datetime, *, dead_owners: bool, limit: int = 500
) -> tuple[Claimed, ...]:
    """Return messages whose lease is over; with `dead_owners` every message under a lease: no sender is alive."""
    query = select(MessageRow.id).where(MessageRow.state == MessageState.SENDING, MessageRow.channel.in_(channels))
    if not dead_owners:
        query = query.where(MessageRow.lease_until <= now)
    ids = session.scalars(query.order_by(MessageRow.id).limit(limit).with_for_update(skip_locked=True)).all()
    return _claimed_before(session, ids) if ids else ()


def take_over(session: Session, ids: Sequence[str], owner: str) -> None:
    """Make messages this sender's."""
    for part in chunks(ids):
        session.execute(update(MessageRow).where(MessageRow.id.in_(part)).values(owner=owner))


def hand_back(session: Session, ids: Sequence[str], *, owner: str) -> None:
    """Let claimed messages go again as if they had not been claimed."""
    back = {"state": MessageState.PENDING, "lease_until": None, "attempts": MessageRow.attempts - 1}
    for part in chunks(ids):
        mine = (MessageRow.id.in_(part), MessageRow.owner == owner, MessageRow.state == MessageState.SENDING)
        session.execute(update(MessageRow).where(*mine).values(**back))


def unknown_due(
    session: Session, channel: str, *, owner: str, lease: timedelta, now: datetime, limit: int
) -> tuple[Claimed, ...]:
    """Return unknown messages the provider is to be asked for now; nobody else asks during `lease`."""
    where = (MessageRow.state == MessageState.UNKNOWN, MessageRow.channel == channel, MessageRow.due_at <= now)
    query = select(MessageRow.id).where(*where).order_by(MessageRow.due_at, MessageRow.id).limit(limit)
    ids = session.scalars(query.with_for_update(skip_locked=True)).all()
    if not ids:
        return ()
    session.execute(update(MessageRow).where(MessageRow.id.in_(ids)).values(owner=owner, due_at=now + lease))
    return _claimed_before(session, ids)


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
