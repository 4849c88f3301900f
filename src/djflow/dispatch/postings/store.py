"""Reads and writes postings, their steps, the posts they left empty and the documents they ask for."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from djflow.core.ids import AbsenceId, PersonId, UnitId, new_id
from djflow.core.spans import DateSpan
from djflow.db.session import vault_of
from djflow.db.store import keep_step, move_on
from djflow.dispatch.policy.model import Paper
from djflow.dispatch.postings.model import (
    Act,
    Move,
    NewPosting,
    PaperDue,
    Posting,
    PostingId,
    PostingState,
    RecallReason,
    Vacancy,
    Who,
)
from djflow.dispatch.postings.tables import PostingMoveRow, PostingPaperRow, PostingRow, PostingVacancyRow

_MOVE_REASON = "posting_move.reason"


@dataclass(frozen=True, slots=True)
class Change:
    """What a step writes: the state after it, and whichever of days, absence and recall it changes."""

    act: Act
    after: PostingState
    who: Who
    by: str
    at: datetime
    reason: str = field(default="", repr=False)
    last: date | None = None
    reported_on: date | None = None
    recall: RecallReason | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which postings are asked for; None does not ask."""

    hosts: Collection[UnitId] | None = None
    homes: Collection[UnitId] | None = None
    persons: Collection[PersonId] | None = None
    batch: str | None = None
    states: Collection[PostingState] | None = None
    on: date | None = None
    touching: DateSpan | None = None


