"""Invented people for the demonstration district: about 300 cadres of 26 departments and the township offices.

Names are put together by chance, telephone numbers lie in a range that no operator uses, identity numbers in an area
code that was never given out. The same townships, month and seed give the same people on every machine.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject
from djflow.demo.names import DEPARTMENTS, FEMALE_NAMES, MALE_NAMES, NATIVE_PLACES, SURNAMES, Department
from djflow.people import service
from djflow.people.model import (
    AbsenceEntry,
    AbsenceKind,
    BranchEntry,
    Gender,
    KinshipEntry,
    PersonEntry,
    PersonStatus,
    RankLevel,
    Relation,
    UnitEntry,
    UnitKind,
)
from djflow.people.rules import id_check_digit

SEED = 20261201
_TOWN_STAFF = 8
_PAIRS = 8
_FIRST_TOWN_ORDER = 500
_AREA_CODE = "510199"
_RELATIONS = (Relation.SPOUSE, Relation.SIBLING, Relation.PARENT_CHILD, Relation.IN_LAW)
_LEAVE_DAYS = {
    AbsenceKind.LEAVE: (3, 8),
    AbsenceKind.TRAINING: (2, 5),
    AbsenceKind.MEETING: (1, 2),
    AbsenceKind.SICK: (2, 6),
}


@dataclass(frozen=True, slots=True)
class DemoAbsence:
    """A leave of an invented person."""

    person_code: str
    span: DateSpan
    kind: AbsenceKind


@dataclass(frozen=True, slots=True)
class DemoDistrict:
    """Everything invented about the demonstration district's people; `history` maps codes to duty points."""

    units: tuple[UnitEntry, ...]
    branches: tuple[BranchEntry, ...]
    people: tuple[PersonEntry, ...]
    absences: tuple[DemoAbsence, ...]
    kinship: tuple[tuple[str, str, Relation], ...]
    history: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _World:
    chance: random.Random
    month: Month
    towns: tuple[str, ...]


def demo_people(townships: Mapping[str, tuple[float, float]], month: Month, *, seed: int = SEED) -> DemoDistrict:
    """Return the invented district around `townships` (name to km), with leave in `month` and the month after."""
    chance = random.Random(seed)  # noqa: S311 - invented people need repetition, not secrecy
    departments = [*DEPARTMENTS, *(_town_office(name) for name in townships)]
    units = tuple(_unit(place, body, townships, chance) for place, body in enumerate(departments))
    people, names, world = list[PersonEntry](), _names(chance), _World(chance, month, tuple(townships))
    for unit, body in zip(units, departments, strict=True):
        for place in range(_TOWN_STAFF if unit.kind.is_town else chance.randint(7, 9)):
            people.append(_person(len(people) + 1, place, (unit, body), next(names), world))
    people = [_with_wishes(person, tuple(townships), chance) for person in people]
    return DemoDistrict(
        units,
        _branches(units, people),
        tuple(people),
        _absences(people, month, chance),
        _kinship(people, chance),
        {person.code: chance.choice((0, 4, 6, 8, 9, 10, 11, 12, 14, 17)) for person in people},
    )


def load_people(session: Session, demo: DemoDistrict, *, by: str, now: datetime) -> bool:
    """Store the invented district; False when it was there already and nothing was done."""
    if any(unit.code == demo.units[0].code for unit in service.units(session)):
        return False
    service.put_units(session, demo.units, by=by, now=now)
    service.put_branches(session, [replace(branch, secretary_code="") for branch in demo.branches], by=by, now=now)
    service.put_people(session, demo.people, by=by, now=now)
    service.put_branches(session, demo.branches, by=by, now=now)
    ids = service.person_ids(session, [person.code for person in demo.people])
    origin = Subject("demo.people", str(SEED))
    entries = [AbsenceEntry(ids[one.person_code], one.span, one.kind, origin) for one in demo.absences]
    service.record_absences(session, service.new_absences(session, entries), by=by, now=now)
    for first, second, relation in demo.kinship:
        service.record_kinship(session, KinshipEntry(ids[first], ids[second], relation), by=by, now=now)
    return True


def _town_office(name: str) -> Department:
    return Department(name, name, ("综合受理", "民政社保", "农业技术", "法律政策", "医疗卫生"))


def _unit(
    place: int, body: Department, townships: Mapping[str, tuple[float, float]], chance: random.Random
) -> UnitEntry:
    seat = townships.get(body.name)
    if seat is None:
        kind, order = UnitKind.DISTRICT_UNIT, 10 * (place + 1)
        seat = (chance.uniform(-2.0, 2.0), chance.uniform(-2.0, 2.0))
    else:
        kind = UnitKind.SUBDISTRICT if body.name.endswith("街道") else UnitKind.TOWNSHIP
        order = _FIRST_TOWN_ORDER + 10 * (place - len(DEPARTMENTS) + 1)
    return UnitEntry(
        code=f"U{place + 1:03d}",
        name=body.name,
        kind=kind,
        official_order=order,
        short_name=body.short_name,
        seat=(round(seat[0], 2), round(seat[1], 2)),
        public_phone=f"0872-000-{1001 + place}",
    )


