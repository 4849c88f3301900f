"""What can be done with action items: write them into the minutes, accept, report, verify, strike off, supervise."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.meetings import rules as meeting_rules
from djflow.meetings import service as meetings
from djflow.meetings.actions import rules, store
from djflow.meetings.actions.model import Item, ItemAct, ItemId, ItemState, ItemWho, NewItem, Report
from djflow.meetings.actions.store import Wanted
from djflow.meetings.actions.transitions import NEEDS_TEXT, item_transition
from djflow.meetings.model import Meeting, MeetingState
from djflow.meetings.papers import service as papers
from djflow.people import service as people

_GIVEN_OUT = frozenset({MeetingState.MINUTES_ISSUED, MeetingState.TRACKING})


def add(session: Session, meeting_id: str, new: NewItem, *, by: str, now: datetime) -> Item:
    """Write an item into the draft of a meeting's minutes.

    Raises: InputError for what cannot be done; ConflictError when no minutes are being drafted.
    """
    meeting = meetings.opened(session, meeting_id)
    _require_draft(session, meeting)
    active = {unit.id for unit in people.units(session) if unit.entry.active}
    new = rules.require_item(new, active, today=civil_date(now))
    found = store.add(session, meeting_id, new, now=now)
    _record(session, found, "item.add", by=by, now=now)
    return found


def remove(session: Session, item_id: str, *, by: str, now: datetime) -> None:
    """Take an item out of a draft; raises ConflictError once the minutes are issued."""
    item, meeting = _opened(session, item_id)
    _require_draft(session, meeting)
    store.remove(session, item.id)
    _record(session, item, "item.remove", by=by, now=now)


def _require_draft(session: Session, meeting: Meeting) -> None:
    if meeting.state is not MeetingState.MINUTES_DRAFT:
        raise ConflictError("议定事项在起草纪要时填写，现在不能改。", code="meeting.item_draft")
    papers.require_writable(session, meeting)


def act(  # noqa: PLR0913 - the item, what, by whom in which capacity, in which words
    session: Session, item_id: str, what: ItemAct, who: ItemWho, text: str = "", *, by: str, now: datetime
) -> Item:
    """Move an item on by one act, and keep what was said with it; having been done before is nothing happened.

    Raises: ConflictError when it stands elsewhere or its minutes are not issued; InputError without a text.
    """
    item, meeting = _opened(session, item_id)
    if meeting.state not in _GIVEN_OUT:
        raise ConflictError("纪要还没有印发，或会议已经办结，这项事项现在不能办。", code="meeting.item_state")
    words = meeting_rules.clean_text(text, "办理情况", needed=what in NEEDS_TEXT)
    row = item_transition(item, what, who)
    store.move(session, item.id, row.then, now=now)
    if words:
        store.add_report(session, Report(item.id, Month.of(civil_date(now)), what, words, now), by=by)
    after = _found(session, item_id)
    _record(session, after, f"item.{what.value}", by=by, now=now)
    return after


def urge(session: Session, item_id: str, text: str, *, by: str, now: datetime) -> Item:
    """Supervise an item that is not done, in words; raises RuleError for one that is."""
    item, _meeting = _opened(session, item_id)
    if item.state in rules.DONE:
        raise RuleError("这项事项已报办结，不用督办。", code="meeting.item_done")
    words = meeting_rules.clean_text(text, "督办意见", needed=True)
    store.urge(session, item.id)
    store.add_report(session, Report(item.id, Month.of(civil_date(now)), None, words, now), by=by)
    after = _found(session, item_id)
    _record(session, after, "item.urge", by=by, now=now)
    return after


def item(session: Session, item_id: str) -> Item:
    """Return an item; raises NotFoundError."""
    return _found(session, item_id)


def items(
    session: Session,
    *,
    meeting: str | None = None,
    owner: PersonId | None = None,
    states: Collection[ItemState] | None = None,
) -> tuple[Item, ...]:
    """Return items by meeting and number."""
    return store.items(session, Wanted(meeting, owner, states))


def open_items(session: Session) -> tuple[Item, ...]:
    """Return the items of issued minutes that are not struck off."""
    given_out = {one.id for one in meetings.meetings(session, _GIVEN_OUT)}
    states = set(ItemState) - {ItemState.STRUCK_OFF}
    return tuple(one for one in store.items(session, Wanted(states=states)) if one.meeting in given_out)


def reports(session: Session, item_id: str) -> tuple[Report, ...]:
    """Return what was said about an item, oldest first."""
    return store.reports(session, item_id)


def reported_in(session: Session, month: Month) -> frozenset[ItemId]:
    """Return the items whose owner reported something in a month."""
    return store.reported_in(session, month)


def _opened(session: Session, item_id: str) -> tuple[Item, Meeting]:
    meeting = meetings.opened(session, _found(session, item_id).meeting)
    return _found(session, item_id), meeting


def _found(session: Session, item_id: str) -> Item:
    found = store.item(session, item_id)
    if found is None:
        raise NotFoundError("没有这项议定事项：请刷新后再试。", code="meeting.item")
    return found


def _record(session: Session, item: Item, action: str, *, by: str, now: datetime) -> None:
    details = {"state": item.state.value, "number": item.number}
    audit.record(session, item.subject, action, by=by, now=now, details=details)
