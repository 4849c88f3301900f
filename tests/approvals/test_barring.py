"""Whoever acted for somebody else is kept from deciding: asked already or not, in a case that runs or stands still."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from djflow.approvals import service
from djflow.approvals.model import Answer, Case, CaseState, Verdict
from djflow.core.errors import ConflictError
from tests.approvals.offices import OFFICE, Town, grant, grant_chain, settle_office


@pytest.fixture
def town(session: Session, now: datetime) -> Town:
    """The small office with the grant chain in force."""
    return settle_office(session, now, grant_chain())


def at_the_deputies(session: Session, town: Town, now: datetime) -> Case:
    """Bring a case to the step that either deputy decides."""
    case = service.open_case(session, grant(town), office=OFFICE, by="test", now=now).case
    for code in ("S1", "T1"):
        task = next(one for one in case.waiting if one.person == town[code])
        answer = Answer(town[code], Verdict.APPROVE, case.new.content_hash)
        case = service.decide(session, task.id, answer, office=OFFICE, by="test", now=now).case
    return service.complete_step(session, case.id, "publicity", office=OFFICE, by="fund", now=now).case


def test_who_is_asked_already_is_asked_no_longer(session: Session, town: Town, now: datetime) -> None:
    """One deputy is barred: the task ends, the answer is refused, the other deputy still decides. Twice is once."""
    case = at_the_deputies(session, town, now)
    mine = next(one for one in case.waiting if one.person == town["D1"])
    for _ in range(2):
        service.bar(session, case.new.subject, town["D1"], office=OFFICE, by="test", now=now)
    present = service.case(session, case.id)
    assert {one.person for one in present.waiting} == {town["D2"]}
    answer = Answer(town["D1"], Verdict.APPROVE, present.new.content_hash)
    with pytest.raises(ConflictError):
        service.decide(session, mine.id, answer, office=OFFICE, by="test", now=now)
    theirs = Answer(town["D2"], Verdict.APPROVE, present.new.content_hash)
    assert service.decide(session, present.waiting[0].id, theirs, office=OFFICE, by="test", now=now).approved_all


def test_who_is_barred_while_a_case_stands_still(session: Session, town: Town, now: datetime) -> None:
    """Barred while an objection is looked into, a deputy is asked no longer when the case goes on."""
    case = at_the_deputies(session, town, now)
    mine = next(one for one in case.waiting if one.person == town["D1"])
    service.pause(session, case.id, office=OFFICE, by="test", now=now)
    service.bar(session, case.new.subject, town["D1"], office=OFFICE, by="test", now=now)
    assert {one.person for one in service.case(session, case.id).waiting} == {town["D1"], town["D2"]}
    service.resume(session, case.id, office=OFFICE, by="test", now=now)
    assert {one.person for one in service.case(session, case.id).waiting} == {town["D2"]}
    answer = Answer(town["D1"], Verdict.APPROVE, case.new.content_hash)
    with pytest.raises(ConflictError):
        service.decide(session, mine.id, answer, office=OFFICE, by="test", now=now)


def test_nothing_open_nothing_barred(session: Session, town: Town, now: datetime) -> None:
    """A matter nobody decides any more has nobody to be barred from it."""
    case = at_the_deputies(session, town, now)
    service.withdraw(session, case.id, office=OFFICE, by="test", now=now)
    service.bar(session, case.new.subject, town["D1"], office=OFFICE, by="test", now=now)
    present = service.case(session, case.id)
    assert (present.state, present.new.barred) == (CaseState.WITHDRAWN, case.new.barred)
