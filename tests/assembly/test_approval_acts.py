"""转办, 加签, 催办 and the rest: chosen from those allowed, with a reason, and refused with the reason."""

from collections.abc import Callable

import pytest

from djflow.approvals import service as approvals
from djflow.approvals.chains.model import Power
from djflow.approvals.model import AddSigner, Answer, Case, NewCase, Place, TaskId, Transfer, Verdict
from djflow.assembly import House, approval_acts, approving, outbox, relief
from djflow.assembly.approval_office import office_of
from djflow.assembly.phone import link_from
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.core.subject import Subject
from djflow.fund.cases.model import Act, CaseState, Category, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Request
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.fund.payment import orders
from djflow.notify import service as notify
from djflow.notify import store as notices
from djflow.notify.model import NoticeKind
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, UnitEntry, UnitKind
from tests.assembly.test_relief import branch
from tests.fund.books import Branch, claim, photo

__all__ = ["branch"]
PAPERS = ("application_form", "id_copy", "disaster_proof", "bank_card", "commitment", "consent")


def approved_by(house: House, case: Case, branch: Branch, code: str) -> Case:
    """Let somebody agree and return the case."""
    answer = Answer(branch[code], Verdict.APPROVE, case.new.content_hash)
    with house.transaction() as session:
        task = case.waiting[0].id
        return approvals.decide(session, task, answer, office=office_of(house), by="t", now=house.now()).case


@pytest.fixture
def grant(house: House, branch: Branch) -> Case:
    """A matter of no subsystem, applied for by G1, that waits for the township's O1, who may do everything."""
    with house.transaction() as session:
        place = Place(None, people.branches(session)[0].id)
        new = NewCase(Subject("test.grant", "1"), "fund.application", "测试申请 1", "h", 100_000, branch["G1"], place)
        case = approvals.open_case(session, new, office=office_of(house), by="t", now=house.now()).case
    case = approved_by(house, case, branch, "G3")
    with house.transaction() as session:
        return approvals.complete_step(
            session, case.id, "branch_notice", office=office_of(house), by="t", now=house.now()
        ).case


def emergency(house: House, branch: Branch) -> str:
    """Return an emergency of the fund that waits for the office's K1."""
    made = relief.apply(house, claim(branch["G1"], category=Category.EMERGENCY, emergency=True), by="b")
    for kind in PAPERS:
        relief.attach(house, made.id, Upload(MaterialKind(kind), photo()), by="b")
    relief.move(house, made.id, Request(Act.SUBMIT, Who.BRANCH), by="b")
    call = PhoneCall(branch["G5"], branch["G6"], branch["G7"], house.now())
    relief.record_phone(house, made.id, call, by="o")
    relief.move(house, made.id, Request(Act.FAST_TRACK, Who.OFFICE), by="o")
    return made.id


def present(house: House, case_id: str) -> Case:
    """Return the approval of an application."""
    with house.reading() as session:
        return approvals.cases_about(session, Subject("fund.application", case_id))[0]


def test_only_those_who_may_decide_take_a_task_over(house: House, branch: Branch) -> None:
    """转办 offers whoever may decide the step; in a matter of the fund the application stays where it is."""
    made = emergency(house, branch)
    task = present(house, made).waiting[0].id
    assert approval_acts.powers(house, task) == {Power.RETURN_TO_APPLICANT, Power.TRANSFER}
    offered = approval_acts.choices(house, task, Power.TRANSFER)
    assert [(one.name, one.office, one.refused) for one in offered.found] == [
        ("冯二", "组织部", ""),
        ("陈四", "组织部", ""),
    ]
    with pytest.raises(RuleError, match="只能转给有权办理"):
        approval_acts.transfer(house, Transfer(task, branch["K1"], branch["G5"], "出差"), by="k")
    for reason in ("", "  ", "长" * 201):
        with pytest.raises(InputError, match="请写明理由"):
            approval_acts.transfer(house, Transfer(task, branch["K1"], branch["D1"], reason), by="k")
    outcome = approval_acts.transfer(house, Transfer(task, branch["K1"], branch["D1"], "出差"), by="k")
    assert [one.person for one in outcome.waiting] == [branch["D1"]]
    assert relief.progress(house, made).state is CaseState.RUNNING
    with pytest.raises(ConflictError, match="已经转给别的同志"):
        approval_acts.transfer(house, Transfer(task, branch["K1"], branch["D2"], "出差"), by="k")


