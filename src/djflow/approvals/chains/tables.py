"""Rows of chains: every version that was ever in force, so that running cases finish under their own."""

from datetime import date, datetime

from sqlalchemy import Date, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Instant


class ApprovalChainRow(Base):
    """One version of a kind's chain; `body` is its canonical text, `digest` the text's SHA-256. Never changed."""

    __tablename__ = "approval_chain"

    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    valid_from: Mapped[date] = mapped_column(Date)
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Instant)
