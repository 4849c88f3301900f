"""Workdays with make-up days (调休): which days count towards a deadline.

Three sources, the first that knows the year wins: the office's holiday file, the published notices that
`chinese_calendar` ships, and the statutory days alone, which `holidays` computes. The last is provisional, because
the notice of that year (days off moved around, make-up workdays) is not known yet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from djflow.calendar.holidays import HolidayYear
from djflow.core.errors import InputError

MAX_WORKDAYS = 5000
"""Longest distance counted in workdays, about twenty years; more is a typing error."""

FIRST_YEAR, LAST_YEAR = 1950, 2100


class DayKind(StrEnum):
    """What a civil date is for the office."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"

    @property
    def works(self) -> bool:
        """Whether the office works on such a day."""
        return self in (DayKind.WORKDAY, DayKind.MAKEUP)


class YearSource(StrEnum):
    """Where a year's holidays come from."""

    OFFICE = "office"
    PUBLISHED = "published"
    STATUTORY = "statutory"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date counted in workdays; `provisional` when a year on the way has no official holiday notice yet."""

    date: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class _Exceptions:
    """Days of one year that differ from Monday to Friday: holiday names by date, make-up workdays."""

    holidays: Mapping[date, str]
    makeup: frozenset[date]
    source: YearSource


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The office's working calendar; `office` holds its own holiday files by year."""

    office: Mapping[int, HolidayYear] = field(default_factory=lambda: MappingProxyType({}))

    def source_of(self, year: int) -> YearSource:
        """Return where the holidays of `year` (1950–2100) come from.

        Raises: InputError outside these years.
        """
        return self._exceptions(year).source

    def is_provisional(self, year: int) -> bool:
        """Return whether the holidays of `year` are only the statutory days, without an official notice."""
        return self.source_of(year) is YearSource.STATUTORY

    def day_kind(self, day: date) -> DayKind:
        """Return whether `day` is a workday, weekend, holiday or make-up workday.

        Raises: InputError before 1950 or after 2100.
        """
        for year in self._years_about(day):
            known = self._exceptions(year)
            if day in known.makeup:
                return DayKind.MAKEUP
            if day in known.holidays:
                return DayKind.HOLIDAY
        return DayKind.WEEKEND if day.isoweekday() > 5 else DayKind.WORKDAY

    def holiday_name(self, day: date) -> str | None:
        """Return the Chinese name of the holiday whose days off include `day`, or None.

        Raises: InputError before 1950 or after 2100.
        """
        names = (self._exceptions(year).holidays.get(day) for year in self._years_about(day))
        return next((name for name in names if name), None)

    def is_workday(self, day: date) -> bool:
        """Return whether the office works on `day`, make-up workdays included.

        Raises: InputError before 1950 or after 2100.
        """
        return self.day_kind(day).works

    def add_workdays(self, day: date, count: int) -> Deadline:
        """Return the `count`-th workday after `day` (before it, if negative); `day` itself is not counted.

        A count of 0 gives `day` itself or, when nobody works that day, the next workday.

        Raises: InputError for more than MAX_WORKDAYS or outside 1950–2100.
        """
        if abs(count) > MAX_WORKDAYS:
            raise InputError(f"{count} 个工作日太多，最多 {MAX_WORKDAYS} 个，请检查数字。", code="calendar.too_many")
        step = timedelta(days=-1 if count < 0 else 1)
        current, left = (day - step, 1) if count == 0 else (day, abs(count))
        provisional = False
        while left:
            current += step
            provisional = provisional or self.is_provisional(current.year)
            left -= self.is_workday(current)
        return Deadline(current, provisional)

    def workdays_between(self, first: date, last: date) -> int:
        """Return how many workdays lie between `first` and `last`, both included; 0 when `last` is earlier.

        Raises: InputError before 1950 or after 2100.
        """
        days = (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))
        return sum(self.is_workday(day) for day in days)

    def _years_about(self, day: date) -> Iterator[int]:
        # A New Year's notice may reach back into December: the following year's file is asked too.
        yield day.year
        if day.month == 12 and day.year + 1 in self.office:
            yield day.year + 1

    def _exceptions(self, year: int) -> _Exceptions:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise InputError(
                f"{year} 年没有节假日数据，只能计算 {FIRST_YEAR}—{LAST_YEAR} 年，请检查日期。",
                code="calendar.year_range",
            )
        filed = self.office.get(year)
        return _from_office(filed) if filed else _from_packages(year)


@lru_cache(maxsize=64)
def _from_office(filed: HolidayYear) -> _Exceptions:
    names = {day: holiday.name for holiday in filed.days_off for day in holiday.span}
    return _Exceptions(names, frozenset(filed.makeup_workdays), YearSource.OFFICE)


@lru_cache(maxsize=256)
def _from_packages(year: int) -> _Exceptions:
    return _published(year) or _statutory(year)


def _published(year: int) -> _Exceptions | None:
    from chinese_calendar import constants  # noqa: PLC0415 - most commands never count workdays

    chinese = {item.value: str(item.chinese) for item in constants.Holiday}
    names = {day: chinese[name] for day, name in constants.holidays.items() if day.year == year}
    if not names:
        return None
    makeup = frozenset(day for day in constants.workdays if day.year == year)
    return _Exceptions(names, makeup, YearSource.PUBLISHED)


def _statutory(year: int) -> _Exceptions:
    from holidays import country_holidays  # noqa: PLC0415 - takes 0.2 s to load and is rarely needed

    computed = country_holidays("CN", years=[year], language="zh_CN")
    names = {day: name for day, name in computed.items() if day.year == year}
    return _Exceptions(names, frozenset(), YearSource.STATUTORY)
