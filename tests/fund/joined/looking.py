"""What must be true of the joined service at any moment, whatever was done before; each look says what is wrong."""

from collections.abc import Callable, Iterator, Mapping

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import Case as Approval
from djflow.approvals.model import CaseState as ApprovalState
from djflow.approvals.views import service as views
from djflow.audit import service as audit
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import HOLDER_WORDS, CaseState, FundCase
from djflow.fund.cases.rules import due_on
from djflow.fund.cases.transitions import ENDED
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import ReservationState, TransferKind
from djflow.fund.payment import orders, store
from djflow.fund.payment import service as payments
from djflow.fund.payment.model import BatchState, OrderState
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import PeriodState
from djflow.fund.running import rules
from djflow.fund.running.standing import claim_key, standing
from tests.fund.books import TERMS
from tests.fund.running.town import DESK, Town

S = CaseState
KEPT = frozenset({S.PUBLICITY, S.FROZEN, S.READY_TO_PAY, S.SENT, S.PAYMENT_FAILED})
GIVEN = frozenset({S.PAID, S.FOLLOW_UP, S.CLOSED, S.CLAWED_BACK})
"""States in which money is kept, and in which it was booked as paid."""
OPEN = tuple(state for state in CaseState if state not in ENDED)


def faults(session: Session, town: Town, ids: list[str]) -> list[str]:
    """Return everything that is wrong, nothing when all is as it must be."""
    found = [*_books(session), *_batches(session)]
    for case_id in ids:
        case = cases.get(session, case_id)
        looks = (*_money(session, case), *_approval(session, town, case), *_stuck(session, town, case))
        found += [f"{case.number} {case.state}: {one}" for one in looks]
    return found


def proven(session: Session) -> bool:
    """Return whether books and record prove from the first entry to the last."""
    return ledger.verify(session).intact and audit.verify(session).intact


def _books(session: Session) -> Iterator[str]:
    if not ledger.verify(session).intact:
        yield "the books do not prove"


def _money(session: Session, case: FundCase) -> Iterator[str]:
    """Yield what is wrong with the money of a case: kept or paid without need, or twice, or too much."""
    claim = ledger.reservation(session, claim_key(case))
    wanted = {ReservationState.RESERVED} if case.state in KEPT else {ReservationState.PAID}
    if case.state in KEPT | GIVEN:
        if claim is None or claim.state not in wanted or claim.amount_fen != case.approved_fen:
            yield "no money behind it"
    elif claim is not None and claim.state is not ReservationState.RELEASED:
        yield "money is kept for nothing"
    moved = ledger.history(session, case.subject)
    out = [one for one in moved if one.kind is TransferKind.POST]
    if out and sum(one.amount_fen for one in out) != case.approved_fen:
        yield "paid twice or another amount"
    if len({one.key.rpartition("#")[0] for one in out}) > 1:
        yield "paid under two keys"
    past = orders.history(session, case.subject)
    if sum(one.state in {OrderState.PAID, OrderState.CLAWED_BACK} for one in past) > 1:
        yield "two payments arrived"
    if sum(one.state in {OrderState.READY, OrderState.BATCHED, OrderState.SENT} for one in past) > 1:
        yield "two payments on the way"
    if any(one.payee != case.applicant for one in past):
        yield "somebody else is paid"


def _batches(session: Session) -> Iterator[str]:
    """Yield batches that one person made and checked, or somebody who decided one of their cases."""
    for batch in store.batches(session, list(BatchState)):
        if batch.checker == batch.maker:
            yield f"{batch.number} made and checked by one person"
        if batch.state in {BatchState.EXPORTED, BatchState.SENT, BatchState.CLOSED} and batch.checker is None:
            yield f"{batch.number} unchecked"
        members = payments.orders_in(session, batch.id)
        hands = {batch.maker, batch.checker}
        for order in members:
            deciders = {one for case in approvals.cases_about(session, order.subject) for one in case.deciders}
            if hands & (deciders | {order.payee}):
                yield f"{batch.number} in the hands of who decided or is paid"


def _approval(session: Session, town: Town, case: FundCase) -> Iterator[str]:
    """Yield what is wrong between a case and its approval."""
    for one in approvals.cases_about(session, case.subject):
        if case.applicant in one.deciders:
            yield "decided by the applicant"
    newest = next(iter(approvals.cases_about(session, case.subject)), None)
    if case.state in {S.RUNNING, S.CHECKING} and (newest is None or newest.over):
        yield "nobody is asked"
    if newest is not None and case.state in ENDED and not newest.over:
        yield "still asked about an ended case"
    if newest is not None and newest.state is ApprovalState.RUNNING and not _asked(session, town, newest):
        yield "its approver does not see it"


def _asked(session: Session, town: Town, approval: Approval) -> bool:
    waiting = approval.waiting
    persons = [task for task in waiting if task.person is not None]
    seen = [
        one.task_id for task in persons if task.person for one in views.waiting_for(session, task.person, now=town.now)
    ]
    return bool(waiting) and all(task.id in seen for task in persons)


def _stuck(session: Session, town: Town, case: FundCase) -> Iterator[str]:
    """Yield that something is due which nobody did, or that an open case is on nobody's list."""
    present = standing(session, case.id, DESK, now=town.now)
    if rules.due(present) is not None:
        yield f"{rules.due(present)} is due and was not done"
    approval = present.approval
    if approval is not None and approval.state is ApprovalState.BLOCKED and not approval.blocked:
        yield "blocked without a reason"
    if case.state in ENDED:
        return
    if not HOLDER_WORDS.get(case.state):
        yield "lies on nobody's desk"
    if not _LISTED[case.state](session, case):
        yield "is on nobody's list"


def _is_waiting(session: Session, case: FundCase) -> bool:
    return case.id in {one.id for one in cases.waiting(session, case.state)}


def _is_timed(session: Session, case: FundCase) -> bool:
    return _is_waiting(session, case) and due_on(case, TERMS) is not None


def _hangs(session: Session, case: FundCase) -> bool:
    periods = publicity.periods_of(session, case.id)
    return any(one.state in {PeriodState.OPEN, PeriodState.FROZEN} for one in periods)


def _is_ordered(session: Session, case: FundCase) -> bool:
    past = orders.history(session, case.subject)
    ready = {one.id for one in store.ready_orders(session)}
    batches = {one.id for one in payments.open_batches(session)}
    return bool(past) and (past[-1].id in ready or past[-1].batch in batches)


def _is_disputed(session: Session, case: FundCase) -> bool:
    return _hangs(session, case) and publicity.open_objections(session, case.id) > 0


def _has_failed(session: Session, case: FundCase) -> bool:
    past = orders.history(session, case.subject)
    return bool(past) and past[-1].state is OrderState.FAILED


_LISTED: Mapping[CaseState, Callable[[Session, FundCase], bool]] = {
    S.DRAFT: _is_timed,
    S.SUBMITTED: _is_timed,
    S.CHECKING: _is_timed,
    S.RUNNING: _is_timed,
    S.RETURNED: _is_timed,
    S.WAITING_BUDGET: _is_waiting,
    S.PUBLICITY: _hangs,
    S.FROZEN: _is_disputed,
    S.READY_TO_PAY: _is_ordered,
    S.SENT: _is_ordered,
    S.PAYMENT_FAILED: _has_failed,
    S.PAID: _is_timed,
    S.FOLLOW_UP: _is_timed,
}
"""On whose list an open case of each state stands."""
