"""The demonstration district's invented people."""

from datetime import datetime

from djflow.audit import service as audit
from djflow.core.spans import Month
from djflow.db.session import Database
from djflow.demo.people import DemoDistrict, demo_people, load_people
from djflow.people import rules, service
from djflow.people.model import SERVICE_SKILLS, UnitKind

TOWNS = {"青石镇": (1.0, 2.0), "白云街道": (3.0, -4.0), "红土乡": (-9.0, 12.0)}
DECEMBER = Month(2026, 12)


def _district() -> DemoDistrict:
    return demo_people(TOWNS, DECEMBER)


def test_the_same_district_every_time() -> None:
    """The same townships and month give the same people; another seed gives others."""
    assert _district() == _district()
    assert demo_people(TOWNS, DECEMBER, seed=1).people != _district().people


def test_invented_people_are_sound_and_not_real() -> None:
    """Every number has a right form and lies in a range that was never given out."""
    people = _district().people
    assert len({person.name for person in people}) == len(people)
    assert len({person.id_number for person in people}) == len(people)
    for person in people:
        rules.require_sound(person)
        assert not rules.date_faults(person, DECEMBER.first)
        assert (person.mobile[:7], person.id_number[:6]) == ("1690000", "510199")


def test_there_are_people_for_every_service() -> None:
    """Every service category, leaders and every township office have enough people for a roster."""
    demo = _district()
    for skill in SERVICE_SKILLS:
        assert sum(skill in person.skills for person in demo.people) >= 20
    assert sum(person.is_leader and person.rank.grade >= 3 for person in demo.people) >= 60
    towns = [unit for unit in demo.units if unit.kind.is_town]
    assert [(unit.name, unit.seat) for unit in towns] == list(TOWNS.items())
    assert [unit.kind for unit in towns] == [UnitKind.TOWNSHIP, UnitKind.SUBDISTRICT, UnitKind.TOWNSHIP]
    orders = [unit.official_order for unit in demo.units]
    assert orders == sorted(orders)


def test_loading_twice_is_loading_once(database: Database, now: datetime) -> None:
    """A second load finds the district there and changes nothing."""
    demo = _district()
    with database.transaction() as session:
        assert load_people(session, demo, by="demo", now=now)
    with database.transaction() as session:
        entries = audit.verify(session).entries
        assert not load_people(session, demo, by="demo", now=now)
        assert audit.verify(session).entries == entries
        assert len(service.cadres(session)) == len(demo.people) == len(demo.history)
        assert service.branches(session)[0].entry == demo.branches[0]
        away = service.unavailable_days(session, DECEMBER.span)
        assert 10 < len(away) < len(demo.people) / 2
        first = service.person_by_code(session, demo.kinship[0][0])
        assert len(service.kin_of(session, first.id)) == 1
