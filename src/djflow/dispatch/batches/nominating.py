"""Units put people forward, on the desk or by a table; anybody may step back at any time.

A table is taken whole or not at all: every row is judged first and every bad one is listed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId, UnitId
from djflow.dispatch.batches import store, telling
from djflow.dispatch.batches.model import (
    Batch,
    Candidate,
    CandidateAct,
    CandidateState,
    Nomination,
    Who,
)
from djflow.dispatch.batches.moving import held, move_candidate
from djflow.dispatch.batches.transitions import IN_PLAY, TAKES_NOMINATIONS
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings import service as postings
from djflow.people import service as people
from djflow.people.model import STATUS_LABELS, PersonCard

MOST_WISHES = 5


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a line of a list of nominations cannot be taken; `index` counts from 0, `field` names what is wrong."""

    index: int
    field: str
    message: str


def nominate(
    session: Session, batch_id: str, news: Sequence[tuple[UnitId, Nomination]], *, by: str, now: datetime
) -> tuple[Candidate, ...]:
    """Take in whom units put forward, all or none; the same again changes wishes only.

    Raises: RuleError naming the first that cannot be taken (see `refusals`); ConflictError when nothing is collected.
    """
    found = held(session, batch_id)
    wrong = refusals(session, found, news)
    if wrong:
        raise RuleError(wrong[0].message, code="candidate.refused")
    before = {one.person for one in store.candidates(session, found.id) if one.state in IN_PLAY}
    kept = tuple(_put(session, found, unit, one, by=by, now=now) for unit, one in news)
    _settle_units(session, found, {unit for unit, _ in news}, by=by, now=now)
    telling.tell(session, found, [one for one in kept if one.person not in before], now=now)
    return kept


def _put(session: Session, found: Batch, unit: UnitId, new: Nomination, *, by: str, now: datetime) -> Candidate:
    known = store.candidate_about(session, found.id, new.person)
    if known is None:
        kept = store.add_candidate(session, found.id, unit, new, now=now)
        audit.record(session, kept.subject, "candidate.nominate", by=by, now=now, details={"batch": found.id})
        return kept
    if known.state is CandidateState.WITHDRAWN:
        known = move_candidate(session, known, CandidateAct.NOMINATE, Who.UNIT, by=by, now=now)
    said = (new.wishes, new.volunteers, new.himself)
    if (known.wishes, known.volunteers, known.himself) == said:
        return known
    changed = replace(known, wishes=new.wishes, volunteers=new.volunteers, himself=new.himself)
    store.change_candidate(session, changed, now=now)
    audit.record(session, known.subject, "candidate.amend", by=by, now=now)
    return changed


def _settle_units(session: Session, found: Batch, units: Collection[UnitId], *, by: str, now: datetime) -> None:
    quotas = {one.unit: one.quota for one in store.shares(session, found.id)}
    everybody = store.candidates(session, found.id)
    for unit in sorted(units):
        count = sum(one.unit == unit and one.state in IN_PLAY for one in everybody)
        if count >= quotas.get(unit, 0):
            telling.unit_done(session, found, unit, by=by, now=now)


def refusals(session: Session, found: Batch, news: Sequence[tuple[UnitId, Nomination]]) -> tuple[Refused, ...]:
    """Return everything that keeps a list of nominations from being taken, in its order.

    Raises: ConflictError when the batch collects no nominations now.
    """
    if found.state not in TAKES_NOMINATIONS:
        raise ConflictError(
            f"“{found.title}”现在是“{telling.words_of(found)}”，不收推荐：请刷新后查看。", code="batch.state"
        )
    asked = [one.person for _, one in news]
    cards = people.people_by_ids(session, sorted(set(asked)))
    known = {one.person: one for one in store.candidates(session, found.id)}
    other = busy(session, found, asked)
    invited = {one.unit for one in store.shares(session, found.id)}
    hosts = {one.new.unit for one in store.demands(session, found.id) if not one.withdrawn}
    wrong: list[Refused] = []
    seen: dict[PersonId, int] = {}
    for index, (unit, new) in enumerate(news):
        found_wrong = _twice(index, new, seen, asked) or _unfit(unit, new, cards, known, invited)
        if not found_wrong and new.person in other:
            found_wrong = ("person", f"这名干部已在“{other[new.person]}”：一人只能在一个批次，请另推荐。")
        if not found_wrong and not hosts.issuperset(new.wishes):
            found_wrong = ("wishes", "意向单位不在这一批的接收单位里：请改正或删去。")
        if not found_wrong and len(new.wishes) > MOST_WISHES:
            found_wrong = ("wishes", f"意向最多写 {MOST_WISHES} 个单位。")
        if found_wrong:
            wrong.append(Refused(index, *found_wrong))
    return tuple(wrong)


def _twice(index: int, new: Nomination, seen: dict[PersonId, int], asked: Sequence[PersonId]) -> tuple[str, str] | None:
    first = seen.setdefault(new.person, index)
    if first == index or asked[first] != new.person:
        return None
    return "person", f"这名干部在这份名单里写了两次（第 {first + 1} 个、第 {index + 1} 个）：请只保留一个。"


def _unfit(
    unit: UnitId,
    new: Nomination,
    cards: Mapping[PersonId, PersonCard],
    known: Mapping[PersonId, Candidate],
    invited: Collection[UnitId],
) -> tuple[str, str] | None:
    card = cards.get(new.person)
    if card is None:
        return "person", "没有这名人员：请先导入人员，或核对工号。"
    before = known.get(new.person)
    settled = before is not None and before.state in {CandidateState.DROPPED, CandidateState.REFUSED}
    other = before is not None and before.state is not CandidateState.WITHDRAWN and before.unit != unit
    wrong = (
        (unit not in invited, "unit", "这个单位没有分到推荐名额：请先在名额表里分配。"),
        (card.unit_id != unit, "person", f"这名干部是{card.unit_name}的，只能由本单位推荐：请核对。"),
        (not card.serves, "person", f"这名干部现在是“{STATUS_LABELS[card.status]}”，不能推荐。"),
        (other, "person", "这名干部已由别的单位推荐：请核对。"),
        (settled, "person", "这名干部在这一批已有结论，不能再推荐。"),
    )
    return next(((name, words) for broken, name, words in wrong if broken), None)


def busy(session: Session, found: Batch, persons: Collection[PersonId]) -> Mapping[PersonId, str]:
    """Return by person the other batch somebody is in, or the posting somebody is on in those days, in words."""
    if found.kind is BatchKind.RESERVE:
        return {}
    other = dict(store.elsewhere(session, persons, found.id))
    wanted = set(persons)
    for posting in postings.postings(session):
        if posting.new.person in wanted and posting.new.batch != found.id and posting.span.last >= found.starts_on:
            other.setdefault(posting.new.person, "在派任务")
    return other


def own(session: Session, batch_id: str, candidate_id: str, unit: UnitId) -> Candidate:
    """Return a nomination of one's own unit.

    Raises: NotFoundError for another unit's as for one that is not there.
    """
    found = store.candidate(session, candidate_id)
    if found is None or found.batch != batch_id or found.unit != unit:
        raise NotFoundError("没有这一人选，或不是您单位推荐的。", code="candidate.unknown")
    return found
