"""Reads and writes batches, demands, shares and nominations; seals reasons on the way in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, UnitId, new_id
from djflow.db.session import vault_of
from djflow.db.store import keep_step, sealing_vault
from djflow.dispatch.batches.model import (
    Batch,
    BatchAct,
    BatchId,
    BatchState,
    Candidate,
    CandidateId,
    CandidateState,
    Demand,
    DemandId,
    NewDemand,
    Nomination,
    TeamNeed,
    UnitShare,
    Who,
)
from djflow.dispatch.batches.tables import (
    DispatchBatchRow,
    DispatchCandidateRow,
    DispatchDemandRow,
    DispatchMoveRow,
    DispatchUnitShareRow,
)
from djflow.dispatch.batches.transitions import BATCH_OPEN, IN_PLAY

_LINE = "\n"


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a batch as it is kept."""

    act: BatchAct
    after: BatchState
    who: Who
    by: str
    at: datetime
    reason: str = field(default="", repr=False)


def batch_of(row: DispatchBatchRow) -> Batch:
    """Return a row's value."""
    names = ("kind", "title", "state", "version", "digest", "seed", "starts_on", "ends_on", "since", "due_on", "round")
    return Batch(BatchId(row.id), **{name: getattr(row, name) for name in names})


def add_batch(session: Session, batch: Batch, *, now: datetime) -> Batch:
    """Write a batch under a new id and return it."""
    row = DispatchBatchRow(id=new_id(now), made_at=now, reminded_on=None)
    for name in Batch.__slots__:
        if name != "id":
            setattr(row, name, getattr(batch, name))
    session.add(row)
    session.flush()
    return batch_of(row)


def batch_row(session: Session, batch_id: str, *, lock: bool = False) -> DispatchBatchRow | None:
    """Return a batch's row, locked until the transaction ends when asked for."""
    query = select(DispatchBatchRow).where(DispatchBatchRow.id == batch_id).execution_options(populate_existing=True)
    return session.scalar(query.with_for_update() if lock else query)


def batch_titled(session: Session, title: str) -> Batch | None:
    """Return the batch of that title."""
    row = session.scalar(select(DispatchBatchRow).where(DispatchBatchRow.title == title))
    return None if row is None else batch_of(row)


def batches(session: Session, states: Collection[BatchState] | None = None) -> tuple[Batch, ...]:
    """Return batches, of some states when given, the newest first."""
    query = select(DispatchBatchRow).order_by(DispatchBatchRow.made_at.desc(), DispatchBatchRow.id.desc())
    if states is not None:
        query = query.where(DispatchBatchRow.state.in_(sorted(states)))
    return tuple(batch_of(row) for row in session.scalars(query))


def change_batch(session: Session, row: DispatchBatchRow, move: Move, due_on: date | None) -> Batch:
    """Put a step into a batch's row and keep it."""
    if move.after is not row.state or move.act is BatchAct.ASK_AGAIN:
        row.state, row.since, row.due_on, row.reminded_on = move.after, move.at, due_on, None
    last = session.scalar(select(func.max(DispatchMoveRow.seq)).where(DispatchMoveRow.batch_id == row.id)) or 0
    kept = DispatchMoveRow(
        id=new_id(move.at),
        batch_id=row.id,
        seq=last + 1,
        act=move.act.value,
        after=move.after,
        who=move.who.value,
        by=move.by,
        at=move.at,
        reason=None,
    )
    keep_step(session, kept, move.reason, "dispatch_move.reason")
    return batch_of(row)


def moves(session: Session, batch: str) -> tuple[Move, ...]:
    """Return the steps of a batch, oldest first, reasons opened."""
    query = select(DispatchMoveRow).where(DispatchMoveRow.batch_id == batch)
    vault = vault_of(session)
    return tuple(
        Move(
            BatchAct(row.act),
            row.after,
            Who(row.who),
            row.by,
            row.at,
            vault.open(row.reason, context=f"dispatch_move.reason:{row.id}") if row.reason else "",
        )
        for row in session.scalars(query.order_by(DispatchMoveRow.seq))
    )


