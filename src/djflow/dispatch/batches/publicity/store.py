"""Reads and writes publicity periods and objections."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.dispatch.batches.model import BatchId, CandidateId
from djflow.dispatch.batches.publicity.model import (
    NewObjection,
    Objection,
    ObjectionState,
    Opened,
    Period,
    PeriodState,
)
from djflow.dispatch.batches.publicity.tables import DispatchObjectionRow, DispatchPeriodRow

_SHOWN = (PeriodState.OPEN, PeriodState.FROZEN)


def period_of(row: DispatchPeriodRow) -> Period:
    """Return a row's value."""
    return Period(
        row.id,
        BatchId(row.batch_id),
        CandidateId(row.candidate_id),
        row.state,
        row.posted_on,
        row.from_on,
        row.remaining,
        row.ends_on,
    )


def add_period(session: Session, period: Period, *, now: datetime) -> Period:
    """Write a period and return it with its id."""
    kept = replace(period, id=new_id(now))
    names = ("id", "state", "posted_on", "from_on", "remaining", "ends_on")
    values = {name: getattr(kept, name) for name in names}
    session.add(DispatchPeriodRow(batch_id=kept.batch, candidate_id=kept.candidate, **values))
    session.flush()
    return kept


def period(session: Session, period_id: str) -> Period | None:
    """Return a period."""
    row = session.get(DispatchPeriodRow, period_id, populate_existing=True)
    return None if row is None else period_of(row)


def write(session: Session, changed: Period) -> None:
    """Put a period's clock and state into its row."""
    row = session.get(DispatchPeriodRow, changed.id)
    if row is None:
        return
    row.state, row.from_on = changed.state, changed.from_on
    row.remaining, row.ends_on = changed.remaining, changed.ends_on
    session.flush()


def periods(session: Session, batch: str) -> tuple[Period, ...]:
    """Return a batch's periods, oldest first."""
    query = select(DispatchPeriodRow).where(DispatchPeriodRow.batch_id == batch)
    query = query.order_by(DispatchPeriodRow.posted_on, DispatchPeriodRow.id).execution_options(populate_existing=True)
    return tuple(period_of(row) for row in session.scalars(query))


def period_about(session: Session, candidate: CandidateId) -> Period | None:
    """Return the newest period of a candidate that was not taken down."""
    query = select(DispatchPeriodRow).where(
        DispatchPeriodRow.candidate_id == candidate, DispatchPeriodRow.state != PeriodState.CANCELLED
    )
    row = session.scalars(query.order_by(DispatchPeriodRow.id.desc()).execution_options(populate_existing=True)).first()
    return None if row is None else period_of(row)


def shown(session: Session) -> tuple[Period, ...]:
    """Return what hangs now, frozen ones included, in the order of posting."""
    query = select(DispatchPeriodRow).where(DispatchPeriodRow.state.in_(_SHOWN))
    return tuple(
        period_of(row) for row in session.scalars(query.order_by(DispatchPeriodRow.posted_on, DispatchPeriodRow.id))
    )


def due(session: Session, today: date) -> tuple[Period, ...]:
    """Return the open periods whose last day is before `today`, oldest first."""
    over = (DispatchPeriodRow.state == PeriodState.OPEN, DispatchPeriodRow.ends_on < today)
    rows = session.scalars(
        select(DispatchPeriodRow).where(*over).order_by(DispatchPeriodRow.ends_on, DispatchPeriodRow.id)
    )
    return tuple(period_of(row) for row in rows)


def add_objection(
    session: Session, about: Period, new: NewObjection, state: ObjectionState, *, by: str, now: datetime
) -> tuple[Objection, bool]:
    """Write an objection with words and contact sealed; the same words that wait for an answer are written once."""
    digest = vault_of(session).lookup(f"{about.id}:{new.text}", kind="dispatch.objection")
    same = (DispatchObjectionRow.period_id == about.id, DispatchObjectionRow.digest == digest)
    # What was answered before, or came too late, keeps nobody else from saying the same in time.
    known = session.scalar(select(DispatchObjectionRow).where(*same, DispatchObjectionRow.state == state))
    if known is not None:
        return objection_of(known), False
    row = DispatchObjectionRow(
        id=new_id(now),
        period_id=about.id,
        batch_id=about.batch,
        candidate_id=about.candidate,
        state=state,
        via=new.via,
        digest=digest,
        received_at=new.received_at or now,
        entered_at=now,
        entered_by=by,
        resolved_by="",
    )
    vault = sealing_vault(session)
    row.words = vault.seal(new.text, context=f"dispatch_objection.words:{row.id}")
    row.contact = vault.seal(new.contact, context=f"dispatch_objection.contact:{row.id}") if new.contact else None
    session.add(row)
    session.flush()
    return objection_of(row), True


def objection_of(row: DispatchObjectionRow) -> Objection:
    """Return a row's value."""
    ids = (row.id, row.period_id, BatchId(row.batch_id), CandidateId(row.candidate_id))
    return Objection(*ids, row.state, row.via, row.received_at)


def objection(session: Session, objection_id: str) -> Objection | None:
    """Return an objection."""
    row = session.get(DispatchObjectionRow, objection_id, populate_existing=True)
    return None if row is None else objection_of(row)


def entered_by(session: Session, objection_id: str) -> str:
    """Return who typed an objection in."""
    row = session.get(DispatchObjectionRow, objection_id)
    return "" if row is None else row.entered_by


def resolve(session: Session, objection_id: str, state: ObjectionState, reason: str, *, by: str, now: datetime) -> None:
    """Write what became of an objection, the reason sealed."""
    row = session.get(DispatchObjectionRow, objection_id)
    if row is None:
        return
    row.resolution = sealing_vault(session).seal(reason, context=f"dispatch_objection.resolution:{row.id}")
    row.state, row.resolved_at, row.resolved_by = state, now, by
    session.flush()


def objections(session: Session, batch: str) -> tuple[Objection, ...]:
    """Return the objections to people of a batch, oldest first."""
    query = select(DispatchObjectionRow).where(DispatchObjectionRow.batch_id == batch)
    rows = session.scalars(query.order_by(DispatchObjectionRow.received_at, DispatchObjectionRow.id))
    return tuple(objection_of(row) for row in rows)


def opened(session: Session, objection_id: str) -> Opened:
    """Open and return what is sealed in an objection."""
    vault, row = vault_of(session), session.get_one(DispatchObjectionRow, objection_id)

    def text(name: str) -> str:
        sealed = getattr(row, name)
        return "" if sealed is None else vault.open(sealed, context=f"dispatch_objection.{name}:{row.id}")

    return Opened(text("words"), text("contact"), text("resolution"))


def open_count(session: Session, period_id: str) -> int:
    """Return how many objections to a period wait for an answer."""
    query = select(func.count(DispatchObjectionRow.id)).where(
        DispatchObjectionRow.period_id == period_id, DispatchObjectionRow.state == ObjectionState.OPEN
    )
    return int(session.scalar(query) or 0)
