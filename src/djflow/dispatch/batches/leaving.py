"""Somebody leaves a batch – steps back, is dropped, or the post is gone – and the next best takes the place.

Whoever was proposed beside them keeps the post; the vacancy is solved anew in the same transaction. Before the decision
the approvers get the new content; after it the replacement is a proposal of its own, and the names that hang go on.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, NotFoundError
from djflow.dispatch.batches import deciding, proposing, store, telling
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import (
    Batch,
    BatchAct,
    BatchState,
    Candidate,
    CandidateAct,
    CandidateId,
    CandidateState,
    Demand,
    Who,
)
from djflow.dispatch.batches.moving import Request, clean_reason, held, move, move_candidate, require_candidate
from djflow.dispatch.batches.problem import problem_of
from djflow.dispatch.batches.publicity import service as publicity
from djflow.dispatch.batches.transitions import CHOOSABLE, ON_THE_WAY
from djflow.dispatch.model import DispatchInputError
from djflow.dispatch.solver import solve

_SENT = frozenset({BatchState.ACTIVE, BatchState.CLOSING, BatchState.CLOSED})
_RESOLVES = frozenset({BatchState.PROPOSED, BatchState.DECIDING})
_REPLACES = frozenset({BatchState.DECIDED, BatchState.PUBLICITY})


def withdraw(  # noqa: PLR0913 - the nomination, in whose place and why
    session: Session, batch_id: str, candidate_id: str, reason: str, desk: Desk, *, who: Who, by: str, now: datetime
) -> Candidate:
    """Let somebody step back at any time before being sent, and fill the place; twice is once.

    Raises: ConflictError once they are sent; InputError without a reason; NotFoundError.
    """
    return _leave(session, batch_id, candidate_id, (CandidateAct.WITHDRAW, who, reason), desk, by=by, now=now)


def drop(  # noqa: PLR0913 - the nomination, why, and the desk
    session: Session, batch_id: str, candidate_id: str, reason: str, desk: Desk, *, by: str, now: datetime
) -> Candidate:
    """Take somebody out of a batch for the cadre section, and fill the place; twice is once.

    Raises: what `withdraw` raises.
    """
    return _leave(session, batch_id, candidate_id, (CandidateAct.DROP, Who.CADRES, reason), desk, by=by, now=now)


def _leave(  # noqa: PLR0913 - the nomination, the act and the desk
    session: Session,
    batch_id: str,
    candidate_id: str,
    act: tuple[CandidateAct, Who, str],
    desk: Desk,
    *,
    by: str,
    now: datetime,
) -> Candidate:
    found = held(session, batch_id)
    candidate = require_candidate(session, found.id, candidate_id)
    then = CandidateState.WITHDRAWN if act[0] is CandidateAct.WITHDRAW else CandidateState.DROPPED
    if candidate.state is then:
        return candidate
    if found.state in _SENT and candidate.state is CandidateState.CLEARED:
        raise ConflictError("这名干部已经派出：请在派出管理里召回或办理返岗。", code="candidate.sent")
    left = leave(session, found, candidate, act, by=by, now=now)
    refill(session, found, candidate, desk, by=by, now=now)
    return left


def leave(
    session: Session, found: Batch, candidate: Candidate, act: tuple[CandidateAct, Who, str], *, by: str, now: datetime
) -> Candidate:
    """Move somebody of a held batch out, take the name down, and tell them; the vacancy is not filled here."""
    left = move_candidate(session, candidate, act[0], act[1], by=by, now=now, reason=act[2])
    publicity.take_down(session, candidate.id)
    telling.tell(session, found, [left], now=now)
    return left


def refill(session: Session, found: Batch, gone: Candidate, desk: Desk, *, by: str, now: datetime) -> None:
    """Fill the place somebody of a held batch left, where the batch is past its first proposal."""
    if gone.state in ON_THE_WAY | {CandidateState.PROPOSED} and found.state in _RESOLVES:
        _resolve(session, found, desk, by=by, now=now)
    elif gone.state in ON_THE_WAY and found.state in _REPLACES and _substitutes(session, found, desk, now=now):
        moved = move(session, found, Request(BatchAct.REPLACE, Who.SOLVER), desk, by=by, now=now)
        proposing.write_round(session, moved, desk, by=by, now=now, stay=_staying(session, found))
    elif gone.state in ON_THE_WAY and found.state in _REPLACES:
        # Nobody can take the place: the batch goes on with those it has, and the record says so.
        audit.record(session, found.subject, "batch.vacant", by=by, now=now)


def _resolve(session: Session, found: Batch, desk: Desk, *, by: str, now: datetime) -> None:
    proposing.write_round(session, found, desk, by=by, now=now, stay=_staying(session, found))
    if found.state is not BatchState.DECIDING:
        return
    if any(one.state is CandidateState.PROPOSED for one in store.candidates(session, found.id)):
        deciding.ask(session, found, desk, by=by, now=now)
    else:
        deciding.take_back(session, found.id, desk, by=by, now=now)


def _staying(session: Session, found: Batch) -> frozenset[CandidateId]:
    return frozenset(
        one.id for one in store.candidates(session, found.id) if one.state is CandidateState.PROPOSED and one.demand
    )


def _substitutes(session: Session, found: Batch, desk: Desk, *, now: datetime) -> bool:
    """Return whether the solver finds somebody not decided yet for a place that stands empty."""
    known = proposing.known_of(session, found, desk, _staying(session, found), now=now)
    choosable = {one.id for one in known.people if one.state in CHOOSABLE}
    try:
        solution = solve(problem_of(known))
    except DispatchInputError:
        return False
    return any(str(one.cadre) in choosable for one in solution.assigned)


def withdraw_demand(  # noqa: PLR0913 - the demand, why, and the desk
    session: Session, batch_id: str, demand_id: str, reason: str, desk: Desk, *, by: str, now: datetime
) -> Demand:
    """Take back what a host asked for; whoever was to go there may be sent elsewhere, or stays. Twice is once.

    Raises: ConflictError while approvers decide about it or somebody was sent there; InputError without a reason;
    NotFoundError.
    """
    found = held(session, batch_id)
    demand = next((one for one in store.demands(session, found.id) if one.id == demand_id), None)
    if demand is None:
        raise NotFoundError("没有这项需求，或不在这一批：请刷新后再试。", code="demand.unknown")
    if demand.withdrawn:
        return demand
    words = clean_reason(reason, needed=True)
    if found.state is BatchState.DECIDING:
        raise ConflictError("这一批正在研究审批：请先撤回送审，再撤销需求。", code="demand.deciding")
    if found.state in _SENT:
        raise ConflictError("这一批已经派出：请在派出管理里逐人召回。", code="demand.sent")
    hit = [one for one in store.candidates(session, found.id) if one.demand == demand_id]
    store.withdraw_demand(session, demand.id)
    for one in hit:
        if one.state in ON_THE_WAY:
            leave(session, found, one, (CandidateAct.DROP, Who.CADRES, words), by=by, now=now)
        elif one.state is CandidateState.PROPOSED:
            move_candidate(session, one, CandidateAct.RELEASE, Who.CADRES, by=by, now=now)
    audit.record(session, found.subject, "batch.withdraw_demand", by=by, now=now, details={"demand": demand.id})
    if hit and found.state is BatchState.PROPOSED:
        proposing.write_round(session, found, desk, by=by, now=now, stay=_staying(session, found))
    return next(one for one in store.demands(session, found.id) if one.id == demand_id)
