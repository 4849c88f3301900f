"""What others ask of the record: add an entry, prove the chain, list what happened to a subject."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import store
from djflow.audit.model import GENESIS, ChainReport, Details, Entry
from djflow.core.subject import Subject


def record(
    session: Session, subject: Subject, action: str, *, by: str, now: datetime, details: Details | None = None
) -> None:
    """Add an entry in the caller's transaction; `details` holds codes and numbers, never personal data."""
    head = store.lock_head(session)
    text = json.dumps(dict(details or {}), ensure_ascii=False, sort_keys=True)
    entry = Entry(head.seq + 1, now, by, action, subject, text, head.hash)
    store.append(session, entry)
    head.seq, head.hash = entry.seq, entry.hash


def hold(session: Session) -> None:
    """Keep others from adding entries until the transaction ends.

    Whoever locks rows that others lock after recording calls this first: everybody then queues at the same place.
    """
    store.lock_head(session)


def record_many(session: Session, changes: Iterable[tuple[Subject, str, Details]], *, by: str, now: datetime) -> None:
    """Add entries (subject, action, details) in order; the head is locked once, so that thousands take a second."""
    head = store.lock_head(session)
    entries, seq, last = [], head.seq, head.hash
    for subject, action, details in changes:
        seq += 1
        text = json.dumps(dict(details), ensure_ascii=False, sort_keys=True)
        entry = Entry(seq, now, by, action, subject, text, last)
        last = entry.hash
        entries.append((entry, last))
    store.append_all(session, entries)
    head.seq, head.hash = seq, last


def verify(session: Session) -> ChainReport:
    """Walk the whole record and say whether every entry follows from the one before and the head is the last."""
    expected, count = GENESIS, 0
    for entry, stored in store.entries(session):
        count += 1
        if entry.seq != count or entry.prev_hash != expected or entry.hash != stored:
            return ChainReport(count, expected, entry.seq)
        expected = stored
    intact = store.head(session) == (count, expected)
    return ChainReport(count, expected, None if intact else count + 1)


def history(session: Session, subject: Subject) -> tuple[Entry, ...]:
    """Return what happened to a subject, oldest first."""
    return tuple(entry for entry, _ in store.entries(session, subject=subject))


def latest(session: Session, *, before: int = 0, subject: Subject | None = None, count: int = 50) -> tuple[Entry, ...]:
    """Return entries older than number `before` (0: the newest), of one subject when given, newest first."""
    return store.latest(session, before=before, subject=subject, count=count)
