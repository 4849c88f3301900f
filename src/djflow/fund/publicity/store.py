"""Reads and writes publicity periods and objections."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.fund.cases.model import CaseId, CaseState, FundCase
from djflow.fund.cases.store import case_of
from djflow.fund.cases.tables import FundCaseRow
from djflow.fund.publicity.model import Level, NewObjection, Objection, ObjectionState, Opened, Period, PeriodState
from djflow.fund.publicity.tables import FundObjectionRow, FundPublicityRow

_SHOWN = (PeriodState.OPEN, PeriodState.FROZEN)


def period_of(row: FundPublicityRow) -> Period:
    """Return a row's value."""
    return Period(
        id=row.id,
        case=CaseId(row.case_id),
        level=row.level,
        state=row.state,
        posted_on=row.posted_on,
        from_on=row.from_on,
        remaining=row.remaining,
        unit=row.unit,
        ends_on=row.ends_on,
        amount_fen=row.amount_fen,
        category=row.category,
    )


def add_period(session: Session, period: Period, *, now: datetime) -> Period:
    """Write a period and return it with its id."""
    kept = replace(period, id=new_id(now))
    values = {name: getattr(kept, name) for name in Period.__slots__ if name != "case"}
    session.add(FundPublicityRow(case_id=kept.case, **values))
    session.flush()
    return kept


def locked(session: Session, period_id: str) -> FundPublicityRow | None:
    """Return a period's row, locked until the transaction ends."""
    query = select(FundPublicityRow).where(FundPublicityRow.id == period_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def period(session: Session, period_id: str) -> Period | None:
    """Return a period."""
    row = session.get(FundPublicityRow, period_id, populate_existing=True)
    return None if row is None else period_of(row)


def write(session: Session, row: FundPublicityRow, changed: Period) -> None:
    """Put a period's clock and state into its row."""
    row.state, row.from_on = changed.state, changed.from_on
    row.remaining, row.ends_on = changed.remaining, changed.ends_on
    session.flush()


def periods_of(session: Session, case: str) -> tuple[Period, ...]:
    """Return a case's periods, oldest first."""
    query = select(FundPublicityRow).where(FundPublicityRow.case_id == case)
    query = query.order_by(FundPublicityRow.posted_on, FundPublicityRow.id).execution_options(populate_existing=True)
    return tuple(period_of(row) for row in session.scalars(query))


def rows_shown(session: Session, case: str) -> tuple[FundPublicityRow, ...]:
    """Return the rows of a case's periods that are not over, locked until the transaction ends."""
    query = select(FundPublicityRow).where(FundPublicityRow.case_id == case, FundPublicityRow.state.in_(_SHOWN))
    query = query.order_by(FundPublicityRow.id).with_for_update().execution_options(populate_existing=True)
    return tuple(session.scalars(query))


def shown(session: Session, level: Level) -> tuple[Period, ...]:
    """Return the periods whose list hangs now, frozen ones included."""
    query = select(FundPublicityRow).where(FundPublicityRow.level == level, FundPublicityRow.state.in_(_SHOWN))
    rows = session.scalars(query.order_by(FundPublicityRow.posted_on, FundPublicityRow.id))
    return tuple(period_of(row) for row in rows)


def not_hanging(session: Session, *, but_emergencies: bool) -> tuple[FundCase, ...]:
    """Return the cases in publicity without a list that hangs at the district, or with the emergency lane."""
    hangs = exists().where(
        FundPublicityRow.case_id == FundCaseRow.id,
        FundPublicityRow.level == Level.DISTRICT,
        FundPublicityRow.state.in_(_SHOWN),
    )
    lane = FundCaseRow.emergency & FundCaseRow.papers_due_on.is_not(None)
    free = or_(~hangs, lane) if but_emergencies else ~hangs
    query = select(FundCaseRow).where(FundCaseRow.state == CaseState.PUBLICITY, free)
    return tuple(case_of(row) for row in session.scalars(query.order_by(FundCaseRow.since, FundCaseRow.id)))


def due(session: Session, today: date) -> tuple[Period, ...]:
    """Return the open periods whose last day is before `today`, oldest first."""
    query = select(FundPublicityRow).where(FundPublicityRow.state == PeriodState.OPEN, FundPublicityRow.ends_on < today)
    rows = session.scalars(query.order_by(FundPublicityRow.ends_on, FundPublicityRow.id))
    return tuple(period_of(row) for row in rows)


def add_objection(
    session: Session, about: Period, new: NewObjection, state: ObjectionState, *, by: str, now: datetime
) -> tuple[Objection, bool]:
    """Write an objection with words and contact sealed; the same words that wait for an answer are written once."""
    digest = vault_of(session).lookup(f"{about.id}:{new.text}", kind="fund.objection")
    query = select(FundObjectionRow).where(FundObjectionRow.period_id == about.id, FundObjectionRow.digest == digest)
    # What was answered before, or came too late, keeps nobody else from saying the same in time.
    known = session.scalar(query.where(FundObjectionRow.state == state))
    if known is not None:
        return objection_of(known), False
    row = FundObjectionRow(
        id=new_id(now),
        period_id=about.id,
        case_id=about.case,
        state=state,
        via=new.via,
        digest=digest,
        received_at=new.received_at or now,
        entered_at=now,
        entered_by=by,
        resolved_by="",
    )
    vault = sealing_vault(session)
    row.words = vault.seal(new.text, context=f"fund_objection.words:{row.id}")
    row.contact = vault.seal(new.contact, context=f"fund_objection.contact:{row.id}") if new.contact else None
    session.add(row)
    session.flush()
    return objection_of(row), True


def objection_of(row: FundObjectionRow) -> Objection:
    """Return a row's value."""
    return Objection(row.id, row.period_id, CaseId(row.case_id), row.state, row.via, row.received_at)


def objection_row(session: Session, objection_id: str) -> FundObjectionRow | None:
    """Return an objection's row, locked until the transaction ends."""
    query = select(FundObjectionRow).where(FundObjectionRow.id == objection_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def resolve(
    session: Session, row: FundObjectionRow, state: ObjectionState, reason: str, *, by: str, now: datetime
) -> None:
    """Write what became of an objection, the reason sealed."""
    row.resolution = sealing_vault(session).seal(reason, context=f"fund_objection.resolution:{row.id}")
    row.state, row.resolved_at, row.resolved_by = state, now, by
    session.flush()


def objections_of(session: Session, case: str) -> tuple[Objection, ...]:
    """Return the objections to a case, oldest first."""
    query = select(FundObjectionRow).where(FundObjectionRow.case_id == case)
    rows = session.scalars(query.order_by(FundObjectionRow.received_at, FundObjectionRow.id))
    return tuple(objection_of(row) for row in rows)


def opened(session: Session, row: FundObjectionRow) -> Opened:
    """Open and return what is sealed in an objection."""
    vault = vault_of(session)

    def text(name: str) -> str:
        sealed = getattr(row, name)
        return "" if sealed is None else vault.open(sealed, context=f"fund_objection.{name}:{row.id}")

    return Opened(text("words"), text("contact"), text("resolution"))


def open_count(session: Session, *, period_id: str = "", cases: Collection[str] = ()) -> int:
    """Return how many objections to a period, or to cases, wait for an answer."""
    query = select(func.count(FundObjectionRow.id)).where(FundObjectionRow.state == ObjectionState.OPEN)
    query = query.where(FundObjectionRow.period_id == period_id) if period_id else query
    query = query.where(FundObjectionRow.case_id.in_(sorted(cases))) if cases else query
    return int(session.scalar(query) or 0)
