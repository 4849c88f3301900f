"""What the office asks of a batch up to its call: open it, take demands, share out the quota, call, cancel, read.

What follows is done by `nominating`, `checking`, `proposing`, `deciding` and `publishing`, one function per act.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import UnitId
from djflow.dispatch.batches import rules, sharing, store, telling
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import (
    Batch,
    BatchAct,
    BatchId,
    BatchState,
    Candidate,
    CandidateState,
    Demand,
    DemandId,
    Limit,
    NewBatch,
    NewDemand,
    UnitShare,
    Who,
)
from djflow.dispatch.batches.moving import Request, held, move, policy_of
from djflow.dispatch.batches.store import Move
from djflow.dispatch.batches.transitions import TAKES_DEMANDS
from djflow.dispatch.policy import service as policies
from djflow.people import service as people
from djflow.people.model import Unit

MAX_TITLE = 40
MOST_PLACES = 50
_QUOTA_OPEN = frozenset({BatchState.CALLED})


def create(session: Session, new: NewBatch, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Open a batch under the policy valid today and ask hosts what they need; the same batch again is the same one.

    Raises: InputError for a title or days that cannot be; RuleError when the kind has no policy today; ConflictError
    when another batch has the title.
    """
    title = " ".join(new.title.split())
    today = civil_date(now)
    if not 0 < len(title) <= MAX_TITLE:
        raise InputError(f"批次名称须有 1—{MAX_TITLE} 个字。", code="batch.title")
    policy = desk.terms.valid(new.kind, today)
    if policy is None:
        raise RuleError("这一类批次今天没有生效的规则：请在 dispatch.toml 里配置。", code="batch.policy")
    ends_on = new.ends_on or rules.usual_end(new.starts_on, policy.term_months)
    if new.starts_on <= today:
        raise InputError("派出的第一天必须晚于今天：请改正。", code="batch.days")
    if not new.starts_on < ends_on <= rules.usual_end(new.starts_on, policy.most_months):
        raise InputError(f"这一类最长 {policy.most_months} 个月，最后一天须在第一天之后：请改正。", code="batch.days")
    audit.hold(session)
    known = store.batch_titled(session, title)
    if known is not None:
        return _same(known, new)
    policies.use(session, policy, by=by, now=now)
    fresh = Batch(
        id=BatchId(""),
        kind=new.kind,
        title=title,
        state=BatchState.DRAFT,
        version=policy.version,
        digest=policy.digest,
        seed=new.seed,
        starts_on=new.starts_on,
        ends_on=ends_on,
        since=now,
        due_on=rules.due_on(Limit.DEMAND, policy, today, desk.terms.calendar),
    )
    kept = store.add_batch(session, fresh, now=now)
    details: dict[str, str | int] = {"kind": kept.kind.value, "version": kept.version, "starts_on": str(kept.starts_on)}
    audit.record(session, kept.subject, "batch.create", by=by, now=now, details=details)
    telling.ask_hosts(session, kept, now=now)
    return kept


def _same(known: Batch, new: NewBatch) -> Batch:
    if (known.kind, known.starts_on, known.seed) != (new.kind, new.starts_on, new.seed):
        raise ConflictError("已有同名的批次：请换一个名称。", code="batch.title")
    return known


def put_demand(session: Session, batch_id: str, new: NewDemand, desk: Desk, *, by: str, now: datetime) -> Demand:
    """Take in what a host asks for; the same unit, title and village again changes it.

    Raises: ConflictError once the quota is shared out; NotFoundError for the unit; RuleError for a closed one;
    InputError for what cannot be.
    """
    found = held(session, batch_id)
    policy_of(found, desk.terms)
    if found.state not in TAKES_DEMANDS:
        raise ConflictError(f"“{found.title}”的名额已经下达，不再收需求：请报下一批。", code="demand.late")
    units = {unit.id: unit for unit in people.units(session)}
    require_demand(new, units)
    kept, changed = store.put_demand(session, found.id, new, now=now)
    if changed:
        details: dict[str, str | int | bool | None] = {"unit": units[new.unit].code, "places": new.places}
        audit.record(session, found.subject, "batch.demand", by=by, now=now, details=details)
    return kept


def require_demand(new: NewDemand, units: Mapping[UnitId, Unit]) -> None:
    """Refuse a demand that cannot be.

    Raises: NotFoundError for the unit or village; RuleError for a closed unit; InputError.
    """
    unit = units.get(new.unit)
    if unit is None:
        raise NotFoundError("没有这个接收单位：请核对单位编码，或先导入单位表。", code="demand.unit")
    if not unit.entry.active:
        raise RuleError(f"{unit.name}已撤并停用，不能接收干部：请改报现在的单位。", code="demand.closed")
    if not 0 < len(new.title.strip()) <= MAX_TITLE:
        raise InputError(f"请写明岗位，1—{MAX_TITLE} 个字。", code="demand.title")
    if not 1 <= new.places <= MOST_PLACES:
        raise InputError(f"人数须是 1—{MOST_PLACES} 的整数。", code="demand.places")
    codes = {one.code for one in units.values()}
    if new.village and new.village not in codes:
        raise NotFoundError(f"没有编码为 {new.village} 的村（社区）：请核对。", code="demand.village")
    team = new.team
    if team is not None and (team.women_at_least > new.places or len(team.each_of) > new.places):
        raise InputError("班子要求的人数超过岗位人数：请调整。", code="demand.team")


