"""Invented profiles of the demonstration district's cadres, with gaps on purpose: some things are never known.

The same people and month give the same profiles on every machine.
"""

import random
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from djflow.core.spans import DateSpan, Month
from djflow.demo.people import DemoDistrict
from djflow.dispatch.eligibility.model import Bar, Care, PastTerm
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.policy.words import Borrowing, Education, Grade, KeyRole, Profession
from djflow.dispatch.profiles import service
from djflow.dispatch.profiles.model import Health, KeyPostLine, Party, Profile, TermLine
from djflow.people.model import PersonEntry

T = TypeVar("T")

SEED = 20261202
_SECTIONS = ("办公室", "业务一科", "业务二科", "综合科", "财务科")
_DUTIES = ("会计", "出纳", "行政执法证")
_SCHOOLS, _SCHOOL_WEIGHTS = (Education.COLLEGE, Education.BACHELOR, Education.MASTER), (10, 78, 12)
_GRADES, _GRADE_WEIGHTS = (Grade.EXCELLENT, Grade.COMPETENT, Grade.BASIC), (18, 80, 2)
_GAP = 0.012
_NO_PROFILE = 0.03
_PAST = (BatchKind.RURAL, BatchKind.COMMUNITY, BatchKind.UPWARD, BatchKind.TASKFORCE)
_PAST_MONTHS = {BatchKind.RURAL: 24, BatchKind.COMMUNITY: 12, BatchKind.UPWARD: 12, BatchKind.TASKFORCE: 3}
_YOUNG = 30
_SETTLED = Bar(stands=False)


def demo_profiles(demo: DemoDistrict, month: Month, *, seed: int = SEED) -> tuple[Profile, ...]:
    """Return the profiles of the invented people, most of them complete, as known in `month`."""
    chance = random.Random(seed)  # noqa: S311 - invented people need repetition, not secrecy
    towns = tuple(unit.code for unit in demo.units if unit.kind.is_town)
    units = {unit.code: unit.name for unit in demo.units}
    made = [_profile(person, units[person.unit_code], towns, month, chance) for person in demo.people]
    return tuple(one for one in made if chance.random() >= _NO_PROFILE)


def demo_terms(demo: DemoDistrict, month: Month, *, seed: int = SEED) -> tuple[TermLine, ...]:
    """Return earlier postings of about every eighth person, all of them over."""
    chance = random.Random(seed + 1)  # noqa: S311 - as above
    lines = list[TermLine]()
    for person in demo.people:
        if chance.random() < 0.12:
            kind = chance.choice(_PAST)
            last = month.first - timedelta(days=chance.randint(40, 1800))
            first = last - timedelta(days=30 * _PAST_MONTHS[kind] + 5)
            lines.append(TermLine(person.code, PastTerm(kind, DateSpan(first, last), kind is BatchKind.RURAL)))
    return tuple(lines)


def demo_key_posts(demo: DemoDistrict) -> tuple[KeyPostLine, ...]:
    """Return who holds the key posts: one person of the unit each; the last unit lacks its audit."""
    lines = list[KeyPostLine]()
    for unit in demo.units:
        staff = [person.code for person in demo.people if person.unit_code == unit.code and not person.is_leader]
        roles = list(KeyRole)[: -1 if unit is demo.units[-1] else None]
        lines += [KeyPostLine(unit.code, role, code) for role, code in zip(roles, staff, strict=False)]
    return tuple(lines)


def load_profiles(session: Session, demo: DemoDistrict, month: Month, *, by: str, now: datetime) -> bool:
    """Store the invented profiles; False when there were any already and nothing was done."""
    if service.profiles(session):
        return False
    service.put_profiles(session, demo_profiles(demo, month), by=by, now=now)
    service.add_terms(session, demo_terms(demo, month), by=by, now=now)
    service.put_key_posts(session, demo_key_posts(demo), by=by, now=now)
    return True


def _profile(person: PersonEntry, unit: str, towns: tuple[str, ...], month: Month, chance: random.Random) -> Profile:
    birth = person.birth or Month(month.year - _YOUNG, 1)
    young = month.year - birth.year < _YOUNG
    since = Month(min(birth.year + chance.randint(22, 25), month.year - 1), chance.randint(1, 12))
    recruited = Month(min(since.year + chance.randint(0, 3), month.year - 1), since.month) if young else since
    known = chance.random() >= _GAP
    native = chance.choice(towns) if person.native_place == "本区" and known else ""
    return Profile(
        person_code=person.code,
        education=_gap(chance, chance.choices(_SCHOOLS, _SCHOOL_WEIGHTS)[0]),
        party=Party.FULL if person.party_member_since else _gap(chance, Party.NONE),
        in_service_since=_gap(chance, since),
        recruited=_gap(chance, recruited),
        classes=_gap(chance, _classes(person, chance, young=young)),
        probation=Bar(stands=True, until=month.first + timedelta(days=150)) if chance.random() < 0.02 else _SETTLED,
        profession=_gap(chance, _profession(unit, chance)),
        section=chance.choice(_SECTIONS),
        duties=_gap(chance, frozenset({chance.choice(_DUTIES)}) if chance.random() < 0.1 else frozenset[str]()),
        reviews=_reviews(month, chance),
        unfinished_task=Bar(stands=True, until=month.first + timedelta(days=60))
        if chance.random() < 0.03
        else _SETTLED,
        native_town=native,
        native_known=known,
        kin_checked=chance.random() >= _GAP,
        history_checked=chance.random() >= _GAP,
        discipline=Bar(stands=True, until=month.first + timedelta(days=200)) if chance.random() < 0.01 else _SETTLED,
        health=_gap(chance, Health(chance.random() >= 0.03, _examined(month, chance))),
        care=_gap(chance, _care(chance)),
    )


def _gap(chance: random.Random, value: T) -> T | None:
    return None if chance.random() < _GAP else value


def _classes(person: PersonEntry, chance: random.Random, *, young: bool) -> frozenset[Borrowing]:
    if person.is_leader:
        return frozenset({Borrowing.LEADING_GROUP})
    if young and chance.random() < 0.35:
        return frozenset({chance.choice((Borrowing.SELECTED_GRADUATE, Borrowing.NEW_SERVANT))})
    return frozenset()


def _profession(unit: str, chance: random.Random) -> Profession:
    if unit.endswith("医院"):
        return Profession.COUNTY_MEDIC
    if "教育" in unit and chance.random() < 0.3:
        return Profession.SCHOOL_TEACHER
    return Profession.TECHNICAL if chance.random() < 0.15 else Profession.OFFICE


def _reviews(month: Month, chance: random.Random) -> tuple[tuple[int, Grade], ...]:
    years = [year for year in range(month.year - 1, month.year - 4, -1) if chance.random() >= _GAP]
    return tuple((year, chance.choices(_GRADES, _GRADE_WEIGHTS)[0]) for year in years)


def _examined(month: Month, chance: random.Random) -> date:
    return month.first - timedelta(days=chance.randint(20, 420))


def _care(chance: random.Random) -> Care:
    if chance.random() < 0.05:
        return Care(Bar(stands=True), proven=chance.random() < 0.7)
    return Care(_SETTLED)
