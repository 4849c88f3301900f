"""Rows of policies: every version a batch was ever called under, so that it is run to its end by its own."""

from datetime import date, datetime

from sqlalchemy import Date, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant
from djflow.dispatch.policy.model import BatchKind


class PolicyRow(Base):
    """One version of a kind; `body` is its canonical text, `digest` the text's SHA-256. Never changed."""

    __tablename__ = "dispatch_policy"

    kind: Mapped[BatchKind] = mapped_column(Code(BatchKind), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    valid_from: Mapped[date] = mapped_column(Date)
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    used_at: Mapped[datetime] = mapped_column(Instant)
