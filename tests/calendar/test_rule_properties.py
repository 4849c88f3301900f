"""What holds for every market rule, tried with invented ones."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from djflow.calendar.market import (
    Day31,
    DayCalendar,
    LeapMonth,
    MarketPolicies,
    MarketRule,
    MonthDay,
    SmallMonth,
    YearEnd,
    YearEndMode,
    describe,
    market_days,
    parse_rule,
)
from djflow.calendar.market.patterns import (
    AnnualPattern,
    BranchPattern,
    DailyPattern,
    DatesPattern,
    DayPattern,
    DigitPattern,
    IntervalPattern,
    NthWeekdayPattern,
    Parity,
    ParityPattern,
    Pattern,
    UnknownPattern,
    WeekdayPattern,
)
from djflow.core.errors import DjflowError

SOLAR, LUNAR = DayCalendar.SOLAR, DayCalendar.LUNAR
DAYS = st.dates(date(1990, 1, 1), date(2056, 12, 31))


def _some(low: int, high: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(st.integers(low, high), min_size=1, max_size=5, unique=True).map(tuple)


BRANCHES = st.builds(
    lambda start, count: BranchPattern(tuple((start + step * (12 // count)) % 12 for step in range(count))),
    st.integers(0, 11),
    st.sampled_from([1, 2, 3, 4, 6]),
)
MONTH_DAYS = st.builds(MonthDay, st.integers(1, 12), st.integers(1, 28)) | st.just(MonthDay(12, 30))
ANNUAL = st.builds(AnnualPattern, st.sampled_from([SOLAR, LUNAR]), MONTH_DAYS, MONTH_DAYS)
NTHS = st.lists(st.sampled_from([1, 2, 3, 4, 5, -1]), min_size=1, max_size=3).map(tuple)
REGULAR: st.SearchStrategy[Pattern] = st.one_of(
    st.builds(DigitPattern, st.sampled_from([SOLAR, LUNAR]), _some(1, 10)),
    st.builds(DayPattern, st.just(SOLAR), _some(1, 31)),
    st.builds(DayPattern, st.just(LUNAR), _some(1, 30)),
    st.builds(WeekdayPattern, _some(1, 7)),
    st.builds(NthWeekdayPattern, NTHS, _some(1, 7)),
    st.builds(ParityPattern, st.just(SOLAR), st.sampled_from(Parity)),
    st.builds(DatesPattern, st.lists(DAYS, min_size=1, max_size=4).map(tuple)),
    BRANCHES,
    ANNUAL,
)
EXCLUDED = st.lists(REGULAR, max_size=2)
ALONE: st.SearchStrategy[list[Pattern]] = st.sampled_from([[DailyPattern()], [UnknownPattern()], [DatesPattern(())]])
INTERVAL: st.SearchStrategy[list[Pattern]] = st.integers(2, 31).map(lambda days: [IntervalPattern(days)])


@st.composite
def rules(draw: st.DrawFn) -> MarketRule:
    """Invent a rule of any kind, with exceptions, starting day and habits."""
    patterns = draw(st.lists(REGULAR, min_size=1, max_size=3) | ALONE | INTERVAL)
    excluded = draw(EXCLUDED)
    starts_on = draw(st.none() | DAYS)
    try:
        return MarketRule(
            tuple(patterns),
            tuple(excluded),
            starts_on,
            draw(st.sampled_from([None, *Day31])),
            draw(st.sampled_from([None, *SmallMonth])),
            draw(st.sampled_from([None, *LeapMonth])),
        )
    except DjflowError:
        return MarketRule(tuple(patterns[:1]))


@given(rules())
@settings(max_examples=150, deadline=None)
def test_a_rules_canonical_wording_means_the_same_rule(rule: MarketRule) -> None:
    """What the board prints can be typed in again."""
    assert parse_rule(describe(rule)) == rule


SIGNS = [*"逢赶初一二四七十廿147、，（）至-日月后周六末单双辰戌龙狗除外起自"]
TERMS = [
    "公历",
    "农历",
    "三十",
    "31",
    "每月",
    "腊月",
    "天天",
    "星期",
    "空三赶四",
    "第一个",
    "最后一个",
    "不赶",
    "不定期",
]
HABITS = ["未知", "2026-12-05", "闰月", "小月", "廿九", "照赶", "尾数", "除夕", "大年", "三天一场", "逢场", "双休日"]
WORDS = st.sampled_from(SIGNS + TERMS + HABITS)


def _meaning(text: str) -> MarketRule | None:
    try:
        return parse_rule(text)
    except DjflowError:
        return None


@given(st.text(max_size=40) | st.lists(WORDS, max_size=12).map("".join))
@settings(max_examples=250, deadline=None)
def test_any_text_is_understood_or_refused(text: str) -> None:
    """No text makes the reader stumble, and what is understood can be printed and read again."""
    rule = _meaning(text)
    assert rule is None or parse_rule(describe(rule)) == rule


@given(rules(), DAYS, st.integers(0, 120), st.sampled_from(Day31), st.sampled_from(SmallMonth))
@settings(max_examples=60, deadline=None)
def test_market_days_rise_and_stay_inside_the_span(
    rule: MarketRule, first: date, length: int, day31: Day31, small: SmallMonth
) -> None:
    """No day twice, none outside, and a longer span keeps the days of the shorter."""
    policies = MarketPolicies(day31=day31, small_month=small, year_end=YearEnd(YearEndMode.DAILY))
    last = first + timedelta(days=length)
    if rule.needs_anchor:
        with pytest.raises(DjflowError):
            market_days(rule, first, last, policies)
        return
    days = market_days(rule, first, last, policies)
    assert all(earlier < later for earlier, later in pairwise(days))
    assert all(first <= day <= last for day in days)
    halves = market_days(rule, first, first, policies)
    if length:
        halves += market_days(rule, first + timedelta(days=1), last, policies)
    assert halves == days
