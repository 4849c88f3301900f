"""Reads and writes proposals of rotation."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from djflow.core.clock import civil_date
from djflow.core.ids import PersonId, UnitId, new_id
from djflow.core.spans import DateSpan
from djflow.dispatch.rotation.model import (
    Explained,
    Move,
    NewProposal,
    PlannedMove,
    Proposal,
    ProposalId,
    ProposalState,
    Score,
    SeatId,
)
from djflow.dispatch.rotation.tables import RotationCandidateRow, RotationMoveRow, RotationProposalRow


def next_number(session: Session, prefix: str) -> int:
    """Return the number of the next proposal with a prefix; none is ever deleted, the record's head is held."""
    query = select(func.count()).select_from(RotationProposalRow).where(RotationProposalRow.number.startswith(prefix))
    return 1 + (session.scalar(query) or 0)


def add(session: Session, new: NewProposal, number: str, *, now: datetime) -> RotationProposalRow:
    """Add a proposal with its moves and candidates."""
    row = RotationProposalRow(
        id=new_id(now),
        number=number,
        seat=new.seat,
        kind=new.kind,
        host_id=new.host,
        title=new.title,
        state=ProposalState.OPEN,
        made_on=civil_date(now),
        due_on=new.due_on,
        seed=new.seed,
        decided_by="",
        reason="",
    )
    session.add(row)
    session.flush()
    session.add_all(_move_row(row.id, place, one) for place, one in enumerate(new.moves, start=1))
    session.add_all(_candidate_row(row.id, one) for one in new.explained)
    session.flush()
    return row


def _move_row(proposal: str, number: int, one: PlannedMove) -> RotationMoveRow:
    return RotationMoveRow(
        proposal_id=proposal,
        number=number,
        seat=one.move.seat,
        person_id=one.move.person,
        home_id=one.home,
        host_id=one.host,
        title=one.title,
        kind=one.kind,
        first_on=one.span.first,
        last_on=one.span.last,
        overlap=one.move.overlap,
        leaves=one.move.leaves,
        short=one.move.short,
        replaces=one.replaces,
        posting_id=one.posting,
    )


def _candidate_row(proposal: str, one: Explained) -> RotationCandidateRow:
    return RotationCandidateRow(
        proposal_id=proposal,
        person_id=one.person,
        tenths=one.score.tenths,
        years=one.score.years,
        never=one.score.never,
        overtime=one.score.overtime,
        lot=one.score.lot,
        allowed=one.allowed,
        rank=one.rank,
        chosen=one.chosen,
        remarks="\n".join(one.remarks),
    )


def row_of(session: Session, proposal_id: str) -> RotationProposalRow | None:
    """Return a proposal's row, locked until the transaction ends."""
    return session.get(RotationProposalRow, proposal_id, with_for_update=True, populate_existing=True)


def by_id(session: Session, proposal_id: str) -> Proposal | None:
    """Return a proposal without locking it."""
    row = session.get(RotationProposalRow, proposal_id)
    return proposal_of(session, row) if row else None


def by_number(session: Session, number: str) -> Proposal | None:
    """Return the proposal with a number."""
    row = session.scalar(select(RotationProposalRow).where(RotationProposalRow.number == number))
    return proposal_of(session, row) if row else None


def proposals(
    session: Session, states: Collection[ProposalState], *, seats: Collection[str] | None = None
) -> tuple[Proposal, ...]:
    """Return proposals in some states without their explanations, of some seats when given, the first due first."""
    query = select(RotationProposalRow).where(RotationProposalRow.state.in_(sorted(states)))
    if seats is not None:
        query = query.where(RotationProposalRow.seat.in_(sorted(seats)))
    return _found(session, query.order_by(RotationProposalRow.due_on, RotationProposalRow.number))