def demand_of(row: DispatchDemandRow) -> Demand:
    """Return a row's value."""
    each_of = tuple(row.each_of.split(_LINE)) if row.each_of else ()
    team = TeamNeed(each_of, row.women_at_least, row.no_two_of_a_section) if row.is_team else None
    new = NewDemand(UnitId(row.unit_id), row.title, row.places, row.specialty, row.village, team)
    return Demand(DemandId(row.id), BatchId(row.batch_id), new, row.granted, row.withdrawn)


def demands(session: Session, batch: str) -> tuple[Demand, ...]:
    """Return the demands of a batch in the order they came, withdrawn ones included."""
    query = select(DispatchDemandRow).where(DispatchDemandRow.batch_id == batch).order_by(DispatchDemandRow.id)
    return tuple(demand_of(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def demand(session: Session, demand_id: str) -> Demand | None:
    """Return a demand."""
    row = session.get(DispatchDemandRow, demand_id, populate_existing=True)
    return None if row is None else demand_of(row)


def put_demand(session: Session, batch: str, new: NewDemand, *, now: datetime) -> tuple[Demand, bool]:
    """Write what a host asks for; the same unit, title and village again changes it. Returns whether all was so."""
    same = (
        DispatchDemandRow.batch_id == batch,
        DispatchDemandRow.unit_id == new.unit,
        DispatchDemandRow.title == new.title,
        DispatchDemandRow.village == new.village,
    )
    row = session.scalar(select(DispatchDemandRow).where(*same))
    if row is not None and demand_of(row).new == new and not row.withdrawn:
        return demand_of(row), False
    if row is None:
        row = DispatchDemandRow(id=new_id(now), batch_id=batch, granted=None)
        session.add(row)
    team = new.team or TeamNeed()
    row.unit_id, row.title, row.places = new.unit, new.title, new.places
    row.specialty, row.village, row.is_team = new.specialty, new.village, new.team is not None
    row.each_of, row.women_at_least = _LINE.join(team.each_of), team.women_at_least
    row.no_two_of_a_section, row.withdrawn = team.no_two_of_a_section, False
    session.flush()
    return demand_of(row), True


def grant(session: Session, granted: Mapping[DemandId, int]) -> None:
    """Write how many places demands were granted."""
    for demand_id, count in sorted(granted.items()):
        row = session.get(DispatchDemandRow, demand_id)
        if row is not None:
            row.granted = count
    session.flush()


def withdraw_demand(session: Session, demand_id: DemandId) -> None:
    """Mark a demand as withdrawn."""
    row = session.get(DispatchDemandRow, demand_id)
    if row is not None:
        row.withdrawn = True
    session.flush()


def shares(session: Session, batch: str) -> tuple[UnitShare, ...]:
    """Return what units are to nominate, in the order of their ids."""
    query = select(DispatchUnitShareRow).where(DispatchUnitShareRow.batch_id == batch)
    rows = session.scalars(query.order_by(DispatchUnitShareRow.unit_id).execution_options(populate_existing=True))
    return tuple(UnitShare(UnitId(row.unit_id), row.size, row.most, row.quota) for row in rows)


def put_shares(session: Session, batch: str, shared: Iterable[UnitShare]) -> None:
    """Write what units are to nominate in place of what was written before."""
    known = {
        row.unit_id: row
        for row in session.scalars(select(DispatchUnitShareRow).where(DispatchUnitShareRow.batch_id == batch))
    }
    for one in shared:
        row = known.pop(one.unit, None)
        if row is None:
            row = DispatchUnitShareRow(batch_id=batch, unit_id=one.unit)
            session.add(row)
        row.size, row.most, row.quota = one.size, one.most, one.quota
    for row in known.values():
        session.delete(row)
    session.flush()


def candidate_of(session: Session, row: DispatchCandidateRow) -> Candidate:
    """Return a row's value, its reason opened."""
    reason = ""
    if row.reason is not None:
        reason = vault_of(session).open(row.reason, context=f"dispatch_candidate.reason:{row.id}")
    wishes = tuple(UnitId(one) for one in row.wishes.split(_LINE)) if row.wishes else ()
    return Candidate(
        id=CandidateId(row.id),
        batch=BatchId(row.batch_id),
        person=PersonId(row.person_id),
        unit=UnitId(row.unit_id),
        state=row.state,
        volunteers=row.volunteers,
        wishes=wishes,
        demand=DemandId(row.demand_id) if row.demand_id else None,
        points=row.points,
        reason=reason,
        himself=row.himself,
    )


def candidates(session: Session, batch: str) -> tuple[Candidate, ...]:
    """Return the nominations of a batch in the order they came."""
    query = select(DispatchCandidateRow).where(DispatchCandidateRow.batch_id == batch).order_by(DispatchCandidateRow.id)
    rows = session.scalars(query.execution_options(populate_existing=True))
    return tuple(candidate_of(session, row) for row in rows)


def candidate(session: Session, candidate_id: str) -> Candidate | None:
    """Return a nomination."""
    row = session.get(DispatchCandidateRow, candidate_id, populate_existing=True)
    return None if row is None else candidate_of(session, row)


def candidate_about(session: Session, batch: str, person: PersonId) -> Candidate | None:
    """Return somebody's nomination for a batch."""
    same = (DispatchCandidateRow.batch_id == batch, DispatchCandidateRow.person_id == person)
    row = session.scalar(select(DispatchCandidateRow).where(*same))
    return None if row is None else candidate_of(session, row)


def elsewhere(session: Session, persons: Collection[PersonId], batch: str) -> Mapping[PersonId, str]:
    """Return by person the title of another open batch in which somebody is nominated, decided or posted."""
    query = (
        select(DispatchCandidateRow.person_id, DispatchBatchRow.title)
        .join(DispatchBatchRow, DispatchBatchRow.id == DispatchCandidateRow.batch_id)
        .where(
            DispatchCandidateRow.person_id.in_(sorted(persons)),
            DispatchCandidateRow.batch_id != batch,
            DispatchCandidateRow.state.in_(sorted(IN_PLAY - {CandidateState.RESERVE})),
            DispatchBatchRow.state.in_(sorted(BATCH_OPEN)),
        )
        .order_by(DispatchBatchRow.made_at.desc())
    )
    return {PersonId(person): title for person, title in session.execute(query)}


def add_candidate(session: Session, batch: str, unit: UnitId, new: Nomination, *, now: datetime) -> Candidate:
    """Write a nomination and return it."""
    row = DispatchCandidateRow(
        id=new_id(now),
        batch_id=batch,
        person_id=new.person,
        unit_id=unit,
        state=CandidateState.NOMINATED,
        since=now,
        volunteers=new.volunteers,
        himself=new.himself,
        wishes=_LINE.join(new.wishes),
        demand_id=None,
        points=None,
        reason=None,
    )
    session.add(row)
    session.flush()
    return candidate_of(session, row)


def change_candidate(session: Session, changed: Candidate, *, now: datetime) -> None:
    """Write a nomination as it is now."""
    row = session.get(DispatchCandidateRow, changed.id)
    if row is None:
        return
    if row.state is not changed.state:
        row.state, row.since = changed.state, now
    row.volunteers, row.himself, row.wishes = changed.volunteers, changed.himself, _LINE.join(changed.wishes)
    row.demand_id, row.points = changed.demand, changed.points
    row.reason = None
    if changed.reason:
        row.reason = sealing_vault(session).seal(changed.reason, context=f"dispatch_candidate.reason:{row.id}")
    session.flush()


def counts(session: Session) -> Mapping[BatchId, Mapping[CandidateState, int]]:
    """Return how many nominations of each batch are in each state."""
    query = select(DispatchCandidateRow.batch_id, DispatchCandidateRow.state, func.count())
    found: dict[BatchId, dict[CandidateState, int]] = {}
    for batch, state, count in session.execute(
        query.group_by(DispatchCandidateRow.batch_id, DispatchCandidateRow.state)
    ):
        found.setdefault(BatchId(batch), {})[state] = count
    return found
