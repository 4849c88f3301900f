"""What issued documents and their receipts give a circular.

Issuing, acknowledging and making void are recorded with their times: an old period comes out the same later.
Source: domain handbook, section 4.1.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.sections import Figure, Reach, Section, by_unit, summed
from djflow.core.spans import DateSpan
from djflow.documents.figures import rules, store
from djflow.documents.figures.model import ACKNOWLEDGED, INDICATORS, ISSUED

NOTHING_DUE = "本期没有到期应签收的公文，回执率未作统计。"


def sections(session: Session, span: DateSpan, calendar: WorkCalendar, now: datetime) -> tuple[Section, ...]:
    """Return what is told of a span's documents."""
    _ = calendar
    reach = Reach.of(span, now)
    units = by_unit(rules.tallies(store.copies(session, span, reach), span, reach))
    totals = {ISSUED.code: Figure(store.issued(session, reach)), **summed(units)}
    return (
        Section(
            code="documents",
            title="公文运转",
            order=50,
            indicators=INDICATORS,
            totals=totals,
            units=units,
            shortfalls=tuple(rules.shortfalls(units)),
            lacking=() if ACKNOWLEDGED.code in totals else (NOTHING_DUE,),
        ),
    )
