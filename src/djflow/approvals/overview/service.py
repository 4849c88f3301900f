"""What the desk asks of cases: who looks, what waits for them, all open cases, one case with what they may do.

A case that somebody may not see is answered like one that does not exist.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import ROLE_WORDS, Account, Role
from djflow.approvals import rules as engine
from djflow.approvals import service
from djflow.approvals.chains import service as chains
from djflow.approvals.chains.model import Chain, ChainStep, StepKind
from djflow.approvals.chains.rules import path
from djflow.approvals.delegation import service as delegation
from djflow.approvals.labels import CASE_LABELS, QUORUM_LABELS, STEP_LABELS
from djflow.approvals.model import Case, CaseId, CaseState, Office, Task, World
from djflow.approvals.overview import rules, store
from djflow.approvals.overview.model import (
    Asked,
    Board,
    BoardLine,
    CaseView,
    OwnLine,
    OwnList,
    PathStep,
    Right,
    Viewer,
    Wish,
)
from djflow.approvals.states import Act, possible
from djflow.approvals.telling import names_of
from djflow.approvals.views import service as views
from djflow.approvals.views.model import Sheet
from djflow.core.clock import civil_date
from djflow.core.errors import NotFoundError
from djflow.core.ids import BranchId, PersonId
from djflow.people import service as people

PAGE = 50
MOST_COUNTED = 1000
"""Nobody reads a number beyond this one; counting further would cost more than the page."""
_SEES_ALL = frozenset({Role.OFFICE_CLERK, Role.AUDITOR_READONLY})
_WITH_APPLICANT = frozenset({CaseState.RETURNED, CaseState.SUPPLEMENT})
UNKNOWN = "没有这个审批事项，或您无权查看：请从“审批”列表进入。"


def viewer_of(session: Session, account: Account, *, now: datetime) -> Viewer:
    """Return an account as somebody who looks at cases."""
    principals: dict[PersonId, frozenset[str]] = {}
    if account.person is not None:
        for one in delegation.principals_of(session, account.person, civil_date(now)):
            principals[one.principal] = principals.get(one.principal, frozenset()) | {one.kind}
    return Viewer(account.person, account.roles, principals, _branches_of(session, account))


def _branches_of(session: Session, account: Account) -> frozenset[BranchId]:
    if account.person is None or Role.BRANCH_SECRETARY not in account.roles:
        return frozenset()
    card = people.people_by_ids(session, [account.person]).get(account.person)
    unit = accounts.unit_of(session, account)
    code = next((one.code for one in people.units(session) if one.id == unit), "")
    return frozenset(
        BranchId(one.id)
        for one in people.branches(session)
        # Where a secretary is registered nobody else is; elsewhere the account's own unit counts, as in the chain.
        if (card is not None and one.entry.secretary_code == card.code)
        or (not one.entry.secretary_code and one.entry.unit_code == code)
    )


def mine(session: Session, viewer: Viewer, *, now: datetime, kind: str = "", page: int = 1) -> OwnList:
    """Return a page (from 1) of what the viewer may decide now, as a delegate too, the first due first."""
    today = civil_date(now)
    found = store.own_tasks(session, viewer, kind=kind, limit=PAGE + 1, offset=(page - 1) * PAGE)
    names = names_of(session, viewer.principals)
    chain_of = _chains(session)
    lines = []
    for task, case in found[:PAGE]:
        chain = chain_of(case)
        lines.append(
            OwnLine(
                task_id=task.id,
                case_id=case.id,
                title=case.new.title,
                chain=chain.name or chain.kind,
                step=chain.step(task.step).name,
                amount_fen=case.new.amount_fen,
                due_on=task.due_on,
                late=task.due_on is not None and task.due_on < today,
                principal=names.get(task.person, "") if task.person and task.person != viewer.person else "",
                content_hash=case.new.content_hash,
            )
        )
    return OwnList(tuple(lines), len(found) > PAGE)


def board(session: Session, viewer: Viewer, wish: Wish, *, now: datetime) -> Board:
    """Return a page of open cases: all for whoever coordinates or inspects, else those of the own branches."""
    branches = None if viewer.roles & _SEES_ALL else viewer.branches
    today = civil_date(now)
    found = store.open_cases(session, wish, on=today, branches=branches, limit=PAGE + 1)
    shown = found[:PAGE]
    waiting = store.waiting_tasks(session, [case.id for case in shown])
    names = names_of(session, {task.person for tasks in waiting.values() for task in tasks if task.person})
    chain_of = _chains(session)
    idle = store.last_ended(session, [case.id for case in shown if case.id not in waiting])
    lines = tuple(
        _line(case, waiting.get(case.id, ()), chain_of(case), names, now=now, idle=idle.get(case.id)) for case in shown
    )
    counts = store.counts(session, on=today, branches=branches, most=MOST_COUNTED + 1)
    return Board(lines, counts, len(found) > PAGE)


def _chains(session: Session) -> Callable[[Case], Chain]:
    @cache
    def found(kind: str, version: int, digest: str) -> Chain:
        return chains.running_chain(session, kind, version, digest)

    return lambda case: found(case.new.kind, case.version, case.digest)


def _line(
    case: Case,
    waiting: tuple[Task, ...],
    chain: Chain,
    names: Mapping[PersonId, str],
    *,
    now: datetime,
    idle: datetime | None,
) -> BoardLine:
    step = chain.step(case.step) if case.step else None
    due_on = case.due_on or min((task.due_on for task in waiting if task.due_on), default=None)
    today = civil_date(now)
    return BoardLine(
        case_id=case.id,
        title=case.new.title,
        chain=chain.name or chain.kind,
        state=CASE_LABELS[case.state],
        step=step.name if step else "",
        holder=_holder(case, waiting, step, names),
        opened_at=case.opened_at,
        since=min((task.assigned_at for task in waiting), default=idle or case.opened_at),
        age_days=(civil_date(case.ended_at or now) - civil_date(case.opened_at)).days,
        due_on=due_on if not case.over else None,
        late=case.state is CaseState.RUNNING and due_on is not None and due_on < today,
        urges=case.urges,
        blocked=case.blocked,
    )


def _holder(case: Case, waiting: tuple[Task, ...], step: ChainStep | None, names: Mapping[PersonId, str]) -> str:
    if case.over or step is None:
        return ""
    if case.state is CaseState.BLOCKED:
        return "无人可批"
    if case.state in _WITH_APPLICANT:
        return "申请人"
    if step.kind is not StepKind.APPROVE:
        return "、".join(ROLE_WORDS[role] for role in step.approver.roles) or "经办部门"
    return "、".join(_who(task, names) for task in waiting)


def _who(task: Task, names: Mapping[PersonId, str]) -> str:
    name = names.get(task.person, "") if task.person else ""
    return f"{ROLE_WORDS[task.role]} {name}" if task.role else name


def rights(session: Session, case: Case, viewer: Viewer, *, office: Office, now: datetime) -> frozenset[Right]:
    """Return what somebody may do with a case.

    Raises: NotFoundError when they may not even see it.
    """
    world = service.world_of(session, case, office=office, now=now)
    return _rights(case, viewer, world)


def _rights(case: Case, viewer: Viewer, world: World) -> frozenset[Right]:
    found = rules.rights(rules.hats(case, viewer, world))
    if Right.SEE not in found:
        raise NotFoundError(UNKNOWN, code="approval.unknown")
    return found


def case_view(session: Session, case_id: CaseId, viewer: Viewer, *, office: Office, now: datetime) -> CaseView:
    """Return a case as somebody may see it.

    Raises: NotFoundError for a case that is not there or not theirs.
    """
    case = _case(session, case_id)
    world = service.world_of(session, case, office=office, now=now)
    may = _rights(case, viewer, world)
    chain, reads = world.chain, Right.READ_OPINIONS in may
    sheet = views.sheet(session, case.id)
    tasks = rules.asked(case, viewer)
    names = names_of(session, {task.person for task in case.tasks if task.person})
    idle = max((task.ended_at for task in case.tasks if task.ended_at), default=None)
    return CaseView(
        subject=case.new.subject,
        line=_line(case, case.waiting, chain, names, now=now, idle=idle),
        running=case.state is CaseState.RUNNING,
        movable=possible(case.state, Act.REASSIGN),
        rights=may,
        sheet=sheet if reads else _closed(sheet),
        path=_path(case, chain),
        asked=tuple(_asked(task, case, chain, viewer, names) for task in tasks),
        amount_fen=case.new.amount_fen if reads and case.new.amount_fen else None,
        returns=f"{case.returns}/{chain.max_returns}",
        supplements=f"{case.supplements}/{chain.max_supplements}",
        urges=f"{case.urges}/{chain.max_urges}",
        urged_at=case.urged_at,
        due_on=_due_on(case),
    )


def _case(session: Session, case_id: CaseId) -> Case:
    try:
        return service.case(session, case_id)
    except NotFoundError as error:
        # One sentence for both, so that nobody learns which cases exist.
        raise NotFoundError(UNKNOWN, code="approval.unknown") from error


def seen(session: Session, case_id: CaseId, viewer: Viewer, *, office: Office, now: datetime) -> Case:
    """Return a case that somebody may see.

    Raises: NotFoundError for a case that is not there or not theirs.
    """
    case = _case(session, case_id)
    rights(session, case, viewer, office=office, now=now)
    return case


def _due_on(case: Case) -> date | None:
    return case.due_on or min((task.due_on for task in case.waiting if task.due_on), default=None)


def _closed(sheet: Sheet) -> Sheet:
    rounds = (
        replace(one, amount_fen=0, lines=tuple(replace(line, opinion="", note="") for line in one.lines))
        for one in sheet.rounds
    )
    return replace(sheet, rounds=tuple(rounds), check_code="")


def _path(case: Case, chain: Chain) -> tuple[PathStep, ...]:
    steps = path(chain, case.new.amount_fen)
    order = [step.id for step in steps]
    present = order.index(case.step) if case.step in order else -1
    if case.over:
        met = {task.step for task in case.tasks if task.round == case.round and engine.counts(task)}
        places = ["done" if step.id in met else "ahead" for step in steps]
    else:
        places = ["done" if n < present else "now" if n == present else "ahead" for n in range(len(steps))]
    return tuple(
        PathStep(
            step.name,
            STEP_LABELS[step.kind],
            QUORUM_LABELS[step.quorum.kind] if step.kind is StepKind.APPROVE else "",
            place,
        )
        for step, place in zip(steps, places, strict=True)
    )


def _asked(task: Task, case: Case, chain: Chain, viewer: Viewer, names: Mapping[PersonId, str]) -> Asked:
    step = chain.step(task.step)
    principal = names.get(task.person, "") if task.person and task.person != viewer.person else ""
    return Asked(task, step.name, principal, rules.choices(case, task, step, chain), case.new.content_hash)
