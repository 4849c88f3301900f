"""The ways of a batch and of a nomination as data: state, act, who may, under which condition, what follows, by when.

Services, tests, pages and the manual read these tables; nothing else decides what may follow what. Silence passes
nobody: the clock closes nominations, ends publicity and begins the closing; it approves nothing.
Source: handbook of the domain, sections 2.4 and 9.3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from djflow.core.errors import ConflictError, RuleError
from djflow.core.ways import Way
from djflow.dispatch.batches.model import (
    BATCH_ACT_WORDS,
    BATCH_WORDS,
    CANDIDATE_ACT_WORDS,
    CANDIDATE_WORDS,
    Batch,
    BatchAct,
    BatchState,
    Candidate,
    CandidateAct,
    CandidateState,
    Limit,
    Who,
)

S, A, W, C, N = BatchState, BatchAct, Who, CandidateState, CandidateAct


class Guard(StrEnum):
    """A condition a batch must meet before an act."""

    NONE = "none"
    DEMANDED = "demanded"
    WITHIN_QUOTA = "within_quota"
    NOMINATED = "nominated"
    CHECKED = "checked"
    PROPOSED = "proposed"
    DECIDED = "decided"
    CLEARED = "cleared"
    ENDED = "ended"
    FILED = "filed"
    NOBODY_AWAY = "nobody_away"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a batch at the moment of an act.

    `demanded` places asked for, `over_quota` and `unchecked` say in words what stands in the way; the rest count
    nominations: open, proposed, decided or further, cleared, hanging; and postings: away, not archived.
    """

    demanded: int = 0
    over_quota: str = ""
    nominated: int = 0
    unchecked: int = 0
    proposed: int = 0
    decided: int = 0
    cleared: int = 0
    hanging: int = 0
    away: int = 0
    unfiled: int = 0


@dataclass(frozen=True, slots=True)
class Transition:
    """From `state`, `act` by one of `who` leads to `then` if `guard` holds; `limit` is the clock that starts then."""

    state: BatchState
    act: BatchAct
    who: frozenset[Who]
    guard: Guard
    then: BatchState
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """From `state`, `act` by one of `who` leads a nomination to `then`."""

    state: CandidateState
    act: CandidateAct
    who: frozenset[Who]
    then: CandidateState


def _row(
    state: BatchState,
    act: BatchAct,
    who: set[Who],
    then: BatchState,
    *,
    guard: Guard = Guard.NONE,
    limit: Limit | None = None,
) -> Transition:
    return Transition(state, act, frozenset(who), guard, then, limit)


_OFFICE, _APPROVAL = {W.CADRES}, {W.APPROVAL}
BATCH_ENDED = frozenset({S.CLOSED, S.CANCELLED})

TRANSITIONS: tuple[Transition, ...] = (
    _row(S.DRAFT, A.GRANT, _OFFICE, S.CALLED, guard=Guard.DEMANDED),
    _row(S.CALLED, A.CALL, _OFFICE, S.COLLECTING, guard=Guard.WITHIN_QUOTA, limit=Limit.NOMINATE),
    _row(S.COLLECTING, A.CLOSE_NOMINATIONS, {W.CADRES, W.CLOCK}, S.CHECKING, guard=Guard.NOMINATED, limit=Limit.CHECK),
    _row(S.CHECKING, A.ASK_AGAIN, _OFFICE, S.COLLECTING, limit=Limit.NOMINATE),
    _row(S.CHECKING, A.PROPOSE, _OFFICE, S.PROPOSED, guard=Guard.CHECKED),
    _row(S.CHECKING, A.GO_ON, _OFFICE, S.PUBLICITY, guard=Guard.DECIDED, limit=Limit.PUBLICITY),
    _row(S.PROPOSED, A.PROPOSE, _OFFICE, S.PROPOSED),
    _row(S.PROPOSED, A.ASK_AGAIN, _OFFICE, S.COLLECTING, limit=Limit.NOMINATE),
    _row(S.PROPOSED, A.SUBMIT, _OFFICE, S.DECIDING, guard=Guard.PROPOSED),
    _row(S.PROPOSED, A.GO_ON, _OFFICE, S.PUBLICITY, guard=Guard.DECIDED, limit=Limit.PUBLICITY),
    _row(S.DECIDING, A.APPROVE, _APPROVAL, S.DECIDED),
    _row(S.DECIDING, A.RETURN, _APPROVAL, S.PROPOSED),
    _row(S.DECIDING, A.REJECT, _APPROVAL, S.CHECKING),
    _row(S.DECIDING, A.TAKE_BACK, {W.CADRES, W.APPROVAL}, S.PROPOSED),
    _row(S.DECIDED, A.POST, _OFFICE, S.PUBLICITY, guard=Guard.DECIDED, limit=Limit.PUBLICITY),
    _row(S.DECIDED, A.REPLACE, {W.SOLVER}, S.PROPOSED),
    _row(S.PUBLICITY, A.REPLACE, {W.SOLVER}, S.PROPOSED),
    _row(S.PUBLICITY, A.ACTIVATE, {W.CLOCK, W.CADRES}, S.ACTIVE, guard=Guard.CLEARED, limit=Limit.REPORT),
    _row(S.ACTIVE, A.BEGIN_CLOSING, {W.CLOCK, W.CADRES}, S.CLOSING, guard=Guard.ENDED, limit=Limit.ARCHIVE),
    _row(S.CLOSING, A.ARCHIVE, _OFFICE, S.CLOSED, guard=Guard.FILED),
    *(_row(state, A.CANCEL, _OFFICE, S.CANCELLED, guard=Guard.NOBODY_AWAY) for state in S if state not in BATCH_ENDED),
)

