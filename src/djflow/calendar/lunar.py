"""Lunar days, stem-branch days and their Chinese names.

Lunar months come from `borax` and are kept per year. Stems and branches of days need no table: the 60-day cycle
runs through every calendar reform, so the proleptic day number is enough.

Source: GB/T 33661-2017 defines the lunar calendar; borax 4.1.3 holds its months for 1900–2100. Several libraries
agree day by day from 1900 to 2056; in 2057, 2089 and 2097 a new moon close to midnight moves one month by a day.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from borax.calendars.lunardate import LCalendars
from borax.calendars.lunardate import LunarDate as BoraxDate

from djflow.core.errors import InputError

FIRST_DAY = date(1900, 1, 31)
"""First civil date with a lunar day: the lunar New Year of 1900."""

LAST_DAY = date(2100, 12, 31)
"""Last civil date with a lunar day."""

STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
ANIMALS = "鼠牛虎兔龙蛇马羊猴鸡狗猪"
MONTH_NAMES = ("正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "冬月", "腊月")
_NUMERALS = ("十", "一", "二", "三", "四", "五", "六", "七", "八", "九")


def day_name(day: int) -> str:
    """Return the lunar day-of-month 1–30 as it is printed: 初一, 十五, 二十, 廿九, 三十."""
    if day in (20, 30):
        return "二十" if day == 20 else "三十"
    return ("初" if day <= 10 else "十" if day < 20 else "廿") + _NUMERALS[day % 10]


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A day of the lunar calendar; `leap` tells the second month of the same number in its year."""

    year: int
    month: int
    day: int
    leap: bool = False

    @property
    def month_name(self) -> str:
        """The month as it is printed: 正月, 闰五月, 腊月."""
        return ("闰" if self.leap else "") + MONTH_NAMES[self.month - 1]

    @property
    def label(self) -> str:
        """Month and day as they are printed: 腊月廿九."""
        return self.month_name + day_name(self.day)

    @property
    def long_label(self) -> str:
        """Year, month and day: 农历丙午年腊月廿九."""
        return f"农历{STEMS[(self.year - 4) % 10]}{BRANCHES[(self.year - 4) % 12]}年{self.label}"


@dataclass(frozen=True, slots=True)
class _Year:
    """The months of one lunar year: the day number each begins with, and (month, leap, length)."""

    starts: tuple[int, ...]
    months: tuple[tuple[int, bool, int], ...]


@lru_cache(maxsize=256)
def _year(year: int) -> _Year:
    ordinal: int = BoraxDate(year, 1, 1).to_solar_date().toordinal()
    starts: list[int] = []
    months: list[tuple[int, bool, int]] = []
    for month, length, leap in LCalendars.iter_year_month(year):
        starts.append(ordinal)
        months.append((int(month), bool(leap), int(length)))
        ordinal += length
    return _Year(tuple(starts), tuple(months))


def _locate(day: date) -> tuple[int, int, int, bool, int]:
    # (year, month, day, leap, length of the month)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InputError(
            f"{day} 没有农历数据，只能换算 {FIRST_DAY} 至 {LAST_DAY} 的日期，请检查年份。", code="calendar.lunar_range"
        )
    ordinal = day.toordinal()
    lunar_year = day.year
    table = _year(lunar_year)
    if ordinal < table.starts[0]:
        lunar_year -= 1
        table = _year(lunar_year)
    at = bisect_right(table.starts, ordinal) - 1
    month, leap, length = table.months[at]
    return lunar_year, month, ordinal - table.starts[at] + 1, leap, length


@lru_cache(maxsize=4096)
def lunar_day(day: date) -> LunarDate:
    """Return the lunar day of the civil date `day`, 1900-01-31 to 2100-12-31.

    Raises: InputError outside that range.
    """
    year, month, of_month, leap, _ = _locate(day)
    return LunarDate(year, month, of_month, leap)


def lunar_month_days(day: date) -> int:
    """Return the number of days (29 or 30) of the lunar month that holds `day`.

    Raises: InputError outside 1900-01-31 to 2100-12-31.
    """
    return _locate(day)[4]


def branch_of(day: date) -> int:
    """Return the earthly branch of `day`, 0 (子) to 11 (亥)."""
    return (day.toordinal() + 2) % 12


def stem_of(day: date) -> int:
    """Return the heavenly stem of `day`, 0 (甲) to 9 (癸)."""
    return (day.toordinal() + 4) % 10


def ganzhi_day(day: date) -> str:
    """Return the stem and branch of `day`, such as 甲辰."""
    return STEMS[stem_of(day)] + BRANCHES[branch_of(day)]


def zodiac_label(day: date) -> str:
    """Return the branch and animal of `day` for the board, such as 辰日（龙）."""
    branch = branch_of(day)
    return f"{BRANCHES[branch]}日（{ANIMALS[branch]}）"


def lunar_label(day: date) -> str:
    """Return the lunar day of `day` for the board, such as 腊月廿九; empty where no lunar data exist."""
    return lunar_day(day).label if FIRST_DAY <= day <= LAST_DAY else ""
