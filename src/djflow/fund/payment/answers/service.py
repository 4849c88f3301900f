"""What is asked when the bank has answered: import its file, settle what stays open by two persons, close the batch.

Every act locks the batch first: the same file twice, or forty times at once, has one effect.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.subject import Subject
from djflow.fund.payment import rules
from djflow.fund.payment import store as orders
from djflow.fund.payment.answers import store
from djflow.fund.payment.answers.reading import read_answer
from djflow.fund.payment.keeping import (
    batch_of,
    changed_meanwhile,
    move_batch,
    move_order,
    note_batch,
    note_order,
    order_of,
    require_layout,
    settled,
)
from djflow.fund.payment.layout import BankLayout
from djflow.fund.payment.model import (
    AnswerOutcome,
    AnswerRow,
    BatchId,
    BatchState,
    Clerk,
    Doubtful,
    OrderId,
    OrderState,
    PaymentAct,
    PaymentBatch,
    PaymentOrder,
    Proposal,
    Ruling,
    RulingId,
    RulingKind,
    RulingState,
    Settled,
    Verdict,
)

_NEW_STATES = {
    RulingKind.PAID: (OrderState.PAID, Verdict.PAID),
    RulingKind.FAILED: (OrderState.FAILED, Verdict.FAILED),
    RulingKind.REFUNDED: (OrderState.CLAWED_BACK, Verdict.CLAWED_BACK),
}


@dataclass(frozen=True, slots=True)
class _Received:
    content: bytes
    sha256: str
    rows: int


def import_answer(
    session: Session, batch_id: BatchId, content: bytes, layout: BankLayout, *, by: Clerk, now: datetime
) -> AnswerOutcome:
    """Take the bank's answer about a sent batch; the same file again changes nothing.

    Raises: InputError naming rows when the file is damaged or about something else; ConflictError when the batch is
    not at the bank or the file was imported for another batch.
    """
    rules.require_may(by, PaymentAct.IMPORT)
    batch = batch_of(session, batch_id, lock=True)
    digest = hashlib.sha256(content).hexdigest()
    known = store.answer_batch(session, digest)
    if known is not None and known != batch_id:
        other = batch_of(session, known).number
        raise ConflictError(
            f"这个回单已作为批次 {other} 的回单导入过，没有再导入：请选对文件。", code="answer.other_batch"
        )
    if known is not None:
        return AnswerOutcome(batch_id, already=True, matched=(), rejected=(), unknown=(), repeated=(), missing=())
    _require_at_bank(batch)
    require_layout(batch, layout)
    rows = read_answer(content, layout.answer)
    members = orders.orders_in(session, batch_id)
    found = rules.match(rows, members, orders.keys_elsewhere(session, {row.key for row in rows}, batch_id))
    _require_related(batch, rows, members)
    return _take(session, batch, found, _Received(content, digest, len(rows)), by=by, now=now)


def _require_at_bank(batch: PaymentBatch) -> None:
    sentences = {
        BatchState.CLOSED: "这一批已结清，不再接收回单：到账后退汇的，请按收到的退款办理追回。",
        BatchState.EXPORTED: "银行文件已导出，还没有登记送银行：请先登记送出，再导入回单。",
        BatchState.CANCELLED: "这一批已取消，没有送过银行：请选对批次。",
    }
    if batch.state is not BatchState.SENT:
        sentence = sentences.get(batch.state, "这一批还没有送银行：请先复核、导出、送出，再导入回单。")
        raise ConflictError(sentence, code="answer.batch_state")


def _require_related(batch: PaymentBatch, rows: Iterable[AnswerRow], members: Iterable[PaymentOrder]) -> None:
    if not {row.key for row in rows} & {order.line_key for order in members}:
        raise InputError(
            f"回单里没有一行属于批次 {batch.number}，没有导入：多半选错了文件或批次。", code="answer.unrelated"
        )


def _take(
    session: Session, batch: PaymentBatch, found: rules.Matching, received: _Received, *, by: Clerk, now: datetime
) -> AnswerOutcome:
    answer = store.add_answer(session, batch.id, received.content, received.sha256, received.rows, now=now)
    for order, code in found.paid:
        move_order(session, order, OrderState.PAID, now=now, bank_code=code)
    for order, code in found.failed:
        move_order(session, order, OrderState.FAILED, now=now, bank_code=code)
    doubted = {order.id: order for _row, _doubt, order in found.unknown if order and order.state is OrderState.SENT}
    for order in doubted.values():
        move_order(session, order, OrderState.UNKNOWN, now=now)
    unknown = store.add_doubts(session, answer, batch.id, found.unknown, now=now)
    details: Details = {
        "sha256": received.sha256,
        "paid": len(found.paid),
        "failed": len(found.failed),
        "unknown": len(unknown),
    }
    note_batch(session, batch, "payment.answer", details, by=by.actor, now=now)
    return AnswerOutcome(
        batch.id,
        already=False,
        matched=tuple(settled(order, Verdict.PAID, code) for order, code in found.paid),
        rejected=tuple(settled(order, Verdict.FAILED, code) for order, code in found.failed),
        unknown=unknown,
        repeated=found.repeated,
        missing=found.missing,
    )


def propose(session: Session, proposal: Proposal, *, by: Clerk, now: datetime) -> Ruling:
    """State, as the first of two persons, what became of a payment or of a line that concerns no open payment.

    A payment that the bank never answered may be ruled on as well; `refunded` begins a clawback.

    Raises: InputError without evidence or on a ground that does not carry it; ConflictError when it is settled.
    """
    rules.require_may(by, PaymentAct.RULE)
    rules.require_evidence(proposal.evidence)
    rules.require_ground(proposal.kind, proposal.ground)
    if (proposal.kind is RulingKind.DISMISSED) == (proposal.line is None) or (
        (proposal.order is None) == (proposal.line is None)
    ):
        raise InputError("到账、失败、退款要针对一笔付款，不予采信要针对回单的一行。", code="ruling.about")
    if proposal.line is not None:
        _open_line(session, proposal)
    else:
        order = _rulable(session, proposal.order, proposal.kind, by)
        if proposal.kind is RulingKind.REFUNDED and proposal.received_fen != order.amount_fen:
            raise InputError("收到的退款与付出的金额不一致：收齐后再登记。", code="ruling.amount")
    if store.waiting_rulings(session, order_id=proposal.order, line=proposal.line):
        raise ConflictError("已有一项认定在等另一个人复核：请先复核或退回那一项。", code="ruling.waiting")
    ruling = store.add_ruling(session, proposal, by.person, now=now)
    _note(session, ruling, "payment.propose", by=by, now=now)
    return ruling


def confirm(session: Session, ruling_id: RulingId, *, by: Clerk, now: datetime) -> Settled | None:
    """Confirm a ruling as the second person; return what the ledger must hear, None for a dismissed line.

    Raises: RuleError for the first person; ConflictError when it was decided or the payment has moved on.
    """
    ruling = _waiting(session, ruling_id, by)
    rules.require_second_person(by, ruling.first, "复核认定")
    outcome = None
    if ruling.order is not None:
        order = _rulable(session, ruling.order, ruling.kind, by)
        state, verdict = _NEW_STATES[ruling.kind]
        move_order(session, order, state, now=now)
        store.settle_doubts(session, order_id=order.id, now=now)
        outcome = settled(order, verdict)
    else:
        store.settle_doubts(session, line=ruling.line, now=now)
    if not store.decide_ruling(session, ruling_id, RulingState.CONFIRMED, by.person, now=now):
        raise changed_meanwhile()
    _note(session, ruling, "payment.confirm", by=by, now=now)
    return outcome


def refuse(session: Session, ruling_id: RulingId, *, by: Clerk, now: datetime) -> None:
    """Send a ruling back unconfirmed; the first person may take it back too."""
    ruling = _waiting(session, ruling_id, by)
    if not store.decide_ruling(session, ruling_id, RulingState.REFUSED, by.person, now=now):
        raise changed_meanwhile()
    _note(session, ruling, "payment.refuse", by=by, now=now)


def close_batch(session: Session, batch_id: BatchId, *, by: Clerk, now: datetime) -> PaymentBatch:
    """Close a batch in which nothing is unknown; a second time changes nothing.

    Raises: ConflictError naming the payments without a settled answer, or the rows that wait.
    """
    rules.require_may(by, PaymentAct.CLOSE)
    return close_settled(session, batch_id, by=by.actor, now=now)


def close_settled(session: Session, batch_id: BatchId, *, by: str, now: datetime) -> PaymentBatch:
    """Close a batch in which nothing is open; no money moves and nothing is judged, so no clerk of the till is needed.

    Raises: ConflictError naming the payments without a settled answer, or the rows that wait.
    """
    batch = batch_of(session, batch_id, lock=True)
    if batch.state is BatchState.CLOSED:
        return batch
    open_keys = [one.line_key for one in orders.orders_in(session, batch_id) if one.state not in rules.SETTLED]
    if batch.state is BatchState.SENT and open_keys:
        raise ConflictError(
            f"还有 {len(open_keys)} 笔没有结果：{'、'.join(open_keys[:20])}。请导入回单，存疑的由两人核实。",
            code="payment.open_lines",
        )
    doubts = store.open_doubts(session, batch_id)
    if doubts:
        rows = "、".join(str(one.row) for one in doubts[:20])
        raise ConflictError(f"回单第 {rows} 行还没有核实：请两人核实后再结清。", code="payment.open_doubts")
    move_batch(session, batch, BatchState.CLOSED, closed_at=now)
    note_batch(session, batch, "payment.close", {}, by=by, now=now)
    return batch_of(session, batch_id)


def open_doubts(session: Session, batch_id: BatchId) -> tuple[Doubtful, ...]:
    """Return the lines of a batch that wait for two persons."""
    return store.open_doubts(session, batch_id)


def waiting_rulings(session: Session) -> tuple[Ruling, ...]:
    """Return rulings that wait for the second person, oldest first."""
    return store.waiting_rulings(session)


def _open_line(session: Session, proposal: Proposal) -> None:
    found = store.doubt(session, proposal.line) if proposal.line else None
    if found is None:
        raise NotFoundError("没有回单的这一行：请刷新后重选。", code="ruling.no_line")
    line, batch_id, waits = found
    batch_of(session, batch_id, lock=True)
    if not waits:
        raise ConflictError("回单的这一行已经核实过：请刷新后查看。", code="ruling.settled")
    if line.order and order_of(session, line.order).state in rules.AT_THE_BANK:
        raise ConflictError("这一行说的付款还没有结果：请直接认定那笔付款到账还是失败。", code="ruling.order_open")


def _rulable(session: Session, order_id: OrderId | None, kind: RulingKind, by: Clerk) -> PaymentOrder:
    if order_id is None:
        raise NotFoundError("没有这笔付款：请刷新后重选。", code="payment.no_order")
    batch = order_of(session, order_id).batch
    if batch is not None:
        batch_of(session, batch, lock=True)
    order = order_of(session, order_id)
    if order.state not in rules.RULINGS[kind]:
        raise ConflictError(
            f"这笔付款{rules.ORDER_WORDS[order.state]}，不能这样认定：请刷新后查看。", code="ruling.state"
        )
    rules.require_clean_hands(by, [(order.line_key, orders.barred(session, [order.id])[order.id])])
    return order


def _waiting(session: Session, ruling_id: RulingId, by: Clerk) -> Ruling:
    rules.require_may(by, PaymentAct.CONFIRM)
    ruling = store.ruling(session, ruling_id)
    if ruling is None:
        raise NotFoundError("没有这项认定：请刷新后重选。", code="ruling.unknown")
    if ruling.state is not RulingState.PROPOSED:
        raise ConflictError("这项认定已经复核过：请刷新后查看。", code="ruling.decided")
    return ruling


def _note(session: Session, ruling: Ruling, action: str, *, by: Clerk, now: datetime) -> None:
    details: Details = {
        "ruling": ruling.id,
        "kind": ruling.kind.value,
        "ground": ruling.ground.value,
        "evidence": ruling.evidence,
    }
    if ruling.order is not None:
        note_order(session, order_of(session, ruling.order), action, details, by=by.actor, now=now)
        return
    subject = Subject("fund.answer", ruling.line or ruling.id)
    audit.record(session, subject, action, by=by.actor, now=now, details=details)
