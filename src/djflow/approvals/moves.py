"""Every act on a case as a rule: the case as it is, the act, the world and the time in; the outcome out. Pure.

What is possible in which state stands in `states`; who may do it, with which content and how often, stands in
`deciding` and `handing`. Timeouts remind and escalate; they never approve.
"""

from dataclasses import replace
from datetime import datetime

from djflow.approvals import deciding, handing, rules
from djflow.approvals.acts import Complete, Decide, Move, Plain, Replaced, Supplemented, require
from djflow.approvals.chains.model import StepKind
from djflow.approvals.chains.rules import path
from djflow.approvals.model import AddSigner, Case, CaseState, Outcome, Task, TaskState, Transfer, Verdict, World
from djflow.approvals.states import Act
from djflow.approvals.walking import Walk
from djflow.core.clock import civil_date
from djflow.core.errors import RuleError


def begin(case: Case, world: World, now: datetime) -> Outcome:
    """Return what happens when a case without rounds is opened."""
    walk = Walk(case, world, now)
    first = path(world.chain, case.new.amount_fen)[0]
    walk.open_round(first, content_hash=case.new.content_hash, amount_fen=case.new.amount_fen)
    return walk.outcome()


def apply(case: Case, move: Move, world: World, now: datetime) -> Outcome:
    """Return what an act does to a case.

    Raises: ConflictError when the case or task is elsewhere by now; RuleError when a rule forbids it; NotFoundError.
    """
    walk = Walk(case, world, now)
    match move:
        case Decide():
            return deciding.decide(walk, move)
        case Complete():
            return deciding.complete(walk, move)
        case Transfer():
            return handing.transfer(walk, move)
        case AddSigner():
            return handing.add_signer(walk, move)
        case _:
            return _own(walk, move)


def _own(walk: Walk, move: Supplemented | Replaced | Plain) -> Outcome:
    match move:
        case Supplemented():
            return _supplement(walk, move)
        case Replaced():
            return _replace(walk, move)
        case Plain():
            return _plain(walk, move.act)


def _supplement(walk: Walk, move: Supplemented) -> Outcome:
    require(walk.case, Act.SUPPLEMENT)
    step = walk.step
    walk.case = replace(walk.case, new=replace(walk.case.new, content_hash=move.content_hash))
    for task in rules.of_step(walk.case, step.id):
        if _asked_for_papers(walk.case, task):
            again = walk.new_task(None, step, task.position, task.source if task.added else task.id)
            walk.put(
                replace(
                    again,
                    person=task.person,
                    role=task.role,
                    origin=task.origin,
                    clock_from=task.clock_from,
                    elapsed=task.elapsed,
                    due_on=task.due_on,
                    reminded=task.reminded,
                    escalated_at=task.escalated_at,
                )
            )
    walk.start_clock()
    _replace_barred(walk)
    walk.settle()
    return walk.outcome()


def _asked_for_papers(case: Case, task: Task) -> bool:
    asked = task.decision is not None and task.decision.verdict is Verdict.SUPPLEMENT
    return asked and not any(one.source == task.id for one in case.tasks)


def _replace(walk: Walk, move: Replaced) -> Outcome:
    case = walk.case
    same = case.new.content_hash == move.content_hash and case.new.amount_fen == move.amount_fen
    if same and case.state is CaseState.RUNNING:
        return walk.outcome(changed=False)
    require(case, Act.REPLACE)
    _require_unpaid(walk)
    first = path(walk.world.chain, move.amount_fen)[0]
    walk.open_round(first, content_hash=move.content_hash, amount_fen=move.amount_fen)
    return walk.outcome()


def _require_unpaid(walk: Walk) -> None:
    paying = {step.id for step in walk.world.chain.steps if step.kind is StepKind.PAY}
    if any(task.step in paying and task.decision for task in walk.case.tasks):
        raise RuleError("款项已经拨付，不能再撤回或改动：请走追回手续。", code="approval.paid")


