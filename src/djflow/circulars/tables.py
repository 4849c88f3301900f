"""Rows of circulars: their steps, frozen figures, answers of units, rewritten paragraphs. Reasons are sealed."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.circulars.model import Act, Answered, Cause, CircularState, Verdict, Who
from djflow.db.base import Base, Code, Instant, Sealed

CIRCULAR = "circular.id"


class CircularRow(Base):
    """A circular; `version` counts changes, `attempt` those of the same kind and period that were dropped before."""

    __tablename__ = "circular"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    period: Mapped[str] = mapped_column(String(10))
    attempt: Mapped[int] = mapped_column(Integer)
    state: Mapped[CircularState] = mapped_column(Code(CircularState))
    since: Mapped[datetime] = mapped_column(Instant)
    edition: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date | None] = mapped_column(Date)
    document_id: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("kind", "period", "attempt"), Index("ix_circular_state", "state"))


class CircularMoveRow(Base):
    """A step of a circular; never changed."""

    __tablename__ = "circular_move"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    circular_id: Mapped[str] = mapped_column(ForeignKey(CIRCULAR))
    version: Mapped[int] = mapped_column(Integer)
    act: Mapped[Act] = mapped_column(Code(Act))
    before: Mapped[CircularState] = mapped_column(Code(CircularState))
    after: Mapped[CircularState] = mapped_column(Code(CircularState))
    who: Mapped[Who] = mapped_column(Code(Who))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))
    reason: Mapped[bytes | None] = mapped_column(Sealed("circular_move.reason"))

    __table_args__ = (UniqueConstraint("circular_id", "version"),)


class CircularEditionRow(Base):
    """Figures as they were frozen; never changed."""

    __tablename__ = "circular_edition"

    circular_id: Mapped[str] = mapped_column(ForeignKey(CIRCULAR), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    cause: Mapped[Cause] = mapped_column(Code(Cause))
    digest: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))


class CircularAnswerRow(Base):
    """A unit that was asked to confirm its figures, and what it answered."""

    __tablename__ = "circular_answer"

    circular_id: Mapped[str] = mapped_column(ForeignKey(CIRCULAR), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    answered: Mapped[Answered] = mapped_column(Code(Answered))
    edition: Mapped[int] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime | None] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))
    reminded: Mapped[int] = mapped_column(Integer)


class CircularCorrectionRow(Base):
    """A unit's claim that a figure is wrong, and what the coordinator decided."""

    __tablename__ = "circular_correction"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    circular_id: Mapped[str] = mapped_column(ForeignKey(CIRCULAR), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    section: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(60))
    shown_part: Mapped[int] = mapped_column(Integer)
    shown_whole: Mapped[int | None] = mapped_column(Integer)
    claimed_part: Mapped[int] = mapped_column(Integer)
    claimed_whole: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[bytes] = mapped_column(Sealed("circular_correction.reason"))
    verdict: Mapped[Verdict] = mapped_column(Code(Verdict))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str] = mapped_column(String(140))
    answer: Mapped[bytes | None] = mapped_column(Sealed("circular_correction.answer"))


class CircularParagraphRow(Base):
    """A paragraph as the coordinator wrote it; `replaced` is the hash of the text it stands for."""

    __tablename__ = "circular_paragraph"

    circular_id: Mapped[str] = mapped_column(ForeignKey(CIRCULAR), primary_key=True)
    place: Mapped[str] = mapped_column(String(60), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    replaced: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))
