"""What goes wrong at the desk and at the bank: a clear answer, nothing lost, nothing written that should not be."""

from dataclasses import replace
from pathlib import Path

import pytest

from djflow.accounts import service as accounts
from djflow.accounts.model import Role
from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.db.session import Database
from djflow.fund import service as fund
from djflow.fund.cases.model import CaseState, FundCase, Who
from djflow.fund.checks import service as checks
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import TransferKind
from djflow.fund.payment import orders
from djflow.fund.payment import service as payments
from djflow.fund.payment.answers import service as answers
from djflow.fund.payment.model import (
    Clerk,
    Correction,
    Ground,
    NewBatch,
    OrderState,
    PaymentBatch,
    Proposal,
    RulingKind,
)
from tests.fund.books import ACT, TERMS, vote
from tests.fund.joined.looking import faults, proven
from tests.fund.joined.played import PAPER, Player, checked, small_chain
from tests.fund.payment.acts import altered
from tests.fund.payment.till import bank
from tests.fund.running.town import DESK, Town, build

S = CaseState


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    """A town with money for five cases and one approver."""
    return build(database, tmp_path, small_chain())


def granted(town: Town, *codes: str) -> list[FundCase]:
    """Return cases that wait to be paid."""
    found, player = checked(town, *codes), Player(town)
    for case in found:
        town.say(case)
    for case in found:
        player.list_ends(case)
    return found


def posts(town: Town, case: FundCase) -> list[int]:
    """Return what was booked as paid for a case."""
    with town.database.reading() as session:
        return [one.amount_fen for one in ledger.history(session, case.subject) if one.kind is TransferKind.POST]


def right(town: Town, *cases: FundCase) -> None:
    """Look that everything is as it must be."""
    with town.database.reading() as session:
        assert faults(session, town, [case.id for case in cases]) == []
        assert proven(session)


def test_an_altered_line_of_the_return_file_waits_for_two_persons(town: Town) -> None:
    """One payment is booked, the altered one waits until two persons rule; the right file then pays none twice."""
    first, second = granted(town, "G1", "G4")
    batch, file = town.to_bank()
    key = f"pay:{second.number}:1"
    town.answer(batch, bank(file, change=altered(key, 1, "9999.00")))
    assert [town.case(one.id).state for one in (first, second)] == [S.PAID, S.SENT]
    town.answer(batch, bank(file, change=altered(key, 1, "9999.00")))
    with town.database.reading() as session:
        order = orders.history(session, second.subject)[-1]
        assert order.state is OrderState.UNKNOWN
    wanted = Proposal(RulingKind.PAID, Ground.BANK_STATEMENT, PAPER, order.id)
    ruling = town.act(lambda s: answers.propose(s, wanted, by=town.clerk("C1"), now=town.now))
    with pytest.raises(RuleError, match="同一个人"):
        town.act(lambda s: answers.confirm(s, ruling.id, by=town.clerk("C1"), now=town.now))
    outcome = town.act(lambda s: answers.confirm(s, ruling.id, by=town.clerk("F1"), now=town.now))
    assert outcome is not None
    town.act(lambda s: fund.settled(s, (outcome,), DESK, second="", by=ACT, now=town.now))
    town.answer(batch, bank(file))
    assert [posts(town, one) for one in (first, second)] == [[200_000], [200_000]]
    assert town.money() == (1_000_000, 0, 400_000)
    right(town, first, second)


def test_a_payment_nobody_heard_of_is_booked_by_the_sweep_once(town: Town) -> None:
    """The till took the answer, then everything stopped: the case is found, booked and told, once."""
    (case,) = granted(town, "G1")
    batch, file = town.to_bank()
    town.answer(batch, bank(file), heard=False)
    for _ in range(3):
        with town.database.reading() as session:
            behind = fund.left_behind(session, DESK, now=town.now)
        for one in behind:
            town.act(lambda s, key=one: fund.bring_forward(s, key, DESK, by=ACT, now=town.now))  # type: ignore[misc] # a bound name
    assert behind == ()
    assert (town.case(case.id).state, posts(town, case)) == (S.PAID, [200_000])
    town.answer(batch, bank(file))
    assert posts(town, case) == [200_000]
    right(town, case)


def test_a_dead_account_is_corrected_by_another_person(town: Town) -> None:
    """The bank says no: the money stays kept, its maker may not correct it, the new account is paid once."""
    (case,) = granted(town, "G1")
    batch, file = town.to_bank()
    town.answer(batch, bank(file, failed=[f"pay:{case.number}:1"]))
    assert (town.case(case.id).state, town.money()) == (S.PAYMENT_FAILED, (1_000_000, 200_000, 0))
    failed = Player(town).order(case)
    fix = Correction("张小明", "6222000000999903", "农商行", PAPER)
    with pytest.raises(RuleError, match="同一个人"):
        town.act(lambda s: orders.correct(s, failed.id, fix, by=town.clerk("C1"), now=town.now))
    other = replace(fix, holder="王四")
    with pytest.raises(RuleError, match="户名与申请人姓名不一致"):
        town.act(lambda s: orders.correct(s, failed.id, other, by=town.clerk("F1"), now=town.now))
    assert town.case(case.id).state is S.PAYMENT_FAILED
    Player(town).correct(case)
    again, content = town.to_bank()
    assert town.answer(again, bank(content)).matched[0].line_key == f"pay:{case.number}:2"
    assert (town.case(case.id).state, posts(town, case)) == (S.PAID, [200_000])
    right(town, case)


