"""What every act on payments shares: find the row or say it is not there, move it once, write the record."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.errors import ConflictError, NotFoundError
from djflow.core.subject import Subject
from djflow.fund.payment import rules, store
from djflow.fund.payment.layout import BankLayout
from djflow.fund.payment.model import (
    BatchId,
    BatchState,
    OrderId,
    OrderState,
    PaymentBatch,
    PaymentOrder,
    Settled,
    Verdict,
)


def subject_of(order: OrderId) -> Subject:
    """Return what the record of changes calls an order."""
    return Subject("fund.payment", order)


def batch_subject(batch: BatchId) -> Subject:
    """Return what the record of changes calls a batch."""
    return Subject("fund.batch", batch)


def order_of(session: Session, order_id: OrderId) -> PaymentOrder:
    """Return an order.

    Raises: NotFoundError.
    """
    found = store.order(session, order_id)
    if found is None:
        raise NotFoundError("没有这笔付款：请刷新后重选。", code="payment.no_order")
    return found


def batch_of(session: Session, batch_id: BatchId | None, *, lock: bool = False) -> PaymentBatch:
    """Return a batch, locked until the transaction ends when asked for.

    Raises: NotFoundError.
    """
    found = store.batch(session, batch_id, lock=lock) if batch_id else None
    if found is None:
        raise NotFoundError("没有这个付款批次：请刷新后重选。", code="payment.no_batch")
    return found


def changed_meanwhile() -> ConflictError:
    """Return the refusal of an act that somebody else overtook."""
    return ConflictError("刚被别人办过，没有再办一次：请刷新后查看。", code="payment.state")


def move_order(session: Session, order: PaymentOrder, state: OrderState, *, now: datetime, bank_code: str = "") -> None:
    """Settle an order from where it stands.

    Raises: ConflictError when it stands elsewhere by now or may not go there.
    """
    rules.require_order_move(order.state, state)
    settled_at = now if state in rules.SETTLED else None
    if not store.move_order(session, order.id, {order.state}, state, settled_at=settled_at, bank_code=bank_code):
        raise changed_meanwhile()


def move_batch(session: Session, batch: PaymentBatch, state: BatchState, **values: object) -> None:
    """Move a locked batch from where it stands.

    Raises: ConflictError when it may not go there.
    """
    rules.require_batch_move(batch.state, state)
    if not store.move_batch(session, batch.id, {batch.state}, state, **values):
        raise changed_meanwhile()


def require_layout(batch: PaymentBatch, layout: BankLayout) -> None:
    """Refuse another bank's layout than the batch was made for.

    Raises: ConflictError.
    """
    if batch.layout != layout.key:
        raise ConflictError("这一批是按另一家银行的格式编的：请用编批次时的格式。", code="payment.layout")


def note_order(session: Session, order: PaymentOrder, action: str, details: Details, *, by: str, now: datetime) -> None:
    """Write to the record what was done to an order; the line key is always told."""
    audit.record(session, subject_of(order.id), action, by=by, now=now, details={"key": order.line_key, **details})


def note_batch(session: Session, batch: PaymentBatch, action: str, details: Details, *, by: str, now: datetime) -> None:
    """Write to the record what was done to a batch; number and count are always told."""
    told: Details = {"number": batch.number, "count": batch.count, **details}
    audit.record(session, batch_subject(batch.id), action, by=by, now=now, details=told)


def settled(order: PaymentOrder, verdict: Verdict, bank_code: str = "") -> Settled:
    """Return what became of an order, for the caller's ledger."""
    return Settled(
        order=order.id,
        subject=order.subject,
        line_key=order.line_key,
        attempt=order.attempt,
        amount_fen=order.amount_fen,
        payee=order.payee,
        verdict=verdict,
        bank_code=bank_code,
    )
