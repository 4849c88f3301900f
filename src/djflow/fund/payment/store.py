"""Reads and writes payments. An order moves only by an update that names the states it may come from."""

import base64
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, Update, func, insert, or_, select, update
from sqlalchemy.orm import Session

from djflow.accounts.model import Role
from djflow.core.clock import civil_date, instant_of
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.fund.payment.model import (
    BankLine,
    BatchId,
    BatchState,
    OrderId,
    OrderState,
    Payee,
    PaymentBatch,
    PaymentOrder,
)
from djflow.fund.payment.tables import (
    PaymentBarRow,
    PaymentBatchRow,
    PaymentOrderRow,
)

ACCOUNT = "bank_account"
_TAIL = 4
_FRESH = {"populate_existing": True}


def add_order(session: Session, draft: PaymentOrder, payee: Payee, barred: Collection[PersonId], evidence: str) -> None:
    """Write an order with its sealed payee and who may not touch it."""
    vault = sealing_vault(session)
    session.add(
        PaymentOrderRow(
            id=draft.id,
            subject=str(draft.subject),
            case_number=draft.case_number,
            attempt=draft.attempt,
            line_key=draft.line_key,
            amount_fen=draft.amount_fen,
            payee_id=draft.payee,
            holder=vault.seal(payee.holder, context=f"payment_order.holder:{draft.id}"),
            account=vault.seal(payee.account, context=f"payment_order.account:{draft.id}"),
            account_hash=vault.lookup(payee.account, kind=ACCOUNT),
            account_tail=payee.account[-_TAIL:],
            bank=payee.bank,
            state=draft.state,
            batch_id=None,
            bank_code="",
            evidence=evidence,
            opened_at=draft.opened_at,
            settled_at=None,
        )
    )
    session.flush()
    bar(session, draft.id, barred)


def bar(session: Session, order: OrderId, persons: Collection[PersonId]) -> None:
    """Note who may not touch an order; persons already barred stay so."""
    known = barred(session, [order])[order]
    rows = [{"order_id": order, "person_id": person} for person in sorted(set(persons) - known)]
    if rows:
        session.execute(insert(PaymentBarRow), rows)


def barred(session: Session, orders: Collection[OrderId]) -> Mapping[OrderId, frozenset[PersonId]]:
    """Return per order who may not touch it."""
    found: dict[OrderId, set[PersonId]] = {order: set() for order in orders}
    query = select(PaymentBarRow).where(PaymentBarRow.order_id.in_(found))
    for row in session.scalars(query):
        found[OrderId(row.order_id)].add(PersonId(row.person_id))
    return {order: frozenset(persons) for order, persons in found.items()}


def account_hash(session: Session, account: str) -> str:
    """Return the hash under which an account is found."""
    return vault_of(session).lookup(account, kind=ACCOUNT)


def account_hashes(session: Session, orders: Collection[OrderId]) -> Mapping[str, str]:
    """Return line key → account hash."""
    query = select(PaymentOrderRow.line_key, PaymentOrderRow.account_hash).where(PaymentOrderRow.id.in_(orders))
    return {str(key): str(hashed) for key, hashed in session.execute(query)}


def order(session: Session, order_id: OrderId, *, lock: bool = False) -> PaymentOrder | None:
    """Return an order as it stands now."""
    query = select(PaymentOrderRow).where(PaymentOrderRow.id == order_id).execution_options(**_FRESH)
    row = session.scalar(query.with_for_update() if lock else query)
    return _order(row) if row else None


def order_by_key(session: Session, line_key: str) -> PaymentOrder | None:
    """Return the order of a line."""
    return next(iter(_orders(session, PaymentOrderRow.line_key == line_key)), None)


def orders_of(session: Session, subject: Subject) -> tuple[PaymentOrder, ...]:
    """Return all attempts to pay a case, first to last."""
    return _orders(session, PaymentOrderRow.subject == str(subject))


def orders_in(session: Session, batch: BatchId) -> tuple[PaymentOrder, ...]:
    """Return a batch's orders by line key."""
    return tuple(sorted(_orders(session, PaymentOrderRow.batch_id == batch), key=lambda one: one.line_key))


def orders_by_ids(session: Session, ids: Collection[OrderId]) -> tuple[PaymentOrder, ...]:
    """Return orders by the time they were opened; an unknown id is missing."""
    return _orders(session, PaymentOrderRow.id.in_(ids))


