"""The office's people."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.people import service
from djflow.people.model import (
    AbsenceEntry,
    AbsenceKind,
    BranchEntry,
    ContactEntry,
    ContactKind,
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

BY = "tester"
LEAVE = Subject("leave.request", "l1")
SOCIAL = UnitEntry("RS", "区人力资源和社会保障局", UnitKind.DISTRICT_UNIT, 20, "区人社局", seat=(1.5, -2.0))
CIVIL = UnitEntry("MZ", "区民政局", UnitKind.DISTRICT_UNIT, 10)
TOWN = UnitEntry("T01", "青石镇人民政府", UnitKind.TOWNSHIP, 90, "青石镇")


def identity(serial: int) -> str:
    """An invented identity number with a right check digit."""
    first = f"51019919850307{serial:03d}"
    return first + id_check_digit(first)


CHEN = PersonEntry(
    "C001",
    "陈一",
    Gender.MALE,
    "RS",
    RankLevel.DEPUTY_SECTION,
    is_leader=True,
    post_title="副局长",
    skills=frozenset({"民政社保", "综合受理"}),
    mobile="16900000001",
    id_number=identity(1),
    bank_account="6200000000000005",
    avoid_weekdays=frozenset({0, 6}),
    avoid_towns=frozenset({"青石镇"}),
)
LIN = PersonEntry("C002", "林二", Gender.FEMALE, "MZ", id_number=identity(2))


@pytest.fixture
def staffed(session: Session, now: datetime) -> Session:
    """A house with three units and two persons."""
    service.put_units(session, [SOCIAL, CIVIL, TOWN], by=BY, now=now)
    service.put_people(session, [CHEN, LIN], by=BY, now=now)
    return session


def _id(session: Session, code: str) -> PersonId:
    return service.person_by_code(session, code).id


def test_units_come_in_official_order(staffed: Session) -> None:
    """Units are listed by protocol order, not by code or name."""
    assert [unit.code for unit in service.units(staffed)] == ["MZ", "RS", "T01"]
    assert service.unit_by_code(staffed, "RS").short_name == "区人社局"
    assert service.unit_by_code(staffed, "MZ").short_name == "区民政局"


def test_a_parent_may_come_later_in_the_list(session: Session, now: datetime) -> None:
    """A unit list may name a village before its township."""
    village = UnitEntry("V1", "青石村", UnitKind.VILLAGE, 1, parent_code="T01")
    applied = service.put_units(session, [village, TOWN], by=BY, now=now)
    assert applied.created == ("V1", "T01")
    assert service.unit_by_code(session, "V1").entry == village
    assert service.put_units(session, [village, TOWN], by=BY, now=now).unchanged == 2


def test_units_above_themselves_are_refused(staffed: Session, now: datetime) -> None:
    """Two units that name each other as parent are refused."""
    with pytest.raises(InputError, match="互相包含"):
        service.put_units(
            staffed, [replace(SOCIAL, parent_code="MZ"), replace(CIVIL, parent_code="RS")], by=BY, now=now
        )
    with pytest.raises(NotFoundError, match="上级单位"):
        service.put_units(staffed, [replace(SOCIAL, parent_code="XX")], by=BY, now=now)


def test_cards_come_by_unit_rank_and_code(staffed: Session, now: datetime) -> None:
    """People are listed by the order of their units, leaders before staff; those who left are not listed."""
    more = [
        PersonEntry("C004", "何四", Gender.MALE, "RS"),
        PersonEntry("C003", "何三", Gender.MALE, "RS"),
        PersonEntry("C009", "何九", Gender.MALE, "RS", status=PersonStatus.LEFT),
    ]
    service.put_people(staffed, more, by=BY, now=now)
    assert [card.code for card in service.cadres(staffed)] == ["C002", "C001", "C003", "C004"]
    card = service.person_by_code(staffed, "C001")
    assert (card.unit_name, card.seat, card.grade, card.serves) == (SOCIAL.name, (1.5, -2.0), 3, True)
    assert not service.person_by_code(staffed, "C009").serves


def test_what_is_stored_comes_back(staffed: Session) -> None:
    """Everything the office stated about a person is there again, numbers included."""
    assert service.entries(staffed, ["C001", "C002"]) == {"C001": CHEN, "C002": LIN}
    assert service.masked_numbers(staffed, _id(staffed, "C001")) == (
        "169****0001",
        f"5101**********{identity(1)[-4:]}",
        "****0005",
    )
    numbers = service.mobiles_for_delivery(staffed, [_id(staffed, "C001"), _id(staffed, "C002")])
    assert list(numbers.values()) == ["16900000001"]


def test_the_same_again_changes_nothing(staffed: Session, now: datetime) -> None:
    """Stating the same people twice writes nothing, not even an entry of the record."""
    before = audit.verify(staffed).entries
    applied = service.put_people(staffed, [CHEN, LIN], by=BY, now=now)
    assert (applied.created, applied.updated, applied.unchanged) == ((), (), 2)
    assert audit.verify(staffed).entries == before


def test_a_change_is_recorded_without_personal_data(staffed: Session, now: datetime) -> None:
    """The record names the changed fields, never what stands in them."""
    chen = _id(staffed, "C001")
    service.change_person(staffed, chen, replace(CHEN, mobile="16900000009", name="陈壹"), by=BY, now=now)
    entry = audit.history(staffed, Subject("people.person", chen))[-1]
    assert (entry.action, entry.details) == ("person.change", '{"fields": "name,mobile"}')


def test_numbers_are_sealed_in_the_database(staffed: Session) -> None:
    """Neither phone nor identity nor bank number can be read from the database."""
    row = staffed.connection().exec_driver_sql("SELECT mobile, id_number, bank_account FROM person WHERE code = 'C001'")
    stored = b"".join(bytes(value) for value in row.one())
    assert not any(number.encode() in stored for number in (CHEN.mobile, CHEN.id_number, CHEN.bank_account))


def test_printing_a_person_shows_no_personal_data() -> None:
    """A person's entry in a log shows code and post only."""
    assert not any(text in repr(CHEN) for text in (CHEN.name, CHEN.mobile, CHEN.id_number, CHEN.bank_account))


