"""Counts postings, months and checks. Pure.

Sending in time, attendance and spot checks are the sending unit's; confirming months and the assessment in the middle
of a term are the host's. Attendance is counted in months of persons, not in days: a rate over fewer than five is
then withheld where few are posted. Source: domain handbook, sections 2.4, 2.5 and 4.1.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Reach, Shortfall, Tally, day_over
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.figures.model import (
    ARRIVED,
    ATTENDANCE,
    AWAY,
    CHECKS,
    CONFIRMED,
    DAYS,
    MIDTERM,
    Check,
    MonthForm,
    Term,
)
from djflow.dispatch.policy.model import Paper
from djflow.dispatch.postings.model import Act, PostingState
from djflow.dispatch.postings.rules import asks, midterm_on
from djflow.dispatch.postings.transitions import SERVING

_ENDS = (Act.RETURN, Act.RECALL, Act.CANCEL)
_WORDS = (
    (ARRIVED.code, "派出人员未按期报到", "人"),
    (CHECKS.code, "派出人员抽查不在岗", "人次"),
    (CONFIRMED.code, "未确认在岗月报", "份"),
    (MIDTERM.code, "中期考核未完成", "人"),
)


def arrive_by(term: Term) -> date | None:
    """Return the last day to report, None where the policy is not kept or nobody went."""
    if term.policy is None or term.state is PostingState.CANCELLED:
        return None
    return term.first + timedelta(days=term.policy.clocks.report_days)


def review_by(term: Term, calendar: WorkCalendar) -> date | None:
    """Return the day the middle of a term is reviewed, None where it is not, or where the term was over by then."""
    if term.policy is None or not asks(term.policy, Paper.MIDTERM_FORM):
        return None
    day = midterm_on(DateSpan(term.first, term.last), term.policy, calendar)
    over = term.time_of(*_ENDS)
    return None if over is not None and over < day_over(day) else day


def of_terms(terms: Iterable[Term], span: DateSpan, reach: Reach, calendar: WorkCalendar) -> Iterator[Tally]:
    """Yield what counts for units of postings: away at the end, reported in time, reviewed in the middle."""
    for one in terms:
        if one.state in SERVING:
            yield Tally(one.home, AWAY.code)
        day = arrive_by(one)
        if day is not None and day in span and reach.is_over(day):
            yield Tally(one.home, ARRIVED.code, int(_reported(one, day)), 1)
        day = review_by(one, calendar)
        if day is not None and day in span and reach.is_over(day):
            yield Tally(one.host, MIDTERM.code, int(one.time_of(Act.MIDTERM) is not None), 1)


def _reported(term: Term, day: date) -> bool:
    known = term.time_of(Act.REPORT) is not None
    return known and term.reported_on is not None and term.reported_on <= day


def of_months(forms: Iterable[MonthForm], reach: Reach) -> Iterator[Tally]:
    """Yield what counts for units of months: whether the host confirmed, whether the days were reached."""
    for one in forms:
        known = reach.knows(one.confirmed_at) and one.days is not None
        if known or reach.knows(one.filled_at):
            yield Tally(one.host, CONFIRMED.code, int(known), 1)
        if known and one.days is not None and one.required:
            yield Tally(one.home, ATTENDANCE.code, int(one.days >= one.required), 1)


def of_checks(checks: Iterable[Check]) -> Iterator[Tally]:
    """Yield what counts for sending units of spot checks."""
    for one in checks:
        yield Tally(one.home, CHECKS.code, int(one.present), 1)


def mean_days(forms: Iterable[MonthForm], reach: Reach) -> dict[str, Figure]:
    """Return the days of a month of the whole district; of a unit they could be one person's."""
    days = [one.days for one in forms if reach.knows(one.confirmed_at) and one.days is not None and one.required]
    return {DAYS.code: Figure(sum(days), len(days))} if days else {}


def shortfalls(units: Mapping[UnitId, Mapping[str, Figure]]) -> Iterator[Shortfall]:
    """Yield what units did not do, in numbers."""
    for unit, figures in sorted(units.items()):
        for code, what, noun in _WORDS:
            figure = figures.get(code)
            if figure is not None and figure.whole is not None and figure.part < figure.whole:
                yield Shortfall(unit, code, what, figure.whole - figure.part, noun)


def notes(forms: Iterable[MonthForm]) -> tuple[str, ...]:
    """Return which months the attendance is of: forms go out in the month after."""
    months = sorted({one.month for one in forms})
    titles = "、".join(Month.parse(one).title for one in months)
    return (f"在岗率按本期下发的在岗月报统计，为{titles}的情况。",) if months else ()


def lacking(terms: Sequence[Term], found: Mapping[str, Figure]) -> tuple[str, ...]:
    """Return why something has no figure."""
    unknown = sum(one.policy is None for one in terms)
    said = [f"有{unknown}名派出人员所依据的规则版本没有留存，未计入到位率和中期考核完成率。"] if unknown else []
    if ATTENDANCE.code not in found:
        said.append("本期没有接收单位确认的在岗月报，在岗率未作统计。")
    return tuple(said)
