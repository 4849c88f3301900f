"""Reads and writes courses and their participants."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from djflow.core.ids import AbsenceId, PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.dispatch.training.model import (
    Attendance,
    Course,
    CourseId,
    CourseState,
    Credit,
    NewCourse,
    Participant,
    Withdrawal,
)
from djflow.dispatch.training.tables import CourseRow, ParticipantRow


def next_number(session: Session, year: int) -> int:
    """Return the number of the next course of a year; courses are never deleted, the record's head is held."""
    query = select(func.count()).select_from(CourseRow).where(CourseRow.number.startswith(f"PX{year}-"))
    return 1 + (session.scalar(query) or 0)


def by_key(session: Session, key: str) -> Course | None:
    """Return the course planned under a key."""
    row = session.scalar(select(CourseRow).where(CourseRow.key == key))
    return course_of(row) if row else None


def add(session: Session, course: Course) -> None:
    """Add a course."""
    new = course.new
    row = CourseRow(
        id=course.id,
        key=new.key,
        number=course.number,
        title=new.title,
        school=new.school,
        host_id=new.host,
        first_on=new.span.first,
        last_on=new.span.last,
        hours=new.hours,
        away=new.away,
        state=course.state,
    )
    session.add(row)
    session.flush()


def row_of(session: Session, course_id: CourseId) -> CourseRow | None:
    """Return a course's row, locked until the transaction ends."""
    return session.get(CourseRow, course_id, with_for_update=True, populate_existing=True)


def by_number(session: Session, number: str) -> Course | None:
    """Return the course with a number."""
    row = session.scalar(select(CourseRow).where(CourseRow.number == number))
    return course_of(row) if row else None


def courses(session: Session, host: UnitId | None, since: date, *, limit: int) -> tuple[Course, ...]:
    """Return courses that end on or after a day, of one host when given, the latest to begin first."""
    query = select(CourseRow).where(CourseRow.last_on >= since)
    if host is not None:
        query = query.where(CourseRow.host_id == host)
    query = query.order_by(CourseRow.first_on.desc(), CourseRow.number.desc()).limit(limit)
    return tuple(course_of(row) for row in session.scalars(query))


def participants(session: Session, course_id: CourseId) -> tuple[Participant, ...]:
    """Return everybody who was called to a course."""
    query = select(ParticipantRow).where(ParticipantRow.course_id == course_id).order_by(ParticipantRow.person_id)
    return tuple(participant_of(row) for row in session.scalars(query))


def participant_row(session: Session, course_id: CourseId, person: PersonId) -> ParticipantRow | None:
    """Return the row of somebody in a course."""
    return session.get(ParticipantRow, (course_id, person), populate_existing=True)


def participant_rows(session: Session, course_id: CourseId) -> Mapping[PersonId, ParticipantRow]:
    """Return the rows of a course by person."""
    query = select(ParticipantRow).where(ParticipantRow.course_id == course_id).order_by(ParticipantRow.person_id)
    return {PersonId(row.person_id): row for row in session.scalars(query)}


def put(session: Session, course_id: CourseId, person: PersonId, absence: AbsenceId | None) -> None:
    """Add somebody to a course, or call somebody again who had withdrawn."""
    row = participant_row(session, course_id, person)
    if row is None:
        row = ParticipantRow(course_id=course_id, person_id=person)
        session.add(row)
    row.state, row.hours, row.withdrawn, row.absence_id = Attendance.CALLED, 0, None, absence


def credited(session: Session, first: date, last: date, persons: Collection[PersonId] | None) -> tuple[Credit, ...]:
    """Return hours credited by courses that ended between two days, both included, of some persons when given."""
    query = (
        select(ParticipantRow.person_id, CourseRow.last_on, ParticipantRow.hours)
        .join(CourseRow, CourseRow.id == ParticipantRow.course_id)
        .where(ParticipantRow.state == Attendance.ATTENDED, CourseRow.last_on.between(first, last))
    )
    if persons is not None:
        query = query.where(ParticipantRow.person_id.in_(persons))
    return tuple(Credit(PersonId(person), on, hours) for person, on, hours in session.execute(query))


def unsigned(session: Session, before: date) -> tuple[Course, ...]:
    """Return courses that ended before a day and are not signed off, the oldest first."""
    query = select(CourseRow).where(CourseRow.state == CourseState.PLANNED, CourseRow.last_on < before)
    return tuple(course_of(row) for row in session.scalars(query.order_by(CourseRow.last_on, CourseRow.number)))


def course_of(row: CourseRow) -> Course:
    """Return a row as a course."""
    new = NewCourse(
        key=row.key,
        title=row.title,
        school=row.school,
        span=DateSpan(row.first_on, row.last_on),
        hours=row.hours,
        host=UnitId(row.host_id) if row.host_id else None,
        away=row.away,
    )
    return Course(CourseId(row.id), row.number, new, row.state)


def participant_of(row: ParticipantRow) -> Participant:
    """Return a row as a participant."""
    withdrawn = Withdrawal(row.withdrawn) if row.withdrawn else None
    return Participant(CourseId(row.course_id), PersonId(row.person_id), row.state, row.hours, withdrawn)
