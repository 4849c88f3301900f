"""Reads and writes months, spot checks and diaries; texts are sealed on the way in and opened only where said."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.core.spans import Month
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.dispatch.postings.model import PostingId
from djflow.dispatch.postings.months.model import CheckId, Count, DiaryEntry, Form, ServiceMonth, SpotCheck
from djflow.dispatch.postings.months.tables import PostingCheckRow, PostingDiaryRow, PostingMonthRow

_MONTH_TEXT = "posting_month.text"
_DIARY_TEXT = "posting_diary.text"


def month_of(row: PostingMonthRow) -> ServiceMonth:
    """Return a row as a month."""
    return ServiceMonth(
        posting=PostingId(row.posting_id),
        month=Month.parse(row.month),
        asked_at=row.asked_at,
        required=row.required,
        stated=row.stated,
        visits=row.visits,
        matters=row.matters,
        filled_at=row.filled_at,
        days=row.days,
        confirmed_at=row.confirmed_at,
    )


def _row(session: Session, posting_id: str, month: Month) -> PostingMonthRow | None:
    query = select(PostingMonthRow).where(PostingMonthRow.posting_id == posting_id, PostingMonthRow.month == str(month))
    return session.scalar(query.execution_options(populate_existing=True))


def month(session: Session, posting_id: str, month: Month) -> ServiceMonth | None:
    """Return a month that was asked about."""
    row = _row(session, posting_id, month)
    return None if row is None else month_of(row)


def ask_month(session: Session, posting_id: str, month: Month, required: int, *, now: datetime) -> bool:
    """Ask for a month's form; False when it was asked for before."""
    if _row(session, posting_id, month) is not None:
        return False
    row = PostingMonthRow(
        id=new_id(now),
        posting_id=posting_id,
        month=str(month),
        asked_at=now,
        required=required,
        visits=0,
        matters=0,
        confirmed_by="",
    )
    session.add(row)
    session.flush()
    return True


def fill_month(session: Session, posting_id: str, month: Month, form: Form, *, now: datetime) -> ServiceMonth:
    """Write what somebody states about a month that was asked about."""
    query = select(PostingMonthRow).where(PostingMonthRow.posting_id == posting_id, PostingMonthRow.month == str(month))
    row = session.scalars(query).one()
    row.stated, row.visits, row.matters, row.filled_at = form.days, form.visits, form.matters, now
    row.text = sealing_vault(session).seal(form.text, context=f"{_MONTH_TEXT}:{row.id}") if form.text else None
    session.flush()
    return month_of(row)


def confirm_month(
    session: Session, posting_id: str, count: Count, required: int, *, by: str, now: datetime
) -> ServiceMonth:
    """Write the days a host confirms, and what the month asks for as things stand now."""
    query = select(PostingMonthRow).where(
        PostingMonthRow.posting_id == posting_id, PostingMonthRow.month == str(count.month)
    )
    row = session.scalars(query).one()
    row.days, row.required, row.confirmed_at, row.confirmed_by = count.days, required, now, by
    session.flush()
    return month_of(row)


def months(session: Session, postings: Collection[str]) -> tuple[ServiceMonth, ...]:
    """Return the months of some postings, oldest first."""
    query = select(PostingMonthRow).where(PostingMonthRow.posting_id.in_(sorted(postings)))
    rows = session.scalars(query.order_by(PostingMonthRow.month, PostingMonthRow.posting_id))
    return tuple(month_of(row) for row in rows)


def month_text(session: Session, posting_id: str, month: Month) -> str:
    """Open and return what somebody wrote about a month."""
    row = _row(session, posting_id, month)
    return vault_of(session).open(row.text, context=f"{_MONTH_TEXT}:{row.id}") if row and row.text else ""


def check_of(row: PostingCheckRow) -> SpotCheck:
    """Return a row as a spot check."""
    return SpotCheck(
        id=CheckId(row.id),
        posting=PostingId(row.posting_id),
        on=row.on,
        present=row.present,
        excused=row.excused,
        at=row.at,
        struck=row.struck_at is not None,
    )


def add_check(
    session: Session, posting_id: str, on: date, outcome: tuple[bool, bool], *, by: str, now: datetime
) -> SpotCheck:
    """Write a spot check; `outcome` is whether somebody was there and, if not, excused."""
    present, excused = outcome
    row = PostingCheckRow(id=new_id(now), posting_id=posting_id, on=on, present=present, excused=excused, at=now, by=by)
    session.add(row)
    session.flush()
    return check_of(row)


def checks(session: Session, postings: Collection[str]) -> tuple[SpotCheck, ...]:
    """Return the spot checks of some postings, oldest first."""
    query = select(PostingCheckRow).where(PostingCheckRow.posting_id.in_(sorted(postings)))
    rows = session.scalars(query.order_by(PostingCheckRow.on, PostingCheckRow.id))
    return tuple(check_of(row) for row in rows)


def check(session: Session, check_id: str) -> SpotCheck | None:
    """Return a spot check."""
    row = session.get(PostingCheckRow, check_id, populate_existing=True)
    return None if row is None else check_of(row)


def strike(session: Session, check_id: str, *, now: datetime) -> SpotCheck:
    """Strike a spot check that was a mistake."""
    row = session.get_one(PostingCheckRow, check_id, populate_existing=True)
    row.struck_at = now
    session.flush()
    return check_of(row)


def add_diary(session: Session, posting_id: str, on: date, text: str, *, now: datetime) -> bool:
    """Write an entry; False when the very same words of that day are there."""
    vault = sealing_vault(session)
    same = vault.lookup(text, kind="posting.diary")
    known = select(PostingDiaryRow.id).where(
        PostingDiaryRow.posting_id == posting_id, PostingDiaryRow.on == on, PostingDiaryRow.text_hash == same
    )
    if session.scalar(known) is not None:
        return False
    key = new_id(now)
    sealed = vault.seal(text, context=f"{_DIARY_TEXT}:{key}")
    session.add(PostingDiaryRow(id=key, posting_id=posting_id, on=on, written_at=now, text_hash=same, text=sealed))
    session.flush()
    return True


def diary(session: Session, posting_id: str, *, limit: int) -> tuple[DiaryEntry, ...]:
    """Open and return a diary's newest entries, newest first."""
    query = select(PostingDiaryRow).where(PostingDiaryRow.posting_id == posting_id)
    rows = session.scalars(query.order_by(PostingDiaryRow.on.desc(), PostingDiaryRow.written_at.desc()).limit(limit))
    vault = vault_of(session)
    return tuple(
        DiaryEntry(row.on, row.written_at, vault.open(row.text, context=f"{_DIARY_TEXT}:{row.id}")) for row in rows
    )


def diary_days(session: Session, postings: Collection[str]) -> dict[str, tuple[date, ...]]:
    """Return on which days a diary was written, by posting; whoever never wrote is missing."""
    query = select(PostingDiaryRow.posting_id, PostingDiaryRow.on).where(
        PostingDiaryRow.posting_id.in_(sorted(postings))
    )
    found = dict[str, set[date]]()
    for posting_id, on in session.execute(query.group_by(PostingDiaryRow.posting_id, PostingDiaryRow.on)):
        found.setdefault(posting_id, set()).add(on)
    return {key: tuple(sorted(days)) for key, days in sorted(found.items())}


def waiting(session: Session) -> int:
    """Return how many months the hosts have not confirmed."""
    query = select(func.count()).select_from(PostingMonthRow).where(PostingMonthRow.confirmed_at.is_(None))
    return session.scalar(query) or 0
