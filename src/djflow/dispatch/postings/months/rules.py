"""How many days a month asks for, what light it gets, when a recall is proposed. Pure.

Source: handbook of the domain, section 2.5; figures are those of the policy.
"""

from collections.abc import Iterable

from djflow.calendar.workdays import WorkCalendar
from djflow.core.errors import InputError
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.policy.model import Attendance
from djflow.dispatch.postings.model import RecallReason
from djflow.dispatch.postings.months.model import Form, Light, ServiceMonth, SpotCheck

MOST = 10_000


def served(span: DateSpan, month: Month) -> DateSpan | None:
    """Return the days of a month that belong to a term, None for none."""
    if not span.overlaps(month.span):
        return None
    return DateSpan(max(span.first, month.first), min(span.last, month.last))


def required(
    span: DateSpan, month: Month, leaves: Iterable[DateSpan], asked: Attendance, calendar: WorkCalendar
) -> int:
    """Return how many days of a month somebody must be at the host.

    A month served in part asks for its share, rounded down; each workday of granted leave counts as served.
    """
    part = served(span, month)
    if part is None or not asked.days_per_month:
        return 0
    share = asked.days_per_month * ((part.last - part.first).days + 1) // month.last.day
    excused = {day for leave in leaves for day in leave if day in part and calendar.is_workday(day)}
    return max(0, share - len(excused))


def lights(months: Iterable[ServiceMonth], asked: Attendance) -> dict[Month, Light]:
    """Return the light of each month: yellow below the days, red from so many short months in a year on as recall."""
    found, short = dict[Month, Light](), dict[int, int]()
    for one in sorted(months, key=lambda each: each.month):
        year = one.month.year
        short[year] = short.get(year, 0) + one.short
        if one.days is None:
            found[one.month] = Light.GREY
        elif not one.short:
            found[one.month] = Light.GREEN
        else:
            found[one.month] = Light.RED if short[year] >= asked.recall_months else Light.YELLOW
    return found


def absences(checks: Iterable[SpotCheck], year: int) -> int:
    """Return how many spot checks of a year somebody failed."""
    return sum(one.counts and one.on.year == year for one in checks)


def recall_causes(
    months: Iterable[ServiceMonth], checks: Iterable[SpotCheck], asked: Attendance, year: int
) -> tuple[RecallReason, ...]:
    """Return which figures of a year propose a recall."""
    short = sum(one.short and one.month.year == year for one in months)
    found = []
    if asked.days_per_month and short >= asked.recall_months:
        found.append(RecallReason.ATTENDANCE)
    if absences(checks, year) >= asked.recall_absences:
        found.append(RecallReason.SPOT_CHECKS)
    return tuple(found)


def require_days(days: int, month: Month) -> None:
    """Refuse a number of days that no month has.

    Raises: InputError.
    """
    if not 0 <= days <= month.last.day:
        raise InputError(
            f"{month.title}有 {month.last.day} 天，在岗天数应在 0 到 {month.last.day} 之间。", code="month.days"
        )


def require_form(form: Form, month: Month) -> None:
    """Refuse figures that cannot be.

    Raises: InputError.
    """
    require_days(form.days, month)
    if not (0 <= form.visits <= MOST and 0 <= form.matters <= MOST):
        raise InputError(f"走访户数和办结件数应在 0 到 {MOST} 之间。", code="month.figures")
