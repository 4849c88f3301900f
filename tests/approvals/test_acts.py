"""The rarer acts on both kinds of database: handing over, adding, papers, urging, pausing, reassigning."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Role
from djflow.approvals import service
from djflow.approvals.delegation import service as delegation
from djflow.approvals.model import AddSigner, Answer, CaseState, Outcome, TaskState, Transfer, Verdict
from djflow.approvals.sweeping.service import sweep
from djflow.approvals.views import service as views
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.inbox import service as inbox
from djflow.inbox.model import Box
from djflow.notify.model import NoticeKind
from djflow.notify.tables import NoticeRow
from tests.approvals.offices import OFFICE, Town, grant, settle_office


@pytest.fixture
def town(session: Session, now: datetime) -> Town:
    """The small office with the grant chain in force."""
    return settle_office(session, now)


@pytest.fixture
def opened(session: Session, town: Town, now: datetime) -> Outcome:
    """A case that waits for the branch secretary."""
    return service.open_case(session, grant(town), office=OFFICE, by="test", now=now)


def answer(
    session: Session, outcome: Outcome, who: PersonId, verdict: Verdict, now: datetime, content: str = "h1"
) -> Outcome:
    """Answer the one task that waits."""
    (task,) = outcome.waiting
    said = Answer(who, verdict, content, "意见甲乙丙")
    return service.decide(session, task.id, said, office=OFFICE, by=f"person:{who}", now=now)


def told(session: Session, kind: NoticeKind) -> list[str]:
    """Return who was told something of a kind."""
    return sorted(session.scalars(select(NoticeRow.recipient).where(NoticeRow.kind == kind)))


def test_a_task_is_handed_over_with_its_reason(session: Session, town: Town, opened: Outcome, now: datetime) -> None:
    """转办: the other is told, the first's box is empty, the reason is on the sheet and in no table in the clear."""
    move = Transfer(opened.waiting[0].id, town["S1"], town["T2"], "出差甲乙丙")
    outcome = service.transfer(session, move, office=OFFICE, by="s", now=now)
    assert [task.person for task in outcome.waiting] == [town["T2"]]
    assert told(session, NoticeKind.APPROVAL_WAITING) == sorted([town["S1"], town["T2"]])
    box = accounts.account_by_login(session, "u-s1")
    assert inbox.box(session, box, Box.TO_DO) == ()
    with pytest.raises(ConflictError, match="已经转给别的同志"):
        service.transfer(session, move, office=OFFICE, by="s", now=now)
    assert [line.note for line in views.sheet(session, outcome.case.id).rounds[0].lines] == ["", "出差甲乙丙"]
    session.flush()
    for table in ("approval_task", "audit_entry", "notice"):
        for row in session.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - three literal names
            assert "甲乙丙" not in str(row)


def test_a_signer_is_added_and_the_asker_told_again(
    session: Session, town: Town, opened: Outcome, now: datetime
) -> None:
    """前加签: when the added signer has signed, the asker is told again; a stranger is refused."""
    move = AddSigner(opened.waiting[0].id, town["S1"], town["K1"])
    outcome = service.add_signer(session, move, office=OFFICE, by="s", now=now)
    outcome = answer(session, outcome, town["K1"], Verdict.APPROVE, now)
    assert [task.person for task in outcome.waiting] == [town["S1"]]
    assert told(session, NoticeKind.APPROVAL_WAITING) == sorted([town["S1"], town["K1"], town["S1"]])
    with pytest.raises(NotFoundError, match="不在岗"):
        service.add_signer(
            session, AddSigner(outcome.waiting[0].id, town["S1"], PersonId("x")), office=OFFICE, by="s", now=now
        )


def test_papers_are_asked_for_and_handed_in(session: Session, town: Town, opened: Outcome, now: datetime) -> None:
    """补正: the applicant is told, the clock stands, the same approver is asked again about the new content."""
    asked = answer(session, opened, town["S1"], Verdict.SUPPLEMENT, now)
    assert asked.case.state is CaseState.SUPPLEMENT
    assert told(session, NoticeKind.APPROVAL_OUTCOME) == [town["P1"]]
    assert sweep(session, office=OFFICE, by="sweep", now=now + timedelta(days=9)).outcomes == ()
    later = now + timedelta(days=9)
    back = service.supplement(session, asked.case.id, "h2", office=OFFICE, by="p", now=later)
    assert [task.person for task in back.waiting] == [town["S1"]]
    with pytest.raises(ConflictError, match="内容已有改动"):
        answer(session, back, town["S1"], Verdict.APPROVE, later)
    assert answer(session, back, town["S1"], Verdict.APPROVE, later, "h2").case.step == "town"
    with pytest.raises(ConflictError, match="审批中"):
        service.supplement(session, asked.case.id, "h3", office=OFFICE, by="p", now=later)


