"""What others ask of the fund: file, decide, object, pay, visit, withdraw. Each act is one transaction of the caller.

Order of locks, the same for all: the record of changes (`audit.hold`), the books' head, the case, its approval, its
payment. Whoever writes about a case therefore waits at one place, and nobody waits in a circle. An act changes one
thing; `running` finds what follows and does it at once, and `bring_forward` does the same for a case left behind.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.chains.model import Level as ChainLevel
from djflow.approvals.model import Answer, Outcome, TaskId, Verdict
from djflow.approvals.model import Case as Approval
from djflow.approvals.model import CaseState as ApprovalState
from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, IntegrityError, RuleError
from djflow.fund import casework
from djflow.fund.cases import service as cases
from djflow.fund.cases import store as case_store
from djflow.fund.cases.model import ACT_WORDS, Act, CaseState, Filing, FundCase, Who
from djflow.fund.casework import Request
from djflow.fund.checks import rules as check_rules
from djflow.fund.checks import service as checks
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import ReasonCode, Recovery, ReservationState
from djflow.fund.payment import orders
from djflow.fund.payment import service as payments
from djflow.fund.payment.model import BatchId, Settled
from djflow.fund.payment.model import Verdict as PaymentVerdict
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import NewObjection, Objection
from djflow.fund.running import money, rules, store
from djflow.fund.running.advancing import advance
from djflow.fund.running.model import KIND, Decided, Desk, Event, Served, Standing
from djflow.fund.running.standing import approval_of, claim_key, standing
from djflow.fund.running.telling import announce

QUEUE_BATCH = 10
_BY_PERSONS = frozenset(
    {
        *(Act.SUBMIT, Act.ACCEPT, Act.START, Act.FAST_TRACK, Act.RETURN, Act.RESUBMIT),
        *(Act.REJECT, Act.WITHDRAW, Act.HAND_OVER, Act.CLOSE),
    }
)
"""What somebody may ask for by itself; everything else follows from approvals, lists and payments."""
_TO_TELL = frozenset({ApprovalState.RETURNED, ApprovalState.SUPPLEMENT, ApprovalState.REJECTED})
_BANK = frozenset({CaseState.READY_TO_PAY, CaseState.SENT, CaseState.PAYMENT_FAILED, CaseState.PAID})
_PAID_OR_LATER = frozenset({CaseState.PAID, CaseState.FOLLOW_UP, CaseState.CLOSED, CaseState.CLAWED_BACK})
_FAILED = "银行没有付成"
_CLAWED = "已收到退款"


def move(session: Session, case_id: str, request: Request, desk: Desk, *, by: str, now: datetime) -> FundCase:
    """Move a case on by one act of a person and do what follows.

    Raises: ConflictError when the act may not follow; RuleError for who may not, or an unmet condition.
    """
    if request.act not in _BY_PERSONS:
        raise RuleError(f"“{ACT_WORDS[request.act]}”由审批、公示、付款带出，不能单独办理。", code="fund.who")
    if request.act is Act.WITHDRAW:
        return withdraw(session, case_id, desk, who=request.who, by=by, now=now)
    before = _begin(session, case_id, desk, now=now)
    casework.move(session, case_id, request, desk.terms, by=by, now=now)
    return advance(session, before, desk, by=by, now=now)


def submit(session: Session, case_id: str, desk: Desk, *, who: Who, by: str, now: datetime) -> FundCase:
    """Submit a draft; twice is once.

    Raises: RuleError naming what is missing; ConflictError when it went further meanwhile.
    """
    before = _begin(session, case_id, desk, now=now)
    casework.submit(session, case_id, desk.terms, who=who, by=by, now=now)
    return advance(session, before, desk, by=by, now=now)


def open_line(session: Session, case_id: str, desk: Desk, *, by: str, now: datetime) -> bool:
    """Send a line of a list to its approvers; False when it went before, or may no longer be granted today."""
    before = _begin(session, case_id, desk, now=now)
    case = before.case
    if case.state is CaseState.DRAFT:
        if casework.facts(session, case, Act.SUBMIT, desk.terms, now=now).refused:
            return False
        case = casework.submit(session, case_id, desk.terms, who=Who.BRANCH, by=by, now=now)
    if case.state is not CaseState.SUBMITTED:
        return False
    casework.move(session, case_id, Request(Act.ACCEPT, Who.OFFICE), desk.terms, by=by, now=now)
    advance(session, before, desk, by=by, now=now)
    return True


def withdraw(session: Session, case_id: str, desk: Desk, *, who: Who, by: str, now: datetime) -> FundCase:
    """Take an application back and give its money free; twice is once.

    Raises: ConflictError saying what to do once the bank's file is made.
    """
    before = _begin(session, case_id, desk, now=now)
    if before.case.state in _BANK:
        orders.withdraw(session, before.case.subject, by=by, now=now)
    casework.withdraw(session, case_id, desk.terms, who=who, by=by, now=now)
    return advance(session, before, desk, by=by, now=now)


def tend(session: Session, case_id: str, act: Callable[[], object], desk: Desk, *, by: str, now: datetime) -> FundCase:
    """Do `act`, which notes something in a case (a visit, a vote, papers), and what follows from it."""
    before = _begin(session, case_id, desk, now=now)
    act()
    return advance(session, before, desk, by=by, now=now)


def decide(session: Session, task_id: TaskId, answer: Answer, desk: Desk, *, by: str, now: datetime) -> Decided:
    """Take an approver's decision about a case and do what follows: return it, refuse it, keep its money.

    Raises: what `require_ready` and `approvals.decide` raise; RuleError when the amount is above a cap.
    """
    require_ready(session, task_id, answer, desk, now=now)
    outcome = approvals.decide(session, task_id, answer, office=desk.office, by=by, now=now)
    return Decided(outcome, follow(session, outcome, desk, reason=answer.opinion, by=by, now=now))


def require_ready(session: Session, task_id: TaskId, answer: Answer, desk: Desk, *, now: datetime) -> None:
    """Refuse a decision the case is not ready for; holds the record, as every act does.

    Raises: RuleError naming what the branch, the township or the office still has to check; InputError for a return
    or refusal without a reason; ConflictError when the case is not being decided; NotFoundError.
    """
    audit.hold(session)
    approval = approvals.case_of_task(session, task_id)
    if approval.new.subject.kind != KIND:
        raise ConflictError("这个审批任务不是温暖基金的申请。", code="fund.kind")
    case = standing(session, approval.new.subject.id, desk, now=now).case
    present = approval_of(session, case)
    if present is None or present.id != approval.id:
        raise ConflictError("这件申请已经重新报批：请打开最近一条消息里的链接。", code="fund.approval")
    if answer.verdict not in {Verdict.APPROVE, Verdict.ABSTAIN} and not answer.opinion.strip():
        raise InputError("退回、不同意或要求补正，请写明理由，再提交一次。", code="fund.reason")
    # Of a task that was decided before, the engine says who did and when; what the next step lacks is another matter.
    mine = next(task for task in approval.tasks if task.id == task_id)
    if answer.verdict is Verdict.APPROVE and case.state is CaseState.CHECKING and mine.open:
        gaps = _gaps(session, case, approval, desk, now=now)
        if gaps:
            raise RuleError(f"核查还没有做完：{'；'.join(gaps)}。", code="fund.checked")


def _gaps(session: Session, case: FundCase, approval: Approval, desk: Desk, *, now: datetime) -> Sequence[str]:
    if case.filing is Filing.LIST:
        return casework.unchecked(session, case, desk.terms)
    chain = approvals.world_of(session, approval, office=desk.office, now=now).chain
    level = rules.decided_at(approval, chain)
    found = tuple(checks.votes_of(session, case.id))
    voted = () if found and found[-1].passed else ("支部还没有评议通过",)
    if level is ChainLevel.BRANCH:
        return voted
    if level is ChainLevel.TOWN:
        return (*voted, *check_rules.visit_gaps(checks.visits_of(session, case.id)))
    return casework.unchecked(session, case, desk.terms)


def follow(session: Session, outcome: Outcome, desk: Desk, *, by: str, now: datetime, reason: str = "") -> FundCase:
    """Do in the case what an outcome of its approval asks for; safe to repeat.

    Raises: RuleError when the amount is above a cap; NotFoundError for another kind of matter.
    """
    case_id = outcome.case.new.subject.id
    before = _begin(session, case_id, desk, now=now)
    state, case = outcome.case.state, before.case
    if outcome.changed and state in _TO_TELL and case.state in {CaseState.CHECKING, CaseState.RUNNING}:
        act = Act.REJECT if state is ApprovalState.REJECTED else Act.RETURN
        request = Request(act, Who.APPROVAL, reason or "见审批意见")
        casework.move(session, case_id, request, desk.terms, by=by, now=now)
    return advance(session, before, desk, by=by, now=now)


def object_to(session: Session, period_id: str, new: NewObjection, desk: Desk, *, by: str, now: datetime) -> Objection:
    """Take an objection in; one in time stops the list's clock, the approval and the payment.

    Raises: what `publicity.object_to` raises.
    """
    audit.hold(session)
    before = standing(session, publicity.period(session, period_id).case, desk, now=now)
    objection = publicity.object_to(session, period_id, new, desk.terms, by=by, now=now)
    advance(session, before, desk, by=by, now=now)
    return objection


def settle_objection(  # noqa: PLR0913 - the objection, the verdict and the desk
    session: Session, objection_id: str, reason: str, desk: Desk, *, upheld: bool, by: str, now: datetime
) -> FundCase:
    """Say what became of an objection: upheld refuses the case and frees its money, dismissed lets it go on.

    Raises: what `publicity.settle` raises.
    """
    audit.hold(session)
    before = standing(session, publicity.case_of_objection(session, objection_id), desk, now=now)
    publicity.settle(session, objection_id, reason, desk.terms, upheld=upheld, by=by, now=now)
    return advance(session, before, desk, by=by, now=now)


def at_the_bank(session: Session, batch_id: BatchId, desk: Desk, *, by: str, now: datetime) -> int:
    """Note that the bank's file of a batch is made: its cases can no longer be withdrawn; twice is once.

    Raises: ConflictError when a case of the batch may not be paid (any more); IntegrityError when nothing is kept for
    it, or somebody wrote it forward in the database.
    """
    audit.hold(session)
    count = 0
    mine = (order for order in payments.orders_in(session, batch_id) if order.subject.kind == KIND)
    for order in mine:
        before = standing(session, order.subject.id, desk, now=now)
        if before.papers_late:
            raise ConflictError(
                f"应急申请 {order.case_number} 的材料逾期未补，不能拨付：补齐后再送银行。", code="fund.papers"
            )
        if before.case.state is CaseState.READY_TO_PAY and not before.denied:
            _require_sound(session, before.case, order.amount_fen)
            casework.move(session, before.case.id, Request(Act.SEND, Who.CASHIER), desk.terms, by=by, now=now)
            advance(session, before, desk, by=by, now=now)
            count += 1
        elif before.case.state is not CaseState.SENT:
            raise ConflictError(f"申请 {order.case_number} 现在不能拨付：请把它从批次里去掉。", code="fund.not_payable")
    return count


def _require_sound(session: Session, case: FundCase, amount_fen: int) -> None:
    # Who changes a row by hand meets no rule of ours; what was kept and which steps were taken cannot be rewritten.
    claim = ledger.reservation(session, claim_key(case))
    kept = claim.amount_fen if claim is not None and claim.state is ReservationState.RESERVED else 0
    steps = case_store.moves(session, case.id)
    if kept != amount_fen or not steps or steps[-1].after is not case.state:
        raise IntegrityError(
            f"申请 {case.number} 没有预留这笔资金，或数据库里的办理步骤对不上，不能送银行：请停止付款并报告管理员。",
            code="fund.not_sound",
        )


def settled(session: Session, outcomes: Sequence[Settled], desk: Desk, *, second: str, by: str, now: datetime) -> None:
    """Do in books and cases what became of payments: paid is booked, failed keeps the money, refunded comes back.

    `second` is who stated a refund before `by` confirmed it. Raises: RuleError when they are one person.
    """
    audit.hold(session)
    for outcome in outcomes:
        if outcome.subject.kind == KIND:
            _settled(session, outcome, desk, second=second, by=by, now=now)


def _settled(session: Session, outcome: Settled, desk: Desk, *, second: str, by: str, now: datetime) -> None:
    before = standing(session, outcome.subject.id, desk, now=now)
    case = before.case
    request: Request | None = None
    if outcome.verdict is PaymentVerdict.PAID:
        ledger.post(session, claim_key(case), key=outcome.line_key, by=by, now=now)
        request = Request(Act.CONFIRM_PAID, Who.CASHIER) if case.state is CaseState.SENT else None
    elif outcome.verdict is PaymentVerdict.FAILED and case.state is CaseState.SENT:
        request = Request(Act.FAIL, Who.CASHIER, _FAILED)
    elif outcome.verdict is PaymentVerdict.CLAWED_BACK:
        key = f"claw:{outcome.line_key}" + (f":{outcome.part}" if outcome.part else "")
        recovery = Recovery(key, claim_key(case), ReasonCode.CLAWBACK, outcome.amount_fen)
        ledger.recover(session, recovery, by=by, second=second, now=now)
        if outcome.last and case.state in _PAID_OR_LATER - {CaseState.CLAWED_BACK}:
            request = Request(Act.CLAW_BACK, Who.OFFICE, _CLAWED)
    if request is not None:
        casework.move(session, case.id, request, desk.terms, by=by, now=now)
    advance(session, before, desk, by=by, now=now)


def corrected(session: Session, case_id: str, desk: Desk, *, by: str, now: datetime) -> FundCase:
    """Note that a failed payment has the right account now; twice is once."""
    before = _begin(session, case_id, desk, now=now)
    if before.case.state is CaseState.PAYMENT_FAILED:
        casework.move(session, case_id, Request(Act.CORRECT, Who.CASHIER), desk.terms, by=by, now=now)
    return advance(session, before, desk, by=by, now=now)


def close_period(session: Session, period_id: str, desk: Desk, *, by: str, now: datetime) -> bool:
    """End a list whose days are over and let its case go on; False when there was nothing to do."""
    audit.hold(session)
    before = standing(session, publicity.period(session, period_id).case, desk, now=now)
    done = casework.close_period(session, period_id, desk.terms, by=by, now=now)
    advance(session, before, desk, by=by, now=now)
    return done


def expire(session: Session, case_id: str, desk: Desk, *, by: str, now: datetime) -> bool:
    """Let a draft or returned application expire if its time is over; False when it is not."""
    before = _begin(session, case_id, desk, now=now)
    done = casework.expire(session, case_id, desk.terms, by=by, now=now)
    advance(session, before, desk, by=by, now=now)
    return done


def serve_queue(session: Session, desk: Desk, *, by: str, now: datetime) -> Served:
    """Keep money for a few waiting cases in the order of their approval; nothing when there is none."""
    audit.hold(session)
    served = money.serve(session, desk, limit=QUEUE_BATCH, by=by, now=now)
    for case in served:
        announce(session, None, case, "", now=now)
        advance(session, standing(session, case.id, desk, now=now), desk, by=by, now=now)
    return Served(tuple(case.id for case in served), more=len(served) == QUEUE_BATCH)


def bring_forward(session: Session, case_id: str, desk: Desk, *, by: str, now: datetime) -> FundCase:
    """Do whatever is due in a case, payments that nobody heard of included; twice is once."""
    before = _begin(session, case_id, desk, now=now)
    last = next(iter(reversed(orders.history(session, before.case.subject))), None)
    if last is not None and before.case.state is CaseState.SENT:
        settled(session, payments.outcomes_of(last), desk, second="", by=by, now=now)
    return advance(session, before, desk, by=by, now=now)


def left_behind(session: Session, desk: Desk, *, now: datetime, limit: int = 100) -> tuple[str, ...]:
    """Return cases in which something may be due without anybody asking, oldest first, up to `limit` of each sort.

    What waits for a person (a bank that nobody knows, a check that is not done) is not among them.
    """
    terms = desk.terms
    hanging = (case.id for case in casework.to_pay(session, terms))
    payable = (
        case.id
        for case in store.unordered(session)
        if not casework.payment_gaps(session, case) and not casework.papers_late(session, case, terms, now=now)
    )
    departments = len(terms.policy.departments)
    checked = (
        case.id for case in store.ready_to_start(session, departments) if not casework.unchecked(session, case, terms)
    )
    found = (store.unheard(session, limit=limit), payable, checked, hanging)
    return tuple(one for cases_found in found for one in islice(cases_found, limit))


def pending_events(session: Session, *, limit: int = 100) -> tuple[Event, ...]:
    """Return the places cases have come to that nobody has taken up yet, oldest first."""
    return store.pending(session, limit=limit)


def event_done(session: Session, event_id: str, *, now: datetime) -> bool:
    """Note that an event was taken up; False when it was before."""
    return store.take(session, event_id, now=now)


def approval_steps(session: Session, case_id: str) -> tuple[Approval, ...]:
    """Return the approvals of a case, the newest first.

    Raises: NotFoundError.
    """
    return approvals.cases_about(session, cases.get(session, case_id).subject)


def _begin(session: Session, case_id: str, desk: Desk, *, now: datetime) -> Standing:
    audit.hold(session)
    return standing(session, case_id, desk, now=now)
