"""Rows of answers, offers and the links that let people answer. Reasons are sealed; of a link only a hash is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.roster.answers.model import DutyState, OfferKind, OfferState

PERSON = "person.id"


class InvitationRow(Base):
    """A person's link for one period; `hash` is the keyed hash of its token, `used_at` the first act with it."""

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    subject: Mapped[str] = mapped_column(String(140))
    purpose: Mapped[str] = mapped_column(String(30))
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_invitation_person", "person_id", "purpose", "subject"),)


class DutyAnswerRow(Base):
    """What a person said last about one duty; `version` is the roster version it was said about."""

    __tablename__ = "duty_answer"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), index=True)
    event: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    state: Mapped[DutyState] = mapped_column(Code(DutyState))
    at: Mapped[datetime] = mapped_column(Instant)
    declined_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[bytes | None] = mapped_column(Sealed("duty_answer.reason"))
    version: Mapped[int] = mapped_column(Integer)

    __table_args__ = (UniqueConstraint("event", "person_id"),)


class SwapOfferRow(Base):
    """A request to take over or exchange a duty."""

    __tablename__ = "swap_offer"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), index=True)
    kind: Mapped[OfferKind] = mapped_column(Code(OfferKind))
    asker_id: Mapped[str] = mapped_column(ForeignKey(PERSON), index=True)
    event: Mapped[str] = mapped_column(String(60))
    post: Mapped[str] = mapped_column(String(40))
    other_id: Mapped[str] = mapped_column(ForeignKey(PERSON), index=True)
    other_event: Mapped[str] = mapped_column(String(60), default="")
    other_post: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[OfferState] = mapped_column(Code(OfferState))
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
