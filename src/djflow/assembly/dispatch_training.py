"""Courses as pages ask for them: list, one course with its people, calls by code or Excel, sign-off, hours."""

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Act
from djflow.assembly.dispatch_board import scope_of
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import PersonId, UnitId, new_id
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.training import excel, service
from djflow.dispatch.training.model import (
    ATTENDANCE_WORDS,
    COURSE_WORDS,
    YEARS,
    Attendance,
    Course,
    CourseState,
    Hours,
    NewCourse,
    Participant,
    Withdrawal,
)
from djflow.people import service as people
from djflow.people.excel.intake import Importer
from djflow.people.excel.outgo import write_table
from djflow.people.model import ImportReport, PersonCard, Unit

SHOWN_YEARS = 2
_SEPARATORS = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True, slots=True)
class Going:
    """Somebody called to a course, in words."""

    participant: Participant
    code: str
    name: str
    unit: str
    state: str


@dataclass(frozen=True, slots=True)
class CourseSheet:
    """A course with its people; `may_sign` is whether the account signs it off now."""

    course: Course
    state: str
    host: str
    people: tuple[Going, ...]
    may_sign: bool

    @property
    def called(self) -> tuple[Going, ...]:
        """Those who are to come."""
        return tuple(one for one in self.people if one.participant.state is Attendance.CALLED)


@dataclass(frozen=True, slots=True)
class HoursLine:
    """Somebody's hours on the table of hours."""

    code: str
    name: str
    unit: str
    hours: Hours


def courses(house: House, account: Account) -> tuple[tuple[Course, str], ...]:
    """Return the courses of the last two years with their state in words; a host sees its own."""
    since = date(house.today().year - SHOWN_YEARS + 1, 1, 1)
    with house.reading() as session:
        scope = scope_of(session, account)
        own = None if scope.whole else accounts.unit_of(session, account) or UnitId("")
        found = service.courses(session, since, host=own)
    return tuple((one, COURSE_WORDS[one.state]) for one in found)


def sheet(house: House, account: Account, number: str) -> CourseSheet:
    """Return one course with its people.

    Raises: NotFoundError also for a course of another host.
    """
    with house.reading() as session:
        found = _seen(session, account, number)
        every = service.participants(session, found.id)
        cards = people.people_by_ids(session, [one.person for one in every])
        units = {one.id: one for one in people.units(session)}
        signs = _signs(session, account, found)
    going = tuple(sorted((_going(one, cards[one.person]) for one in every), key=lambda one: one.code))
    over = house.today() >= found.new.span.last and found.state is CourseState.PLANNED
    host = units[found.new.host].name if found.new.host else "（由干部科签到）"
    return CourseSheet(found, COURSE_WORDS[found.state], host, going, signs and over)


def _going(one: Participant, card: PersonCard) -> Going:
    return Going(one, card.code, card.name, card.unit_name, ATTENDANCE_WORDS[one.state])


def _seen(session: Session, account: Account, number: str) -> Course:
    found = service.course(session, number)
    if not scope_of(session, account).whole and found.new.host != accounts.unit_of(session, account):
        raise NotFoundError("没有这个班次，或它不属于您的单位：请核对编号。", code="training.unknown")
    return found


def _signs(session: Session, account: Account, course: Course) -> bool:
    if scope_of(session, account, Act.TRAINING_WORK).whole:
        return True
    return course.new.host is not None and course.new.host == accounts.unit_of(session, account)


def hosts(house: House) -> tuple[Unit, ...]:
    """Return the units that can sign attendance off."""
    with house.reading() as session:
        return tuple(one for one in people.units(session) if one.entry.active)


def new_key(house: House) -> str:
    """Return a key for a form that plans a course."""
    return new_id(house.now())


def plan(house: House, new: NewCourse, *, by: str) -> Course:
    """Plan a course; raises what `training.service.plan` raises."""
    with house.transaction() as session:
        return service.plan(session, new, by=by, now=house.now())


def host_id(house: House, code: str) -> UnitId | None:
    """Return the unit with a code, None for an empty one; raises what `people.unit_by_code` raises."""
    if not code:
        return None
    with house.reading() as session:
        return people.unit_by_code(session, code).id


def call(house: House, number: str, codes: str, *, by: str) -> int:
    """Call the people whose codes stand in a text to a course, all or none.

    Raises: InputError naming every code that cannot be called and why.
    """
    wanted = [code for code in _SEPARATORS.split(codes) if code]
    if not wanted:
        raise InputError("请填要调训的工号，几个人用空格或逗号隔开。", code="training.codes")
    with house.transaction() as session:
        course = service.course(session, number)
        ids = people.person_ids(session, wanted)
        faults = [f"{code}：没有这个工号" for code in wanted if code not in ids]
        code_of = {person: code for code, person in ids.items()}
        barred = service.judge(session, course.id, list(ids.values()))
        faults += [f"{code_of[one.person]}：{one.sentence}" for one in barred]
        if faults:
            raise InputError(f"一个也没有登记。{'；'.join(faults)}。", code="training.barred")
        return service.call(session, course.id, list(ids.values()), by=by, now=house.now())


