"""The demonstration district's fund: money of every source and one earmarked donation. All of it is invented."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.core.subject import Subject
from djflow.fund.donations import service as donations
from djflow.fund.donations.model import DonationState, Donor, DonorKind, Pledge
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, FundSource, Incoming

ACCOUNTANT, CASHIER = "demo:accountant", "demo:cashier"
_INCOME = {
    FundSource.FISCAL: 100_000_00,
    FundSource.DUES: 50_000_00,
    FundSource.RAISED: 12_000_00,
    FundSource.DONATED: 8_600_00,
}
_EARMARKED_FEN = 6_000_00


def load_money(session: Session, *, now: datetime) -> None:
    """Book the demonstration district's money; what is booked stays."""
    for source, amount_fen in _INCOME.items():
        key = f"demo-{source.value}"
        incoming = Incoming(key, AccountCode(source.value), amount_fen, Subject("fund.income", key))
        ledger.receive(session, incoming, by=ACCOUNTANT, second=CASHIER, now=now)
    donor = Donor(DonorKind.UNIT, "示范区某某公司（演示）")
    pledge = Pledge("demo-donation", donor, _EARMARKED_FEN, "困难老党员慰问", frozenset({"VETERAN"}))
    given = donations.pledge(session, pledge, by=ACCOUNTANT, now=now)
    if given.state is DonationState.PLEDGED:
        donations.receive(session, given.id, by=ACCOUNTANT, second=CASHIER, now=now)
        donations.issue_receipt(session, given.id, by=ACCOUNTANT, now=now)
