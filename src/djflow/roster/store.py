"""Reads and writes rosters, closures, opening balances and compensation leave."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from djflow.calendar.town import Closure
from djflow.core.ids import ClosureId, PersonId, RosterId, new_id
from djflow.core.spans import DateSpan, Month
from djflow.db.base import Base
from djflow.roster.planning import PlannedSession
from djflow.roster.record import Duty, Gap, Kept, Load, StoredSession
from djflow.roster.tables import (
    AssignmentRow,
    ClosureRow,
    CompLeaveRow,
    GapRow,
    LoadRow,
    OpeningRow,
    RosterMonthRow,
    RosterRow,
    SessionRow,
)
from djflow.roster.views import DutyKind, RosterState, SessionState


def lock_month(session: Session, month: Month) -> RosterMonthRow:
    """Return the month's row, locked until the transaction ends; made when it is not there."""
    row = _locked_month(session, month)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            session.add(RosterMonthRow(month=str(month), rounds=0, versions=0))
    except IntegrityError:
        pass  # another transaction made it at this very moment; it is locked below
    return cast("RosterMonthRow", _locked_month(session, month))


def _locked_month(session: Session, month: Month) -> RosterMonthRow | None:
    query = select(RosterMonthRow).where(RosterMonthRow.month == str(month))
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def month_row(session: Session, month: Month) -> RosterMonthRow | None:
    """Return the month's row without locking it."""
    return session.get(RosterMonthRow, str(month), populate_existing=True)


def months(session: Session) -> tuple[RosterMonthRow, ...]:
    """Return every month that ever had a roster, in order."""
    return tuple(session.scalars(select(RosterMonthRow).order_by(RosterMonthRow.month)))


def roster_row(session: Session, roster_id: RosterId) -> RosterRow | None:
    """Return a roster's row."""
    return session.get(RosterRow, roster_id, populate_existing=True)


def versions(session: Session, month: Month) -> tuple[RosterRow, ...]:
    """Return the published versions of a month, first to last."""
    query = select(RosterRow).where(RosterRow.month == str(month), RosterRow.version > 0).order_by(RosterRow.version)
    return tuple(session.scalars(query))


def open_drafts(session: Session) -> tuple[RosterRow, ...]:
    """Return every draft that waits for review, by month."""
    query = select(RosterRow).where(RosterRow.state == RosterState.REVIEW).order_by(RosterRow.month)
    return tuple(session.scalars(query))


def revision(session: Session) -> int:
    """Return a number that grows with every published version and closure: what the board's cache hangs on."""
    published = session.scalar(select(func.coalesce(func.sum(RosterMonthRow.versions), 0))) or 0
    closed = session.scalar(select(func.count(ClosureRow.id))) or 0
    lifted = session.scalar(select(func.count(ClosureRow.id)).where(ClosureRow.lifted_at.is_not(None))) or 0
    return int(published) + int(closed) + int(lifted)


def keep(session: Session, row: RosterRow, kept: Kept) -> None:
    """Write a roster with its sessions, duties, gaps and loads."""
    session.add(row)
    session.flush()
    replace_content(session, RosterId(row.id), kept)


def replace_content(session: Session, roster_id: RosterId, kept: Kept) -> None:
    """Write what a roster holds, in place of what it held before."""
    for table in (SessionRow, AssignmentRow, GapRow, LoadRow):
        session.execute(delete(table).where(table.roster_id == roster_id))
    _insert(session, SessionRow, [_session_values(roster_id, stored) for stored in kept.sessions])
    duties: list[dict[str, object]] = [
        {"roster_id": roster_id, "event": d.event, "person_id": d.person, "kind": d.kind, "post": d.post}
        for d in kept.duties
    ]
    _insert(session, AssignmentRow, duties)
    gaps: list[dict[str, object]] = [
        {"roster_id": roster_id, "event": gap.event, "post": gap.post, "count": gap.count, "why": gap.why}
        for gap in kept.gaps
    ]
    _insert(session, GapRow, gaps)
    loads: list[dict[str, object]] = [
        {"roster_id": roster_id, "person_id": load.person, "history": load.history, "target": load.target}
        for load in kept.loads
    ]
    _insert(session, LoadRow, loads)


def _insert(session: Session, table: type[Base], values: list[dict[str, object]]) -> None:
    if values:
        session.execute(insert(table), values)


