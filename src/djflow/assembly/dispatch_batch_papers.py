"""The documents of a batch and the forms of its nominations, set and ready for seal or signature.

Who took out which is recorded with the batch or the nomination, never of whom it speaks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from djflow.accounts.model import Account, Act
from djflow.assembly.dispatch_batches_desk import batch_for, seat_of
from djflow.assembly.dispatch_papers import (
    Listed,
    Taken,
    Wanted,
    heading,
    is_numbered,
    month_words,
    note,
    sent_of,
    take,
)
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.core.errors import RuleError
from djflow.core.ids import UnitId
from djflow.dispatch.batches import checking, service
from djflow.dispatch.batches.checks.model import RULE_WORDS, Finding
from djflow.dispatch.batches.model import Batch, BatchState, Candidate, CandidateState, Demand
from djflow.dispatch.batches.moving import policy_of, require_candidate
from djflow.dispatch.batches.publicity import service as publicity
from djflow.dispatch.eligibility.model import VERDICT_WORDS, Verdict
from djflow.dispatch.papers import writing
from djflow.dispatch.papers.conditions import conditions
from djflow.dispatch.papers.model import BatchPaper, CandidatePaper, DemandLine, FindingLine, QuotaLine, Sent, Term
from djflow.dispatch.policy.model import KIND_WORDS, PAPER_WORDS, KindPolicy, Paper
from djflow.dispatch.policy.words import EDUCATION_WORDS, GRADE_WORDS
from djflow.dispatch.profiles import service as profiles
from djflow.dispatch.profiles.model import PARTY_WORDS, Profile
from djflow.people import service as people
from djflow.people.model import RANK_LABELS, Unit

_DECIDED = frozenset({CandidateState.DECIDED, CandidateState.PUBLICISED, CandidateState.HELD, CandidateState.CLEARED})
_OUTCOMES: Mapping[Verdict, str] = {Verdict.PASS: "符合条件", Verdict.FAIL: "不符合条件", Verdict.CHECK: "有待核实"}


@dataclass(frozen=True, slots=True)
class PersonForms:
    """Somebody nominated, whose forms can be taken out."""

    candidate: str
    name: str = field(repr=False)
    unit: str


def batch_papers(house: House, account: Account, batch_id: str) -> tuple[tuple[Listed, ...], tuple[PersonForms, ...]]:
    """Return the documents of a batch, and whoever was nominated for it.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        found = _found(session, account, batch_id)
        everybody = service.candidates(session, found.id)
        shown = bool(publicity.periods(session, found.id))
        cards = people.people_by_ids(session, [one.person for one in everybody])
    listed = tuple(
        Listed(
            paper,
            PAPER_WORDS[paper],
            _refusal(found, everybody, paper, shown=shown),
            owed=False,
            issued=False,
            numbered=is_numbered(paper),
        )
        for paper in writing.BATCH_PAPERS
    )
    ordered = sorted(everybody, key=lambda one: (cards[one.person].unit_order, cards[one.person].code))
    forms = [PersonForms(one.id, cards[one.person].name, cards[one.person].unit_name) for one in ordered]
    return listed, tuple(forms)


def batch_paper(house: House, account: Account, batch_id: str, paper: Paper, wanted: Wanted) -> Taken:
    """Return a document of a batch and note that it was taken out.

    Raises: NotFoundError; RuleError while there is nothing to say in it; InputError; ConfigError.
    """
    with house.reading() as session:
        found = _found(session, account, batch_id)
        everybody = service.candidates(session, found.id)
        refusal = _refusal(found, everybody, paper, shown=bool(publicity.periods(session, found.id)))
        if refusal:
            raise RuleError(refusal, code="paper.too_early")
        values = _batch_values(house, session, found, everybody)
    made = writing.batch_document(house.texts, paper, values, heading(house, wanted.number))
    taken = take(house, made, wanted, f"{PAPER_WORDS[paper]}-{found.id[-8:]}")
    with house.transaction() as session:
        note(house, session, found.subject, paper, by=account.actor)
    return taken


def candidate_paper(
    house: House, account: Account, batch_id: str, candidate_id: str, paper: Paper, wanted: Wanted
) -> Taken:
    """Return a form of a nomination and note that it was taken out; raises as `batch_paper`."""
    with house.reading() as session:
        found = _found(session, account, batch_id)
        one = require_candidate(session, found.id, candidate_id)
        values = _candidate_values(session, found, one)
    made = writing.candidate_document(house.texts, paper, values, heading(house, ""))
    taken = take(house, made, wanted, f"{PAPER_WORDS[paper]}-{one.id[-8:]}")
    with house.transaction() as session:
        note(house, session, one.subject, paper, by=account.actor)
    return taken


