"""Approvals of one house: what its office configured, chains put in force, what a case would meet, who is missing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import ROLE_WORDS, Role
from djflow.approvals import rules, staffing
from djflow.approvals.chains.model import Chain, ChainStep, Level, StepKind
from djflow.approvals.chains.rules import path
from djflow.approvals.model import Case, CaseId, CaseState, NewCase, Outcome, Place, World
from djflow.approvals.sweeping.service import sweep as swept
from djflow.assembly import dispatch_extensions as extensions
from djflow.assembly import documents_signing, meetings_inbox, meetings_topics
from djflow.assembly.approval_office import office_of
from djflow.assembly.dispatch_extensions import EXTENSION
from djflow.assembly.dispatch_hearing import hear_batches
from djflow.assembly.dispatch_rotation_hearing import hear_rotation
from djflow.assembly.house import House
from djflow.core.clock import civil_date
from djflow.core.errors import NotFoundError
from djflow.core.ids import BranchId, PersonId, UnitId
from djflow.core.money import fen_of
from djflow.core.subject import Subject
from djflow.documents.register.model import KIND as DOCUMENT
from djflow.fund import service as fund
from djflow.fund.cases.model import Terms
from djflow.fund.running.model import KIND, Desk
from djflow.people import service as people

SWEEPER = "sweep"


@dataclass(frozen=True, slots=True)
class Expected:
    """One step that a case would meet: who would be asked and by when, if it were filed now and nobody waited."""

    step: ChainStep
    approvers: tuple[str, ...]
    deadline_on: date | None
    blocked: str

    def as_json(self) -> dict[str, object]:
        """Return the step as `djflow chain explain` prints it."""
        return {
            "step": self.step.id,
            "name": self.step.name,
            "kind": self.step.kind.value,
            "approvers": list(self.approvers),
            "deadline_on": self.deadline_on.isoformat() if self.deadline_on else None,
        }


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A role that a chain asks for and that nobody holds at a place."""

    chain: str
    step: str
    role: Role
    place: str

    @property
    def sentence(self) -> str:
        """The vacancy as people read it."""
        return f"{self.place}没有{ROLE_WORDS[self.role]}，“{self.chain}”的“{self.step}”没有人办"


def sweep(house: House, *, limit: int | None = None) -> dict[str, int]:
    """Remind, escalate and let expire whatever is due, each batch in its own transaction; return what was done.

    `limit` bounds the number of batches; what is left is done by the next sweep.
    """
    total: dict[str, int] = {}
    rounds = 0
    more = True
    while more and (limit is None or rounds < limit):
        with house.transaction() as session:
            done = swept(session, office=office_of(house), by=SWEEPER, now=house.now())
            hear(house, session, done.outcomes, by=SWEEPER)
        for name, count in done.counts.items():
            total[name] = total.get(name, 0) + count
        more, rounds = done.more and bool(done.outcomes), rounds + 1
    return total


def hear(house: House, session: Session, outcomes: Iterable[Outcome], *, by: str) -> None:
    """Let the subsystem a case belongs to do what follows from its approval, in the caller's transaction."""
    desk, every = desk_of(house), tuple(outcomes)
    hear_batches(house, session, every, by=by)
    hear_rotation(house, session, every, by=by)
    for outcome in every:
        kind = outcome.case.new.subject.kind
        if kind == KIND and outcome.changed:
            fund.follow(session, outcome, desk, by=by, now=house.now())
        elif kind == EXTENSION and outcome.changed:
            extensions.follow(house, session, outcome, by=by)
        elif kind == DOCUMENT and outcome.changed:
            documents_signing.follow(house, session, outcome, by=by)
        elif kind == meetings_topics.MEETING and outcome.changed:
            meetings_topics.follow(house, session, outcome, by=by)
            meetings_inbox.keep(session, outcome.case.new.subject.id, by=by, now=house.now())


def desk_of(house: House) -> Desk:
    """Return everything the office configured about the fund."""
    terms = Terms(house.settings.fund.policy, house.settings.calendar)
    return Desk(terms, office_of(house), house.settings.ledger.order)


