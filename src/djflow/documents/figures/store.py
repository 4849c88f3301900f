"""Reads what is counted of documents and receipts: two queries."""

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from djflow.core.ids import UnitId
from djflow.core.sections import Reach
from djflow.core.spans import DateSpan
from djflow.documents.figures.model import Copy
from djflow.documents.register.model import DocumentState
from djflow.documents.register.tables import DocReceiptRow, DocumentRow

_GONE = (DocumentState.DROPPED, DocumentState.VOID)


def issued(session: Session, reach: Reach) -> int:
    """Return how many documents were issued, those void at the end not counted."""
    query = select(func.count()).where(DocumentRow.issued_at >= reach.start, _out(reach))
    return session.scalar(query) or 0


def copies(session: Session, span: DateSpan, reach: Reach) -> tuple[Copy, ...]:
    """Return the copies due in a span, and those due before it that nobody had acknowledged when it began."""
    row = DocReceiptRow
    still = or_(row.acknowledged_at.is_(None), row.acknowledged_at >= reach.start)
    query = (
        select(row.unit_id, row.due_on, row.acknowledged_at)
        .join(DocumentRow, DocumentRow.id == row.document_id)
        .where(row.due_on <= span.last, or_(row.due_on >= span.first, still), _out(reach))
    )
    return tuple(Copy(UnitId(unit), due, at) for unit, due, at in session.execute(query) if due is not None)


def _out(reach: Reach) -> ColumnElement[bool]:
    valid = or_(DocumentRow.state.not_in(_GONE), DocumentRow.since >= reach.end)
    return and_(DocumentRow.issued_at < reach.end, valid)
