"""No money runs on a bank that nobody named, or to an account the bank has refused; on both databases."""

from pathlib import Path

import pytest

from djflow.core.errors import ConflictError, RuleError
from djflow.db.session import Database
from djflow.db.upgrade import downgrade, upgrade
from djflow.fund import casework
from djflow.fund import service as fund
from djflow.fund.cases import payees
from djflow.fund.cases.model import Act, CaseState, Who
from djflow.fund.payment import orders
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry
from tests.fund.books import ACT, BANK, TERMS, card, identity
from tests.fund.payment.till import bank, lines_of
from tests.fund.running.town import DESK, Town, build


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    """A district with 10,000 yuan."""
    return build(database, tmp_path)


def register(town: Town, *, account: str = "", bank_name: str = "") -> None:
    """Let the office write G7's account and bank into the register of persons."""
    entry = PersonEntry(
        "G7", "孙七", Gender.MALE, "T1", branch_code="B1", id_number=identity(7), bank_account=account,
        bank_name=bank_name,
    )  # fmt: skip
    town.act(lambda session: people.put_people(session, [entry], by=ACT, now=town.now))


def missing(town: Town, case_id: str) -> tuple[str, ...]:
    """Return what a case lacks, as its applicant reads it."""
    with town.database.reading() as session:
        return casework.progress(session, case_id, TERMS).missing


def left_behind(town: Town) -> tuple[str, ...]:
    """Return what a sweep would bring forward."""
    with town.database.reading() as session:
        return fund.left_behind(session, DESK, now=town.now)


def test_a_case_is_paid_at_the_bank_of_its_payee(town: Town) -> None:
    """What the application says stands in the bank's file, else what the person's record says."""
    town.decided("G1")
    town.decided("G4", payee_bank="中国银行 青石支行")
    town.close_lists()
    _, file = town.to_bank()
    assert sorted(row[4] for row in lines_of(file)[1:-1]) == sorted([BANK, "中国银行青石支行"])


def test_without_a_bank_nothing_is_ordered(town: Town) -> None:
    """The case waits and says what it lacks, no sweep is kept busy by it; once the register knows the bank it is paid.

    A bank registered with another account is not the bank of this one.
    """
    own = card(7)
    case = town.decided("G7", payee_account=own)
    assert missing(town, case.id) == ("开户行",)
    town.close_lists()
    assert town.case(case.id).state is CaseState.READY_TO_PAY
    with town.database.reading() as session:
        assert orders.history(session, case.subject) == ()
    assert left_behind(town) == ()
    register(town, account=card(70), bank_name=BANK)
    assert missing(town, case.id) == ("开户行",)
    register(town, account=own, bank_name=BANK)
    assert (missing(town, case.id), left_behind(town)) == ((), (case.id,))
    town.act(lambda session: fund.bring_forward(session, case.id, DESK, by=ACT, now=town.now))
    _, file = town.to_bank()
    assert [row[3:5] for row in lines_of(file)[1:-1]] == [[own, BANK]]


def test_an_account_the_bank_refused_is_not_tried_again(town: Town) -> None:
    """A dead account keeps the next case waiting until the register has a living one, which the office takes over."""
    register(town, account=card(7), bank_name=BANK)
    first = town.decided("G7", requested_fen=100_000)
    town.close_lists()
    batch, file = town.to_bank()
    town.answer(batch, bank(file, failed=[f"pay:{first.number}:1"]))
    assert town.case(first.id).state is CaseState.PAYMENT_FAILED
    town.request(first, Act.REJECT, Who.OFFICE, "账户已销户，本人另行申请")
    town.later(400)
    again = town.decided("G7", requested_fen=100_000)
    town.close_lists()
    assert town.case(again.id).state is CaseState.READY_TO_PAY
    assert any("被银行退回过" in one for one in missing(town, again.id))
    assert left_behind(town) == ()
    register(town, account=card(70), bank_name=BANK)

    def renewed() -> object:
        return town.act(lambda session: payees.renew_payee(session, again.id, by=ACT, now=town.now))

    town.act(lambda session: fund.tend(session, again.id, lambda: None, DESK, by=ACT, now=town.now))
    assert left_behind(town) == ()
    renewed()
    assert left_behind(town) == (again.id,)
    town.act(lambda session: fund.bring_forward(session, again.id, DESK, by=ACT, now=town.now))
    _, file = town.to_bank()
    assert [row[3] for row in lines_of(file)[1:-1]] == [card(70)]


def test_nothing_is_taken_over_from_an_empty_register(town: Town) -> None:
    """The office is told to complete the register first."""
    case = town.accepted("G8", payee_account=card(8))
    with pytest.raises(RuleError, match="先更新人员登记"):
        town.act(lambda session: payees.renew_payee(session, case.id, by=ACT, now=town.now))


def test_the_register_is_taken_over_only_where_it_changes_no_decision(town: Town) -> None:
    """The bank's name any time before payment; another account only when the case waits to be paid; twice is once."""
    case = town.accepted("G7", payee_account=card(7))

    def renew() -> int:
        return town.act(lambda session: payees.renew_payee(session, case.id, by=ACT, now=town.now)).version

    register(town, account=card(70), bank_name=BANK)
    with pytest.raises(RuleError, match="另一个账号"):
        renew()
    register(town, account=card(7), bank_name=BANK)
    assert renew() == renew() == case.version + 1
    town.checked(case)
    town.say(case)
    town.close_lists()
    for _ in ("town", "review", "deputy"):
        town.say(case)
    town.close_lists()
    batch, file = town.to_bank()
    assert [row[3:5] for row in lines_of(file)[1:-1]] == [[card(7), BANK]]
    town.answer(batch, bank(file))
    register(town, account=card(71), bank_name=BANK)
    with pytest.raises(ConflictError, match="不能再改收款账户"):
        renew()


def test_events_come_out_in_the_order_they_happened(town: Town) -> None:
    """Many cases at one instant: every case's own way is in order, and so are all of them together."""
    cases = [town.decided(code, requested_fen=50_000) for code in ("G1", "G4", "G5")]
    with town.database.reading() as session:
        events = fund.pending_events(session, limit=1000)
    for case in cases:
        own = [event.state for event in events if event.case == case.id]
        assert own[:2] == ["submitted", "checking"]
        assert "publicity" in own
    assert [event.at for event in events] == sorted(event.at for event in events)
    numbers = [event.number for event in events if event.state == "submitted"]
    assert numbers == [case.number for case in cases]


def test_events_of_an_older_house_keep_their_order(town: Town) -> None:
    """A house that is upgraded numbers the events it has by moment and by version of their case, and goes on."""
    town.decided("G1", requested_fen=50_000)
    with town.database.reading() as session:
        before = [(event.id, event.state) for event in fund.pending_events(session, limit=1000)]
    downgrade(town.database.engine, "0012-1")
    upgrade(town.database.engine)
    with town.database.reading() as session:
        assert [(event.id, event.state) for event in fund.pending_events(session, limit=1000)] == before
    town.close_lists()
    with town.database.reading() as session:
        after = [event.state for event in fund.pending_events(session, limit=1000)]
    assert after[: len(before)] == [state for _, state in before]
    assert after[-1] == "ready_to_pay"
