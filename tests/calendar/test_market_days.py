from datetime import date

import pytest

from djflow.calendar.lunar import lunar_day
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
    market_days,
    parse_rule,
    parse_suspend,
)
from djflow.calendar.market.patterns import BranchPattern, DigitPattern, NthWeekdayPattern
from djflow.core.errors import InputError

FIRST, LAST = date(2027, 1, 25), date(2027, 2, 28)


def _days(text: str, policies: MarketPolicies | None = None, first: date = FIRST, last: date = LAST) -> str:
    days = market_days(parse_rule(text), first, last, policies or MarketPolicies())
    return " ".join(f"{day:%m-%d}" for day in days)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("公历逢1、4、7", "01-27 01-31 02-01 02-04 02-07 02-11 02-14 02-17 02-21 02-24 02-27"),
        ("公历逢5、10", "01-25 01-30 02-05 02-10 02-15 02-20 02-25"),
        ("农历逢三、六、九", "01-26 01-30 02-02 02-05 02-08 02-11 02-14 02-18 02-21 02-24 02-28"),
        ("农历逢五、十", "01-27 02-01 02-10 02-15 02-20 02-25"),
        ("赶辰戌", "01-25 01-31 02-06 02-12 02-18 02-24"),
        ("空三赶四赶巳酉丑", "01-26 01-30 02-03 02-07 02-11 02-15 02-19 02-23 02-27"),
        ("星期日", "01-31 02-07 02-14 02-21 02-28"),
        ("每月第一个、最后一个星期日", "01-31 02-07 02-28"),
        ("隔二赶三，自2027-02-17起", "02-17 02-20 02-23 02-26"),
        ("逢子日", "02-02 02-14 02-26"),
        ("每月5日、15日、25日", "01-25 02-05 02-15 02-25"),
        ("农历初一、十五", "02-06 02-20"),
        ("不定期：2027-02-01、2027-03-01", "02-01"),
        ("不定期", ""),
        ("未知", ""),
        ("公历逢8，腊月二十六后天天", "01-28 02-02 02-03 02-04 02-05 02-08 02-18 02-28"),
        ("农历逢一，正月初一不赶", "01-28 02-16 02-26"),
        ("逢5（25日不赶）", "02-05 02-15"),
        ("每年2月27日至3月1日天天", "02-27 02-28"),
        ("天天，农历正月初三至腊月三十不赶", "02-06 02-07"),
    ],
)
def test_market_days_around_new_year_2027(rule: str, days: str) -> None:
    """The market days from 25 January to 28 February 2027 are those an almanac gives."""
    assert _days(rule) == days


def test_the_31st_is_dropped_for_digit_rules_only_where_the_town_skips_it() -> None:
    """1、4、7 loses 31 January; odd days and a market that names the 31st keep it."""
    skip = MarketPolicies(day31=Day31.SKIP)
    assert "01-31" not in _days("公历逢1、4、7", skip)
    assert "01-31" in _days("单日", skip)
    assert "01-31" in _days("每月31日", skip)
    assert "01-31" in _days("公历逢1、4、7，31日照赶", skip)


def test_a_lunar_30_market_may_move_to_the_29th_in_a_small_month() -> None:
    """腊月 of 2026 has 29 days: the 30th is skipped, or held on 除夕 where that is the habit."""
    assert "02-05" not in _days("农历逢五、十")
    assert "02-05" in _days("农历逢五、十", MarketPolicies(small_month=SmallMonth.HOLD_ON_29))
    assert "02-05" in _days("农历逢五、十，小月廿九赶")
    assert "02-05" not in _days("农历双日", MarketPolicies(small_month=SmallMonth.HOLD_ON_29))


def test_lunar_rules_repeat_in_a_leap_month_unless_the_town_skips_it() -> None:
    """In 2028 the fifth month comes twice."""
    span = date(2028, 6, 23), date(2028, 7, 21)
    assert len(market_days(parse_rule("农历逢一"), *span)) == 3
    assert market_days(parse_rule("农历逢一"), *span, MarketPolicies(leap_month=LeapMonth.SKIP)) == ()
    assert market_days(parse_rule("农历逢一，闰月不赶"), *span) == ()


