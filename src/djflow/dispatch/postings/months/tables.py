"""Rows of months, spot checks and diaries. What is told of villagers is sealed; days can be counted."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Instant, Sealed
from djflow.dispatch.postings.tables import POSTING


class PostingMonthRow(Base):
    """A month of a posting: the form asked for, what it says, what the host confirmed."""

    __tablename__ = "posting_month"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING))
    month: Mapped[str] = mapped_column(String(7), index=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    required: Mapped[int] = mapped_column(Integer)
    stated: Mapped[int | None] = mapped_column(Integer)
    visits: Mapped[int] = mapped_column(Integer)
    matters: Mapped[int] = mapped_column(Integer)
    filled_at: Mapped[datetime | None] = mapped_column(Instant)
    days: Mapped[int | None] = mapped_column(Integer)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_by: Mapped[str] = mapped_column(String(140))
    text: Mapped[bytes | None] = mapped_column(Sealed("posting_month.text"))

    __table_args__ = (UniqueConstraint("posting_id", "month"),)


class PostingCheckRow(Base):
    """A spot check of a day."""

    __tablename__ = "posting_check"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING))
    on: Mapped[date] = mapped_column("checked_on", Date)
    present: Mapped[bool] = mapped_column(Boolean)
    excused: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))
    struck_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_posting_check_day", "posting_id", "checked_on"),)


class PostingDiaryRow(Base):
    """An entry of the field diary; `text_hash` knows the same words of a day again without opening them."""

    __tablename__ = "posting_diary"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING))
    on: Mapped[date] = mapped_column("written_on", Date)
    written_at: Mapped[datetime] = mapped_column(Instant)
    text_hash: Mapped[str] = mapped_column(String(64))
    text: Mapped[bytes] = mapped_column(Sealed("posting_diary.text"))

    __table_args__ = (
        UniqueConstraint("posting_id", "written_on", "text_hash"),
        Index("ix_posting_diary_at", "posting_id", "written_at"),
    )
