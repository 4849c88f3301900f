"""The decision about a batch: to the approval engine and back, about the fingerprint of one proposal.

The engine never calls back: whoever takes a decision hands its outcome to `follow`, and the sweep asks again.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import Case, CaseState, NewCase, Outcome
from djflow.audit import service as audit
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.dispatch.batches import store, telling
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import (
    Batch,
    BatchAct,
    BatchId,
    BatchState,
    Candidate,
    CandidateAct,
    CandidateState,
    Who,
)
from djflow.dispatch.batches.moving import Request, held, move, move_candidate, policy_of, require_unchanged
from djflow.dispatch.batches.proposing import fingerprint
from djflow.dispatch.batches.transitions import ON_THE_WAY
from djflow.people.personnel import service as personnel

KIND = "dispatch.batch"
_ENDS = {
    CaseState.APPROVED: BatchAct.APPROVE,
    CaseState.RETURNED: BatchAct.RETURN,
    CaseState.REJECTED: BatchAct.REJECT,
    CaseState.EXPIRED: BatchAct.REJECT,
    CaseState.WITHDRAWN: BatchAct.TAKE_BACK,
}


def subject_of(batch_id: str) -> Subject:
    """Return what approvals call a batch."""
    return Subject(KIND, BatchId(batch_id))


def approval_of(session: Session, batch_id: str) -> Case | None:
    """Return the newest approval of a batch."""
    return next(iter(approvals.cases_about(session, subject_of(batch_id))), None)


def submit(session: Session, batch_id: str, seen_round: int, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Put the proposal somebody saw before its approvers; twice is once.

    Raises: ConflictError when the proposal is another one now; RuleError when nobody is proposed, or no chain is
    configured.
    """
    found = held(session, batch_id)
    if found.state is BatchState.DECIDING and found.round == seen_round:
        return found
    require_unchanged(found, seen_round)
    moved = move(session, found, Request(BatchAct.SUBMIT, Who.CADRES), desk, by=by, now=now)
    ask(session, moved, desk, by=by, now=now)
    return moved


def ask(session: Session, found: Batch, desk: Desk, *, by: str, now: datetime) -> None:
    """Put a held batch's present proposal before its approvers, in a new round where they have an older one."""
    known = approval_of(session, found.id)
    about = fingerprint(session, found)
    barred = _barred(session, found)
    if known is not None and not known.over:
        for person in sorted(barred):
            approvals.bar(session, found.subject, person, office=desk.office, by=by, now=now)
        if known.new.content_hash != about or known.state is CaseState.RETURNED:
            approvals.replace_content(session, known.id, about, amount_fen=0, office=desk.office, by=by, now=now)
        return
    kind = policy_of(found, desk.terms).approval_kind
    new = NewCase(subject=found.subject, kind=kind, title=found.title, content_hash=about, barred=barred)
    approvals.open_case(session, new, office=desk.office, by=by, now=now)


def _barred(session: Session, found: Batch) -> frozenset[PersonId]:
    # Nobody decides about being sent, nor about a relative's being sent.
    named = [
        one.person
        for one in store.candidates(session, found.id)
        if one.state is CandidateState.PROPOSED or one.state in ON_THE_WAY
    ]
    return personnel.with_kin(session, named)


def take_back(session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Take a proposal back from its approvers, to change it; twice is once.

    Raises: ConflictError when it is not before them.
    """
    found = held(session, batch_id)
    known = approval_of(session, found.id)
    if found.state is BatchState.PROPOSED and (known is None or known.state is CaseState.WITHDRAWN):
        return found
    moved = move(session, found, Request(BatchAct.TAKE_BACK, Who.CADRES), desk, by=by, now=now)
    if known is not None and not known.over:
        approvals.withdraw(session, known.id, office=desk.office, by=by, now=now)
    return moved


def follow(session: Session, outcome: Outcome, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Do in the batch what an outcome of its approval asks for; safe to repeat."""
    return catch_up(session, outcome.case.new.subject.id, desk, by=by, now=now)


def catch_up(session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Do in a batch what its newest approval asks for, nothing when there is nothing; safe to repeat."""
    audit.hold(session)
    found = held(session, batch_id)
    known = approval_of(session, found.id)
    if found.state is not BatchState.DECIDING or known is None:
        return found
    act = _ENDS.get(known.state)
    if act is None or known.new.content_hash != fingerprint(session, found):
        return found
    moved = move(session, found, Request(act, Who.APPROVAL), desk, by=by, now=now)
    told: list[Candidate] = []
    for one in store.candidates(session, found.id):
        if act is BatchAct.APPROVE and one.state is CandidateState.PROPOSED:
            told.append(move_candidate(session, one, CandidateAct.DECIDE, Who.APPROVAL, by=by, now=now))
        elif act is BatchAct.REJECT and one.state in {CandidateState.PROPOSED, CandidateState.RESERVE}:
            move_candidate(session, one, CandidateAct.RELEASE, Who.APPROVAL, by=by, now=now)
    telling.tell(session, moved, told, now=now)
    return moved
