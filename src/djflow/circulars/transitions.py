"""The way of a circular as data: state, act, who may, under which condition, what follows.

Services, tests and the manual read this table; nothing else decides what may follow what.
Source: domain handbook, sections 4.1 and 9.3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from djflow.circulars.model import ACT_WORDS, STATE_WORDS, Act, Circular, CircularState, Who
from djflow.core.ways import Way

A, S, W = Act, CircularState, Who


class Guard(StrEnum):
    """A condition a circular must meet before an act."""

    ANSWERED = "answered"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Transition:
    """From `state`, `act` by one of `who` leads to `then` if every one of `guards` holds."""

    state: CircularState
    act: Act
    who: frozenset[Who]
    guards: tuple[Guard, ...]
    then: CircularState


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at the moment of an act: units that may still answer, corrections nobody decided."""

    waiting: int = 0
    undecided: int = 0


NOTHING_KNOWN = Facts()


def _row(state: CircularState, act: Act, who: set[Who], then: CircularState, *guards: Guard) -> Transition:
    return Transition(state, act, frozenset(who), guards, then)


TRANSITIONS: tuple[Transition, ...] = (
    _row(S.COLLECTED, A.RECOLLECT, {W.OFFICE, W.CLOCK}, S.COLLECTED),
    _row(S.COLLECTED, A.ASK, {W.OFFICE, W.CLOCK}, S.CONFIRMING),
    _row(S.COLLECTED, A.DROP, {W.OFFICE}, S.DROPPED),
    # New figures while units look at theirs: whoever's figures changed is asked again, the others' answers stand.
    _row(S.CONFIRMING, A.RECOLLECT, {W.OFFICE, W.CLOCK}, S.CONFIRMING),
    _row(S.CONFIRMING, A.CLOSE, {W.OFFICE, W.CLOCK}, S.DRAFTED, Guard.ANSWERED, Guard.DECIDED),
    _row(S.CONFIRMING, A.DROP, {W.OFFICE}, S.DROPPED),
    _row(S.DRAFTED, A.RECOLLECT, {W.OFFICE}, S.COLLECTED),
    _row(S.DRAFTED, A.SUBMIT, {W.OFFICE, W.CLOCK}, S.REVIEW),
    _row(S.DRAFTED, A.DROP, {W.OFFICE}, S.DROPPED),
    _row(S.REVIEW, A.RETURN, {W.REVIEWER}, S.RETURNED),
    _row(S.REVIEW, A.HAND, {W.REVIEWER}, S.HANDED),
    _row(S.REVIEW, A.DROP, {W.OFFICE}, S.DROPPED),
    _row(S.RETURNED, A.RECOLLECT, {W.OFFICE}, S.COLLECTED),
    _row(S.RETURNED, A.SUBMIT, {W.OFFICE}, S.REVIEW),
    _row(S.RETURNED, A.DROP, {W.OFFICE}, S.DROPPED),
    # Its document was given up in the register, before it was issued or after: the circular is written anew.
    _row(S.HANDED, A.TAKE_BACK, {W.OFFICE, W.CLOCK}, S.RETURNED),
    _row(S.HANDED, A.ISSUE, {W.OFFICE, W.CLOCK}, S.ISSUED),
    _row(S.ISSUED, A.TAKE_BACK, {W.OFFICE, W.CLOCK}, S.RETURNED),
    _row(S.ISSUED, A.ARCHIVE, {W.OFFICE, W.CLOCK}, S.ARCHIVED),
)

BY_STATE_AND_ACT: Mapping[tuple[CircularState, Act], Transition] = MappingProxyType(
    {(row.state, row.act): row for row in TRANSITIONS}
)
_WAY = Way("circular", BY_STATE_AND_ACT, STATE_WORDS, ACT_WORDS)
NEEDS_REASON = frozenset({A.RETURN, A.DROP})

_SENTENCES: Mapping[Guard, Callable[[Facts], str]] = MappingProxyType(
    {
        Guard.ANSWERED: lambda f: f"还有 {f.waiting} 个单位没有答复，期限也没有到，不能结束核对。" if f.waiting else "",
        Guard.DECIDED: lambda f: f"还有 {f.undecided} 条更正没有处理，不能结束核对。" if f.undecided else "",
    }
)


def transition_of(circular: Circular, act: Act) -> Transition:
    """Return the row for an act on a circular.

    Raises: ConflictError saying where the circular is and since when.
    """
    return _WAY.row(f"{circular.period.title}的通报", circular.state, circular.since, act)


def require_may(row: Transition, who: Who) -> None:
    """Refuse somebody whose place the act is not.

    Raises: RuleError.
    """
    _WAY.require_may(who, row.who, row.act)


def require_guards(row: Transition, facts: Facts) -> None:
    """Refuse an act one of whose conditions does not hold.

    Raises: RuleError saying what is missing.
    """
    for guard in row.guards:
        _WAY.require(guard.value, _SENTENCES[guard](facts))
