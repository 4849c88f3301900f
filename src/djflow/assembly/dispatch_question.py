"""Gathers what a proposal of rotation follows from: terms that end, who could follow, what the rules say of each pair.

Candidates come from the same side as whoever goes home (a bureau or a township), the best turns first. Whoever
is the only holder of a statutory duty can go when a colleague takes that duty over; whoever serves elsewhere only when
too few others can go, and when that place is filled in turn. Source: handbook of the domain, sections 2.2 and 2.3.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.frames import horizon_of
from djflow.assembly.house import House
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import Month
from djflow.dispatch.eligibility.model import Facts, Finding, Place, Verdict
from djflow.dispatch.eligibility.rules import findings
from djflow.dispatch.policy.model import BatchKind, KindPolicy, RuleKind, Strictness, Terms
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import Posting
from djflow.dispatch.profiles import service as profiles
from djflow.dispatch.rotation import rules, service
from djflow.dispatch.rotation.model import Candidate, Due, Pair, Question, Seat, SeatId, Term, Weights
from djflow.people import service as people
from djflow.people.model import PersonCard
from djflow.roster.facts import gather

MOST_ASKED = 40
ENOUGH = 3
_COLLEAGUES = 5
TO_CHECK = "待核实："
"""How remarks begin about what the office does not know."""
_UNKNOWN, _SOFT = 15, 10


@dataclass(slots=True)
class World:
    """What is known on a day; the lists grow while seats are asked about."""

    session: Session
    on: date
    seed: int
    terms: Terms
    due: tuple[Due, ...]
    open: Mapping[SeatId, Posting]
    cards: Mapping[PersonId, PersonCard]
    held: Mapping[PersonId, SeatId]
    weights: Weights
    stay: frozenset[BatchKind]
    facts: dict[PersonId, Facts]
    places: Mapping[tuple[UnitId, str], Place]
    candidates: dict[PersonId, Candidate]
    barred: frozenset[tuple[SeatId, PersonId]]
    spare: Mapping[UnitId, int]
    ranked: tuple[PersonId, ...] = ()
    seats: dict[SeatId, Seat] = field(default_factory=dict)
    used: dict[PersonId, Candidate] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)


def due_of(session: Session, terms: Terms, on: date) -> tuple[Due, ...]:
    """Return the terms that end soon and the posts left early, without those that somebody was found for."""
    return _due(session, postings.postings(session), terms, on)


def _due(session: Session, every: Sequence[Posting], terms: Terms, on: date) -> tuple[Due, ...]:
    followed = {one.new.replaces for one in every if one.new.replaces is not None}
    found: list[Due] = []
    for one in every:
        policy = terms.version(one.new.kind, one.new.version)
        if policy is not None and policy.moves and one.id not in followed:
            found += rules.due_terms([_term(one)], on, policy.clocks.due_days)
    for gap in postings.vacancies(session):
        left = postings.posting(session, gap.left)
        if gap.left not in followed:
            span = replace(left.span, last=max(left.span.first, gap.due_on))
            found += rules.due_terms([replace(_term(left), span=span, vacated=True)], on, ())
    return tuple(sorted(found, key=lambda one: (one.term.span.last, one.term.id)))


def _term(one: Posting) -> Term:
    new = one.new
    return Term(SeatId(one.id), new.kind, new.person, new.home, new.host, new.title, one.span)


def ask(house: House, session: Session, on: date) -> tuple[Question, tuple[Due, ...]]:
    """Return the question of a day with its due terms."""
    world = _world(house, session, on)
    for one in world.due:
        _ask_about(world, one)
    question = Question(
        on=on,
        seats=tuple(world.seats.values()),
        candidates=tuple(world.used[person] for person in sorted(world.used)),
        pairs=tuple(world.pairs),
        seed=world.seed,
        weights=world.weights,
        spare=world.spare,
    )
    return question, world.due


def _world(house: House, session: Session, on: date) -> World:
    terms, seed = dispatch_terms(house), on.year * 100 + on.month
    settled, posted = service.pending(session), postings.postings(session)
    taken = {one.new.seat for one in settled}
    due = tuple(one for one in _due(session, posted, terms, on) if one.term.id not in taken)
    every = {SeatId(one.id): one for one in posted}
    every |= {one.term.id: postings.posting(session, one.term.id) for one in due if one.term.id not in every}
    busy = {planned.move.person for one in settled for planned in one.new.moves}
    cards = {card.id: card for card in people.cadres(session) if card.serves}
    held = {one.new.person: seat for seat, one in every.items() if one.is_open}
    free = frozenset(cards) - busy - frozenset(held) if due else frozenset()
    facts = dict(profiles.facts(session, free, terms, on))
    world = World(
        session=session,
        on=on,
        seed=seed,
        terms=terms,
        due=due,
        open=every,
        cards=cards,
        held={person: seat for person, seat in held.items() if person in cards and person not in busy},
        weights=house.settings.dispatch.rotation.weights,
        stay=house.settings.dispatch.rotation.stay,
        facts=facts,
        places={},
        candidates=_candidates(house, session, facts, on),
        barred=service.declined(session),
        spare=_spare(terms, cards, every, due),
    )
    if due:
        world.places = profiles.places(session, {(one.new.host, one.new.village) for one in every.values()})
    scores = {key: rules.score_of(one, on, world.weights, seed) for key, one in world.candidates.items()}
    world.ranked = tuple(sorted(scores, key=lambda key: (-scores[key].total, scores[key].lot, key)))
    return world


def _candidates(house: House, session: Session, facts: Mapping[PersonId, Facts], on: date) -> dict[PersonId, Candidate]:
    month = Month.of(on)
    points = gather(session, month, (), horizon_of(house)).history if facts else {}
    average = sum(points.get(one, 0) for one in facts) // len(facts) if facts else 0
    ended: dict[PersonId, date] = {}
    for one in postings.postings_of(session, facts, open_only=False):
        if not one.is_open and one.new.kind is not BatchKind.TRAINING:
            ended[one.new.person] = max(one.span.last, ended.get(one.new.person, one.span.last))
    found = {}
    for key, known in facts.items():
        past = [term.span.last for term in known.history if term.span.last < on]
        past += [ended[key]] if key in ended else []
        until = max(past, default=None)
        found[key] = Candidate(key, known.unit, until, points.get(key, 0) - average)
    return found


def _spare(
    terms: Terms, cards: Mapping[PersonId, PersonCard], every: Mapping[SeatId, Posting], due: Sequence[Due]
) -> Mapping[UnitId, int]:
    back = {one.term.id for one in due}
    away: dict[UnitId, int] = {}
    for seat, one in every.items():
        if seat not in back:
            away[one.new.home] = away.get(one.new.home, 0) + 1
    sizes: dict[UnitId, int] = {}
    for card in cards.values():
        sizes[card.unit_id] = sizes.get(card.unit_id, 0) + 1
    percent = min((one.unit_share_percent for one in terms.policies if one.moves), default=100)
    return {unit: max(0, max(1, size * percent // 100) - away.get(unit, 0)) for unit, size in sizes.items()}


def _ask_about(world: World, due: Due) -> None:
    term = due.term
    policy = world.terms.valid(term.kind, world.on)
    if policy is None:
        return
    posting = world.open[term.id]
    world.seats[term.id] = Seat(
        id=term.id,
        title=term.title,
        unit=term.host,
        last=term.span.last,
        due=True,
        vacant=term.vacated,
        holder=None if term.vacated else term.person,
        handover_days=policy.clocks.handover_days,
    )
    fit = _judge(world, term.id, posting, policy, _same_side(world, term, world.ranked))
    if fit < ENOUGH:
        _judge(world, term.id, posting, policy, _elsewhere(world, term))


def _same_side(world: World, term: Term, keys: Iterable[PersonId]) -> list[PersonId]:
    home = world.cards[term.person].unit_kind.is_town if term.person in world.cards else False
    return [
        key
        for key in keys
        for card in (world.cards[key],)
        if card.unit_kind.is_town is home and card.unit_id != term.host and key != term.person
    ]


def _elsewhere(world: World, term: Term) -> list[PersonId]:
    """Return people of the same side who may be taken from another posting; they were posted last of all."""
    ending = {one.term.id for one in world.due}
    may = [
        key
        for key, seat in sorted(world.held.items())
        if seat not in ending and world.open[seat].new.kind not in world.stay
    ]
    found = _same_side(world, term, may)[:MOST_ASKED]
    unknown = [key for key in found if key not in world.facts]
    world.facts.update(profiles.facts(world.session, unknown, world.terms, world.on))
    for key in unknown:
        world.candidates[key] = Candidate(key, world.cards[key].unit_id, world.on, seat=world.held[key])
    return found


def _judge(world: World, seat: SeatId, posting: Posting, policy: KindPolicy, asked: Sequence[PersonId]) -> int:
    """Ask about people in order until there are enough; return how many may follow."""
    place = world.places.get((posting.new.host, posting.new.village))
    fit = 0
    for key in asked[: 10 * MOST_ASKED]:
        if fit >= MOST_ASKED:
            break
        found = findings(policy, world.facts[key], place, world.on)
        lifted = _lifted(world, key)
        failed = [one for one in found if one.verdict is Verdict.FAIL and one.strictness is Strictness.HARD]
        allowed = all(one.rule is lifted for one in failed) and (seat, key) not in world.barred
        remarks = tuple(_remarks(found)) + (("此前未采纳",) if (seat, key) in world.barred else ())
        if allowed and failed:
            allowed = _opens(world, key, policy)
            remarks = (*remarks, "须由人接替现在的岗位") if allowed else remarks
        world.pairs.append(Pair(seat, key, allowed, _price(found), remarks))
        world.used.setdefault(key, world.candidates[key])
        fit += allowed
    return fit


def _lifted(world: World, key: PersonId) -> RuleKind:
    """Return the one rule that stops standing in the way once somebody follows on the present place."""
    return RuleKind.STATUTORY_DUTY if world.candidates[key].seat is None else RuleKind.OTHER_BATCH


def _remarks(found: Sequence[Finding]) -> Iterator[str]:
    yield from (one.detail for one in found if one.verdict is Verdict.FAIL)
    unknown = [one.detail.removeprefix(TO_CHECK) for one in found if one.verdict is Verdict.CHECK]
    if unknown:
        yield f"{TO_CHECK}{'、'.join(unknown)}（{len(unknown)}项）"


def _price(found: Sequence[Finding]) -> int:
    unknown = sum(one.verdict is Verdict.CHECK for one in found)
    soft = sum(one.verdict is Verdict.FAIL and one.strictness is Strictness.SOFT for one in found)
    return _UNKNOWN * (unknown > 0) + _SOFT * soft


def _opens(world: World, key: PersonId, policy: KindPolicy) -> bool:
    """Add the place somebody would leave as a seat with its followers; False when nobody could follow."""
    candidate = world.candidates[key]
    if candidate.seat is None:
        return _open_key_place(world, key, policy)
    if candidate.seat not in world.seats:
        posting = world.open[candidate.seat]
        own = world.terms.valid(posting.new.kind, world.on)
        if own is None:
            return False
        world.seats[candidate.seat] = Seat(
            id=candidate.seat,
            title=posting.new.title,
            unit=posting.new.host,
            last=posting.span.last,
            holder=key,
            handover_days=own.clocks.handover_days,
        )
        _judge(world, candidate.seat, posting, own, _same_side(world, _term(posting), world.ranked)[:MOST_ASKED])
    world.used[key] = candidate
    return True


def _open_key_place(world: World, key: PersonId, policy: KindPolicy) -> bool:
    seat, card = SeatId(f"key:{key}"), world.cards[key]
    colleagues = [one for one in world.ranked if world.cards[one].unit_id == card.unit_id and one != key][:_COLLEAGUES]
    if not colleagues:
        return False
    if seat not in world.seats:
        world.seats[seat] = Seat(
            id=seat,
            title=f"{card.unit_name}·{card.post_title or '法定职责岗位'}",
            unit=card.unit_id,
            last=world.on,
            holder=key,
            handover_days=policy.clocks.handover_days,
        )
        for one in colleagues:
            world.pairs.append(Pair(seat, one, remarks=("接替本单位法定职责",)))
            world.used.setdefault(one, world.candidates[one])
    world.used[key] = replace(world.candidates[key], seat=seat)
    return True
