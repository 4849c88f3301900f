"""Rows of the approver's door: of links and codes only keyed hashes are kept."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Instant, Sealed

PERSON = "person.id"


class ApprovalInvitationRow(Base):
    """A link for one person to decide one task about one content; `codes` counts codes sent, `tries` wrong ones."""

    __tablename__ = "approval_invitation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("approval_task.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    content_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    codes: Mapped[int] = mapped_column(Integer)
    code_hash: Mapped[str] = mapped_column(String(64))
    code_until: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(Integer)

    __table_args__ = (Index("ix_approval_invitation_task", "task_id", "person_id"),)


class ApprovalWrongCodeRow(Base):
    """One wrong code, so that an approver's day has a limit however many links they have."""

    __tablename__ = "approval_wrong_code"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    invitation_id: Mapped[str] = mapped_column(ForeignKey("approval_invitation.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_approval_wrong_code_person", "person_id", "at"),)


class ApprovalDenialRow(Base):
    """A decision that its approver says was not theirs; what the office found is sealed."""

    __tablename__ = "approval_denial"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("approval_case.id"))
    task_id: Mapped[str] = mapped_column(ForeignKey("approval_task.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str] = mapped_column(String(140))
    stands: Mapped[bool | None] = mapped_column(Boolean)
    note: Mapped[bytes | None] = mapped_column(Sealed("approval_denial.note"))

    __table_args__ = (
        Index("ix_approval_denial_case", "case_id", "settled_at"),
        Index("ix_approval_denial_person", "person_id", "settled_at"),
    )
