"""Reads what is counted of meetings and action items: three queries, and one of the seats by their own store."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from djflow.core.ids import UnitId
from djflow.core.sections import Reach
from djflow.core.spans import DateSpan
from djflow.meetings.actions.model import ItemAct
from djflow.meetings.actions.rules import DONE
from djflow.meetings.actions.tables import MeetingItemRow, MeetingReportRow
from djflow.meetings.figures.model import Task
from djflow.meetings.model import AFTER, Act, Meeting
from djflow.meetings.store import meeting_of
from djflow.meetings.tables import MeetingMoveRow, MeetingRow


def held(session: Session, reach: Reach) -> tuple[Meeting, ...]:
    """Return the meetings that began within reach and were held, by start."""
    query = select(MeetingRow).where(
        MeetingRow.starts_at >= reach.start, MeetingRow.starts_at < reach.end, MeetingRow.state.in_(sorted(AFTER))
    )
    return tuple(meeting_of(row) for row in session.scalars(query.order_by(MeetingRow.starts_at, MeetingRow.id)))


def tasks(session: Session, span: DateSpan, reach: Reach) -> tuple[Task, ...]:
    """Return the items due in a span, those that were still open when it began, those that changed since."""
    done = {
        item: at if act is ItemAct.REPORT else None
        for item, act, at in session.execute(
            select(MeetingReportRow.item_id, MeetingReportRow.act, MeetingReportRow.at)
            .join(MeetingItemRow, MeetingItemRow.id == MeetingReportRow.item_id)
            .where(
                MeetingReportRow.act.in_((ItemAct.REPORT, ItemAct.SEND_BACK)),
                MeetingReportRow.at < reach.end,
                _wanted(span, reach),
            )
            .order_by(MeetingReportRow.item_id, MeetingReportRow.seq)
        )
    }
    given_out = and_(
        MeetingMoveRow.meeting_id == MeetingItemRow.meeting_id,
        MeetingMoveRow.act == Act.ISSUE_MINUTES,
        MeetingMoveRow.at < reach.end,
    )
    query = select(MeetingItemRow.id, MeetingItemRow.lead_id, MeetingItemRow.due_on).join(MeetingMoveRow, given_out)
    rows = session.execute(query.where(_wanted(span, reach)))
    return tuple(Task(UnitId(lead), due, done.get(item)) for item, lead, due in rows)


def _wanted(span: DateSpan, reach: Reach) -> ColumnElement[bool]:
    row = MeetingItemRow
    is_due = and_(row.due_on >= span.first, row.due_on <= span.last)
    was_open = and_(row.due_on < span.first, row.state.not_in(sorted(DONE)))
    return or_(is_due, was_open, row.since >= reach.start)
