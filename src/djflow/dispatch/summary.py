"""What postings give a circular, in numbers of units that send and units that host.

Steps, forms and checks are recorded with their times, so that an old period comes out the same later. A month's form
goes out in the month after: a period tells the months it asked about. One thing cannot be rebuilt: days of a month
that the office corrected later are told as corrected, and as not confirmed when that was after the end.
Source: domain handbook, sections 2.5 and 4.1.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.sections import Reach, Section, by_unit, summed
from djflow.core.spans import DateSpan
from djflow.dispatch.figures import rules, store
from djflow.dispatch.figures.model import INDICATORS


def sections(session: Session, span: DateSpan, calendar: WorkCalendar, now: datetime) -> tuple[Section, ...]:
    """Return what is told of a span's postings."""
    reach = Reach.of(span, now)
    terms, forms = store.terms(session, span, reach), store.forms(session, reach)
    counted = (
        *rules.of_terms(terms, span, reach, calendar),
        *rules.of_months(forms, reach),
        *rules.of_checks(store.checks(session, span, reach)),
    )
    units = by_unit(counted)
    totals = {**summed(units), **rules.mean_days(forms, reach)}
    return (
        Section(
            code="dispatch",
            title="干部选派",
            order=20,
            indicators=INDICATORS,
            totals=totals,
            units=units,
            shortfalls=tuple(rules.shortfalls(units)),
            notes=rules.notes(forms),
            lacking=rules.lacking(terms, totals),
        ),
    )
