"""Approvals on both kinds of database: opened, decided once, returned, told, recorded."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from djflow.approvals import service
from djflow.approvals.model import Answer, Case, CaseState, Outcome, Verdict
from tests.approvals.offices import OFFICE, Town, grant, settle_office


@pytest.fixture
def town(session: Session, now: datetime) -> Town:
    """The small office with the grant chain in force."""
    return settle_office(session, now)


def decide(session: Session, case: Case, person: str, now: datetime, verdict: Verdict = Verdict.APPROVE) -> Outcome:
    """Answer what waits for a person in a case."""
    task = next(task for task in case.waiting if task.person == person)
    answer = Answer(task.person, verdict, case.new.content_hash, "意见")  # type: ignore[arg-type] # it has a person
    return service.decide(session, task.id, answer, office=OFFICE, by=f"person:{person}", now=now)


def test_a_small_grant_goes_from_the_branch_to_the_visit(session: Session, town: Town, now: datetime) -> None:
    """A case walks branch, town, publicity, deputy, payment, visit; the last approval is told to its owner."""
    outcome = service.open_case(session, grant(town), office=OFFICE, by="test", now=now)
    assert [task.person for task in outcome.waiting] == [town["S1"]]
    outcome = decide(session, outcome.case, town["S1"], now)
    outcome = decide(session, outcome.case, town["T1"], now)
    assert (outcome.entered and outcome.entered.id) == "publicity"
    outcome = service.complete_step(session, outcome.case.id, "publicity", office=OFFICE, by="fund", now=now)
    assert {task.person for task in outcome.waiting} == {town["D1"], town["D2"]}
    outcome = decide(session, outcome.case, town["D2"], now)
    assert outcome.approved_all
    assert [task.person for task in outcome.ended] == [town["D1"]]
    for step in ("pay", "visit"):
        outcome = service.complete_step(session, outcome.case.id, step, office=OFFICE, by="fund", now=now)
    assert outcome.result is CaseState.APPROVED
