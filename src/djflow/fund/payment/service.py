"""What is asked of batches: make one, check it, freeze its file, hand the file out, send it, dissolve it.

Every act that moves a batch locks its row first, so that two persons at once queue. Source: handbook fund section 5.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, IntegrityError, NotFoundError, RuleError
from djflow.core.ids import new_id
from djflow.fund.payment import rules, store
from djflow.fund.payment.bankfile import SUFFIX, FileHead, render
from djflow.fund.payment.keeping import (
    batch_of,
    changed_meanwhile,
    move_batch,
    note_batch,
    require_layout,
    settled,
)
from djflow.fund.payment.layout import BankLayout
from djflow.fund.payment.model import (
    BankFile,
    BatchId,
    BatchState,
    Clerk,
    NewBatch,
    OrderState,
    PaymentAct,
    PaymentBatch,
    PaymentOrder,
    Settled,
    Verdict,
)


def make_batch(session: Session, new: NewBatch, *, by: Clerk, now: datetime) -> PaymentBatch:
    """Put ready payments into a draft batch.

    Raises: RuleError when the maker decided a case, or an account repeats without a reason; ConflictError when a
    payment is in another batch; InputError when there is nothing or too much.
    """
    rules.require_may(by, PaymentAct.MAKE)
    orders = _ready(session, new)
    _require_clean(session, orders, by)
    _require_reason(session, orders, new.flag_reason)
    batch = PaymentBatch(
        id=BatchId(new_id(now)),
        number=store.next_number(session, now),
        state=BatchState.DRAFT,
        layout=new.layout,
        count=len(orders),
        total_fen=sum(order.amount_fen for order in orders),
        maker=by.person,
        checker=None,
        file_name="",
        sha256="",
        made_at=now,
        exported_at=None,
        sent_at=None,
        closed_at=None,
    )
    store.add_batch(session, batch, rules.till_of(by), new.flag_reason.strip())
    for order in orders:
        if not store.move_order(session, order.id, {OrderState.READY}, OrderState.BATCHED, batch_id=batch.id):
            raise changed_meanwhile()
    details: Details = {"flagged": bool(new.flag_reason.strip())}
    note_batch(session, batch, "payment.batch", details, by=by.actor, now=now)
    return batch


def _ready(session: Session, new: NewBatch) -> tuple[PaymentOrder, ...]:
    wanted = dict.fromkeys(new.orders)
    orders = store.orders_by_ids(session, list(wanted)) if wanted else store.ready_orders(session)
    if not orders:
        raise InputError("没有待拨付的款项：审批、公示都办完后再编批次。", code="payment.nothing")
    if wanted and len(orders) != len(wanted):
        raise NotFoundError("有的付款编号不存在：请刷新后重选。", code="payment.unknown")
    if len(orders) > new.max_lines:
        raise InputError(f"一批最多 {new.max_lines} 笔，现有 {len(orders)} 笔：请分批编制。", code="payment.too_many")
    taken = [order.line_key for order in orders if order.state is not OrderState.READY]
    if taken:
        raise ConflictError(f"这几笔已不是待拨付：{'、'.join(taken)}，请刷新后重选。", code="payment.taken")
    return orders


def _require_clean(session: Session, orders: Sequence[PaymentOrder], by: Clerk) -> None:
    barred = store.barred(session, [order.id for order in orders])
    rules.require_clean_hands(by, [(order.line_key, barred[order.id]) for order in orders])


def _require_reason(session: Session, orders: Sequence[PaymentOrder], reason: str) -> None:
    accounts = store.account_hashes(session, [order.id for order in orders])
    payees = {order.line_key: order.payee for order in orders}
    twice = sorted({*rules.same_accounts(accounts), *rules.same_accounts(payees)})
    if twice and not reason.strip():
        raise RuleError(
            f"同一账号或同一领款人在这一批里不止一笔：{'、'.join(twice)}。请写明理由，或去掉重复的。",
            code="payment.repeated_account",
        )


def outcomes_of(order: PaymentOrder) -> tuple[Settled, ...]:
    """Return what became of an order that was paid or failed; nothing while it waits."""
    verdicts = {OrderState.PAID: Verdict.PAID, OrderState.FAILED: Verdict.FAILED}
    return (settled(order, verdicts[order.state], order.bank_code),) if order.state in verdicts else ()


def check_batch(session: Session, batch_id: BatchId, *, by: Clerk, now: datetime) -> PaymentBatch:
    """Check a draft batch as the second person of the other office.

    Raises: RuleError when checker and maker are one, of one office, or the checker decided a case.
    """
    rules.require_may(by, PaymentAct.CHECK)
    batch = batch_of(session, batch_id, lock=True)
    if batch.state is BatchState.CHECKED and batch.checker == by.person:
        return batch
    rules.require_batch_move(batch.state, BatchState.CHECKED)
    rules.require_second_person(by, batch.maker, "复核")
    rules.require_other_office(by, store.maker_office(session, batch_id))
    _require_clean(session, store.orders_in(session, batch_id), by)
    move_batch(session, batch, BatchState.CHECKED, checker_id=by.person, checked_at=now)
    note_batch(session, batch, "payment.check", {}, by=by.actor, now=now)
    return batch_of(session, batch_id)


def cancel_batch(session: Session, batch_id: BatchId, *, by: Clerk, now: datetime) -> PaymentBatch:
    """Dissolve a batch that has no file yet; its payments wait for another batch.

    Raises: ConflictError once the file is made.
    """
    rules.require_may(by, PaymentAct.CANCEL)
    batch = batch_of(session, batch_id, lock=True)
    if batch.state is BatchState.CANCELLED:
        return batch
    rules.require_batch_move(batch.state, BatchState.CANCELLED)
    for order in store.orders_in(session, batch_id):
        store.move_order(session, order.id, {OrderState.BATCHED}, OrderState.READY, batch_id=None)
    move_batch(session, batch, BatchState.CANCELLED)
    note_batch(session, batch, "payment.cancel", {}, by=by.actor, now=now)
    return batch_of(session, batch_id)


def export_batch(session: Session, batch_id: BatchId, layout: BankLayout, *, by: Clerk, now: datetime) -> PaymentBatch:
    """Freeze the bank file of a checked batch; a second time changes nothing.

    Raises: InputError naming lines the bank's encoding cannot hold; IntegrityError when lines and batch disagree.
    """
    rules.require_may(by, PaymentAct.EXPORT)
    batch = batch_of(session, batch_id, lock=True)
    if batch.sha256:
        return batch
    rules.require_batch_move(batch.state, BatchState.EXPORTED)
    require_layout(batch, layout)
    lines = store.lines(session, batch_id)
    if (len(lines), sum(line.amount_fen for line in lines)) != (batch.count, batch.total_fen):
        raise IntegrityError("批次的笔数、合计与明细对不上，文件没有生成：请报告管理员核对。", code="payment.totals")
    content = render(layout.order, FileHead(batch.number, civil_date(now), batch.count, batch.total_fen), lines)
    digest = hashlib.sha256(content).hexdigest()
    move_batch(
        session,
        batch,
        BatchState.EXPORTED,
        file_name=f"{batch.number}.{SUFFIX[layout.order.form.kind]}",
        content=store.sealed_file(session, "payment_batch", batch_id, content),
        sha256=digest,
        exported_at=now,
    )
    note_batch(session, batch, "payment.export", {"sha256": digest}, by=by.actor, now=now)
    return batch_of(session, batch_id)


def download(session: Session, batch_id: BatchId, *, by: Clerk, now: datetime) -> BankFile:
    """Hand out the frozen file; the record says who took it.

    Raises: RuleError without the role; ConflictError before export; IntegrityError when the stored file was changed.
    """
    rules.require_may(by, PaymentAct.DOWNLOAD)
    batch = batch_of(session, batch_id)
    content = store.file_content(session, batch_id)
    if content is None:
        raise ConflictError("这一批还没有导出银行文件：请先复核、导出。", code="payment.no_file")
    if hashlib.sha256(content).hexdigest() != batch.sha256:
        raise IntegrityError(
            "保存的银行文件与导出时的校验值不符，不能使用：请立即报告管理员。", code="payment.file_changed"
        )
    note_batch(session, batch, "payment.download", {"sha256": batch.sha256}, by=by.actor, now=now)
    return BankFile(batch.file_name, content, batch.sha256)


def mark_sent(session: Session, batch_id: BatchId, *, by: Clerk, now: datetime) -> tuple[PaymentOrder, ...]:
    """Note that the file went to the bank and return its payments; a second time returns the same."""
    rules.require_may(by, PaymentAct.SEND)
    batch = batch_of(session, batch_id, lock=True)
    if batch.state not in {BatchState.SENT, BatchState.CLOSED}:
        rules.require_batch_move(batch.state, BatchState.SENT)
        for order in store.orders_in(session, batch_id):
            if not store.move_order(session, order.id, {OrderState.BATCHED}, OrderState.SENT):
                raise changed_meanwhile()
        move_batch(session, batch, BatchState.SENT, sent_at=now)
        note_batch(session, batch, "payment.send", {"sha256": batch.sha256}, by=by.actor, now=now)
    return store.orders_in(session, batch_id)


def batch_by_number(session: Session, number: str) -> PaymentBatch:
    """Return the batch with that number.

    Raises: NotFoundError.
    """
    found = store.batch_by_number(session, number.strip())
    if found is None:
        raise NotFoundError("没有这个编号的付款批次：请核对编号，如 PB20261124-01。", code="payment.no_batch")
    return found


def orders_in(session: Session, batch_id: BatchId) -> tuple[PaymentOrder, ...]:
    """Return a batch's payments by line key."""
    return store.orders_in(session, batch_id)


def open_batches(session: Session) -> tuple[PaymentBatch, ...]:
    """Return batches that are neither closed nor cancelled, oldest first."""
    return store.batches(session, rules.OPEN_BATCH)


def latest_batches(session: Session, *, before: str = "", count: int = 50) -> tuple[PaymentBatch, ...]:
    """Return the newest batches in any state, below the number `before` unless it is empty."""
    return store.latest_batches(session, before, count)


def ready(session: Session) -> tuple[PaymentOrder, ...]:
    """Return payments that wait for a batch, oldest first."""
    return store.ready_orders(session)


def paid_between(session: Session, first: date, last: date) -> tuple[PaymentOrder, ...]:
    """Return payments that arrived on civil dates from `first` to `last`, both included, and were not taken back."""
    return tuple(one for one in store.orders_settled(session, first, last) if one.state is OrderState.PAID)