def import_list(house: House, number: str, content: bytes, *, by: str) -> ImportReport:
    """Call everybody an Excel list names, all or none; the report holds every bad row.

    Raises: InputError when the file cannot be read at all; what `training.excel.import_calls` raises.
    """
    with tempfile.TemporaryDirectory(prefix="djflow-") as folder:
        source = Path(folder) / "list.xlsx"
        source.write_bytes(content)
        with house.transaction() as session:
            course = service.course(session, number)
            return excel.import_calls(session, course.id, source, Importer(by, house.now()))


def template(house: House, number: str) -> bytes:
    """Return the list of a course to fill in, with those already called.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        course = service.course(session, number)
        called = [one for one in service.participants(session, course.id) if one.state is Attendance.CALLED]
        cards = people.people_by_ids(session, [one.person for one in called])
    lines = sorted((excel.CallLine(card.code, card.name) for card in cards.values()), key=lambda one: one.person_code)
    with tempfile.TemporaryDirectory(prefix="djflow-") as folder:
        target = Path(folder) / "list.xlsx"
        write_table(target, excel.call_form(), lines, f"{course.new.title}调训名单（{number}）")
        return target.read_bytes()


def withdraw(house: House, number: str, code: str, reason: Withdrawal, *, by: str) -> Participant:
    """Let somebody not go after all; raises what `training.service.withdraw` raises."""
    with house.transaction() as session:
        course = service.course(session, number)
        person = people.person_by_code(session, code).id
        return service.withdraw(session, course.id, person, reason, by=by, now=house.now())


def cancel(house: House, number: str, *, by: str) -> Course:
    """Cancel a course; raises what `training.service.cancel` raises."""
    with house.transaction() as session:
        return service.cancel(session, service.course(session, number).id, by=by, now=house.now())


def sign_off(house: House, account: Account, number: str, present: Mapping[str, str]) -> Course:
    """Sign attendance off: hours by code of those who came.

    Raises: NotFoundError for a course of another host; InputError for hours that are no number; what
    `training.service.sign_off` raises.
    """
    hours = {code: _hours(code, text) for code, text in present.items()}
    with house.transaction() as session:
        course = _seen(session, account, number)
        if not _signs(session, account, course):
            raise NotFoundError("这个班次不由您的单位签到：请核对编号。", code="training.unknown")
        ids = people.person_ids(session, hours)
        credited: dict[PersonId, int] = {ids[code]: value for code, value in hours.items() if code in ids}
        return service.sign_off(session, course.id, credited, by=account.actor, now=house.now())


def _hours(code: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise InputError(f"{code[:20]} 的学时要填整数。", code="training.hours")
    return int(text)


def hours_table(house: House, year: int, *, short_only: bool = False) -> tuple[int, tuple[HoursLine, ...]]:
    """Return the hours asked a year and everybody's hours, the fewest first; only who lacks some when asked."""
    asked = asked_hours(house)
    with house.reading() as session:
        cards = {one.id: one for one in people.cadres(session) if one.serves}
        found = service.hours(session, cards, year, asked)
    lines = [
        HoursLine(cards[one.person].code, cards[one.person].name, cards[one.person].unit_name, one)
        for one in found
        if one.lacking or not short_only
    ]
    return asked, _fewest_first(lines)


def _fewest_first(lines: Iterable[HoursLine]) -> tuple[HoursLine, ...]:
    return tuple(sorted(lines, key=lambda one: (one.hours.of_year, one.hours.of_years, one.code)))


def asked_hours(house: House) -> int:
    """Return how many hours a year the office asks for, 0 for none."""
    policy = dispatch_terms(house).valid(BatchKind.TRAINING, house.today())
    return policy.hours if policy else 0


def five_years(asked: int) -> int:
    """Return how many hours five years ask for."""
    return YEARS * asked


def remind_short(house: House) -> int:
    """Tell whoever lacks hours from November on, once a year; return how many lack some."""
    asked = asked_hours(house)
    if not asked or house.today().month < 11:
        return 0
    with house.transaction() as session:
        return service.remind_short(session, asked, now=house.now())


def unsigned(house: House) -> tuple[Mapping[str, str | int], ...]:
    """Return the courses that are over and not signed off, by number."""
    with house.reading() as session:
        found = service.unsigned(session, house.today())
    return tuple({"班次": one.number, "承办": one.new.school, "结束": one.new.span.last.isoformat()} for one in found)
