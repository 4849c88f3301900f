"""Courses on both kinds of database: planned, called to, withdrawn from, signed off, hours counted, lists imported."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.spans import DateSpan
from djflow.dispatch.training import excel, service
from djflow.dispatch.training.model import (
    Attendance,
    Course,
    CourseId,
    CourseState,
    Credit,
    NewCourse,
    Withdrawal,
)
from djflow.dispatch.training.rules import hours_of
from djflow.notify import service as notify
from djflow.people import service as people
from djflow.people.excel.intake import Importer
from djflow.people.excel.outgo import write_table
from djflow.people.model import AbsenceEntry, AbsenceKind
from tests.dispatch.posted import ACT, District, at, settle

SPAN = DateSpan(date(2026, 12, 7), date(2026, 12, 11))
LATER = at("2026-12-11T17:00")


@pytest.fixture
def district(session: Session, now: datetime) -> District:
    """A small district."""
    return settle(session, now)


def planned(session: Session, now: datetime, key: str = "k1", span: DateSpan = SPAN, hours: int = 40) -> Course:
    """Return a course at the Party school."""
    new = NewCourse(key, "乡村振兴专题班", "区委党校", span, hours)
    return service.plan(session, new, by=ACT, now=now)


def test_a_course_is_planned_once(session: Session, district: District, now: datetime) -> None:
    """The same form makes one course with a number of its year; another course under its key is refused."""
    first = planned(session, now)
    assert (first.number, first.state) == ("PX2026-001", CourseState.PLANNED)
    assert planned(session, now) == first
    with pytest.raises(ConflictError):
        planned(session, now, hours=8)
    assert planned(session, now, "k2").number == "PX2026-002"
    assert [one.number for one in service.courses(session, SPAN.first)] == ["PX2026-002", "PX2026-001"]
    assert service.courses(session, SPAN.first, host=district.units["T1"]) == ()


@pytest.mark.parametrize(
    "changes", [{"title": " "}, {"school": ""}, {"hours": 0}, {"span": DateSpan(SPAN.first, date(2028, 1, 1))}]
)
def test_what_is_no_course_is_refused(changes: dict[str, object]) -> None:
    """A course has a title, a school, hours and an end within a year."""
    course = NewCourse("k", "班", "校", SPAN, 8)
    with pytest.raises(InputError):
        replace(course, **changes)  # type: ignore[arg-type] # a test's changes


def test_who_is_called_is_away_and_told(session: Session, district: District, now: datetime) -> None:
    """Calling writes absences of training and one call each; again changes nothing."""
    course = planned(session, now)
    who = [district.people["G1"], district.people["G2"]]
    assert service.call(session, course.id, who, by=ACT, now=now) == 2
    assert service.call(session, course.id, who, by=ACT, now=now) == 0
    away = people.absences(session, SPAN)
    assert {one.entry.person_id for one in away} == set(who)
    assert {(one.entry.kind, one.entry.origin) for one in away} == {(AbsenceKind.TRAINING, course.subject)}
    assert [one["kind"] for one in notify.listing(session)] == ["course_call"] * 2


def test_a_course_beside_work_writes_no_absence(session: Session, district: District, now: datetime) -> None:
    """Evening classes keep nobody from duty."""
    new = NewCourse("net", "网络学习", "干部网络学院", SPAN, 10, away=False)
    course = service.plan(session, new, by=ACT, now=now)
    service.call(session, course.id, [district.people["G1"]], by=ACT, now=now)
    assert people.absences(session, SPAN) == ()


def test_who_is_away_already_cannot_be_called(session: Session, district: District, now: datetime) -> None:
    """One absent person and nobody is called; the sentence names the days and no reason."""
    course = planned(session, now)
    away = AbsenceEntry(
        district.people["G2"], DateSpan(date(2026, 12, 1), SPAN.first), AbsenceKind.SICK, course.subject
    )
    people.record_absence(session, away, by=ACT, now=now)
    who = [district.people["G1"], district.people["G2"]]
    (refused,) = service.judge(session, course.id, who)
    assert (refused.person, refused.sentence) == (who[1], "2026-12-01至2026-12-07已登记不在岗")
    with pytest.raises(ConflictError):
        service.call(session, course.id, who, by=ACT, now=now)
    assert service.participants(session, course.id) == ()


def test_who_withdraws_is_back_on_the_roster(session: Session, district: District, now: datetime) -> None:
    """The absence is taken back in the same act, once; the person may be called again."""
    course, who = planned(session, now), district.people["G1"]
    service.call(session, course.id, [who], by=ACT, now=now)
    for _ in range(2):
        gone = service.withdraw(session, course.id, who, Withdrawal.WORK, by=ACT, now=now)
        assert (gone.state, gone.withdrawn) == (Attendance.WITHDRAWN, Withdrawal.WORK)
    assert people.absences(session, SPAN) == ()
    acts = [entry.action for entry in audit.history(session, course.subject)]
    assert acts == ["training.plan", "training.call", "training.withdraw"]
    assert service.call(session, course.id, [who], by=ACT, now=now) == 1
    assert len(people.absences(session, SPAN)) == 1
    with pytest.raises(NotFoundError):
        service.withdraw(session, course.id, district.people["G3"], Withdrawal.WORK, by=ACT, now=now)


def test_a_cancelled_course_frees_everybody(session: Session, district: District, now: datetime) -> None:
    """All absences are taken back, everybody is told, nothing more can be done."""
    course, who = planned(session, now), [district.people["G1"], district.people["G2"]]
    service.call(session, course.id, who, by=ACT, now=now)
    for _ in range(2):
        assert service.cancel(session, course.id, by=ACT, now=now).state is CourseState.CANCELLED
    assert people.absences(session, SPAN) == ()
    assert sorted(str(one["kind"]) for one in notify.listing(session)) == ["course_call"] * 2 + ["course_off"] * 2
    with pytest.raises(RuleError):
        service.call(session, course.id, who, by=ACT, now=now)


def test_the_host_signs_attendance_off_once(session: Session, district: District, now: datetime) -> None:
    """Who came gets the hours, at most the course's; who did not come gets none; not before the last day."""
    course = planned(session, now)
    came, missed = district.people["G1"], district.people["G2"]
    service.call(session, course.id, [came, missed], by=ACT, now=now)
    with pytest.raises(RuleError):
        service.sign_off(session, course.id, {came: 40}, by=ACT, now=now)
    with pytest.raises(RuleError):
        service.sign_off(session, course.id, {district.people["G3"]: 40}, by=ACT, now=LATER)
    assert service.unsigned(session, date(2026, 12, 12))[0].id == course.id
    service.sign_off(session, course.id, {came: 99}, by=ACT, now=LATER)
    service.sign_off(session, course.id, {missed: 40}, by=ACT, now=LATER)
    found = {one.person: (one.state, one.hours) for one in service.participants(session, course.id)}
    assert found == {came: (Attendance.ATTENDED, 40), missed: (Attendance.MISSED, 0)}
    assert service.unsigned(session, date(2026, 12, 12)) == ()
    (mine,) = service.hours(session, [came], 2026, 110)
    assert (mine.of_year, mine.of_years, mine.lacking, mine.lacking_of_years) == (40, 40, 70, 510)


