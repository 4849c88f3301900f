"""An approver's decision, and an owner's report that a step is done: who may, with which content, how often. Pure."""

from dataclasses import replace

from djflow.approvals import rules
from djflow.approvals.acts import Complete, Decide, acting_for, open_task, require
from djflow.approvals.chains.model import Conflict, Power, QuorumKind, StepKind
from djflow.approvals.chains.rules import path, previous_approval
from djflow.approvals.labels import CONFLICT_LABELS, VERDICT_LABELS
from djflow.approvals.model import Answer, CaseState, Decision, Outcome, Task, TaskState, Verdict
from djflow.approvals.states import Act
from djflow.approvals.walking import Walk
from djflow.core.errors import ConflictError, RuleError
from djflow.core.ids import PersonId

MAX_OPINION = 500
_POWERS = {
    Verdict.RETURN_TO_APPLICANT: Power.RETURN_TO_APPLICANT,
    Verdict.RETURN_TO_PREVIOUS: Power.RETURN_TO_PREVIOUS,
    Verdict.SUPPLEMENT: Power.SUPPLEMENT,
}


def decide(walk: Walk, move: Decide) -> Outcome:
    """Take a decision."""
    task, answer = open_task(walk, move.task_id, Act.DECIDE), move.answer
    step = walk.step
    if task.person is None:
        raise RuleError(f"“{step.name}”由经办部门办理，不在这里审批。", code="approval.owner_step")
    if answer.content_hash != walk.case.new.content_hash:
        raise ConflictError("申请内容已有改动：请重新打开，看过最新内容后再办。", code="approval.content")
    principal = acting_for(walk, task, answer.person)
    require_free(walk, task, answer.person)
    _require_possible(walk, task, answer)
    said = Decision(answer.person, answer.verdict, walk.now, answer.content_hash, principal, opinion=answer.opinion)
    walk.put(replace(task, state=TaskState.DECIDED, decision=said, next_at=None, ended_at=walk.now))
    walk.decided = task.id
    _follow(walk, answer.verdict)
    return walk.outcome()


def require_free(walk: Walk, task: Task, person: PersonId) -> None:
    """Refuse a person whose role has ended, or who must not decide the case.

    Raises: RuleError.
    """
    step = walk.step
    if not rules.is_eligible(task, step, walk.world):
        raise RuleError(
            f"“{step.name}”的审批职务已有变动，这次不能办：请联系组织部重新派办。", code="approval.role_ended"
        )
    for one in (person, task.person):
        conflict = rules.conflict_of(one, step, walk.case, walk.world) if one else None
        repeats = walk.world.chain.dedupe and conflict is Conflict.EARLIER_STEP
        if conflict is not None and not repeats:
            raise RuleError(
                f"按回避规定（{CONFLICT_LABELS[conflict]}），这件事您不能办：请联系组织部改派。",
                code="approval.conflict",
            )


def _require_possible(walk: Walk, task: Task, answer: Answer) -> None:
    step, case, chain, verdict = walk.step, walk.case, walk.world.chain, answer.verdict
    power = _POWERS.get(verdict)
    if power and (power not in step.may or task.added):
        raise RuleError(f"这一步不能“{VERDICT_LABELS[verdict]}”。", code="approval.no_power")
    if verdict is Verdict.ABSTAIN and step.quorum.kind is not QuorumKind.RATIO:
        raise RuleError("只有票决才能弃权：请选同意或不同意。", code="approval.no_power")
    if verdict not in {Verdict.APPROVE, Verdict.ABSTAIN} and not answer.opinion.strip():
        raise RuleError(f"“{VERDICT_LABELS[verdict]}”要写明理由。", code="approval.no_opinion")
    if len(answer.opinion) > MAX_OPINION:
        raise RuleError(f"意见不能超过 {MAX_OPINION} 个字。", code="approval.opinion_long")
    if power in {Power.RETURN_TO_APPLICANT, Power.RETURN_TO_PREVIOUS} and case.returns >= chain.max_returns:
        raise RuleError(f"已经退回过 {case.returns} 次，不能再退：请直接同意或不同意。", code="approval.returns")
    if power is Power.SUPPLEMENT and case.supplements >= chain.max_supplements:
        raise RuleError(
            f"已经要求补正 {case.supplements} 次，不能再要求：请直接同意或不同意。", code="approval.supplements"
        )


def _follow(walk: Walk, verdict: Verdict) -> None:
    case = walk.case
    match verdict:
        case Verdict.RETURN_TO_APPLICANT:
            walk.end_tasks()
            walk.case = replace(walk.case, state=CaseState.RETURNED, returns=case.returns + 1)
            walk.wait_for_applicant()
        case Verdict.RETURN_TO_PREVIOUS:
            previous = previous_approval(walk.world.chain, case.new.amount_fen, case.step)
            if previous is None:
                raise RuleError("前面没有审批步骤：请退回申请人。", code="approval.no_previous")
            walk.case = replace(case, returns=case.returns + 1)
            walk.open_round(previous, content_hash=case.new.content_hash, amount_fen=case.new.amount_fen)
        case Verdict.SUPPLEMENT:
            walk.case = replace(case, supplements=case.supplements + 1)
            walk.stop_clock(CaseState.SUPPLEMENT)
            walk.wait_for_applicant()
        case _:
            walk.settle()


def complete(walk: Walk, move: Complete) -> Outcome:
    """Take a report that a step is done; done before is nothing happened."""
    case = walk.case
    known = {step.id: step for step in path(walk.world.chain, case.new.amount_fen)}
    step = known.get(move.step)
    if step is None or step.kind is StepKind.APPROVE:
        raise RuleError("这一步不是由经办部门办理的步骤。", code="approval.not_owner_step")
    if case.step != step.id:
        if any(task.decision and task.round == case.round for task in case.tasks if task.step == step.id):
            return walk.outcome(changed=False)
        raise ConflictError(f"这件事还没有到“{step.name}”这一步，或已经过了：请刷新后再看。", code="approval.state")
    require(case, Act.COMPLETE)
    if case.state is CaseState.PAUSED and move.verdict is not Verdict.REJECT:
        raise ConflictError("这件事正在暂停：请先恢复，再办结这一步。", code="approval.state")
    task = next(task for task in rules.of_step(case, step.id) if task.open)
    said = Decision(None, move.verdict, walk.now, case.new.content_hash)
    walk.put(replace(task, state=TaskState.DECIDED, decision=said, next_at=None, ended_at=walk.now))
    walk.decided = task.id
    walk.settle()
    return walk.outcome()