def _session_values(roster_id: RosterId, stored: StoredSession) -> dict[str, object]:
    plan = stored.plan
    return {
        "roster_id": roster_id,
        "event": plan.event,
        "market": plan.market,
        "market_name": plan.market_name,
        "township": plan.township,
        "on": plan.on,
        "lunar": plan.lunar,
        "place": plan.place,
        "starts": plan.start,
        "ends": plan.end,
        "units": plan.units,
        "rest_day": plan.rest_day,
        "needs": json.dumps(dict(plan.needs), ensure_ascii=False),
        "state": stored.state,
        "note": stored.note,
    }


def content(session: Session, roster_id: RosterId) -> Kept:
    """Return what a roster holds, in a fixed order."""
    sessions = session.scalars(
        select(SessionRow).where(SessionRow.roster_id == roster_id).order_by(SessionRow.on, SessionRow.event)
    )
    duties = session.scalars(
        select(AssignmentRow)
        .where(AssignmentRow.roster_id == roster_id)
        .order_by(AssignmentRow.event, AssignmentRow.kind, AssignmentRow.post, AssignmentRow.person_id)
    )
    gaps = session.scalars(select(GapRow).where(GapRow.roster_id == roster_id).order_by(GapRow.event, GapRow.post))
    loads = session.scalars(select(LoadRow).where(LoadRow.roster_id == roster_id).order_by(LoadRow.person_id))
    return Kept(
        sessions=tuple(_stored_session(row) for row in sessions),
        duties=tuple(Duty(row.event, row.post, PersonId(row.person_id), row.kind) for row in duties),
        gaps=tuple(Gap(row.event, row.post, row.count, row.why) for row in gaps),
        loads=tuple(Load(PersonId(row.person_id), row.history, row.target) for row in loads),
    )


def _stored_session(row: SessionRow) -> StoredSession:
    needs: dict[str, int] = json.loads(row.needs)
    plan = PlannedSession(
        event=row.event,
        market=row.market,
        market_name=row.market_name,
        township=row.township,
        on=row.on,
        lunar=row.lunar,
        place=row.place,
        start=row.starts,
        end=row.ends,
        units=row.units,
        rest_day=row.rest_day,
        needs=needs,
    )
    return StoredSession(plan, row.state, row.note)


def points_by_person(session: Session, first: Month, last: Month) -> Mapping[PersonId, int]:
    """Return the points served per person in the months from `first` to `last`, both included, as rostered last."""
    query = (
        select(AssignmentRow.person_id, func.sum(SessionRow.units))
        .join(RosterMonthRow, RosterMonthRow.current_id == AssignmentRow.roster_id)
        .join(
            SessionRow,
            (SessionRow.roster_id == AssignmentRow.roster_id) & (SessionRow.event == AssignmentRow.event),
        )
        .where(
            RosterMonthRow.month >= str(first),
            RosterMonthRow.month <= str(last),
            AssignmentRow.kind == DutyKind.DUTY,
            SessionRow.state == SessionState.PLANNED,
        )
        .group_by(AssignmentRow.person_id)
    )
    return {PersonId(person): int(points) for person, points in session.execute(query)}


def openings(session: Session, first: Month, last: Month) -> Mapping[PersonId, int]:
    """Return opening balances that count within the months from `first` to `last`, both included."""
    query = select(OpeningRow).where(OpeningRow.month >= str(first), OpeningRow.month <= str(last))
    return {PersonId(row.person_id): row.units for row in session.scalars(query)}


def put_openings(session: Session, month: Month, points: Mapping[PersonId, int]) -> None:
    """State opening balances, in place of earlier ones of the same people."""
    for person, units in sorted(points.items()):
        session.merge(OpeningRow(person_id=person, month=str(month), units=units))


def duty_dates(session: Session, span: DateSpan) -> Mapping[PersonId, frozenset[date]]:
    """Return the dates within `span` on which people have duty in the rosters in force."""
    query = (
        select(AssignmentRow.person_id, SessionRow.on)
        .join(RosterMonthRow, RosterMonthRow.current_id == AssignmentRow.roster_id)
        .join(
            SessionRow,
            (SessionRow.roster_id == AssignmentRow.roster_id) & (SessionRow.event == AssignmentRow.event),
        )
        .where(
            SessionRow.on >= span.first,
            SessionRow.on <= span.last,
            AssignmentRow.kind == DutyKind.DUTY,
            SessionRow.state == SessionState.PLANNED,
        )
    )
    found: dict[PersonId, set[date]] = {}
    for person, on in session.execute(query):
        found.setdefault(PersonId(person), set()).add(on)
    return {person: frozenset(dates) for person, dates in found.items()}


