"""Where people are reached: the best address, what is known against it, own quiet hours."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.people import service as people
from djflow.people.contacts import service
from djflow.people.contacts.model import QuietHours, Reach, Way
from djflow.people.model import ContactEntry, ContactKind
from tests.people.test_service import CHEN, CIVIL, LIN, SOCIAL, TOWN

BY = "test"
NAP = QuietHours(time(12, 30), time(14, 0))


@pytest.fixture
def chen(session: Session, now: datetime) -> PersonId:
    """A person with a mobile number."""
    people.put_units(session, [SOCIAL, CIVIL, TOWN], by=BY, now=now)
    people.register_person(session, LIN, by=BY, now=now)
    return people.register_person(session, CHEN, by=BY, now=now)


def contact(session: Session, person: PersonId, kind: ContactKind, address: str, now: datetime) -> str:
    """Register a contact."""
    return people.add_contact(session, ContactEntry(person, kind, address), by=BY, now=now)


def reached(session: Session, person: PersonId, way: Way) -> str:
    """The address that is used."""
    found = service.reach(session, [person], way).get(person)
    return found.address if found else ""


def test_a_dead_number_is_not_used_and_a_second_one_is(session: Session, chen: PersonId, now: datetime) -> None:
    """The office's own number comes first; once nobody was found there the second mobile serves."""
    contact(session, chen, ContactKind.SECOND_MOBILE, "16900000009", now)
    assert reached(session, chen, Way.MOBILE) == CHEN.mobile
    assert service.report_dead(session, chen, Way.MOBILE, CHEN.mobile, code="x", by="sender", now=now)
    assert not service.report_dead(session, chen, Way.MOBILE, CHEN.mobile, code="x", by="sender", now=now)
    assert reached(session, chen, Way.MOBILE) == "16900000009"
    (one,) = service.dead_contacts(session)
    assert (one.person_id, one.way, one.masked, one.code) == (chen, Way.MOBILE, "169****0001", "x")


def test_a_new_number_serves_at_once(session: Session, chen: PersonId, now: datetime) -> None:
    """A fault belongs to the number: with a new one the person is reached, and nothing is left to check."""
    service.report_dead(session, chen, Way.MOBILE, CHEN.mobile, code="x", by="sender", now=now)
    assert reached(session, chen, Way.MOBILE) == ""
    entry = people.entries(session, [CHEN.code])[CHEN.code]
    people.change_person(session, chen, replace(entry, mobile="16900000008"), by=BY, now=now)
    assert reached(session, chen, Way.MOBILE) == "16900000008"
    assert service.dead_contacts(session) == ()


def test_what_was_checked_is_used_until_it_fails_again(session: Session, chen: PersonId, now: datetime) -> None:
    """After the check the number serves again; a later report marks it again."""
    service.report_dead(session, chen, Way.MOBILE, CHEN.mobile, code="x", by="sender", now=now)
    assert service.clear_dead(session, chen, by=BY, now=now) == (now,)
    assert service.clear_dead(session, chen, by=BY, now=now) == ()
    assert reached(session, chen, Way.MOBILE) == CHEN.mobile
    later = now + timedelta(days=1)
    assert service.report_dead(session, chen, Way.MOBILE, CHEN.mobile, code="y", by="sender", now=later)
    assert [one.reported_at for one in service.dead_contacts(session)] == [later]


def test_nobody_is_marked_who_is_not_there(session: Session, now: datetime) -> None:
    """A report about somebody who is not in the register is left alone."""
    assert not service.report_dead(session, PersonId("nobody"), Way.MOBILE, "1", code="x", by="sender", now=now)


def test_a_verified_account_comes_first(session: Session, chen: PersonId, now: datetime) -> None:
    """Of two accounts the verified one is used; without any verified one the preferred."""
    contact(session, chen, ContactKind.WECOM, "old", now)
    second = contact(session, chen, ContactKind.WECOM, "new", now + timedelta(seconds=1))
    assert service.reach(session, [chen], Way.WECOM)[chen] == Reach("old", verified=False)
    service.verify_own(session, chen, second, by="me", now=now)
    assert service.reach(session, [chen], Way.WECOM)[chen] == Reach("new", verified=True)


def test_nobody_verifies_what_is_somebody_elses(session: Session, chen: PersonId, now: datetime) -> None:
    """A contact of another person, or none at all, cannot be verified."""
    lin = people.person_by_code(session, LIN.code).id
    account = contact(session, lin, ContactKind.WECOM, "lin", now)
    for wrong in (account, "nothing"):
        with pytest.raises(NotFoundError):
            service.verify_own(session, chen, wrong, by="me", now=now)


def test_quiet_hours_are_kept_changed_and_forgotten(session: Session, chen: PersonId, now: datetime) -> None:
    """Each change is in the record with its hours; the same again is no change; too long is refused."""
    service.set_quiet_hours(session, chen, NAP, by="me", now=now)
    service.set_quiet_hours(session, chen, NAP, by="me", now=now)
    assert service.quiet_hours(session, [chen]) == {chen: NAP}
    longer = QuietHours(time(20), time(8))
    service.set_quiet_hours(session, chen, longer, by="me", now=now)
    assert service.quiet_hours(session, [chen]) == {chen: longer}
    for wrong in (QuietHours(time(20), time(8, 1)), QuietHours(time(9), time(9))):
        with pytest.raises(InputError, match="12 小时"):
            service.set_quiet_hours(session, chen, wrong, by="me", now=now)
    service.set_quiet_hours(session, chen, None, by="me", now=now)
    service.set_quiet_hours(session, chen, None, by="me", now=now)
    assert service.quiet_hours(session, [chen]) == {}
    history = audit.history(session, Subject("people.person", chen))
    assert [entry.action for entry in history].count("contact.quiet") == 3
