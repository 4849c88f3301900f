"""Looks where a case stands: the case, its approval, its lists, its money, its payment."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.doorway import denying
from djflow.approvals.model import Case as Approval
from djflow.approvals.model import CaseState as ApprovalState
from djflow.fund import casework
from djflow.fund.cases import service as cases
from djflow.fund.cases import store as case_store
from djflow.fund.cases.model import Act, CaseState, FundCase
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import ReservationState
from djflow.fund.payment import orders
from djflow.fund.payment.model import OrderState
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level, PeriodState
from djflow.fund.running import rules
from djflow.fund.running.model import EMERGENCY_KIND, Desk, Standing

_CHANGING = frozenset({CaseState.CHECKING, CaseState.RUNNING})


def standing(session: Session, case_id: str, desk: Desk, *, now: datetime) -> Standing:
    """Return where a case stands; its row is locked until the transaction ends.

    Raises: NotFoundError.
    """
    case = case_store.case_of(cases.require(session, case_id, lock=True))
    approval = approval_of(session, case)
    chain = approvals.world_of(session, approval, office=desk.office, now=now).chain if approval else None
    stage, granted = rules.stage_of(approval, chain)
    periods = publicity.periods_of(session, case.id)
    branch = [one for one in periods if one.level is Level.BRANCH and one.state is not PeriodState.CANCELLED]
    claim = ledger.reservation(session, claim_key(case))
    denied = approval is not None and denying.is_denied(session, approval.id)
    to_order = case.state is CaseState.READY_TO_PAY
    return Standing(
        case=case,
        approval=approval,
        stage=stage,
        granted=granted,
        listed=any(one.amount_fen == case.amount_fen and one.category is case.category for one in branch),
        hung=not publicity.branch_gaps(session, case) and not rules.branch_list_before(approval, chain),
        checked=case.state is CaseState.CHECKING and not casework.unchecked(session, case, desk.terms),
        public=_public(session, case, desk, now=now),
        frozen=denied or case.state is CaseState.FROZEN or any(one.state is PeriodState.FROZEN for one in periods),
        stale=_stale(case, approval),
        ordered=waiting_order(session, case),
        payable=to_order and not casework.payment_gaps(session, case),
        papers_late=to_order and bool(casework.papers_late(session, case, desk.terms, now=now)),
        reserved=claim is not None and claim.state is ReservationState.RESERVED,
        denied=denied,
        emergency_lane=approval is not None and approval.new.kind == EMERGENCY_KIND,
    )


def approval_of(session: Session, case: FundCase) -> Approval | None:
    """Return the newest approval of a case."""
    return next(iter(approvals.cases_about(session, case.subject)), None)


def claim_key(case: FundCase) -> str:
    """Return the key under which the books keep a case's money."""
    return str(case.subject)


def waiting_order(session: Session, case: FundCase) -> bool:
    """Return whether a payment of the case waits to be sent."""
    found = orders.history(session, case.subject)
    return bool(found) and found[-1].state in {OrderState.READY, OrderState.BATCHED}


def _public(session: Session, case: FundCase, desk: Desk, *, now: datetime) -> bool:
    if case.state is not CaseState.PUBLICITY:
        return False
    return not casework.facts(session, case, Act.END_PUBLICITY, desk.terms, now=now).unpublished


def _stale(case: FundCase, approval: Approval | None) -> bool:
    if approval is None or approval.state is not ApprovalState.RUNNING or case.state not in _CHANGING:
        return False
    return (approval.new.content_hash, approval.new.amount_fen) != (case.content_hash, case.amount_fen)