def people_by_market(session: Session, roster_id: RosterId) -> Mapping[str, frozenset[PersonId]]:
    """Return who served each market in a roster."""
    query = (
        select(SessionRow.market, AssignmentRow.person_id)
        .join(
            AssignmentRow,
            (SessionRow.roster_id == AssignmentRow.roster_id) & (SessionRow.event == AssignmentRow.event),
        )
        .where(SessionRow.roster_id == roster_id, AssignmentRow.kind == DutyKind.DUTY)
        .distinct()
    )
    found: dict[str, set[PersonId]] = {}
    for market, person in session.execute(query):
        found.setdefault(market, set()).add(PersonId(person))
    return {market: frozenset(people) for market, people in found.items()}


def holders(session: Session, roster_id: RosterId, event: str) -> frozenset[PersonId]:
    """Return who holds a session that takes place, standby included."""
    query = (
        select(AssignmentRow.person_id)
        .join(
            SessionRow,
            (SessionRow.roster_id == AssignmentRow.roster_id) & (SessionRow.event == AssignmentRow.event),
        )
        .where(
            AssignmentRow.roster_id == roster_id,
            AssignmentRow.event == event,
            SessionRow.state == SessionState.PLANNED,
        )
    )
    return frozenset(PersonId(person) for person in session.scalars(query))


def closures(session: Session, span: DateSpan) -> tuple[Closure, ...]:
    """Return the closures in force that touch `span`."""
    query = (
        select(ClosureRow)
        .where(ClosureRow.first <= span.last, ClosureRow.last >= span.first, ClosureRow.lifted_at.is_(None))
        .order_by(ClosureRow.first, ClosureRow.market, ClosureRow.id)
    )
    return tuple(
        Closure(row.market, DateSpan(row.first, row.last), row.notice, row.notice) for row in session.scalars(query)
    )


def same_closure(session: Session, market: str, span: DateSpan) -> ClosureId | None:
    """Return the closure in force of exactly this market and span, if there is one."""
    found = session.scalar(
        select(ClosureRow.id).where(
            ClosureRow.market == market,
            ClosureRow.first == span.first,
            ClosureRow.last == span.last,
            ClosureRow.lifted_at.is_(None),
        )
    )
    return ClosureId(found) if found else None


def add_closure(session: Session, closure: Closure, *, by: str, now: datetime) -> ClosureId:
    """Write a closure."""
    row = ClosureRow(
        id=new_id(now),
        market=closure.town_code,
        first=closure.span.first,
        last=closure.span.last,
        notice=closure.notice,
        declared_at=now,
        declared_by=by,
    )
    session.add(row)
    session.flush()
    return ClosureId(row.id)


def closure_row(session: Session, closure_id: ClosureId) -> ClosureRow | None:
    """Return a closure's row."""
    return session.get(ClosureRow, closure_id)


def open_closures(session: Session) -> tuple[ClosureRow, ...]:
    """Return the closures in force, latest first."""
    query = select(ClosureRow).where(ClosureRow.lifted_at.is_(None)).order_by(ClosureRow.first.desc(), ClosureRow.id)
    return tuple(session.scalars(query))


def set_comp_leave(
    session: Session, month: Month, earned: Iterable[tuple[PersonId, date, str]], *, now: datetime
) -> tuple[int, int]:
    """Make the month's compensation leave exactly `earned` (person, date, event); return how many came and went."""
    wanted = {(person, on): event for person, on, event in earned}
    rows = {
        (PersonId(row.person_id), row.on): row
        for row in session.scalars(select(CompLeaveRow).where(CompLeaveRow.month == str(month)))
    }
    granted = 0
    for (person, on), event in sorted(wanted.items()):
        row = rows.get((person, on))
        if row is None:
            session.add(CompLeaveRow(person_id=person, on=on, month=str(month), event=event, granted_at=now))
            granted += 1
        elif row.withdrawn_at is not None:
            row.withdrawn_at, row.granted_at, row.event = None, now, event
            granted += 1
    gone = [row for key, row in rows.items() if key not in wanted and row.withdrawn_at is None]
    for row in gone:
        row.withdrawn_at = now
    session.flush()
    return granted, len(gone)


def comp_leave(session: Session, month: Month) -> Mapping[PersonId, int]:
    """Return the days of compensation leave earned per person in a month."""
    query = (
        select(CompLeaveRow.person_id, func.count())
        .where(CompLeaveRow.month == str(month), CompLeaveRow.withdrawn_at.is_(None))
        .group_by(CompLeaveRow.person_id)
    )
    return {PersonId(person): int(days) for person, days in session.execute(query)}


def set_state(session: Session, ids: Sequence[RosterId], state: RosterState) -> None:
    """Set the state of rosters."""
    session.execute(update(RosterRow).where(RosterRow.id.in_(ids)).values(state=state))