def ready_orders(session: Session) -> tuple[PaymentOrder, ...]:
    """Return orders that wait for a batch, oldest first."""
    return _orders(session, PaymentOrderRow.state == OrderState.READY)


def orders_settled(session: Session, first: date, last: date) -> tuple[PaymentOrder, ...]:
    """Return orders settled on civil dates from `first` to `last`, both included."""
    since, until = instant_of(first), instant_of(last + timedelta(days=1))
    return _orders(session, PaymentOrderRow.settled_at >= since, PaymentOrderRow.settled_at < until)


def orders_opened_by(session: Session, last: date) -> tuple[PaymentOrder, ...]:
    """Return every order opened on or before a civil date."""
    return _orders(session, PaymentOrderRow.opened_at < instant_of(last + timedelta(days=1)))


def _orders(session: Session, *conditions: ColumnElement[bool]) -> tuple[PaymentOrder, ...]:
    query = select(PaymentOrderRow).where(*conditions)
    query = query.order_by(PaymentOrderRow.opened_at, PaymentOrderRow.line_key).execution_options(**_FRESH)
    return tuple(_order(row) for row in session.scalars(query))


def keys_elsewhere(session: Session, keys: Collection[str], batch: BatchId) -> frozenset[str]:
    """Return which of `keys` belong to orders outside a batch."""
    found: set[str] = set()
    wanted = sorted(keys)
    for start in range(0, len(wanted), 500):
        query = select(PaymentOrderRow.line_key).where(
            PaymentOrderRow.line_key.in_(wanted[start : start + 500]),
            or_(PaymentOrderRow.batch_id != batch, PaymentOrderRow.batch_id.is_(None)),
        )
        found.update(session.scalars(query))
    return frozenset(found)


def move_order(
    session: Session, order_id: OrderId, old: Collection[OrderState], new: OrderState, **values: object
) -> bool:
    """Move an order that is in one of the states `old`; return whether it was."""
    query = update(PaymentOrderRow).where(PaymentOrderRow.id == order_id, PaymentOrderRow.state.in_(sorted(old)))
    return changed(session, query.values(state=new, **values))


def move_batch(
    session: Session, batch: BatchId, old: Collection[BatchState], new: BatchState, **values: object
) -> bool:
    """Move a batch that is in one of the states `old`; return whether it was."""
    query = update(PaymentBatchRow).where(PaymentBatchRow.id == batch, PaymentBatchRow.state.in_(sorted(old)))
    return changed(session, query.values(state=new, **values))


def changed(session: Session, query: Update) -> bool:
    """Run an update of one row and return whether it met its conditions."""
    result = session.execute(query.execution_options(synchronize_session=False))
    return isinstance(result, CursorResult) and result.rowcount == 1


def lines(session: Session, batch: BatchId) -> tuple[BankLine, ...]:
    """Return a batch's lines in the clear, numbered from 1 by line key."""
    vault = vault_of(session)
    query = select(PaymentOrderRow).where(PaymentOrderRow.batch_id == batch).order_by(PaymentOrderRow.line_key)
    return tuple(
        BankLine(
            number,
            row.line_key,
            vault.open(row.holder, context=f"payment_order.holder:{row.id}"),
            vault.open(row.account, context=f"payment_order.account:{row.id}"),
            row.bank,
            row.amount_fen,
        )
        for number, row in enumerate(session.scalars(query), start=1)
    )


def add_batch(session: Session, batch: PaymentBatch, office: Role, flag_reason: str) -> None:
    """Write a draft batch."""
    sealed = None
    if flag_reason:
        sealed = sealing_vault(session).seal(flag_reason, context=f"payment_batch.flag_reason:{batch.id}")
    session.add(
        PaymentBatchRow(
            id=batch.id,
            number=batch.number,
            state=batch.state,
            layout=batch.layout,
            line_count=batch.count,
            total_fen=batch.total_fen,
            maker_id=batch.maker,
            maker_office=office,
            flag_reason=sealed,
            file_name="",
            sha256="",
            made_at=batch.made_at,
        )
    )
    session.flush()


def next_number(session: Session, now: datetime) -> str:
    """Return the number of the next batch of a civil day: `PB20261124-01`."""
    stem = f"PB{civil_date(now):%Y%m%d}-"
    count = session.scalar(select(func.count()).where(PaymentBatchRow.number.startswith(stem)))
    return f"{stem}{(count or 0) + 1:02d}"


