"""Rows of batches: what hosts ask for, what units are to send, who was nominated, what was found, who was proposed.

Why somebody withdrew, was dropped, or was found fit after all is sealed.
"""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.dispatch.batches.model import BatchState, CandidateState
from djflow.dispatch.eligibility.model import Verdict
from djflow.dispatch.policy.model import BatchKind, RuleKind, Strictness

BATCH = "dispatch_batch.id"
DEMAND = "dispatch_demand.id"
CANDIDATE = "dispatch_candidate.id"


class DispatchBatchRow(Base):
    """A batch; `version` and `digest` are of its policy, `round` counts proposals, `decided_hash` what was approved."""

    __tablename__ = "dispatch_batch"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[BatchKind] = mapped_column(Code(BatchKind))
    title: Mapped[str] = mapped_column(String(60), unique=True)
    state: Mapped[BatchState] = mapped_column(Code(BatchState), index=True)
    version: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    seed: Mapped[int] = mapped_column(Integer)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    since: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date | None] = mapped_column(Date)
    round: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(Instant)
    reminded_on: Mapped[date | None] = mapped_column(Date)


class DispatchDemandRow(Base):
    """What a host asks for; `each_of` lists the specialties of a team, one a line."""

    __tablename__ = "dispatch_demand"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey(BATCH), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(String(60))
    places: Mapped[int] = mapped_column(Integer)
    specialty: Mapped[str] = mapped_column(String(40))
    village: Mapped[str] = mapped_column(String(40))
    is_team: Mapped[bool] = mapped_column(Boolean)
    each_of: Mapped[str] = mapped_column(Text)
    women_at_least: Mapped[int] = mapped_column(Integer)
    no_two_of_a_section: Mapped[bool] = mapped_column(Boolean)
    granted: Mapped[int | None] = mapped_column(Integer)
    withdrawn: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (UniqueConstraint("batch_id", "unit_id", "title", "village"),)


class DispatchUnitShareRow(Base):
    """How many a unit is to nominate for a batch."""

    __tablename__ = "dispatch_unit_share"

    batch_id: Mapped[str] = mapped_column(ForeignKey(BATCH), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    size: Mapped[int] = mapped_column(Integer)
    most: Mapped[int] = mapped_column(Integer)
    quota: Mapped[int] = mapped_column(Integer)


class DispatchCandidateRow(Base):
    """Somebody nominated; `wishes` are unit ids, one a line, `himself` and `volunteers` as the unit said."""

    __tablename__ = "dispatch_candidate"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey(BATCH))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[CandidateState] = mapped_column(Code(CandidateState))
    since: Mapped[datetime] = mapped_column(Instant)
    volunteers: Mapped[bool] = mapped_column(Boolean)
    himself: Mapped[bool] = mapped_column(Boolean)
    wishes: Mapped[str] = mapped_column(Text)
    demand_id: Mapped[str | None] = mapped_column(ForeignKey(DEMAND))
    points: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[bytes | None] = mapped_column(Sealed("dispatch_candidate.reason"))

    __table_args__ = (UniqueConstraint("batch_id", "person_id"),)


class DispatchFindingRow(Base):
    """What a rule found about a nomination, at a host (unit id) or "" anywhere; settled by a person with a reason."""

    __tablename__ = "dispatch_finding"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey(CANDIDATE))
    place: Mapped[str] = mapped_column(String(32))
    rule: Mapped[RuleKind] = mapped_column(Code(RuleKind))
    verdict: Mapped[Verdict] = mapped_column(Code(Verdict))
    strictness: Mapped[Strictness] = mapped_column(Code(Strictness))
    detail: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    found_at: Mapped[datetime] = mapped_column(Instant)
    settled: Mapped[Verdict | None] = mapped_column(Code(Verdict))
    settled_by: Mapped[str] = mapped_column(String(80))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[bytes | None] = mapped_column(Sealed("dispatch_finding.reason"))

    __table_args__ = (UniqueConstraint("candidate_id", "place", "rule"),)


class DispatchProposalRow(Base):
    """One round of a batch's proposal; `objective` and `bound` are the solver's, `short` counts empty places."""

    __tablename__ = "dispatch_proposal"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey(BATCH))
    round: Mapped[int] = mapped_column(Integer)
    seed: Mapped[int] = mapped_column(Integer)
    objective: Mapped[int] = mapped_column(Integer)
    bound: Mapped[int] = mapped_column(Integer)
    short: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (UniqueConstraint("batch_id", "round"),)


class DispatchProposalLineRow(Base):
    """A nomination in a proposal: where to and at which points, or nowhere; `why` says so, a sentence a line."""

    __tablename__ = "dispatch_proposal_line"

    proposal_id: Mapped[str] = mapped_column(ForeignKey("dispatch_proposal.id"), primary_key=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey(CANDIDATE), primary_key=True)
    demand_id: Mapped[str | None] = mapped_column(ForeignKey(DEMAND))
    points: Mapped[int | None] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(Text)


class DispatchPinRow(Base):
    """A pair the office settled, or excluded when `banned`."""

    __tablename__ = "dispatch_pin"

    candidate_id: Mapped[str] = mapped_column(ForeignKey(CANDIDATE), primary_key=True)
    demand_id: Mapped[str] = mapped_column(ForeignKey(DEMAND), primary_key=True)
    banned: Mapped[bool] = mapped_column(Boolean)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(String(80))


class DispatchMoveRow(Base):
    """A step of a batch, counted by `seq`: what was done, by whom, in which place; the reason is sealed."""

    __tablename__ = "dispatch_move"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey(BATCH))
    seq: Mapped[int] = mapped_column(Integer)
    act: Mapped[str] = mapped_column(String(30))
    after: Mapped[BatchState] = mapped_column(Code(BatchState))
    who: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[bytes | None] = mapped_column(Sealed("dispatch_move.reason"))

    __table_args__ = (UniqueConstraint("batch_id", "seq"),)
