"""Reads and writes events, and finds cases that stand where they should not."""

from datetime import datetime

from sqlalchemy import exists, literal, select, update
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.fund.cases.model import CaseId, CaseState, FundCase
from djflow.fund.cases.tables import FundCaseRow
from djflow.fund.payment.model import OrderState
from djflow.fund.payment.tables import PaymentOrderRow
from djflow.fund.running.model import KIND, Event
from djflow.fund.running.tables import FundEventRow

_SETTLED = (OrderState.PAID, OrderState.FAILED)
_OPEN = (OrderState.READY, OrderState.BATCHED)


def add_event(session: Session, case: FundCase, step: str, *, now: datetime) -> None:
    """Write where a case has come to; the same place of the same version is written once."""
    place = f"{case.version}:{case.state.value}:{step}"
    known = select(FundEventRow.id).where(FundEventRow.case_id == case.id, FundEventRow.place == place)
    if session.scalar(known) is not None:
        return
    session.add(
        FundEventRow(
            id=new_id(now), case_id=case.id, place=place, state=case.state.value, step=step, made_at=now, taken_at=None
        )
    )
    session.flush()


def pending(session: Session, *, limit: int) -> tuple[Event, ...]:
    """Return events nobody has taken yet, oldest first."""
    query = select(FundEventRow, FundCaseRow.number).join(FundCaseRow, FundCaseRow.id == FundEventRow.case_id)
    rows = session.execute(query.where(FundEventRow.taken_at.is_(None)).order_by(FundEventRow.id).limit(limit))
    return tuple(Event(row.id, CaseId(row.case_id), number, row.state, row.step, row.made_at) for row, number in rows)


def take(session: Session, event_id: str, *, now: datetime) -> bool:
    """Note that an event was taken; False when it was before, or is none."""
    waits = (FundEventRow.id == event_id, FundEventRow.taken_at.is_(None))
    statement = update(FundEventRow).where(*waits).values(taken_at=now).returning(FundEventRow.id)
    return session.scalar(statement) is not None


def unheard(session: Session, *, limit: int) -> tuple[CaseId, ...]:
    """Return the cases at the bank whose payment was settled, oldest first."""
    settled = exists().where(
        PaymentOrderRow.subject == literal(f"{KIND}:") + FundCaseRow.id,
        PaymentOrderRow.state.in_(_SETTLED),
    )
    query = select(FundCaseRow.id).where(FundCaseRow.state == CaseState.SENT, settled)
    rows = session.scalars(query.order_by(FundCaseRow.since, FundCaseRow.id).limit(limit))
    return tuple(CaseId(one) for one in rows)


def unordered(session: Session, *, limit: int) -> tuple[CaseId, ...]:
    """Return the cases that wait to be paid and have no payment, oldest first."""
    ordered = exists().where(
        PaymentOrderRow.subject == literal(f"{KIND}:") + FundCaseRow.id,
        PaymentOrderRow.state.in_(_OPEN),
    )
    query = select(FundCaseRow.id).where(FundCaseRow.state == CaseState.READY_TO_PAY, ~ordered)
    rows = session.scalars(query.order_by(FundCaseRow.since, FundCaseRow.id).limit(limit))
    return tuple(CaseId(one) for one in rows)
