"""The money of a case: kept when the last approver agrees, paid when the bank confirms, given back otherwise.

Whoever was approved first is served first: a later case may only use money that nobody before it is waiting for.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.fund import casework
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, FundCase, Who
from djflow.fund.casework import Request
from djflow.fund.ledger import rules as ledger_rules
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Claim, NoBudget, ReasonCode
from djflow.fund.running.model import Desk
from djflow.fund.running.standing import claim_key

REASONS = {
    CaseState.WITHDRAWN: ReasonCode.WITHDRAWN,
    CaseState.EXPIRED: ReasonCode.EXPIRED,
    CaseState.REJECTED: ReasonCode.REJECTED,
}


def grant(session: Session, case: FundCase, desk: Desk, *, by: str, now: datetime) -> FundCase:
    """Keep the money of an approved case, or let it wait behind those approved before it.

    Raises: RuleError when the amount is above a cap.
    """
    taken: set[AccountCode] = set()
    for earlier in cases.waiting(session, CaseState.WAITING_BUDGET):
        taken |= set(accounts_for(session, earlier, desk))
    kept = _keep(session, case, desk, taken, by=by, now=now)
    act = Act.APPROVE if kept else Act.QUEUE
    return casework.move(session, case.id, Request(act, Who.APPROVAL), desk.terms, by=by, now=now)


def serve(session: Session, desk: Desk, *, limit: int, by: str, now: datetime) -> tuple[FundCase, ...]:
    """Keep money for waiting cases in the order of their approval and return those that were served."""
    served: list[FundCase] = []
    taken: set[AccountCode] = set()
    everything = {one.account.code for one in ledger.balances(session) if one.account.closed_at is None}
    for case in cases.waiting(session, CaseState.WAITING_BUDGET):
        if len(served) >= limit or taken >= everything:
            break
        if _keep(session, case, desk, taken, by=by, now=now):
            moved = casework.move(session, case.id, Request(Act.FUND, Who.LEDGER), desk.terms, by=by, now=now)
            served.append(moved)
        else:
            taken |= set(accounts_for(session, case, desk))
    return tuple(served)


def accounts_for(session: Session, case: FundCase, desk: Desk) -> tuple[AccountCode, ...]:
    """Return the accounts that may serve a case, in the order of use."""
    known = [one.account for one in ledger.balances(session)]
    return tuple(one.code for one in ledger_rules.order_of_use(known, case.category.name, desk.order))


def _keep(session: Session, case: FundCase, desk: Desk, taken: set[AccountCode], *, by: str, now: datetime) -> bool:
    free = tuple(code for code in accounts_for(session, case, desk) if code not in taken)
    if not free:
        return False
    claim = Claim(claim_key(case), case.subject, case.amount_fen, case.category.name, free, desk.order)
    return not isinstance(ledger.reserve(session, claim, by=by, now=now), NoBudget)


def release(session: Session, case: FundCase, *, by: str, now: datetime) -> None:
    """Give the money of a refused case back."""
    key = claim_key(case)
    ledger.void(session, key, key=f"void:{key}", reason=REASONS[case.state], by=by, now=now)
