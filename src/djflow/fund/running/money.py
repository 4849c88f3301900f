"""The money of a case: kept when the last approver agrees, paid when the bank confirms, given back otherwise.

Whoever was approved first is served first: a later case may only use money that nobody before it is waiting for.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.fund import casework
from djflow.fund.cases import store as case_store
from djflow.fund.cases.model import Act, CaseState, Category, FundCase, Who
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
    use = _uses(session, desk)
    taken: set[AccountCode] = set()
    for category in case_store.categories_in(session, CaseState.WAITING_BUDGET):
        taken |= set(use(category))
    kept = _keep(session, case, desk, _free(use(case.category), taken), by=by, now=now)
    act = Act.APPROVE if kept else Act.QUEUE
    return casework.move(session, case.id, Request(act, Who.APPROVAL), desk.terms, by=by, now=now)


def serve(session: Session, desk: Desk, *, limit: int, by: str, now: datetime) -> tuple[FundCase, ...]:
    """Keep money for waiting cases in the order of their approval and return those that were served."""
    served: list[FundCase] = []
    taken: set[AccountCode] = set()
    use = _uses(session, desk)
    hoping = {one: use(one) for one in case_store.categories_in(session, CaseState.WAITING_BUDGET)}
    for case in case_store.pages_in(session, CaseState.WAITING_BUDGET):
        if len(served) >= limit or not any(_free(accounts, taken) for accounts in hoping.values()):
            break
        if _keep(session, case, desk, _free(hoping[case.category], taken), by=by, now=now):
            moved = casework.move(session, case.id, Request(Act.FUND, Who.LEDGER), desk.terms, by=by, now=now)
            served.append(moved)
        else:
            taken |= set(hoping[case.category])
    return tuple(served)


_Accounts = tuple[AccountCode, ...]


def _uses(session: Session, desk: Desk) -> Callable[[Category], _Accounts]:
    known = [one.account for one in ledger.balances(session)]

    def use(category: Category) -> _Accounts:
        return tuple(one.code for one in ledger_rules.order_of_use(known, category.name, desk.order))

    return use


def _free(accounts: _Accounts, taken: set[AccountCode]) -> _Accounts:
    return tuple(code for code in accounts if code not in taken)


def _keep(session: Session, case: FundCase, desk: Desk, free: _Accounts, *, by: str, now: datetime) -> bool:
    if not free:
        return False
    claim = Claim(claim_key(case), case.subject, case.amount_fen, case.category.name, free, desk.order)
    return not isinstance(ledger.reserve(session, claim, by=by, now=now), NoBudget)


def release(session: Session, case: FundCase, *, by: str, now: datetime) -> None:
    """Give the money of a refused case back."""
    key = claim_key(case)
    ledger.void(session, key, key=f"void:{key}", reason=REASONS[case.state], by=by, now=now)