def add(session: Session, new: NewPosting, span: DateSpan, *, now: datetime) -> Posting:
    """Write a new posting for the days of `span`."""
    row = PostingRow(
        id=new_id(now),
        key=new.key,
        batch=new.batch,
        kind=new.kind,
        policy_version=new.version,
        person_id=new.person,
        home_id=new.home,
        host_id=new.host,
        title=new.title,
        village=new.village,
        replaces_id=new.replaces,
        asked_first_on=new.span.first,
        asked_last_on=new.span.last,
        state=PostingState.APPOINTED,
        since=now,
        first_on=span.first,
        last_on=span.last,
        first_end_on=span.last,
        version=0,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return posting_of(row)


def posting_of(row: PostingRow) -> Posting:
    """Return a row as a posting."""
    new = NewPosting(
        key=row.key,
        batch=row.batch,
        kind=row.kind,
        version=row.policy_version,
        person=PersonId(row.person_id),
        home=UnitId(row.home_id),
        host=UnitId(row.host_id),
        title=row.title,
        span=DateSpan(row.asked_first_on, row.asked_last_on),
        village=row.village,
        replaces=PostingId(row.replaces_id) if row.replaces_id else None,
    )
    return Posting(
        id=PostingId(row.id),
        new=new,
        state=row.state,
        since=row.since,
        span=DateSpan(row.first_on, row.last_on),
        first_end=row.first_end_on,
        reported_on=row.reported_on,
        version=row.version,
        recall=row.recall,
    )


def by_key(session: Session, key: str) -> Posting | None:
    """Return the posting that came from `key`."""
    row = session.scalar(select(PostingRow).where(PostingRow.key == key))
    return None if row is None else posting_of(row)


def row_of(session: Session, posting_id: str, *, lock: bool = False) -> PostingRow | None:
    """Return a posting's row as it stands, locked until the transaction ends when asked."""
    query = select(PostingRow).where(PostingRow.id == posting_id).execution_options(populate_existing=True)
    return session.scalar(query.with_for_update() if lock else query)


def postings(session: Session, wanted: Wanted) -> tuple[Posting, ...]:
    """Return the postings asked for, by host, first day and id."""
    query = _narrowed(select(PostingRow), wanted).order_by(PostingRow.host_id, PostingRow.first_on, PostingRow.id)
    return tuple(posting_of(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def _narrowed(query: Select[PostingRow], wanted: Wanted) -> Select[PostingRow]:
    if wanted.hosts is not None:
        query = query.where(PostingRow.host_id.in_(sorted(wanted.hosts)))
    if wanted.homes is not None:
        query = query.where(PostingRow.home_id.in_(sorted(wanted.homes)))
    if wanted.persons is not None:
        query = query.where(PostingRow.person_id.in_(sorted(wanted.persons)))
    if wanted.batch is not None:
        query = query.where(PostingRow.batch == wanted.batch)
    if wanted.states is not None:
        query = query.where(PostingRow.state.in_(sorted(wanted.states)))
    span = DateSpan(wanted.on, wanted.on) if wanted.on else wanted.touching
    if span is not None:
        query = query.where(PostingRow.first_on <= span.last, PostingRow.last_on >= span.first)
    return query


def change(session: Session, posting: Posting, made: Change) -> bool:
    """Move a posting on if it still is as it was; False when somebody else was faster."""
    values: dict[str, object] = {"state": made.after}
    if made.after is not posting.state:
        values["since"] = made.at
    for name in ("reported_on", "recall"):
        if getattr(made, name) is not None:
            values[name] = getattr(made, name)
    if made.last is not None:
        values["last_on"] = made.last
    if not move_on(session, PostingRow, posting, values):
        return False
    row = PostingMoveRow(
        id=new_id(made.at),
        posting_id=posting.id,
        version=posting.version + 1,
        act=made.act,
        before=posting.state,
        after=made.after,
        who=made.who,
        at=made.at,
        by=made.by,
    )
    keep_step(session, row, made.reason, _MOVE_REASON)
    return True


def put_absence(session: Session, posting_id: str, absence: AbsenceId | None) -> AbsenceId | None:
    """Note which absence tells of a posting, and return the one noted before."""
    row = session.get_one(PostingRow, posting_id, populate_existing=True)
    before = row.absence_id
    row.absence_id = absence
    session.flush()
    return AbsenceId(before) if before else None


def moves(session: Session, posting_id: str) -> tuple[Move, ...]:
    """Return the steps of a posting, oldest first."""
    query = select(PostingMoveRow).where(PostingMoveRow.posting_id == posting_id).order_by(PostingMoveRow.version)
    return tuple(Move(row.act, row.before, row.after, row.who, row.at) for row in session.scalars(query))


def reasons(session: Session, posting_id: str) -> tuple[tuple[Act, datetime, str], ...]:
    """Open and return the reasons given for steps, oldest first."""
    query = select(PostingMoveRow).where(PostingMoveRow.posting_id == posting_id, PostingMoveRow.reason.is_not(None))
    rows = session.scalars(query.order_by(PostingMoveRow.version))
    vault = vault_of(session)
    return tuple((row.act, row.at, vault.open(row.reason or b"", context=f"{_MOVE_REASON}:{row.id}")) for row in rows)


def add_vacancy(session: Session, posting: Posting, until: date, due_on: date, *, now: datetime) -> None:
    """Note that a post stands empty, wanted until `until`; the same one twice is once."""
    known = select(PostingVacancyRow.id).where(PostingVacancyRow.posting_id == posting.id)
    if session.scalar(known) is None:
        session.add(PostingVacancyRow(id=new_id(now), posting_id=posting.id, until=until, since=now, due_on=due_on))
        session.flush()


def vacancies(session: Session, *, open_only: bool) -> tuple[Vacancy, ...]:
    """Return posts left early, the most urgent first."""
    query = select(PostingVacancyRow, PostingRow).join(PostingRow, PostingRow.id == PostingVacancyRow.posting_id)
    if open_only:
        query = query.where(PostingVacancyRow.filled_by_id.is_(None), PostingVacancyRow.closed_at.is_(None))
    found = session.execute(query.order_by(PostingVacancyRow.due_on, PostingVacancyRow.id))
    return tuple(_vacancy(row, posting_of(left)) for row, left in found)


def _vacancy(row: PostingVacancyRow, left: Posting) -> Vacancy:
    return Vacancy(
        id=row.id,
        left=left.id,
        batch=left.new.batch,
        kind=left.new.kind,
        host=left.new.host,
        title=left.new.title,
        village=left.new.village,
        until=row.until,
        since=row.since,
        due_on=row.due_on,
        filled_by=PostingId(row.filled_by_id) if row.filled_by_id else None,
        closed_at=row.closed_at,
    )


def end_vacancy(session: Session, left: str, filled_by: str | None, *, now: datetime) -> bool:
    """Note who fills a post somebody left, or nobody; False when it was over before or never empty."""
    still = (
        PostingVacancyRow.posting_id == left,
        PostingVacancyRow.filled_by_id.is_(None),
        PostingVacancyRow.closed_at.is_(None),
    )
    values = {"filled_by_id": filled_by, "closed_at": now}
    statement = update(PostingVacancyRow).where(*still).values(values).returning(PostingVacancyRow.id)
    return session.scalar(statement.execution_options(synchronize_session=False)) is not None


def ask_papers(session: Session, posting: Posting, papers: Collection[Paper], *, now: datetime) -> None:
    """Note documents that the posting's present step asks for; those asked for already stay."""
    known = select(PostingPaperRow.paper).where(
        PostingPaperRow.posting_id == posting.id, PostingPaperRow.step == posting.version
    )
    for paper in sorted(set(papers) - set(session.scalars(known))):
        session.add(
            PostingPaperRow(
                id=new_id(now), posting_id=posting.id, paper=paper, step=posting.version, asked_at=now, made_by=""
            )
        )
    session.flush()


def papers(session: Session, posting_id: str | None = None) -> tuple[PaperDue, ...]:
    """Return the documents of a posting in the order of its steps, of every posting only those not issued yet."""
    query = select(PostingPaperRow).order_by(PostingPaperRow.asked_at, PostingPaperRow.step, PostingPaperRow.paper)
    if posting_id is None:
        query = query.where(PostingPaperRow.made_at.is_(None))
    else:
        query = query.where(PostingPaperRow.posting_id == posting_id)
    return tuple(
        PaperDue(PostingId(row.posting_id), row.paper, row.step, row.asked_at, row.made_at)
        for row in session.scalars(query)
    )


def paper_made(session: Session, posting_id: str, paper: Paper, *, by: str, now: datetime) -> int:
    """Note that every paper of that sort a posting still owes is issued, and return how many there were."""
    query = select(PostingPaperRow).where(PostingPaperRow.posting_id == posting_id, PostingPaperRow.paper == paper)
    rows = session.scalars(query.where(PostingPaperRow.made_at.is_(None)).with_for_update()).all()
    for row in rows:
        row.made_at, row.made_by = now, by
    session.flush()
    return len(rows)