def test_hours_are_counted_by_year_and_over_five_years(district: District) -> None:
    """The year and the four before it count together; what is six years back does not."""
    who = district.people["G1"]
    given = [Credit(who, date(year, 6, 1), 100) for year in (2020, 2022, 2025)] + [Credit(who, date(2026, 1, 1), 120)]
    (mine,) = hours_of([who], given, 2026, 110)
    assert (mine.of_year, mine.of_years, mine.lacking, mine.lacking_of_years) == (120, 320, 0, 230)


def test_who_lacks_hours_is_told_once_a_year(session: Session, district: District, now: datetime) -> None:
    """Everybody serving without enough hours gets one message a year."""
    everybody = len(district.people)
    for later in (now, now + timedelta(days=3)):
        assert service.remind_short(session, 110, now=later) == everybody
    assert [one["kind"] for one in notify.listing(session)] == ["hours_short"] * 6


def test_a_list_is_taken_whole_or_not_at_all(
    session: Session, district: District, now: datetime, tmp_path: Path
) -> None:
    """Every bad row is named: unknown code, wrong name, twice, away; the good file calls all, again changes nothing."""
    course = planned(session, now)
    away = AbsenceEntry(district.people["G4"], SPAN, AbsenceKind.LEAVE, course.subject)
    people.record_absence(session, away, by=ACT, now=now)
    bad, good = tmp_path / "bad.xlsx", tmp_path / "good.xlsx"
    lines = [("G1", ""), ("G1", ""), ("ZZ", ""), ("G2", "不是他"), ("G4", "赵五")]
    write_table(bad, excel.call_form(), [excel.CallLine(*one) for one in lines], "调训名单")
    report = excel.import_calls(session, course.id, bad, Importer(ACT, now))
    assert [(one.row, one.column) for one in report.rejected] == [
        (5, "工号"), (6, "工号"), (7, "姓名"), (8, "工号"),
    ]  # fmt: skip
    assert service.participants(session, course.id) == ()
    write_table(good, excel.call_form(), [excel.CallLine("G1", "张小明"), excel.CallLine("G2")], "调训名单")
    assert load_workbook(good)["调训名单"].max_row == 5
    assert excel.import_calls(session, course.id, good, Importer(ACT, now, dry_run=True)).created == 2
    assert service.participants(session, course.id) == ()
    assert excel.import_calls(session, course.id, good, Importer(ACT, now)).created == 2
    assert excel.import_calls(session, course.id, good, Importer(ACT, now)).unchanged == 2
    assert len(service.participants(session, course.id)) == 2


def test_an_unknown_course_is_refused(session: Session, district: District, now: datetime) -> None:
    """Nothing is found under a number or an id that was never given."""
    with pytest.raises(NotFoundError):
        service.course(session, "PX2020-001")
    with pytest.raises(NotFoundError):
        service.call(session, CourseId("x"), [district.people["G1"]], by=ACT, now=now)
