"""What the office knows of cadres: kept, sealed, recorded without contents, and joined into facts."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.db.store import reseal
from djflow.dispatch.eligibility.model import Bar, Engagement, PastTerm
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.policy.words import Education, KeyRole
from djflow.dispatch.profiles import service
from djflow.dispatch.profiles.model import Beyond, KeyPostLine, Party, Profile, TermLine
from djflow.people import service as people
from djflow.people.model import AbsenceEntry, AbsenceKind, KinshipEntry, PersonStatus, Relation
from tests.conftest import TEST_VAULT
from tests.dispatch.profiles.office import NOW, ON, PEOPLE, TERMS, WHOLE, found, person, unit

RURAL = PastTerm(BatchKind.RURAL, DateSpan(date(2023, 1, 1), date(2024, 12, 31)), in_village=True)


def put(session: Session, *profiles: Profile) -> None:
    """Put profiles."""
    service.put_profiles(session, profiles, by="test", now=NOW)


def test_a_profile_comes_back_as_it_was_stated(session: Session) -> None:
    """Whole and empty ones survive the database; the same again changes nothing."""
    ids = found(session)
    first = service.put_profiles(session, [WHOLE, Profile("C2")], by="test", now=NOW)
    assert (first.created, first.updated, first.unchanged) == (("C1", "C2"), (), 0)
    assert service.profiles(session) == {ids["C1"]: WHOLE, ids["C2"]: Profile("C2")}
    assert service.put_profiles(session, [WHOLE], by="test", now=NOW).unchanged == 1
    later = replace(WHOLE, duties=frozenset(), care=None)
    assert service.put_profiles(session, [later], by="test", now=NOW).updated == ("C1",)
    assert service.profiles(session, [ids["C1"]]) == {ids["C1"]: later}


def test_sensitive_columns_are_sealed_and_printed_nowhere(session: Session) -> None:
    """In the database discipline, health and care are bytes nobody can read; nor does the printed form show them."""
    found(session)
    put(session, WHOLE)
    row = session.execute(text("SELECT discipline, health, care FROM dispatch_profile")).one()
    assert all(bytes(one) and b"2027" not in bytes(one) and b"true" not in bytes(one) for one in row)
    assert "2027, 6, 30" not in repr(WHOLE)
    assert "2026, 5, 12" not in repr(WHOLE)


def test_a_new_key_opens_what_was_sealed(database: Database) -> None:
    """After the house's key was changed and the old one thrown away, every profile opens."""
    with database.transaction() as session:
        ids = found(session)
        put(session, WHOLE)
    rotated = TEST_VAULT.rotated()
    with Database(database.engine, rotated).transaction() as session:
        assert reseal(session) >= 3
    with Database(database.engine, rotated.without_old_keys()).reading() as session:
        assert service.profiles(session) == {ids["C1"]: WHOLE}


def test_changes_are_recorded_without_contents(session: Session) -> None:
    """The record names the fields that changed, and of sealed ones only that there was one."""
    ids = found(session)
    put(session, WHOLE)
    put(session, replace(WHOLE, education=Education.MASTER, care=None, discipline=Bar(stands=False)))
    entries = audit.history(session, Subject("dispatch.profile", ids["C1"]))
    assert {one.action for one in entries} == {"profile.register", "profile.change"}
    change = next(one for one in entries if one.action == "profile.change")
    assert json.loads(change.details) == {"fields": "education,sealed"}


def test_unknown_people_and_townships_are_refused(session: Session) -> None:
    """Nothing is stored of a list that names somebody or a township the house does not have."""
    found(session)
    with pytest.raises(ConflictError, match="没有工号为 X9 的人员"):
        put(session, WHOLE, Profile("X9"))
    with pytest.raises(ConflictError, match="U1 不是本区的镇街"):
        put(session, replace(WHOLE, native_town="U1"))
    with pytest.raises(ConflictError, match="没有编码为 U9 的单位"):
        service.put_key_posts(session, [KeyPostLine("U9", KeyRole.AUDIT, "C1")], by="test", now=NOW)
    with pytest.raises(ConflictError, match="没有工号为 X9 的人员"):
        service.add_terms(session, [TermLine("X9", RURAL)], by="test", now=NOW)
    assert service.profiles(session) == {}


def test_what_contradicts_itself_is_no_profile() -> None:
    """A township of an unknown native place, and an end of what there is not, are refused where they are made."""
    with pytest.raises(InputError, match="籍贯已知"):
        Profile("C1", native_town="T1")
    with pytest.raises(InputError, match="却说没有这种情形"):
        Bar(stands=False, until=date(2027, 1, 1))


