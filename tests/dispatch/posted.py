"""A small district whose people are sent out, and the rules they are sent by, for tests."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.calendar.holidays import HolidayYear, holiday_year
from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import instant_of
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import Attendance, BatchKind, KindPolicy, Paper, Terms
from djflow.dispatch.postings import service
from djflow.dispatch.postings.model import NewPosting, Posting, Who
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, UnitEntry, UnitKind
from djflow.settings.reading import read_text

ROOT = Path(__file__).parents[2]
ACT = "tester"
FIRST, LAST = date(2026, 12, 1), date(2028, 11, 30)


def _year(year: int) -> HolidayYear:
    file, _ = read_text(ROOT / "config", f"holidays/{year}.toml")
    assert file is not None
    return holiday_year(file.content)


CALENDAR = WorkCalendar({2026: _year(2026)})
RURAL = KindPolicy(
    kind=BatchKind.RURAL,
    version=1,
    valid_from=date(2026, 1, 1),
    basis="本区办法",
    term_months=24,
    most_months=36,
    free_months=24,
    rules=(),
    papers=tuple(Paper),
    attendance=Attendance(days_per_month=20),
)
TASKFORCE = replace(
    RURAL,
    kind=BatchKind.TASKFORCE,
    term_months=3,
    free_months=3,
    most_months=6,
    papers=(Paper.DISPATCH_LETTER, Paper.RETURN_NOTICE, Paper.ARCHIVE_LIST),
    attendance=Attendance(),
)
TRAINING = replace(TASKFORCE, kind=BatchKind.TRAINING, most_months=3)
RESERVE = replace(RURAL, kind=BatchKind.RESERVE, moves=False, papers=())
TERMS = Terms((RURAL, TASKFORCE, TRAINING, RESERVE), CALENDAR)


@dataclass(frozen=True, slots=True)
class District:
    """The people and units of a small district by code."""

    people: Mapping[str, PersonId]
    units: Mapping[str, UnitId]

    def new(self, person: str = "G1", **changes: object) -> NewPosting:
        """Return the posting of somebody of the agriculture bureau to a village of Dacang unless changed."""
        values: dict[str, object] = {
            "key": f"candidate-{person}", "batch": "b1", "kind": BatchKind.RURAL, "version": 1,
            "person": self.people[person], "home": self.units["D1"], "host": self.units["T1"], "title": "驻村工作队员",
            "span": DateSpan(FIRST, LAST), "village": "V1",
        }  # fmt: skip
        return NewPosting(**(values | changes))  # type: ignore[arg-type] # a test's changes


def at(text: str) -> datetime:
    """Return the instant of `2026-11-18T09:00` Beijing time."""
    day, _, clock = text.partition("T")
    return instant_of(date.fromisoformat(day), time.fromisoformat(clock or "09:00"))


def settle(session: Session, now: datetime) -> District:
    """Put two bureaus, two townships, a closed one and six cadres into the house."""
    entries = [
        UnitEntry("D1", "农业农村局", UnitKind.DISTRICT_UNIT, 1),
        UnitEntry("D2", "司法局", UnitKind.DISTRICT_UNIT, 2),
        UnitEntry("T1", "大仓镇", UnitKind.TOWNSHIP, 3),
        UnitEntry("T2", "小河乡", UnitKind.TOWNSHIP, 4),
        UnitEntry("T9", "旧街乡", UnitKind.TOWNSHIP, 5, active=False),
    ]
    people.put_units(session, entries, by=ACT, now=now)
    persons = [
        PersonEntry(
            code=code,
            name=name,
            gender=Gender.FEMALE,
            unit_code="D1" if number < 4 else "D2",
            mobile=f"1390000000{number}",
        )
        for number, (code, name) in enumerate(zip(CODES, NAMES, strict=True), start=1)
    ]
    people.put_people(session, persons, by=ACT, now=now)
    units = {unit.code: unit.id for unit in people.units(session)}
    return District(people.person_ids(session, CODES), units)


CODES = ("G1", "G2", "G3", "G4", "G5", "G6")
NAMES = ("张小明", "李三", "王四", "赵五", "钱六", "孙七")


def on_duty(session: Session, new: NewPosting, terms: Terms = TERMS) -> Posting:
    """Send somebody out and let them begin on the first day."""
    posting = service.appoint(session, new, terms=terms, by=ACT, now=at("2026-11-20"))
    begin = instant_of(new.span.first, time(9))
    service.talk(session, posting.id, by=ACT, now=at("2026-11-23"))
    service.report(session, posting.id, Who.CADRE, terms=terms, by=ACT, now=begin)
    return service.confirm(session, posting.id, Who.HOST, by=ACT, now=begin)
