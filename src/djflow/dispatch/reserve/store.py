"""Reads and writes the reserve list."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.clock import civil_date
from djflow.core.ids import PersonId, new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.dispatch.reserve.model import OPEN, Member, MemberId, MemberState, NewReview, Review
from djflow.dispatch.reserve.tables import ReserveMemberRow, ReserveReviewRow

_OPINION = "reserve_review.opinion"


def add(session: Session, person: PersonId, *, now: datetime) -> ReserveMemberRow:
    """Add somebody who is proposed."""
    row = ReserveMemberRow(id=new_id(now), person_id=person, state=MemberState.PROPOSED, since=now)
    session.add(row)
    session.flush()
    return row


def row_of(session: Session, member_id: MemberId) -> ReserveMemberRow | None:
    """Return a membership's row, locked until the transaction ends."""
    return session.get(ReserveMemberRow, member_id, with_for_update=True, populate_existing=True)


def by_id(session: Session, member_id: MemberId) -> Member | None:
    """Return a membership without locking it."""
    row = session.get(ReserveMemberRow, member_id)
    return member_of(row) if row else None


def open_of(session: Session, person: PersonId) -> ReserveMemberRow | None:
    """Return the membership of somebody that has not ended."""
    query = select(ReserveMemberRow).where(ReserveMemberRow.person_id == person, ReserveMemberRow.state.in_(OPEN))
    return session.scalar(query)


def members(session: Session, states: Collection[MemberState], *, due_by: date | None = None) -> tuple[Member, ...]:
    """Return memberships in some states by day of review, only those due by a day when given."""
    query = select(ReserveMemberRow).where(ReserveMemberRow.state.in_(states))
    if due_by is not None:
        query = query.where(ReserveMemberRow.review_on <= due_by)
    ordered = query.order_by(ReserveMemberRow.review_on, ReserveMemberRow.id)
    return tuple(member_of(row) for row in session.scalars(ordered))


def add_review(session: Session, member_id: MemberId, new: NewReview, *, by: str, now: datetime) -> None:
    """Add a review with its opinion sealed."""
    row = ReserveReviewRow(
        id=new_id(now), member_id=member_id, kind=new.kind, reason=new.reason, held_on=civil_date(now), held_by=by
    )
    if new.opinion:
        row.opinion = sealing_vault(session).seal(new.opinion, context=f"{_OPINION}:{row.id}")
    session.add(row)
    session.flush()


def reviews(session: Session, member_id: MemberId, *, opened: bool) -> tuple[Review, ...]:
    """Return the reviews about a membership, the oldest first; opinions only when they are asked for."""
    query = select(ReserveReviewRow).where(ReserveReviewRow.member_id == member_id).order_by(ReserveReviewRow.id)
    return tuple(_review_of(session, row, opened=opened) for row in session.scalars(query))


def _review_of(session: Session, row: ReserveReviewRow, *, opened: bool) -> Review:
    opinion = ""
    if opened and row.opinion is not None:
        opinion = vault_of(session).open(row.opinion, context=f"{_OPINION}:{row.id}")
    return Review(row.id, row.kind, row.reason, row.held_on, row.held_by, opinion)


def member_of(row: ReserveMemberRow) -> Member:
    """Return a row as a membership."""
    return Member(
        id=MemberId(row.id),
        person=PersonId(row.person_id),
        state=row.state,
        since=row.since,
        entered_on=row.entered_on,
        review_on=row.review_on,
        left_on=row.left_on,
        reason=row.reason,
    )
