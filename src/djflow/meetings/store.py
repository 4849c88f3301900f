"""Reads and writes meetings, their steps and topics."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, UnitId, new_id
from djflow.db.session import vault_of
from djflow.db.store import keep_step, move_on
from djflow.meetings.model import (
    Act,
    Meeting,
    MeetingId,
    MeetingState,
    Move,
    NewMeeting,
    NewTopic,
    Topic,
    TopicId,
    TopicState,
    Who,
)
from djflow.meetings.tables import MeetingMoveRow, MeetingRow, MeetingTopicRow

_MOVE_REASON = "meeting_move.reason"


@dataclass(frozen=True, slots=True)
class Change:
    """What a step writes: the state after it, and whichever of date, place and round it changes."""

    act: Act
    after: MeetingState
    who: Who
    by: str
    at: datetime
    reason: str = field(default="", repr=False)
    moved: NewMeeting | None = None
    topics_fixed: bool | None = None


def add(session: Session, new: NewMeeting, *, now: datetime) -> Meeting:
    """Write a new meeting that calls for topics."""
    row = MeetingRow(
        id=new_id(now),
        key=new.key,
        kind=new.kind,
        title=new.title,
        place=new.place,
        chair=new.chair,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        state=MeetingState.TOPIC_CALL,
        since=now,
        round=1,
        topics_fixed=False,
        version=0,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return meeting_of(row)


def meeting_of(row: MeetingRow) -> Meeting:
    """Return a row as a meeting."""
    new = NewMeeting(row.key, row.kind, row.title, row.place, row.starts_at, row.ends_at, row.chair)
    return Meeting(MeetingId(row.id), new, row.state, row.since, row.round, row.topics_fixed, row.version)


def by_key(session: Session, key: str) -> Meeting | None:
    """Return the meeting planned under `key`."""
    row = session.scalar(select(MeetingRow).where(MeetingRow.key == key))
    return None if row is None else meeting_of(row)


def row_of(session: Session, meeting_id: str, *, lock: bool = False) -> MeetingRow | None:
    """Return a meeting's row as it stands, locked until the transaction ends when asked."""
    query = select(MeetingRow).where(MeetingRow.id == meeting_id).execution_options(populate_existing=True)
    return session.scalar(query.with_for_update() if lock else query)


def meetings(session: Session, states: Collection[MeetingState]) -> tuple[Meeting, ...]:
    """Return the meetings in some states, by start and id."""
    query = select(MeetingRow).where(MeetingRow.state.in_(sorted(states)))
    rows = session.scalars(query.order_by(MeetingRow.starts_at, MeetingRow.id))
    return tuple(meeting_of(row) for row in rows)


def change(session: Session, meeting: Meeting, made: Change) -> bool:
    """Move a meeting on if it still is as it was; False when somebody else was faster."""
    values: dict[str, object] = {"state": made.after, "since": made.at}
    if made.moved is not None:
        values |= {"starts_at": made.moved.starts_at, "ends_at": made.moved.ends_at, "place": made.moved.place}
        values["round"] = meeting.round + 1
    if made.topics_fixed is not None:
        values["topics_fixed"] = made.topics_fixed
    if not move_on(session, MeetingRow, meeting, values):
        return False
    row = MeetingMoveRow(
        id=new_id(made.at),
        meeting_id=meeting.id,
        version=meeting.version + 1,
        act=made.act,
        before=meeting.state,
        after=made.after,
        who=made.who,
        at=made.at,
        by=made.by,
    )
    keep_step(session, row, made.reason, _MOVE_REASON)
    return True


def moves(session: Session, meeting_id: str) -> tuple[Move, ...]:
    """Return the steps of a meeting, oldest first."""
    query = select(MeetingMoveRow).where(MeetingMoveRow.meeting_id == meeting_id).order_by(MeetingMoveRow.version)
    return tuple(Move(row.act, row.before, row.after, row.who, row.at) for row in session.scalars(query))


def reasons(session: Session, meeting_id: str) -> tuple[tuple[Act, datetime, str], ...]:
    """Open and return the reasons given for steps, oldest first."""
    query = select(MeetingMoveRow).where(MeetingMoveRow.meeting_id == meeting_id, MeetingMoveRow.reason.is_not(None))
    rows = session.scalars(query.order_by(MeetingMoveRow.version))
    vault = vault_of(session)
    return tuple((row.act, row.at, vault.open(row.reason or b"", context=f"{_MOVE_REASON}:{row.id}")) for row in rows)


def add_topic(session: Session, meeting: Meeting, new: NewTopic, person: PersonId | None, *, now: datetime) -> Topic:
    """Write a topic that was handed in."""
    row = MeetingTopicRow(
        id=new_id(now),
        meeting_id=meeting.id,
        unit_id=new.unit,
        person_id=person,
        title=new.title,
        text=new.text,
        state=TopicState.PROPOSED,
        place=0,
        at=now,
    )
    session.add(row)
    session.flush()
    return _topic(row)


def topics(session: Session, meeting_id: str) -> tuple[Topic, ...]:
    """Return the topics of a meeting, listed ones in their order first, then as they came."""
    query = select(MeetingTopicRow).where(MeetingTopicRow.meeting_id == meeting_id)
    found = [_topic(row) for row in session.scalars(query.execution_options(populate_existing=True))]
    return tuple(sorted(found, key=lambda one: (one.place == 0, one.place, one.id)))


def put_topic(session: Session, topic_id: TopicId, state: TopicState, place: int, into: TopicId | None) -> None:
    """Note where a topic stands on the list, or what became of it."""
    row = session.get_one(MeetingTopicRow, topic_id, populate_existing=True)
    row.state, row.place, row.into_id = state, place, into
    session.flush()


def _topic(row: MeetingTopicRow) -> Topic:
    return Topic(
        id=TopicId(row.id),
        meeting=MeetingId(row.meeting_id),
        new=NewTopic(UnitId(row.unit_id), row.title, row.text),
        state=row.state,
        at=row.at,
        place=row.place,
        into=TopicId(row.into_id) if row.into_id else None,
        person=PersonId(row.person_id) if row.person_id else None,
    )
