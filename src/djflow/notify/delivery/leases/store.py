"""Claims messages under a lease and writes down what became of them.

Claiming locks rows (`FOR UPDATE SKIP LOCKED`) on PostgreSQL; on SQLite the whole transaction holds the write lock.
Statements are set-wise and have one text for any number of messages: the sender's transactions must stay short.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Insert, Row, Update, and_, bindparam, case, false, func, insert, select, true, update
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.db.base import Instant
from djflow.db.given import dialect_of, given, values
from djflow.db.session import vault_of
from djflow.db.vault import Vault
from djflow.notify.delivery.model import Candidate, Written
from djflow.notify.delivery.store import ADDRESS
from djflow.notify.model import Claimed, MessageState, NoticeState, Urgency, Verdict
from djflow.notify.store import chunks
from djflow.notify.tables import AttemptRow, MessageRow, NoticeRow

_URGENCIES = tuple(Urgency)
_MET, _TRIED = ("id", "provider_id"), ("id", "message_id", "provider_id")
_CLAIMED = (
    *(MessageRow.id, MessageRow.notice_id, MessageRow.key, MessageRow.channel, MessageRow.recipient),
    *(MessageRow.expires_at, MessageRow.wait_seconds, MessageRow.answer_by, MessageRow.address, MessageRow.payload),
)
_CANDIDATE = (
    *(*_CLAIMED, MessageRow.attempts, MessageRow.address_hash),
    *(MessageRow.step, MessageRow.urgency, NoticeRow.step.label("notice_step")),
    *(NoticeRow.state, NoticeRow.answer, NoticeRow.kind, NoticeRow.subject, NoticeRow.version),
)


def candidates(session: Session, channel: str, *, now: datetime, limit: int) -> tuple[Candidate, ...]:
    """Return due messages of a channel, the urgent first, then the oldest; locked where the database can."""
    vault = vault_of(session)
    found: list[Candidate] = []
    for urgency in range(len(_URGENCIES)):
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
        found += [_candidate(row, vault, now) for row in session.connection().execute(query).all()]
    return tuple(found)


def _candidate(row: Row[*tuple[Any, ...]], vault: Vault, now: datetime) -> Candidate:  # columns have no common type
    *claimed, attempts, address_hash, step, urgency, notice_step, state, answer, kind, subject, version = row
    return Candidate(
        message=_claimed(claimed, vault, attempts=attempts + 1, claimed_at=now),
        address_hash=address_hash or "",
        wanted=state is NoticeState.OPEN and answer is None,
        overtaken=step != notice_step,
        urgency=_URGENCIES[urgency],
        kind=kind,
        subject=subject,
        version=version,
    )


def _claimed(columns: Sequence[Any], vault: Vault, *, attempts: int, claimed_at: datetime) -> Claimed:
    row_id, notice_id, key, channel, recipient, expires_at, wait_seconds, answer_by, address, payload = columns
    return Claimed(
        id=row_id,
        notice_id=notice_id,
        key=key,
        channel=channel,
        recipient=recipient,
        attempts=attempts,
        claimed_at=claimed_at,
        expires_at=expires_at,
        wait=timedelta(seconds=wait_seconds),
        answer_by=answer_by,
        address=vault.open(address, context=f"{ADDRESS}:{row_id}") if address else "",
        payload=json.loads(payload),
    )


def claim(session: Session, ids: Sequence[str], *, owner: str, lease: timedelta, now: datetime) -> None:
    """Put messages that this transaction found and locked under a lease."""
    dialect = dialect_of(session)
    taken = {"by": owner, "until": now + lease, "now": now, **values(dialect, ("id",), [(one,) for one in ids])}
    session.connection().execute(_claiming(dialect), taken)


@cache
def _claiming(dialect: str) -> Update:
    taken = given(dialect, "id")
    return (
        update(MessageRow)
        .where(MessageRow.id == taken.c.id)
        .values(
            state=MessageState.SENDING,
            owner=bindparam("by"),
            lease_until=bindparam("until"),
            claimed_at=bindparam("now"),
            attempts=MessageRow.attempts + 1,
        )
    )


class _Try(NamedTuple):
    """What tries share."""

    number: int
    verdict: Verdict
    code: str


class _Fate(NamedTuple):
    """What messages share after an answer."""

    claimed_at: datetime
    before: MessageState
    state: MessageState
    reason: str
    due_at: datetime
    attempts: int
    verdict: Verdict
    code: str
    parts: int
    wait_until: datetime | None


def write(session: Session, written: Sequence[Written], *, owner: str, now: datetime) -> None:
    """Write down what became of claimed messages; one that was claimed anew since is left alone.

    One statement changes all that fare alike, one adds the tries that ended alike. Most do, so a thousand answers
    cost a handful of statements.
    """
    dialect, connection = dialect_of(session), session.connection()
    fates, tries = defaultdict[_Fate, list[Written]](list), defaultdict[_Try, list[Written]](list)
    for one in written:
        fates[_fate(one)].append(one)
        tries[_Try(one.number, one.verdict, one.code[:60])].append(one)
    for fate, ones in fates.items():
        shared = {"its_owner": owner, "its_accepted_at": now if fate.state is MessageState.ACCEPTED else None}
        rows = values(dialect, _MET, [(one.id, one.provider_id[:80]) for one in ones])
        connection.execute(_meeting(dialect), {**_its(fate), **shared, **rows})
    for tried, ones in tries.items():
        rows = values(dialect, _TRIED, [(new_id(now), one.id, one.provider_id[:80]) for one in ones])
        connection.execute(_trying(dialect), {**_its(tried), "its_at": now, **rows})


def _fate(one: Written) -> _Fate:
    return _Fate(
        one.claimed_at,
        one.before,
        one.state,
        one.reason,
        one.due_at,
        one.attempts,
        one.verdict,
        one.code[:60],
        one.parts,
        one.wait_until,
    )


def _its(shared: _Fate | _Try) -> Mapping[str, object]:
    # A parameter may not have the name of the column it is for.
    return {f"its_{name}": value for name, value in shared._asdict().items()}


@cache
def _meeting(dialect: str) -> Update:
    met = given(dialect, *_MET)
    mine = and_(
        MessageRow.owner == bindparam("its_owner"),
        MessageRow.claimed_at == bindparam("its_claimed_at"),
        MessageRow.state == bindparam("its_before"),
    )
    kept = ("state", "reason", "due_at", "attempts", "verdict", "code", "parts", "accepted_at")
    return (
        update(MessageRow)
        # Every message is to be found by its id. Either database would rather begin with what narrows the rows down
        # as it thinks, and compare each of those with each id; it cannot look into a case.
        .where(MessageRow.id == met.c.id, case((mine, true()), else_=false()))
        .values(
            **{name: bindparam(f"its_{name}") for name in kept},
            provider_id=met.c.provider_id,
            # An answer is waited for as long as was said before, unless the new state says otherwise.
            wait_until=func.coalesce(bindparam("its_wait_until", type_=Instant), MessageRow.wait_until),
            lease_until=None,
        )
    )


@cache
def _trying(dialect: str) -> Insert:
    tried, columns = given(dialect, *_TRIED), AttemptRow.__table__.c
    shared = {
        name: bindparam(f"its_{name}", type_=columns[name].type).label(name)
        for name in ("number", "at", "verdict", "code")
    }
    rows = select(*(tried.c[name] for name in _TRIED), *shared.values())
    return insert(AttemptRow).from_select([*_TRIED, *shared], rows)


def hand_back(session: Session, ids: Sequence[str], *, owner: str) -> None:
    """Let claimed messages go again as if they had not been claimed."""
    back = {"state": MessageState.PENDING, "lease_until": None, "attempts": MessageRow.attempts - 1}
    for part in chunks(ids):
        mine = (MessageRow.id.in_(part), MessageRow.owner == owner, MessageRow.state == MessageState.SENDING)
        session.execute(update(MessageRow).where(*mine).values(**back))


def lost_leases(
    session: Session, channels: Sequence[str], now: datetime, *, dead_owners: bool, limit: int = 500
) -> tuple[Claimed, ...]:
    """Return messages whose lease is over; with `dead_owners` every message under a lease: no sender is alive."""
    query = select(MessageRow.id).where(MessageRow.state == MessageState.SENDING, MessageRow.channel.in_(channels))
    if not dead_owners:
        query = query.where(MessageRow.lease_until <= now)
    ids = session.scalars(query.order_by(MessageRow.id).limit(limit).with_for_update(skip_locked=True)).all()
    return _claimed_before(session, ids) if ids else ()


def _claimed_before(session: Session, ids: Sequence[str]) -> tuple[Claimed, ...]:
    vault, query = (
        vault_of(session),
        select(*_CLAIMED, MessageRow.attempts, MessageRow.claimed_at, MessageRow.created_at),
    )
    return tuple(
        _claimed(claimed, vault, attempts=attempts, claimed_at=claimed_at or created_at)
        for *claimed, attempts, claimed_at, created_at in session.execute(query.where(MessageRow.id.in_(ids)))
    )


def take_over(session: Session, ids: Sequence[str], owner: str) -> None:
    """Make messages this sender's."""
    for part in chunks(ids):
        session.execute(update(MessageRow).where(MessageRow.id.in_(part)).values(owner=owner))


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
