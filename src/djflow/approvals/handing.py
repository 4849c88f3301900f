"""Handing a task over and asking others to sign too: to whom, how many. Pure."""

from dataclasses import replace

from djflow.approvals import rules
from djflow.approvals.acts import acting_for, open_task
from djflow.approvals.chains.model import ChainStep, Power
from djflow.approvals.labels import CONFLICT_LABELS
from djflow.approvals.model import AddSigner, Case, Origin, Outcome, Task, TaskId, TaskState, Transfer, World
from djflow.approvals.rules import Seat
from djflow.approvals.states import Act
from djflow.approvals.walking import Walk
from djflow.core.errors import RuleError
from djflow.core.ids import PersonId


def _movable(walk: Walk, task_id: TaskId, act: Act) -> Task:
    task = open_task(walk, task_id, act)
    if task.person is None:
        raise RuleError(f"“{walk.step.name}”由经办部门办理，不能转办或加签。", code="approval.owner_step")
    return task


def transfer(walk: Walk, move: Transfer) -> Outcome:
    """Hand a task over to somebody who may decide the step."""
    task, step = _movable(walk, move.task_id, Act.TRANSFER), walk.step
    superiors = rules.persons_of(step.escalate_to, walk.world) if step.escalate_to else ()
    if not (task.escalated_at and move.person in superiors):
        acting_for(walk, task, move.person)
        if Power.TRANSFER not in step.may:
            raise RuleError("这一步不能转办。", code="approval.no_power")
    if move.to not in rules.eligible(step, walk.world):
        raise RuleError(
            f"只能转给有权办理“{step.name}”的同志：请另选一位，或请组织部指定。", code="approval.not_eligible"
        )
    _require_new_face(walk, step, move.to)
    origin = task.origin if task.added else Origin.TRANSFER
    handed = walk.new_task(Seat(move.to, task.role, origin), step, task.position, _source_of(task))
    walk.put(replace(task, state=TaskState.HANDED_OVER, next_at=None, ended_at=walk.now))
    walk.put(
        replace(
            handed,
            clock_from=task.clock_from,
            elapsed=task.elapsed,
            due_on=task.due_on,
            reminded=task.reminded,
            escalated_at=task.escalated_at,
            note=move.reason,
        )
    )
    walk.settle()
    return walk.outcome()


def _source_of(task: Task) -> TaskId | None:
    # Whoever asked for an added signature goes on waiting for it, whoever gives it.
    return task.source if task.added else task.id


def objection(person: PersonId, step: ChainStep, case: Case, world: World) -> RuleError | None:
    """Return why somebody cannot be asked at a step besides those who are, None when they can."""
    if any(task.person == person and rules.counts(task) for task in rules.of_step(case, step.id)):
        return RuleError("这位同志已经在办这一步了：请另选一位。", code="approval.already_asked")
    conflict = rules.conflict_of(person, step, case, world)
    if conflict is None:
        return None
    return RuleError(
        f"按回避规定（{CONFLICT_LABELS[conflict]}），这位同志不能办这件事：请另选一位。", code="approval.conflict"
    )


def _require_new_face(walk: Walk, step: ChainStep, person: PersonId) -> None:
    found = objection(person, step, walk.case, walk.world)
    if found is not None:
        raise found


def add_signer(walk: Walk, move: AddSigner) -> Outcome:
    """Ask somebody to sign before oneself, or after the step's own approvers."""
    task, step = _movable(walk, move.task_id, Act.ADD_SIGNER), walk.step
    acting_for(walk, task, move.person)
    power = Power.ADD_AFTER if move.after else Power.ADD_BEFORE
    if power not in step.may:
        raise RuleError("这一步不能加签。", code="approval.no_power")
    signers = [one for one in rules.of_step(walk.case, step.id) if one.added and rules.counts(one)]
    if len(signers) >= rules.MAX_ADDED:
        raise RuleError(f"这一步已经加签 {len(signers)} 人，不能再加。", code="approval.added")
    _require_new_face(walk, step, move.to)
    origin = Origin.ADDED_AFTER if move.after else Origin.ADDED_BEFORE
    added = walk.new_task(Seat(move.to, None, origin), step, task.position, task.id)
    walk.put(replace(added, note=move.reason))
    walk.settle()
    return walk.outcome()
