"""Reads and writes action items and their reports."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, UnitId, new_id
from djflow.core.spans import Month
from djflow.meetings.actions.model import Item, ItemAct, ItemId, ItemState, NewItem, Report
from djflow.meetings.actions.tables import MeetingItemRow, MeetingReportRow
from djflow.meetings.model import MeetingId

_BETWEEN = ","


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items are asked for; None does not ask."""

    meeting: str | None = None
    owner: PersonId | None = None
    states: Collection[ItemState] | None = None


def add(session: Session, meeting_id: str, new: NewItem, *, now: datetime) -> Item:
    """Write an item under the next number of its meeting."""
    last = session.scalar(select(func.max(MeetingItemRow.number)).where(MeetingItemRow.meeting_id == meeting_id))
    row = MeetingItemRow(
        id=new_id(now),
        meeting_id=meeting_id,
        number=(last or 0) + 1,
        content=new.content,
        lead_id=new.lead,
        helpers=_BETWEEN.join(new.helpers),
        due_on=new.due_on,
        owner_id=new.owner,
        state=ItemState.ASSIGNED,
        since=now,
        urged=0,
        version=0,
    )
    session.add(row)
    session.flush()
    return _item(row)


def remove(session: Session, item_id: ItemId) -> None:
    """Take an item out of a draft."""
    session.delete(session.get_one(MeetingItemRow, item_id, populate_existing=True))
    session.flush()


def item(session: Session, item_id: str) -> Item | None:
    """Return an item as it stands."""
    row = session.get(MeetingItemRow, item_id, populate_existing=True)
    return None if row is None else _item(row)


def items(session: Session, wanted: Wanted) -> tuple[Item, ...]:
    """Return the items asked for, by meeting and number."""
    query = select(MeetingItemRow)
    if wanted.meeting is not None:
        query = query.where(MeetingItemRow.meeting_id == wanted.meeting)
    if wanted.owner is not None:
        query = query.where(MeetingItemRow.owner_id == wanted.owner)
    if wanted.states is not None:
        query = query.where(MeetingItemRow.state.in_(sorted(wanted.states)))
    query = query.order_by(MeetingItemRow.meeting_id, MeetingItemRow.number)
    return tuple(_item(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def move(session: Session, item_id: ItemId, state: ItemState, *, now: datetime) -> None:
    """Move an item on."""
    row = session.get_one(MeetingItemRow, item_id, populate_existing=True)
    if row.state is not state:
        row.since = now
    row.state, row.version = state, row.version + 1
    session.flush()


def urge(session: Session, item_id: ItemId) -> None:
    """Count one more supervision of an item."""
    row = session.get_one(MeetingItemRow, item_id, populate_existing=True)
    row.urged, row.version = row.urged + 1, row.version + 1
    session.flush()


def add_report(session: Session, report: Report, *, by: str) -> None:
    """Write what was reported or answered, after what was said before; the caller holds the meeting."""
    before = select(func.count()).select_from(MeetingReportRow).where(MeetingReportRow.item_id == report.item)
    row = MeetingReportRow(
        id=new_id(report.at),
        item_id=report.item,
        seq=(session.scalar(before) or 0) + 1,
        month=str(report.month),
        act=report.act,
        text=report.text,
        by=by,
        at=report.at,
    )
    session.add(row)
    session.flush()


def reports(session: Session, item_id: str) -> tuple[Report, ...]:
    """Return what was reported about an item, oldest first."""
    query = select(MeetingReportRow).where(MeetingReportRow.item_id == item_id)
    rows = session.scalars(query.order_by(MeetingReportRow.seq))
    return tuple(Report(ItemId(row.item_id), Month.parse(row.month), row.act, row.text, row.at) for row in rows)


def reported_in(session: Session, month: Month) -> frozenset[ItemId]:
    """Return the items whose owner reported something in a month."""
    said = (ItemAct.PROGRESS, ItemAct.REPORT)
    query = select(MeetingReportRow.item_id).where(MeetingReportRow.month == str(month), MeetingReportRow.act.in_(said))
    return frozenset(ItemId(one) for one in session.scalars(query))


def _item(row: MeetingItemRow) -> Item:
    helpers = tuple(UnitId(one) for one in row.helpers.split(_BETWEEN) if one)
    owner = PersonId(row.owner_id) if row.owner_id else None
    return Item(
        id=ItemId(row.id),
        meeting=MeetingId(row.meeting_id),
        number=row.number,
        new=NewItem(row.content, UnitId(row.lead_id), helpers, row.due_on, owner),
        state=row.state,
        since=row.since,
        urged=row.urged,
        version=row.version,
    )
