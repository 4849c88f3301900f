"""What is due in a case, as a table of rules: the first that fits is done, then all are looked at again. Pure.

Every act of a person changes one thing; what follows from it is found here and done in the same transaction. The same
table heals a case that was left behind: a case in which nothing is due is where it should be.
Source: handbook of the fund, sections 3 and 5.
"""

from collections.abc import Callable, Sequence

from djflow.approvals.chains.model import Chain, ChainStep, Level, StepKind
from djflow.approvals.chains.rules import path
from djflow.approvals.model import Case as Approval
from djflow.approvals.model import CaseState as ApprovalState
from djflow.fund.cases.model import CaseState as S
from djflow.fund.running.model import Due, Stage, Standing

_REFUSED = frozenset({S.REJECTED, S.WITHDRAWN, S.EXPIRED})
_OVER = _REFUSED | {S.CLAWED_BACK}
_CHECKED_OR_LATER = frozenset({S.CHECKING, S.RUNNING})
_PUBLIC = frozenset({S.READY_TO_PAY, S.SENT, S.PAYMENT_FAILED, S.PAID, S.FOLLOW_UP, S.CLOSED})
_PAID = frozenset({S.PAID, S.FOLLOW_UP, S.CLOSED})
_AT_REST = frozenset({Stage.NONE, Stage.ENDED, Stage.APPROVED, Stage.REFUSED})
_STOPPED = frozenset({Stage.PAUSED, Stage.RETURNED, Stage.SUPPLEMENT})
_STAGES = {
    ApprovalState.PAUSED: Stage.PAUSED,
    ApprovalState.RETURNED: Stage.RETURNED,
    ApprovalState.SUPPLEMENT: Stage.SUPPLEMENT,
    ApprovalState.APPROVED: Stage.APPROVED,
    ApprovalState.REJECTED: Stage.REFUSED,
    ApprovalState.WITHDRAWN: Stage.ENDED,
    ApprovalState.EXPIRED: Stage.ENDED,
}


def _open(now: Standing) -> bool:
    return now.stage not in _AT_REST


def _stopped_for_papers(now: Standing) -> bool:
    return now.papers_late and now.case.state is S.READY_TO_PAY


_RULES: Sequence[tuple[Due, Callable[[Standing], bool]]] = (
    (Due.TAKE_BACK, lambda n: n.ordered and (n.case.state in _REFUSED | {S.FROZEN} or _stopped_for_papers(n))),
    (Due.TAKE_BACK, lambda n: n.ordered and n.denied and n.case.state is S.READY_TO_PAY),
    (Due.STOP, lambda n: _open(n) and n.case.state in _OVER),
    (Due.STOP, lambda n: n.stage not in _AT_REST | _STOPPED and n.case.state is S.RETURNED),
    (Due.STOP, lambda n: _open(n) and n.case.state is S.RUNNING and n.case.papers_due_on is not None
     and not n.emergency_lane),
    (Due.RELEASE, lambda n: n.reserved and n.case.state in _REFUSED),
    (Due.RESUME, lambda n: n.stage is Stage.PAUSED and not n.frozen),
    (Due.PAUSE, lambda n: n.frozen and _running(n)),
    (Due.OPEN, lambda n: n.stage in {Stage.NONE, Stage.ENDED} and n.case.state in _CHECKED_OR_LATER),
    (Due.RENEW, lambda n: n.stage in {Stage.RETURNED, Stage.SUPPLEMENT} and n.case.state is S.CHECKING),
    (Due.REPLACE, lambda n: n.stale and _running(n) and not n.granted and n.case.state in _CHECKED_OR_LATER),
    (Due.HANG, lambda n: n.stage is Stage.BRANCH_LIST and not n.listed and n.case.state is S.CHECKING),
    (Due.STEP, lambda n: n.stage is Stage.BRANCH_LIST and n.hung and n.case.state in _CHECKED_OR_LATER),
    (Due.START, lambda n: n.case.state is S.CHECKING and n.checked and n.hung
     and (n.granted or n.stage is Stage.APPROVING)),
    (Due.GRANT, lambda n: n.case.state is S.RUNNING and n.granted and n.stage not in _STOPPED),
    (Due.END_PUBLICITY, lambda n: n.case.state is S.PUBLICITY and n.public),
    (Due.STEP, lambda n: n.stage is Stage.DISTRICT_LIST and n.case.state in _PUBLIC),
    (Due.ORDER, lambda n: n.case.state is S.READY_TO_PAY and n.payable
     and not (n.ordered or n.denied or n.papers_late)),
    (Due.STEP, lambda n: n.stage is Stage.PAYING and n.case.state in _PAID),
    (Due.STEP, lambda n: n.stage is Stage.FOLLOWING and n.case.state in {S.FOLLOW_UP, S.CLOSED}),
    (Due.STEP, lambda n: n.stage is Stage.LAST_FOLLOWING and n.case.state is S.CLOSED),
)  # fmt: skip
"""In order: ends first, then objections and denials, then the way forward."""


def _running(now: Standing) -> bool:
    return now.approval is not None and now.approval.state is ApprovalState.RUNNING


def due(now: Standing) -> Due | None:
    """Return what is due, None when a case is where it should be."""
    return next((what for what, fits in _RULES if fits(now)), None)


def stage_of(approval: Approval | None, chain: Chain | None) -> tuple[Stage, bool]:
    """Return where an approval stands and whether no approval is ahead of it."""
    if approval is None or chain is None:
        return Stage.NONE, False
    ahead = ahead_of(approval, chain)
    granted = approval.state is ApprovalState.APPROVED or (
        bool(ahead) and not any(step.kind is StepKind.APPROVE for step in ahead)
    )
    if approval.state in _STAGES:
        return _STAGES[approval.state], granted
    kinds = [step.kind for step in ahead]
    match ahead[0].kind:
        case StepKind.APPROVE:
            return Stage.APPROVING, granted
        case StepKind.PUBLICITY:
            return (Stage.DISTRICT_LIST if granted else Stage.BRANCH_LIST), granted
        case StepKind.PAY:
            return Stage.PAYING, granted
        case _:
            last = kinds.count(StepKind.FOLLOW_UP) == 1
            return (Stage.LAST_FOLLOWING if last else Stage.FOLLOWING), granted


def ahead_of(approval: Approval, chain: Chain) -> tuple[ChainStep, ...]:
    """Return the step an approval stands at and those after it; none when it has ended."""
    steps = path(chain, approval.new.amount_fen)
    place = next((number for number, step in enumerate(steps) if step.id == approval.step), None)
    return steps[place:] if place is not None else ()


def branch_list_before(approval: Approval | None, chain: Chain | None) -> bool:
    """Return whether a list of the branch comes at or after this step and before the last approval."""
    if approval is None or chain is None:
        return False
    ahead = ahead_of(approval, chain)
    approving = [place for place, step in enumerate(ahead) if step.kind is StepKind.APPROVE]
    last = approving[-1] if approving else 0
    return any(step.kind is StepKind.PUBLICITY for step in ahead[1:last])


def decided_at(approval: Approval, chain: Chain) -> Level | None:
    """Return at which level the present step is decided, None when nobody decides it."""
    step = next(iter(ahead_of(approval, chain)), None)
    return step.approver.level if step is not None and step.kind is StepKind.APPROVE else None
