"""Applications in a house: numbers, drafts, changes, moves, appeals, the emergency lane, what stays secret."""

import logging
import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, DjflowError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.db.session import Database
from djflow.fund import casework, deadlines
from djflow.fund.cases import service as cases
from djflow.fund.cases import store
from djflow.fund.cases.model import Act, BanReason, CaseState, Category, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Request
from djflow.fund.checks import service as checks
from tests.fund.books import (
    ACCOUNT,
    ACT,
    POLICY,
    SECRETS,
    TERMS,
    Branch,
    at,
    claim,
    hanging,
    move,
    running,
    settle,
    submitted,
)

LATER = at("2026-12-03T09:00")


@pytest.fixture
def branch(database: Database, now: datetime) -> Branch:
    """A branch with its people."""
    with database.transaction() as session:
        return settle(session, now)


def test_numbers_of_a_year_have_no_gaps(database: Database, branch: Branch, now: datetime) -> None:
    """Each year counts from 0001; a filing that fails leaves no hole."""
    with database.transaction() as session:
        first = cases.apply(session, claim(branch["G1"]), TERMS, by=ACT, now=now)
    with pytest.raises(KeyError, match="broken off"), database.transaction() as session:
        _file_and_break_off(session, branch, now)
    with database.transaction() as session:
        second = cases.apply(session, claim(branch["G3"]), TERMS, by=ACT, now=now)
        third = cases.apply(session, claim(branch["G4"]), TERMS, by=ACT, now=at("2027-01-01T00:00"))
    assert [one.number for one in (first, second, third)] == ["WF2026-0001", "WF2026-0002", "WF2027-0001"]


def _file_and_break_off(session: Session, branch: Branch, now: datetime) -> None:
    cases.apply(session, claim(branch["G3"]), TERMS, by=ACT, now=now)
    raise KeyError("broken off")


def test_numbers_taken_at_once_differ(database: Database, branch: Branch, now: datetime) -> None:
    """Eight filings at the same moment get eight numbers in a row."""
    _ = branch
    taken: list[str] = []

    def take() -> None:
        with database.transaction() as session:
            taken.append(store.next_number(session, 2026))

    together([take] * 8)
    assert sorted(taken) == [f"WF2026-000{number}" for number in range(1, 9)]
    _ = now


def together(acts: list[object]) -> None:
    """Run acts at the same moment and wait for all of them."""
    threads = [threading.Thread(target=one) for one in acts]  # type: ignore[arg-type] # callables without result
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_forty_taps_move_a_case_once(database: Database, branch: Branch, now: datetime) -> None:
    """Forty people who accept the same case at once: one does, the others read where it is and since when."""
    with database.transaction() as session:
        case = submitted(session, claim(branch["G1"]), now)
    outcomes: list[str] = []

    def accept() -> None:
        try:
            with database.transaction() as session:
                move(session, case, Act.ACCEPT, Who.BRANCH, now)
            outcomes.append("moved")
        except ConflictError as error:
            outcomes.append(error.message)

    together([accept] * 40)
    counts = Counter(outcomes)
    assert counts.pop("moved") == 1
    assert len(outcomes) == 40
    assert all("已在 2026年11月18日 09:00 变为“支部评议和核查中”" in words for words in counts)
    with database.reading() as session:
        assert [one.act for one in store.moves(session, case.id)] == [Act.SUBMIT, Act.ACCEPT]
        assert audit.verify(session).intact


