"""Which steps a case meets, and what makes a chain unsound. Pure.

What is refused: no publicity before a payment, one person able to decide the whole chain, a step without approver, an
escalation to nobody, a vote nobody can win, ids used twice. Source: handbook on the warmth fund, section 4.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from djflow.approvals.chains.model import Chain, ChainStep, Conflict, Instead, QuorumKind, StepKind

MAX_STEPS = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a chain: position of the step from 0 (None: the chain), the key, what, and the remedy."""

    step: int | None
    key: str
    what: str
    fix: str


def path(chain: Chain, amount_fen: int) -> tuple[ChainStep, ...]:
    """Return the steps a case of this amount meets, in order; `from_fen` is included."""
    return tuple(step for step in chain.steps if step.from_fen <= amount_fen)


def following(chain: Chain, amount_fen: int, step_id: str) -> ChainStep | None:
    """Return the step after one, None after the last."""
    steps = path(chain, amount_fen)
    place = [step.id for step in steps].index(step_id)
    return steps[place + 1] if place + 1 < len(steps) else None


def previous_approval(chain: Chain, amount_fen: int, step_id: str) -> ChainStep | None:
    """Return the approving step before one, None when it is the first."""
    steps = path(chain, amount_fen)
    place = [step.id for step in steps].index(step_id)
    return next((step for step in reversed(steps[:place]) if step.kind is StepKind.APPROVE), None)


def is_last_approval(chain: Chain, amount_fen: int, step_id: str) -> bool:
    """Return whether a step approves and no later step of this amount does."""
    approving = [step.id for step in path(chain, amount_fen) if step.kind is StepKind.APPROVE]
    return bool(approving) and approving[-1] == step_id


def bands(chain: Chain) -> tuple[int, ...]:
    """Return the amounts in fen at which the steps change, the lowest first."""
    return tuple(sorted({0, *(step.from_fen for step in chain.steps)}))


def faults(chain: Chain) -> Iterator[Fault]:
    """Yield everything that is unsound about a chain."""
    if len(chain.steps) > MAX_STEPS:
        yield Fault(None, "steps", f"步骤多于 {MAX_STEPS} 个。", "请合并一些步骤。")
    counted = Counter(step.id for step in chain.steps)
    for place, step in enumerate(chain.steps):
        if counted[step.id] > 1:
            yield Fault(place, "id", f"步骤编号“{step.id}”用了两次。", "请给其中一个换个编号。")
        yield from _step_faults(place, step)
    for fen in bands(chain):
        yield from _path_faults(chain, fen)
    if chain.dedupe and any(step.kind is StepKind.PAY for step in chain.steps):
        yield Fault(None, "dedupe", "涉及资金的流程不能自动去重。", "请写 dedupe = false。")


def _step_faults(place: int, step: ChainStep) -> Iterator[Fault]:
    name = f"步骤“{step.name}”"
    if step.kind is StepKind.APPROVE and step.approver.nobody:
        yield Fault(place, "approver", f"{name}没有写由谁审批。", "请写 role（角色）或 persons（工号）。")
    if step.escalate_to is not None and step.escalate_to.nobody:
        yield Fault(place, "escalate_to", f"{name}超时后没有写报给谁。", "请写角色或工号。")
    if step.deadline_workdays and step.escalate_to is None:
        yield Fault(
            place, "deadline_workdays", f"{name}有期限，但没有写超时后报给谁。", "请补上 escalate_to，或删去期限。"
        )
    if step.remind_at and not step.deadline_workdays:
        yield Fault(place, "remind_at", f"{name}有催办日，但没有期限。", "请补上 deadline_workdays。")
    elif step.remind_at and (list(step.remind_at) != sorted(set(step.remind_at)) or step.remind_at[0] < 1):
        yield Fault(place, "remind_at", f"{name}的催办日要从小到大，从 1 起。", "如 remind_at = [2, 4]。")
    elif step.remind_at and step.remind_at[-1] > step.deadline_workdays:
        yield Fault(place, "remind_at", f"{name}的催办日晚于期限。", f"请写不大于 {step.deadline_workdays} 的数。")
    yield from _quorum_faults(place, step)
    for recusal in step.recusals:
        if recusal.instead is Instead.NAMED and not recusal.persons:
            yield Fault(place, "conflicts", f"{name}的回避规则没有写由谁代审。", "请写 persons（工号）。")
    repeated = [conflict for conflict, times in Counter(one.conflict for one in step.recusals).items() if times > 1]
    if repeated:
        yield Fault(place, "conflicts", f"{name}的回避规则“{repeated[0].value}”写了两次。", "请只留一条。")


def _quorum_faults(place: int, step: ChainStep) -> Iterator[Fault]:
    quorum = step.quorum
    if quorum.kind is not QuorumKind.RATIO:
        return
    if quorum.need < 1 or (quorum.of and quorum.need > quorum.of):
        yield Fault(place, "need", f"步骤“{step.name}”的票数要求不对。", '应如 need = 3 或 need = "2/3"。')
    named = len(step.approver.persons)
    if not step.approver.roles and named and named < max(quorum.needed(named), quorum.min_present):
        yield Fault(
            place, "need", f"步骤“{step.name}”只有 {named} 人，达不到要求的票数或人数。", "请减小要求或增加人员。"
        )


def _path_faults(chain: Chain, fen: int) -> Iterator[Fault]:
    steps = path(chain, fen)
    yuan = f"{fen // 100}.{fen % 100:02d}"
    approving = [step for step in steps if step.kind is StepKind.APPROVE]
    if not approving:
        yield Fault(None, "steps", f"{yuan} 元起的事项没有任何审批步骤。", '请至少写一个 kind = "approve" 的步骤。')
        return
    if _one_person_suffices(approving):
        yield Fault(
            None,
            "steps",
            f"{yuan} 元起的事项可能由一个人从头批到尾。",
            "请在后面的步骤写上回避规则 earlier_step，或改为两人以上票决。",
        )
    publicised = False
    approved = False
    for step in steps:
        publicised = publicised or step.kind is StepKind.PUBLICITY
        approved = approved or step.kind is StepKind.APPROVE
        place = chain.steps.index(step)
        if step.kind is StepKind.PAY and not publicised:
            yield Fault(
                place, "kind", f"{yuan} 元起的事项没有公示就拨付。", '请在拨付前加一个 kind = "publicity" 的步骤。'
            )
        if step.kind is StepKind.PAY and not approved:
            yield Fault(place, "kind", f"{yuan} 元起的事项没有审批就拨付。", "请把拨付移到审批之后。")


def _one_person_suffices(approving: list[ChainStep]) -> bool:
    return not any(_needs_another(step, first=place == 0) for place, step in enumerate(approving))


def _needs_another(step: ChainStep, *, first: bool) -> bool:
    quorum = step.quorum
    if not first and step.recusal(Conflict.EARLIER_STEP):
        return True
    if quorum.kind is QuorumKind.RATIO:
        # A share of members that are not known here may be one vote; a number of those present may not.
        return (not quorum.of and quorum.need > 1) or quorum.min_present > 1
    return quorum.kind in {QuorumKind.ALL, QuorumKind.SEQUENTIAL} and len(set(step.approver.persons)) > 1
