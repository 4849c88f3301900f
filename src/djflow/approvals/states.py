"""The state machines of approvals as data: read by rules, documents and tests alike."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from djflow.approvals.model import CaseState, TaskState


class Act(StrEnum):
    """What can be done to a case; TICK is the sweep."""

    DECIDE = "decide"
    COMPLETE = "complete"
    SUPPLEMENT = "supplement"
    REPLACE = "replace"
    WITHDRAW = "withdraw"
    PAUSE = "pause"
    RESUME = "resume"
    TRANSFER = "transfer"
    ADD_SIGNER = "add_signer"
    URGE = "urge"
    REASSIGN = "reassign"
    TICK = "tick"


_S = CaseState
_MOVES = frozenset({_S.RUNNING, _S.BLOCKED, _S.APPROVED})

CASE_TRANSITIONS: Mapping[tuple[CaseState, Act], frozenset[CaseState]] = MappingProxyType(
    {
        (_S.RUNNING, Act.DECIDE): _MOVES | {_S.REJECTED, _S.RETURNED, _S.SUPPLEMENT},
        (_S.RUNNING, Act.COMPLETE): _MOVES | {_S.REJECTED},
        (_S.RUNNING, Act.REPLACE): _MOVES,
        (_S.RUNNING, Act.WITHDRAW): frozenset({_S.WITHDRAWN}),
        (_S.RUNNING, Act.PAUSE): frozenset({_S.PAUSED}),
        (_S.RUNNING, Act.TRANSFER): frozenset({_S.RUNNING}),
        (_S.RUNNING, Act.ADD_SIGNER): frozenset({_S.RUNNING}),
        (_S.RUNNING, Act.URGE): frozenset({_S.RUNNING}),
        (_S.RUNNING, Act.REASSIGN): _MOVES,
        (_S.RUNNING, Act.TICK): frozenset({_S.RUNNING}),
        (_S.BLOCKED, Act.REASSIGN): _MOVES,
        (_S.BLOCKED, Act.TICK): _MOVES,
        (_S.BLOCKED, Act.REPLACE): _MOVES,
        (_S.BLOCKED, Act.WITHDRAW): frozenset({_S.WITHDRAWN}),
        (_S.SUPPLEMENT, Act.SUPPLEMENT): frozenset({_S.RUNNING}),
        (_S.SUPPLEMENT, Act.WITHDRAW): frozenset({_S.WITHDRAWN}),
        (_S.SUPPLEMENT, Act.TICK): frozenset({_S.SUPPLEMENT, _S.EXPIRED}),
        (_S.PAUSED, Act.RESUME): frozenset({_S.RUNNING}),
        (_S.PAUSED, Act.COMPLETE): frozenset({_S.REJECTED}),
        (_S.PAUSED, Act.WITHDRAW): frozenset({_S.WITHDRAWN}),
        (_S.RETURNED, Act.REPLACE): _MOVES,
        (_S.RETURNED, Act.WITHDRAW): frozenset({_S.WITHDRAWN}),
        (_S.RETURNED, Act.TICK): frozenset({_S.RETURNED}),
    }
)
"""From each state, by each act possible there, the states that may follow; what is not listed is refused."""

ENDS = frozenset({_S.APPROVED, _S.REJECTED, _S.WITHDRAWN, _S.EXPIRED})
"""No act leads out of these."""

_T = TaskState
TASK_TRANSITIONS: Mapping[TaskState, frozenset[TaskState]] = MappingProxyType(
    {
        _T.QUEUED: frozenset({_T.WAITING, _T.ENDED}),
        _T.WAITING: frozenset({_T.QUEUED, _T.DECIDED, _T.HANDED_OVER, _T.ENDED}),
        _T.DECIDED: frozenset(),
        _T.HANDED_OVER: frozenset(),
        _T.ENDED: frozenset(),
    }
)
"""From each state of a task the states that may follow; a task is never deleted."""


def possible(state: CaseState, act: Act) -> bool:
    """Return whether an act is possible in a state."""
    return (state, act) in CASE_TRANSITIONS
