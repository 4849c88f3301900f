"""Reads and writes requests for longer terms, causes for a recall, and hand-overs."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.core.spans import DateSpan
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.dispatch.postings.ending.model import Extension, ExtensionId, ExtensionState, Handover, Proposal
from djflow.dispatch.postings.ending.tables import PostingExtensionRow, PostingHandoverRow, PostingProposalRow
from djflow.dispatch.postings.model import PostingId, RecallReason

_REASON = "posting_extension.reason"


def extension_of(row: PostingExtensionRow) -> Extension:
    """Return a row as a request."""
    return Extension(
        id=ExtensionId(row.id),
        posting=PostingId(row.posting_id),
        until=row.until,
        state=row.state,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
    )


def add_extension(session: Session, posting_id: str, until: date, reason: str, *, now: datetime) -> Extension:
    """Write a request."""
    row = PostingExtensionRow(
        id=new_id(now), posting_id=posting_id, until=until, state=ExtensionState.ASKED, asked_at=now
    )
    row.reason = sealing_vault(session).seal(reason, context=f"{_REASON}:{row.id}")
    session.add(row)
    session.flush()
    return extension_of(row)


def extension(session: Session, extension_id: str) -> Extension | None:
    """Return a request."""
    row = session.get(PostingExtensionRow, extension_id, populate_existing=True)
    return None if row is None else extension_of(row)


def extension_reason(session: Session, extension_id: str) -> str:
    """Open and return why a longer term is asked for."""
    row = session.get_one(PostingExtensionRow, extension_id)
    return vault_of(session).open(row.reason, context=f"{_REASON}:{row.id}") if row.reason else ""


def answer_extension(session: Session, extension_id: str, state: ExtensionState, *, now: datetime) -> Extension:
    """Write what became of a request."""
    row = session.get_one(PostingExtensionRow, extension_id, populate_existing=True)
    row.state, row.answered_at = state, now
    session.flush()
    return extension_of(row)


def extensions(
    session: Session, postings: Collection[str] | None = None, *, waiting: bool = False
) -> tuple[Extension, ...]:
    """Return requests of some postings (None: of all), oldest first; `waiting` leaves out those answered."""
    query = select(PostingExtensionRow).order_by(PostingExtensionRow.asked_at, PostingExtensionRow.id)
    if postings is not None:
        query = query.where(PostingExtensionRow.posting_id.in_(sorted(postings)))
    if waiting:
        query = query.where(PostingExtensionRow.state == ExtensionState.ASKED)
    return tuple(extension_of(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def add_proposal(session: Session, posting_id: str, reason: RecallReason, key: str, *, now: datetime) -> bool:
    """Write a cause for a recall; False when it was brought up before under that key."""
    same = (
        PostingProposalRow.posting_id == posting_id,
        PostingProposalRow.reason == reason,
        PostingProposalRow.key == key,
    )
    if session.scalar(select(PostingProposalRow.id).where(*same)) is not None:
        return False
    row = PostingProposalRow(
        id=new_id(now),
        posting_id=posting_id,
        reason=reason,
        key=key,
        raised_at=now,
        settled_by="",
        recalled=False,
    )
    session.add(row)
    session.flush()
    return True


def settle_proposals(session: Session, posting_id: str, *, recalled: bool, by: str, now: datetime) -> int:
    """Note that the causes brought up about a posting were looked at, and return how many there were."""
    query = select(PostingProposalRow).where(
        PostingProposalRow.posting_id == posting_id, PostingProposalRow.settled_at.is_(None)
    )
    rows = session.scalars(query).all()
    for row in rows:
        row.settled_at, row.settled_by, row.recalled = now, by, recalled
    session.flush()
    return len(rows)


def proposals(
    session: Session, postings: Collection[str] | None = None, *, open_only: bool = True
) -> tuple[Proposal, ...]:
    """Return causes for a recall, oldest first."""
    query = select(PostingProposalRow).order_by(PostingProposalRow.raised_at, PostingProposalRow.id)
    if postings is not None:
        query = query.where(PostingProposalRow.posting_id.in_(sorted(postings)))
    if open_only:
        query = query.where(PostingProposalRow.settled_at.is_(None))
    return tuple(
        Proposal(PostingId(row.posting_id), row.reason, row.raised_at, row.settled_at, row.recalled)
        for row in session.scalars(query.execution_options(populate_existing=True))
    )


def put_handover(
    session: Session, posting_id: str, span: DateSpan, successor: str | None, *, by: str, now: datetime
) -> bool:
    """Write a hand-over; False when it stands so already."""
    row = session.get(PostingHandoverRow, posting_id, populate_existing=True)
    if row is None:
        row = PostingHandoverRow(posting_id=posting_id)
        session.add(row)
    elif (row.first_on, row.last_on, row.successor_id) == (span.first, span.last, successor):
        return False
    row.first_on, row.last_on, row.successor_id = span.first, span.last, successor
    row.noted_at, row.noted_by = now, by
    session.flush()
    return True


def handover(session: Session, posting_id: str) -> Handover | None:
    """Return the hand-over of a posting."""
    row = session.get(PostingHandoverRow, posting_id, populate_existing=True)
    if row is None:
        return None
    successor = PostingId(row.successor_id) if row.successor_id else None
    return Handover(PostingId(row.posting_id), DateSpan(row.first_on, row.last_on), row.noted_at, successor)