def test_year_end_markets_run_to_new_years_eve_even_in_a_small_month() -> None:
    """Daily markets from 腊月二十 end on 腊月廿九, the last day of that year."""
    daily = MarketPolicies(year_end=YearEnd(YearEndMode.DAILY))
    days = market_days(parse_rule("农历逢五"), date(2027, 1, 27), date(2027, 2, 9), daily)
    assert [lunar_day(day).label for day in days][-1] == "腊月廿九"
    assert len(days) == 10


def test_year_end_may_add_single_days() -> None:
    """Extra markets are named by lunar day or by date."""
    extra = YearEnd(YearEndMode.EXTRA, extra=(MonthDay(12, 23), MonthDay(12, 30), date(2027, 2, 3)))
    assert _days("逢8", MarketPolicies(year_end=extra)) == "01-28 01-30 02-03 02-05 02-08 02-18 02-28"


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("lunar 01-01", "02-06"),
        ("lunar 12-30..01-02", "02-05 02-06 02-07"),
        ("正月初一至初三", "02-06 02-07 02-08"),
        ("除夕", "02-05"),
        ("2027-02-10", "02-10"),
        ("2027-02-10..2027-02-11", "02-10 02-11"),
    ],
)
def test_suspended_days_have_no_market(text: str, gone: str) -> None:
    """Days that the configuration suspends drop out of a daily market, over New Year as well."""
    suspended = MarketPolicies(suspend=(parse_suspend(text),))
    assert set(_days("天天").split()) - set(_days("天天", suspended).split()) == set(gone.split())


@pytest.mark.parametrize("text", ["lunar 13-01", "初一", "星期日", "2027-02-30", "2027-02-10..2027-02-01", "随便"])
def test_a_suspension_that_means_nothing_is_refused(text: str) -> None:
    """A typing error in `suspend` is named, never ignored."""
    with pytest.raises(InputError):
        parse_suspend(text)


def test_an_interval_needs_its_first_market() -> None:
    """隔二赶三 alone tells no day; the sentence says what to add."""
    with pytest.raises(InputError, match="自2026-12-01起"):
        _days("隔二赶三")


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    """Both dates are named."""
    with pytest.raises(InputError, match="结束日 2027-01-01 早于开始日 2027-02-01"):
        market_days(parse_rule("天天"), date(2027, 2, 1), date(2027, 1, 1))


def test_a_lunar_rule_beyond_the_lunar_tables_is_refused_and_a_solar_one_is_not() -> None:
    """The year 2150 has weekdays but no lunar table."""
    assert len(market_days(parse_rule("周日"), date(2150, 1, 1), date(2150, 12, 31))) == 52
    with pytest.raises(InputError, match="没有农历数据"):
        market_days(parse_rule("农历逢一"), date(2150, 1, 1), date(2150, 12, 31))


def test_the_last_possible_date_is_no_obstacle() -> None:
    """A span up to the end of the calendar works."""
    days = market_days(parse_rule("每月最后一个星期五"), date(9999, 12, 1), date.max)
    assert days == (date.max,)


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("公历逢1、4、7", 115),
        ("公历逢2、5、8", 108),
        ("公历逢3、6、9", 107),
        ("公历逢5、10", 71),
        ("双日", 179),
        ("单日", 186),
        ("农历逢一、四、七", 112),
        ("农历逢二、五、八", 111),
        ("农历逢三、六、九", 111),
        ("农历逢五、十", 68),
        ("星期日", 52),
        ("赶辰戌", 61),
        ("赶丑巳酉", 91),
    ],
)
def test_the_year_2027_has_as_many_market_days_as_counted_by_hand(rule: str, count: int) -> None:
    """The yearly load of every rule kind is known."""
    assert len(market_days(parse_rule(rule), date(2027, 1, 1), date(2027, 12, 31))) == count


def test_a_rule_without_patterns_cannot_exist() -> None:
    """Rules are also built by programs; an empty one is refused like an empty text."""
    with pytest.raises(InputError, match="没有说哪些日子逢场"):
        MarketRule(())
    with pytest.raises(InputError, match="间隔不相等"):
        BranchPattern((0, 1))
    with pytest.raises(InputError, match="第0个"):
        NthWeekdayPattern((0, 1), (7,))
    with pytest.raises(InputError, match="尾数应在 1 到 10 之间"):
        DigitPattern(DayCalendar.SOLAR, (0,))
    assert str(MonthDay(1, 5)) == "01-05"