def _found(session: Session, account: Account, batch_id: str) -> Batch:
    return batch_for(session, seat_of(session, account, Act.BATCH_WORK), batch_id)


def _refusal(found: Batch, everybody: Sequence[Candidate], paper: Paper, *, shown: bool) -> str:
    """Return why a document cannot be taken out yet, empty when it can."""
    if paper in {Paper.CALL, Paper.QUOTA_TABLE} and found.state is BatchState.DRAFT:
        return "名额还没有下达，不能出通知和名额分配表。"
    if paper is Paper.MINUTES and not any(one.state in _DECIDED for one in everybody):
        return "还没有研究决定，不能出会议纪要。"
    if paper is Paper.PUBLICITY and not shown:
        return "还没有公示：请先在批次页面上公示，再打印。"
    return ""


def _term(found: Batch) -> Term:
    return Term(found.title, KIND_WORDS[found.kind], found.starts_on, found.ends_on)


def _batch_values(house: House, session: Session, found: Batch, everybody: Sequence[Candidate]) -> BatchPaper:
    policy: KindPolicy = policy_of(found, dispatch_terms(house))
    units = people.units(session)
    demands = [one for one in service.demands(session, found.id) if one.places]
    names = {unit.id: unit.name for unit in units}
    periods = publicity.periods(session, found.id)
    last = house.settings.calendar.add_workdays(house.today(), policy.clocks.nominate_workdays).date
    return BatchPaper(
        term=_term(found),
        months=policy.term_months,
        demands=tuple(_demand(one, units) for one in demands),
        quotas=tuple(QuotaLine(names[one.unit], one.quota) for one in service.shares(session, found.id) if one.quota),
        conditions=conditions(policy),
        nominate_by=found.due_on if found.state is BatchState.COLLECTING and found.due_on else last,
        people=_decided(session, everybody, demands, units),
        shown=(min(one.posted_on for one in periods), max(one.ends_on for one in periods)) if periods else None,
        shown_workdays=policy.clocks.publicity_workdays,
    )


def _demand(one: Demand, units: Sequence[Unit]) -> DemandLine:
    host, village = _place(one, units)
    return DemandLine(host, village, one.new.title, one.new.specialty, one.places)


def _place(one: Demand, units: Sequence[Unit]) -> tuple[str, str]:
    host = next((unit.name for unit in units if unit.id == one.new.unit), "")
    village = next((unit.name for unit in units if one.new.village and unit.code == one.new.village), "")
    return host, village


def _decided(
    session: Session, everybody: Sequence[Candidate], demands: Sequence[Demand], units: Sequence[Unit]
) -> tuple[Sent, ...]:
    going = [one for one in everybody if one.state in _DECIDED and one.demand is not None]
    known, posts = sent_of(session, [one.person for one in going]), {one.id: one for one in demands}
    lines = []
    for one in going:
        if one.demand in posts:
            host, village = _place(posts[one.demand], units)
            lines.append(replace(known[one.person], host=host, village=village, title=posts[one.demand].new.title))
    order = {unit.name: at for at, unit in enumerate(units)}
    return tuple(sorted(lines, key=lambda line: (order.get(line.host, 0), line.title, line.unit, line.name)))


def _candidate_values(session: Session, found: Batch, one: Candidate) -> CandidatePaper:
    card = people.people_by_ids(session, [one.person])[one.person]
    profile = profiles.profiles(session, [one.person]).get(one.person)
    names = {unit.id: unit.name for unit in people.units(session)}
    kept = checking.findings_of(session, [one])[one.id]
    return CandidatePaper(
        term=_term(found),
        who=sent_of(session, [one.person])[one.person],
        rank=RANK_LABELS[card.rank],
        education=EDUCATION_WORDS[profile.education] if profile and profile.education else "",
        party=PARTY_WORDS[profile.party] if profile and profile.party else "",
        since=month_words(profile.in_service_since) if profile else "",
        reviews=_reviews(profile),
        wishes="、".join(names[unit] for unit in one.wishes if unit in names),
        how="个人自荐、单位推荐" if one.himself else "单位推荐",
        findings=tuple(_finding(each, names) for each in kept),
        outcome=_OUTCOMES[checking.verdict_of(kept)] if kept else "",
    )


def _reviews(profile: Profile | None) -> str:
    return "，".join(f"{year}年度{GRADE_WORDS[grade]}" for year, grade in sorted(profile.reviews)) if profile else ""


def _finding(one: Finding, names: Mapping[UnitId, str]) -> FindingLine:
    place = names.get(UnitId(one.found.place), "")
    rule = f"{RULE_WORDS[one.found.rule]}（{place}）" if place else RULE_WORDS[one.found.rule]
    verdict = VERDICT_WORDS[one.verdict] + ("（经核实）" if one.settled else "")
    return FindingLine(rule, verdict, one.found.detail, one.found.basis)
