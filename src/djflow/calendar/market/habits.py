"""Reads the short forms that configuration uses for days of the year: `12-20`, `lunar 01-01..01-03`, `正月初一`."""

import re
from datetime import date, timedelta

from djflow.calendar.market.patterns import AnnualPattern, DatesPattern, DayCalendar, MonthDay, RuleTextError
from djflow.calendar.market.reader import parse_rule
from djflow.calendar.market.words import date_from

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_LUNAR = re.compile(r"(?:lunar|农历)\s+(?P<first>[0-9-]{5})(?:\.\.(?P<last>[0-9-]{5}))?")
_DATES = re.compile(r"(?P<first>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:\.\.(?P<last>[0-9]{4}-[0-9]{2}-[0-9]{2}))?")
MAX_DAYS = 400


def parse_month_day(text: str) -> MonthDay:
    """Return the day of the year written `12-20`.

    Raises: RuleTextError with the form expected.
    """
    match = _MONTH_DAY.fullmatch(text.strip())
    if not match:
        raise RuleTextError(f"“{text}”的写法不对，应为月-日，如 12-20。")
    return MonthDay(int(match[1]), int(match[2]))


def parse_suspend(text: str) -> AnnualPattern | DatesPattern:
    """Return the days without market written `lunar 01-01..01-03`, `2027-02-06..2027-02-08` or `正月初一至初三`.

    Raises: RuleTextError with the forms expected.
    """
    lunar = _LUNAR.fullmatch(text.strip())
    if lunar:
        first = parse_month_day(lunar["first"])
        return AnnualPattern(DayCalendar.LUNAR, first, parse_month_day(lunar["last"]) if lunar["last"] else first)
    dates = _DATES.fullmatch(text.strip())
    if dates:
        begin = date_from(dates["first"], dates["first"])
        end = date_from(dates["last"], dates["last"]) if dates["last"] else begin
        return DatesPattern(_span(begin, end))
    excluded = parse_rule(f"天天，{text}不赶").excluded
    if len(excluded) == 1 and isinstance(excluded[0], (AnnualPattern, DatesPattern)):
        return excluded[0]
    raise RuleTextError(f"停场日“{text}”的写法不对，应如“正月初一”“正月初一至初三”“2027-02-06..2027-02-08”。")


def _span(first: date, last: date) -> tuple[date, ...]:
    count = (last - first).days
    if not 0 <= count <= MAX_DAYS:
        raise RuleTextError(f"停场日 {first} 至 {last} 不对：结束日应不早于开始日，且相隔 {MAX_DAYS} 天以内。")
    return tuple(first + timedelta(days=offset) for offset in range(count + 1))
