"""The way of an application as data: state, act, who may, under which condition, what follows, by when.

Services, tests and the manual read this table; nothing else decides what may follow what. Money is never passed by
silence: the clock expires drafts and returned papers, it approves nothing.
Source: handbook of the fund, section 5.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from djflow.core.ways import Way
from djflow.fund.cases.model import ACT_WORDS, STATE_WORDS, Act, CaseState, FundCase, Limit, Who

A, S, W = Act, CaseState, Who


class Guard(StrEnum):
    """A condition a case must meet before an act."""

    NONE = "none"
    COMPLETE = "complete"
    CHECKED = "checked"
    PHONED = "phoned"
    WITHIN_CAPS = "within_caps"
    PUBLICIZED = "publicized"
    UNDISPUTED = "undisputed"
    OVERDUE = "overdue"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Transition:
    """From `state`, `act` by one of `who` leads to `then` if `guard` holds; `limit` names the time it may take."""

    state: CaseState
    act: Act
    who: frozenset[Who]
    guard: Guard
    then: CaseState
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a case at the moment of an act; each tuple lists, in words, what stands in the way."""

    missing: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    over_caps: tuple[str, ...] = ()
    unpublished: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    open_objections: int = 0
    phoned: bool = False
    overdue: bool = False


NOTHING_KNOWN = Facts()


def _row(
    state: CaseState, act: Act, who: set[Who], then: CaseState, *, guard: Guard = Guard.NONE, limit: Limit | None = None
) -> Transition:
    return Transition(state, act, frozenset(who), guard, then, limit)


_FILERS = {W.APPLICANT, W.BRANCH}
_DESK = {W.BRANCH, W.OFFICE}

TRANSITIONS: tuple[Transition, ...] = (
    _row(S.DRAFT, A.SUBMIT, _FILERS, S.SUBMITTED, guard=Guard.COMPLETE, limit=Limit.DRAFT),
    _row(S.DRAFT, A.WITHDRAW, _FILERS, S.WITHDRAWN),
    _row(S.DRAFT, A.EXPIRE, {W.CLOCK}, S.EXPIRED, guard=Guard.OVERDUE),
    _row(S.SUBMITTED, A.ACCEPT, _DESK, S.CHECKING, limit=Limit.ACCEPT),
    _row(S.SUBMITTED, A.FAST_TRACK, {W.OFFICE}, S.RUNNING, guard=Guard.PHONED),
    _row(S.SUBMITTED, A.RETURN, _DESK, S.RETURNED),
    _row(S.SUBMITTED, A.REJECT, {W.OFFICE}, S.REJECTED),
    _row(S.SUBMITTED, A.WITHDRAW, _FILERS, S.WITHDRAWN),
    _row(S.CHECKING, A.START, {W.OFFICE}, S.RUNNING, guard=Guard.CHECKED, limit=Limit.CHECK),
    _row(S.CHECKING, A.FAST_TRACK, {W.OFFICE}, S.RUNNING, guard=Guard.PHONED),
    _row(S.CHECKING, A.RETURN, _DESK | {W.APPROVAL}, S.RETURNED),
    _row(S.CHECKING, A.REJECT, {W.OFFICE, W.APPROVAL}, S.REJECTED),
    _row(S.CHECKING, A.WITHDRAW, _FILERS, S.WITHDRAWN),
    _row(S.RUNNING, A.APPROVE, {W.APPROVAL}, S.PUBLICITY, guard=Guard.WITHIN_CAPS, limit=Limit.APPROVAL),
    _row(S.RUNNING, A.QUEUE, {W.APPROVAL}, S.WAITING_BUDGET, guard=Guard.WITHIN_CAPS),
    _row(S.RUNNING, A.RETURN, {W.APPROVAL}, S.RETURNED),
    _row(S.RUNNING, A.REJECT, {W.APPROVAL}, S.REJECTED),
    _row(S.RUNNING, A.WITHDRAW, _FILERS, S.WITHDRAWN),
    _row(S.RETURNED, A.RESUBMIT, _FILERS, S.CHECKING, guard=Guard.COMPLETE, limit=Limit.SUPPLEMENT),
    _row(S.RETURNED, A.WITHDRAW, _FILERS, S.WITHDRAWN),
    _row(S.RETURNED, A.EXPIRE, {W.CLOCK}, S.EXPIRED, guard=Guard.OVERDUE),
    _row(S.WAITING_BUDGET, A.FUND, {W.LEDGER}, S.PUBLICITY),
    _row(S.WAITING_BUDGET, A.REJECT, {W.OFFICE}, S.REJECTED),
    _row(S.WAITING_BUDGET, A.WITHDRAW, _FILERS, S.WITHDRAWN),
    _row(S.PUBLICITY, A.END_PUBLICITY, {W.CLOCK}, S.READY_TO_PAY, guard=Guard.PUBLICIZED),
    _row(S.PUBLICITY, A.FREEZE, {W.PUBLIC, W.OFFICE}, S.FROZEN),
    _row(S.PUBLICITY, A.WITHDRAW, _FILERS, S.WITHDRAWN),
    _row(S.FROZEN, A.RESUME, {W.OFFICE}, S.PUBLICITY, guard=Guard.UNDISPUTED),
    _row(S.FROZEN, A.UPHOLD, {W.OFFICE}, S.REJECTED),
    _row(S.FROZEN, A.WITHDRAW, _FILERS, S.WITHDRAWN),
    _row(S.READY_TO_PAY, A.SEND, {W.CASHIER}, S.SENT, limit=Limit.PAY),
    # A letter that came in time may be typed in after the sweep has ended the period.
    _row(S.READY_TO_PAY, A.FREEZE, {W.PUBLIC, W.OFFICE}, S.FROZEN),
    _row(S.READY_TO_PAY, A.WITHDRAW, _FILERS, S.WITHDRAWN),
    _row(S.SENT, A.CONFIRM_PAID, {W.CASHIER}, S.PAID),
    _row(S.SENT, A.FAIL, {W.CASHIER}, S.PAYMENT_FAILED),
    _row(S.PAYMENT_FAILED, A.CORRECT, {W.CASHIER}, S.READY_TO_PAY, limit=Limit.PAY),
    _row(S.PAYMENT_FAILED, A.REJECT, {W.OFFICE}, S.REJECTED),
    _row(S.PAYMENT_FAILED, A.WITHDRAW, _FILERS, S.WITHDRAWN),
    _row(S.PAID, A.HAND_OVER, _DESK, S.FOLLOW_UP, limit=Limit.CONFIRM),
    _row(S.PAID, A.CLAW_BACK, {W.OFFICE}, S.CLAWED_BACK),
    _row(S.FOLLOW_UP, A.CLOSE, _DESK, S.CLOSED, guard=Guard.SETTLED, limit=Limit.REVISIT),
    _row(S.FOLLOW_UP, A.CLAW_BACK, {W.OFFICE}, S.CLAWED_BACK),
    _row(S.CLOSED, A.CLAW_BACK, {W.OFFICE}, S.CLAWED_BACK),
)

