"""What is asked of rotation: keep proposals, accept or decline one, follow its approval, appoint the successors.

A proposal that the coordinator accepts goes to the chain `dispatch.rotation`; only what that has approved becomes
postings. A move of somebody who still holds another posting waits until that posting has been ended.
"""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import CaseState as Approval
from djflow.approvals.model import NewCase, Office, Place
from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import Terms
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.postings.ending.model import Recalled
from djflow.dispatch.postings.model import NewPosting, PostingId, RecallReason
from djflow.dispatch.postings.transitions import SERVING
from djflow.dispatch.rotation import store
from djflow.dispatch.rotation.model import (
    KIND,
    PROPOSAL_WORDS,
    DeclineReason,
    Explained,
    NewProposal,
    PlannedMove,
    Proposal,
    ProposalId,
    ProposalState,
    SeatId,
)
from djflow.dispatch.rotation.tables import RotationProposalRow
from djflow.people.personnel import service as personnel

_UNKNOWN = "没有这个轮换方案：请刷新后再试。"


def keep(session: Session, found: Collection[NewProposal], *, by: str, now: datetime) -> tuple[Proposal, ...]:
    """Keep what was proposed now: the same chain stays, another takes its place, what is no longer due is dropped.

    Seats whose proposal was accepted are left alone. Returns the open proposals.
    """
    audit.hold(session)
    settled = {one.new.seat for one in store.proposals(session, {ProposalState.ACCEPTED})}
    present = {one.new.seat: one for one in store.proposals(session, {ProposalState.OPEN})}
    wanted = {one.seat: one for one in found if one.seat not in settled}
    for seat, known in present.items():
        if seat not in wanted or _chain(wanted[seat]) != _chain(known.new):
            _moved(session, known.id, ProposalState.REPLACED, "rotation.replace", by=by, now=now)
    for seat, new in sorted(wanted.items()):
        if seat in present and _chain(present[seat].new) == _chain(new):
            continue
        prefix = f"LH{civil_date(now):%Y%m%d}-"
        row = store.add(session, new, f"{prefix}{store.next_number(session, prefix):03d}", now=now)
        _record(session, row, "rotation.propose", by=by, now=now)
    return store.proposals(session, {ProposalState.OPEN})


def _chain(new: NewProposal) -> tuple[object, ...]:
    # What is late already begins a day later every day: that alone makes no other proposal.
    days = tuple(None if one.move.short else (one.span.first, one.move.overlap) for one in new.moves)
    return new.due_on, days, tuple((one.move.seat, one.move.person, one.move.leaves, one.host) for one in new.moves)


def accept(session: Session, proposal_id: ProposalId, *, office: Office, by: str, now: datetime) -> Proposal:
    """Ask for the approval of a proposal; twice is once.

    Raises: NotFoundError; RuleError for one without anybody or no longer open; what `approvals.open_case` raises.
    """
    row = _locked(session, proposal_id)
    proposal = store.proposal_of(session, row)
    if row.state in {ProposalState.ACCEPTED, ProposalState.APPOINTED}:
        return proposal
    _require_open(row)
    if not proposal.new.moves:
        raise RuleError("这个岗位还没有找到接任人选，不能采纳：请先放宽条件或延期。", code="rotation.nobody")
    new = NewCase(
        subject=proposal.subject,
        kind=KIND,
        title=f"轮换接任方案{proposal.number}",
        content_hash=content_hash(proposal),
        applicant=proposal.new.moves[0].move.person,
        place=Place(proposal.new.host),
        # Whoever is to move does not decide about it, nor does a relative.
        barred=personnel.with_kin(session, [one.move.person for one in proposal.new.moves]),
    )
    approvals.open_case(session, new, office=office, by=by, now=now)
    row.decided_at, row.decided_by = now, by
    return _moved(session, proposal_id, ProposalState.ACCEPTED, "rotation.accept", by=by, now=now)


def decline(session: Session, proposal_id: ProposalId, reason: DeclineReason, *, by: str, now: datetime) -> Proposal:
    """Put a proposal away; the same person is not proposed for the same seat again. Twice is once.

    Raises: NotFoundError; RuleError for one that is no longer open.
    """
    row = _locked(session, proposal_id)
    if row.state is ProposalState.DECLINED:
        return store.proposal_of(session, row)
    _require_open(row)
    row.decided_at, row.decided_by, row.reason = now, by, reason.value
    return _moved(session, proposal_id, ProposalState.DECLINED, "rotation.decline", by=by, now=now)


def follow(session: Session, proposal_id: ProposalId, terms: Terms, *, by: str, now: datetime) -> Proposal:
    """Do what the approval has decided: appoint whoever is free for it, or put the proposal away; safe to repeat.

    Raises: NotFoundError; what `postings.appoint` raises.
    """
    row = _locked(session, proposal_id)
    proposal = store.proposal_of(session, row)
    cases = approvals.cases_about(session, proposal.subject)
    if row.state is not ProposalState.ACCEPTED or not cases or not cases[0].over:
        return proposal
    if cases[0].state is not Approval.APPROVED:
        row.reason = "approval"
        return _moved(session, proposal_id, ProposalState.DECLINED, "rotation.refuse", by=by, now=now)
    # The last of a chain begins first: each place is taken before its holder leaves it.
    for one in reversed(proposal.new.moves):
        if one.kind is None or one.posting:
            continue
        _leave(session, proposal, one, terms, by=by, now=now)
        if not waits_for(session, one):
            new = _posting(session, proposal, one, terms, civil_date(now))
            posting = postings.appoint(session, new, terms=terms, by=by, now=now)
            store.made(session, proposal.id, one.move.seat, posting.id)
            _close_place_left(session, proposal, one, by=by, now=now)
    proposal = store.proposal_of(session, row)
    if any(one.kind is not None and not one.posting for one in proposal.new.moves):
        return proposal
    return _moved(session, proposal_id, ProposalState.APPOINTED, "rotation.appoint", by=by, now=now)


