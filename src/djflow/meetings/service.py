"""What can be done with a meeting: plan it, hand in and arrange topics, move it on, put it off, cancel it, find it.

Every act takes the record's head first, then the meeting's row, so that two at once queue and the later one meets what
the earlier one left.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.meetings import rules, store
from djflow.meetings.model import (
    LIVE,
    Act,
    Meeting,
    MeetingState,
    Move,
    NewMeeting,
    NewTopic,
    Topic,
    TopicId,
    TopicState,
    Who,
)
from djflow.meetings.store import Change
from djflow.meetings.transitions import (
    NEEDS_REASON,
    NOTHING_KNOWN,
    Facts,
    require_guard,
    require_may,
    transition_of,
)
from djflow.people import service as people

_GONE = "刚刚已由别人办理：请刷新后查看。"


@dataclass(frozen=True, slots=True)
class Step:
    """A step about to be made: what, in what capacity, what is known, why, and the new date it brings."""

    act: Act
    who: Who
    facts: Facts = NOTHING_KNOWN
    reason: str = field(default="", repr=False)
    moved: NewMeeting | None = None
    topics_fixed: bool | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The list as the office arranges it: topics in order, and which topic goes on in which; the others are left."""

    listed: tuple[TopicId, ...]
    merged: Mapping[TopicId, TopicId] = field(default_factory=dict)


def plan(session: Session, new: NewMeeting, *, by: str, now: datetime) -> Meeting:
    """Begin a meeting with the call for topics; the same key again returns the same meeting.

    Raises: InputError for a date or name that cannot be; ConflictError when the room is taken.
    """
    audit.hold(session)
    known = store.by_key(session, new.key)
    if known is not None:
        return known
    new = rules.require_plan(new, now=now)
    _require_room(session, new, but="")
    meeting = store.add(session, new, now=now)
    _record(session, meeting, "meeting.plan", by=by, now=now)
    return meeting


def _require_room(session: Session, new: NewMeeting, *, but: str) -> None:
    others = [one for one in store.meetings(session, LIVE) if one.id != but]
    taken = rules.rooms_taken(new, others)
    if taken:
        raise ConflictError(
            f"{new.place}在这段时间已安排“{taken[0].new.title}”：请另选地点或时间。", code="meeting.room"
        )


def hand_in(
    session: Session, meeting_id: str, new: NewTopic, person: PersonId | None, *, by: str, now: datetime
) -> Topic:
    """Take a topic from a unit while topics are being collected; the same unit's same title again is the same topic.

    Raises: InputError for a missing or over-long title; ConflictError when the list is closed.
    """
    meeting = opened(session, meeting_id)
    new = rules.require_topic(new)
    _require_collecting(meeting)
    unit = next((one for one in people.units(session) if one.id == new.unit), None)
    if unit is None or not unit.entry.active:
        raise NotFoundError("这个单位已撤并停用，不能报送议题：请由承接的单位报送。", code="meeting.unit")
    for one in store.topics(session, meeting_id):
        if one.new.unit == new.unit and one.new.title == new.title:
            return one
    topic = store.add_topic(session, meeting, new, person, now=now)
    _record(session, meeting, "meeting.topic", by=by, now=now)
    return topic


def arrange(session: Session, meeting_id: str, how: Arrangement, *, by: str, now: datetime) -> tuple[Topic, ...]:
    """Put the topics in order, merge some, leave the others out; return them as they stand.

    Raises: InputError for topics of elsewhere, twice on the list, or merged into one that is not on it.
    """
    meeting = opened(session, meeting_id)
    _require_collecting(meeting)
    known = {one.id for one in store.topics(session, meeting_id)}
    named = [*how.listed, *how.merged]
    on_list = set(how.listed)
    if len(set(named)) != len(named) or not set(named) <= known or not set(how.merged.values()) <= on_list:
        raise InputError("议题编排有误：每个议题只能排一次，合并要并入列入的议题，请改正。", code="meeting.arrange")
    for topic in sorted(known):
        if topic in on_list:
            store.put_topic(session, topic, TopicState.LISTED, how.listed.index(topic) + 1, None)
        elif topic in how.merged:
            store.put_topic(session, topic, TopicState.MERGED, 0, how.merged[topic])
        else:
            store.put_topic(session, topic, TopicState.DROPPED, 0, None)
    _record(session, meeting, "meeting.arrange", by=by, now=now)
    return store.topics(session, meeting_id)


def _require_collecting(meeting: Meeting) -> None:
    if meeting.state is not MeetingState.TOPIC_CALL:
        raise ConflictError("议题已经确定或会议有变，不再收议题：请与组织部联系。", code="meeting.topics_closed")


