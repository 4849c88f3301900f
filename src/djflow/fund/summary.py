"""What the fund gives a circular: figures of the whole district only.

Every step of a case is recorded with its time, so that an old period comes out the same later; only a case that was
claimed back after it is still told as paid. Nothing is told by unit, branch, category or village: where few apply, a
number would be a person. Source: domain handbook, section 4.1; personal information protection law.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.sections import Reach, Section
from djflow.core.spans import DateSpan
from djflow.fund.figures import rules, store
from djflow.fund.figures.model import INDICATORS

WHOLE_ONLY = "为保护申请人隐私，帮扶资金只通报全区总数，不分单位。"
NOTHING_PAID = "本期没有拨付，办理平均用时未作统计。"


def sections(session: Session, span: DateSpan, calendar: WorkCalendar, now: datetime) -> tuple[Section, ...]:
    """Return what is told of a span's applications."""
    reach = Reach.of(span, now)
    paid = store.paid(session, reach)
    return (
        Section(
            code="fund",
            title="党内温暖工程基金",
            order=30,
            indicators=INDICATORS,
            totals=rules.totals(store.acts(session, reach), store.states(session, reach), paid, calendar),
            notes=rules.notes(paid),
            lacking=(WHOLE_ONLY,) if paid else (WHOLE_ONLY, NOTHING_PAID),
        ),
    )
