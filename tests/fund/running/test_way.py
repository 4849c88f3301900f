"""The whole way of a case: approvals, money, lists, payment and follow-up move together, on both databases."""

from pathlib import Path

import pytest

from djflow.approvals import service as approvals
from djflow.approvals.model import CaseState as ApprovalState
from djflow.approvals.model import Verdict
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.db.session import Database
from djflow.fund import service as fund
from djflow.fund.cases.model import Act, CaseState, Who
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level, NewObjection, Via
from tests.fund.books import ACT, SECRETS
from tests.fund.payment.till import bank
from tests.fund.running.town import DESK, Town, build


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    """A district with 10,000 yuan."""
    return build(database, tmp_path)


def objection(town: Town, case_id: str) -> str:
    """Object to the list of a case that hangs now and return the objection."""
    with town.database.reading() as session:
        period = publicity.periods_of(session, case_id)[-1]
    new = NewObjection("情况不实", Via.PAGE)
    return town.act(lambda s: fund.object_to(s, period.id, new, DESK, by=ACT, now=town.now)).id


def test_a_case_walks_from_the_branch_to_the_bank_and_the_follow_up(town: Town) -> None:
    """Every step follows from the one before; money is kept, then spent, once."""
    case = town.accepted()
    assert (case.state, town.step(case)) == (CaseState.CHECKING, "branch")
    town.checked(case)
    town.say(case)
    assert town.step(case) == "branch_notice"
    assert town.close_lists() == 1
    assert town.step(case) == "town"
    for expected in ("review", "deputy"):
        town.say(case)
        assert town.step(case) == expected
    town.say(case)
    assert town.case(case.id).state is CaseState.PUBLICITY
    assert town.money() == (1_000_000, 200_000, 0)
    assert town.close_lists() == 1
    assert (town.case(case.id).state, town.step(case)) == (CaseState.READY_TO_PAY, "pay")
    batch, file = town.to_bank()
    assert town.case(case.id).state is CaseState.SENT
    town.answer(batch, bank(file))
    assert (town.case(case.id).state, town.step(case)) == (CaseState.PAID, "visit")
    assert town.money() == (1_000_000, 0, 200_000)
    town.request(case, Act.HAND_OVER, Who.BRANCH)
    assert town.step(case) == "follow_up"
    assert town.request(case, Act.CLOSE, Who.BRANCH).state is CaseState.CLOSED
    with town.database.reading() as session:
        assert approvals.cases_about(session, case.subject)[0].state is ApprovalState.APPROVED


def test_nobody_approves_before_the_checks_are_done(town: Town) -> None:
    """The branch needs its vote, the township its visits; each missing thing is named."""
    case = town.accepted()
    with pytest.raises(RuleError, match="支部还没有评议通过"):
        town.say(case)
    assert town.step(case) == "branch"


def test_a_return_needs_a_reason_and_opens_a_new_round(town: Town) -> None:
    """What came back goes before the approvers again from the first step."""
    case = town.checked(town.accepted())
    with pytest.raises(InputError, match="写明理由"):
        town.say(case, Verdict.RETURN_TO_APPLICANT)
    town.say(case, Verdict.RETURN_TO_APPLICANT, "缺签字")
    assert town.case(case.id).state is CaseState.RETURNED
    again = town.request(case, Act.RESUBMIT, Who.APPLICANT)
    assert (again.state, again.round, town.step(case)) == (CaseState.CHECKING, 2, "branch")


def test_papers_asked_for_go_on_where_they_stopped(town: Town) -> None:
    """补正 is no new round: the same approver goes on."""
    case = town.checked(town.accepted())
    town.say(case)
    town.close_lists()
    town.say(case, Verdict.SUPPLEMENT, "请补收入证明")
    assert town.case(case.id).state is CaseState.RETURNED
    town.request(case, Act.RESUBMIT, Who.APPLICANT)
    assert town.step(case) == "town"


def test_a_refusal_keeps_no_money(town: Town) -> None:
    """The last approver says no: the case ends, nothing was kept."""
    case = town.checked(town.accepted())
    town.say(case)
    town.close_lists()
    town.say(case, Verdict.REJECT, "不符合条件")
    assert town.case(case.id).state is CaseState.REJECTED
    assert town.money() == (1_000_000, 0, 0)


def test_without_money_a_case_waits_and_is_served_when_it_comes(town: Town) -> None:
    """The order of approval is kept: a smaller later case does not overtake an earlier one."""
    for code in ("G1", "G4", "G5"):
        town.decided(code, requested_fen=300_000)
    first = town.decided("G6", requested_fen=200_000)
    second = town.decided("G2", requested_fen=50_000)
    assert [first.state, second.state] == [CaseState.WAITING_BUDGET] * 2
    assert town.act(lambda s: fund.serve_queue(s, DESK, by=ACT, now=town.now)).cases == ()
    town.receive(100_000, "more")
    served = town.act(lambda s: fund.serve_queue(s, DESK, by=ACT, now=town.now))
    assert served.cases == (first.id,)
    assert (town.case(first.id).state, town.case(second.id).state) == (CaseState.PUBLICITY, CaseState.WAITING_BUDGET)
    town.receive(50_000, "rest")
    assert town.act(lambda s: fund.serve_queue(s, DESK, by=ACT, now=town.now)).cases == (second.id,)
    assert town.money() == (1_150_000, 1_150_000, 0)


