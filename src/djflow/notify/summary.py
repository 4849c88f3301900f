"""What messages give a circular: totals only, neither by unit nor by recipient.

A message belongs to the period in which it was written; that it arrived counts when it was reported by the end. Two
things cannot be rebuilt later: a notice that was taken back since is not counted any more, and what the retention
of notices has deleted is gone. Source: domain handbook, section 4.1.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.sections import Reach, Section
from djflow.core.spans import DateSpan
from djflow.notify.figures import rules, store
from djflow.notify.figures.model import INDICATORS


def sections(session: Session, span: DateSpan, calendar: WorkCalendar, now: datetime) -> tuple[Section, ...]:
    """Return what is told of a span's messages."""
    _ = calendar
    reach = Reach.of(span, now)
    sent = store.sent(session, reach)
    asked, answered = store.answers(session, reach)
    return (
        Section(
            code="notify",
            title="通知送达",
            order=60,
            indicators=INDICATORS,
            totals=rules.totals(sent, asked, answered),
            lacking=rules.lacking(sent),
        ),
    )
