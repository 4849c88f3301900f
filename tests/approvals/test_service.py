"""Approvals on both kinds of database: opened, decided once, returned, told, recorded."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.approvals import service
from djflow.approvals.chains import service as chains
from djflow.approvals.delegation import service as delegation
from djflow.approvals.model import Answer, Case, CaseState, Outcome, TaskId, Verdict
from djflow.approvals.sweeping.service import sweep
from djflow.approvals.views import service as views
from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConfigError, ConflictError, DjflowError, NotFoundError, RuleError
from djflow.core.spans import DateSpan
from djflow.db.session import Database
from djflow.inbox import service as inbox
from djflow.inbox.model import Box
from djflow.notify.model import NoticeKind
from djflow.notify.tables import NoticeRow
from djflow.people import service as people
from djflow.people.model import KinshipEntry, Relation
from tests.approvals.offices import OFFICE, Town, grant, grant_chain, settle_office


@pytest.fixture
def town(session: Session, now: datetime) -> Town:
    """The small office with the grant chain in force."""
    return settle_office(session, now)


def decide(session: Session, case: Case, person: str, now: datetime, verdict: Verdict = Verdict.APPROVE) -> Outcome:
    """Answer what waits for a person in a case."""
    task = next(task for task in case.waiting if task.person == person)
    answer = Answer(task.person, verdict, case.new.content_hash, "意见")  # type: ignore[arg-type] # it has a person
    return service.decide(session, task.id, answer, office=OFFICE, by=f"person:{person}", now=now)


def decide_each(session: Session, answers: Sequence[tuple[TaskId, Answer]], *, by: str, now: datetime) -> list[str]:
    """Decide the lines of a list, each by itself; return why each was refused, empty for one that was not."""
    refused = []
    for task_id, answer in answers:
        try:
            with session.begin_nested():
                service.decide(session, task_id, answer, office=OFFICE, by=by, now=now)
            refused.append("")
        except DjflowError as error:
            refused.append(error.message)
    return refused


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


def test_opening_twice_is_once(session: Session, town: Town, now: datetime) -> None:
    """The same application again is the same case; with other content it is refused while the first is open."""
    first = service.open_case(session, grant(town), office=OFFICE, by="test", now=now)
    again = service.open_case(session, grant(town), office=OFFICE, by="test", now=now)
    assert (again.case.id, again.changed) == (first.case.id, False)
    with pytest.raises(ConflictError, match="已经在审批了"):
        service.open_case(session, grant(town, content_hash="h2"), office=OFFICE, by="test", now=now)
    service.withdraw(session, first.case.id, office=OFFICE, by="test", now=now)
    assert service.open_case(session, grant(town), office=OFFICE, by="test", now=now).case.id != first.case.id


def test_messages_name_no_amount_no_reason_and_no_applicant(session: Session, town: Town, now: datetime) -> None:
    """Everybody concerned is told in the same transaction, by neutral title and step only."""
    outcome = service.open_case(session, grant(town, amount_fen=123_400), office=OFFICE, by="test", now=now)
    decide(session, outcome.case, town["S1"], now)
    rows = session.scalars(select(NoticeRow).order_by(NoticeRow.id)).all()
    told = sorted((row.kind.value, row.recipient) for row in rows)
    assert told == sorted(
        [
            ("approval_waiting", town["S1"]),
            ("approval_receipt", town["S1"]),
            ("approval_waiting", town["T1"]),
        ]
    )
    for row in rows:
        for secret in ("1234", "123400", "意见", "甲P1", town["P1"]):
            assert secret not in row.payload


def test_boxes_show_what_waits_and_forget_what_is_settled(session: Session, town: Town, now: datetime) -> None:
    """The task lies in the approver's box until it is decided by anybody; copies are to be read once."""
    outcome = service.open_case(session, grant(town), office=OFFICE, by="test", now=now)
    boxes = {code: accounts.account_by_login(session, f"u-{code.lower()}") for code in ("S1", "T1", "D1", "D2", "K1")}
    assert [one.title for one in inbox.box(session, boxes["S1"], Box.TO_DO)] == ["测试申请 WF-1 · branch步"]
    outcome = decide(session, outcome.case, town["S1"], now)
    assert inbox.box(session, boxes["S1"], Box.TO_DO) == ()
    outcome = decide(session, outcome.case, town["T1"], now)
    outcome = service.complete_step(session, outcome.case.id, "publicity", office=OFFICE, by="fund", now=now)
    decide(session, outcome.case, town["D1"], now)
    assert inbox.box(session, boxes["D2"], Box.TO_DO) == ()
    assert [one.title for one in inbox.box(session, boxes["K1"], Box.TO_READ)] == [
        "测试申请 WF-1 · “deputy步”已办（抄送）"
    ]


