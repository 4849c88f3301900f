"""The door to batches for commands, flows and pages: each act one transaction, sweeps one per batch.

Whatever leaves this module for Prefect names people by their codes; names stay in the house.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Case
from djflow.assembly.dispatch_hearing import batches_desk
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.errors import DjflowError, NotFoundError
from djflow.core.ids import UnitId
from djflow.dispatch.batches import checking, deciding, proposing, publishing, service, tabular
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import BATCH_WORDS, CANDIDATE_WORDS, Batch, BatchState, DemandId, NewBatch
from djflow.dispatch.batches.moving import policy_of
from djflow.dispatch.batches.proposals.model import Pin, Proposal
from djflow.dispatch.batches.publicity import service as publicity
from djflow.people import service as people
from djflow.people.excel.intake import Importer
from djflow.people.model import ImportReport

T = TypeVar("T")
Row = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep brought forward; `blocked` says in words what keeps batches from going on."""

    ended: int
    moved: int
    reminded: int
    blocked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Somebody (by code) settled for, or kept from, the post with a number in the table of demands."""

    person: str
    post: int
    banned: bool = False


def act(house: House, do: Callable[[Session, Desk, datetime], T]) -> T:
    """Do one act on a batch in a transaction of its own."""
    with house.transaction() as session:
        audit.hold(session)
        return do(session, batches_desk(house), house.now())


def create(house: House, new: NewBatch, *, by: str) -> Batch:
    """Open a batch; raises what `service.create` raises."""
    return act(house, lambda session, desk, now: service.create(session, new, desk, by=by, now=now))


def call(house: House, batch_id: str, *, by: str) -> Batch:
    """Share the quota out where that is to be done, and call for nominations; twice is once.

    Raises: what `service.grant` and `service.call` raise.
    """

    def do(session: Session, desk: Desk, now: datetime) -> Batch:
        if service.require(session, batch_id).state is BatchState.DRAFT:
            service.grant(session, batch_id, desk, by=by, now=now)
        return service.call(session, batch_id, desk, by=by, now=now)

    return act(house, do)


def propose(house: House, batch_id: str, *, by: str, seen_round: int | None = None) -> Batch:
    """Solve a batch anew; raises what `proposing.propose` raises."""
    return act(
        house,
        lambda session, desk, now: proposing.propose(session, batch_id, desk, by=by, now=now, seen_round=seen_round),
    )


def submit(house: House, batch_id: str, seen_round: int, *, by: str) -> Batch:
    """Put a proposal before its approvers; raises what `deciding.submit` raises."""
    return act(house, lambda session, desk, now: deciding.submit(session, batch_id, seen_round, desk, by=by, now=now))


def cancel(house: House, batch_id: str, reason: str, *, by: str) -> Batch:
    """Cancel a batch; raises what `publishing.cancel` raises."""
    return act(house, lambda session, desk, now: publishing.cancel(session, batch_id, reason, desk, by=by, now=now))


def pin(house: House, batch_id: str, person: str, demand: DemandId, *, banned: bool, by: str) -> bool:
    """Settle or exclude somebody (by code) for a post; raises what `proposing.pin` raises."""

    def do(session: Session, _desk: Desk, now: datetime) -> bool:
        mine = people.person_by_code(session, person).id
        wanted = next((one.id for one in service.candidates(session, batch_id) if one.person == mine), None)
        if wanted is None:
            raise NotFoundError(f"工号 {person} 的同志没有被推荐到这一批：请核对。", code="candidate.unknown")
        return proposing.pin(session, batch_id, Pin(wanted, demand, banned), by=by, now=now)

    return act(house, do)


def pin_numbered(house: House, batch_id: str, pair: Pair, *, by: str) -> bool:
    """Settle or exclude a pair by the post's number; raises NotFoundError for the number, and what `pin` raises."""
    with house.reading() as session:
        demands = service.demands(session, batch_id)
    if not 1 <= pair.post <= len(demands):
        raise NotFoundError(f"没有序号为 {pair.post} 的岗位：请核对需求表里的序号。", code="demand.unknown")
    return pin(house, batch_id, pair.person, demands[pair.post - 1].id, banned=pair.banned, by=by)


def import_nominations(
    house: House, batch_id: str, source: Path, *, by: str, only: UnitId | None = None
) -> ImportReport:
    """Take in a table of nominations, all or none; raises what `tabular.import_nominations` raises."""
    return act(
        house,
        lambda session, _desk, now: tabular.import_nominations(session, batch_id, source, Importer(by, now), only=only),
    )


def import_demands(house: House, batch_id: str, source: Path, *, by: str, only: UnitId | None = None) -> ImportReport:
    """Take in a table of demands, all or none; raises what `tabular.import_demands` raises."""
    return act(
        house,
        lambda session, desk, now: tabular.import_demands(
            session, batch_id, source, desk, Importer(by, now), only=only
        ),
    )


def find(house: House, word: str) -> Batch:
    """Return a batch by id or title; raises NotFoundError."""
    with house.reading() as session:
        return service.batch_by(session, word)


def batches(house: House) -> tuple[Batch, ...]:
    """Return all batches, the newest first."""
    with house.reading() as session:
        return service.batches(session)


def latest(house: House, batch_id: str) -> Proposal | None:
    """Return the newest proposal of a batch."""
    with house.reading() as session:
        return proposing.latest(session, batch_id)


