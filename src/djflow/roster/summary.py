"""What the duties at market towns give a circular.

A span is told by the roster that was in force at its end and by answers given until then. Of an answer only the last
one is kept, but none is taken once a session has begun, so that an old period comes out the same later. Who stood at
the stall, and when, is not recorded anywhere: that is said instead of being guessed.
Source: domain handbook, section 4.1.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.sections import Reach, Section, by_unit, summed
from djflow.core.spans import DateSpan
from djflow.roster.figures import rules, store
from djflow.roster.figures.model import CONFIRMED, INDICATORS

NO_SIGN_IN = "系统没有赶场到岗签到记录，到岗率、迟到率没有数据来源，未作统计。"
NO_ANSWERS = "本期没有值班确认记录，值班确认率未作统计。"
NO_ROSTER = "本期没有已发布的值班表。"


def sections(session: Session, span: DateSpan, calendar: WorkCalendar, now: datetime) -> tuple[Section, ...]:
    """Return what is told of a span's duties."""
    _ = calendar
    reach = Reach.of(span, now)
    rosters = store.rosters(session, span, reach)
    begun = rules.begun(store.gatherings(session, rosters, span), reach)
    duties = rules.held(store.duties(session, rosters, span), begun)
    units = by_unit(rules.tallies(duties, store.given(session, rosters, span), begun, reach))
    totals = {**rules.of_the_whole(begun, len(duties)), **summed(units)}
    return (
        Section(
            code="roster",
            title="赶场便民服务",
            order=10,
            indicators=INDICATORS,
            totals=totals,
            units=units,
            shortfalls=tuple(rules.shortfalls(units)),
            lacking=_lacking(bool(begun), CONFIRMED.code in totals),
        ),
    )


def _lacking(any_session: bool, any_answer: bool) -> tuple[str, ...]:  # noqa: FBT001 - two facts, one sentence each
    if not any_session:
        return (NO_ROSTER, NO_SIGN_IN)
    return (NO_SIGN_IN,) if any_answer else (NO_ANSWERS, NO_SIGN_IN)