def explain(house: House, kind: str, amount: str, branch_code: str = "") -> tuple[Expected, ...]:
    """Return the steps a case of a kind and amount (yuan) would meet, at a branch when one is given.

    Raises: InputError for an amount that is none; RuleError for a kind without chain; NotFoundError for the branch.
    """
    amount_fen = fen_of(amount, at_least=0)
    now = house.now()
    today = civil_date(now)
    chain = _configured(house, kind, today)
    with house.reading() as session:
        place = _place_of(session, branch_code)
        case = _imagined(kind, amount_fen, place, now)
        world = World(chain, staffing.staffing_of(session, chain, case.new, office_of(house), today), office_of(house))
        names = _names(session, world)
    return tuple(_expected(case, world, names, now))


def _configured(house: House, kind: str, today: date) -> Chain:
    known = house.settings.approvals.versions
    valid = [chain for chain in known if chain.kind == kind and chain.valid_from <= today]
    if not valid:
        kinds = "、".join(sorted({chain.kind for chain in known}))
        raise NotFoundError(f"没有“{kind}”在今天有效的审批流程，可以写：{kinds}。", code="approval.no_chain")
    return valid[-1]


def _place_of(session: Session, branch_code: str) -> Place:
    if not branch_code:
        return Place()
    branch = next((one for one in people.branches(session) if one.entry.code == branch_code), None)
    if branch is None:
        raise NotFoundError(f"没有编号为 {branch_code} 的支部：请核对编号。", code="branch.unknown")
    return staffing.placed(session, Place(None, BranchId(branch.id)))


def _imagined(kind: str, amount_fen: int, place: Place, now: datetime) -> Case:
    new = NewCase(Subject(kind, "explain"), kind, kind, "", amount_fen, place=place)
    return Case(CaseId(""), new, 0, "", CaseState.RUNNING, 1, "", now)


def _names(session: Session, world: World) -> dict[PersonId, str]:
    everybody = {one for found in world.staffing.holders.values() for one in found}
    everybody |= set(world.staffing.persons.values())
    return {key: card.name for key, card in people.people_by_ids(session, sorted(everybody)).items()}


def _expected(case: Case, world: World, names: dict[PersonId, str], now: datetime) -> Iterator[Expected]:
    calendar = world.office.calendar
    start = rules.clock_start(now, calendar)
    for step in path(world.chain, case.new.amount_fen):
        found = rules.seating(step, case, world)
        persons = [seat.person for seat in found.seats] if step.kind is StepKind.APPROVE else []
        if step.kind is not StepKind.APPROVE:
            persons = list(rules.persons_of(step.approver, world))
        shown = tuple(names[person] for person in persons) or _offices(step)
        due = calendar.add_workdays(start, step.deadline_workdays).date if step.deadline_workdays else None
        # Without a branch nobody can say who approves there; that is no vacancy.
        known = case.new.place.unit is not None or step.approver.level is Level.DISTRICT
        yield Expected(step, shown, due, found.blocked if step.kind is StepKind.APPROVE and known else "")
        start = due or start


def _offices(step: ChainStep) -> tuple[str, ...]:
    return tuple(ROLE_WORDS[role] for role in step.approver.roles)


def vacancies(house: House) -> tuple[Vacancy, ...]:
    """Return every role that a chain asks for and that nobody holds, in every township and the district."""
    office = office_of(house)
    found: dict[Vacancy, None] = {}
    with house.reading() as session:
        towns = [unit for unit in people.units(session) if unit.entry.kind.is_town and unit.entry.active]
        for chain in house.settings.approvals.versions:
            asked = staffing.wanted(chain, office)
            district = staffing.holders(session, [one for one in asked if one[1] is Level.DISTRICT], Place())
            local = [one for one in asked if one[1] is Level.TOWN]
            places = [(unit.name, staffing.holders(session, local, Place(UnitId(unit.id)))) for unit in towns]
            for step in chain.steps:
                for role in step.approver.roles if not step.approver.persons else ():
                    level = step.approver.level
                    everywhere = {Level.DISTRICT: [("全区", district)], Level.TOWN: places}.get(level, [])
                    for name, held in everywhere:
                        if (role, level) not in held:
                            found[Vacancy(chain.name, step.name, role, name)] = None
    return tuple(found)
