"""Rows of proposals, their moves, and the explanation of every candidate: codes and points, never a name."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.rotation.model import ProposalState


class RotationProposalRow(Base):
    """One proposal for one seat."""

    __tablename__ = "rotation_proposal"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    seat: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[BatchKind] = mapped_column(Code(BatchKind))
    host_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    state: Mapped[ProposalState] = mapped_column(Code(ProposalState), index=True)
    made_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    seed: Mapped[int] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str] = mapped_column(String(140))
    reason: Mapped[str] = mapped_column(String(30))


class RotationMoveRow(Base):
    """One move of a proposal's chain, the due seat's first."""

    __tablename__ = "rotation_move"

    proposal_id: Mapped[str] = mapped_column(ForeignKey("rotation_proposal.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    seat: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    home_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    host_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(String(100))
    kind: Mapped[BatchKind | None] = mapped_column(Code(BatchKind))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    overlap: Mapped[int] = mapped_column(Integer)
    leaves: Mapped[str | None] = mapped_column(String(40))
    short: Mapped[bool] = mapped_column(Boolean)
    replaces: Mapped[str] = mapped_column(String(32))
    posting_id: Mapped[str] = mapped_column(String(32))


class RotationCandidateRow(Base):
    """One candidate for a proposal's seat: the points, whether allowed, the rank, and remarks."""

    __tablename__ = "rotation_candidate"

    proposal_id: Mapped[str] = mapped_column(ForeignKey("rotation_proposal.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    tenths: Mapped[int] = mapped_column(Integer)
    years: Mapped[int] = mapped_column(Integer)
    never: Mapped[int] = mapped_column(Integer)
    overtime: Mapped[int] = mapped_column(Integer)
    lot: Mapped[int] = mapped_column(Integer)
    allowed: Mapped[bool] = mapped_column(Boolean)
    rank: Mapped[int] = mapped_column(Integer)
    chosen: Mapped[bool] = mapped_column(Boolean)
    remarks: Mapped[str] = mapped_column(Text)
