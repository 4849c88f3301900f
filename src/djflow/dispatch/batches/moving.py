"""Moves batches and nominations by their tables, one act at a time, and records each; nothing else changes a state.

Every act takes the record's head first (`audit.hold`), then the batch's row, then its approval, then postings: whoever
comes second waits at the batch and meets what the first one left.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.dispatch.batches import rules, store, telling
from djflow.dispatch.batches.checks import store as checks
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import Batch, BatchAct, Candidate, CandidateAct, CandidateState, Who
from djflow.dispatch.batches.store import Move
from djflow.dispatch.batches.transitions import (
    CANDIDATE_NEEDS_REASON,
    IN_PLAY,
    NEEDS_REASON,
    ON_THE_WAY,
    Facts,
    require_guard,
    require_may,
    step_of,
    transition_of,
)
from djflow.dispatch.policy.model import KindPolicy, Terms

MAX_REASON = 200
_HANGING = frozenset({CandidateState.DECIDED, CandidateState.PUBLICISED, CandidateState.HELD})
UNKNOWN = "没有这一批，或它不归您的单位：请刷新后再试。"


@dataclass(frozen=True, slots=True)
class Request:
    """An act about to be done: in whose place, why, and what is known of postings."""

    act: BatchAct
    who: Who
    reason: str = field(default="", repr=False)
    away: int = 0
    unfiled: int = 0


def held(session: Session, batch_id: str) -> Batch:
    """Return a batch, locked until the transaction ends; the record's head first.

    Raises: NotFoundError.
    """
    audit.hold(session)
    row = store.batch_row(session, batch_id, lock=True)
    if row is None:
        raise NotFoundError(UNKNOWN, code="batch.unknown")
    return store.batch_of(row)


def batch(session: Session, batch_id: str) -> Batch:
    """Return a batch.

    Raises: NotFoundError.
    """
    row = store.batch_row(session, batch_id)
    if row is None:
        raise NotFoundError(UNKNOWN, code="batch.unknown")
    return store.batch_of(row)


def policy_of(found: Batch, terms: Terms) -> KindPolicy:
    """Return the policy a batch was called under.

    Raises: RuleError when the office took that version away or changed it.
    """
    policy = terms.version(found.kind, found.version)
    if policy is None or policy.digest != found.digest:
        raise RuleError(
            f"“{found.title}”按第 {found.version} 版规则办理，而配置里这一版已被删改："
            "请恢复 dispatch.toml 里的这一版，改动另立新版。",
            code="batch.policy",
        )
    return policy


def facts(session: Session, found: Batch, policy: KindPolicy, request: Request) -> Facts:
    """Return what the guards read of a batch."""
    demands = store.demands(session, found.id)
    people = store.candidates(session, found.id)
    kept = checks.findings(session, [one.id for one in people if one.state is CandidateState.NOMINATED])
    states = [one.state for one in people]
    return Facts(
        demanded=sum(one.places for one in demands),
        over_quota=rules.over_quota(policy, demands),
        nominated=sum(state in IN_PLAY for state in states),
        unchecked=sum(any(one.waits and not one.found.place for one in found) for found in kept.values()),
        proposed=states.count(CandidateState.PROPOSED),
        decided=sum(state in ON_THE_WAY for state in states),
        cleared=states.count(CandidateState.CLEARED),
        hanging=sum(state in _HANGING for state in states),
        away=request.away,
        unfiled=request.unfiled,
    )


def clean_reason(text: str, *, needed: bool) -> str:
    """Return a reason in words.

    Raises: InputError when one is needed and missing, or it is too long.
    """
    words = " ".join(text.split())
    if needed and not words:
        raise InputError("请写明理由，再提交一次。", code="batch.reason")
    if len(words) > MAX_REASON:
        raise InputError(f"理由最多 {MAX_REASON} 个字：请写短一些。", code="batch.reason")
    return words


def move(session: Session, found: Batch, request: Request, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Move a held batch on by one act.

    Raises: ConflictError when the act may not follow; RuleError for who may not, or an unmet condition; InputError
    for a missing reason.
    """
    row = transition_of(found, request.act)
    require_may(row, request.who)
    policy = policy_of(found, desk.terms)
    require_guard(row, facts(session, found, policy, request))
    reason = clean_reason(request.reason, needed=request.act in NEEDS_REASON)
    due = rules.due_on(row.limit, policy, civil_date(now), desk.terms.calendar)
    kept = store.batch_row(session, found.id)
    if kept is None:
        raise NotFoundError(UNKNOWN, code="batch.unknown")
    changed = store.change_batch(session, kept, Move(request.act, row.then, request.who, by, now, reason), due)
    details = {"act": request.act.value, "state": changed.state.value, "who": request.who.value}
    audit.record(session, changed.subject, "batch.move", by=by, now=now, details=details)
    telling.ask_cadres(session, changed, by=by, now=now)
    return changed


def require_candidate(session: Session, batch_id: str, candidate_id: str) -> Candidate:
    """Return a nomination of a batch.

    Raises: NotFoundError for one of another batch as for one that is not there.
    """
    found = store.candidate(session, candidate_id)
    if found is None or found.batch != batch_id:
        raise NotFoundError("没有这一人选，或不在这一批：请刷新后再试。", code="candidate.unknown")
    return found


def move_candidate(  # noqa: PLR0913 - the nomination, the act, in whose place and why
    session: Session,
    candidate: Candidate,
    act: CandidateAct,
    who: Who,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> Candidate:
    """Move a nomination of a held batch on by one act.

    Raises: ConflictError when the act may not follow; RuleError for who may not; InputError for a missing reason.
    """
    row = step_of(candidate, act, who)
    words = clean_reason(reason, needed=act in CANDIDATE_NEEDS_REASON)
    changed = replace(candidate, state=row.then, reason=words)
    if row.then in _NOWHERE:
        changed = replace(changed, demand=None, points=None)
    store.change_candidate(session, changed, now=now)
    details = {"act": act.value, "state": row.then.value, "who": who.value}
    audit.record(session, candidate.subject, "candidate.move", by=by, now=now, details=details)
    return changed


_NOWHERE = frozenset(CandidateState) - ON_THE_WAY - {CandidateState.PROPOSED}
"""States in which somebody goes nowhere."""


def require_unchanged(found: Batch, seen_round: int) -> None:
    """Refuse an act about a proposal that is no longer the newest.

    Raises: ConflictError.
    """
    if found.round != seen_round:
        raise ConflictError(f"您看的是第{seen_round}稿，现在已是第{found.round}稿：请刷新后再办。", code="batch.round")