BY_STATE_AND_ACT: Mapping[tuple[CaseState, Act], Transition] = MappingProxyType(
    {(row.state, row.act): row for row in TRANSITIONS}
)
_WAY = Way("fund", BY_STATE_AND_ACT, STATE_WORDS, ACT_WORDS)
LIMIT_OF: Mapping[CaseState, Limit] = MappingProxyType({row.state: row.limit for row in TRANSITIONS if row.limit})
"""How long a case may stay in a state; the act that should end it carries the limit."""

ENDED = frozenset({S.CLOSED, S.REJECTED, S.WITHDRAWN, S.EXPIRED, S.CLAWED_BACK})
OPEN = tuple(state for state in S if state not in ENDED)
"""States from which a case may still move, in the order of its way."""
COMMITTED = frozenset(
    {
        *(S.WAITING_BUDGET, S.PUBLICITY, S.FROZEN, S.READY_TO_PAY, S.SENT),
        *(S.PAYMENT_FAILED, S.PAID, S.FOLLOW_UP, S.CLOSED),
    }
)
"""States in which money is reserved for a case or was paid."""
ASKING = frozenset({S.SUBMITTED, S.CHECKING, S.RUNNING, S.RETURNED})
"""States in which a case is on its way to approval."""
CHANGEABLE = frozenset({S.DRAFT, S.RETURNED})
"""States in which what is asked for may be changed."""
NEEDS_REASON = frozenset({A.RETURN, A.REJECT, A.UPHOLD, A.CLAW_BACK, A.FAIL})


def _lacking(missing: tuple[str, ...]) -> tuple[str, ...]:
    return (f"还缺材料：{'、'.join(missing)}。请补传后再提交。",) if missing else ()


_SENTENCES: Mapping[Guard, Callable[[Facts], str]] = MappingProxyType(
    {
        Guard.NONE: lambda _: "",
        Guard.COMPLETE: lambda f: "".join((*f.refused, *_lacking(f.missing))),
        Guard.CHECKED: lambda f: f"核查还没有做完：{'；'.join(f.unchecked)}。" if f.unchecked else "",
        Guard.PHONED: lambda f: "" if f.phoned else "应急通道要先登记电话批准（批准人、记录人、见证人）。",
        Guard.WITHIN_CAPS: lambda f: "；".join(f.over_caps),
        Guard.PUBLICIZED: lambda f: f"公示还没有结束：{'；'.join(f.unpublished)}。" if f.unpublished else "",
        Guard.UNDISPUTED: lambda f: f"还有 {f.open_objections} 件异议没有处理完。" if f.open_objections else "",
        Guard.OVERDUE: lambda f: "" if f.overdue else "还没有到期限。",
        Guard.SETTLED: lambda f: f"还不能办结：{'；'.join(f.unsettled)}。" if f.unsettled else "",
    }
)


def transition_of(case: FundCase, act: Act) -> Transition:
    """Return the row for an act on a case.

    Raises: ConflictError saying where the case is and since when.
    """
    return _WAY.row(f"申请 {case.number} ", case.state, case.since, act)


def require_may(row: Transition, who: Who) -> None:
    """Refuse somebody whose place the act is not.

    Raises: RuleError.
    """
    _WAY.require_may(who, row.who, row.act, "这件申请")


def require_guard(row: Transition, facts: Facts) -> None:
    """Refuse an act whose condition does not hold.

    Raises: RuleError saying what is missing.
    """
    _WAY.require(row.guard.value, _SENTENCES[row.guard](facts))
