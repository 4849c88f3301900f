"""Rows of courses and of those called to them."""

from datetime import date

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code
from djflow.dispatch.training.model import Attendance, CourseState, Withdrawal


class CourseRow(Base):
    """One course."""

    __tablename__ = "training_course"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(60))
    school: Mapped[str] = mapped_column(String(60))
    host_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"), index=True)
    first_on: Mapped[date] = mapped_column(Date, index=True)
    last_on: Mapped[date] = mapped_column(Date, index=True)
    hours: Mapped[int] = mapped_column(Integer)
    away: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[CourseState] = mapped_column(Code(CourseState), index=True)


class ParticipantRow(Base):
    """Somebody called to a course; `absence_id` is the absence that was written for it."""

    __tablename__ = "training_participant"

    course_id: Mapped[str] = mapped_column(ForeignKey("training_course.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    state: Mapped[Attendance] = mapped_column(Code(Attendance))
    hours: Mapped[int] = mapped_column(Integer)
    withdrawn: Mapped[Withdrawal | None] = mapped_column(Code(Withdrawal))
    absence_id: Mapped[str | None] = mapped_column(ForeignKey("absence.id"), index=True)
