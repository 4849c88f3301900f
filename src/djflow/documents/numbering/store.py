"""Reads and writes counters and numbers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.core.subject import Subject
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.documents.numbering.model import Number, NumberId, NumberUse
from djflow.documents.numbering.tables import DocCounterRow, DocNumberRow

_REASON = "doc_number.void_reason"


@dataclass(frozen=True, slots=True)
class Taken:
    """A number to be written."""

    series: str
    year: int
    seq: int
    text: str
    holder: Subject
    use: NumberUse


def held_counter(session: Session, series: str, year: int) -> DocCounterRow:
    """Return the counter of a series and year, locked until the transaction ends; made when there is none.

    The caller holds the record's head, so that two cannot make the same counter.
    """
    query = select(DocCounterRow).where(DocCounterRow.series == series, DocCounterRow.year == year)
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        row = DocCounterRow(series=series, year=year, last=0)
        session.add(row)
        session.flush()
    return row


def last(session: Session, series: str, year: int) -> int:
    """Return the last number given out, 0 for none."""
    query = select(DocCounterRow.last).where(DocCounterRow.series == series, DocCounterRow.year == year)
    return session.scalar(query) or 0


def add(session: Session, taken: Taken, *, by: str, now: datetime) -> Number:
    """Write a number."""
    row = DocNumberRow(
        id=new_id(now),
        series=taken.series,
        year=taken.year,
        seq=taken.seq,
        text=taken.text,
        holder=str(taken.holder),
        use=taken.use,
        at=now,
        by=by,
    )
    session.add(row)
    session.flush()
    return _number(session, row)


def of_holder(session: Session, holder: Subject) -> Number | None:
    """Return the number a document holds, void ones aside."""
    query = select(DocNumberRow).where(DocNumberRow.holder == str(holder), DocNumberRow.use == NumberUse.USED)
    row = session.scalar(query.order_by(DocNumberRow.id.desc()).limit(1))
    return None if row is None else _number(session, row)


def number(session: Session, number_id: str) -> Number | None:
    """Return a number by its id."""
    row = session.get(DocNumberRow, number_id, populate_existing=True)
    return None if row is None else _number(session, row)


def with_text(session: Session, text: str, year: int | None = None) -> tuple[Number, ...]:
    """Return the numbers that read like this, of one year when given, the newest first."""
    query = select(DocNumberRow).where(DocNumberRow.text == text).order_by(DocNumberRow.id.desc())
    rows = session.scalars(query if year is None else query.where(DocNumberRow.year == year))
    return tuple(_number(session, row) for row in rows)


def numbers(session: Session, series: str, year: int) -> tuple[Number, ...]:
    """Return every number of a series and year in order."""
    query = select(DocNumberRow).where(DocNumberRow.series == series, DocNumberRow.year == year)
    query = query.order_by(DocNumberRow.seq).execution_options(populate_existing=True)
    return tuple(_number(session, row) for row in session.scalars(query))


def years(session: Session) -> tuple[int, ...]:
    """Return the years numbers were given out in, the newest first."""
    return tuple(session.scalars(select(DocNumberRow.year).distinct().order_by(DocNumberRow.year.desc())))


def void(session: Session, number_id: str, reason: str, *, now: datetime) -> None:
    """Write that a number is void, with its reason sealed."""
    row = session.get_one(DocNumberRow, number_id, populate_existing=True)
    row.use, row.void_at = NumberUse.VOID, now
    row.void_reason = sealing_vault(session).seal(reason, context=f"{_REASON}:{row.id}")
    session.flush()


def _number(session: Session, row: DocNumberRow) -> Number:
    reason = vault_of(session).open(row.void_reason, context=f"{_REASON}:{row.id}") if row.void_reason else ""
    return Number(
        id=NumberId(row.id),
        series=row.series,
        year=row.year,
        seq=row.seq,
        text=row.text,
        holder=Subject.parse(row.holder),
        use=row.use,
        at=row.at,
        by=row.by,
        void_at=row.void_at,
        void_reason=reason,
    )
