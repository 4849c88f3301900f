"""A small office for approval tests: a district, one township with a branch, people with roles, and chains."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals.chains import service as chains
from djflow.approvals.chains.model import (
    Approver,
    Chain,
    ChainStep,
    Conflict,
    Instead,
    Level,
    Power,
    Quorum,
    QuorumKind,
    Recusal,
    StepKind,
)
from djflow.approvals.model import (
    Answer,
    Case,
    CaseId,
    CaseState,
    NewCase,
    Office,
    Place,
    Staffing,
    Task,
    Verdict,
    World,
)
from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import BranchId, PersonId, UnitId
from djflow.core.subject import Subject
from djflow.people import service as people
from djflow.people.model import BranchEntry, Gender, PersonEntry, UnitEntry, UnitKind

KIND = "test.grant"
ALL_POWERS = frozenset(Power)
RECUSALS = (
    Recusal(Conflict.SELF, Instead.DEPUTY),
    Recusal(Conflict.RELATIVE, Instead.SUPERIOR),
    Recusal(Conflict.SAME_HOUSEHOLD, Instead.DEPUTY),
    Recusal(Conflict.EARLIER_STEP, Instead.DEPUTY),
)
SECRETARY = Approver((Role.BRANCH_SECRETARY,), Level.BRANCH)
TOWN = Approver((Role.TOWN_ORG_COMMISSIONER,), Level.TOWN)
CLERKS = Approver((Role.OFFICE_CLERK,))
DEPUTIES = Approver((Role.DEPT_DEPUTY,))
MINISTER = Approver((Role.DEPT_MINISTER,))
OFFICE = Office(
    WorkCalendar(),
    deputies={Role.BRANCH_SECRETARY: Role.TOWN_CLERK, Role.DEPT_MINISTER: Role.DEPT_DEPUTY},
    superiors={Role.BRANCH_SECRETARY: Role.TOWN_ORG_COMMISSIONER, Role.DEPT_DEPUTY: Role.DEPT_MINISTER},
)


def step(name: str, approver: Approver, kind: QuorumKind = QuorumKind.ANY, **more: object) -> ChainStep:
    """Return an approving step that may do everything, is due in 5 workdays and reminds on the 2nd and 4th."""
    base = ChainStep(
        id=name,
        name=f"{name}步",
        approver=approver,
        quorum=Quorum(kind),
        recusals=RECUSALS,
        deadline_workdays=5,
        remind_at=(2, 4),
        escalate_to=MINISTER,
        may=ALL_POWERS,
    )
    return replace(base, **more)  # type: ignore[arg-type] # fields of a step


def chain(*steps: ChainStep, version: int = 1, **more: object) -> Chain:
    """Return a chain of the test kind."""
    base = Chain(KIND, version, date(2026, 1, 1), steps)
    return replace(base, **more)  # type: ignore[arg-type] # fields of a chain


def grant_chain() -> Chain:
    """Return branch, town, publicity, deputies, minister from 2,000.01 yuan, payment, follow-up."""
    return chain(
        step("branch", SECRETARY, recusals=RECUSALS[:3]),
        step("town", TOWN),
        ChainStep("publicity", "公示", StepKind.PUBLICITY),
        step("deputy", DEPUTIES, cc=(CLERKS,)),
        step("minister", MINISTER, from_fen=200_001, escalate_to=DEPUTIES),
        ChainStep("pay", "拨付", StepKind.PAY, approver=Approver((Role.CASHIER,))),
        ChainStep("visit", "回访", StepKind.FOLLOW_UP, approver=SECRETARY),
    )


def person(name: str) -> PersonId:
    """Return the id of an invented person of pure rule tests."""
    return PersonId(name)


def world(chained: Chain, **holders: tuple[str, ...]) -> World:
    """Return a world in which roles are held by invented persons: `office_clerk=("a", "b")`."""
    from djflow.approvals.chains.model import level_of

    held = {(Role(role), level_of(Role(role))): tuple(map(person, names)) for role, names in holders.items()}
    return World(chained, Staffing(held), OFFICE)


def fresh(amount_fen: int = 100_000, **more: object) -> Case:
    """Return a case that was not begun."""
    new = NewCase(Subject("test.grant", "1"), KIND, "测试申请", "h1", amount_fen, PersonId("applicant"))
    new = replace(new, **more)  # type: ignore[arg-type] # fields of a new case
    return Case(CaseId("c1"), new, 1, "", CaseState.RUNNING, 0, "", datetime.fromisoformat("2026-11-18T09:00+08:00"))


def yes(who: str, content: str = "h1") -> Answer:
    """Return an approval."""
    return Answer(PersonId(who), Verdict.APPROVE, content)


def says(who: str, verdict: Verdict, content: str = "h1") -> Answer:
    """Return an answer with an opinion."""
    return Answer(PersonId(who), verdict, content, "意见")


def task_of(case: Case, who: str) -> Task:
    """Return the last task of a person."""
    return [task for task in case.tasks if task.person == who][-1]


@dataclass(frozen=True)
class Town:
    """The people of the small office by code, and where cases are filed."""

    ids: dict[str, PersonId]
    place: Place

    def __getitem__(self, code: str) -> PersonId:
        return self.ids[code]


PEOPLE = {
    "S1": ("V1", Role.BRANCH_SECRETARY),
    "T1": ("TOWN", Role.TOWN_ORG_COMMISSIONER),
    "T2": ("TOWN", Role.TOWN_CLERK),
    "X1": ("OTHER", Role.TOWN_ORG_COMMISSIONER),
    "D1": ("DEPT", Role.DEPT_DEPUTY),
    "D2": ("DEPT", Role.DEPT_DEPUTY),
    "M1": ("DEPT", Role.DEPT_MINISTER),
    "K1": ("DEPT", Role.OFFICE_CLERK),
    "C1": ("DEPT", Role.CASHIER),
    "P1": ("V1", None),
}


def settle_office(session: Session, now: datetime, *published: Chain) -> Town:
    """Put the small office into the house, its chains in force."""
    units = (
        UnitEntry("DEPT", "组织部", UnitKind.DISTRICT_UNIT, 1),
        UnitEntry("TOWN", "大仓镇", UnitKind.TOWNSHIP, 2),
        UnitEntry("OTHER", "马鞍山乡", UnitKind.TOWNSHIP, 3),
        UnitEntry("V1", "新村", UnitKind.VILLAGE, 4, parent_code="TOWN"),
    )
    people.put_units(session, units, by="test", now=now)
    entries = [PersonEntry(code, f"甲{code}", Gender.FEMALE, unit) for code, (unit, _) in PEOPLE.items()]
    people.put_people(session, entries, by="test", now=now)
    people.put_branches(session, [BranchEntry("B1", "新村党支部", "V1", "S1")], by="test", now=now)
    ids = dict(people.person_ids(session, list(PEOPLE)))
    for code, (_, role) in PEOPLE.items():
        if role is not None:
            new = NewAccount(f"u-{code.lower()}", frozenset({role}), code)
            accounts.create(session, new, "hash", by="test", now=now)
    chains.publish(session, published or (grant_chain(),), by="test", now=now)
    branch = people.branches(session)[0].id
    town = people.unit_by_code(session, "TOWN").id
    return Town(ids, Place(UnitId(town), BranchId(branch)))


def grant(town: Town, number: str = "1", **more: object) -> NewCase:
    """Return a new case filed at the branch for the person P1."""
    new = NewCase(Subject("test.grant", number), KIND, f"测试申请 WF-{number}", "h1", 100_000, town["P1"], town.place)
    return replace(new, **more)  # type: ignore[arg-type] # fields of a new case