def test_facts_join_what_is_known(session: Session) -> None:
    """Person, profile, kin, earlier postings and retirement come together; somebody without profile stays unknown."""
    ids = found(session)
    put(session, WHOLE)
    service.add_terms(session, [TermLine("C1", RURAL)], by="test", now=NOW)
    facts = service.facts(session, list(ids.values()), TERMS, ON)
    one, other = facts[ids["C1"]], facts[ids["C2"]]
    assert (one.education, one.full_member, one.in_service_since) == (Education.BACHELOR, True, Month(2014, 8))
    assert (one.native_known, one.native_town) == (True, unit(session, "T2"))  # the profile wins over the text
    assert (one.history, one.history_complete, one.kin_complete) == ((RURAL,), True, True)
    assert (one.fit, one.examined_on, one.retires) == (True, date(2026, 5, 12), Month(2053, 6))
    assert one.discipline == WHOLE.discipline
    assert (other.education, other.duties, other.fit, other.kin_complete) == (None, None, None, False)
    assert other.full_member  # joined more than a year ago


def test_a_native_place_is_read_off_the_text_when_it_names_one_township(session: Session) -> None:
    """某省某区青石镇 is enough; no text, or another place, is not known."""
    ids = found(session)
    facts = service.facts(session, [ids["C1"], ids["C2"]], TERMS, ON)
    assert (facts[ids["C1"]].native_known, facts[ids["C1"]].native_town) == (True, unit(session, "T1"))
    assert not facts[ids["C2"]].native_known


@pytest.mark.parametrize(
    ("party", "since", "known"),
    [
        (None, date(2026, 3, 1), True),
        (None, date(2026, 3, 2), None),
        (None, None, None),
        (Party.FULL, None, True),
        (Party.NONE, date(2015, 7, 1), False),
        (Party.PROBATIONARY, date(2026, 3, 2), False),
        (Party.PROBATIONARY, date(2026, 3, 1), None),
        (Party.PROBATIONARY, None, None),
    ],
)
def test_a_year_after_joining_somebody_is_a_full_member(
    session: Session,
    party: Party | None,
    since: date | None,
    known: bool | None,  # noqa: FBT001 # the case itself
) -> None:
    """Unless the office says probationary; then who should have become one is to be checked."""
    ids = found(session)
    people.put_people(session, [person("C2", "U1", party_member_since=since)], by="test", now=NOW)
    put(session, Profile("C2", party=party))
    assert service.facts(session, [ids["C2"]], TERMS, ON)[ids["C2"]].full_member is known


def test_sole_holders_are_told_only_when_all_colleagues_are_known(session: Session) -> None:
    """Another known accountant settles it; a colleague of whom nothing is known leaves it open."""
    ids = found(session)
    mine = [ids["C1"]]
    put(session, WHOLE)
    assert service.facts(session, mine, TERMS, ON)[ids["C1"]].sole_duties is None
    put(session, Profile("C2", duties=frozenset()), Profile("C3", duties=frozenset({"执法证"})))
    assert service.facts(session, mine, TERMS, ON)[ids["C1"]].sole_duties == frozenset({"会计"})
    put(session, Profile("C2", duties=frozenset({"会计"})), Profile("C3"))
    assert service.facts(session, mine, TERMS, ON)[ids["C1"]].sole_duties == frozenset()


def test_a_colleague_who_is_away_holds_no_duty(session: Session) -> None:
    """Who is posted on the first day, has retired or is out cannot stand in."""
    ids = found(session)
    duty = frozenset({"会计"})
    put(session, WHOLE, Profile("C2", duties=duty), Profile("C3", duties=frozenset()))
    away = AbsenceEntry(ids["C2"], DateSpan(ON, ON), AbsenceKind.DISPATCH, Subject("dispatch.posting", "p"))
    key = people.record_absence(session, away, by="test", now=NOW)
    assert service.facts(session, [ids["C1"]], TERMS, ON)[ids["C1"]].sole_duties == duty
    people.cancel_absence(session, key, by="test", now=NOW)
    assert service.facts(session, [ids["C1"]], TERMS, ON)[ids["C1"]].sole_duties == frozenset()
    people.put_people(session, [person("C2", "U1", status=PersonStatus.RETIRED)], by="test", now=NOW)
    assert service.facts(session, [ids["C1"]], TERMS, ON)[ids["C1"]].sole_duties == duty


def test_absences_and_batches_are_engagements(session: Session) -> None:
    """Postings in the register of absences, courses of a batch and what batches say; a short training is none."""
    ids = found(session)
    span = DateSpan(date(2027, 5, 1), date(2027, 9, 1))
    for kind, origin in (
        (AbsenceKind.DISPATCH, Subject("absences.import", "a")),
        (AbsenceKind.TRAINING, Subject("absences.import", "a")),
        (AbsenceKind.TRAINING, Subject("dispatch.posting", "p")),
    ):
        people.record_absence(session, AbsenceEntry(ids["C1"], span, kind, origin), by="test", now=NOW)
        span = DateSpan(span.first, date(span.last.year, span.last.month, span.last.day + 1))
    beyond = Beyond(engaged={ids["C1"]: (Engagement("2027年驻村"),)}, volunteers=[ids["C1"]])
    facts = service.facts(session, [ids["C1"], ids["C2"]], TERMS, ON, beyond=beyond)
    assert sorted(one.what for one in facts[ids["C1"]].engaged) == ["2027年驻村", "脱产培训", "选派在外"]
    assert (facts[ids["C1"]].volunteers, facts[ids["C2"]].volunteers) == (True, False)
    assert facts[ids["C2"]].engaged == ()


