"""What meetings and action items give a circular.

A meeting belongs to the day it began, whenever the office notes that it was held. Signatures, reports and what was
sent back are recorded with their times. Of an answer to an invitation only the last one is kept, but none is taken
once the meeting has begun, so that an old period comes out the same later.
Source: domain handbook, section 4.1.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.sections import Figure, Reach, Section, by_unit, summed
from djflow.core.spans import DateSpan
from djflow.meetings.figures import rules, store
from djflow.meetings.figures.model import HELD, INDICATORS, ITEMS_ON_TIME
from djflow.meetings.invitations import service as invitations

NO_ITEMS = "本期没有到期的议定事项，按期率未作统计。"


def sections(session: Session, span: DateSpan, calendar: WorkCalendar, now: datetime) -> tuple[Section, ...]:
    """Return what is told of a span's meetings and action items."""
    _ = calendar
    reach = Reach.of(span, now)
    meetings = store.held(session, reach)
    seats = invitations.seats_by_meeting(session, [one.id for one in meetings])
    held = [(one, seats[one.id]) for one in meetings]
    units = by_unit((*rules.of_seats(held), *rules.of_tasks(store.tasks(session, span, reach), span, reach)))
    totals = {HELD.code: Figure(len(held)), **summed(units)}
    unsigned = sum(not rules.signed_in(one) for _, one in held)
    lacking = [f"有{unsigned}次会议没有签到记录，未计入参会率。"] if unsigned else []
    if ITEMS_ON_TIME.code not in totals:
        lacking.append(NO_ITEMS)
    return (
        Section(
            code="meetings",
            title="会议和议定事项",
            order=40,
            indicators=INDICATORS,
            totals=totals,
            units=units,
            shortfalls=tuple(rules.shortfalls(units)),
            lacking=tuple(lacking),
        ),
    )