def test_every_act_is_in_the_record_without_opinions(session: Session, town: Town, now: datetime) -> None:
    """The record of changes holds act, step, verdict and person of every act; its chain is whole."""
    outcome = service.open_case(session, grant(town), office=OFFICE, by="test", now=now)
    decide(session, outcome.case, town["S1"], now)
    entries = audit.history(session, outcome.case.subject)
    assert [entry.action for entry in entries] == ["approval.open", "approval.decide"]
    assert '"verdict": "approve"' in entries[1].details
    assert "意见" not in entries[1].details
    assert audit.verify(session).intact


def test_a_vacant_role_blocks_with_an_alarm_and_goes_on_by_itself(session: Session, town: Town, now: datetime) -> None:
    """Nobody is town commissioner: the case stands, the coordinator is alarmed, and the sweep goes on once one is."""
    commissioner = accounts.account_by_login(session, "u-t1")
    accounts.set_disabled(session, commissioner.id, disabled=True, by="test", now=now)
    outcome = service.open_case(session, grant(town), office=OFFICE, by="test", now=now)
    outcome = decide(session, outcome.case, town["S1"], now)
    assert outcome.case.state is CaseState.BLOCKED
    clerk = accounts.account_by_login(session, "u-k1")
    assert any("没有人可以审批" in one.title for one in inbox.box(session, clerk, Box.TO_DO))
    alarms = select(NoticeRow.recipient).where(NoticeRow.kind == NoticeKind.OPERATOR_ALERT)
    assert session.scalars(alarms).all() == ["coordinator"]
    accounts.set_disabled(session, commissioner.id, disabled=False, by="test", now=now)
    tomorrow = now + timedelta(days=1)
    assert [one.case.state for one in sweep(session, office=OFFICE, by="sweep", now=tomorrow).outcomes] == [
        CaseState.RUNNING
    ]
    assert inbox.box(session, clerk, Box.TO_DO) == ()
    assert sweep(session, office=OFFICE, by="sweep", now=tomorrow).outcomes == ()


def test_relatives_in_the_register_step_aside(session: Session, town: Town, now: datetime) -> None:
    """The secretary is the applicant's sister: the commissioner decides in her place, then not at the town."""
    people.record_kinship(session, KinshipEntry(town["P1"], town["S1"], Relation.SIBLING), by="test", now=now)
    outcome = service.open_case(session, grant(town), office=OFFICE, by="test", now=now)
    assert [task.person for task in outcome.waiting] == [town["T1"]]
    after = decide(session, outcome.case, town["T1"], now)
    assert after.case.state is CaseState.BLOCKED


def test_another_towns_commissioner_is_not_asked(session: Session, town: Town, now: datetime) -> None:
    """A role of the town is held where the branch is; the same role elsewhere may not decide."""
    outcome = service.open_case(session, grant(town), office=OFFICE, by="test", now=now)
    outcome = decide(session, outcome.case, town["S1"], now)
    answer = Answer(town["X1"], Verdict.APPROVE, "h1")
    with pytest.raises(RuleError, match="不是交给您的"):
        service.decide(session, outcome.waiting[0].id, answer, office=OFFICE, by="x", now=now)


def test_a_delegate_acts_on_the_days_given(session: Session, town: Town, now: datetime) -> None:
    """On the days of the delegation the delegate may decide, and both stand on the sheet; not before, not after."""
    outcome = service.open_case(session, grant(town), office=OFFICE, by="test", now=now)
    on = civil_date(now)
    span = DateSpan(on + timedelta(days=1), on + timedelta(days=3))
    delegation.delegate(session, town["S1"], town["K1"], span, by="test", now=now)
    with pytest.raises(ConflictError, match="已经委托过"):
        delegation.delegate(session, town["S1"], town["C1"], span, by="test", now=now)
    answer = Answer(town["K1"], Verdict.APPROVE, "h1", "代为同意")
    task = outcome.waiting[0].id
    for day in (0, 4):
        with pytest.raises(RuleError, match="不是交给您的"):
            service.decide(session, task, answer, office=OFFICE, by="k", now=now + timedelta(days=day))
    in_time = now + timedelta(days=3)
    assert [line.principal for line in views.waiting_for(session, town["K1"], now=in_time)] == ["甲S1"]
    service.decide(session, task, answer, office=OFFICE, by="k", now=in_time)
    line = views.sheet(session, outcome.case.id).rounds[0].lines[0]
    assert (line.person, line.principal, line.verdict, line.opinion) == ("甲K1", "甲S1", "同意", "代为同意")


def test_lists_are_decided_line_by_line(session: Session, town: Town, now: datetime) -> None:
    """节日慰问: each line is its own decision; a line that cannot be decided says why and stops no other."""
    cases = [
        service.open_case(session, grant(town, str(number)), office=OFFICE, by="test", now=now).case
        for number in range(3)
    ]
    decide(session, cases[1], town["S1"], now)
    answers = [(case.waiting[0].id, Answer(town["S1"], Verdict.APPROVE, "h1")) for case in cases]
    lines = decide_each(session, answers, by="s", now=now)
    assert [not refused for refused in lines] == [True, False, True]
    assert "已由党支部书记于" in lines[1]
    assert {service.case(session, case.id).step for case in cases} == {"town"}


