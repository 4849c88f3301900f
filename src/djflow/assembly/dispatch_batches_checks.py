"""What the cadre section sees of a batch's people: what every rule found, who is proposed and why, objections."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from djflow.accounts.model import Account, Act
from djflow.assembly.dispatch_batches_desk import batch_for, seat_of
from djflow.assembly.dispatch_hearing import batches_desk
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.dispatch.batches import checking, proposing, publishing, service
from djflow.dispatch.batches.checks.model import RULE_WORDS, Finding
from djflow.dispatch.batches.model import CANDIDATE_WORDS, Batch, Candidate, CandidateId, DemandId
from djflow.dispatch.batches.proposals.model import Line, Pin, Proposal
from djflow.dispatch.batches.publicity import service as publicity
from djflow.dispatch.batches.publicity.model import Objection, Opened, Period
from djflow.dispatch.policy.model import RuleKind
from djflow.people import service as people
from djflow.people.model import PersonCard


@dataclass(frozen=True, slots=True)
class CheckLine:
    """Somebody nominated with what every rule found; `rest` is what concerns hosts and is not simply met."""

    candidate: Candidate
    card: PersonCard = field(repr=False)
    state: str
    by_rule: Mapping[RuleKind, Finding]
    rest: tuple[tuple[str, Finding], ...]

    @property
    def waiting(self) -> tuple[tuple[str, Finding], ...]:
        """The points somebody still has to settle, with the host they concern."""
        here = tuple(("", one) for one in self.by_rule.values() if one.waits)
        return here + tuple((name, one) for name, one in self.rest if one.waits)


@dataclass(frozen=True, slots=True)
class CheckSheet:
    """Everybody nominated against every rule."""

    batch: Batch
    rules: tuple[tuple[RuleKind, str], ...]
    lines: tuple[CheckLine, ...]


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A line of the proposal with names, for the desk."""

    line: Line
    card: PersonCard = field(repr=False)
    state: str
    post: str


@dataclass(frozen=True, slots=True)
class ProposalSheet:
    """The newest proposal, its posts by id, and what was pinned."""

    batch: Batch
    proposal: Proposal | None
    posts: Mapping[DemandId, str]
    lines: tuple[ProposalLine, ...]
    pins: tuple[tuple[Pin, str, str], ...]


@dataclass(frozen=True, slots=True)
class NameLine:
    """A name on the board with its clock and objections."""

    period: Period
    card: PersonCard = field(repr=False)
    state: str
    objections: tuple[Objection, ...]


@dataclass(frozen=True, slots=True)
class PublicitySheet:
    """The names of a batch on the board."""

    batch: Batch
    lines: tuple[NameLine, ...]


def check_sheet(house: House, account: Account, batch_id: str) -> CheckSheet:
    """Return everybody nominated against every rule; raises NotFoundError."""
    with house.reading() as session:
        found = batch_for(session, seat_of(session, account, Act.BATCH_LOOK), batch_id)
        everybody = service.candidates(session, found.id)
        kept = checking.findings_of(session, everybody)
        cards = people.people_by_ids(session, sorted({one.person for one in everybody}))
        units = {str(unit.id): unit.short_name for unit in people.units(session)}
    rules: dict[RuleKind, str] = {}
    lines: list[CheckLine] = []
    for one in everybody:
        here = {f.found.rule: f for f in kept[one.id] if not f.found.place}
        there = tuple((units.get(f.found.place, ""), f) for f in kept[one.id] if f.found.place)
        rules |= {rule: RULE_WORDS[rule] for rule in here}
        shown = tuple(pair for pair in there if pair[1].verdict.value != "pass")
        lines.append(CheckLine(one, cards[one.person], CANDIDATE_WORDS[one.state], here, shown))
    ordered = sorted(lines, key=lambda line: (line.card.unit_order, line.card.code))
    shown_rules = tuple((rule, rules[rule]) for rule in RuleKind if rule in rules)
    return CheckSheet(found, shown_rules, tuple(ordered))


def proposal_sheet(house: House, account: Account, batch_id: str) -> ProposalSheet:
    """Return the newest proposal of a batch with names; raises NotFoundError."""
    with house.reading() as session:
        found = batch_for(session, seat_of(session, account, Act.BATCH_LOOK), batch_id)
        proposal = proposing.latest(session, found.id)
        everybody = {one.id: one for one in service.candidates(session, found.id)}
        cards = people.people_by_ids(session, sorted({one.person for one in everybody.values()}))
        posts = proposing.titles_of(session, service.demands(session, found.id))
        pins = proposing.pins(session, found.id)
    lines = [
        ProposalLine(
            line,
            cards[everybody[line.candidate].person],
            CANDIDATE_WORDS[everybody[line.candidate].state],
            posts.get(line.demand, "") if line.demand else "",
        )
        for line in (proposal.lines if proposal else ())
    ]
    ordered = sorted(lines, key=lambda one: (not one.post, one.post, one.card.code))
    named = tuple((one, cards[everybody[one.candidate].person].name, posts.get(one.demand, "")) for one in pins)
    return ProposalSheet(found, proposal, posts, tuple(ordered), named)


def why_pair(house: House, account: Account, batch_id: str, candidate: str, demand: str) -> str:
    """Return why somebody goes to a post or not, by code; raises what `proposing.why_pair` raises."""
    with house.reading() as session:
        found = batch_for(session, seat_of(session, account, Act.BATCH_LOOK), batch_id)
        pair = CandidateId(candidate), DemandId(demand)
        return proposing.why_pair(session, found.id, *pair, batches_desk(house), now=house.now())


def publicity_sheet(house: House, account: Account, batch_id: str) -> PublicitySheet:
    """Return the names of a batch that hang or have hung; raises NotFoundError."""
    with house.reading() as session:
        found = batch_for(session, seat_of(session, account, Act.BATCH_LOOK), batch_id)
        everybody = {one.id: one for one in service.candidates(session, found.id)}
        cards = people.people_by_ids(session, sorted({one.person for one in everybody.values()}))
        objections = publicity.objections(session, found.id)
        periods = publicity.periods(session, found.id)
    return PublicitySheet(
        found,
        tuple(
            NameLine(
                one,
                cards[everybody[one.candidate].person],
                CANDIDATE_WORDS[everybody[one.candidate].state],
                tuple(said for said in objections if said.period == one.id),
            )
            for one in periods
        ),
    )


def look(house: House, account: Account, batch_id: str, objection_id: str) -> Opened:
    """Open an objection for whoever settles it; that they looked is recorded. Raises: NotFoundError."""
    with house.transaction() as session:
        audit.hold(session)
        batch_for(session, seat_of(session, account, Act.BATCH_OBJECT), batch_id)
        publishing.require_objection(session, batch_id, objection_id)
        return publishing.look_objection(session, objection_id, by=account.actor, now=house.now())
