"""What stays open is settled by two persons; failures are paid anew, refunds recorded."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.db.session import Database
from djflow.db.store import reseal
from djflow.fund.payment import orders, service
from djflow.fund.payment.answers import service as answers
from djflow.fund.payment.model import BatchState, Correction, Ground, Proposal, RulingKind, Verdict
from tests.fund.payment.acts import K1, K2, PAPER, altered, close, rule, take
from tests.fund.payment.till import NAMES, Till, bank, lines_of


@pytest.fixture
def till(database: Database, now: datetime) -> Till:
    """A till with its people."""
    return Till(database, now)


def test_an_unknown_line_is_settled_by_two_persons(till: Till) -> None:
    """Evidence and a fitting ground are needed, the second person is another, and only then the ledger hears."""
    batch = till.batch()
    take(till, batch, bank(till.send(batch).content, change=altered(K2, 1, "9.99")))
    order = till.find(K2, batch.id).id
    with till.database.transaction() as session:
        bare = Proposal(RulingKind.PAID, Ground.BANK_LETTER, "", order=order)
        with pytest.raises(InputError, match="须附依据"):
            answers.propose(session, bare, by=till.clerk("CA"), now=till.now)
        weak = Proposal(RulingKind.PAID, Ground.BANK_ERROR, PAPER, order=order)
        with pytest.raises(InputError, match="不能以“银行回单有误”为依据"):
            answers.propose(session, weak, by=till.clerk("CA"), now=till.now)
        proposal = Proposal(RulingKind.PAID, Ground.BANK_LETTER, PAPER, order=order)
        ruling = answers.propose(session, proposal, by=till.clerk("CA"), now=till.now)
        with pytest.raises(ConflictError, match="等另一个人复核"):
            answers.propose(session, proposal, by=till.clerk("FI"), now=till.now)
        with pytest.raises(RuleError, match="同一个人不能做两步"):
            answers.confirm(session, ruling.id, by=till.clerk("CA"), now=till.now)
        assert answers.waiting_rulings(session) == (ruling,)
        outcome = answers.confirm(session, ruling.id, by=till.clerk("FI"), now=till.now)
        with pytest.raises(ConflictError, match="已经复核过"):
            answers.confirm(session, ruling.id, by=till.clerk("FI"), now=till.now)
    assert outcome is not None
    assert (outcome.verdict, outcome.line_key) == (Verdict.PAID, K2)
    assert close(till, batch.id).state is BatchState.CLOSED


def test_a_refused_ruling_may_be_proposed_again(till: Till) -> None:
    """A ruling sent back leaves the line open; its line cannot be dismissed while the payment has no result."""
    batch = till.batch()
    outcome = take(till, batch, bank(till.send(batch).content, change=altered(K2, 1, "9.99")))
    order = till.find(K2, batch.id).id
    proposal = Proposal(RulingKind.FAILED, Ground.BANK_STATEMENT, PAPER, order=order)
    with till.database.transaction() as session:
        first = answers.propose(session, proposal, by=till.clerk("CA"), now=till.now)
        answers.refuse(session, first.id, by=till.clerk("FI"), now=till.now)
        dismissal = Proposal(RulingKind.DISMISSED, Ground.BANK_ERROR, PAPER, line=outcome.unknown[0].id)
        with pytest.raises(ConflictError, match="请直接认定那笔付款"):
            answers.propose(session, dismissal, by=till.clerk("CA"), now=till.now)
    assert rule(till, proposal) is Verdict.FAILED


def test_a_failed_payment_is_corrected_by_another_person(till: Till) -> None:
    """The maker cannot correct it, evidence is needed, the account is the applicant's; the old line is never paid."""
    batch = till.batch()
    file = till.send(batch).content
    take(till, batch, bank(file, failed=[K2]))
    failed = till.find(K2, batch.id)
    fix = Correction(NAMES["P2"], "0099887766554433", "邮储银行", PAPER)
    with till.database.transaction() as session:
        with pytest.raises(RuleError, match="账号更正须由另一个人办理"):
            orders.correct(session, failed.id, fix, by=till.clerk("CA"), now=till.now)
        bare = Correction(fix.holder, fix.account, fix.bank, "")
        other = Correction(NAMES["P1"], fix.account, fix.bank, PAPER)
        with pytest.raises(InputError, match="须附依据"):
            orders.correct(session, failed.id, bare, by=till.clerk("FI"), now=till.now)
        with pytest.raises(RuleError, match="本人的账户"):
            orders.correct(session, failed.id, other, by=till.clerk("FI"), now=till.now)
        again = orders.correct(session, failed.id, fix, by=till.clerk("FI"), now=till.now)
        with pytest.raises(ConflictError, match="已更正重付"):
            orders.correct(session, failed.id, fix, by=till.clerk("FI"), now=till.now)
    assert (again.line_key, again.attempt, again.account_tail) == ("pay:WF2026-0002:2", 2, "4433")
    second = till.batch(0)
    rows = lines_of(till.send(second).content)
    assert [row[1] for row in rows[1:-1]] == ["pay:WF2026-0002:2"]
    outcome = take(till, batch, bank(file))
    assert [one.key for one in outcome.unknown] == [K2]
    assert outcome.settled == ()


