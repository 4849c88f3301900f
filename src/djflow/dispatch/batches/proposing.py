"""Proposes who goes where: builds the problem, solves it, keeps every round with its reasons; pins, bans, replacements.

A round is written whole: states, posts and points of nominations, explanation, fingerprint of what is to be decided.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, NotFoundError
from djflow.dispatch.batches import rules, sharing, store
from djflow.dispatch.batches.checking import known_facts
from djflow.dispatch.batches.checks import store as checks
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.explaining import in_words, lines_of, shortage
from djflow.dispatch.batches.model import (
    Batch,
    BatchAct,
    BatchState,
    Candidate,
    CandidateAct,
    CandidateId,
    CandidateState,
    Demand,
    DemandId,
    Who,
)
from djflow.dispatch.batches.moving import (
    Request,
    batch,
    held,
    move,
    move_candidate,
    policy_of,
    require_candidate,
    require_unchanged,
)
from djflow.dispatch.batches.problem import Known, problem_of
from djflow.dispatch.batches.proposals import store as proposals
from djflow.dispatch.batches.proposals.model import Line, Pin, Proposal
from djflow.dispatch.batches.transitions import CHOOSABLE, ON_THE_WAY
from djflow.dispatch.model import CadreId, PostId, Problem, Solution
from djflow.dispatch.solver import solve
from djflow.dispatch.solver.why import why
from djflow.people import service as people

_PINNING = frozenset({BatchState.CHECKING, BatchState.PROPOSED})


def propose(
    session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime, seen_round: int | None = None
) -> Batch:
    """Solve a batch anew under pins and bans and keep the result as the next round.

    Raises: RuleError while somebody's eligibility is open; ConflictError when the proposal is not the one seen or
    cannot be changed now; DispatchInputError for pins that contradict a rule or each other.
    """
    found = held(session, batch_id)
    if seen_round is not None:
        require_unchanged(found, seen_round)
    moved = move(session, found, Request(BatchAct.PROPOSE, Who.CADRES), desk, by=by, now=now)
    write_round(session, moved, desk, by=by, now=now)
    return _read(session, moved)


def _read(session: Session, found: Batch) -> Batch:
    row = store.batch_row(session, found.id)
    return found if row is None else store.batch_of(row)


def write_round(
    session: Session, found: Batch, desk: Desk, *, by: str, now: datetime, stay: frozenset[CandidateId] = frozenset()
) -> Proposal:
    """Solve a held batch and keep the result as its next round; `stay` keep the posts they are proposed for."""
    known = known_of(session, found, desk, stay, now=now)
    problem = problem_of(known)
    solution = solve(problem)
    titles = titles_of(session, known.demands)
    lines = lines_of(problem, solution, known.people, titles)
    _follow(session, known.people, {line.candidate: line for line in lines}, by=by, now=now)
    row = store.batch_row(session, found.id)
    if row is not None:
        row.round += 1
        session.flush()
    kept = _proposal(session, found.id, problem, solution, lines, titles, by=by, now=now)
    proposals.add(session, kept)
    details = {"round": kept.round, "objective": kept.objective, "bound": kept.bound, "short": kept.short}
    audit.record(session, found.subject, "batch.propose", by=by, now=now, details=details)
    return kept


def known_of(session: Session, found: Batch, desk: Desk, stay: frozenset[CandidateId], *, now: datetime) -> Known:
    """Return everything about a batch that decides who goes where."""
    everybody = store.candidates(session, found.id)
    chosen = [one for one in everybody if one.state in CHOOSABLE | ON_THE_WAY]
    closed = frozenset(unit.id for unit in people.units(session) if not unit.entry.active)
    return Known(
        batch=found,
        people=everybody,
        demands=store.demands(session, found.id),
        shares=sharing.present_shares(session, found, policy_of(found, desk.terms)),
        facts=known_facts(session, found, chosen, desk, now=now),
        findings=checks.findings(session, [one.id for one in chosen]),
        closed=closed,
        pins=proposals.pins(session, found.id),
        stay=stay,
    )


def titles_of(session: Session, demands: tuple[Demand, ...]) -> Mapping[DemandId, str]:
    """Return how posts are called: the host's short name and the post."""
    names = {unit.id: unit.short_name for unit in people.units(session)}
    codes = {unit.code: unit.short_name for unit in people.units(session)}
    return {
        one.id: f"{names.get(one.new.unit, '')}{codes.get(one.new.village, '')}“{one.new.title}”" for one in demands
    }


def codes_of(session: Session, everybody: Collection[Candidate]) -> Mapping[CandidateId, str]:
    """Return the codes of nominated people."""
    cards = people.people_by_ids(session, sorted({one.person for one in everybody}))
    return {one.id: cards[one.person].code for one in everybody if one.person in cards}


