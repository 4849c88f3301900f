"""How publicity days are counted. Pure.

The day of posting does not count; a period ends with the last second of its last day, by Beijing time. An objection
stops the clock: only whole days before it have been counted, and the rest is counted from the day after the name hangs
again, so that the public always has as many full workdays as the office promised.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import civil_date
from djflow.core.errors import InputError
from djflow.core.typed import cleaned
from djflow.dispatch.batches.publicity.model import Period, PeriodState

OBJECTION_LENGTH = 1000
_A_DAY = timedelta(days=1)


def frozen(period: Period, on: date, calendar: WorkCalendar) -> Period:
    """Return a period stopped on a day; at least that day is still to be counted."""
    gone = calendar.workdays_between(period.from_on + _A_DAY, on - _A_DAY)
    return replace(period, state=PeriodState.FROZEN, remaining=max(1, period.remaining - gone))


def resumed(period: Period, on: date, calendar: WorkCalendar) -> Period:
    """Return a stopped period that hangs again from a day."""
    ends_on = calendar.add_workdays(on, period.remaining).date
    return replace(period, state=PeriodState.OPEN, from_on=on, ends_on=ends_on)


def is_over(period: Period, now: datetime) -> bool:
    """Return whether the last second of a period's last day is over."""
    return civil_date(now) > period.ends_on


def in_time(period: Period, received_at: datetime) -> bool:
    """Return whether an objection came while the name hung; the last minute counts."""
    return period.posted_on <= civil_date(received_at) <= period.ends_on or period.state is PeriodState.FROZEN


def clean_objection(text: str) -> str:
    """Return an objection's text.

    Raises: InputError when it is empty or longer than 1,000 characters.
    """
    words = cleaned(text)
    if not words:
        raise InputError("请写明对哪一点有异议，再提交一次。", code="objection.text")
    if len(words) > OBJECTION_LENGTH:
        raise InputError(f"最多写 {OBJECTION_LENGTH} 个字，请写短一些。", code="objection.text")
    return words
