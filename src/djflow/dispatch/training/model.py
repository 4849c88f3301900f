"""Values of courses. Words are stored and never renamed. Source: domain handbook, section 2.1 (110 hours a year)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.errors import InputError
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject

CourseId = NewType("CourseId", str)

KIND = "dispatch.training"
"""What records, notices and absences call a course."""
MAX_TITLE, MAX_SCHOOL, MAX_HOURS, MOST_DAYS = 60, 60, 1000, 366
YEARS = 5
"""The hours of so many years are counted together."""


class CourseState(StrEnum):
    """Where a course is."""

    PLANNED = "planned"
    SIGNED = "signed"
    CANCELLED = "cancelled"


COURSE_WORDS: Mapping[CourseState, str] = MappingProxyType(
    {CourseState.PLANNED: "待签到", CourseState.SIGNED: "已签到结业", CourseState.CANCELLED: "已取消"}
)


class Attendance(StrEnum):
    """Where a participant is."""

    CALLED = "called"
    WITHDRAWN = "withdrawn"
    ATTENDED = "attended"
    MISSED = "missed"


ATTENDANCE_WORDS: Mapping[Attendance, str] = MappingProxyType(
    {
        Attendance.CALLED: "已调训",
        Attendance.WITHDRAWN: "已退出",
        Attendance.ATTENDED: "已参训",
        Attendance.MISSED: "未参训",
    }
)


class Withdrawal(StrEnum):
    """Why somebody does not go after all."""

    WORK = "work"
    HEALTH = "health"
    FAMILY = "family"
    MOVED = "moved"
    CANCELLED = "cancelled"


WITHDRAWAL_WORDS: Mapping[Withdrawal, str] = MappingProxyType(
    {
        Withdrawal.WORK: "工作原因",
        Withdrawal.HEALTH: "身体原因",
        Withdrawal.FAMILY: "家庭原因",
        Withdrawal.MOVED: "调离、退休",
        Withdrawal.CANCELLED: "培训取消",
    }
)


@dataclass(frozen=True, slots=True)
class NewCourse:
    """A course of `hours` hours at a school; `host` is the unit whose account signs attendance off, if it has one.

    `key` says what it came from, so that the same form makes one course. `away`: participants are not at work.
    """

    key: str
    title: str
    school: str
    span: DateSpan
    hours: int
    host: UnitId | None = None
    away: bool = True

    def __post_init__(self) -> None:
        """Refuse a course that cannot be.

        Raises: InputError.
        """
        refusals = (
            (not 0 < len(self.title.strip()) <= MAX_TITLE, f"请写班次名称，不超过{MAX_TITLE}字。"),
            (not 0 < len(self.school.strip()) <= MAX_SCHOOL, f"请写承办学校，不超过{MAX_SCHOOL}字。"),
            (not 0 < self.hours <= MAX_HOURS, f"学时应为1—{MAX_HOURS}的整数。"),
            ((self.span.last - self.span.first).days >= MOST_DAYS, "一个班次最长一年：请核对起止日期。"),
        )
        for refused, sentence in refusals:
            if refused:
                raise InputError(sentence, code="training.course")


@dataclass(frozen=True, slots=True)
class Course:
    """A course of the house; `number` is what people call it."""

    id: CourseId
    number: str
    new: NewCourse
    state: CourseState

    @property
    def subject(self) -> Subject:
        """What records, absences and notices call it."""
        return Subject(KIND, self.id)


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody called to a course, with the hours credited once the host has signed."""

    course: CourseId
    person: PersonId
    state: Attendance
    hours: int = 0
    withdrawn: Withdrawal | None = None


@dataclass(frozen=True, slots=True)
class Barred:
    """Why somebody cannot be called to a course."""

    person: PersonId
    sentence: str


@dataclass(frozen=True, slots=True)
class Hours:
    """What somebody has in a year and in the years up to it, and what each lacks."""

    person: PersonId
    year: int
    of_year: int
    of_years: int
    lacking: int
    lacking_of_years: int


@dataclass(frozen=True, slots=True)
class Credit:
    """Hours credited to somebody by a course that ended on a day."""

    person: PersonId
    on: date
    hours: int
