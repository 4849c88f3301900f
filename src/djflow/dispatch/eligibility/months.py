"""Counts whole months, as ages, years of service and cool-downs are counted. Source: handbook, section 2.2."""

from calendar import monthrange
from datetime import date, timedelta

from djflow.core.spans import DateSpan, Month


def months_between(earlier: Month, on: date) -> int:
    """Return how many months after `earlier` the month of a day is; below zero before it."""
    return 12 * (on.year - earlier.year) + on.month - earlier.month


def month_after(month: Month, months: int) -> Month:
    """Return the month so many months later."""
    index = 12 * month.year + month.month - 1 + months
    return Month(index // 12, index % 12 + 1)


def day_after(day: date, months: int) -> date:
    """Return the same day so many months later, the last day of the month where it has no such day."""
    month = month_after(Month.of(day), months)
    return date(month.year, month.month, min(day.day, monthrange(month.year, month.month)[1]))


def term_from(on: date, months: int) -> DateSpan:
    """Return the days of a term that begins on a day; at least that day."""
    return DateSpan(on, max(on, day_after(on, months) - timedelta(days=1)))
