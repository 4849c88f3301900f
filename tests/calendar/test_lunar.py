from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lunarcalendar import Converter, Solar

from djflow.calendar.lunar import (
    FIRST_DAY,
    LAST_DAY,
    LunarDate,
    day_name,
    ganzhi_day,
    lunar_day,
    lunar_label,
    lunar_month_days,
    zodiac_label,
)
from djflow.core.errors import InputError


@pytest.mark.parametrize(
    ("day", "lunar", "ganzhi"),
    [
        (date(2026, 2, 17), LunarDate(2026, 1, 1), "壬戌"),
        (date(2026, 11, 23), LunarDate(2026, 10, 15), "辛丑"),
        (date(2027, 1, 25), LunarDate(2026, 12, 18), "甲辰"),
        (date(2027, 2, 5), LunarDate(2026, 12, 29), "乙卯"),
        (date(2027, 2, 6), LunarDate(2027, 1, 1), "丙辰"),
        (date(2028, 6, 23), LunarDate(2028, 5, 1, leap=True), "己卯"),
        (date(2028, 7, 21), LunarDate(2028, 5, 29, leap=True), "丁未"),
        (date(2028, 7, 22), LunarDate(2028, 6, 1), "戊申"),
        (date(1900, 1, 31), LunarDate(1900, 1, 1), "甲辰"),
    ],
)
def test_known_lunar_days(day: date, lunar: LunarDate, ganzhi: str) -> None:
    """The almanac's lunar day and stem-branch day come out, leap months included."""
    assert lunar_day(day) == lunar
    assert ganzhi_day(day) == ganzhi


def _second_opinion(day: date) -> LunarDate:
    found = Converter.Solar2Lunar(Solar(day.year, day.month, day.day))
    return LunarDate(found.year, found.month, found.day, bool(found.isleap))


def test_every_month_from_1900_to_2056_begins_and_ends_as_an_independent_library_says() -> None:
    """First and last day of all 1,941 lunar months agree, so every day between them does."""
    day, months = FIRST_DAY, 0
    while day.year < 2057:
        length = lunar_month_days(day)
        last = day + timedelta(days=length - 1)
        assert lunar_day(day) == _second_opinion(day)
        assert lunar_day(day).day == 1
        assert lunar_day(last) == _second_opinion(last)
        assert lunar_day(last).day == length
        day, months = last + timedelta(days=1), months + 1
    assert months == 1941


@given(st.dates(FIRST_DAY, date(2056, 12, 31)))
@settings(deadline=None)
def test_any_day_from_1900_to_2056_agrees_with_an_independent_library(day: date) -> None:
    """Days inside a month agree as well."""
    assert lunar_day(day) == _second_opinion(day)


@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1), date.min, date.max])
def test_days_without_lunar_data_are_refused_with_the_range(day: date) -> None:
    """A date before 1900-01-31 or after 2100 is refused, and the sentence names the range."""
    with pytest.raises(InputError, match="1900-01-31 至 2100-12-31"):
        lunar_day(day)
    assert lunar_label(day) == ""


def test_lunar_days_are_printed_as_on_a_wall_calendar() -> None:
    """The board prints 初一, 初十, 十五, 二十, 廿九, 三十, and names leap months."""
    assert [day_name(day) for day in (1, 10, 11, 15, 20, 21, 29, 30)] == [
        "初一",
        "初十",
        "十一",
        "十五",
        "二十",
        "廿一",
        "廿九",
        "三十",
    ]
    assert lunar_label(date(2027, 2, 5)) == "腊月廿九"
    assert lunar_day(date(2027, 2, 5)).long_label == "农历丙午年腊月廿九"
    assert lunar_label(date(2028, 6, 23)) == "闰五月初一"
    assert zodiac_label(date(2027, 1, 25)) == "辰日（龙）"
