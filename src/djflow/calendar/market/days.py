"""Which civil dates a market rule means."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date

from djflow.calendar.lunar import LunarDate, branch_of, lunar_day, lunar_month_days
from djflow.calendar.market.patterns import (
    AnnualPattern,
    BranchPattern,
    DatesPattern,
    DayCalendar,
    DayPattern,
    DigitPattern,
    IntervalPattern,
    MonthDay,
    NthWeekdayPattern,
    Parity,
    ParityPattern,
    Pattern,
    RuleTextError,
    WeekdayPattern,
)
from djflow.calendar.market.rule import (
    PLAIN_POLICIES,
    Day31,
    LeapMonth,
    MarketPolicies,
    MarketRule,
    SmallMonth,
    YearEnd,
    YearEndMode,
)
from djflow.core.errors import InputError

Test = Callable[[date], bool]


def market_days(
    rule: MarketRule, first: date, last: date, policies: MarketPolicies = PLAIN_POLICIES
) -> tuple[date, ...]:
    """Return the market days from `first` to `last`, both included, in order.

    What the rule's text settles wins over `policies`. 未知 and 不定期 have no days.

    Raises: InputError if `last` is before `first`, if an every-n-days rule has no starting date, and for lunar rules
    outside 1900-01-31 to 2100-12-31.
    """
    if last < first:
        raise InputError(f"结束日 {last} 早于开始日 {first}，请对调或改正。", code="bad_span")
    if not rule.is_known:
        return ()
    if rule.needs_anchor:
        raise RuleTextError(
            "“每几天一场”的场期要有起算日才能排出日期，请在规则里写明第一场，例如“隔二赶三，自2026-12-01起”。",
            code="calendar.rule_anchor",
        )
    if rule.starts_on is not None:
        first = max(first, rule.starts_on)
    held = [*(_test(pattern, rule, policies) for pattern in rule.patterns), *_year_end(policies.year_end)]
    without = [_test(pattern, rule, policies) for pattern in (*rule.excluded, *policies.suspend)]
    days = (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))
    return tuple(day for day in days if any(test(day) for test in held) and not any(test(day) for test in without))


def _test(pattern: Pattern, rule: MarketRule, policies: MarketPolicies) -> Test:
    if isinstance(pattern, (DigitPattern, DayPattern, ParityPattern)):
        numbers = _numbers(pattern)
        if pattern.calendar is DayCalendar.LUNAR:
            return _lunar_numbers(pattern, numbers, rule, policies)
        if isinstance(pattern, DigitPattern) and (rule.day31 or policies.day31) is Day31.SKIP:
            numbers -= {31}
        return lambda day: day.day in numbers
    return _other_test(pattern, rule)


def _numbers(pattern: DigitPattern | DayPattern | ParityPattern) -> frozenset[int]:
    if isinstance(pattern, DayPattern):
        return frozenset(pattern.days)
    if isinstance(pattern, ParityPattern):
        rest = 1 if pattern.parity is Parity.ODD else 0
        return frozenset(day for day in range(1, 32) if day % 2 == rest)
    return frozenset(day for day in range(1, 32) if (day % 10 or 10) in pattern.digits)


def _lunar_numbers(
    pattern: DigitPattern | DayPattern | ParityPattern,
    numbers: frozenset[int],
    rule: MarketRule,
    policies: MarketPolicies,
) -> Test:
    skip_leap = (rule.leap_month or policies.leap_month) is LeapMonth.SKIP
    small = (rule.small_month or policies.small_month) is SmallMonth.HOLD_ON_29
    moves = small and 30 in numbers and not isinstance(pattern, ParityPattern)

    def test(day: date) -> bool:
        lunar = lunar_day(day)
        if skip_leap and lunar.leap:
            return False
        return lunar.day in numbers or (moves and lunar.day == 29 and lunar_month_days(day) == 29)

    return test


def _other_test(pattern: Pattern, rule: MarketRule) -> Test:
    test: Test = lambda day: True  # noqa: E731, ARG005 - DailyPattern
    if isinstance(pattern, WeekdayPattern):
        weekdays = frozenset(pattern.weekdays)
        test = lambda day: day.isoweekday() in weekdays  # noqa: E731 - one predicate per kind, side by side
    elif isinstance(pattern, NthWeekdayPattern):
        test = _nth_weekday(pattern)
    elif isinstance(pattern, BranchPattern):
        branches = frozenset(pattern.branches)
        test = lambda day: branch_of(day) in branches  # noqa: E731 - as above
    elif isinstance(pattern, IntervalPattern):
        start = rule.starts_on or date.min
        period = pattern.days
        test = lambda day: (day - start).days % period == 0  # noqa: E731 - as above
    elif isinstance(pattern, AnnualPattern):
        test = _annual(pattern)
    elif isinstance(pattern, DatesPattern):
        dates = frozenset(pattern.dates)
        test = dates.__contains__
    return test


def _nth_weekday(pattern: NthWeekdayPattern) -> Test:
    def test(day: date) -> bool:
        if day.isoweekday() not in pattern.weekdays:
            return False
        is_last = day.day + 7 > monthrange(day.year, day.month)[1]
        return (day.day + 6) // 7 in pattern.nths or (is_last and -1 in pattern.nths)

    return test


def _annual(pattern: AnnualPattern) -> Test:
    wraps = pattern.last < pattern.first

    def inside(when: MonthDay) -> bool:
        if wraps:
            return when >= pattern.first or when <= pattern.last
        return pattern.first <= when <= pattern.last

    if pattern.calendar is DayCalendar.SOLAR:
        return lambda day: inside(MonthDay(day.month, day.day))

    def test(day: date) -> bool:
        lunar = lunar_day(day)
        return not lunar.leap and (inside(MonthDay(lunar.month, lunar.day)) or (_is_eve(lunar, day) and inside(_EVE)))

    return test


_EVE = MonthDay(12, 30)


def _is_eve(lunar: LunarDate, day: date) -> bool:
    return lunar.month == 12 and lunar.day == 29 and lunar_month_days(day) == 29


def _year_end(year_end: YearEnd) -> list[Test]:
    if year_end.mode is YearEndMode.NONE:
        return []
    if year_end.mode is YearEndMode.DAILY:
        return [_annual(AnnualPattern(DayCalendar.LUNAR, year_end.first, _EVE))]
    dates = frozenset(day for day in year_end.extra if isinstance(day, date))
    lunar = [_annual(AnnualPattern(DayCalendar.LUNAR, day, day)) for day in year_end.extra if isinstance(day, MonthDay)]
    return [dates.__contains__, *lunar]
