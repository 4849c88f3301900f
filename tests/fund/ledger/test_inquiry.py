"""Transfers are found, a transfer's life is whole, and the months add up to the books."""

import itertools
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from djflow.core.errors import NotFoundError
from djflow.core.subject import Subject
from djflow.fund.ledger import inquiry, service
from djflow.fund.ledger.finding import Search
from djflow.fund.ledger.model import (
    AccountCode,
    Claim,
    FundSource,
    Incoming,
    ReasonCode,
    Reservation,
    Reversal,
    Transfer,
    TransferId,
    TransferKind,
)

TODAY = date(2026, 11, 18)
CASE = Subject("fund.application", "c1")


def receive(session: Session, now: datetime, key: str, fen: int, on: date, account: str = "fiscal") -> Transfer:
    """Book income on a day with its key as its paper."""
    income = Incoming(key, AccountCode(account), fen, Subject("fund.income", key), key, on)
    return service.receive(session, income, by="account:a", second="account:b", now=now)


@pytest.fixture
def paid(session: Session, now: datetime) -> Reservation:
    """Income of three months from two sources, one payment, some of an income taken back."""
    receive(session, now, "B1", 1000_00, date(2025, 12, 30))
    spring = receive(session, now, "B2", 500_00, date(2026, 3, 5), "dues")
    receive(session, now, "B3", 200_00, date(2026, 11, 2))
    reversal = Reversal("r1", spring.id, ReasonCode.MISTAKE, 50_00, "B4", date(2026, 4, 1))
    service.reverse(session, reversal, by="account:a", second="account:b", now=now)
    service.reserve(session, Claim("case-1", CASE, 1100_00), by="account:a", now=now)
    return service.post(session, "case-1", key="pay-1", by="account:a", now=now)


def test_transfers_are_found_by_what_is_known_of_them(session: Session, paid: Reservation) -> None:
    """By account, kind, days and paper, the newest first, and on from a number."""
    assert paid.amount_fen == 1100_00
    everything = inquiry.search(session, Search())
    assert [one.seq for one in everything] == list(range(len(everything), 0, -1))
    assert [one.voucher for one in inquiry.search(session, Search(voucher="B2"))] == ["B2"]
    posted = inquiry.search(session, Search(kind=TransferKind.POST))
    assert sum(one.amount_fen for one in posted) == 1100_00
    spring = inquiry.search(session, Search(first=date(2026, 3, 1), last=date(2026, 4, 1)))
    assert [one.voucher for one in spring] == ["B4", "B2"]
    dues = inquiry.search(session, Search(account="dues"))
    assert {one.account for one in dues} == {"dues"}
    assert inquiry.search(session, Search(before=3), count=1)[0].seq == 2


def test_a_transfers_life_is_whole(session: Session, paid: Reservation) -> None:
    """A payment shows its reservation, an income what took it back and what is left of it."""
    life = inquiry.life(session, TransferId(paid.payments[0].transfer))
    assert {one.kind for one in life.claim} == {TransferKind.PENDING, TransferKind.POST}
    assert life.reversible
    spring = inquiry.life(session, inquiry.search(session, Search(voucher="B2"))[0].id)
    assert ([one.voucher for one in spring.taken_back], spring.left_fen, spring.reversible) == (["B4"], 450_00, True)
    back = inquiry.life(session, spring.taken_back[0].id)
    assert back.reverses is not None
    assert (back.reverses.voucher, back.reversible) == ("B2", False)
    with pytest.raises(NotFoundError):
        inquiry.life(session, TransferId("0"))


def test_a_paper_is_known_once_it_is_booked(session: Session, paid: Reservation) -> None:
    """The same paper with the same amount is known in its account, with another amount it is not."""
    assert paid.parts
    assert inquiry.is_booked(session, "fiscal", "B3", 200_00)
    assert not inquiry.is_booked(session, "fiscal", "B3", 200_01)
    assert not inquiry.is_booked(session, "dues", "B3", 200_00)
    assert inquiry.is_booked(session, "dues", "B2", 500_00)


def test_months_add_up_to_the_books(session: Session, paid: Reservation) -> None:
    """Each month begins where the one before ended; the last one is what the accounts hold today."""
    assert paid.parts
    lines = inquiry.months(session, 2026, TODAY)
    assert {line.month for line in lines} == set(range(1, 12))
    for source in FundSource:
        own = [line for line in lines if line.source is source]
        assert all(a.closing_fen == b.opening_fen for a, b in itertools.pairwise(own)), source
        held = [one for one in service.balances(session) if one.account.source is source]
        assert own[-1].closing_fen == sum(one.income_fen - one.spent_fen for one in held)
        assert own[-1].reserved_fen == sum(one.reserved_fen for one in held)
    spring = {line.month: line for line in lines if line.source is FundSource.DUES}
    assert (spring[3].income_fen, spring[4].income_fen, spring[11].spent_fen) == (500_00, -50_00, 0)
    fiscal = {line.month: line for line in lines if line.source is FundSource.FISCAL}
    assert (fiscal[1].opening_fen, fiscal[11].income_fen, fiscal[11].spent_fen) == (1000_00, 200_00, 1100_00)
    assert inquiry.months(session, 2027, TODAY) == ()


def test_the_year_to_close_is_the_oldest_open_one(session: Session, paid: Reservation, now: datetime) -> None:
    """The books that begin in 2025 close 2025 first, then nothing until 2026 is over."""
    assert paid.parts
    assert inquiry.next_year_to_close(session, TODAY) == 2025
    service.year_end(session, 2025, by="account:a", second="account:b", now=now)
    assert inquiry.next_year_to_close(session, TODAY) is None
    assert list(inquiry.closed_years(session, TODAY)) == [2025]
    assert inquiry.next_year_to_close(session, date(2027, 1, 5)) == 2026