def test_two_grants_of_one_person_cannot_pass_the_cap_together(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """Two cases of one person approved at the same moment: the second sees the first and is refused."""
    with database.transaction() as session:
        first = running(session, branch, tmp_path, now)
        urgent = claim(branch["G1"], category=Category.EMERGENCY, requested_fen=500_000)
        second = cases.apply(session, urgent, TERMS, by=ACT, now=now)
        session.execute(text("UPDATE fund_case SET state = 'running' WHERE id = :id"), {"id": second.id})
    outcomes: list[str] = []

    def approve(case_id: str) -> None:
        try:
            with database.transaction() as session:
                request = Request(Act.APPROVE, Who.APPROVAL)
                casework.move(session, case_id, request, TERMS, by=ACT, now=at("2026-11-26T10:00"))
            outcomes.append("approved")
        except RuleError as error:
            outcomes.append(error.code)

    together([lambda: approve(first.id), lambda: approve(second.id)])
    assert sorted(outcomes) == ["approved", "fund.within_caps"]


def test_what_is_private_is_sealed_and_told_to_nobody(
    database: Database, branch: Branch, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """Reason, family, income and account are in no table, no record, no error and no log in the clear."""
    caplog.set_level(logging.DEBUG)
    wanted = claim(branch["G1"], household="HK-778", income_fen=50_000)
    with database.transaction() as session:
        case = submitted(session, wanted, now)
        private = cases.private_details(session, case.id, by=ACT, now=now)
    assert (private.reason, private.payee_account) == ("肺部疾病，手术花费大", ACCOUNT)
    with database.reading() as session:
        row = session.execute(text("SELECT * FROM fund_case")).one()
        record = audit.latest(session)
        shown = (casework.case_file(session, case.number, TERMS), casework.progress(session, case.id, TERMS), case)
    written = [str(row), *(f"{one.action} {one.details} {one.subject}" for one in record), str(shown), caplog.text]
    written += [str(wanted), str(private)]
    for secret in SECRETS:
        assert not any(secret in words for words in written)
    assert [one.action for one in record[:1]] == ["fund.look"]


def test_a_refusal_repeats_nothing_private(database: Database, branch: Branch, now: datetime) -> None:
    """Whatever is wrong with a claim, the sentence never holds what stands in it."""
    foreign = "6217999900001111226"
    wrong: list[dict[str, object]] = [
        {"payee_account": foreign},
        {"payee_account": "62x-肺"},
        {"requested_fen": 0},
        {"requested_fen": -5},
        {"requested_fen": 99_999_999},
        {"income_fen": 999_999_999},
        {"reason": " \x00 "},
        {"emergency": True},
        {"category": Category.HONOURED},
    ]
    for changes in wrong:
        with pytest.raises(DjflowError) as caught, database.transaction() as session:
            cases.apply(session, claim(branch["G1"], **changes), TERMS, by=ACT, now=now)
        assert not any(one in caught.value.message for one in (*SECRETS, foreign))
    with database.reading() as session:
        assert store.others_of(session, branch["G1"]) == ()


def test_whoever_is_not_of_a_branch_here_is_refused(database: Database, branch: Branch, now: datetime) -> None:
    """Without membership here, and for an unknown person, nothing is filed."""
    with pytest.raises(RuleError, match="组织关系不在本区"), database.transaction() as session:
        cases.apply(session, claim(branch["G9"]), TERMS, by=ACT, now=now)
    with pytest.raises(NotFoundError), database.transaction() as session:
        cases.apply(session, claim(PersonId("dead")), TERMS, by=ACT, now=now)


def test_a_draft_may_be_changed_until_it_is_submitted(database: Database, branch: Branch, now: datetime) -> None:
    """A change has another content hash, the same again has not, and after submission it is refused."""
    wanted = claim(branch["G1"])
    with database.transaction() as session:
        case = cases.apply(session, wanted, TERMS, by=ACT, now=now)
        same = cases.amend(session, case.id, wanted, TERMS, by=ACT, now=now)
        other = cases.amend(session, case.id, replace(wanted, requested_fen=150_000), TERMS, by=ACT, now=now)
        assert case.content_hash == same.content_hash != other.content_hash
        submitted_case = casework.submit(session, case.id, TERMS, who=Who.BRANCH, by=ACT, now=now)
        assert casework.submit(session, case.id, TERMS, who=Who.BRANCH, by=ACT, now=now) == submitted_case
        with pytest.raises(ConflictError, match="不能修改内容"):
            cases.amend(session, case.id, wanted, TERMS, by=ACT, now=now)
        draft = cases.apply(session, claim(branch["G3"]), TERMS, by=ACT, now=now)
        with pytest.raises(InputError, match="申请人不能更换"):
            cases.amend(session, draft.id, claim(branch["G4"]), TERMS, by=ACT, now=now)


def test_a_return_opens_a_new_round(database: Database, branch: Branch, tmp_path: Path, now: datetime) -> None:
    """A return needs a reason that the applicant reads; handed in again, the case is in its second round."""
    with database.transaction() as session:
        case = running(session, branch, tmp_path, now)
        with pytest.raises(InputError, match="请写明理由"):
            move(session, case, Act.RETURN, Who.APPROVAL, LATER)
        move(session, case, Act.RETURN, Who.APPROVAL, LATER, reason="请补手术单")
        seen = casework.progress(session, case.id, TERMS)
        assert (seen.words, seen.message) == ("已退回，等补正", "请补手术单")
        again = move(session, case, Act.RESUBMIT, Who.APPLICANT, LATER)
        assert (again.state, again.round) == (CaseState.CHECKING, 2)
        assert casework.progress(session, case.id, TERMS).message == ""
        changed = cases.get(session, case.id)
        assert casework.unchecked(session, changed, TERMS) == ()


def test_withdrawal_ends_at_the_bank(database: Database, branch: Branch, tmp_path: Path, now: datetime) -> None:
    """Until the bank has the file an application can be taken back, once; afterwards it is refused with the reason."""
    with database.transaction() as session:
        case = hanging(session, branch, tmp_path, now)
        assert casework.close_period(
            session, casework.case_file(session, case.id, TERMS).periods[-1].id, TERMS, by=ACT, now=LATER + timedelta(1)
        )
        move(session, case, Act.SEND, Who.CASHIER, LATER)
        with pytest.raises(ConflictError, match="已送银行”，不能撤回"):
            casework.withdraw(session, case.id, TERMS, who=Who.APPLICANT, by=ACT, now=LATER)
        move(session, case, Act.FAIL, Who.CASHIER, LATER, reason="账号不存在")
        gone = casework.withdraw(session, case.id, TERMS, who=Who.APPLICANT, by=ACT, now=LATER)
        assert casework.withdraw(session, case.id, TERMS, who=Who.APPLICANT, by=ACT, now=LATER) == gone


def test_a_clawback_bans_for_three_years(database: Database, branch: Branch, tmp_path: Path, now: datetime) -> None:
    """Who got money by false papers may not apply before three years are over, then may."""
    with database.transaction() as session:
        case = hanging(session, branch, tmp_path, now)
        session.execute(text("UPDATE fund_case SET state = 'paid' WHERE id = :id"), {"id": case.id})
        move(session, case, Act.CLAW_BACK, Who.OFFICE, LATER, reason="材料虚假")
        with pytest.raises(RuleError, match="2029-12-03 以前不能申请"):
            cases.apply(session, claim(branch["G1"]), TERMS, by=ACT, now=at("2029-12-02T23:59"))
        after = cases.apply(session, claim(branch["G1"]), TERMS, by=ACT, now=at("2029-12-03T00:00"))
        assert after.number == "WF2029-0001"
        cases.ban(session, branch["G3"], BanReason.SANCTION, at("2027-06-01").date(), by=ACT, now=now)
        with pytest.raises(RuleError, match="受处分处理"):
            cases.apply(session, claim(branch["G3"]), TERMS, by=ACT, now=now)


def test_an_appeal_is_a_new_linked_case(database: Database, branch: Branch, now: datetime) -> None:
    """A refusal can be appealed once; the appeal is linked, is no duplicate of what it is about, and asks the same."""
    with database.transaction() as session:
        case = submitted(session, claim(branch["G1"]), now)
        with pytest.raises(RuleError, match="没有被否决"):
            cases.appeal(session, case.id, "请再看", TERMS, by=ACT, now=now)
        move(session, case, Act.REJECT, Who.OFFICE, now, reason="收入超过")
        new = cases.appeal(session, case.id, "收入算错了", TERMS, by=ACT, now=now)
        assert cases.appeal(session, case.id, "再来", TERMS, by=ACT, now=now).id == new.id
        assert (new.appeal_of, new.state, new.requested_fen) == (case.id, CaseState.DRAFT, case.requested_fen)
        casework.submit(session, new.id, TERMS, who=Who.APPLICANT, by=ACT, now=now)
        assert checks.flags_of(session, new.id) == ()
        move(session, new, Act.REJECT, Who.OFFICE, now, reason="仍超过")
        with pytest.raises(RuleError, match="不能再次申诉"):
            cases.appeal(session, new.id, "再来", TERMS, by=ACT, now=now)


def test_the_emergency_lane(database: Database, branch: Branch, now: datetime) -> None:
    """A telephone approval with three different people lets a case go to approval at once; papers are due in 5 days."""
    call = PhoneCall(branch["G5"], branch["G6"], branch["G7"], now - timedelta(minutes=5))
    urgent = claim(branch["G1"], category=Category.EMERGENCY, emergency=True)
    with database.transaction() as session:
        plain = cases.apply(session, claim(branch["G3"]), TERMS, by=ACT, now=now)
        with pytest.raises(RuleError, match="只有突发救助"):
            cases.record_phone(session, plain.id, call, TERMS, by=ACT, now=now)
        case = cases.apply(session, urgent, TERMS, by=ACT, now=now)
        session.execute(text("UPDATE fund_case SET state = 'submitted' WHERE id = :id"), {"id": case.id})
        with pytest.raises(RuleError, match="先登记电话批准"):
            move(session, case, Act.FAST_TRACK, Who.OFFICE, now)
        for wrong in (
            replace(call, witness=call.approver),
            replace(call, approver=branch["G1"]),
            replace(call, recorder=branch["G2"]),
        ):
            with pytest.raises(RuleError, match="三个不同的人"):
                cases.record_phone(session, case.id, wrong, TERMS, by=ACT, now=now)
        with pytest.raises(InputError, match="最近三天"):
            cases.record_phone(session, case.id, replace(call, called_at=now + timedelta(1)), TERMS, by=ACT, now=now)
        known = cases.record_phone(session, case.id, call, TERMS, by=ACT, now=now)
        assert cases.record_phone(session, case.id, call, TERMS, by=ACT, now=now) == known
        assert str(known.papers_due_on) == "2026-11-25"
        move(session, case, Act.FAST_TRACK, Who.OFFICE, now)
        move(session, case, Act.APPROVE, Who.APPROVAL, now)
        assert casework.end_publicity(session, case.id, TERMS, by=ACT, now=now)
        assert cases.get(session, case.id).state is CaseState.READY_TO_PAY
        ((late, missing),) = casework.late_papers(session, TERMS, now=at("2026-11-26"))
        assert late.id == case.id
        assert "缺灾害或事故证明" in missing
        assert casework.late_papers(session, TERMS, now=at("2026-11-25T23:59")) == ()


def test_an_emergency_is_not_closed_without_its_papers(database: Database, branch: Branch, now: datetime) -> None:
    """Money may go first, but the case cannot be closed before papers, checks and publicity are made up for."""
    with database.transaction() as session:
        urgent = claim(branch["G1"], category=Category.EMERGENCY, emergency=True)
        case = cases.apply(session, urgent, TERMS, by=ACT, now=now)
        call = PhoneCall(branch["G5"], branch["G6"], branch["G7"], now)
        cases.record_phone(session, case.id, call, TERMS, by=ACT, now=now)
        session.execute(text("UPDATE fund_case SET state = 'follow_up' WHERE id = :id"), {"id": case.id})
        with pytest.raises(RuleError, match="还不能办结：缺灾害或事故证明"):
            move(session, case, Act.CLOSE, Who.OFFICE, LATER)


def test_drafts_expire_once(database: Database, branch: Branch, now: datetime) -> None:
    """A draft nobody submits expires after its thirty days, not before, and only once."""
    with database.transaction() as session:
        case = cases.apply(session, claim(branch["G1"]), TERMS, by=ACT, now=now)
        last = at("2026-12-18T23:59")
        assert deadlines.to_expire(session, TERMS, now=last) == ()
        assert not casework.expire(session, case.id, TERMS, by=ACT, now=last)
        over = at("2026-12-19T00:00")
        assert [one.id for one in deadlines.to_expire(session, TERMS, now=over)] == [case.id]
        assert casework.expire(session, case.id, TERMS, by=ACT, now=over)
        assert not casework.expire(session, case.id, TERMS, by=ACT, now=over)


def test_late_cases_are_listed_by_how_late_they_are(database: Database, branch: Branch, now: datetime) -> None:
    """A case that waits longer than its limit is on the list of overdue ones with the day it was due."""
    with database.transaction() as session:
        case = submitted(session, claim(branch["G1"]), now)
        assert deadlines.overdue(session, TERMS, now=at("2026-11-25T23:59")) == ()
        ((late, due),) = deadlines.overdue(session, TERMS, now=at("2026-11-26T00:00"))
    assert (late.id, str(due)) == (case.id, "2026-11-25")


def test_steps_cannot_be_rewritten(database: Database, branch: Branch, now: datetime) -> None:
    """The database itself refuses to change or delete a step that a case took."""
    with database.transaction() as session:
        submitted(session, claim(branch["G1"]), now)
    for statement in ("UPDATE fund_case_move SET act = 'approve'", "DELETE FROM fund_case_move"):
        with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
            connection.execute(text(statement))


def test_an_approval_may_wait_for_money(database: Database, branch: Branch, tmp_path: Path, now: datetime) -> None:
    """Without budget an approved case queues with its amount and hangs on the board when money comes."""
    with database.transaction() as session:
        case = running(session, branch, tmp_path, now)
        with pytest.raises(RuleError, match="不超过申请的 2000 元"):
            move(session, case, Act.QUEUE, Who.APPROVAL, LATER, amount_fen=200_001)
        queued = move(session, case, Act.QUEUE, Who.APPROVAL, LATER, amount_fen=150_000)
        assert (queued.state, queued.approved_fen) == (CaseState.WAITING_BUDGET, 150_000)
        assert move(session, case, Act.FUND, Who.LEDGER, LATER).state is CaseState.PUBLICITY
        assert casework.case_file(session, case.id, TERMS).periods[-1].amount_fen == 150_000
    assert POLICY.district_from_fen == 0


@pytest.mark.parametrize(("code", "refused"), [("G1", True), ("G2", True), ("G3", False)])
def test_nobody_handles_the_own_case_or_a_relatives(
    database: Database, branch: Branch, now: datetime, *, code: str, refused: bool
) -> None:
    """The applicant and relatives of the register may submit and withdraw, everything else is done by somebody else."""
    with database.transaction() as session:
        case = cases.apply(session, claim(branch["G1"]), TERMS, by=ACT, now=now)
        move(session, case, Act.SUBMIT, Who.BRANCH, now, person=branch[code])
        if refused:
            with pytest.raises(RuleError, match="应当回避"):
                move(session, case, Act.ACCEPT, Who.BRANCH, now, person=branch[code])
        else:
            accepted = move(session, case, Act.ACCEPT, Who.BRANCH, now, person=branch[code])
            assert accepted.state is CaseState.CHECKING
        withdrawn = move(session, case, Act.WITHDRAW, Who.BRANCH, now, person=branch[code])
        assert withdrawn.state is CaseState.WITHDRAWN
