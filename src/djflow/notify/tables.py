"""The outbox of notices."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant
from djflow.notify.model import NoticeKind, NoticeState


class NoticeRow(Base):
    """One thing one recipient is told once; `key` is unique."""

    __tablename__ = "notice"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)
    kind: Mapped[NoticeKind] = mapped_column(Code(NoticeKind))
    subject: Mapped[str] = mapped_column(String(140), index=True)
    version: Mapped[int] = mapped_column(Integer)
    recipient: Mapped[str] = mapped_column(String(60), index=True)
    slot: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(String(60))
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[NoticeState] = mapped_column(Code(NoticeState))
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_notice_due", "state", "due_at"),)
