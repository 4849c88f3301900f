"""Appends to the record and reads it in order."""

from collections.abc import Iterator, Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from djflow.audit.model import GENESIS, Entry
from djflow.audit.tables import AuditHeadRow, AuditRow
from djflow.core.subject import Subject

_PAGE = 2000
_HELD = "djflow_audit_head"


def lock_head(session: Session) -> AuditHeadRow:
    """Return the head, locked until the transaction ends."""
    held = session.info.get(_HELD)
    if isinstance(held, AuditHeadRow):
        return held
    row = _locked(session)
    # A lock taken inside a savepoint is gone when that is rolled back; a session serves one transaction.
    if not session.in_nested_transaction():
        session.info[_HELD] = row
    return row


def _locked(session: Session) -> AuditHeadRow:
    head = session.scalar(select(AuditHeadRow).where(AuditHeadRow.id == 1).with_for_update())
    if head is None:
        head = AuditHeadRow(id=1, seq=0, hash=GENESIS)
        session.add(head)
        session.flush()
    return head


def head(session: Session) -> tuple[int, str]:
    """Return the number and hash of the last entry; `(0, GENESIS)` for an empty record."""
    row = session.get(AuditHeadRow, 1)
    return (row.seq, row.hash) if row else (0, GENESIS)


def append(session: Session, entry: Entry) -> None:
    """Add `entry` to the session."""
    session.add(AuditRow(**_values(entry, entry.hash)))


def append_all(session: Session, hashed: Sequence[tuple[Entry, str]]) -> None:
    """Add entries, each with its hash, in one statement."""
    session.flush()
    if hashed:
        session.execute(insert(AuditRow), [_values(entry, own) for entry, own in hashed])


def _values(entry: Entry, own_hash: str) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": str(entry.subject),
        "details": entry.details,
        "prev_hash": entry.prev_hash,
        "hash": own_hash,
    }


def entries(session: Session, *, subject: Subject | None = None) -> Iterator[tuple[Entry, str]]:
    """Yield every entry in order with the hash stored beside it, of one subject when given; a page at a time."""
    query = select(AuditRow).order_by(AuditRow.seq).limit(_PAGE)
    if subject is not None:
        query = query.where(AuditRow.subject == str(subject))
    last = 0
    while rows := session.scalars(query.where(AuditRow.seq > last)).all():
        for row in rows:
            about = Subject.parse(row.subject)
            yield Entry(row.seq, row.at, row.actor, row.action, about, row.details, row.prev_hash), row.hash
        last = rows[-1].seq


def latest(session: Session, *, before: int, subject: Subject | None, count: int) -> tuple[Entry, ...]:
    """Return `count` entries with a number below `before` (0: no bound), of one subject when given, newest first."""
    query = select(AuditRow).order_by(AuditRow.seq.desc()).limit(count)
    if before:
        query = query.where(AuditRow.seq < before)
    if subject is not None:
        query = query.where(AuditRow.subject == str(subject))
    return tuple(
        Entry(row.seq, row.at, row.actor, row.action, Subject.parse(row.subject), row.details, row.prev_hash)
        for row in session.scalars(query)
    )
