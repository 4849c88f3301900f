"""Small books for the tests: who writes, what comes in, what is claimed."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from djflow.core.subject import Subject
from djflow.fund.ledger import service
from djflow.fund.ledger.model import AccountCode, Claim, FundAccount, FundSource, Incoming, Reservation, Transfer

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
FISCAL, DUES, RAISED, DONATED = (AccountCode(source.value) for source in FundSource)
ACCOUNTANT, CASHIER = "account:accountant", "account:cashier"
SICK = "TEMPORARY"


def give(session: Session, amount_fen: int, account: AccountCode = FISCAL, *, key: str = "in-1") -> Transfer:
    """Book money that arrived."""
    incoming = Incoming(key, account, amount_fen, Subject("fund.income", key), voucher="V1")
    return service.receive(session, incoming, by=ACCOUNTANT, second=CASHIER, now=NOW)


def claim(amount_fen: int, number: int = 1, *, category: str = "") -> Claim:
    """Return a claim of case `number`."""
    return Claim(f"case-{number}", Subject("fund.application", f"a{number}"), amount_fen, category)


def reserved(session: Session, amount_fen: int, number: int = 1, *, category: str = "") -> Reservation:
    """Reserve money that is there."""
    found = service.reserve(session, claim(amount_fen, number, category=category), by=ACCOUNTANT, now=NOW)
    assert isinstance(found, Reservation)
    return found


def paid(session: Session, amount_fen: int, number: int = 1) -> Reservation:
    """Reserve and pay."""
    found = reserved(session, amount_fen, number)
    return service.post(session, found.key, key=f"pay-{number}", by=CASHIER, now=NOW)


def earmark(session: Session, tail: str, *categories: str, now: datetime = NOW) -> AccountCode:
    """Open an account of a donation for some categories."""
    account = FundAccount(AccountCode(f"donated-{tail}"), FundSource.DONATED, f"专项{tail}", frozenset(categories))
    return service.open_account(session, account, by=ACCOUNTANT, now=now).code


def figures(session: Session, account: AccountCode = FISCAL) -> tuple[int, int, int]:
    """Return what came in, is reserved and was spent, in fen."""
    balance = service.balance_of(session, account)
    return (balance.income_fen, balance.reserved_fen, balance.spent_fen)