def _names(chance: random.Random) -> Iterator[tuple[str, Gender]]:
    taken = set[str]()
    while True:
        gender = Gender.FEMALE if chance.random() < 0.4 else Gender.MALE
        given = MALE_NAMES if gender is Gender.MALE else FEMALE_NAMES
        name = chance.choice(SURNAMES) + "".join(chance.sample(given, chance.choice((1, 2, 2, 2))))
        if name not in taken:
            taken.add(name)
            yield name, gender


def _person(
    serial: int, place: int, where: tuple[UnitEntry, Department], called: tuple[str, Gender], world: "_World"
) -> PersonEntry:
    (unit, body), (name, gender), chance = where, called, world.chance
    rank, title = _post(place, town=unit.kind.is_town)
    age = chance.randint(36, 56) if place < 3 else chance.randint(24, 57)
    birth = Month(world.month.year - age, chance.randint(1, 12))
    joined = None
    if place < 3 or chance.random() < 0.7:
        joined = date(birth.year + chance.randint(20, max(20, min(age - 2, 34))), chance.randint(1, 12), 1)
    skills = _skills(place, body, town=unit.kind.is_town, chance=chance)
    return PersonEntry(
        code=f"C{serial:05d}",
        name=name,
        gender=gender,
        unit_code=unit.code,
        rank=rank,
        is_leader=place < 3,
        birth=birth,
        branch_code=f"B{unit.code[1:]}",
        post_title=title,
        skills=skills,
        mobile=f"1690000{serial:04d}",
        id_number=_identity(birth, chance.randint(1, 28), serial, gender),
        bank_account=f"999900000000{serial:04d}",
        bank_name=f"{unit.short_name or unit.name}农村商业银行",
        party_member_since=joined,
        native_place=chance.choice(NATIVE_PLACES),
        home_town=chance.choice(world.towns) if chance.random() < 0.6 else "",
    )


def _post(place: int, *, town: bool) -> tuple[RankLevel, str]:
    chief, deputy = ("镇乡主要负责人", "镇乡班子成员") if town else ("主要负责人", "副职")
    if place == 0:
        return RankLevel.SECTION, chief
    if place < 3:
        return RankLevel.DEPUTY_SECTION, deputy
    return (RankLevel.SECTION_MEMBER, "股室负责人") if place == 3 else (RankLevel.CLERK, "工作人员")


def _skills(place: int, body: Department, *, town: bool, chance: random.Random) -> frozenset[str]:
    if place < 3 and chance.random() < 0.7:
        return frozenset()  # most leaders lead and do nothing else at the stall
    first = body.skills[(place - 3) % len(body.skills)] if town else body.skills[0]
    others = [skill for skill in body.skills if skill != first]
    more = chance.sample(others, 1) if others and chance.random() < 0.5 else []
    return frozenset((first, *more))


def _identity(birth: Month, day: int, serial: int, gender: Gender) -> str:
    odd = 2 * (serial % 499) + (1 if gender is Gender.MALE else 0)
    first = f"{_AREA_CODE}{birth.year:04d}{birth.month:02d}{day:02d}{odd:03d}"
    return first + id_check_digit(first)


def _with_wishes(person: PersonEntry, towns: Sequence[str], chance: random.Random) -> PersonEntry:
    weekdays = frozenset(chance.sample(range(7), 1)) if chance.random() < 0.2 else frozenset[int]()
    avoided = frozenset(chance.sample(towns, 1)) if chance.random() < 0.15 else frozenset[str]()
    most = chance.randint(2, 4) if chance.random() < 0.1 else None
    away = PersonStatus.DISPATCHED if not person.is_leader and chance.random() < 0.03 else PersonStatus.ACTIVE
    return replace(person, avoid_weekdays=weekdays, avoid_towns=avoided, max_duties=most, status=away)


def _branches(units: Sequence[UnitEntry], people: Sequence[PersonEntry]) -> tuple[BranchEntry, ...]:
    heads = {person.unit_code: person.code for person in reversed(people)}
    return tuple(
        BranchEntry(f"B{unit.code[1:]}", f"{unit.short_name}机关党支部", unit.code, heads[unit.code]) for unit in units
    )


def _absences(people: Sequence[PersonEntry], month: Month, chance: random.Random) -> tuple[DemoAbsence, ...]:
    found = list[DemoAbsence]()
    for one in (month, month.following):
        for person in people:
            if chance.random() < 0.12:
                kind = chance.choice(tuple(_LEAVE_DAYS))
                first = one.first + timedelta(days=chance.randint(0, 26))
                last = first + timedelta(days=chance.randint(*_LEAVE_DAYS[kind]) - 1)
                found.append(DemoAbsence(person.code, DateSpan(first, last), kind))
    return tuple(found)


def _kinship(people: Sequence[PersonEntry], chance: random.Random) -> tuple[tuple[str, str, Relation], ...]:
    picked = chance.sample([person.code for person in people], 2 * _PAIRS)
    return tuple((picked[2 * pair], picked[2 * pair + 1], _RELATIONS[pair % len(_RELATIONS)]) for pair in range(_PAIRS))