def why_pair(
    session: Session, batch_id: str, candidate: CandidateId, demand: DemandId, desk: Desk, *, now: datetime
) -> str:
    """Return why somebody goes to a post in the present proposal, or why not, and what the other way would cost.

    Raises: NotFoundError; DispatchInputError for somebody or a post that cannot be chosen at all.
    """
    found = batch(session, batch_id)
    require_candidate(session, batch_id, candidate)
    known = known_of(session, found, desk, frozenset(), now=now)
    problem = problem_of(known)
    reason = why(problem, solve(problem), PostId(demand), CadreId(candidate))
    return in_words(reason.text, titles_of(session, known.demands), codes_of(session, known.people))


def _follow(
    session: Session, everybody: tuple[Candidate, ...], lines: Mapping[CandidateId, Line], *, by: str, now: datetime
) -> None:
    """Put what was solved into the nominations that are not decided yet."""
    for one in everybody:
        if one.state not in CHOOSABLE:
            continue
        line = lines[one.id]
        if line.demand is None:
            if one.state is not CandidateState.RESERVE:
                move_candidate(session, one, CandidateAct.PASS_OVER, Who.SOLVER, by=by, now=now)
            continue
        kept = one
        if one.state is not CandidateState.PROPOSED:
            kept = move_candidate(session, one, CandidateAct.PROPOSE, Who.SOLVER, by=by, now=now)
        store.change_candidate(session, replace(kept, demand=line.demand, points=line.points), now=now)


def _proposal(  # noqa: PLR0913 - the parts of one value
    session: Session,
    batch_id: str,
    problem: Problem,
    solution: Solution,
    lines: tuple[Line, ...],
    titles: Mapping[DemandId, str],
    *,
    by: str,
    now: datetime,
) -> Proposal:
    found = _read(session, held(session, batch_id))
    return Proposal(
        batch=found.id,
        round=found.round,
        seed=problem.seed,
        objective=solution.objective,
        bound=solution.bound,
        short=sum(solution.unfilled.values()),
        words=shortage(problem, solution, titles, codes_of(session, store.candidates(session, batch_id))),
        content_hash=fingerprint(session, found),
        made_at=now,
        made_by=by,
        lines=lines,
    )


def fingerprint(session: Session, found: Batch) -> str:
    """Return the fingerprint of everybody proposed or decided in a batch: what its approvers decide about."""
    demands = {one.id: one for one in store.demands(session, found.id)}
    chosen = [
        one
        for one in store.candidates(session, found.id)
        if one.state is CandidateState.PROPOSED or one.state in ON_THE_WAY
    ]
    return rules.content_hash(found, demands, chosen)


def pin(session: Session, batch_id: str, wanted: Pin, *, by: str, now: datetime) -> bool:
    """Settle or exclude a pair for the next round; False when it was so already.

    Raises: ConflictError when nothing is proposed now; NotFoundError for a pair of another batch.
    """
    found = _pinnable(session, batch_id, wanted)
    if not proposals.put_pin(session, wanted, by=by, now=now):
        return False
    details: dict[str, str | int | bool | None] = {"candidate": wanted.candidate, "banned": wanted.banned}
    audit.record(session, found.subject, "batch.pin", by=by, now=now, details=details)
    return True


def unpin(session: Session, batch_id: str, wanted: Pin, *, by: str, now: datetime) -> bool:
    """Take back what was settled or excluded about a pair; False when nothing was.

    Raises: what `pin` raises.
    """
    found = _pinnable(session, batch_id, wanted)
    if not proposals.drop_pin(session, wanted.candidate, wanted.demand):
        return False
    audit.record(session, found.subject, "batch.unpin", by=by, now=now, details={"candidate": wanted.candidate})
    return True


def _pinnable(session: Session, batch_id: str, wanted: Pin) -> Batch:
    found = held(session, batch_id)
    if found.state not in _PINNING:
        raise ConflictError(f"“{found.title}”现在不能指定或排除人选：请刷新后查看。", code="batch.state")
    candidate = require_candidate(session, found.id, wanted.candidate)
    if candidate.state in ON_THE_WAY:
        raise ConflictError("这一人选已经决定，不能再改：请刷新后查看。", code="candidate.state")
    if wanted.demand not in {one.id for one in store.demands(session, found.id)}:
        raise NotFoundError("没有这个岗位，或不在这一批：请刷新后再试。", code="demand.unknown")
    return found


def latest(session: Session, batch_id: str) -> Proposal | None:
    """Return the newest round of a batch."""
    return proposals.latest(session, batch_id)


def rounds(session: Session, batch_id: str) -> tuple[Proposal, ...]:
    """Return every round of a batch, oldest first."""
    return proposals.rounds(session, batch_id)


def pins(session: Session, batch_id: str) -> tuple[Pin, ...]:
    """Return what was settled or excluded in a batch."""
    return proposals.pins(session, batch_id)
