"""Rows of lists and of their lines."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Instant


class FundListRow(Base):
    """A list; closed when the last of its lines has ended."""

    __tablename__ = "fund_list"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(60))
    held_on: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class FundListLineRow(Base):
    """A line; a person stands in a list once."""

    __tablename__ = "fund_list_line"

    case_id: Mapped[str] = mapped_column(ForeignKey("fund_case.id"), primary_key=True)
    list_id: Mapped[str] = mapped_column(ForeignKey("fund_list.id"))
    line: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (UniqueConstraint("list_id", "person_id"),)