def test_a_failed_case_may_still_be_withdrawn(till: Till) -> None:
    """After a failure the applicant may give up; at the bank and after arrival the sentence says what to do."""
    batch = till.batch(2)
    file = till.send(batch).content
    first, second = (till.find(key, batch.id).subject for key in (K1, K2))
    with pytest.raises(ConflictError, match="请等银行回单"), till.database.transaction() as session:
        orders.withdraw(session, first, by="test", now=till.now)
    take(till, batch, bank(file, failed=[K2]))
    with till.database.transaction() as session:
        with pytest.raises(ConflictError, match="收到退款后办理追回"):
            orders.withdraw(session, first, by="test", now=till.now)
        gone = orders.withdraw(session, second, by="test", now=till.now)
    assert gone is not None
    assert gone.verdict is Verdict.WITHDRAWN
    assert close(till, batch.id).state is BatchState.CLOSED


def test_a_clawback_needs_two_persons_and_never_more_than_was_paid(till: Till) -> None:
    """A recorded refund gives the outcome for the ledger's reversal, once."""
    batch = till.batch(1)
    take(till, batch, bank(till.send(batch).content))
    order = till.find(K1, batch.id)

    def refund(fen: int) -> Proposal:
        return Proposal(RulingKind.REFUNDED, Ground.FALSE_MATERIAL, PAPER, order=order.id, received_fen=fen)

    for fen, words in ((order.amount_fen + 1, "比还没有退的"), (0, "大于零"), (-1, "大于零")):
        with pytest.raises(InputError, match=words):
            rule(till, refund(fen))
    with pytest.raises(RuleError, match="同一个人"):
        rule(till, refund(order.amount_fen), "CA", "CA")
    with till.database.transaction() as session:
        (waiting,) = answers.waiting_rulings(session)
        outcome = answers.confirm(session, waiting.id, by=till.clerk("FI"), now=till.now)
    assert outcome is not None
    assert (outcome.verdict, outcome.amount_fen) == (Verdict.CLAWED_BACK, order.amount_fen)
    with pytest.raises(ConflictError, match="已追回"):
        rule(till, refund(order.amount_fen))


def test_a_fresh_key_opens_names_accounts_and_files(till: Till) -> None:
    """After a change of keys the frozen file is handed out as before; the guards of the tables do not mind."""
    batch = till.batch(2)
    file = till.send(batch)
    take(till, batch, bank(file.content))
    fresh = till.database.vault.rotated()
    with Database(till.database.engine, fresh).transaction() as session:
        assert reseal(session) == 6
    with Database(till.database.engine, fresh.without_old_keys()).transaction() as session:
        assert service.download(session, batch.id, by=till.clerk("CA"), now=till.now) == file


def test_the_database_pays_no_line_twice(till: Till) -> None:
    """Plain SQL can make nothing ready again that was at the bank, and take nothing back that was paid or ended."""
    batch = till.batch()
    file = till.send(batch).content
    _refused(till, "UPDATE payment_order SET state = 'ready'")
    take(till, batch, bank(file, failed=[K2]))
    _refused(till, "UPDATE payment_order SET state = 'batched' WHERE state = 'failed'")
    for state in ("sent", "failed", "withdrawn"):
        _refused(till, f"UPDATE payment_order SET state = '{state}' WHERE state = 'paid'")  # noqa: S608 - literals above
    with till.database.engine.begin() as connection:
        connection.execute(text("UPDATE payment_order SET state = 'clawed_back' WHERE state = 'paid'"))
    _refused(till, "UPDATE payment_order SET state = 'paid' WHERE state = 'clawed_back'")


def _refused(till: Till, statement: str) -> None:
    with pytest.raises(DBAPIError, match="keeps its way"), till.database.engine.begin() as connection:
        connection.execute(text(statement))