def _leave(session: Session, proposal: Proposal, one: PlannedMove, terms: Terms, *, by: str, now: datetime) -> None:
    """End the posting somebody is moved from the day before the new one begins, once that day has come."""
    last = _first(one, civil_date(now)) - timedelta(days=1)
    held = [str(posting) for posting in waits_for(session, one)]
    if one.move.leaves is None or held != [one.move.leaves] or civil_date(now) < last:
        return
    if postings.posting(session, one.move.leaves).state in SERVING:
        note = f"轮换接任方案{proposal.number}"
        recalled = Recalled(RecallReason.UNIT_NEED, last, note, replace=False)
        ending.recall(session, one.move.leaves, recalled, terms=terms, by=by, now=now)


def _close_place_left(session: Session, proposal: Proposal, one: PlannedMove, *, by: str, now: datetime) -> None:
    # Whoever follows on the place left began before it was left: nobody else is looked for.
    followed = {other.move.seat for other in proposal.new.moves if other.kind is not None}
    if one.move.leaves in followed:
        postings.close_vacancy(session, one.move.leaves, by=by, now=now)


def waits_for(session: Session, move: PlannedMove) -> tuple[PostingId, ...]:
    """Return the open postings that somebody has to leave before a move can be made."""
    held = postings.postings_of(session, [move.move.person])
    return tuple(one.id for one in held if one.id != move.posting and one.span.overlaps(move.span))


def _first(one: PlannedMove, today: date) -> date:
    """Return the day a move begins: as planned, tomorrow when its approval took longer than that."""
    return max(one.span.first, today + timedelta(days=1))


def _posting(session: Session, proposal: Proposal, one: PlannedMove, terms: Terms, today: date) -> NewPosting:
    first = _first(one, today)
    before = postings.posting(session, one.replaces)
    kind = before.new.kind
    policy = terms.valid(kind, first)
    return NewPosting(
        key=f"{proposal.subject}:{one.move.seat}",
        batch=before.new.batch,
        kind=kind,
        version=policy.version if policy else before.new.version,
        person=one.move.person,
        home=one.home,
        host=one.host,
        title=one.title,
        span=DateSpan(first, max(first, one.span.last)),
        village=before.new.village,
        replaces=before.id,
    )


def content_hash(proposal: Proposal) -> str:
    """Return what an approval of a proposal is about: its chain."""
    lines = [f"{one.move.seat}|{one.move.person}|{one.span.first}|{one.span.last}" for one in proposal.new.moves]
    return hashlib.sha256("\n".join([proposal.id, *lines]).encode()).hexdigest()


def pending(session: Session) -> tuple[Proposal, ...]:
    """Return proposals that wait for their approval or for somebody to be free."""
    return store.proposals(session, {ProposalState.ACCEPTED})


def proposals(
    session: Session, states: Collection[ProposalState], *, seats: Collection[str] | None = None
) -> tuple[Proposal, ...]:
    """Return proposals in some states without their explanations, of some seats when given, the first due first."""
    return store.proposals(session, states, seats=seats)


def latest(session: Session, states: Collection[ProposalState], *, limit: int = 50) -> tuple[Proposal, ...]:
    """Return the newest proposals in some states without their explanations."""
    return store.latest(session, states, limit=limit)


def proposal(session: Session, number: str) -> Proposal:
    """Return the proposal with a number, with its explanation.

    Raises: NotFoundError.
    """
    found = store.by_number(session, number)
    if found is None:
        raise NotFoundError(f"没有编号为 {number[:20]} 的轮换方案：请核对编号。", code="rotation.unknown")
    return replace(found, new=replace(found.new, explained=store.explained(session, found.id)))


def by_id(session: Session, proposal_id: ProposalId) -> Proposal:
    """Return a proposal without its explanation.

    Raises: NotFoundError.
    """
    found = store.by_id(session, proposal_id)
    if found is None:
        raise NotFoundError(_UNKNOWN, code="rotation.unknown")
    return found


def explained(session: Session, proposal_id: ProposalId) -> tuple[Explained, ...]:
    """Return every candidate asked about for a proposal, the allowed ones by rank, then the others."""
    return store.explained(session, proposal_id)


def declined(session: Session) -> frozenset[tuple[SeatId, PersonId]]:
    """Return who was declined for which seat."""
    return store.declined(session)


def _locked(session: Session, proposal_id: ProposalId) -> RotationProposalRow:
    audit.hold(session)
    row = store.row_of(session, proposal_id)
    if row is None:
        raise NotFoundError(_UNKNOWN, code="rotation.unknown")
    return row


def _require_open(row: RotationProposalRow) -> None:
    if row.state is not ProposalState.OPEN:
        raise ConflictError(f"这个方案{PROPOSAL_WORDS[row.state]}，不能再办：请刷新后查看。", code="rotation.state")


def _moved(
    session: Session, proposal_id: ProposalId, state: ProposalState, action: str, *, by: str, now: datetime
) -> Proposal:
    row = _locked(session, proposal_id)
    row.state = state
    session.flush()
    _record(session, row, action, by=by, now=now)
    return store.proposal_of(session, row)


def _record(session: Session, row: RotationProposalRow, action: str, *, by: str, now: datetime) -> None:
    done = store.proposal_of(session, row)
    details: Details = {"number": done.number, "state": done.state.value, "moves": len(done.new.moves)}
    audit.record(session, done.subject, action, by=by, now=now, details=details)
