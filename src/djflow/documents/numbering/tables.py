"""Rows of numbering: one counter per series and year, one row per number for ever."""

from datetime import datetime

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.documents.numbering.model import NumberUse


class DocCounterRow(Base):
    """The last number given out in a series and year; whoever takes one holds this row."""

    __tablename__ = "doc_counter"

    series: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class DocNumberRow(Base):
    """A number; rows are never deleted, a void one keeps its place with the reason."""

    __tablename__ = "doc_number"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    series: Mapped[str] = mapped_column(String(20))
    year: Mapped[int] = mapped_column(Integer)
    seq: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(String(60), index=True)
    holder: Mapped[str] = mapped_column(String(140), index=True)
    use: Mapped[NumberUse] = mapped_column(Code(NumberUse))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))
    void_at: Mapped[datetime | None] = mapped_column(Instant)
    void_reason: Mapped[bytes | None] = mapped_column(Sealed("doc_number.void_reason"))

    __table_args__ = (UniqueConstraint("series", "year", "seq"),)