def test_an_upheld_objection_frees_the_money(town: Town) -> None:
    """The clock stops while it is looked into; upheld ends case and approval."""
    case = town.decided()
    found = objection(town, case.id)
    assert town.case(case.id).state is CaseState.FROZEN
    with town.database.reading() as session:
        assert approvals.cases_about(session, case.subject)[0].state is ApprovalState.PAUSED
    town.act(lambda s: fund.settle_objection(s, found, "查实", DESK, upheld=True, by=ACT, now=town.now))
    assert town.case(case.id).state is CaseState.REJECTED
    assert town.money() == (1_000_000, 0, 0)
    with town.database.reading() as session:
        assert approvals.cases_about(session, case.subject)[0].state is ApprovalState.REJECTED


def test_a_dismissed_objection_lets_the_case_go_on(town: Town) -> None:
    """List and approval run on where they stopped."""
    case = town.decided()
    found = objection(town, case.id)
    town.act(lambda s: fund.settle_objection(s, found, "不实", DESK, upheld=False, by=ACT, now=town.now))
    assert (town.case(case.id).state, town.step(case)) == (CaseState.PUBLICITY, "district_notice")
    town.close_lists()
    assert town.case(case.id).state is CaseState.READY_TO_PAY


def test_a_branch_objection_stops_the_approval_too(town: Town) -> None:
    """The branch's list is frozen, nobody decides meanwhile."""
    case = town.checked(town.accepted())
    town.say(case)
    found = objection(town, case.id)
    with town.database.reading() as session:
        assert approvals.cases_about(session, case.subject)[0].state is ApprovalState.PAUSED
    town.act(lambda s: fund.settle_objection(s, found, "不实", DESK, upheld=False, by=ACT, now=town.now))
    town.close_lists()
    assert town.step(case) == "town"


def test_an_objection_typed_in_late_takes_the_payment_back(town: Town) -> None:
    """Until the bank's file is made a letter that came in time still stops the payment."""
    case = town.decided()
    in_time = town.now
    town.close_lists()
    with town.database.reading() as session:
        period = next(one for one in publicity.periods_of(session, case.id) if one.level is Level.DISTRICT)
    new = NewObjection("情况不实", Via.HAND, received_at=in_time)
    town.act(lambda s: fund.object_to(s, period.id, new, DESK, by=ACT, now=town.now))
    assert town.case(case.id).state is CaseState.FROZEN
    with pytest.raises(InputError, match="没有待拨付"):
        town.to_bank()


def test_a_withdrawal_frees_everything_until_the_bank_has_the_file(town: Town) -> None:
    """Before: money and payment are free again. After: refused, with what to do."""
    case = town.decided()
    town.close_lists()
    town.act(lambda s: fund.withdraw(s, case.id, DESK, who=Who.APPLICANT, by=ACT, now=town.now))
    assert (town.case(case.id).state, town.money()) == (CaseState.WITHDRAWN, (1_000_000, 0, 0))
    other = town.decided("G4")
    town.close_lists()
    town.to_bank()
    with pytest.raises(ConflictError, match="请等银行回单"):
        town.act(lambda s: fund.withdraw(s, other.id, DESK, who=Who.APPLICANT, by=ACT, now=town.now))
    assert town.case(other.id).state is CaseState.SENT


def test_a_failed_payment_keeps_the_money(town: Town) -> None:
    """The bank says no: the case waits for the right account, its money stays kept."""
    case = town.decided()
    town.close_lists()
    batch, file = town.to_bank()
    town.answer(batch, bank(file, failed=[f"pay:{case.number}:1"]))
    assert (town.case(case.id).state, town.money()) == (CaseState.PAYMENT_FAILED, (1_000_000, 200_000, 0))


def test_whoever_decided_is_kept_from_the_money(town: Town) -> None:
    """The payment bars every decider of the case."""
    town.decided()
    town.close_lists()
    with town.database.reading() as session:
        from djflow.fund.payment import store

        order = store.ready_orders(session)[0]
        barred = store.barred(session, [order.id])[order.id]
    assert {town[code] for code in ("G1", "G3", "O1", "K1")} <= barred
    assert town["C1"] not in barred


def test_messages_and_events_say_nothing_personal(town: Town) -> None:
    """Each place is told once; no amount, no need, no name of others; events are taken once."""
    case = town.paid()
    with town.database.reading() as session:
        events = fund.pending_events(session)
        told = [one for one in texts_of(session) if case.number in one]
    assert {"submitted", "checking", "paid"} <= {one.state for one in events}
    assert told
    assert not any(secret in one for one in told for secret in (*SECRETS[1:], "2000", "2,000", "定期"))
    assert town.act(lambda s: fund.event_done(s, events[0].id, now=town.now))
    assert not town.act(lambda s: fund.event_done(s, events[0].id, now=town.now))


def texts_of(session: object) -> list[str]:
    """Return the variables of every notice."""
    from sqlalchemy import text

    return [str(row[0]) for row in session.execute(text("SELECT payload FROM notice"))]  # type: ignore[attr-defined] # a session
