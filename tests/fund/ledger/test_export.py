"""The exported books before beancount's own checker, which nobody here wrote."""

from beancount import loader
from sqlalchemy.orm import Session

from djflow.fund.ledger import service
from djflow.fund.ledger.model import ReasonCode, Recovery, Reversal
from tests.fund.ledger.books import ACCOUNTANT, CASHIER, DUES, NOW, SICK, earmark, give, paid, reserved


def _errors(books: str) -> list[str]:
    _, errors, _ = loader.load_string(books)
    return [error.message for error in errors]


def test_beancount_proves_the_books(session: Session) -> None:
    """Every kind of transfer balances, and the stored balances are what beancount adds up."""
    assert _errors(service.export_beancount(session)) == []
    first = give(session, 1_000_00)
    give(session, 250_05, DUES, key="in-2")
    give(session, 80_00, earmark(session, "2026-01", SICK), key="in-3")
    paid(session, 1_100_00)
    reserved(session, 100_00, 2, category=SICK)
    reserved(session, 50_00, 3)
    service.void(session, "case-3", key="x-3", reason=ReasonCode.REJECTED, by=ACCOUNTANT, now=NOW)
    back = Recovery("r-1", "case-1", ReasonCode.CLAWBACK, 150_00)
    service.recover(session, back, by=ACCOUNTANT, second=CASHIER, now=NOW)
    mistake = Reversal("r-2", first.id, ReasonCode.MISTAKE, 20_00)
    service.reverse(session, mistake, by=ACCOUNTANT, second=CASHIER, now=NOW)
    assert _errors(service.export_beancount(session)) == []


def test_beancount_finds_a_fen_that_is_missing(session: Session) -> None:
    """The checker is no decoration: one fen more in a balance and it complains."""
    give(session, 1_000_00)
    books = service.export_beancount(session)
    assert "1000.00 CNY" in books
    assert _errors(books.replace("balance Assets:Fund:Fiscal 1000.00", "balance Assets:Fund:Fiscal 1000.01"))