def grant(session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Share out the quota over posts and units by the method of the largest remainder; twice is once.

    Raises: ConflictError; RuleError when nobody asked for anybody.
    """
    found = held(session, batch_id)
    if found.state is BatchState.CALLED:
        return found
    policy = policy_of(found, desk.terms)
    asked = [one for one in store.demands(session, found.id) if not one.withdrawn]
    wanted = [one.new.places for one in asked]
    total = min(sum(wanted), policy.quota if policy.quota is not None else sum(wanted))
    granted = rules.share_out(total, wanted, wanted)
    store.grant(session, {one.id: count for one, count in zip(asked, granted, strict=True)})
    store.put_shares(session, found.id, sharing.unit_shares(session, found, policy, total))
    return move(session, found, Request(BatchAct.GRANT, Who.CADRES), desk, by=by, now=now)


def set_quota(  # noqa: PLR0913 - the posts' and the units' numbers
    session: Session,
    batch_id: str,
    granted: Mapping[DemandId, int],
    shares: Mapping[UnitId, int],
    desk: Desk,
    *,
    by: str,
    now: datetime,
) -> Batch:
    """Change what posts are granted and units are to nominate, before the call.

    Raises: ConflictError after the call; RuleError when more is granted than the policy or a demand allows.
    """
    found = held(session, batch_id)
    if found.state not in _QUOTA_OPEN:
        raise ConflictError(f"“{found.title}”现在不能改名额：请刷新后查看。", code="batch.state")
    demands = {one.id: one for one in store.demands(session, found.id)}
    for key, count in sorted(granted.items()):
        if key not in demands or not 0 <= count <= demands[key].new.places:
            raise RuleError("岗位名额须在 0 和所报人数之间：请改正。", code="batch.granted")
    changed = [replace(one, granted=granted.get(one.id, one.granted)) for one in demands.values()]
    over = rules.over_quota(policy_of(found, desk.terms), changed)
    if over:
        raise RuleError(over, code="batch.within_quota")
    known = {one.unit: one for one in store.shares(session, found.id)}
    for unit, quota in sorted(shares.items()):
        if unit not in known or not 0 <= quota <= known[unit].most:
            raise RuleError("单位名额不能超过该单位可同时派出的人数：请改正。", code="batch.share")
    store.grant(session, granted)
    store.put_shares(session, found.id, [replace(o, quota=shares.get(o.unit, o.quota)) for o in known.values()])
    details = {"granted": sum(one.places for one in changed)}
    audit.record(session, found.subject, "batch.quota", by=by, now=now, details=details)
    return found


def call(session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Call for nominations: units' liaisons are told, with the last day; twice is once.

    Raises: ConflictError; RuleError when the quota does not fit.
    """
    found = held(session, batch_id)
    if found.state is BatchState.COLLECTING:
        return found
    called = move(session, found, Request(BatchAct.CALL, Who.CADRES), desk, by=by, now=now)
    telling.call_units(session, called, store.shares(session, found.id), now=now)
    return called


def ask_again(session: Session, batch_id: str, reason: str, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Call for more nominations; whoever was proposed is checked again with them.

    Raises: ConflictError; InputError without a reason.
    """
    found = held(session, batch_id)
    called = move(session, found, Request(BatchAct.ASK_AGAIN, Who.CADRES, reason), desk, by=by, now=now)
    telling.call_units(session, called, store.shares(session, found.id), now=now)
    return called


def require(session: Session, batch_id: str) -> Batch:
    """Return a batch.

    Raises: NotFoundError.
    """
    return batch_by(session, batch_id)


def batch_by(session: Session, word: str) -> Batch:
    """Return the batch of that id or title.

    Raises: NotFoundError.
    """
    row = store.batch_row(session, word)
    found = store.batch_of(row) if row is not None else store.batch_titled(session, word)
    if found is None:
        raise NotFoundError("没有这一批，或它不归您的单位：请刷新后再试。", code="batch.unknown")
    return found


def batches(session: Session, states: Collection[BatchState] | None = None) -> tuple[Batch, ...]:
    """Return batches, of some states when given, the newest first."""
    return store.batches(session, states)


def demands(session: Session, batch_id: str) -> tuple[Demand, ...]:
    """Return the demands of a batch in the order they came."""
    return store.demands(session, batch_id)


def shares(session: Session, batch_id: str) -> tuple[UnitShare, ...]:
    """Return what units are to nominate."""
    return store.shares(session, batch_id)


def candidates(session: Session, batch_id: str) -> tuple[Candidate, ...]:
    """Return the nominations of a batch in the order they came."""
    return store.candidates(session, batch_id)


def counts(session: Session) -> Mapping[BatchId, Mapping[CandidateState, int]]:
    """Return how many nominations of each batch are in each state."""
    return store.counts(session)


def moves(session: Session, batch_id: str) -> tuple[Move, ...]:
    """Return the steps of a batch, oldest first, reasons opened: for the cadre section."""
    return store.moves(session, batch_id)
