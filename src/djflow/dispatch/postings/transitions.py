"""The way of a posting as data: state, act, who may, under which condition, what follows, by when.

Services, tests and the manual read this table; nothing else decides what may follow what.
Source: handbook of the domain, sections 2.4 (steps 7 to 13), 2.5 and 9.3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from djflow.core.ways import Way
from djflow.dispatch.postings.model import ACT_WORDS, POSTING_WORDS, Act, Limit, Posting, PostingState, Who

A, S, W = Act, PostingState, Who


class Guard(StrEnum):
    """A condition a posting must meet before an act."""

    NONE = "none"
    NO_TALK = "no_talk"
    STARTED = "started"
    ASSESSED = "assessed"
    NEAR_END = "near_end"
    GRADED = "graded"
    EXTENDABLE = "extendable"
    PAPERS = "papers"


@dataclass(frozen=True, slots=True)
class Transition:
    """From `state`, `act` by one of `who` leads to `then` if `guard` holds; `limit` names the time it may take."""

    state: PostingState
    act: Act
    who: frozenset[Who]
    guard: Guard
    then: PostingState
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a posting at the moment of an act; each tuple lists, in words, what stands in the way."""

    talk_asked: bool = True
    too_early: tuple[str, ...] = ()
    unassessed: tuple[str, ...] = ()
    ungraded: tuple[str, ...] = ()
    not_extendable: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


NOTHING_KNOWN = Facts()


def _row(
    state: PostingState,
    act: Act,
    who: set[Who],
    then: PostingState,
    *,
    guard: Guard = Guard.NONE,
    limit: Limit | None = None,
) -> Transition:
    return Transition(state, act, frozenset(who), guard, then, limit)


_DECIDES = {W.OFFICE, W.APPROVAL}

TRANSITIONS: tuple[Transition, ...] = (
    _row(S.APPOINTED, A.TALK, {W.OFFICE}, S.TALKED, limit=Limit.TALK),
    _row(S.APPOINTED, A.REPORT, {W.CADRE, W.OFFICE}, S.REPORTED, guard=Guard.NO_TALK),
    _row(S.APPOINTED, A.CANCEL, {W.OFFICE}, S.CANCELLED),
    _row(S.TALKED, A.REPORT, {W.CADRE, W.OFFICE}, S.REPORTED, guard=Guard.STARTED, limit=Limit.REPORT),
    _row(S.TALKED, A.CANCEL, {W.OFFICE}, S.CANCELLED),
    _row(S.REPORTED, A.CONFIRM, {W.HOST, W.OFFICE}, S.ON_DUTY, limit=Limit.CONFIRM),
    _row(S.REPORTED, A.RECALL, {W.OFFICE}, S.RECALLED),
    _row(S.REPORTED, A.CANCEL, {W.OFFICE}, S.CANCELLED),
    _row(S.ON_DUTY, A.MIDTERM, {W.OFFICE}, S.MIDTERM_DONE, guard=Guard.ASSESSED, limit=Limit.MIDTERM),
    _row(S.ON_DUTY, A.OPEN_FINAL, {W.CLOCK, W.OFFICE}, S.FINAL_REVIEW, guard=Guard.NEAR_END),
    _row(S.ON_DUTY, A.EXTEND, _DECIDES, S.ON_DUTY, guard=Guard.EXTENDABLE),
    _row(S.ON_DUTY, A.RECALL, {W.OFFICE}, S.RECALLED),
    _row(S.MIDTERM_DONE, A.OPEN_FINAL, {W.CLOCK, W.OFFICE}, S.FINAL_REVIEW, guard=Guard.NEAR_END, limit=Limit.FINAL),
    _row(S.MIDTERM_DONE, A.EXTEND, _DECIDES, S.MIDTERM_DONE, guard=Guard.EXTENDABLE),
    _row(S.MIDTERM_DONE, A.RECALL, {W.OFFICE}, S.RECALLED),
    _row(S.FINAL_REVIEW, A.RETURN, {W.OFFICE}, S.RETURNED, guard=Guard.GRADED, limit=Limit.TERM),
    # A longer term has its final review again, before its new end.
    _row(S.FINAL_REVIEW, A.EXTEND, _DECIDES, S.MIDTERM_DONE, guard=Guard.EXTENDABLE),
    _row(S.FINAL_REVIEW, A.RECALL, {W.OFFICE}, S.RECALLED),
    _row(S.RETURNED, A.ARCHIVE, {W.OFFICE}, S.ARCHIVED, guard=Guard.PAPERS, limit=Limit.ARCHIVE),
    _row(S.RECALLED, A.ARCHIVE, {W.OFFICE}, S.ARCHIVED, guard=Guard.PAPERS, limit=Limit.ARCHIVE),
)

BY_STATE_AND_ACT: Mapping[tuple[PostingState, Act], Transition] = MappingProxyType(
    {(row.state, row.act): row for row in TRANSITIONS}
)
_WAY = Way("posting", BY_STATE_AND_ACT, POSTING_WORDS, ACT_WORDS)
LIMIT_OF: Mapping[PostingState, Limit] = MappingProxyType({row.state: row.limit for row in TRANSITIONS if row.limit})
"""How long a posting may stay in a state; the act that should end it carries the limit."""

SERVING = frozenset({S.ON_DUTY, S.MIDTERM_DONE, S.FINAL_REVIEW})
"""States in which somebody works at the host: leave, months, checks and diaries belong to these."""
ENDED_AFTER_SERVICE = frozenset({S.RETURNED, S.RECALLED})
"""States of somebody who worked at the host and is not put away yet."""
NEEDS_REASON = frozenset({A.CANCEL, A.RECALL, A.EXTEND})

_SENTENCES: Mapping[Guard, Callable[[Facts], str]] = MappingProxyType(
    {
        Guard.NONE: lambda _: "",
        Guard.NO_TALK: lambda f: "请先登记任前谈话，再报到。" if f.talk_asked else "".join(f.too_early),
        Guard.STARTED: lambda f: "".join(f.too_early),
        Guard.ASSESSED: lambda f: "".join(f.unassessed),
        Guard.NEAR_END: lambda f: "".join(f.too_early),
        Guard.GRADED: lambda f: "".join(f.ungraded),
        Guard.EXTENDABLE: lambda f: "".join(f.not_extendable),
        Guard.PAPERS: lambda f: f"还有文书没有印发：{'、'.join(f.papers)}。" if f.papers else "",
    }
)


def transition_of(posting: Posting, act: Act) -> Transition:
    """Return the row for an act on a posting.

    Raises: ConflictError saying where the posting is and since when.
    """
    return _WAY.row("这次派出", posting.state, posting.since, act)


def require_may(row: Transition, who: Who) -> None:
    """Refuse somebody whose place the act is not.

    Raises: RuleError.
    """
    _WAY.require_may(who, row.who, row.act)


def require_guard(row: Transition, facts: Facts) -> None:
    """Refuse an act whose condition does not hold.

    Raises: RuleError saying what is missing.
    """
    _WAY.require(row.guard.value, _SENTENCES[row.guard](facts))
