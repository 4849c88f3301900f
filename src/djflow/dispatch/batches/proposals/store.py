"""Reads and writes proposals and pins."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.dispatch.batches.model import BatchId, CandidateId, DemandId
from djflow.dispatch.batches.proposals.model import Line, Pin, Proposal
from djflow.dispatch.batches.tables import (
    DispatchCandidateRow,
    DispatchPinRow,
    DispatchProposalLineRow,
    DispatchProposalRow,
)

_LINE = "\n"


def _lines_of(text: str) -> tuple[str, ...]:
    return tuple(text.split(_LINE)) if text else ()


def add(session: Session, proposal: Proposal) -> None:
    """Write a round with its lines."""
    row = DispatchProposalRow(
        id=new_id(proposal.made_at),
        batch_id=proposal.batch,
        round=proposal.round,
        seed=proposal.seed,
        objective=proposal.objective,
        bound=proposal.bound,
        short=proposal.short,
        words=_LINE.join(proposal.words),
        content_hash=proposal.content_hash,
        made_at=proposal.made_at,
        made_by=proposal.made_by,
    )
    session.add(row)
    session.flush()
    for one in proposal.lines:
        session.add(
            DispatchProposalLineRow(
                proposal_id=row.id,
                candidate_id=one.candidate,
                demand_id=one.demand,
                points=one.points,
                why=_LINE.join(one.why),
            )
        )
    session.flush()


def latest(session: Session, batch: str) -> Proposal | None:
    """Return the newest round of a batch with its lines."""
    query = select(DispatchProposalRow).where(DispatchProposalRow.batch_id == batch)
    row = session.scalars(query.order_by(DispatchProposalRow.round.desc()).limit(1)).first()
    return None if row is None else _proposal(session, row)


def rounds(session: Session, batch: str) -> tuple[Proposal, ...]:
    """Return every round of a batch, oldest first."""
    query = select(DispatchProposalRow).where(DispatchProposalRow.batch_id == batch)
    return tuple(_proposal(session, row) for row in session.scalars(query.order_by(DispatchProposalRow.round)))


def _proposal(session: Session, row: DispatchProposalRow) -> Proposal:
    lines = session.scalars(
        select(DispatchProposalLineRow)
        .where(DispatchProposalLineRow.proposal_id == row.id)
        .order_by(DispatchProposalLineRow.candidate_id)
    )
    return Proposal(
        batch=BatchId(row.batch_id),
        round=row.round,
        seed=row.seed,
        objective=row.objective,
        bound=row.bound,
        short=row.short,
        words=_lines_of(row.words),
        content_hash=row.content_hash,
        made_at=row.made_at,
        made_by=row.made_by,
        lines=tuple(
            Line(
                CandidateId(one.candidate_id),
                DemandId(one.demand_id) if one.demand_id else None,
                one.points,
                _lines_of(one.why),
            )
            for one in lines
        ),
    )


def pins(session: Session, batch: str) -> tuple[Pin, ...]:
    """Return what the office settled or excluded in a batch."""
    query = (
        select(DispatchPinRow)
        .join(DispatchCandidateRow, DispatchCandidateRow.id == DispatchPinRow.candidate_id)
        .where(DispatchCandidateRow.batch_id == batch)
        .order_by(DispatchPinRow.candidate_id, DispatchPinRow.demand_id)
    )
    return tuple(
        Pin(CandidateId(row.candidate_id), DemandId(row.demand_id), row.banned) for row in session.scalars(query)
    )


def put_pin(session: Session, pin: Pin, *, by: str, now: datetime) -> bool:
    """Settle or exclude a pair; False when it was so already. Somebody settled for one post is no longer for others."""
    row = session.get(DispatchPinRow, (pin.candidate, pin.demand))
    if row is not None and row.banned is pin.banned:
        return False
    if not pin.banned:
        query = select(DispatchPinRow).where(
            DispatchPinRow.candidate_id == pin.candidate, DispatchPinRow.banned.is_(False)
        )
        for other in session.scalars(query):
            session.delete(other)
    if row is None:
        row = DispatchPinRow(candidate_id=pin.candidate, demand_id=pin.demand)
        session.add(row)
    row.banned, row.set_at, row.set_by = pin.banned, now, by
    session.flush()
    return True


def drop_pin(session: Session, candidate: CandidateId, demand: DemandId) -> bool:
    """Take back what was settled or excluded about a pair; False when nothing was."""
    row = session.get(DispatchPinRow, (candidate, demand))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True
