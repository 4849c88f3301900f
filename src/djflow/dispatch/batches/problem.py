"""Turns a batch into the solver's problem: nominations, posts, findings, shares, pins. Pure.

Whoever was decided on before stands fixed at the post, so that units, sections and teams count them. A point that is
not yet known at a host keeps somebody from that host only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from djflow.core.ids import PersonId
from djflow.core.ids import UnitId as HouseUnit
from djflow.dispatch.batches.checks.model import ANYWHERE, Finding
from djflow.dispatch.batches.model import Batch, Candidate, CandidateId, Demand, DemandId, UnitShare
from djflow.dispatch.batches.proposals.model import Pin
from djflow.dispatch.batches.transitions import CHOOSABLE, ON_THE_WAY
from djflow.dispatch.eligibility.model import Facts, Verdict
from djflow.dispatch.model import (
    Cadre,
    CadreId,
    Given,
    Ground,
    Pair,
    PlaceId,
    Post,
    PostId,
    Problem,
    Team,
    UnitId,
    Weights,
)
from djflow.dispatch.policy.model import Strictness
from djflow.people.model import Gender

SOFT_POINTS = 30
"""What one soft rule that is not met costs."""
WEIGHTS = Weights(appraisal=0, age=0, recent=4, posted=10)
BEST_BIRTH_AGE = 35


@dataclass(frozen=True, slots=True)
class Known:
    """Everything about a batch that decides who goes where."""

    batch: Batch
    people: tuple[Candidate, ...]
    demands: tuple[Demand, ...]
    shares: tuple[UnitShare, ...]
    facts: Mapping[PersonId, Facts]
    findings: Mapping[CandidateId, tuple[Finding, ...]]
    closed: frozenset[HouseUnit] = frozenset()
    pins: tuple[Pin, ...] = ()
    stay: frozenset[CandidateId] = field(default_factory=frozenset)
    """Nominations that keep the post they are proposed for."""


def problem_of(known: Known) -> Problem:
    """Return the problem of a batch."""
    year = known.batch.starts_on.year
    chosen = [one for one in known.people if one.state in CHOOSABLE | ON_THE_WAY]
    wished = _places(known.demands)
    cadres = tuple(_cadre(one, known.facts.get(one.person), year, wished) for one in chosen)
    free = [one for one in chosen if one.state not in ON_THE_WAY]
    fixed = {_pair(one.demand, one.id) for one in chosen if one.demand and one.state in ON_THE_WAY}
    fixed |= {_pair(one.demand, one.id) for one in free if one.demand and one.id in known.stay}
    taken = {cadre for _, cadre in fixed}
    ids = {one.id for one in free}
    asked = {_pair(o.demand, o.candidate) for o in known.pins if not o.banned and o.candidate in ids}
    pins = fixed | {pair for pair in asked if pair[1] not in taken}
    bans = {_pair(o.demand, o.candidate) for o in known.pins if o.banned and o.candidate in ids}
    open_posts = {PostId(one.id) for one in known.demands if one.places and one.new.unit not in known.closed}
    return Problem(
        year=year,
        redispatch_years=0,
        unit_share=1.0,
        cadres=cadres,
        posts=tuple(_post(one, known, wished) for one in known.demands if one.places),
        weights=WEIGHTS,
        pins=frozenset(pair for pair in pins if pair[0] in open_posts),
        bans=frozenset(pair for pair in bans if pair[0] in open_posts) - pins,
        seed=known.batch.seed,
        unit_most=_unit_most(known, cadres, pins),
        one_per_section=True,
        given=_given(known, free),
        given_anywhere={CadreId(one.id): given for one in free if (given := _anywhere(known.findings.get(one.id, ())))},
    )


def _pair(demand: DemandId, candidate: CandidateId) -> Pair:
    return PostId(demand), CadreId(candidate)


def _places(demands: Collection[Demand]) -> Mapping[HouseUnit, PlaceId]:
    return {unit: PlaceId(number) for number, unit in enumerate(sorted({one.new.unit for one in demands}))}


def _cadre(one: Candidate, facts: Facts | None, year: int, wished: Mapping[HouseUnit, PlaceId]) -> Cadre:
    known = facts or Facts(one.person, one.unit)
    ended = [term.span.last.year for term in known.history]
    return Cadre(
        id=CadreId(one.id),
        unit=UnitId(one.unit),
        born=known.birth.year if known.birth else year - BEST_BIRTH_AGE,
        works_since=known.in_service_since.year if known.in_service_since else year,
        specialties=known.skills,
        last_sent=min(max(ended), year - 1) if ended else None,
        wishes=frozenset(wished[unit] for unit in one.wishes if unit in wished),
        woman=known.gender is Gender.FEMALE,
        section=known.section or "",
    )


def _post(demand: Demand, known: Known, wished: Mapping[HouseUnit, PlaceId]) -> Post:
    new, team = demand.new, demand.new.team
    return Post(
        id=PostId(demand.id),
        batch=known.batch.id,
        unit=UnitId(new.unit),
        place=wished[new.unit],
        specialty=new.specialty,
        places=demand.places,
        team=Team(team.each_of, team.women_at_least, team.no_two_of_a_section) if team else None,
        closed=new.unit in known.closed,
    )


def _unit_most(known: Known, cadres: Sequence[Cadre], pins: Collection[Pair]) -> Mapping[UnitId, int]:
    units = {one.id: one.unit for one in cadres}
    settled: dict[UnitId, int] = {}
    for _, cadre in pins:
        settled[units[cadre]] = settled.get(units[cadre], 0) + 1
    most = {UnitId(one.unit): one.most for one in known.shares}
    # Whoever is settled stays settled, even when the unit's share has become smaller since.
    return {unit: max(most.get(unit, 1), settled.get(unit, 0)) for unit in sorted(set(units.values()))}


def _given(known: Known, free: Collection[Candidate]) -> Mapping[Pair, Given]:
    found: dict[Pair, Given] = {}
    for one in free:
        by_place: dict[str, list[Finding]] = {}
        for finding in known.findings.get(one.id, ()):
            if finding.found.place != ANYWHERE:
                by_place.setdefault(finding.found.place, []).append(finding)
        for demand in known.demands:
            given = _grounds(by_place.get(demand.new.unit, ()))
            if demand.places and given:
                found[_pair(demand.id, one.id)] = given
    return found


def _anywhere(findings: Collection[Finding]) -> Given | None:
    return _grounds([one for one in findings if one.found.place == ANYWHERE])


def _grounds(findings: Collection[Finding]) -> Given | None:
    refused: list[Ground] = []
    soft: list[Ground] = []
    for one in findings:
        if one.verdict is Verdict.PASS:
            continue
        words = one.found.detail if one.verdict is Verdict.FAIL else f"{one.found.detail}（还没有核实）"
        if one.found.strictness is Strictness.HARD:
            refused.append(Ground(one.found.rule.value, words))
        elif one.verdict is Verdict.FAIL:
            soft.append(Ground(one.found.rule.value, words, SOFT_POINTS))
    return Given(tuple(refused), tuple(soft)) if refused or soft else None
