"""What is asked of courses: plan, call people, let somebody withdraw, sign attendance off, count hours.

Absences of kind TRAINING are written and taken back in the same transaction; their origin is the course.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import AbsenceId, PersonId, UnitId, new_id
from djflow.dispatch.training import rules, store
from djflow.dispatch.training.model import (
    COURSE_WORDS,
    YEARS,
    Attendance,
    Barred,
    Course,
    CourseId,
    CourseState,
    Hours,
    NewCourse,
    Participant,
    Withdrawal,
)
from djflow.dispatch.training.tables import CourseRow, ParticipantRow
from djflow.notify import service as notify
from djflow.people import service as people
from djflow.people.model import AbsenceEntry, AbsenceKind


def plan(session: Session, new: NewCourse, *, by: str, now: datetime) -> Course:
    """Plan a course; the same key twice is one course.

    Raises: ConflictError when the key is another course's.
    """
    audit.hold(session)
    known = store.by_key(session, new.key)
    if known is not None:
        if known.new != new:
            raise ConflictError("这张登记表已经用在另一个班次上：请刷新后重填。", code="training.key_used")
        return known
    year = new.span.first.year
    number = f"PX{year}-{store.next_number(session, year):03d}"
    course = Course(CourseId(new_id(now)), number, new, CourseState.PLANNED)
    store.add(session, course)
    _record(session, course, "training.plan", by=by, now=now)
    return course


def judge(session: Session, course_id: CourseId, persons: Collection[PersonId]) -> tuple[Barred, ...]:
    """Return who of some persons cannot be called to a course and why; those called before are fine.

    Raises: NotFoundError; RuleError for a course that is over.
    """
    row = _open(session, course_id)
    course = store.course_of(row)
    called = {one.person for one in store.participants(session, course_id) if one.state is Attendance.CALLED}
    asked = frozenset(persons) - called
    cards = people.people_by_ids(session, asked)
    gone = {person for person in asked if person not in cards or cards[person].has_gone}
    absences = [one.entry for one in people.absences(session, course.new.span)] if course.new.away else []
    return rules.barred(asked, gone, course.new.span, absences)


def call(session: Session, course_id: CourseId, persons: Collection[PersonId], *, by: str, now: datetime) -> int:
    """Call people to a course, all or none, write their absences, tell them; return how many were new.

    Raises: NotFoundError; RuleError for a course that is over; ConflictError when somebody cannot go.
    """
    refused = judge(session, course_id, persons)
    if refused:
        raise ConflictError(f"有{len(refused)}人不能调训，一个也没有登记：请看逐人说明。", code="training.barred")
    course = store.course_of(_open(session, course_id))
    present = store.participant_rows(session, course_id)
    fresh = sorted(
        person
        for person in frozenset(persons)
        if person not in present or present[person].state is not Attendance.CALLED
    )
    absences = dict.fromkeys(fresh)
    if course.new.away:
        entries = [AbsenceEntry(one, course.new.span, AbsenceKind.TRAINING, course.subject) for one in fresh]
        made = people.record_absences(session, entries, by=by, now=now)
        absences = dict(zip(fresh, made, strict=True))
    for person in fresh:
        store.put(session, course_id, person, absences[person])
    session.flush()
    if fresh:
        _record(session, course, "training.call", by=by, now=now, more={"people": len(fresh)})
        cards = people.people_by_ids(session, fresh)
        intents = [rules.call(course, person, cards[person].name, now=now) for person in fresh]
        notify.enqueue(session, intents, now=now)
    return len(fresh)


def withdraw(
    session: Session, course_id: CourseId, person: PersonId, reason: Withdrawal, *, by: str, now: datetime
) -> Participant:
    """Let somebody not go after all and take the absence back; twice is once.

    Raises: NotFoundError; RuleError for a course that is over.
    """
    course = store.course_of(_open(session, course_id))
    row = store.participant_row(session, course_id, person)
    if row is None:
        raise NotFoundError("这个班次没有调训这名干部：请刷新后再试。", code="training.not_called")
    if row.state is Attendance.WITHDRAWN:
        return store.participant_of(row)
    _release(session, row, reason, by=by, now=now)
    _record(session, course, "training.withdraw", by=by, now=now, more={"reason": reason.value})
    _tell_off(session, course, [person], now=now)
    return store.participant_of(row)


def cancel(session: Session, course_id: CourseId, *, by: str, now: datetime) -> Course:
    """Cancel a course with everybody's absence; twice is once.

    Raises: NotFoundError; RuleError for a course that is signed off.
    """
    row = _locked(session, course_id)
    if row.state is CourseState.CANCELLED:
        return store.course_of(row)
    _require_planned(row)
    going = [one for one in store.participant_rows(session, course_id).values() if one.state is Attendance.CALLED]
    for one in going:
        _release(session, one, Withdrawal.CANCELLED, by=by, now=now)
    row.state = CourseState.CANCELLED
    session.flush()
    course = store.course_of(row)
    _record(session, course, "training.cancel", by=by, now=now)
    _tell_off(session, course, [PersonId(one.person_id) for one in going], now=now)
    return course


def sign_off(
    session: Session, course_id: CourseId, present: Mapping[PersonId, int], *, by: str, now: datetime
) -> Course:
    """Sign attendance off: `present` are those who came with their hours, everybody else called missed it. Once.

    Raises: NotFoundError; RuleError before the last day, or for somebody who was not called.
    """
    row = _locked(session, course_id)
    if row.state is CourseState.SIGNED:
        return store.course_of(row)
    _require_planned(row)
    if civil_date(now) < row.last_on:
        raise RuleError(f"这个班次到 {row.last_on} 才结束：最后一天起才能签到结业。", code="training.too_early")
    called = {k: v for k, v in store.participant_rows(session, course_id).items() if v.state is Attendance.CALLED}
    if not frozenset(present) <= frozenset(called):
        raise RuleError("签到的人里有没有调训、或已经退出的：请刷新名单后再签。", code="training.stranger")
    hours = rules.credited(store.course_of(row), present)
    for person, one in called.items():
        one.hours = hours.get(person, 0)
        one.state = Attendance.ATTENDED if person in hours else Attendance.MISSED
    row.state = CourseState.SIGNED
    session.flush()
    course = store.course_of(row)
    more: Details = {"present": len(hours), "missed": len(called) - len(hours)}
    _record(session, course, "training.sign", by=by, now=now, more=more)
    return course


def hours(session: Session, persons: Collection[PersonId], year: int, asked: int) -> tuple[Hours, ...]:
    """Return the hours of persons in a year and the five years up to it against `asked` hours a year."""
    found = store.credited(session, date(year - YEARS + 1, 1, 1), date(year, 12, 31), None)
    return rules.hours_of(persons, found, year, asked)


def remind_short(session: Session, asked: int, *, now: datetime) -> int:
    """Tell every serving cadre who lacks hours this year, once a year; return how many lack some."""
    today = civil_date(now)
    cards = {card.id: card for card in people.cadres(session) if card.serves}
    short = [one for one in hours(session, cards, today.year, asked) if one.lacking]
    intents = [rules.hours_short(one, cards[one.person].name, on=today, now=now) for one in short]
    notify.enqueue(session, intents, now=now)
    return len(short)


def course(session: Session, number: str) -> Course:
    """Return the course with a number.

    Raises: NotFoundError.
    """
    found = store.by_number(session, number)
    if found is None:
        raise NotFoundError(f"没有编号为 {number[:20]} 的班次：请核对编号。", code="training.unknown")
    return found


def courses(session: Session, since: date, *, host: UnitId | None = None, limit: int = 200) -> tuple[Course, ...]:
    """Return courses that end on or after a day, of one host when given, the latest first."""
    return store.courses(session, host, since, limit=limit)


def participants(session: Session, course_id: CourseId) -> tuple[Participant, ...]:
    """Return everybody who was called to a course."""
    return store.participants(session, course_id)


def unsigned(session: Session, on: date) -> tuple[Course, ...]:
    """Return courses that are over on a day and not signed off."""
    return store.unsigned(session, on)


def _release(session: Session, row: ParticipantRow, reason: Withdrawal, *, by: str, now: datetime) -> None:
    if row.absence_id is not None:
        people.cancel_absence(session, AbsenceId(row.absence_id), by=by, now=now)
    row.state, row.withdrawn, row.hours = Attendance.WITHDRAWN, reason, 0
    session.flush()


def _tell_off(session: Session, course: Course, persons: Collection[PersonId], *, now: datetime) -> None:
    cards = people.people_by_ids(session, persons)
    reached = [cards[one] for one in persons if one in cards and not cards[one].has_gone]
    notify.enqueue(session, [rules.called_off(course, one.id, one.name, now=now) for one in reached], now=now)


def _locked(session: Session, course_id: CourseId) -> CourseRow:
    audit.hold(session)
    row = store.row_of(session, course_id)
    if row is None:
        raise NotFoundError("没有这个班次：请核对编号。", code="training.unknown")
    return row


def _open(session: Session, course_id: CourseId) -> CourseRow:
    row = _locked(session, course_id)
    _require_planned(row)
    return row


def _require_planned(row: CourseRow) -> None:
    if row.state is not CourseState.PLANNED:
        raise RuleError(f"这个班次{COURSE_WORDS[row.state]}，不能再改。", code="training.state")


def _record(
    session: Session, course: Course, action: str, *, by: str, now: datetime, more: Details | None = None
) -> None:
    audit.record(session, course.subject, action, by=by, now=now, details={"number": course.number, **(more or {})})
