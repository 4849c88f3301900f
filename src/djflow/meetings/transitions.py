"""The way of a meeting as data: state, act, who may, under which condition, what follows, by when.

Services, tests and the manual read this table; nothing else decides what may follow what.
Source: domain handbook, sections 4.1 and 9.3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from djflow.core.ways import Way
from djflow.meetings.model import ACT_WORDS, MEETING_WORDS, Act, Limit, Meeting, MeetingState, Who

A, S, W = Act, MeetingState, Who


class Guard(StrEnum):
    """A condition a meeting must meet before an act."""

    NONE = "none"
    TOPICS = "topics"
    INVITED = "invited"
    QUORUM = "quorum"
    COMPLETE = "complete"
    ITEMS = "items"
    STRUCK = "struck"
    TOPICS_OPEN = "topics_open"
    TOPICS_FIXED = "topics_fixed"


@dataclass(frozen=True, slots=True)
class Transition:
    """From `state`, `act` by one of `who` leads to `then` if `guard` holds; `limit` names the time it may take."""

    state: MeetingState
    act: Act
    who: frozenset[Who]
    guard: Guard
    then: MeetingState
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at the moment of an act; each text says, in words, what stands in the way, empty for nothing."""

    no_topics: str = ""
    uninvited: str = ""
    no_quorum: str = ""
    incomplete: str = ""
    items: int = 0
    open_items: int = 0
    topics_fixed: bool = False


NOTHING_KNOWN = Facts()


def _row(
    state: MeetingState,
    act: Act,
    who: set[Who],
    then: MeetingState,
    *,
    guard: Guard = Guard.NONE,
    limit: Limit | None = None,
) -> Transition:
    return Transition(state, act, frozenset(who), guard, then, limit)


TRANSITIONS: tuple[Transition, ...] = (
    _row(S.TOPIC_CALL, A.FIX_TOPICS, {W.APPROVAL}, S.TOPICS_FIXED, guard=Guard.TOPICS, limit=Limit.TOPICS),
    _row(S.TOPIC_CALL, A.POSTPONE, {W.OFFICE}, S.POSTPONED),
    _row(S.TOPIC_CALL, A.CANCEL, {W.OFFICE}, S.CANCELLED),
    _row(S.TOPICS_FIXED, A.NOTIFY, {W.OFFICE, W.CLOCK}, S.NOTICED, guard=Guard.INVITED, limit=Limit.NOTICE),
    _row(S.TOPICS_FIXED, A.POSTPONE, {W.OFFICE}, S.POSTPONED),
    _row(S.TOPICS_FIXED, A.CANCEL, {W.OFFICE}, S.CANCELLED),
    _row(S.NOTICED, A.HOLD, {W.OFFICE, W.CLOCK}, S.HELD, guard=Guard.QUORUM, limit=Limit.START),
    _row(S.NOTICED, A.POSTPONE, {W.OFFICE}, S.POSTPONED),
    _row(S.NOTICED, A.CANCEL, {W.OFFICE}, S.CANCELLED),
    # A meeting whose topics were approved keeps them on its new date; one still collecting goes on collecting.
    _row(S.POSTPONED, A.REOPEN, {W.OFFICE}, S.TOPIC_CALL, guard=Guard.TOPICS_OPEN),
    _row(S.POSTPONED, A.RESCHEDULE, {W.OFFICE}, S.TOPICS_FIXED, guard=Guard.TOPICS_FIXED),
    _row(S.POSTPONED, A.CANCEL, {W.OFFICE}, S.CANCELLED),
    _row(S.HELD, A.DRAFT_MINUTES, {W.OFFICE}, S.MINUTES_DRAFT, limit=Limit.MINUTES_DRAFT),
    _row(
        S.MINUTES_DRAFT, A.ISSUE_MINUTES, {W.OFFICE}, S.MINUTES_ISSUED, guard=Guard.COMPLETE, limit=Limit.MINUTES_SIGNED
    ),
    _row(S.MINUTES_ISSUED, A.TRACK, {W.OFFICE, W.CLOCK}, S.TRACKING, guard=Guard.ITEMS),
    _row(S.MINUTES_ISSUED, A.CLOSE, {W.OFFICE, W.CLOCK}, S.CLOSED, guard=Guard.STRUCK),
    _row(S.TRACKING, A.CLOSE, {W.OFFICE, W.CLOCK}, S.CLOSED, guard=Guard.STRUCK),
)

BY_STATE_AND_ACT: Mapping[tuple[MeetingState, Act], Transition] = MappingProxyType(
    {(row.state, row.act): row for row in TRANSITIONS}
)
_WAY = Way("meeting", BY_STATE_AND_ACT, MEETING_WORDS, ACT_WORDS)
LIMIT_OF: Mapping[MeetingState, Limit] = MappingProxyType({row.state: row.limit for row in TRANSITIONS if row.limit})
"""How long a meeting may stay in a state; the act that should end it carries the limit."""
NEEDS_REASON = frozenset({A.POSTPONE, A.CANCEL})

_SENTENCES: Mapping[Guard, Callable[[Facts], str]] = MappingProxyType(
    {
        Guard.NONE: lambda _: "",
        Guard.TOPICS: lambda f: f.no_topics,
        Guard.INVITED: lambda f: f.uninvited,
        Guard.QUORUM: lambda f: f.no_quorum,
        Guard.COMPLETE: lambda f: f.incomplete,
        Guard.ITEMS: lambda f: "" if f.items else "纪要没有议定事项，直接办结即可。",
        Guard.STRUCK: lambda f: f"还有 {f.open_items} 项议定事项没有销号，不能办结。" if f.open_items else "",
        Guard.TOPICS_OPEN: lambda f: "议题已经批定，另定时间即可。" if f.topics_fixed else "",
        Guard.TOPICS_FIXED: lambda f: "" if f.topics_fixed else "议题还没有批定，要重新征集。",
    }
)


def transition_of(meeting: Meeting, act: Act) -> Transition:
    """Return the row for an act on a meeting.

    Raises: ConflictError saying where the meeting is and since when.
    """
    return _WAY.row("这次会议", meeting.state, meeting.since, act)


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