CANDIDATE_ENDED = frozenset({C.WITHDRAWN, C.DROPPED})
_LEAVING = {W.CADRES, W.UNIT, W.PERSON}


def _step(state: CandidateState, act: CandidateAct, who: set[Who], then: CandidateState) -> Step:
    return Step(state, act, frozenset(who), then)


STEPS: tuple[Step, ...] = (
    _step(C.NOMINATED, N.PASS, {W.RULES, W.CADRES}, C.CHECKED),
    _step(C.NOMINATED, N.REFUSE, {W.RULES, W.CADRES}, C.REFUSED),
    _step(C.CHECKED, N.RECHECK, {W.RULES, W.CADRES}, C.NOMINATED),
    _step(C.REFUSED, N.RECHECK, {W.RULES, W.CADRES}, C.NOMINATED),
    _step(C.RESERVE, N.RECHECK, {W.RULES, W.CADRES}, C.NOMINATED),
    _step(C.CHECKED, N.PROPOSE, {W.SOLVER}, C.PROPOSED),
    _step(C.CHECKED, N.PASS_OVER, {W.SOLVER}, C.RESERVE),
    _step(C.RESERVE, N.PROPOSE, {W.SOLVER}, C.PROPOSED),
    _step(C.PROPOSED, N.PASS_OVER, {W.SOLVER}, C.RESERVE),
    _step(C.PROPOSED, N.RELEASE, {W.SOLVER, W.APPROVAL, W.CADRES}, C.CHECKED),
    _step(C.RESERVE, N.RELEASE, {W.SOLVER, W.APPROVAL, W.CADRES}, C.CHECKED),
    _step(C.PROPOSED, N.DECIDE, {W.APPROVAL}, C.DECIDED),
    _step(C.DECIDED, N.POST, {W.CADRES}, C.PUBLICISED),
    _step(C.PUBLICISED, N.HOLD, {W.PUBLIC, W.CADRES}, C.HELD),
    _step(C.PUBLICISED, N.CLEAR, {W.CLOCK}, C.CLEARED),
    # A letter that came in time may be typed in after the sweep has ended the period.
    _step(C.CLEARED, N.HOLD, {W.PUBLIC, W.CADRES}, C.HELD),
    _step(C.HELD, N.RESUME, {W.CADRES}, C.PUBLICISED),
    _step(C.HELD, N.UPHOLD, {W.CADRES}, C.DROPPED),
    _step(C.WITHDRAWN, N.NOMINATE, {W.UNIT, W.CADRES}, C.NOMINATED),
    *(_step(state, N.WITHDRAW, _LEAVING, C.WITHDRAWN) for state in C if state not in CANDIDATE_ENDED),
    *(_step(state, N.DROP, _OFFICE, C.DROPPED) for state in C if state not in CANDIDATE_ENDED),
)

