"""Reads and writes events, and finds cases that stand where they should not."""

from datetime import datetime

from sqlalchemy import exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.fund.cases.model import CaseId, CaseState, Filing, FundCase
from djflow.fund.cases.store import case_of
from djflow.fund.cases.tables import FundCaseRow
from djflow.fund.checks.tables import FundCrossCheckRow
from djflow.fund.payment.model import OrderState
from djflow.fund.payment.tables import PaymentOrderRow
from djflow.fund.publicity.model import Level, PeriodState
from djflow.fund.publicity.tables import FundPublicityRow
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
    last = session.scalar(select(func.max(FundEventRow.seq))) or 0
    session.add(
        FundEventRow(
            id=new_id(now),
            seq=last + 1,
            case_id=case.id,
            place=place,
            state=case.state.value,
            step=step,
            made_at=now,
            taken_at=None,
        )
    )
    session.flush()


def pending(session: Session, *, limit: int) -> tuple[Event, ...]:
    """Return events nobody has taken yet, in the order they happened."""
    query = select(FundEventRow, FundCaseRow.number).join(FundCaseRow, FundCaseRow.id == FundEventRow.case_id)
    rows = session.execute(query.where(FundEventRow.taken_at.is_(None)).order_by(FundEventRow.seq).limit(limit))
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


def unordered(session: Session) -> tuple[FundCase, ...]:
    """Return the cases that wait to be paid and have no payment, oldest first."""
    ordered = exists().where(
        PaymentOrderRow.subject == literal(f"{KIND}:") + FundCaseRow.id,
        PaymentOrderRow.state.in_(_OPEN),
    )
    query = select(FundCaseRow).where(FundCaseRow.state == CaseState.READY_TO_PAY, ~ordered)
    return tuple(case_of(row) for row in session.scalars(query.order_by(FundCaseRow.since, FundCaseRow.id)))


def ready_to_start(session: Session, departments: int) -> tuple[FundCase, ...]:
    """Return the cases in checking whose list at the branch is over and which every department has answered."""
    hung = exists().where(
        FundPublicityRow.case_id == FundCaseRow.id,
        FundPublicityRow.level == Level.BRANCH,
        FundPublicityRow.state == PeriodState.CLOSED,
    )
    answered = (
        select(func.count()).where(FundCrossCheckRow.case_id == FundCaseRow.id).correlate(FundCaseRow).scalar_subquery()
    )
    chosen = or_(FundCaseRow.filing == Filing.LIST, hung & (answered >= departments))
    query = select(FundCaseRow).where(FundCaseRow.state == CaseState.CHECKING, chosen)
    return tuple(case_of(row) for row in session.scalars(query.order_by(FundCaseRow.since, FundCaseRow.id)))