def test_the_payer_is_neither_applicant_nor_approver(town: Town) -> None:
    """A cashier who is paid, or who decided, makes and checks no batch with that payment; another one does."""
    (case,) = granted(town, "G6")
    own = Clerk("account:g6", town["G6"], frozenset({Role.CASHIER}))
    decider = Clerk("account:d1", town["D1"], frozenset({Role.CASHIER}))
    new = NewBatch("bank", 500)
    for hand in (own, decider):
        with pytest.raises(RuleError, match=f"pay:{case.number}:1"):
            town.act(lambda s, hand=hand: payments.make_batch(s, new, by=hand, now=town.now))  # type: ignore[misc] # a bound name
    batch = town.act(lambda s: payments.make_batch(s, new, by=town.clerk("C1"), now=town.now))

    def check(hand: Clerk) -> PaymentBatch:
        second = replace(hand, roles=frozenset({Role.FINANCE_CLERK}))
        return town.act(lambda s: payments.check_batch(s, batch.id, by=second, now=town.now))

    for hand in (own, decider):
        with pytest.raises(RuleError, match=f"pay:{case.number}:1"):
            check(hand)
    assert check(town.clerk("F1")).checker == town["F1"]
    right(town, case)


def test_the_applicant_never_approves_his_own_claim(database: Database, tmp_path: Path) -> None:
    """The branch's secretary asks for himself: his superior is asked, and his own word counts nothing."""
    town = build(database, tmp_path)
    case = town.checked(town.accepted("G3"))
    with database.reading() as session:
        approval = approvals.cases_about(session, case.subject)[0]
    assert [task.person for task in approval.waiting] == [town["M1"]]
    own = Answer(town["G3"], Verdict.APPROVE, approval.new.content_hash)
    with pytest.raises(RuleError, match="不是交给您的"):
        town.act(lambda s: fund.decide(s, approval.waiting[0].id, own, DESK, by=ACT, now=town.now))
    town.say(case)
    right(town, case)


def test_missing_minutes_stop_the_branch(database: Database, tmp_path: Path) -> None:
    """A vote without minutes is none; the branch cannot approve, and is told what is missing."""
    town = build(database, tmp_path)
    case = town.accepted()
    held = vote("none", held_on=civil_date(town.now))
    with pytest.raises((InputError, RuleError), match="没有附评议记录"):
        town.act(lambda s: checks.deliberate(s, case.id, held, TERMS.policy, by=ACT, now=town.now))
    with pytest.raises(RuleError, match="支部还没有评议通过"):
        town.say(case)
    with database.reading() as session:
        assert checks.votes_of(session, case.id) == ()
    assert town.step(case) == "branch"
    right(town, case)


def test_who_decides_twice_hears_when_it_was_done(database: Database, tmp_path: Path) -> None:
    """A second tap on a task of an earlier step says who decided and when, not what the present step still lacks."""
    town = build(database, tmp_path)
    case = town.checked(town.accepted())
    with database.reading() as session:
        approval = approvals.cases_about(session, case.subject)[0]
    said = Answer(town["G3"], Verdict.APPROVE, approval.new.content_hash)
    for _ in range(2):
        before = town.case(case.id)
        try:
            town.act(lambda s: fund.decide(s, approval.waiting[0].id, said, DESK, by=ACT, now=town.now))
        except ConflictError as refusal:
            told = refusal.message
    assert "党支部书记于11月16日09:00办理（同意）" in told
    assert town.case(case.id) == before


def test_a_role_that_ended_before_the_click_decides_nothing(town: Town) -> None:
    """An approver whose account was closed meanwhile is refused; his colleague, who is asked too, decides."""
    (case,) = checked(town, "G1")
    with town.database.reading() as session:
        account = next(one for one in accounts.accounts(session) if one.login == "u-d1")
    town.act(lambda s: accounts.set_disabled(s, account.id, disabled=True, by=ACT, now=town.now))
    with pytest.raises(RuleError, match="审批职务已有变动"):
        town.say(case, who="D1")
    assert town.case(case.id).state is S.RUNNING
    town.say(case, who="D2")
    assert town.case(case.id).state is S.PUBLICITY
    right(town, case)


def test_a_withdrawal_while_the_file_is_at_the_bank(town: Town) -> None:
    """Refused with what to do; the bank's answer then counts as if nobody had asked."""
    (case,) = granted(town, "G1")
    batch, file = town.to_bank()
    with pytest.raises(ConflictError, match="请等银行回单"):
        town.act(lambda s: fund.withdraw(s, case.id, DESK, who=Who.APPLICANT, by=ACT, now=town.now))
    assert town.money() == (1_000_000, 200_000, 0)
    town.answer(batch, bank(file))
    assert (town.case(case.id).state, posts(town, case)) == (S.PAID, [200_000])
    right(town, case)
