from datetime import date, time

import pytest

from djflow.calendar.market import parse_rule
from djflow.calendar.service_rule import ServiceRule, ServiceSelector, parse_service_rule
from djflow.calendar.town import (
    Closure,
    DatedRule,
    Hours,
    MarketTown,
    ServicePoint,
    market_days_of,
    next_market_day,
    service_days_of,
    unserved_dates,
)
from djflow.core.errors import InputError
from djflow.core.spans import DateSpan


def _dated(text: str, valid_from: date | None = None, valid_to: date | None = None) -> DatedRule:
    return DatedRule(parse_rule(text), text, valid_from, valid_to)


def _town(*rules: DatedRule, service: ServiceRule | None = None, points: tuple[ServicePoint, ...] = ()) -> MarketTown:
    return MarketTown("jy", "江垭", "江垭镇", rules, service=service or ServiceRule(), service_points=points)


DECEMBER = date(2026, 12, 1), date(2026, 12, 31)


def test_a_re_fixed_rule_takes_over_on_its_day() -> None:
    """Until the 14th the market is on 1、4、7, from the 15th on 2、5、8."""
    town = _town(_dated("逢1、4、7", valid_to=date(2026, 12, 14)), _dated("逢2、5、8", valid_from=date(2026, 12, 15)))
    days = [market.day.day for market in market_days_of(town, *DECEMBER)]
    assert days == [1, 4, 7, 11, 14, 15, 18, 22, 25, 28]
    assert town.rule_on(date(2026, 12, 15)) == town.rules[1]


def test_a_moved_market_shows_its_new_place() -> None:
    """The service point is the one valid on the day, or none."""
    points = (
        ServicePoint("老街口", valid_from=date(2026, 12, 2), valid_to=date(2026, 12, 10)),
        ServicePoint("新市场", valid_from=date(2026, 12, 11)),
    )
    days = market_days_of(_town(_dated("逢1"), points=points), *DECEMBER)
    assert [market.site.name if market.site else None for market in days] == [None, "新市场", "新市场", "新市场"]


def test_a_closed_market_stays_on_the_list_with_its_notice() -> None:
    """The board must say that there is no market, and why."""
    flood = Closure("jy", DateSpan(date(2026, 12, 4), date(2026, 12, 8)), "防汛", "江垭镇通告〔2026〕5号")
    elsewhere = Closure("xs", DateSpan(*DECEMBER), "修路")
    days = market_days_of(_town(_dated("逢1、4、7")), *DECEMBER, closures=[elsewhere, flood])
    assert [market.day.day for market in days if market.closed] == [4, 7]
    assert days[1].closure == flood
    assert len(days) == 10


def test_closures_cancel_a_duty_and_do_not_move_the_others() -> None:
    """The second and fourth market are served; the closed second stays the second."""
    town = _town(_dated("逢1、4、7"), service=parse_service_rule("每月第2、4场"))
    flood = Closure("jy", DateSpan(date(2026, 12, 4), date(2026, 12, 4)), "防汛")
    served = service_days_of(town, date(2026, 12, 3), date(2026, 12, 31), [flood])
    assert [(market.day.day, market.closed) for market in served] == [(4, True), (11, False)]


def test_the_number_of_a_market_is_counted_from_the_first_of_the_month() -> None:
    """Asking for half a month does not renumber its markets."""
    town = _town(_dated("逢1、4、7"), service=parse_service_rule("每月最后一场"))
    assert service_days_of(town, date(2026, 12, 1), date(2026, 12, 30)) == ()
    assert [market.day.day for market in service_days_of(town, *DECEMBER)] == [31]


def test_dates_listed_for_service_without_market_are_reported() -> None:
    """A listed date that is no market day is a gap, not a silent nothing."""
    dates = (date(2026, 12, 4), date(2026, 12, 5), date(2027, 1, 1))
    town = _town(_dated("逢1、4、7"), service=ServiceRule(ServiceSelector.FIXED_DATES, dates=dates))
    assert unserved_dates(town, *DECEMBER) == (date(2026, 12, 5),)


def test_lunar_and_zodiac_labels_stand_beside_the_date() -> None:
    """People read the lunar day, and for a zodiac market the animal."""
    assert market_days_of(_town(_dated("农历逢一、四、七")), *DECEMBER)[0].label == "农历十月廿四"
    assert market_days_of(_town(_dated("赶辰戌")), *DECEMBER)[0].label == "农历十月廿四 戌日（狗）"


def test_the_next_market_skips_closed_days() -> None:
    """The board's headline is the next market that takes place."""
    town = _town(_dated("逢5"))
    flood = Closure("jy", DateSpan(date(2026, 12, 5), date(2026, 12, 14)), "防汛")
    following = next_market_day(town, date(2026, 12, 1), [flood])
    assert following is not None
    assert following.day == date(2026, 12, 15)
    assert next_market_day(_town(_dated("未知")), date(2026, 12, 1)) is None
    assert next_market_day(_town(), date(2026, 12, 1), within_days=10) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((None, None), (None, None)),
        ((None, date(2026, 6, 1)), (date(2026, 6, 1), None)),
        ((date(2026, 1, 1), None), (date(2026, 6, 1), date(2026, 7, 1))),
    ],
)
def test_two_rules_for_one_day_are_refused(
    first: tuple[date | None, date | None], second: tuple[date | None, date | None]
) -> None:
    """Which rule holds must never be a guess."""
    with pytest.raises(InputError, match="江垭的场期“逢1”和“逢5”的有效期重叠"):
        _town(_dated("逢1", *first), _dated("逢5", *second))


def test_a_validity_that_ends_before_it_begins_is_refused() -> None:
    """Both dates are named."""
    with pytest.raises(InputError, match="失效日 2026-01-01 早于生效日 2026-02-01"):
        _town(_dated("逢1", date(2026, 2, 1), date(2026, 1, 1)))


def test_hours_are_read_and_printed() -> None:
    """Opening hours look like 09:00-12:00."""
    assert Hours.parse(" 09:00-12:30 ") == Hours(time(9), time(12, 30))
    assert str(Hours.parse("08:05-11:00")) == "08:05-11:00"


@pytest.mark.parametrize("text", ["9:00-12:00", "09:00", "12:00-09:00", "25:00-26:00", "上午"])
def test_wrong_hours_are_refused(text: str) -> None:
    """The sentence says what was written."""
    with pytest.raises(InputError):
        Hours.parse(text)


def test_a_span_that_ends_before_it_begins_is_refused_for_a_town_too() -> None:
    """Even a town without rule does not hide the mistake."""
    with pytest.raises(InputError, match="早于开始日"):
        market_days_of(_town(), date(2026, 12, 2), date(2026, 12, 1))