def test_an_identity_number_belongs_to_one_person(staffed: Session, now: datetime) -> None:
    """A number that another person holds is refused, inside a list and against the house."""
    twin = PersonEntry("C005", "何五", Gender.MALE, "RS", id_number=CHEN.id_number)
    with pytest.raises(ConflictError, match="C001"):
        service.register_person(staffed, twin, by=BY, now=now)
    both = [replace(twin, id_number=identity(7)), replace(twin, code="C006", id_number=identity(7))]
    with pytest.raises(ConflictError, match="C005"):
        service.put_people(staffed, both, by=BY, now=now)


def test_mixed_up_identity_numbers_can_be_exchanged(staffed: Session, now: datetime) -> None:
    """Two persons whose numbers were mixed up are put right in one list."""
    swapped = [replace(CHEN, id_number=LIN.id_number), replace(LIN, id_number=CHEN.id_number)]
    assert len(service.put_people(staffed, swapped, by=BY, now=now).updated) == 2
    assert service.entries(staffed, ["C001"])["C001"].id_number == LIN.id_number


def test_codes_are_unique_and_fixed(staffed: Session, now: datetime) -> None:
    """A code in use, a changed code and an unknown unit are refused."""
    with pytest.raises(ConflictError, match="C001"):
        service.register_person(staffed, CHEN, by=BY, now=now)
    with pytest.raises(ConflictError, match="单位编码 RS"):
        service.register_unit(staffed, SOCIAL, by=BY, now=now)
    with pytest.raises(InputError, match="工号不能改"):
        service.change_person(staffed, _id(staffed, "C001"), replace(CHEN, code="C100"), by=BY, now=now)
    with pytest.raises(ConflictError, match="没有单位"):
        service.register_person(staffed, PersonEntry("C010", "何十", Gender.MALE, "XX"), by=BY, now=now)
    with pytest.raises(NotFoundError, match="C404"):
        service.person_by_code(staffed, "C404")


def test_a_new_post_ends_the_old_one(staffed: Session, now: datetime) -> None:
    """A person who moves to another unit keeps the old post in the history, ended the day before."""
    later = now + timedelta(days=10)
    chen = _id(staffed, "C001")
    service.change_person(staffed, chen, replace(CHEN, unit_code="MZ", post_title="局长"), by=BY, now=later)
    service.change_person(staffed, chen, replace(CHEN, unit_code="MZ", post_title="党组书记"), by=BY, now=later)
    held = service.posts_of(staffed, chen)
    assert [(post.title, post.first, post.last) for post in held] == [
        ("副局长", None, date(2026, 11, 27)),
        ("党组书记", date(2026, 11, 28), None),
    ]


