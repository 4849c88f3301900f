"""Holds every nomination against every rule, keeps what was found, and lets a person settle what is not known.

What concerns a host is kept with that host's unit. A person settles each open point with a reason; what the rules say
anew (other data came in) takes the place of what somebody settled.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.dispatch.batches import store, telling
from djflow.dispatch.batches.checks import store as checks
from djflow.dispatch.batches.checks.model import ANYWHERE, Finding, Found
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
    DemandId,
    Who,
)
from djflow.dispatch.batches.moving import Request, clean_reason, held, move, move_candidate, policy_of
from djflow.dispatch.batches.nominating import busy
from djflow.dispatch.eligibility.model import Engagement, Facts, Place, Verdict
from djflow.dispatch.eligibility.rules import PLACE_RULES, findings
from djflow.dispatch.policy.model import KindPolicy

JUDGED = frozenset({CandidateState.NOMINATED, CandidateState.CHECKED, CandidateState.REFUSED, CandidateState.RESERVE})
"""States in which a nomination is judged anew; whoever is proposed or decided stays as found."""
_SETTLES = frozenset({BatchState.CHECKING, BatchState.PROPOSED})


def known_facts(
    session: Session, found: Batch, people: Collection[Candidate], desk: Desk, *, now: datetime
) -> Mapping[PersonId, Facts]:
    """Return what is known of nominated people, other batches and their own word included."""
    persons = [one.person for one in people]
    known = desk.facts(session, persons, desk.terms, civil_date(now))
    other = busy(session, found, persons)
    facts: dict[PersonId, Facts] = {}
    for one in people:
        base = known.get(one.person) or Facts(one.person, one.unit)
        engaged = (Engagement(other[one.person]),) if one.person in other else ()
        facts[one.person] = replace(base, volunteers=one.volunteers, engaged=(*base.engaged, *engaged))
    return facts


def close_nominations(
    session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime, who: Who = Who.CADRES
) -> Batch:
    """End the collecting of nominations and judge everybody nominated.

    Raises: ConflictError; RuleError when nobody was nominated.
    """
    found = held(session, batch_id)
    closed = move(session, found, Request(BatchAct.CLOSE_NOMINATIONS, who), desk, by=by, now=now)
    for share in store.shares(session, found.id):
        telling.unit_done(session, found, share.unit, by=by, now=now)
    judge(session, closed, desk, by=by, now=now)
    return closed


def check(session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime) -> tuple[Candidate, ...]:
    """Judge every nomination of a batch and return those that changed; with the same data twice is once.

    Raises: ConflictError when the batch is not being checked.
    """
    found = held(session, batch_id)
    if found.state not in _SETTLES:
        raise ConflictError(
            f"“{found.title}”现在是“{telling.words_of(found)}”，不在审查：请刷新后查看。", code="batch.state"
        )
    return judge(session, found, desk, by=by, now=now)


def judge(session: Session, found: Batch, desk: Desk, *, by: str, now: datetime) -> tuple[Candidate, ...]:
    """Judge the nominations of a held batch that are not yet proposed or decided."""
    policy = policy_of(found, desk.terms)
    people = [one for one in store.candidates(session, found.id) if one.state in JUDGED]
    demands = [one for one in store.demands(session, found.id) if one.places]
    places = desk.places(session, demands)
    facts = known_facts(session, found, people, desk, now=now)
    moved: list[Candidate] = []
    for one in people:
        said = _found(policy, facts[one.person], demands, places, found)
        checks.put(session, one.id, said, now=now)
        moved += _follow(session, one, by=by, now=now)
    telling.tell(session, found, moved, now=now)
    return tuple(moved)


def _found(
    policy: KindPolicy, facts: Facts, demands: Sequence[Demand], places: Mapping[DemandId, Place], found: Batch
) -> tuple[Found, ...]:
    on = found.starts_on
    kept = [
        Found(one.rule, one.verdict, one.strictness, one.detail, one.basis) for one in findings(policy, facts, None, on)
    ]
    hosts = {one.new.unit: places[one.id] for one in demands if one.id in places}
    for unit, place in sorted(hosts.items()):
        kept += [
            Found(one.rule, one.verdict, one.strictness, one.detail, one.basis, unit)
            for one in findings(policy, facts, place, on)
            if one.rule in PLACE_RULES
        ]
    return tuple(kept)


def verdict_of(found: Collection[Finding]) -> Verdict:
    """Return what everything found about a nomination says wherever it goes: fails, waits, or passes."""
    anywhere = [one for one in found if one.found.place == ANYWHERE]
    if any(one.forbids for one in anywhere):
        return Verdict.FAIL
    return Verdict.CHECK if any(one.waits for one in anywhere) else Verdict.PASS


def _follow(session: Session, one: Candidate, *, by: str, now: datetime) -> list[Candidate]:
    """Move a nomination to where its findings say it stands."""
    verdict = verdict_of(checks.findings(session, [one.id])[one.id])
    wanted = {
        Verdict.PASS: frozenset({CandidateState.CHECKED, CandidateState.RESERVE}),
        Verdict.FAIL: frozenset({CandidateState.REFUSED}),
        Verdict.CHECK: frozenset({CandidateState.NOMINATED}),
    }[verdict]
    if one.state in wanted:
        return []
    if one.state is not CandidateState.NOMINATED:
        one = move_candidate(session, one, CandidateAct.RECHECK, Who.RULES, by=by, now=now)
    if verdict is Verdict.CHECK:
        return []
    act = CandidateAct.PASS if verdict is Verdict.PASS else CandidateAct.REFUSE
    return [move_candidate(session, one, act, Who.RULES, by=by, now=now)]


def settle(  # noqa: PLR0913 - the finding, what it means and why
    session: Session, batch_id: str, finding_id: str, reason: str, *, passes: bool, by: str, now: datetime
) -> Finding:
    """Say what a point to be checked is, with a reason; the nomination follows when it was the last.

    Raises: NotFoundError; ConflictError when it was settled before or the batch is not being checked; RuleError for a
    point that is known; InputError without a reason.
    """
    found = held(session, batch_id)
    kept = checks.finding(session, finding_id)
    if kept is None or checks.batch_of_finding(session, finding_id) != found.id:
        raise NotFoundError("没有这一项审查结果：请刷新后再试。", code="finding.unknown")
    if found.state not in _SETTLES:
        raise ConflictError(
            f"“{found.title}”现在是“{telling.words_of(found)}”，不在审查：请刷新后查看。", code="batch.state"
        )
    if kept.found.verdict is not Verdict.CHECK:
        raise RuleError("这一项已有材料证明，不用核实：材料有误请先更正资料，再重新审查。", code="finding.known")
    if kept.settled is not None:
        raise ConflictError("这一项已由别人核实：请刷新后查看。", code="finding.settled")
    words = clean_reason(reason, needed=True)
    verdict = Verdict.PASS if passes else Verdict.FAIL
    checks.settle(session, finding_id, verdict, words, by=by, now=now)
    details = {"rule": kept.found.rule.value, "verdict": verdict.value}
    candidate = store.candidate(session, kept.candidate)
    if candidate is None:
        raise NotFoundError("没有这一人选：请刷新后再试。", code="candidate.unknown")
    audit.record(session, candidate.subject, "candidate.settle", by=by, now=now, details=details)
    if candidate.state in JUDGED:
        telling.tell(session, found, _follow(session, candidate, by=by, now=now), now=now)
    return kept


def findings_of(session: Session, people: Collection[Candidate]) -> Mapping[CandidateId, tuple[Finding, ...]]:
    """Return what was found about nominations."""
    return checks.findings(session, [one.id for one in people])
