"""What is asked of single payments: open one, take it back, correct a failed one.

Source: domain page 3.6: the applicant's own account only, the approver may not pay.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit.model import Details
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId, new_id
from djflow.core.subject import Subject
from djflow.fund.payment import rules, store
from djflow.fund.payment.keeping import (
    batch_of,
    changed_meanwhile,
    note_order,
    order_of,
    settled,
)
from djflow.fund.payment.model import (
    BatchState,
    Clerk,
    Correction,
    NewOrder,
    OrderId,
    OrderState,
    Payee,
    PaymentAct,
    PaymentBatch,
    PaymentOrder,
    Settled,
    Verdict,
)
from djflow.people import service as people
from djflow.people.rules import normal_bank_account


def open_order(session: Session, new: NewOrder, *, by: str, now: datetime) -> PaymentOrder:
    """Open the payment of an approved case; asked again for the same payment, return what is there.

    Raises: InputError for a bad amount, name or account; RuleError for another person's account; ConflictError when
    the case already has another payment.
    """
    rules.require_amount(new.amount_fen)
    payee = _own_account(session, new.payee)
    earlier = store.orders_of(session, new.subject)
    last = earlier[-1] if earlier else None
    if last is not None and last.state is not OrderState.WITHDRAWN:
        return _same_payment(session, last, new, payee)
    draft = _draft(new, len(earlier) + 1, now)
    store.add_order(session, draft, payee, new.excluded | {payee.person}, "")
    note_order(session, draft, "payment.open", {}, by=by, now=now)
    return draft


def _same_payment(session: Session, last: PaymentOrder, new: NewOrder, payee: Payee) -> PaymentOrder:
    hashed = store.account_hashes(session, [last.id])[last.line_key]
    same_account = last.attempt > 1 or hashed == store.account_hash(session, payee.account)
    if (last.amount_fen, last.payee) != (new.amount_fen, payee.person) or not same_account:
        raise ConflictError(
            "这件申请已有一笔金额或账号不同的付款，没有再开：请先办结或撤回那一笔。", code="payment.exists"
        )
    store.bar(session, last.id, new.excluded)
    return last


def _draft(new: NewOrder, attempt: int, now: datetime) -> PaymentOrder:
    return PaymentOrder(
        id=OrderId(new_id(now)),
        subject=new.subject,
        case_number=new.case_number,
        attempt=attempt,
        line_key=rules.line_key(new.case_number, attempt),
        amount_fen=new.amount_fen,
        payee=new.payee.person,
        account_tail=normal_bank_account(new.payee.account)[-rules.TAIL :],
        bank=rules.clean_name(new.payee.bank, "开户行"),
        state=OrderState.READY,
        batch=None,
        bank_code="",
        opened_at=now,
        settled_at=None,
    )


def _own_account(session: Session, payee: Payee) -> Payee:
    card = people.people_by_ids(session, [payee.person]).get(payee.person)
    if card is None:
        raise NotFoundError("领款人不在人员表里：请先录入人员。", code="payment.payee")
    holder = rules.clean_name(payee.holder, "户名")
    if not rules.same_name(holder, card.name):
        raise RuleError(
            "户名与申请人姓名不一致：只能付到申请人本人的账户，请换成本人的账号。", code="payment.third_party"
        )
    account, bank = normal_bank_account(payee.account), rules.clean_name(payee.bank, "开户行")
    return Payee(payee.person, holder, account, bank)


def order_by_key(session: Session, line_key: str) -> PaymentOrder:
    """Return the payment of a line such as `pay:WF2026-0017:1`.

    Raises: NotFoundError.
    """
    found = store.order_by_key(session, line_key.strip())
    if found is None:
        raise NotFoundError("没有这个流水号的付款：请核对，如 pay:WF2026-0017:1。", code="payment.no_order")
    return found


def history(session: Session, subject: Subject) -> tuple[PaymentOrder, ...]:
    """Return all attempts to pay a case, first to last."""
    return store.orders_of(session, subject)


def bounced(session: Session, account: str) -> bool:
    """Return whether the last payment to an account that the bank has answered came back."""
    return store.last_verdict(session, account) in {OrderState.FAILED, OrderState.CORRECTED}


def exclude(session: Session, order_id: OrderId, persons: frozenset[PersonId]) -> None:
    """Bar more persons from touching an order, such as those of an appeal."""
    store.bar(session, order_of(session, order_id).id, persons)


def withdraw(session: Session, subject: Subject, *, by: str, now: datetime) -> Settled | None:
    """Take a case's payment back while no bank file holds it; None when there is none or it was taken back before.

    Raises: ConflictError saying what to do when the file is made, at the bank, or the money has arrived.
    """
    earlier = store.orders_of(session, subject)
    if not earlier or earlier[-1].state in {OrderState.WITHDRAWN, OrderState.CLAWED_BACK}:
        return None
    order = earlier[-1]
    batch = store.batch(session, order.batch, lock=True) if order.batch else None
    order = order_of(session, order.id)
    _require_withdrawable(order, batch)
    left = {"batch_id": None} if order.state is OrderState.BATCHED else {}
    if not store.move_order(session, order.id, {order.state}, OrderState.WITHDRAWN, settled_at=now, **left):
        raise changed_meanwhile()
    if order.state is OrderState.BATCHED and batch is not None:
        _shrink(session, batch, order)
    note_order(session, order, "payment.withdraw", {}, by=by, now=now)
    return settled(order, Verdict.WITHDRAWN)


def _require_withdrawable(order: PaymentOrder, batch: PaymentBatch | None) -> None:
    made = order.state is OrderState.BATCHED and batch is not None and batch.state is BatchState.EXPORTED
    if made or order.state in rules.AT_THE_BANK:
        raise ConflictError(
            "银行文件已经生成或已送银行，现在不能撤回：请等银行回单；失败的可再撤回，到账的请办理追回。",
            code="payment.at_the_bank",
        )
    if order.state is OrderState.PAID:
        raise ConflictError("这笔款已到账，不能撤回：请收到退款后办理追回。", code="payment.paid")
    rules.require_order_move(order.state, OrderState.WITHDRAWN)


def _shrink(session: Session, batch: PaymentBatch, order: PaymentOrder) -> None:
    # What was checked is no longer what would be sent, so the batch is checked anew.
    left = BatchState.DRAFT if batch.count > 1 else BatchState.CANCELLED
    smaller = {"line_count": batch.count - 1, "total_fen": batch.total_fen - order.amount_fen}
    open_states = {BatchState.DRAFT, BatchState.CHECKED}
    if not store.move_batch(session, batch.id, open_states, left, checker_id=None, checked_at=None, **smaller):
        raise changed_meanwhile()


def correct(session: Session, order_id: OrderId, fix: Correction, *, by: Clerk, now: datetime) -> PaymentOrder:
    """Replace a failed payment by a new attempt to the right account of the same person; the old line stays unpaid.

    Raises: RuleError when the maker of the failed batch, or an approver, corrects it; what `open_order` raises.
    """
    rules.require_may(by, PaymentAct.CORRECT)
    rules.require_evidence(fix.evidence)
    order = order_of(session, order_id)
    rules.require_order_move(order.state, OrderState.CORRECTED)
    batch = batch_of(session, order.batch)
    rules.require_second_person(by, batch.maker, "账号更正")
    barred = store.barred(session, [order.id])[order.id] | fix.excluded
    rules.require_clean_hands(by, [(order.line_key, barred)])
    payee = _own_account(session, Payee(order.payee, fix.holder, fix.account, fix.bank))
    if not store.move_order(session, order.id, {OrderState.FAILED}, OrderState.CORRECTED):
        raise changed_meanwhile()
    new = NewOrder(order.subject, order.case_number, order.amount_fen, payee, barred)
    draft = _draft(new, order.attempt + 1, now)
    store.add_order(session, draft, payee, barred, fix.evidence)
    details: Details = {"before": order.line_key, "evidence": fix.evidence}
    note_order(session, draft, "payment.correct", details, by=by.actor, now=now)
    return draft
