"""Rows of the reserve list and of the reviews held about it."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.dispatch.reserve.model import MemberState, Reason, ReviewKind


class ReserveMemberRow(Base):
    """One membership; whoever comes back later gets a new one."""

    __tablename__ = "reserve_member"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[MemberState] = mapped_column(Code(MemberState), index=True)
    since: Mapped[datetime] = mapped_column(Instant)
    entered_on: Mapped[date | None] = mapped_column(Date)
    review_on: Mapped[date | None] = mapped_column(Date, index=True)
    left_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[Reason | None] = mapped_column(Code(Reason))


class ReserveReviewRow(Base):
    """One review; the opinion is sealed."""

    __tablename__ = "reserve_review"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("reserve_member.id"), index=True)
    kind: Mapped[ReviewKind] = mapped_column(Code(ReviewKind))
    reason: Mapped[Reason] = mapped_column(Code(Reason))
    held_on: Mapped[date] = mapped_column(Date)
    held_by: Mapped[str] = mapped_column(String(140))
    opinion: Mapped[bytes | None] = mapped_column(Sealed("reserve_review.opinion"))
