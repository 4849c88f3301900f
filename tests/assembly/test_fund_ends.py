"""Money that comes back, appeals, emergencies: what happens after or beside the ordinary way, through the door."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from djflow.accounts.model import Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House, case_view, fund_lists, fund_payments, fund_watch, relief
from djflow.core.clock import FixedClock
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.core.subject import Subject
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, Category, FundCase, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Request
from djflow.fund.checks.model import Visit
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Incoming
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.fund.payment import orders
from djflow.fund.payment.model import Clerk, Ground, OrderState, Proposal, RulingKind
from djflow.fund.publicity.model import Level
from djflow.notify import service as notify
from tests.assembly.test_fund_lists import SPRING, approve_all, excel, listed, pay
from tests.fund.books import Branch, at, claim, photo, vote
from tests.fund.running.town import settle_staff
from tests.fund.test_checks import table

Moment = Callable[[str], House]
PAPER = "a" * 64
START = "2026-11-18T09:00"


@pytest.fixture
def branch(house: House) -> Branch:
    """A branch with its people in the small house, and 10,000 yuan."""
    with house.transaction() as session:
        branch = settle_staff(session, house.now())
        chains.publish(session, house.settings.approvals.versions, by="test", now=house.now())
        income = Incoming("in-1", AccountCode("fiscal"), 1_000_000, Subject("fund.income", "in-1"))
        ledger.receive(session, income, by="a", second="b", now=house.now())
        return branch


@pytest.fixture
def moment(house: House) -> Moment:
    """The same house at another moment."""
    return lambda text: replace(house, clock=FixedClock(at(text)))


def money(house: House) -> tuple[int, int]:
    """Return what is reserved and what is spent."""
    with house.reading() as session:
        found = ledger.balances(session)
        assert ledger.verify(session).intact
    return sum(one.reserved_fen for one in found), sum(one.spent_fen for one in found)


def case_now(house: House, case_id: str) -> FundCase:
    """Return a case."""
    with house.reading() as session:
        return cases.get(session, case_id)


def paid(house: House, branch: Branch, moment: Moment, folder: Path) -> tuple[House, FundCase]:
    """Return the house on 30 November with a case that was paid 500 yuan."""
    fund_lists.file_list(house, SPRING, excel(folder / "a.xlsx", ("G1", 500)), by="c")
    approve_all(house)
    later = moment("2026-11-30T09:00")
    relief.sweep(later, by="sweep")
    pay(later, branch, folder)
    (case,) = listed(house)
    assert case.state is CaseState.PAID
    return later, case


def clerks(branch: Branch) -> tuple[Clerk, Clerk]:
    """Return cashier and accountant."""
    return (
        Clerk("account:c", branch["C1"], frozenset({Role.CASHIER})),
        Clerk("account:f", branch["F1"], frozenset({Role.FINANCE_CLERK})),
    )


def refund(house: House, branch: Branch, case: FundCase, fen: int) -> None:
    """Let the cashier state a refund and the accountant confirm it."""
    cashier, accountant = clerks(branch)
    with house.reading() as session:
        order = orders.history(session, case.subject)[-1]
    proposal = Proposal(RulingKind.REFUNDED, Ground.FALSE_MATERIAL, PAPER, order=order.id, received_fen=fen)
    ruling = fund_payments.propose(house, proposal, by=cashier)
    with pytest.raises(RuleError, match="另一个人"):
        fund_payments.confirm(house, ruling.id, by=cashier)
    fund_payments.confirm(house, ruling.id, by=accountant)


def test_money_taken_back_is_booked_and_bars_its_person(
    house: House, branch: Branch, moment: Moment, tmp_path: Path
) -> None:
    """The whole comes back: books, case and payment say so, the person may not apply for years, the list closes."""
    later, case = paid(house, branch, moment, tmp_path)
    assert money(house) == (0, 50_000)
    refund(later, branch, case, 50_000)
    assert (money(house), case_now(house, case.id).state) == ((0, 0), CaseState.CLAWED_BACK)
    with house.reading() as session:
        assert orders.history(session, case.subject)[-1].state is OrderState.CLAWED_BACK
        assert approvals.cases_about(session, case.subject)[0].over
    with pytest.raises(RuleError, match="虚假材料"):
        relief.apply(later, claim(branch["G1"], category=Category.VETERAN, requested_fen=1_000), by="b")
    assert fund_lists.listing(house)[0]["办结于"] == "2026-11-30"


def test_money_comes_back_in_parts(house: House, branch: Branch, moment: Moment, tmp_path: Path) -> None:
    """Each part is booked when two persons stated it; the last takes the case back, never more than was paid."""
    later, case = paid(house, branch, moment, tmp_path)
    refund(later, branch, case, 20_000)
    assert (money(house), case_now(house, case.id).state) == ((0, 30_000), CaseState.PAID)
    with pytest.raises(InputError, match="还没有退的 300 元"):
        refund(later, branch, case, 30_001)
    with pytest.raises(InputError, match="大于零"):
        refund(later, branch, case, 0)
    refund(later, branch, case, 30_000)
    assert (money(house), case_now(house, case.id).state) == ((0, 0), CaseState.CLAWED_BACK)
    with pytest.raises(ConflictError, match="已追回"):
        refund(later, branch, case, 1)


def decide(house: House, case: FundCase, verdict: Verdict = Verdict.APPROVE, opinion: str = "") -> str:
    """Let whoever is asked first decide and return who that was."""
    with house.reading() as session:
        approval = approvals.cases_about(session, case.subject)[0]
    task = approval.waiting[0]
    assert task.person is not None
    answer = Answer(task.person, verdict, approval.new.content_hash, opinion)
    relief.decide(house, task.id, answer, by="test")
    return task.person


def emergency(house: House, branch: Branch) -> FundCase:
    """File an emergency of 2,000 yuan with its proof of disaster alone, approved by telephone."""
    case = relief.apply(house, claim(branch["G1"], category=Category.EMERGENCY, emergency=True), by="b")
    kinds = (*house.settings.fund.policy.categories[Category.EMERGENCY].materials,)
    for place, kind in enumerate(kinds):
        relief.attach(house, case.id, Upload(MaterialKind(kind), photo((30 + place, 30))), by="b")
    relief.submit(house, case.id, who=Who.BRANCH, by="b")
    call = PhoneCall(branch["M1"], branch["G6"], branch["G7"], house.now() - timedelta(minutes=1))
    relief.record_phone(house, case.id, call, by="o")
    return relief.move(house, case.id, Request(Act.FAST_TRACK, Who.OFFICE), by="o")


def told(house: House, slot: str) -> list[str]:
    """Return the kinds of notices of a slot."""
    with house.reading() as session:
        return sorted(str(row["kind"]) for row in notify.listing(session) if str(row["slot"]) == slot)


def test_an_appeal_has_other_approvers(house: House, branch: Branch) -> None:
    """Whoever refused the case decides nothing in its appeal; a second appeal is refused."""
    case = emergency(house, branch)
    refused_by = decide(house, case, Verdict.REJECT, "不属于突发")
    assert case_now(house, case.id).state is CaseState.REJECTED
    again = relief.appeal(house, case.id, "有新的证明", by="b")
    assert (again.appeal_of, again.state) == (case.id, CaseState.DRAFT)
    assert relief.appeal(house, case.id, "再说一次", by="b").id == again.id
    assert again.category is Category.EMERGENCY
    kinds = house.settings.fund.policy.categories[Category.EMERGENCY].materials
    for place, kind in enumerate(kinds):
        relief.attach(house, again.id, Upload(MaterialKind(kind), photo((50 + place, 30))), by="b")
    relief.submit(house, again.id, who=Who.BRANCH, by="b")
    relief.move(house, again.id, Request(Act.ACCEPT, Who.BRANCH), by="b")
    with house.reading() as session:
        approval = approvals.cases_about(session, again.subject)[0]
    assert refused_by in approval.new.barred
    assert refused_by not in {task.person for task in approval.tasks}
    relief.withdraw(house, again.id, who=Who.BRANCH, by="b")
    with pytest.raises(RuleError, match="没有被否决"):
        relief.appeal(house, again.id, "", by="b")


def test_an_emergency_is_marked_reminded_and_stopped(house: House, branch: Branch, moment: Moment) -> None:
    """Approved before the papers, marked on lists, reminded; after the day the office is told and nothing is paid."""
    case = emergency(house, branch)
    for _ in ("review", "minister"):
        decide(house, case)
    ready = case_now(house, case.id)
    assert (ready.state, str(ready.papers_due_on)) == (CaseState.READY_TO_PAY, "2026-11-25")
    assert "（应急）" in relief.public_list(house, Level.DISTRICT)[0].text
    assert case_view.show(house, case.id)["papers_due_on"] == "2026-11-25"
    assert relief.sweep(moment("2026-11-20T09:00"), by="s").chased == 0
    before = moment("2026-11-24T09:00")
    assert [relief.sweep(before, by="s").chased for _ in range(2)] == [1, 0]
    assert told(house, "papers:due") == ["fund_branch", "fund_progress"]
    with house.reading() as session:
        assert orders.history(session, case.subject)[-1].state is OrderState.READY
    assert relief.sweep(moment("2026-11-25T23:00"), by="s").chased == 0
    late = moment("2026-11-26T09:00")
    assert [relief.sweep(late, by="s").chased for _ in range(2)] == [1, 0]
    assert told(house, "papers:late") == ["fund_branch", "fund_progress", "operator_alert"]
    assert fund_watch.late(late).rows[-1]["步骤"] == "应急补材料"
    with house.reading() as session:
        assert orders.history(session, case.subject)[-1].state is OrderState.WITHDRAWN
    assert (case_now(house, case.id).state, money(house)) == (CaseState.READY_TO_PAY, (200_000, 0))
    cashier, _ = clerks(branch)
    with pytest.raises(InputError, match="没有待拨付"):
        fund_payments.make(late, "", "", by=cashier)
    follow_with_papers(late, branch, case)
    with house.reading() as session:
        assert [one.state for one in orders.history(session, case.subject)] == [OrderState.WITHDRAWN, OrderState.READY]
    assert relief.sweep(late, by="s") == relief.Swept(0, 0, 0, 0)


def follow_with_papers(house: House, branch: Branch, case: FundCase) -> None:
    """Do what had to follow the emergency: the branch's vote, two visits, every department's answer."""
    paper = relief.attach(house, case.id, Upload(MaterialKind.MINUTES, photo(colour="blue")), by="b")
    relief.deliberate(house, case.id, vote(paper.id, held_on=house.today()), by="b")
    for visitor in ("O1", "D2"):
        relief.visit(house, case.id, Visit(branch[visitor], house.today(), consistent=True), by="o")
    for department in house.settings.fund.policy.departments:
        source = table(house.state / "answers.xlsx", (case.number, "无出入", None))
        assert relief.import_crosscheck(house, source, department, by="o").created == 1
