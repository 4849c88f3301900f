"""Who may see and do what with a case at the desk, as a table; which verdicts a task allows. Pure.

Whoever coordinates never decides: deciding belongs to whom a task waits for and to nobody else. The applicant, kin and
household see nothing here in any other capacity than that of somebody the chain itself asked.
"""

from collections.abc import Mapping
from types import MappingProxyType

from djflow.accounts.model import Role
from djflow.approvals import rules
from djflow.approvals.chains.model import Chain, ChainStep, Power, QuorumKind, StepKind
from djflow.approvals.model import Case, CaseState, Task, Verdict, World
from djflow.approvals.overview.model import Hat, Right, Viewer
from djflow.core.ids import PersonId

RIGHTS: Mapping[Hat, frozenset[Right]] = MappingProxyType(
    {
        Hat.ASKED: frozenset({Right.SEE, Right.READ_OPINIONS, Right.PRINT, Right.DECIDE}),
        Hat.APPROVER: frozenset({Right.SEE, Right.READ_OPINIONS, Right.PRINT}),
        Hat.COORDINATOR: frozenset({Right.SEE, Right.READ_OPINIONS, Right.PRINT, Right.URGE, Right.REASSIGN}),
        Hat.INSPECTOR: frozenset({Right.SEE, Right.READ_OPINIONS, Right.PRINT}),
        Hat.BRANCH: frozenset({Right.SEE, Right.URGE}),
        Hat.CONCERNED: frozenset({Right.SEE}),
    }
)
"""What each capacity may do; what is not listed is forbidden."""

_BY_ROLE = {Role.OFFICE_CLERK: Hat.COORDINATOR, Role.AUDITOR_READONLY: Hat.INSPECTOR}
_POWERS = {
    Power.RETURN_TO_PREVIOUS: Verdict.RETURN_TO_PREVIOUS,
    Power.RETURN_TO_APPLICANT: Verdict.RETURN_TO_APPLICANT,
    Power.SUPPLEMENT: Verdict.SUPPLEMENT,
}


def rights(hats: frozenset[Hat]) -> frozenset[Right]:
    """Return what capacities may do together."""
    return frozenset(right for hat in hats for right in RIGHTS[hat])


def hats(case: Case, viewer: Viewer, world: World) -> frozenset[Hat]:
    """Return in which capacities somebody stands before a case."""
    by_task = _by_task(case, viewer)
    person = viewer.person
    related = person is not None and (
        person == case.new.applicant or person in case.new.household or person in world.staffing.kin
    )
    if related:
        return by_task
    found = {hat for role, hat in _BY_ROLE.items() if role in viewer.roles}
    if case.new.place.branch is not None and case.new.place.branch in viewer.branches:
        found.add(Hat.BRANCH)
    if person is not None and person in _concerned(case, world):
        found.add(Hat.CONCERNED)
    return by_task | found


def _by_task(case: Case, viewer: Viewer) -> frozenset[Hat]:
    kind = case.new.kind
    mine = [task for task in case.tasks if task.person is not None and _for(task, viewer, kind)]
    found = {Hat.APPROVER} if mine or (viewer.person in case.deciders) else set[Hat]()
    if asked(case, viewer):
        found.add(Hat.ASKED)
    return frozenset(found)


def asked(case: Case, viewer: Viewer) -> tuple[Task, ...]:
    """Return the tasks that the viewer may decide now, for themselves or for whom they represent."""
    if case.state is not CaseState.RUNNING:
        return ()
    return tuple(task for task in case.waiting if task.person is not None and _for(task, viewer, case.new.kind))


def _for(task: Task, viewer: Viewer, kind: str) -> bool:
    return task.person == viewer.person or (task.open and viewer.represents(task.person, kind))


def _concerned(case: Case, world: World) -> frozenset[PersonId]:
    chain = world.chain
    met = {task.step for task in case.tasks}
    found: set[PersonId] = set()
    for step in chain.steps:
        if step.id not in met:
            continue
        if step.id != case.step:
            found.update(one for to in step.cc for one in rules.persons_of(to, world))
        if step.kind is not StepKind.APPROVE:
            found.update(rules.persons_of(step.approver, world))
    for task in case.tasks:
        to = chain.step(task.step).escalate_to
        if task.escalated_at is not None and to is not None:
            found.update(rules.persons_of(to, world))
    return frozenset(found)


def choices(case: Case, task: Task, step: ChainStep, chain: Chain) -> tuple[Verdict, ...]:
    """Return the verdicts that a task allows now, approval first; what was used up is left out."""
    allowed = [Verdict.APPROVE, Verdict.REJECT]
    if step.quorum.kind is QuorumKind.RATIO:
        allowed.append(Verdict.ABSTAIN)
    used_up = {
        Verdict.RETURN_TO_PREVIOUS: case.returns >= chain.max_returns,
        Verdict.RETURN_TO_APPLICANT: case.returns >= chain.max_returns,
        Verdict.SUPPLEMENT: case.supplements >= chain.max_supplements,
    }
    if not task.added:
        allowed += [verdict for power, verdict in _POWERS.items() if power in step.may and not used_up[verdict]]
    return tuple(allowed)
