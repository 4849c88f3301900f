"""Hours against what is asked, who cannot be called, which notices go out. Pure. Source: domain handbook, 2.1."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.dispatch.training.model import YEARS, Barred, Course, Credit, Hours
from djflow.notify.model import Intent, NoticeKind
from djflow.people.model import AbsenceEntry

_LIVES = timedelta(days=3)


def hours_of(persons: Collection[PersonId], given: Iterable[Credit], year: int, asked: int) -> tuple[Hours, ...]:
    """Return everybody's hours of a year and of the five years up to it, against `asked` hours a year."""
    by_year: dict[PersonId, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for one in given:
        by_year[one.person][one.on.year] += one.hours
    found = []
    for person in sorted(persons):
        mine = by_year[person]
        total = sum(mine[number] for number in range(year - YEARS + 1, year + 1))
        found.append(Hours(person, year, mine[year], total, max(0, asked - mine[year]), max(0, YEARS * asked - total)))
    return tuple(found)


def barred(
    persons: Collection[PersonId], gone: Collection[PersonId], span: DateSpan, absences: Iterable[AbsenceEntry]
) -> tuple[Barred, ...]:
    """Return who cannot be called: no longer in service, or away on a day of the course, with the days."""
    away: dict[PersonId, AbsenceEntry] = {}
    for entry in absences:
        if entry.span.overlaps(span):
            away.setdefault(entry.person_id, entry)
    found = []
    for person in sorted(persons):
        if person in gone:
            found.append(Barred(person, "已退休或调离"))
        elif person in away:
            days = away[person].span
            found.append(Barred(person, f"{days.first}至{days.last}已登记不在岗"))
    return tuple(found)


def credited(course: Course, present: Mapping[PersonId, int]) -> Mapping[PersonId, int]:
    """Return the hours each present person is credited, never more than the course has nor below none."""
    return {person: min(max(0, hours), course.new.hours) for person, hours in present.items()}


def call(course: Course, person: PersonId, name: str, *, now: datetime) -> Intent:
    """Return the call to a course."""
    return _told(NoticeKind.COURSE_CALL, course, person, "sms/course_call", _course_values(course, name), now)


def called_off(course: Course, person: PersonId, name: str, *, now: datetime) -> Intent:
    """Return the word that somebody need not come."""
    return _told(NoticeKind.COURSE_OFF, course, person, "sms/course_off", _course_values(course, name), now)


def hours_short(hours: Hours, name: str, *, on: date, now: datetime) -> Intent:
    """Return the word that somebody lacks hours this year; once a year."""
    subject = Subject("people.person", hours.person)
    values = {"name": name, "year": str(hours.year), "lacking": str(hours.lacking)}
    until = now + timedelta(days=max(1, min(14, (date(on.year, 12, 31) - on).days)))
    kind, text = NoticeKind.HOURS_SHORT, "sms/hours_short"
    return Intent(kind, subject, hours.year, hours.person, "hours", text, now, until, values)


def _course_values(course: Course, name: str) -> dict[str, str]:
    first, last = course.new.span.first, course.new.span.last
    return {
        "name": name,
        "course": course.new.title,
        "first": f"{first.month}月{first.day}日",
        "last": f"{last.month}月{last.day}日",
        "school": course.new.school,
    }


def _told(
    kind: NoticeKind, course: Course, person: PersonId, text: str, values: dict[str, str], now: datetime
) -> Intent:
    return Intent(kind, course.subject, 0, person, kind.value, text, now, now + _LIVES, values)
