"""Rows of delegations."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Instant

PERSON = "person.id"


class ApprovalDelegationRow(Base):
    """Who may decide for whom from when to when; `kind` empty is for everything."""

    __tablename__ = "approval_delegation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    principal_id: Mapped[str] = mapped_column(ForeignKey(PERSON), index=True)
    delegate_id: Mapped[str] = mapped_column(ForeignKey(PERSON), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
