from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from djflow.calendar.market import market_days, parse_rule
from djflow.calendar.service_rule import (
    ServiceRule,
    ServiceRuleError,
    ServiceSelector,
    describe_service_rule,
    parse_service_rule,
    served_days,
)

DAYS = market_days(parse_rule("公历逢1、4、7"), date(2026, 11, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("每场", ServiceRule()),
        ("每月第2、4场", ServiceRule(ServiceSelector.NTH_OF_MONTH, nths=(2, 4))),
        ("每月第一场和最后一场", ServiceRule(ServiceSelector.NTH_OF_MONTH, nths=(1, -1))),
        ("每个月的第２场、第四场", ServiceRule(ServiceSelector.NTH_OF_MONTH, nths=(2, 4))),
        ("每月最后一場", ServiceRule(ServiceSelector.NTH_OF_MONTH, nths=(-1,))),
        ("每月首场", ServiceRule(ServiceSelector.NTH_OF_MONTH, nths=(1,))),
        ("逢周六、周日的场", ServiceRule(ServiceSelector.WEEKLY, weekdays=(6, 7))),
        ("星期五", ServiceRule(ServiceSelector.WEEKLY, weekdays=(5,))),
        (
            "2026-12-05、2026-12-19",
            ServiceRule(ServiceSelector.FIXED_DATES, dates=(date(2026, 12, 5), date(2026, 12, 19))),
        ),
    ],
)
def test_a_service_rule_is_read(text: str, rule: ServiceRule) -> None:
    """The office writes which markets it serves the way it speaks, and the canonical form reads back."""
    assert parse_service_rule(text) == rule
    assert parse_service_rule(describe_service_rule(rule)) == rule


@pytest.mark.parametrize(
    "text",
    ["", "有时", "每月第几场", "每月第0场", "每月第40场", "逢1、4、7", "不定期", "天天", "周六，31日不赶", "每月场"],
)
def test_an_unclear_service_rule_is_refused(text: str) -> None:
    """The refusal shows the forms or the bounds."""
    with pytest.raises(ServiceRuleError, match="每月"):
        parse_service_rule(text)


@pytest.mark.parametrize(
    ("text", "served"),
    [
        ("每月第1、最后一场", "11-01 11-27 12-01 12-31"),
        ("每月第2、4场", "11-04 11-11 12-04 12-11"),
        ("每月第15场", ""),
        ("逢周六、周日的场", "11-01 11-07 11-14 11-21 12-27"),
        ("2026-12-04、2026-12-05", "12-04"),
    ],
)
def test_served_days_are_chosen_among_the_market_days(text: str, served: str) -> None:
    """The n-th market is counted afresh each month; a date without market is never served."""
    chosen = served_days(parse_service_rule(text), DAYS)
    assert " ".join(f"{day:%m-%d}" for day in chosen) == served


def test_every_market_is_served_when_nothing_else_is_said() -> None:
    """每场 is the default."""
    assert served_days(ServiceRule(), DAYS) == DAYS


def test_a_rule_that_chooses_in_two_ways_cannot_exist() -> None:
    """One way of choosing, and something chosen."""
    with pytest.raises(ServiceRuleError):
        ServiceRule(ServiceSelector.WEEKLY, nths=(1,), weekdays=(6,))
    with pytest.raises(ServiceRuleError):
        ServiceRule(ServiceSelector.WEEKLY)
    with pytest.raises(ServiceRuleError):
        ServiceRule(ServiceSelector.WEEKLY, weekdays=(8,))


@given(st.lists(st.integers(1, 31) | st.just(-1), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_choice_of_numbers_reads_back(nths: list[int]) -> None:
    """The canonical form of any n-th rule means the same rule."""
    rule = ServiceRule(ServiceSelector.NTH_OF_MONTH, nths=tuple(nths))
    assert parse_service_rule(describe_service_rule(rule)) == rule
