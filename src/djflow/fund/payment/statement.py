"""The month's payments for the leaders and everything for the audit, as Excel; names and accounts are masked.

The record of changes says who took which; sums never leave the house without a role.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject
from djflow.fund.payment import rules, store
from djflow.fund.payment.model import BatchId, Clerk, OrderState, PaymentAct, PaymentBatch, PaymentOrder
from djflow.fund.payment.sheets import Page, Value, Yuan, workbook
from djflow.people import service as people
from djflow.people.rules import mask_bank_account, mask_name

Names = Mapping[PersonId, str]
Words = Mapping[str, str]

_ORDERS = (
    ("序号", 6),
    ("流水号", 24),
    ("申请编号", 16),
    ("第几次", 7),
    ("领款人", 10),
    ("账号", 11),
    ("开户行", 26),
    ("金额（元）", 13),
    ("状态", 16),
    ("银行说明", 22),
    ("批次", 16),
    ("开出", 17),
    ("办结", 17),
)
_BATCHES = (
    ("批次", 16),
    ("状态", 16),
    ("笔数", 7),
    ("合计（元）", 14),
    ("制单", 10),
    ("复核", 10),
    ("编制", 17),
    ("导出", 17),
    ("送银行", 17),
    ("结清", 17),
    ("文件校验值", 68),
)
_TOTALS = (("状态", 20), ("笔数", 8), ("金额（元）", 16))


@dataclass(frozen=True, slots=True)
class _Asked:
    action: str
    by: Clerk
    now: datetime


def monthly_statement(session: Session, month: Month, reasons: Words, *, by: Clerk, now: datetime) -> bytes:
    """Return a month's settled payments; `reasons` puts the bank's codes into words.

    Raises: RuleError without the role.
    """
    rules.require_may(by, PaymentAct.STATEMENT)
    orders = store.orders_settled(session, month.first, month.last)
    return _book(
        session, f"{month.title}温暖基金拨付明细", orders, reasons, _Asked(action="payment.statement", by=by, now=now)
    )


def audit_export(session: Session, span: DateSpan, reasons: Words, *, by: Clerk, now: datetime) -> bytes:
    """Return every payment opened or settled on the civil dates of `span`, whatever became of it, with its batches.

    Raises: RuleError without the role.
    """
    rules.require_may(by, PaymentAct.STATEMENT)
    orders = tuple(
        one
        for one in store.orders_opened_by(session, span.last)
        if civil_date(one.opened_at) in span or (one.settled_at and civil_date(one.settled_at) in span)
    )
    title = f"温暖基金拨付审计资料（{span.first}至{span.last}）"
    return _book(session, title, orders, reasons, _Asked(action="payment.audit_export", by=by, now=now))


def _book(session: Session, title: str, orders: Sequence[PaymentOrder], reasons: Words, asked: _Asked) -> bytes:
    batches = store.batches_by_ids(session, {order.batch for order in orders if order.batch})
    staff = {batch.maker for batch in batches} | {batch.checker for batch in batches if batch.checker}
    cards = people.people_by_ids(session, {order.payee for order in orders} | staff)
    names = {key: card.name for key, card in cards.items()}
    numbers = {batch.id: batch.number for batch in batches}
    line = f"共 {len(orders)} 笔　制表：{civil_date(asked.now)}　姓名、账号已隐去"
    content = workbook(
        (
            Page("汇总", title, line, _TOTALS, _total_rows(orders)),
            Page("明细", title, line, _ORDERS, _order_rows(orders, names, reasons, numbers)),
            Page("批次", title, line, _BATCHES, _batch_rows(batches, names)),
        )
    )
    subject = Subject("fund.statement", f"{asked.now:%Y%m%d%H%M%S}")
    details: Details = {"rows": len(orders), "sha256": hashlib.sha256(content).hexdigest()}
    audit.record(session, subject, asked.action, by=asked.by.actor, now=asked.now, details=details)
    return content


def _total_rows(orders: Sequence[PaymentOrder]) -> Iterator[list[Value]]:
    for state in OrderState:
        own = [order for order in orders if order.state is state]
        if own:
            yield [rules.ORDER_WORDS[state], len(own), Yuan(sum(order.amount_fen for order in own))]
    paid = [order for order in orders if order.state is OrderState.PAID]
    yield ["实际拨付合计", len(paid), Yuan(sum(order.amount_fen for order in paid))]


def _order_rows(
    orders: Sequence[PaymentOrder], names: Names, reasons: Words, numbers: Mapping[BatchId, str]
) -> Iterator[list[Value]]:
    for number, order in enumerate(orders, start=1):
        yield [
            number,
            order.line_key,
            order.case_number,
            order.attempt,
            mask_name(names.get(order.payee, "")),
            mask_bank_account(order.account_tail),
            order.bank,
            Yuan(order.amount_fen),
            rules.ORDER_WORDS[order.state],
            reason_words(order.bank_code, reasons),
            numbers.get(order.batch, "") if order.batch else "",
            order.opened_at,
            order.settled_at,
        ]


def _batch_rows(batches: Sequence[PaymentBatch], names: Names) -> Iterator[list[Value]]:
    for batch in batches:
        checker = names.get(batch.checker, "") if batch.checker else ""
        yield [
            batch.number,
            rules.BATCH_WORDS[batch.state],
            batch.count,
            Yuan(batch.total_fen),
            mask_name(names.get(batch.maker, "")),
            mask_name(checker),
            batch.made_at,
            batch.exported_at,
            batch.sent_at,
            batch.closed_at,
            batch.sha256,
        ]


def reason_words(code: str, reasons: Words) -> str:
    """Return the bank's failure code in words; a code nobody put into words is shown as it came."""
    return f"{reasons[code]}（{code}）" if code in reasons else f"银行代码 {code}" if code else ""
