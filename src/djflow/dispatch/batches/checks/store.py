"""Reads and writes findings; seals the reasons of those who settled one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.dispatch.batches.checks.model import Finding, Found
from djflow.dispatch.batches.model import CandidateId
from djflow.dispatch.batches.tables import DispatchCandidateRow, DispatchFindingRow
from djflow.dispatch.eligibility.model import Verdict

_REASON = "dispatch_finding.reason"


def finding_of(session: Session, row: DispatchFindingRow) -> Finding:
    """Return a row's value, the reason opened."""
    found = Found(row.rule, row.verdict, row.strictness, row.detail, row.basis, row.place)
    reason = vault_of(session).open(row.reason, context=f"{_REASON}:{row.id}") if row.reason else ""
    return Finding(
        row.id, CandidateId(row.candidate_id), found, row.found_at, row.settled, row.settled_by, row.settled_at, reason
    )


def findings(session: Session, candidates: Collection[CandidateId]) -> Mapping[CandidateId, tuple[Finding, ...]]:
    """Return what was found about nominations, in the order of places and rules."""
    query = select(DispatchFindingRow).where(DispatchFindingRow.candidate_id.in_(sorted(candidates)))
    query = query.order_by(DispatchFindingRow.place, DispatchFindingRow.id).execution_options(populate_existing=True)
    kept: dict[CandidateId, list[Finding]] = {one: [] for one in candidates}
    for row in session.scalars(query):
        kept[CandidateId(row.candidate_id)].append(finding_of(session, row))
    return {one: tuple(found) for one, found in kept.items()}


def finding(session: Session, finding_id: str) -> Finding | None:
    """Return a finding."""
    row = session.get(DispatchFindingRow, finding_id, populate_existing=True)
    return None if row is None else finding_of(session, row)


def batch_of_finding(session: Session, finding_id: str) -> str | None:
    """Return the id of the batch a finding belongs to."""
    query = select(DispatchCandidateRow.batch_id).join(
        DispatchFindingRow, DispatchFindingRow.candidate_id == DispatchCandidateRow.id
    )
    return session.scalar(query.where(DispatchFindingRow.id == finding_id))


def put(session: Session, candidate: CandidateId, found: Sequence[Found], *, now: datetime) -> None:
    """Write what was found in place of what was found before; what a person settled stays while it says the same."""
    query = select(DispatchFindingRow).where(DispatchFindingRow.candidate_id == candidate)
    known = {(row.place, row.rule): row for row in session.scalars(query)}
    for one in found:
        row = known.pop((one.place, one.rule), None)
        if row is None:
            row = DispatchFindingRow(id=new_id(now), candidate_id=candidate, place=one.place, rule=one.rule)
            row.found_at = now
            session.add(row)
        elif (row.verdict, row.detail, row.strictness) != (one.verdict, one.detail, one.strictness):
            row.found_at = now
        else:
            continue
        row.verdict, row.strictness, row.detail, row.basis = one.verdict, one.strictness, one.detail, one.basis
        row.settled, row.settled_by, row.settled_at, row.reason = None, "", None, None
    for row in known.values():
        session.delete(row)
    session.flush()


def settle(session: Session, finding_id: str, verdict: Verdict, reason: str, *, by: str, now: datetime) -> None:
    """Write what a person made of a finding, the reason sealed."""
    row = session.get(DispatchFindingRow, finding_id)
    if row is None:
        return
    row.settled, row.settled_by, row.settled_at = verdict, by, now
    row.reason = sealing_vault(session).seal(reason, context=f"{_REASON}:{row.id}")
    session.flush()
