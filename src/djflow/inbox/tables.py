"""Rows of the boxes: items, and who has read which."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.accounts.model import Role
from djflow.db.base import Base, Code, Instant
from djflow.inbox.model import ItemKind, ItemState


class DeskItemRow(Base):
    """Something to be done or read; `key` is kind, subject and address, so the same thing is posted once."""

    __tablename__ = "desk_item"
    __table_args__ = (Index("ix_desk_item_state", "state", "created_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)
    kind: Mapped[ItemKind] = mapped_column(Code(ItemKind))
    subject: Mapped[str] = mapped_column(String(140), index=True)
    to_role: Mapped[Role | None] = mapped_column(Code(Role))
    to_unit: Mapped[str | None] = mapped_column(String(32))
    to_person: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(120))
    link: Mapped[str] = mapped_column(String(200))
    task: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[ItemState] = mapped_column(Code(ItemState))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str] = mapped_column(String(80))


class DeskReadingRow(Base):
    """An account has read an item."""

    __tablename__ = "desk_reading"

    item_id: Mapped[str] = mapped_column(ForeignKey("desk_item.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