def test_signers_come_from_offices_that_take_part(house: House, branch: Branch, grant: Case) -> None:
    """加签 finds people by name in the offices that take part; relatives and those asked are shown with the reason."""
    with house.transaction() as session:
        people.put_units(session, [UnitEntry("X", "气象局", UnitKind.DISTRICT_UNIT, 9)], by="t", now=house.now())
        people.put_people(session, [PersonEntry("X1", "张外", Gender.MALE, "X")], by="t", now=house.now())
        stranger = people.person_ids(session, ["X1"])["X1"]
    task = grant.waiting[0].id
    found = approval_acts.choices(house, task, Power.ADD_BEFORE, "张").found
    assert [(one.name, one.refused[:12]) for one in found] == [
        ("张小明", "按回避规定（本人、代办人"),
        ("张大明", "按回避规定（亲属），这位"),
    ]
    assert [one.name for one in approval_acts.choices(house, task, Power.ADD_BEFORE, " k1").found] == ["郑一"]
    refusals = ((branch["G1"], "本人"), (branch["G2"], "亲属"), (branch["G3"], "已办过"), (stranger, "参与办理"))
    for person, words in refusals:
        with pytest.raises(RuleError, match=words):
            approval_acts.add_signer(house, AddSigner(task, branch["O1"], person, reason="会签"), by="o")
    done = approval_acts.add_signer(house, AddSigner(task, branch["O1"], branch["K1"], reason="会签"), by="o")
    assert [one.person for one in done.waiting] == [branch["K1"]]
    (signer,) = done.case.waiting
    assert approval_acts.powers(house, signer.id) == frozenset()


def test_urging_papers_and_taking_back(house: House, branch: Branch, grant: Case) -> None:
    """催办 once a day; papers only when asked for; what the fund does by itself is refused with the place."""
    assert [one.person for one in approval_acts.remind(house, grant.id, by="k").reminded] == [branch["O1"]]
    with pytest.raises(RuleError, match="今天已经催办过"):
        approval_acts.remind(house, grant.id, by="k")
    assert not approval_acts.reassign(house, grant.id, by="k").changed
    with pytest.raises(ConflictError, match="审批中"):
        approval_acts.supplement(house, grant.id, "h2", by="k")
    assert approval_acts.withdraw(house, grant.id, by="k").case.over
    of_fund = present(house, emergency(house, branch))
    with pytest.raises(RuleError, match="在申请页面上撤回"):
        approval_acts.withdraw(house, of_fund.id, by="k")
    with pytest.raises(RuleError, match="在申请页面上补正"):
        approval_acts.supplement(house, of_fund.id, "h2", by="k")
    assert [one.person for one in approval_acts.remind(house, of_fund.id, by="k").reminded] == [branch["K1"]]
    assert TaskId(of_fund.waiting[0].id) == present(house, str(of_fund.new.subject.id)).waiting[0].id