def test_somebody_said_to_be_out_is_in_another_batch(session: Session) -> None:
    """The status 选派在外 without any known days counts as another batch."""
    ids = found(session)
    people.put_people(session, [person("C2", "U1", status=PersonStatus.DISPATCHED)], by="test", now=NOW)
    assert service.facts(session, [ids["C2"]], TERMS, ON)[ids["C2"]].engaged == (Engagement("选派在外"),)


def test_postings_of_the_house_and_of_before_come_together(session: Session) -> None:
    """The spouse's village days are read from both; what both say counts once."""
    ids = found(session)
    people.record_kinship(session, KinshipEntry(ids["C1"], ids["C2"], Relation.SPOUSE), by="test", now=NOW)
    service.add_terms(session, [TermLine("C2", RURAL)], by="test", now=NOW)
    running = PastTerm(BatchKind.RURAL, DateSpan(date(2026, 6, 1), date(2028, 5, 31)), in_village=True)
    asked = list[set[PersonId]]()

    def history(persons: Collection[PersonId]) -> Mapping[PersonId, tuple[PastTerm, ...]]:
        asked.append(set(persons))
        return {ids["C2"]: (RURAL, running)}

    facts = service.facts(session, [ids["C1"]], TERMS, ON, beyond=Beyond(history=history))
    (spouse,) = facts[ids["C1"]].kin
    assert spouse.in_village == (RURAL.span, running.span)
    assert asked == [{ids["C1"], ids["C2"]}]


def test_a_term_stated_again_is_changed(session: Session) -> None:
    """The same kind from the same day is one posting; its end and village may be put right."""
    found(session)
    service.add_terms(session, [TermLine("C1", RURAL)], by="test", now=NOW)
    longer = replace(RURAL, span=DateSpan(RURAL.span.first, date(2025, 3, 31)), in_village=False)
    assert service.add_terms(session, [TermLine("C1", longer)], by="test", now=NOW).updated == ("C1",)
    assert service.add_terms(session, [TermLine("C1", longer)], by="test", now=NOW).unchanged == 1
    assert service.terms_stated(session) == (TermLine("C1", longer),)


def test_the_key_posts_of_a_unit_are_what_was_said_last(session: Session) -> None:
    """A list of a unit replaces the former one and leaves other units alone."""
    found(session)
    lines = [KeyPostLine("T1", KeyRole.FINANCE, "L2"), KeyPostLine("U1", KeyRole.AUDIT, "C2")]
    service.put_key_posts(session, lines, by="test", now=NOW)
    again = [KeyPostLine("T1", KeyRole.FINANCE, "L1"), KeyPostLine("T1", KeyRole.AUDIT, "L2")]
    applied = service.put_key_posts(session, again, by="test", now=NOW)
    assert (applied.created, applied.updated, applied.unchanged) == (("L1", "L2"), ("L2",), 0)
    assert set(service.key_posts(session)) == {*again, lines[1]}
    assert service.put_key_posts(session, again, by="test", now=NOW).unchanged == 2


def test_places_know_who_commands_there(session: Session) -> None:
    """In a village the village's and the township's leaders command; key posts are the township's."""
    ids = found(session)
    lines = [KeyPostLine("T1", role, "L2") for role in KeyRole]
    service.put_key_posts(session, lines, by="test", now=NOW)
    town, village, bureau, street = (unit(session, code) for code in ("T1", "V1", "U1", "T2"))
    hosts = [(town, "V1"), (town, ""), (village, ""), (bureau, ""), (street, "Q1"), (town, "未登记的村")]
    places = service.places(session, hosts)
    assert places[town, "V1"].command == {ids["L1"], ids["V1"]}
    assert (places[town, "V1"].village, places[town, "V1"].township) == ("V1", town)
    assert (places[village, ""].village, places[village, ""].township) == ("V1", town)
    assert (places[town, ""].village, places[town, ""].command) == ("", frozenset({ids["L1"]}))
    assert (places[bureau, ""].township, places[bureau, ""].command) == (None, frozenset({ids["C3"]}))
    assert (places[street, "Q1"].village, places[street, "Q1"].township) == ("", street)
    assert places[town, "未登记的村"].village == "未登记的村"
    assert places[town, "V1"].key_complete
    assert places[town, "V1"].key_posts == {(role, ids["L2"]) for role in KeyRole}
    assert not places[bureau, ""].key_complete
    with pytest.raises(InputError, match="接收单位"):
        service.places(session, [("x", "")])  # type: ignore[list-item] # a unit nobody knows


def test_many_people_are_read_in_parts(session: Session) -> None:
    """Hundreds of people at once are all there."""
    ids = found(session)
    many = [person(f"M{number:04d}", "U1") for number in range(620)]
    people.put_people(session, many, by="test", now=NOW)
    put(session, *(Profile(one.code, duties=frozenset()) for one in many))
    keys = people.person_ids(session, [one.code for one in many])
    facts = service.facts(session, list(keys.values()), TERMS, ON)
    assert len(facts) == len(many)
    assert all(one.duties == frozenset() for one in facts.values())
    assert len(PEOPLE) == len(ids)
