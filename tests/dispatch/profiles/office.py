"""A small office: a bureau with three people, a township with its leaders and a village below it."""

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import Month
from djflow.dispatch.eligibility.model import Bar, Care
from djflow.dispatch.policy.model import Terms
from djflow.dispatch.policy.words import Borrowing, Education, Grade, Profession
from djflow.dispatch.profiles.model import Health, Party, Profile
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, RankLevel, UnitEntry, UnitKind
from tests.dispatch.eligibility.known import POLICIES, RETIREMENT

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
TERMS = Terms(tuple(POLICIES.values()), WorkCalendar({}), RETIREMENT)
ON = date(2027, 3, 1)

UNITS = (
    UnitEntry("U1", "区农业农村局", UnitKind.DISTRICT_UNIT, 10, "区农业局"),
    UnitEntry("T1", "青石镇", UnitKind.TOWNSHIP, 510),
    UnitEntry("T2", "白云街道", UnitKind.SUBDISTRICT, 520),
    UnitEntry("V1", "青石镇石桥村", UnitKind.VILLAGE, 900, parent_code="T1"),
    UnitEntry("Q1", "白云街道河西社区", UnitKind.COMMUNITY, 910, parent_code="T2"),
)


def person(code: str, unit: str, **changes: object) -> PersonEntry:
    """Return somebody of a unit."""
    entry = PersonEntry(code, f"某{code}", Gender.MALE, unit, birth=Month(1990, 6), party_member_since=date(2015, 7, 1))
    return replace(entry, **changes)  # type: ignore[arg-type] # a test's changes


PEOPLE = (
    person("C1", "U1", native_place="某省某区青石镇"),
    person("C2", "U1"),
    person("C3", "U1", rank=RankLevel.SECTION, is_leader=True),
    person("L1", "T1", rank=RankLevel.SECTION, is_leader=True),
    person("L2", "T1"),
    person("V1", "V1", is_leader=True),
)

WHOLE = Profile(
    person_code="C1",
    education=Education.BACHELOR,
    party=Party.FULL,
    in_service_since=Month(2014, 8),
    recruited=Month(2014, 8),
    classes=frozenset({Borrowing.SELECTED_GRADUATE}),
    probation=Bar(stands=False),
    profession=Profession.OFFICE,
    section="办公室",
    duties=frozenset({"会计"}),
    reviews=((2025, Grade.EXCELLENT), (2024, Grade.COMPETENT)),
    unfinished_task=Bar(stands=True, until=date(2026, 12, 31)),
    native_town="T2",
    native_known=True,
    kin_checked=True,
    history_checked=True,
    discipline=Bar(stands=True, until=date(2027, 6, 30)),
    health=Health(fit=True, examined_on=date(2026, 5, 12)),
    care=Care(Bar(stands=True), proven=True),
)


def found(session: Session) -> dict[str, PersonId]:
    """Register units and people and return the people's ids by code."""
    people.put_units(session, UNITS, by="test", now=NOW)
    people.put_people(session, PEOPLE, by="test", now=NOW)
    return dict(people.person_ids(session, [one.code for one in PEOPLE]))


def unit(session: Session, code: str) -> UnitId:
    """Return the id of a unit."""
    return people.unit_by_code(session, code).id