def test_not_me_stops_a_case_of_the_fund_before_payment(house: House, branch: Branch) -> None:
    """After 不是我 nothing goes on: no approval, no payment; it goes on when the decision stands, or begins anew."""
    made = emergency(house, branch)
    for code in ("K1", "M1"):
        waiting = present(house, made)
        answer = Answer(branch[code], Verdict.APPROVE, waiting.new.content_hash)
        relief.decide(house, waiting.waiting[0].id, answer, by="t")
        if code == "K1":
            first = waiting.waiting[0].id
            denied = approval_acts.deny(house, first, branch["K1"], by="k")
            assert present(house, made).state.value == "paused"
            with pytest.raises(ConflictError, match="暂停"):
                approval_acts.remind(house, present(house, made).id, by="o")
            assert relief.bring_forward(house, made, by="sweep").state is CaseState.RUNNING
            assert present(house, made).state.value == "paused"
            assert approval_acts.open_denials(house) == (denied,)
            approval_acts.settle_denial(house, denied.id, "电话核实：是本人", stands=True, by="o")
            assert present(house, made).state.value == "running"
    assert relief.progress(house, made).state is CaseState.READY_TO_PAY
    last = next(task for task in present(house, made).tasks if task.decision and task.person == branch["M1"])
    denied = approval_acts.deny(house, last.id, branch["M1"], by="m")
    with house.reading() as session:
        states = [one.state.value for one in orders.history(session, Subject("fund.application", made))]
    assert states == ["withdrawn"]
    with pytest.raises(RuleError, match="已经全部批准"):
        approval_acts.settle_denial(house, denied.id, "不是本人", stands=False, by="o")
    approval_acts.settle_denial(house, denied.id, "是本人", stands=True, by="o")
    with house.reading() as session:
        states = [one.state.value for one in orders.history(session, Subject("fund.application", made))]
    assert states == ["withdrawn", "ready"]


def test_a_decision_that_falls_is_taken_anew(
    house: House, branch: Branch, grant: Case, at: Callable[[str], House]
) -> None:
    """When the office finds that it was not the approver, the fund's case is approved from the first step again."""
    made = emergency(house, branch)
    before = present(house, made)
    answer = Answer(branch["K1"], Verdict.APPROVE, before.new.content_hash)
    relief.decide(house, before.waiting[0].id, answer, by="t")
    denied = approval_acts.deny(house, before.waiting[0].id, branch["K1"], by="k")
    approval_acts.settle_denial(at("2026-11-18T11:00"), denied.id, "手机被盗", stands=False, by="o")
    anew = present(house, made)
    assert (anew.id != before.id, anew.step, [one.person for one in anew.waiting]) == (True, "review", [branch["K1"]])
    first = next(task for task in grant.tasks if task.person == branch["G3"])
    of_grant = approval_acts.deny(house, first.id, branch["G3"], by="g")
    with house.reading() as session:
        assert approvals.case(session, grant.id).state.value == "paused"
    approval_acts.settle_denial(house, of_grant.id, "是本人", stands=True, by="o")
    with house.reading() as session:
        assert approvals.case(session, grant.id).state.value == "running"


def test_a_receipt_leads_to_the_page_where_one_says_not_me(house: House, branch: Branch) -> None:
    """After a decision the approver gets a receipt with its own link: what was decided, and 不是我办的."""
    made = emergency(house, branch)
    waiting = present(house, made)
    answer = Answer(branch["K1"], Verdict.APPROVE, waiting.new.content_hash)
    relief.decide(house, waiting.waiting[0].id, answer, by="t")
    with house.transaction() as session:
        listed = notices.notices(session, [row["id"] for row in notify.listing(session)]).values()
        (receipt,) = [one for one in listed if one.kind is NoticeKind.APPROVAL_RECEIPT]
        link = link_from(house, outbox.link(session, receipt, house.now()))
    words = house.texts.render(receipt.text, **receipt.values)
    assert ("不是我办的" in words, "同意" in words, receipt.recipient) == (True, True, branch["K1"])
    token = link.rpartition("/")[2]
    done = approving.settled(house, token)
    assert done is not None
    assert (done.task_id, done.verdict, done.denied) == (waiting.waiting[0].id, Verdict.APPROVE, False)
    with pytest.raises(ConflictError, match="已由组织科工作人员"):
        approving.door(house, token)
    assert approving.deny(house, token).person == branch["K1"]
