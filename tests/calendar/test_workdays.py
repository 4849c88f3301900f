from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from djflow.calendar.holidays import DaysOff, HolidayYear
from djflow.calendar.workdays import DayKind, Deadline, WorkCalendar, YearSource
from djflow.core.errors import InputError
from djflow.core.spans import DateSpan

PUBLISHED = WorkCalendar()


@pytest.mark.parametrize(
    ("day", "count", "deadline"),
    [
        (date(2026, 2, 12), 5, date(2026, 2, 26)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 4, 30), 5, date(2026, 5, 11)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a Sunday worked for National Day
        (date(2026, 9, 28), 5, date(2026, 10, 10)),  # a Saturday
        (date(2026, 9, 30), 7, date(2026, 10, 15)),
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
    ],
)
def test_deadlines_of_2026_follow_the_notice(day: date, count: int, deadline: date) -> None:
    """The first day is not counted, holidays are skipped, make-up days count."""
    assert PUBLISHED.add_workdays(day, count) == Deadline(deadline, provisional=False)


def test_a_deadline_into_a_year_without_notice_is_given_and_flagged() -> None:
    """2027 has no notice yet: New Year's Day is off by law, and the deadline is provisional."""
    assert PUBLISHED.add_workdays(date(2026, 12, 25), 5) == Deadline(date(2027, 1, 4), provisional=True)
    assert PUBLISHED.add_workdays(date(2026, 12, 24), 5) == Deadline(date(2026, 12, 31), provisional=False)
    assert PUBLISHED.source_of(2027) is YearSource.STATUTORY
    assert PUBLISHED.is_provisional(2027)
    assert not PUBLISHED.is_provisional(2026)


def test_statutory_days_of_2027_are_off_by_law() -> None:
    """除夕, 春节, 清明, 端午, 中秋 and 国庆 are off before the notice is published."""
    for day in ("2027-01-01", "2027-02-05", "2027-02-08", "2027-04-05", "2027-06-09", "2027-09-15", "2027-10-01"):
        assert PUBLISHED.day_kind(date.fromisoformat(day)) is DayKind.HOLIDAY
    assert PUBLISHED.holiday_name(date(2027, 6, 9)) == "端午节"


def test_workdays_are_counted_backwards_for_notices_that_must_go_out_before_a_day() -> None:
    """Five workdays before 1 December is 24 November; the day itself is not counted."""
    assert PUBLISHED.add_workdays(date(2026, 12, 1), -5).date == date(2026, 11, 24)


def test_zero_workdays_is_the_day_itself_or_the_next_workday() -> None:
    """A deadline never falls on a day nobody works."""
    assert PUBLISHED.add_workdays(date(2026, 11, 23), 0).date == date(2026, 11, 23)
    assert PUBLISHED.add_workdays(date(2026, 11, 21), 0).date == date(2026, 11, 23)


def test_every_day_is_workday_weekend_holiday_or_makeup() -> None:
    """The roster's load points tell the four kinds apart, and holidays have Chinese names."""
    kinds = [PUBLISHED.day_kind(date(2026, 2, day)) for day in (13, 14, 15, 17, 24)]
    assert kinds == [DayKind.WORKDAY, DayKind.MAKEUP, DayKind.HOLIDAY, DayKind.HOLIDAY, DayKind.WORKDAY]
    assert PUBLISHED.day_kind(date(2026, 11, 22)) is DayKind.WEEKEND
    assert PUBLISHED.holiday_name(date(2026, 2, 17)) == "春节"
    assert PUBLISHED.holiday_name(date(2026, 11, 22)) is None


def test_the_offices_own_file_wins_over_package_data() -> None:
    """A day the office files as worked is worked, and its year is no longer provisional."""
    filed = HolidayYear(
        2027,
        "国办发明电〔2026〕×号",
        (DaysOff("元旦", DateSpan(date(2026, 12, 31), date(2027, 1, 2))),),
        (date(2026, 12, 27),),
    )
    own = WorkCalendar({2027: filed})
    assert own.source_of(2027) is YearSource.OFFICE
    assert own.day_kind(date(2026, 12, 31)) is DayKind.HOLIDAY
    assert own.holiday_name(date(2026, 12, 31)) == "元旦"
    assert own.day_kind(date(2026, 12, 27)) is DayKind.MAKEUP
    assert own.is_workday(date(2027, 2, 8))  # not filed as off, so not off
    assert own.add_workdays(date(2026, 12, 25), 5) == Deadline(date(2027, 1, 4), provisional=False)


@given(st.dates(date(2004, 1, 1), date(2030, 12, 31)), st.integers(-60, 60))
@settings(deadline=None)  # the first year without notice loads a library
def test_counting_forth_and_back_meets(day: date, count: int) -> None:
    """The n-th workday has exactly n workdays between the day after the start and itself."""
    deadline = PUBLISHED.add_workdays(day, count).date
    assert PUBLISHED.is_workday(deadline)
    one = timedelta(days=1)
    if count > 0:
        assert PUBLISHED.workdays_between(day + one, deadline) == count
    elif count < 0:
        assert PUBLISHED.workdays_between(deadline, day - one) == -count


@pytest.mark.parametrize("count", [5001, -5001])
def test_an_absurd_number_of_workdays_is_refused(count: int) -> None:
    """A slipped key does not make the computer count for ever."""
    with pytest.raises(InputError, match="最多 5000 个"):
        PUBLISHED.add_workdays(date(2026, 1, 1), count)


def test_years_without_any_holiday_data_are_refused() -> None:
    """Before 1950 nothing is known, and the sentence says so."""
    with pytest.raises(InputError, match="1949 年没有节假日数据"):
        PUBLISHED.is_workday(date(1949, 5, 1))