def test_papers_that_never_come_expire(session: Session, town: Town, opened: Outcome, now: datetime) -> None:
    """After the chain's ten workdays the sweep ends the case once, and the subject is free for a new one."""
    asked = answer(session, opened, town["S1"], Verdict.SUPPLEMENT, now)
    late = now + timedelta(days=30)
    (outcome,) = sweep(session, office=OFFICE, by="sweep", now=late).outcomes
    assert outcome.result is CaseState.EXPIRED
    assert sweep(session, office=OFFICE, by="sweep", now=late).outcomes == ()
    assert service.open_case(session, grant(town), office=OFFICE, by="test", now=late).case.id != asked.case.id
    assert [one.state for one in service.cases_about(session, asked.case.new.subject)] == [
        CaseState.RUNNING,
        CaseState.EXPIRED,
    ]


def test_late_tasks_are_reported_to_the_superior(session: Session, town: Town, opened: Outcome, now: datetime) -> None:
    """Reminders go to the approver, the escalation to the superior; the case is where it was."""
    sweep(session, office=OFFICE, by="sweep", now=now + timedelta(days=2, hours=1))
    sweep(session, office=OFFICE, by="sweep", now=now + timedelta(days=8))
    assert told(session, NoticeKind.APPROVAL_REMINDER) == [town["S1"]]
    assert told(session, NoticeKind.APPROVAL_ESCALATED) == [town["M1"]]
    case = service.case(session, opened.case.id)
    assert (case.step, [task.state for task in case.tasks]) == ("branch", [TaskState.WAITING])


def test_urging_tells_once_a_day(session: Session, town: Town, opened: Outcome, now: datetime) -> None:
    """催办 reaches whoever has the case; twice a day is refused."""
    service.remind(session, opened.case.id, office=OFFICE, by="p", now=now)
    assert told(session, NoticeKind.APPROVAL_REMINDER) == [town["S1"]]
    with pytest.raises(RuleError, match="今天已经催办过"):
        service.remind(session, opened.case.id, office=OFFICE, by="p", now=now + timedelta(hours=1))


def test_a_paused_case_decides_nothing(session: Session, town: Town, opened: Outcome, now: datetime) -> None:
    """While an objection is looked into nobody decides and nothing is due; afterwards the clock runs on."""
    service.pause(session, opened.case.id, office=OFFICE, by="fund", now=now)
    with pytest.raises(ConflictError, match="暂停"):
        answer(session, opened, town["S1"], Verdict.APPROVE, now)
    later = now + timedelta(days=30)
    assert sweep(session, office=OFFICE, by="sweep", now=later).outcomes == ()
    resumed = service.resume(session, opened.case.id, office=OFFICE, by="fund", now=later).case
    due = resumed.waiting[0].due_on
    assert due is not None
    assert due > civil_date(later)


def test_a_role_that_moved_is_reassigned(session: Session, town: Town, opened: Outcome, now: datetime) -> None:
    """The commissioner changes: reassigning ends the old task and asks the new holder, once."""
    outcome = answer(session, opened, town["S1"], Verdict.APPROVE, now)
    old = accounts.account_by_login(session, "u-t1")
    new = accounts.account_by_login(session, "u-t2")
    accounts.set_roles(session, old.id, {Role.TOWN_CLERK}, by="test", now=now)
    accounts.set_roles(session, new.id, {Role.TOWN_ORG_COMMISSIONER}, by="test", now=now)
    moved = service.reassign(session, outcome.case.id, office=OFFICE, by="k", now=now)
    assert [task.person for task in moved.waiting] == [town["T2"]]
    assert not service.reassign(session, outcome.case.id, office=OFFICE, by="k", now=now).changed


def test_a_delegation_is_dated_and_can_be_taken_back(session: Session, town: Town, now: datetime) -> None:
    """Nobody represents themselves, nobody for ever, and what was taken back is over at once."""
    on = civil_date(now)
    with pytest.raises(InputError, match="不能是本人"):
        delegation.delegate(session, town["S1"], town["S1"], DateSpan(on, on), by="t", now=now)
    with pytest.raises(InputError, match="最长 92 天"):
        delegation.delegate(session, town["S1"], town["K1"], DateSpan(on, on + timedelta(92)), by="t", now=now)
    key = delegation.delegate(session, town["S1"], town["K1"], DateSpan(on, on), by="t", now=now, kind="test.grant")
    assert delegation.delegates(session, [town["S1"]], "test.grant", on) == {town["S1"]: town["K1"]}
    assert delegation.delegates(session, [town["S1"]], "test.other", on) == {}
    delegation.revoke(session, key, by="t", now=now)
    assert delegation.delegates(session, [town["S1"]], "test.grant", on) == {}
    with pytest.raises(NotFoundError):
        delegation.revoke(session, key, by="t", now=now)