BY_STATE_AND_ACT: Mapping[tuple[BatchState, BatchAct], Transition] = MappingProxyType(
    {(row.state, row.act): row for row in TRANSITIONS}
)
_WAY = Way("batch", BY_STATE_AND_ACT, BATCH_WORDS, BATCH_ACT_WORDS)
STEP_OF: Mapping[tuple[CandidateState, CandidateAct], Step] = MappingProxyType(
    {(row.state, row.act): row for row in STEPS}
)
BATCH_OPEN = tuple(state for state in S if state not in BATCH_ENDED)
ON_THE_WAY = frozenset({C.DECIDED, C.PUBLICISED, C.HELD, C.CLEARED})
"""States in which the decision to send somebody stands."""
IN_PLAY = frozenset({C.NOMINATED, C.CHECKED, C.PROPOSED, C.RESERVE}) | ON_THE_WAY
"""States in which somebody counts as nominated: not refused, withdrawn or dropped."""
CHOOSABLE = frozenset({C.CHECKED, C.PROPOSED, C.RESERVE})
"""States in which the solver may choose somebody."""
TAKES_DEMANDS = frozenset({S.DRAFT})
TAKES_NOMINATIONS = frozenset({S.COLLECTING})
NEEDS_REASON = frozenset({A.CANCEL, A.ASK_AGAIN})
CANDIDATE_NEEDS_REASON = frozenset({N.WITHDRAW, N.DROP, N.UPHOLD})


def _say(words: str, *, refused: bool) -> str:
    return words if refused else ""


_SENTENCES: Mapping[Guard, Callable[[Facts], str]] = MappingProxyType(
    {
        Guard.NONE: lambda _: "",
        Guard.DEMANDED: lambda f: _say("还没有单位报需求：请先填需求表，或导入。", refused=not f.demanded),
        Guard.WITHIN_QUOTA: lambda f: f.over_quota,
        Guard.NOMINATED: lambda f: _say("还没有人被推荐：请催办，或取消这一批。", refused=not f.nominated),
        Guard.CHECKED: lambda f: _say(
            f"还有 {f.unchecked} 人的资格有待核实：请逐项写明核实结论。", refused=bool(f.unchecked)
        ),
        Guard.PROPOSED: lambda f: _say("方案里没有新的拟派人选：请先拟定方案。", refused=not f.proposed),
        Guard.DECIDED: lambda f: _say("还没有决定派出的人选。", refused=not f.decided),
        Guard.CLEARED: lambda f: _say(
            f"还有 {f.hanging} 人公示没有结束或异议没有核实完。" if f.hanging else "没有可以派出的人选。",
            refused=bool(f.hanging) or not f.cleared,
        ),
        Guard.ENDED: lambda f: _say(f"还有 {f.away} 人在派：全部返岗后转入收尾。", refused=bool(f.away)),
        Guard.FILED: lambda f: _say(f"还有 {f.unfiled} 人的派出没有归档：请先逐人归档。", refused=bool(f.unfiled)),
        Guard.NOBODY_AWAY: lambda f: _say(
            f"已有 {f.away} 人在派，不能取消整批：请先逐人召回或办理返岗。", refused=bool(f.away)
        ),
    }
)


def transition_of(batch: Batch, act: BatchAct) -> Transition:
    """Return the row for an act on a batch.

    Raises: ConflictError saying where the batch is and since when.
    """
    return _WAY.row(f"“{batch.title}”", batch.state, batch.since, act)


def require_guard(row: Transition, facts: Facts) -> None:
    """Refuse an act whose condition does not hold.

    Raises: RuleError saying what is missing.
    """
    _WAY.require(row.guard.value, _SENTENCES[row.guard](facts))


def require_may(row: Transition, who: Who) -> None:
    """Refuse somebody whose place the act is not.

    Raises: RuleError.
    """
    _WAY.require_may(who, row.who, row.act)


def step_of(candidate: Candidate, act: CandidateAct, who: Who) -> Step:
    """Return the row for an act on a nomination by somebody.

    Raises: ConflictError saying where the nomination is; RuleError for who may not.
    """
    row = STEP_OF.get((candidate.state, act))
    if row is None:
        raise ConflictError(
            f"这一人选现在是“{CANDIDATE_WORDS[candidate.state]}”，不能{CANDIDATE_ACT_WORDS[act]}：请刷新后查看。",
            code="candidate.state",
        )
    if who not in row.who:
        raise RuleError(f"您的身份不能{CANDIDATE_ACT_WORDS[act]}。", code="candidate.who")
    return row