def batch(session: Session, batch_id: BatchId, *, lock: bool = False) -> PaymentBatch | None:
    """Return a batch as it stands now, locked until the transaction ends when asked for."""
    row = _batch_row(session, batch_id, lock=lock)
    return _batch(row) if row else None


def batch_by_number(session: Session, number: str) -> PaymentBatch | None:
    """Return the batch with that number."""
    row = session.scalar(select(PaymentBatchRow).where(PaymentBatchRow.number == number).execution_options(**_FRESH))
    return _batch(row) if row else None


def batches(session: Session, states: Collection[BatchState]) -> tuple[PaymentBatch, ...]:
    """Return batches in one of `states`, oldest first."""
    query = select(PaymentBatchRow).where(PaymentBatchRow.state.in_(sorted(states))).execution_options(**_FRESH)
    return tuple(_batch(row) for row in session.scalars(query.order_by(PaymentBatchRow.number)))


def latest_batches(session: Session, before: str, count: int) -> tuple[PaymentBatch, ...]:
    """Return the newest batches, by falling number, below the number `before` unless it is empty."""
    query = select(PaymentBatchRow).order_by(PaymentBatchRow.number.desc())
    if before:
        query = query.where(PaymentBatchRow.number < before)
    return tuple(_batch(row) for row in session.scalars(query.limit(count).execution_options(**_FRESH)))


def batches_by_ids(session: Session, ids: Collection[BatchId]) -> tuple[PaymentBatch, ...]:
    """Return batches by number; an unknown id is missing."""
    query = select(PaymentBatchRow).where(PaymentBatchRow.id.in_(ids)).execution_options(**_FRESH)
    return tuple(_batch(row) for row in session.scalars(query.order_by(PaymentBatchRow.number)))


def maker_office(session: Session, batch_id: BatchId) -> Role:
    """Return which office of the till made a batch."""
    return session.scalars(select(PaymentBatchRow.maker_office).where(PaymentBatchRow.id == batch_id)).one()


def flag_reason(session: Session, batch_id: BatchId) -> str:
    """Return why a batch may hold one account twice; empty when it does not."""
    row = _batch_row(session, batch_id)
    if row is None or row.flag_reason is None:
        return ""
    return vault_of(session).open(row.flag_reason, context=f"payment_batch.flag_reason:{batch_id}")


def sealed_file(session: Session, table: str, key: str, content: bytes) -> bytes:
    """Return a file sealed for a row of `table`."""
    return sealing_vault(session).seal(base64.b64encode(content).decode(), context=f"{table}.content:{key}")


def file_content(session: Session, batch_id: BatchId) -> bytes | None:
    """Return the frozen file of a batch, None before export."""
    row = _batch_row(session, batch_id)
    if row is None or row.content is None:
        return None
    return base64.b64decode(vault_of(session).open(row.content, context=f"payment_batch.content:{batch_id}"))


def _order(row: PaymentOrderRow) -> PaymentOrder:
    return PaymentOrder(
        id=OrderId(row.id),
        subject=Subject.parse(row.subject),
        case_number=row.case_number,
        attempt=row.attempt,
        line_key=row.line_key,
        amount_fen=row.amount_fen,
        payee=PersonId(row.payee_id),
        account_tail=row.account_tail,
        bank=row.bank,
        state=row.state,
        batch=BatchId(row.batch_id) if row.batch_id else None,
        bank_code=row.bank_code,
        opened_at=row.opened_at,
        settled_at=row.settled_at,
    )


def _batch_row(session: Session, batch_id: BatchId, *, lock: bool = False) -> PaymentBatchRow | None:
    query = select(PaymentBatchRow).where(PaymentBatchRow.id == batch_id).execution_options(**_FRESH)
    return session.scalar(query.with_for_update() if lock else query)


def _batch(row: PaymentBatchRow) -> PaymentBatch:
    return PaymentBatch(
        id=BatchId(row.id),
        number=row.number,
        state=row.state,
        layout=row.layout,
        count=row.line_count,
        total_fen=row.total_fen,
        maker=PersonId(row.maker_id),
        checker=PersonId(row.checker_id) if row.checker_id else None,
        file_name=row.file_name,
        sha256=row.sha256,
        made_at=row.made_at,
        exported_at=row.exported_at,
        sent_at=row.sent_at,
        closed_at=row.closed_at,
    )
