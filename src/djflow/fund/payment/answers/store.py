"""Reads and writes the bank's answers, lines that were not taken, and rulings of two persons."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, new_id
from djflow.fund.payment.model import (
    AnswerLineId,
    AnswerRow,
    BatchId,
    Doubt,
    Doubtful,
    OrderId,
    PaymentOrder,
    Proposal,
    Ruling,
    RulingId,
    RulingKind,
    RulingState,
)
from djflow.fund.payment.store import changed, sealed_file
from djflow.fund.payment.tables import PaymentAnswerRow, PaymentDoubtRow, PaymentRulingRow

_FRESH = {"populate_existing": True}


def answer_batch(session: Session, sha256: str) -> BatchId | None:
    """Return the batch for which a file of these bytes was imported."""
    found = session.scalar(select(PaymentAnswerRow.batch_id).where(PaymentAnswerRow.sha256 == sha256))
    return BatchId(found) if found else None


def add_answer(session: Session, batch_id: BatchId, content: bytes, sha256: str, rows: int, *, now: datetime) -> str:
    """Keep a file of the bank and return its id."""
    key = new_id(now)
    sealed = sealed_file(session, "payment_answer", key, content)
    session.add(PaymentAnswerRow(id=key, batch_id=batch_id, sha256=sha256, content=sealed, row_count=rows, at=now))
    session.flush()
    return key


def add_doubts(
    session: Session,
    answer: str,
    batch_id: BatchId,
    found: Iterable[tuple[AnswerRow, Doubt, PaymentOrder | None]],
    *,
    now: datetime,
) -> tuple[Doubtful, ...]:
    """Keep lines that were not taken."""
    kept = tuple(
        Doubtful(row.row, row.key, doubt, about.id if about else None, AnswerLineId(new_id(now)))
        for row, doubt, about in found
    )
    session.add_all(
        PaymentDoubtRow(
            id=one.id,
            answer_id=answer,
            batch_id=batch_id,
            row_number=one.row,
            line_key=one.key,
            doubt=one.doubt,
            order_id=one.order,
        )
        for one in kept
    )
    session.flush()
    return kept


def open_doubts(session: Session, batch_id: BatchId) -> tuple[Doubtful, ...]:
    """Return a batch's lines that still wait for two persons, by row."""
    query = select(PaymentDoubtRow).where(PaymentDoubtRow.batch_id == batch_id, PaymentDoubtRow.settled_at.is_(None))
    query = query.order_by(PaymentDoubtRow.answer_id, PaymentDoubtRow.row_number)
    return tuple(_doubtful(row) for row in session.scalars(query))


def doubt(session: Session, line: AnswerLineId) -> tuple[Doubtful, BatchId, bool] | None:
    """Return a line, its batch and whether it still waits."""
    row = session.get(PaymentDoubtRow, line, populate_existing=True)
    return (_doubtful(row), BatchId(row.batch_id), row.settled_at is None) if row else None


def settle_doubts(
    session: Session, *, order_id: OrderId | None = None, line: AnswerLineId | None = None, now: datetime
) -> None:
    """Mark the waiting lines about an order, or one line, as settled."""
    query = update(PaymentDoubtRow).where(PaymentDoubtRow.settled_at.is_(None))
    named = PaymentDoubtRow.order_id == order_id if order_id else PaymentDoubtRow.id == line
    session.execute(query.where(named).values(settled_at=now).execution_options(synchronize_session=False))


def add_ruling(session: Session, proposal: Proposal, first: PersonId, *, now: datetime) -> Ruling:
    """Write what the first person stated."""
    row = PaymentRulingRow(
        id=new_id(now),
        kind=proposal.kind,
        ground=proposal.ground,
        state=RulingState.PROPOSED,
        order_id=proposal.order,
        doubt_id=proposal.line,
        evidence=proposal.evidence,
        received_fen=proposal.received_fen,
        first_id=first,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    return _ruling(row)


def ruling(session: Session, ruling_id: RulingId) -> Ruling | None:
    """Return a ruling, locked until the transaction ends."""
    query = select(PaymentRulingRow).where(PaymentRulingRow.id == ruling_id).with_for_update()
    row = session.scalar(query.execution_options(**_FRESH))
    return _ruling(row) if row else None


def waiting_rulings(
    session: Session, *, order_id: OrderId | None = None, line: AnswerLineId | None = None
) -> tuple[Ruling, ...]:
    """Return rulings that wait for the second person, of one order or line when given, oldest first."""
    query = select(PaymentRulingRow).where(PaymentRulingRow.state == RulingState.PROPOSED)
    if order_id:
        query = query.where(PaymentRulingRow.order_id == order_id)
    if line:
        query = query.where(PaymentRulingRow.doubt_id == line)
    return tuple(_ruling(row) for row in session.scalars(query.order_by(PaymentRulingRow.proposed_at)))


def refunded(session: Session, order_id: OrderId) -> int:
    """Return how much of a payment has come back, in fen."""
    query = select(func.coalesce(func.sum(PaymentRulingRow.received_fen), 0)).where(
        PaymentRulingRow.order_id == order_id,
        PaymentRulingRow.kind == RulingKind.REFUNDED,
        PaymentRulingRow.state == RulingState.CONFIRMED,
    )
    return int(session.scalar(query) or 0)


def decide_ruling(
    session: Session, ruling_id: RulingId, state: RulingState, second: PersonId, *, now: datetime
) -> bool:
    """Move a proposed ruling; return whether it still was proposed."""
    query = update(PaymentRulingRow).where(
        PaymentRulingRow.id == ruling_id, PaymentRulingRow.state == RulingState.PROPOSED
    )
    return changed(session, query.values(state=state, second_id=second, decided_at=now))


def _doubtful(row: PaymentDoubtRow) -> Doubtful:
    about = OrderId(row.order_id) if row.order_id else None
    return Doubtful(row.row_number, row.line_key, row.doubt, about, AnswerLineId(row.id))


def _ruling(row: PaymentRulingRow) -> Ruling:
    return Ruling(
        id=RulingId(row.id),
        kind=row.kind,
        ground=row.ground,
        state=row.state,
        order=OrderId(row.order_id) if row.order_id else None,
        line=AnswerLineId(row.doubt_id) if row.doubt_id else None,
        evidence=row.evidence,
        first=PersonId(row.first_id),
        second=PersonId(row.second_id) if row.second_id else None,
        received_fen=row.received_fen,
    )
