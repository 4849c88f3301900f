"""A small district with a batch of its own, for tests: units, people, roles, a chain, and what the office knows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.chains.model import Approver, Chain, ChainStep, Level, Power, Quorum, QuorumKind
from djflow.approvals.model import Answer, Office, Outcome, Verdict
from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import Month
from djflow.dispatch.batches import checking, deciding, nominating, proposing, publishing, service
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import Batch, BatchId, Candidate, Demand, DemandId, NewBatch, NewDemand, Nomination
from djflow.dispatch.eligibility.model import Facts, Place
from djflow.dispatch.policy.model import BatchKind, Clocks, KindPolicy, Paper, Rule, RuleKind, Strictness, Terms
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, UnitEntry, UnitKind

ACT = "tester"
CHAIN = "dispatch.batch"
FIRST = date(2027, 1, 4)
POLICY = KindPolicy(
    kind=BatchKind.RURAL,
    version=1,
    valid_from=date(2026, 1, 1),
    basis="本区办法",
    term_months=24,
    most_months=36,
    free_months=24,
    rules=(
        Rule(RuleKind.PARTY_MEMBER, "须是中共正式党员"),
        Rule(RuleKind.OTHER_BATCH, "一人只在一个批次"),
        Rule(RuleKind.OWN_UNIT, "不派回本单位"),
        Rule(RuleKind.NATIVE_PLACE, "不派回籍贯乡镇", Strictness.SOFT),
    ),
    papers=tuple(Paper),
    quota=6,
    unit_share_percent=50,
    clocks=Clocks(),
)
UNITS = (
    ("ORG", "组织部", UnitKind.DISTRICT_UNIT),
    ("D1", "农业农村局", UnitKind.DISTRICT_UNIT),
    ("D2", "司法局", UnitKind.DISTRICT_UNIT),
    ("T1", "大仓镇", UnitKind.TOWNSHIP),
    ("T2", "小河乡", UnitKind.TOWNSHIP),
)
STAFF: Mapping[str, tuple[str, Role | None]] = {
    "K1": ("ORG", Role.CADRE_CLERK),
    "K2": ("ORG", Role.CADRE_CLERK),
    "P1": ("ORG", Role.DEPT_DEPUTY),
    "M1": ("ORG", Role.DEPT_MINISTER),
    "L1": ("D1", Role.UNIT_LIAISON),
    "L2": ("D2", Role.UNIT_LIAISON),
    "C1": ("T1", Role.TOWN_CLERK),
}
CADRES = {"A1": "D1", "A2": "D1", "A3": "D1", "A4": "D1", "A5": "D1", "B1": "D2", "B2": "D2", "B3": "D2"}


def _step(name: str, role: Role) -> ChainStep:
    may = frozenset({Power.RETURN_TO_APPLICANT, Power.TRANSFER})
    quorum = Quorum(QuorumKind.ANY)
    return ChainStep(name, name, approver=Approver((role,), Level.DISTRICT), quorum=quorum, may=may)


CHAINS = Chain(
    CHAIN,
    1,
    date(2026, 1, 1),
    (_step("check", Role.CADRE_CLERK), _step("deputy", Role.DEPT_DEPUTY), _step("minister", Role.DEPT_MINISTER)),
    tell_applicant=False,
)


@dataclass
class Hall:
    """The district, by code; `known` may be changed by a test: what the office knows of its people."""

    people: Mapping[str, PersonId]
    units: Mapping[str, UnitId]
    known: dict[PersonId, Facts] = field(default_factory=dict)
    policy: KindPolicy = POLICY

    @property
    def desk(self) -> Desk:
        """The office as acts are given it."""
        return Desk(Terms((self.policy,), WorkCalendar()), Office(WorkCalendar()), self._facts, self._places)

    def _facts(
        self, session: Session, persons: Collection[PersonId], terms: Terms, on: date
    ) -> Mapping[PersonId, Facts]:
        _ = session, terms, on
        return {one: self.known[one] for one in persons if one in self.known}

    def _places(self, session: Session, demands: Collection[Demand]) -> Mapping[DemandId, Place]:
        _ = session
        return {one.id: Place(one.new.unit, one.new.unit) for one in demands}

    def code_of(self, person: PersonId) -> str:
        """Return somebody's code."""
        return next(code for code, key in self.people.items() if key == person)