def approval(house: House, batch_id: str) -> tuple[Case, str] | None:
    """Return the newest approval of a batch with the name of the step it stands at, None before the first."""
    with house.reading() as session:
        case = deciding.approval_of(session, batch_id)
        if case is None:
            return None
        chain = chains.running_chain(session, case.new.kind, case.version, case.digest)
        names = {step.id: step.name for step in chain.steps}
        return approvals.case(session, case.id), names.get(case.step, "")


def demand_rows(house: House, batch_id: str) -> tuple[Row, ...]:
    """Return demand against supply by post: places, granted, nominations that fit, proposed; no names."""
    with house.reading() as session:
        demands = service.demands(session, batch_id)
        titles = proposing.titles_of(session, demands)
        everybody = service.candidates(session, batch_id)
    wished = [wish for one in everybody for wish in one.wishes]
    return tuple(
        {
            "序号": number,
            "岗位": titles[one.id],
            "需求": one.new.places,
            "名额": one.places,
            "有意向": sum(wish == one.new.unit for wish in wished),
            "拟派": sum(person.demand == one.id for person in everybody),
            "缺": max(0, one.places - sum(person.demand == one.id for person in everybody)),
            "备注": "已撤销" if one.withdrawn else "",
        }
        for number, one in enumerate(demands, start=1)
    )


def proposal_rows(house: House, batch_id: str) -> tuple[Row, ...]:
    """Return the newest proposal by person code, with reasons; no names."""
    with house.reading() as session:
        found = proposing.latest(session, batch_id)
        everybody = {one.id: one for one in service.candidates(session, batch_id)}
        codes = proposing.codes_of(session, tuple(everybody.values()))
        titles = proposing.titles_of(session, service.demands(session, batch_id))
    if found is None:
        return ()
    rows: list[Row] = [
        {
            "工号": codes.get(line.candidate, ""),
            "步骤": CANDIDATE_WORDS[everybody[line.candidate].state],
            "岗位": titles.get(line.demand, "") if line.demand else "",
            "分": line.points if line.points is not None else "",
            "理由": "；".join(line.why),
        }
        for line in found.lines
    ]
    return tuple(sorted(rows, key=lambda row: (not row["岗位"], str(row["岗位"]), str(row["工号"]))))


def review_markdown(house: House, batch_id: str) -> str:
    """Return what a coordinator reads above the review of a proposal: figures, shortages; codes, no names."""
    found, proposal = find(house, batch_id), latest(house, batch_id)
    rows = demand_rows(house, batch_id)
    places = sum(int(row["名额"]) for row in rows)
    lines = [f"## {found.title}·第{found.round}稿方案", "", f"- 步骤：{BATCH_WORDS[found.state]}"]
    lines += [f"- 名额 {places} 个，拟派 {sum(int(row['拟派']) for row in rows)} 人"]
    if proposal is not None:
        proof = "已证明最优" if proposal.optimal else f"下界 {proposal.bound}"
        lines += [f"- 总分 {proposal.objective}（{proof}），抽签种子 {proposal.seed}"]
        lines += ["", "### 没有满足的需求", *(f"- {one}" for one in proposal.words)] if proposal.words else []
    lines += ["", "送审以后由审批人在自己的页面上批，这里不批准任何事。人员以工号列在方案表里。"]
    return "\n".join(lines)


def sweep(house: House, *, by: str) -> Swept:
    """Bring batches forward: names whose days are over, outcomes, days that are over; each in its own transaction.

    What refuses one batch is said and stops no other. Twice is once.
    """
    now = house.now()
    with house.reading() as session:
        periods = [one.id for one in publicity.due(session, now=now)]
        open_ones = publishing.to_sweep(session)
    ended = sum(_closed(house, one, by=by) for one in periods)
    moved, reminded = 0, 0
    blocked: list[str] = []
    for one in open_ones:
        try:
            moved += _forward(house, one.id, by=by)
            reminded += remind(house, one.id)
        except DjflowError as error:
            blocked.append(f"{one.title}：{error.message}")
    return Swept(ended, moved, reminded, tuple(blocked))


def board_rows(house: House) -> tuple[Row, ...]:
    """Return every open batch with its step, clock and people; no names."""
    with house.reading() as session:
        found = publishing.to_sweep(session)
        counts = service.counts(session)
    return tuple(
        {
            "批次": one.title,
            "编号": one.id,
            "步骤": BATCH_WORDS[one.state],
            "期限": str(one.due_on or ""),
            "人选": "，".join(f"{CANDIDATE_WORDS[state]}{count}" for state, count in counts.get(one.id, {}).items()),
        }
        for one in found
    )


def _closed(house: House, period_id: str, *, by: str) -> bool:
    return act(house, lambda session, _desk, now: publishing.close_period(session, period_id, by=by, now=now))


def _forward(house: House, batch_id: str, *, by: str) -> bool:
    return act(house, lambda session, desk, now: publishing.bring_forward(session, batch_id, desk, by=by, now=now))


def remind(house: House, batch_id: str) -> int:
    """Remind units that still owe nominations near the last day; return how many people were newly told."""
    return act(house, lambda session, desk, now: publishing.remind(session, batch_id, desk, now=now))


def close_nominations(house: House, batch_id: str, *, by: str) -> Batch:
    """End the collecting of nominations and judge everybody; raises what `checking.close_nominations` raises."""
    return act(house, lambda session, desk, now: checking.close_nominations(session, batch_id, desk, by=by, now=now))


def publicity_days(house: House, batch: Batch) -> int:
    """Return how many workdays names of a batch hang."""
    return policy_of(batch, batches_desk(house).terms).clocks.publicity_workdays