def fix_topics(session: Session, meeting_id: str, *, by: str, now: datetime) -> Meeting:
    """Note that the list was approved; twice is once.

    Raises: RuleError without any topic on it.
    """
    meeting = opened(session, meeting_id)
    if meeting.topics_fixed:
        return meeting
    listed = rules.listed(store.topics(session, meeting_id))
    facts = Facts(no_topics="" if listed else "还没有列入的议题：请先编排议题。")
    return step(session, meeting, Step(Act.FIX_TOPICS, Who.APPROVAL, facts, topics_fixed=True), by=by, now=now)


def postpone(session: Session, meeting_id: str, reason: str, *, by: str, now: datetime) -> Meeting:
    """Put a meeting off without a new date; twice is once.

    Raises: InputError without a reason.
    """
    meeting = opened(session, meeting_id)
    if meeting.state is MeetingState.POSTPONED:
        return meeting
    return step(session, meeting, Step(Act.POSTPONE, Who.OFFICE, reason=reason), by=by, now=now)


def reschedule(session: Session, meeting_id: str, moved: NewMeeting, *, by: str, now: datetime) -> Meeting:
    """Give a meeting that was put off another date and place; topics that were approved stay.

    Raises: InputError for a date that cannot be; ConflictError when the room is taken, or the meeting was not put off.
    """
    meeting = opened(session, meeting_id)
    moved = rules.require_plan(moved, now=now)
    act = Act.RESCHEDULE if meeting.topics_fixed else Act.REOPEN
    transition_of(meeting, act)
    _require_room(session, moved, but=meeting.id)
    facts = Facts(topics_fixed=meeting.topics_fixed)
    return step(session, meeting, Step(act, Who.OFFICE, facts, moved=moved), by=by, now=now)


def cancel(session: Session, meeting_id: str, reason: str, *, by: str, now: datetime) -> Meeting:
    """Give a meeting up; twice is once.

    Raises: InputError without a reason.
    """
    meeting = opened(session, meeting_id)
    if meeting.state is MeetingState.CANCELLED:
        return meeting
    return step(session, meeting, Step(Act.CANCEL, Who.OFFICE, reason=reason), by=by, now=now)


def opened(session: Session, meeting_id: str) -> Meeting:
    """Return a meeting, kept from everybody else until the transaction ends.

    Raises: NotFoundError.
    """
    audit.hold(session)
    return _found(session, meeting_id, lock=True)


def done(session: Session, meeting: Meeting, act: Act) -> bool:
    """Return whether an act that is made once was made before."""
    return any(move.act is act for move in store.moves(session, meeting.id))


def step(session: Session, meeting: Meeting, made: Step, *, by: str, now: datetime) -> Meeting:
    """Move an opened meeting on by one act and record it.

    Raises: ConflictError when the act may not follow (any more); RuleError for who may not, or an unmet condition.
    """
    row = transition_of(meeting, made.act)
    require_may(row, made.who)
    require_guard(row, made.facts)
    reason = rules.clean_text(made.reason, "理由", needed=made.act in NEEDS_REASON)
    written = Change(made.act, row.then, made.who, by, now, reason, made.moved, made.topics_fixed)
    if not store.change(session, meeting, written):
        raise ConflictError(f"这次会议{_GONE}", code="meeting.state")
    after = _found(session, meeting.id)
    _record(session, after, f"meeting.{made.act.value}", by=by, now=now)
    return after


def meeting(session: Session, meeting_id: str) -> Meeting:
    """Return a meeting.

    Raises: NotFoundError.
    """
    return _found(session, meeting_id)


def meetings(session: Session, states: Collection[MeetingState] | None = None) -> tuple[Meeting, ...]:
    """Return the meetings in some states, or all, by start and id."""
    return store.meetings(session, states if states is not None else tuple(MeetingState))


def topics(session: Session, meeting_id: str) -> tuple[Topic, ...]:
    """Return the topics of a meeting, those on the list first."""
    return store.topics(session, meeting_id)


def moves(session: Session, meeting_id: str) -> tuple[Move, ...]:
    """Return the steps a meeting took, oldest first."""
    return store.moves(session, meeting_id)


def reasons(session: Session, meeting_id: str) -> tuple[tuple[Act, datetime, str], ...]:
    """Open and return the reasons given for steps, oldest first."""
    return store.reasons(session, meeting_id)


def _record(session: Session, meeting: Meeting, action: str, *, by: str, now: datetime) -> None:
    details = {"state": meeting.state.value, "round": meeting.round, "start": meeting.new.starts_at.isoformat()}
    audit.record(session, meeting.subject, action, by=by, now=now, details=details)


def _found(session: Session, meeting_id: str, *, lock: bool = False) -> Meeting:
    row = store.row_of(session, meeting_id, lock=lock)
    if row is None:
        raise NotFoundError("没有这次会议：请刷新后再试。", code="meeting.unknown")
    return store.meeting_of(row)