def settle(session: Session, now: datetime) -> Hall:
    """Put the district into the house."""
    entries = [UnitEntry(code, name, kind, place) for place, (code, name, kind) in enumerate(UNITS, start=1)]
    people.put_units(session, entries, by=ACT, now=now)
    homes = {code: unit for code, (unit, _) in STAFF.items()} | CADRES
    persons = [
        PersonEntry(
            code,
            f"王{code}",
            Gender.FEMALE if number % 2 else Gender.MALE,
            unit,
            birth=Month(1985, 5),
            mobile=f"139000000{number:02d}",
        )
        for number, (code, unit) in enumerate(homes.items())
    ]
    people.put_people(session, persons, by=ACT, now=now)
    for code, (_, role) in STAFF.items():
        if role is not None:
            accounts.create(session, NewAccount(f"u-{code.lower()}", frozenset({role}), code), "h", by=ACT, now=now)
    chains.publish(session, (CHAINS,), by=ACT, now=now)
    ids = people.person_ids(session, list(homes))
    units = {unit.code: unit.id for unit in people.units(session)}
    hall = Hall(ids, units)
    for code, unit in CADRES.items():
        hall.known[ids[code]] = Facts(
            ids[code],
            units[unit],
            gender=Gender.MALE,
            birth=Month(1985, 5),
            full_member=True,
            native_known=True,
            history_complete=True,
        )
    return hall


def opened(session: Session, hall: Hall, now: datetime, places: int = 1, title: str = "第一批") -> Batch:
    """Open a batch with a demand of two townships."""
    new = NewBatch(BatchKind.RURAL, title, FIRST, seed=7)
    batch = service.create(session, new, hall.desk, by=ACT, now=now)
    for code in ("T1", "T2"):
        demand = NewDemand(hall.units[code], "驻村队员", places)
        service.put_demand(session, batch.id, demand, hall.desk, by=ACT, now=now)
    return batch


def called(session: Session, hall: Hall, now: datetime, places: int = 1) -> Batch:
    """Open a batch and call for nominations."""
    batch = opened(session, hall, now, places)
    service.grant(session, batch.id, hall.desk, by=ACT, now=now)
    return service.call(session, batch.id, hall.desk, by=ACT, now=now)


def put(session: Session, hall: Hall, batch: Batch, *codes: str, now: datetime) -> tuple[Candidate, ...]:
    """Nominate people by code."""
    news = [(hall.units[CADRES[code]], Nomination(hall.people[code])) for code in codes]
    return nominating.nominate(session, batch.id, news, by=ACT, now=now)


def proposed(session: Session, hall: Hall, now: datetime, *codes: str, places: int = 1) -> Batch:
    """Bring a batch to its first proposal with the people of `codes` nominated."""
    batch = called(session, hall, now, places)
    put(session, hall, batch, *(codes or ("A1", "A2", "B1", "B2")), now=now)
    checking.close_nominations(session, batch.id, hall.desk, by=ACT, now=now)
    return proposing.propose(session, batch.id, hall.desk, by=ACT, now=now)


def vote(
    session: Session, hall: Hall, batch_id: BatchId, code: str, now: datetime, verdict: Verdict = Verdict.APPROVE
) -> Outcome:
    """Let somebody decide about a batch, and the batch hear of it."""
    case = deciding.approval_of(session, batch_id)
    assert case is not None
    person = hall.people[code]
    task = next(one for one in case.waiting if one.person == person)
    answer = Answer(person, verdict, case.new.content_hash, "意见")
    outcome = approvals.decide(session, task.id, answer, office=hall.desk.office, by=ACT, now=now)
    deciding.follow(session, outcome, hall.desk, by=ACT, now=now)
    return outcome


def decided(session: Session, hall: Hall, now: datetime, *codes: str, places: int = 1) -> Batch:
    """Bring a batch through its decision."""
    batch = proposed(session, hall, now, *codes, places=places)
    deciding.submit(session, batch.id, batch.round, hall.desk, by=ACT, now=now)
    for code in ("K1", "P1", "M1"):
        vote(session, hall, batch.id, code, now)
    return service.require(session, batch.id)


def hung(session: Session, hall: Hall, now: datetime, *codes: str, places: int = 1) -> Batch:
    """Bring a batch to its publicity."""
    batch = decided(session, hall, now, *codes, places=places)
    return publishing.post(session, batch.id, hall.desk, by=ACT, now=now)


def states(session: Session, hall: Hall, batch_id: str) -> dict[str, str]:
    """Return where nominations are, by code."""
    return {hall.code_of(one.person): one.state.value for one in service.candidates(session, batch_id)}


def without(facts: Facts, **changes: object) -> Facts:
    """Return facts with some of them changed."""
    return replace(facts, **changes)  # type: ignore[arg-type] # a test's changes


def candidate(session: Session, hall: Hall, batch_id: str, code: str) -> Candidate:
    """Return somebody's nomination by code."""
    return next(one for one in service.candidates(session, batch_id) if one.person == hall.people[code])