def latest(session: Session, states: Collection[ProposalState], *, limit: int) -> tuple[Proposal, ...]:
    """Return the newest proposals in some states without their explanations."""
    query = select(RotationProposalRow).where(RotationProposalRow.state.in_(sorted(states)))
    return _found(session, query.order_by(RotationProposalRow.number.desc()).limit(limit))


def _found(session: Session, query: Select[RotationProposalRow]) -> tuple[Proposal, ...]:
    rows = session.scalars(query).all()
    moves = _moves(session, [row.id for row in rows])
    return tuple(_proposal(row, moves.get(row.id, ())) for row in rows)


def proposal_of(session: Session, row: RotationProposalRow) -> Proposal:
    """Return a row as a proposal without its explanation."""
    return _proposal(row, _moves(session, [row.id]).get(row.id, ()))


def explained(session: Session, proposal_id: ProposalId) -> tuple[Explained, ...]:
    """Return every candidate asked about, the allowed ones by rank, then the others."""
    query = select(RotationCandidateRow).where(RotationCandidateRow.proposal_id == proposal_id)
    rows = session.scalars(query).all()
    row = session.get_one(RotationProposalRow, proposal_id)
    found = [_explained(SeatId(row.seat), one) for one in rows]
    return tuple(sorted(found, key=lambda one: (not one.allowed, one.rank, one.person)))


def declined(session: Session) -> frozenset[tuple[SeatId, PersonId]]:
    """Return the first moves of proposals that were declined: the same is not proposed again."""
    query = (
        select(RotationMoveRow.seat, RotationMoveRow.person_id)
        .join(RotationProposalRow, RotationProposalRow.id == RotationMoveRow.proposal_id)
        .where(RotationProposalRow.state == ProposalState.DECLINED, RotationMoveRow.number == 1)
    )
    return frozenset((SeatId(seat), PersonId(person)) for seat, person in session.execute(query))


def made(session: Session, proposal_id: ProposalId, seat: SeatId, posting: str) -> None:
    """Note which posting a move has become."""
    query = select(RotationMoveRow).where(RotationMoveRow.proposal_id == proposal_id, RotationMoveRow.seat == seat)
    session.scalars(query).one().posting_id = posting
    session.flush()


def _moves(session: Session, ids: Collection[str]) -> Mapping[str, tuple[PlannedMove, ...]]:
    query = select(RotationMoveRow).where(RotationMoveRow.proposal_id.in_(ids))
    found: dict[str, list[PlannedMove]] = {}
    for row in session.scalars(query.order_by(RotationMoveRow.proposal_id, RotationMoveRow.number)):
        found.setdefault(row.proposal_id, []).append(_move(row))
    return {key: tuple(moves) for key, moves in found.items()}


def _move(row: RotationMoveRow) -> PlannedMove:
    leaves = SeatId(row.leaves) if row.leaves else None
    move = Move(SeatId(row.seat), PersonId(row.person_id), row.first_on, row.overlap, leaves, row.short)
    return PlannedMove(
        move=move,
        home=UnitId(row.home_id),
        host=UnitId(row.host_id),
        title=row.title,
        span=DateSpan(row.first_on, row.last_on),
        kind=row.kind,
        replaces=row.replaces,
        posting=row.posting_id,
    )


def _explained(seat: SeatId, row: RotationCandidateRow) -> Explained:
    score = Score(row.tenths, row.years, row.never, row.overtime, row.lot)
    remarks = tuple(row.remarks.split("\n")) if row.remarks else ()
    return Explained(seat, PersonId(row.person_id), score, row.allowed, row.rank, row.chosen, remarks)


def _proposal(row: RotationProposalRow, moves: tuple[PlannedMove, ...]) -> Proposal:
    new = NewProposal(
        seat=SeatId(row.seat),
        kind=row.kind,
        host=UnitId(row.host_id),
        title=row.title,
        due_on=row.due_on,
        seed=row.seed,
        moves=moves,
    )
    return Proposal(
        id=ProposalId(row.id),
        number=row.number,
        new=new,
        state=row.state,
        made_on=row.made_on,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
    )
