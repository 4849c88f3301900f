"""Rows of cases, rounds and tasks. Opinions and reasons are sealed; decided tasks never change.

Triggers made by the migration refuse to change what a task was decided with, and to delete a task.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from djflow.accounts.model import Role
from djflow.approvals.model import CaseState, Origin, TaskState, Verdict
from djflow.db.base import Base, Code, Instant, Sealed

CASE = "approval_case.id"
PERSON = "person.id"


class ApprovalCaseRow(Base):
    """A case; `open_subject` is its subject while it is open, so that a subject has at most one open case."""

    __tablename__ = "approval_case"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(140), index=True)
    open_subject: Mapped[str | None] = mapped_column(String(140), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(80))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    applicant_id: Mapped[str | None] = mapped_column(ForeignKey(PERSON))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    branch_id: Mapped[str | None] = mapped_column(ForeignKey("branch.id"))
    barred: Mapped[str] = mapped_column(Text)
    household: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[CaseState] = mapped_column(Code(CaseState))
    round: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(String(40))
    returns: Mapped[int] = mapped_column(Integer)
    supplements: Mapped[int] = mapped_column(Integer)
    urges: Mapped[int] = mapped_column(Integer)
    urged_at: Mapped[datetime | None] = mapped_column(Instant)
    stopped_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    next_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    blocked: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_approval_case_state", "state", "kind", "opened_at"),
        Index("ix_approval_case_open", "ended_at", "id"),
        Index("ix_approval_case_branch", "branch_id", "id"),
    )


class ApprovalRoundRow(Base):
    """One way through the chain."""

    __tablename__ = "approval_round"

    case_id: Mapped[str] = mapped_column(ForeignKey(CASE), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_step: Mapped[str] = mapped_column(String(40))
    content_hash: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(Instant)


class ApprovalTaskRow(Base):
    """One assignee of one step of one round, with what they decided."""

    __tablename__ = "approval_task"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey(CASE), index=True)
    round: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[TaskState] = mapped_column(Code(TaskState))
    origin: Mapped[Origin] = mapped_column(Code(Origin))
    person_id: Mapped[str | None] = mapped_column(ForeignKey(PERSON))
    role: Mapped[Role | None] = mapped_column(Code(Role))
    assigned_at: Mapped[datetime] = mapped_column(Instant)
    clock_from: Mapped[date] = mapped_column(Date)
    elapsed: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date | None] = mapped_column(Date)
    next_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    reminded: Mapped[int] = mapped_column(Integer)
    escalated_at: Mapped[datetime | None] = mapped_column(Instant)
    source: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[bytes | None] = mapped_column(Sealed("approval_task.note"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey(PERSON))
    principal_id: Mapped[str | None] = mapped_column(ForeignKey(PERSON))
    verdict: Mapped[Verdict | None] = mapped_column(Code(Verdict))
    opinion: Mapped[bytes | None] = mapped_column(Sealed("approval_task.opinion"))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    automatic: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_approval_task_person", "person_id", "state", "due_on", "id"),
        Index("ix_approval_task_due", "state", "due_on", "case_id"),
    )