def test_the_sheet_is_checked_by_its_code(session: Session, town: Town, now: datetime) -> None:
    """The sheet shows all rounds; its code is genuine on paper for ever, and an altered code belongs to nothing."""
    outcome = service.open_case(session, grant(town), office=OFFICE, by="test", now=now)
    case = decide(session, outcome.case, town["S1"], now).case
    printed = views.sheet(session, case.id)
    back = decide(session, case, town["T1"], now + timedelta(hours=1), Verdict.RETURN_TO_APPLICANT).case
    service.replace_content(session, back.id, "h2", amount_fen=90_000, office=OFFICE, by="test", now=now)
    check = views.check_sheet(session, f" {printed.check_code.upper()} ")
    assert (check.case_id, check.printed, check.since, check.state) == (case.id, 1, 1, "审批中")
    assert [len(one.lines) for one in views.sheet(session, case.id).rounds] == [2, 1]
    last = printed.check_code[-1]
    with pytest.raises(NotFoundError, match="没有这张审批单"):
        views.check_sheet(session, printed.check_code[:-1] + ("0" if last != "0" else "1"))


def test_a_running_case_keeps_its_chain(session: Session, town: Town, now: datetime) -> None:
    """A new version is for new cases; the old case ends under its own; a changed version stops the program."""
    old = service.open_case(session, grant(town, "1"), office=OFFICE, by="test", now=now).case
    second = replace(grant_chain(), version=2, steps=grant_chain().steps[1:])
    assert chains.publish(session, [grant_chain(), second], by="test", now=now) == 1
    new = service.open_case(session, grant(town, "2"), office=OFFICE, by="test", now=now)
    assert (old.version, new.case.version) == (1, 2)
    assert [task.person for task in new.waiting] == [town["T1"]]
    assert decide(session, old, town["S1"], now).case.step == "town"
    with pytest.raises(ConfigError, match="内容被改动了"):
        chains.publish(session, [replace(grant_chain(), max_returns=9)], by="test", now=now)
    with pytest.raises(ConfigError, match="请把 version 改成 3"):
        chains.unpublished(session, [replace(grant_chain(), version=0)])


def test_a_decided_task_cannot_be_rewritten(database: Database, now: datetime) -> None:
    """Plain SQL neither changes what a task was decided with nor deletes a task nor changes a chain."""
    with database.transaction() as session:
        town = settle_office(session, now)
        case = service.open_case(session, grant(town), office=OFFICE, by="test", now=now).case
        decide(session, case, town["S1"], now)
    for attempt in (
        "UPDATE approval_task SET verdict = 'reject' WHERE verdict IS NOT NULL",
        "UPDATE approval_task SET decided_by = NULL WHERE verdict IS NOT NULL",
        "DELETE FROM approval_task",
        "UPDATE approval_chain SET body = '{}'",
        "DELETE FROM approval_chain",
    ):
        with pytest.raises(DBAPIError, match=r"stays as it is|append-only"), database.engine.begin() as connection:
            connection.execute(text(attempt))


def test_forty_at_once_decide_once(database: Database, now: datetime) -> None:
    """Forty people send the same decision at the same moment: one is taken, the others read by whom and when."""
    with database.transaction() as session:
        town = settle_office(session, now)
        case = service.open_case(session, grant(town), office=OFFICE, by="test", now=now).case
    task, answer = case.waiting[0].id, Answer(town["S1"], Verdict.APPROVE, "h1")

    def attempt(number: int) -> str:
        try:
            with database.transaction() as session:
                service.decide(session, task, answer, office=OFFICE, by=f"p{number}", now=now)
        except ConflictError as error:
            return error.message
        return ""

    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(attempt, range(40)))
    assert results.count("") == 1
    assert {one for one in results if one} == {
        "这件事已由党支部书记于11月18日09:00办理（同意）。您这次的操作没有生效。"
    }
    with database.reading() as session:
        assert len([one for one in service.case(session, case.id).tasks if one.decision]) == 1
        assert [entry.action for entry in audit.history(session, case.subject)].count("approval.decide") == 1


def test_many_cases_at_once_never_wait_in_a_circle(database: Database, now: datetime) -> None:
    """Lists with the same lines in different order, single decisions and the sweep, all at the same moment, all end."""
    with database.transaction() as session:
        town = settle_office(session, now)
        cases = [
            service.open_case(session, grant(town, str(number)), office=OFFICE, by="test", now=now).case
            for number in range(6)
        ]
    answers = [(case.waiting[0].id, Answer(town["S1"], Verdict.APPROVE, "h1")) for case in cases]
    later = now + timedelta(days=2, hours=1)

    def work(number: int) -> int:
        with database.transaction() as session:
            if number % 3 == 2:
                return len(sweep(session, office=OFFICE, by="sweep", now=later).outcomes) * 0
            some = answers if number % 3 else answers[::-1]
            return decide_each(session, some, by=f"p{number}", now=later).count("")

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(12))) == len(cases)
    with database.reading() as session:
        assert {service.case(session, case.id).step for case in cases} == {"town"}
        assert audit.verify(session).intact
