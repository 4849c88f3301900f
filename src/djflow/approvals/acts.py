"""What can be asked of a case, and the looks everybody takes first: the state, the task, the person. Pure."""

from dataclasses import dataclass

from djflow.accounts.model import ROLE_WORDS
from djflow.approvals.labels import CASE_LABELS, VERDICT_LABELS
from djflow.approvals.model import AddSigner, Answer, Case, Task, TaskId, TaskState, Transfer, Verdict
from djflow.approvals.states import Act, possible
from djflow.approvals.walking import Walk
from djflow.core.clock import civil_datetime
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId


@dataclass(frozen=True, slots=True)
class Decide:
    """An approver answers a task."""

    task_id: TaskId
    answer: Answer


@dataclass(frozen=True, slots=True)
class Complete:
    """The owner reports a step of its own as done, or as failed for good with REJECT."""

    step: str
    verdict: Verdict = Verdict.APPROVE


@dataclass(frozen=True, slots=True)
class Supplemented:
    """The applicant handed in the papers asked for."""

    content_hash: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """The content was changed."""

    content_hash: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Plain:
    """An act that says nothing but itself: WITHDRAW, PAUSE, RESUME, URGE, REASSIGN, TICK."""

    act: Act


Move = Decide | Complete | Supplemented | Replaced | Transfer | AddSigner | Plain


def require(case: Case, act: Act) -> None:
    """Refuse an act that the case's state does not allow.

    Raises: ConflictError naming the state.
    """
    if not possible(case.state, act):
        raise ConflictError(
            f"这件事现在是“{CASE_LABELS[case.state]}”，不能这样办：请刷新后再看。", code="approval.state"
        )


def open_task(walk: Walk, task_id: TaskId, act: Act) -> Task:
    """Return a task that waits to be decided.

    Raises: NotFoundError; ConflictError saying who settled it and when; RuleError when its turn has not come.
    """
    task = next((one for one in walk.case.tasks if one.id == task_id), None)
    if task is None:
        raise NotFoundError("没有这个审批任务：链接可能不完整，请打开最近一条消息里的链接。", code="approval.unknown")
    if not task.open:
        raise ConflictError(f"{told(walk.case, task)}您这次的操作没有生效。", code="approval.decided")
    require(walk.case, act)
    if task.state is TaskState.QUEUED:
        raise RuleError("还没有轮到您：前面的人办完后会通知您。", code="approval.not_yet")
    return task


def told(case: Case, task: Task) -> str:
    """Return who settled a task, when and how, by office and without names."""
    decided = [one for one in case.tasks if one.decision and (one.round, one.step) == (task.round, task.step)]
    one = task if task.decision else max(decided, key=lambda found: found.ended_at or found.assigned_at, default=None)
    if task.state is TaskState.HANDED_OVER and one is None:
        return "这件事已经转给别的同志办理。"
    if one is None or one.decision is None:
        return f"这件事已经不在这一步了（现在是“{CASE_LABELS[case.state]}”）。"
    local = civil_datetime(one.decision.at)
    who = ROLE_WORDS[one.role] if one.role else "审批人"
    verdict = VERDICT_LABELS[one.decision.verdict]
    return f"这件事已由{who}于{local.month}月{local.day}日{local:%H:%M}办理（{verdict}）。"


def acting_for(walk: Walk, task: Task, person: PersonId) -> PersonId | None:
    """Return for whom somebody acts on a task: None for themselves, the principal for a delegate of today.

    Raises: RuleError for anybody else.
    """
    if person == task.person:
        return None
    if task.person is not None and walk.world.staffing.delegates.get(task.person) == person:
        return task.person
    raise RuleError("这个任务不是交给您的：请由通知里写明的同志办理。", code="approval.not_yours")