def test_absences_make_days_unavailable(staffed: Session, now: datetime) -> None:
    """The roster sees exactly the days of the month on which somebody is away."""
    chen = _id(staffed, "C001")
    span = DateSpan(date(2026, 11, 29), date(2026, 12, 2))
    entry = AbsenceEntry(chen, span, AbsenceKind.TRAINING, LEAVE)
    absence = service.record_absence(staffed, entry, by=BY, now=now)
    assert service.record_absence(staffed, entry, by=BY, now=now) == absence
    december = DateSpan(date(2026, 12, 1), date(2026, 12, 31))
    assert service.unavailable_days(staffed, december) == {chen: frozenset({date(2026, 12, 1), date(2026, 12, 2)})}
    assert [one.entry for one in service.absences(staffed, december)] == [entry]
    service.cancel_absence(staffed, absence, by=BY, now=now)
    service.cancel_absence(staffed, absence, by=BY, now=now)
    assert service.unavailable_days(staffed, december) == {}
    assert len(audit.history(staffed, Subject("people.absence", absence))) == 1


def test_kinship_reads_the_same_from_both_sides(staffed: Session, now: datetime) -> None:
    """Whoever asks for either of two relatives finds the other."""
    chen, lin = _id(staffed, "C001"), _id(staffed, "C002")
    service.record_kinship(staffed, KinshipEntry(lin, chen, Relation.SPOUSE), by=BY, now=now)
    service.record_kinship(staffed, KinshipEntry(chen, lin, Relation.SPOUSE), by=BY, now=now)
    assert service.kin_of(staffed, chen) == (KinshipEntry(chen, lin, Relation.SPOUSE),)
    assert service.kin_of(staffed, lin) == (KinshipEntry(lin, chen, Relation.SPOUSE),)
    with pytest.raises(InputError, match="两个人"):
        service.record_kinship(staffed, KinshipEntry(chen, chen, Relation.SPOUSE), by=BY, now=now)


def test_contacts_are_masked_and_one_is_preferred(staffed: Session, now: datetime) -> None:
    """A person's contacts show no full address, and only one of them is preferred."""
    chen = _id(staffed, "C001")
    mail = service.add_contact(
        staffed, ContactEntry(chen, ContactKind.EMAIL, "chenyi@example.org", True), by=BY, now=now
    )
    phone = ContactEntry(chen, ContactKind.SECOND_MOBILE, "16900000002", preferred=True)
    service.add_contact(staffed, phone, by=BY, now=now)
    service.verify_contact(staffed, mail, by=BY, now=now)
    found = service.contacts_of(staffed, chen)
    assert [(one.masked, one.preferred, one.verified) for one in found] == [
        ("169****0002", True, False),
        ("ch***@example.org", False, True),
    ]


def test_branches_know_their_unit_and_secretary(staffed: Session, now: datetime) -> None:
    """A branch is stated with unit and secretary, and changes by its code."""
    branch = BranchEntry("B01", "机关第一支部", "RS")
    assert service.put_branches(staffed, [branch], by=BY, now=now).created == ("B01",)
    led = replace(branch, secretary_code="C001")
    assert service.put_branches(staffed, [led], by=BY, now=now).updated == ("B01",)
    assert service.put_branches(staffed, [led], by=BY, now=now).unchanged == 1
    assert service.branches(staffed)[0].entry == led
    service.put_people(staffed, [replace(LIN, branch_code="B01")], by=BY, now=now)
    assert service.entries(staffed, ["C002"])["C002"].branch_code == "B01"
    with pytest.raises(NotFoundError, match="C404"):
        service.put_branches(staffed, [replace(branch, secretary_code="C404")], by=BY, now=now)


def test_the_record_stays_a_chain(staffed: Session, now: datetime) -> None:
    """Entries written many at once follow from one another like any other."""
    service.put_people(staffed, [replace(LIN, post_title="科长")], by=BY, now=datetime(2027, 1, 1, tzinfo=UTC))
    service.put_units(staffed, [replace(CIVIL, active=False)], by=BY, now=now)
    report = audit.verify(staffed)
    assert (report.intact, report.entries) == (True, 7)