def _plain(walk: Walk, act: Act) -> Outcome:
    require(walk.case, act)
    match act:
        case Act.WITHDRAW:
            _require_unpaid(walk)
            walk.end(CaseState.WITHDRAWN)
        case Act.PAUSE:
            walk.stop_clock(CaseState.PAUSED)
        case Act.RESUME:
            walk.start_clock()
            _replace_barred(walk)
        case Act.URGE:
            _urge(walk)
        case Act.REASSIGN:
            return walk.outcome(changed=_reassign(walk))
        case _:
            _tick(walk)
    return walk.outcome(changed=walk.case != walk.before)


def _urge(walk: Walk) -> None:
    case, limit = walk.case, walk.world.chain.max_urges
    if case.urges >= limit:
        raise RuleError(f"这一步已经催办 {case.urges} 次，不能再催：超时会自动上报。", code="approval.urges")
    if case.urged_at is not None and civil_date(case.urged_at) == civil_date(walk.now):
        raise RuleError("今天已经催办过：请明天再催。", code="approval.urged_today")
    walk.case = replace(case, urges=case.urges + 1, urged_at=walk.now)
    walk.reminded = case.waiting


def _replace_barred(walk: Walk) -> None:
    # Somebody may have been barred while the case stood still, when nobody else could be asked.
    if any(task.person in walk.case.new.barred for task in walk.case.waiting):
        _reassign(walk)


def _reassign(walk: Walk) -> bool:
    step = walk.step
    if step.kind is not StepKind.APPROVE:
        return False
    if walk.case.state is CaseState.BLOCKED:
        walk.enter(step)
        return not walk.case.blocked
    found = rules.seating(step, walk.case, walk.world)
    if found.blocked:
        walk.block(found.blocked)
        return True
    seated = {seat.person for seat in found.seats}
    for task in rules.of_step(walk.case, step.id):
        gone = task.person in walk.case.new.barred or not rules.is_eligible(task, step, walk.world)
        if task.open and task.person not in seated and gone:
            walk.put(replace(task, state=TaskState.ENDED, next_at=None, ended_at=walk.now))
    asked = {task.person for task in rules.of_step(walk.case, step.id) if task.state is not TaskState.ENDED}
    positions = [task.position for task in rules.of_step(walk.case, step.id)]
    fresh = [seat for seat in found.seats if seat.person not in asked]
    for position, seat in enumerate(fresh, start=max(positions, default=-1) + 1):
        walk.put(walk.new_task(seat, step, position))
    walk.settle()
    return walk.case != walk.before


def _tick(walk: Walk) -> None:
    case, now = walk.case, walk.now
    if case.state is CaseState.RUNNING:
        _tick_tasks(walk)
    elif case.next_at is None or now < case.next_at:
        return
    elif case.state is CaseState.SUPPLEMENT:
        walk.end(CaseState.EXPIRED)
    elif case.state is CaseState.RETURNED:
        walk.overdue = True
        walk.case = replace(case, next_at=None)
    else:
        _reassign(walk)


def _tick_tasks(walk: Walk) -> None:
    step, calendar, now = walk.step, walk.world.office.calendar, walk.now
    reminded: list[Task] = []
    escalated: list[Task] = []
    for task in walk.case.waiting:
        looked, look = task, task.next_at
        while look is not None and look <= now:
            late = looked.due_on is not None and rules.end_of(looked.due_on) <= now
            if late and looked.escalated_at is None:
                looked = replace(looked, escalated_at=now, reminded=len(step.remind_at))
            else:
                looked = replace(looked, reminded=looked.reminded + 1)
            look = rules.next_look(looked, step, calendar)
        if looked is task:
            continue
        looked = replace(looked, next_at=look)
        walk.put(looked)
        (escalated if looked.escalated_at != task.escalated_at else reminded).append(looked)
    walk.reminded, walk.escalated = tuple(reminded), tuple(escalated)
