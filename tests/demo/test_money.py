"""The demonstration district's money."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.demo.money import load_money
from djflow.fund.donations import service as donations
from djflow.fund.ledger import service as ledger


def test_the_money_is_booked_once(session: Session, now: datetime) -> None:
    """Loaded twice it is there once: every source, an earmarked donation with its receipt, books that hold."""
    for _ in range(2):
        load_money(session, now=now)
    assert [one.income_fen > 0 for one in ledger.balances(session)] == [True] * 5
    assert ledger.head(session).seq == 5
    assert [one.receipt_number for one in donations.listing(session)] == ["JZ2026-0001"]
    assert ledger.verify(session).intact
