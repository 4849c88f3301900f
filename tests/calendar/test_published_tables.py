"""Market tables that counties have published, reproduced."""

import json
from datetime import date
from pathlib import Path
from typing import TypedDict

import pytest

from djflow.calendar.lunar import lunar_day
from djflow.calendar.market import RuleKind, market_days, parse_rule

DATA = Path(__file__).parent / "data"


class Row(TypedDict):
    """One line of a table: the towns and their rule as printed."""

    towns: list[str]
    rule: str


class Table(TypedDict):
    """A county's table."""

    place: str
    year: int
    rules: list[Row]
    published_lunar_days: dict[str, dict[str, list[int]]]


def _table(name: str) -> Table:
    table: Table = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return table


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("cili", {RuleKind.SOLAR_DIGIT: 8, RuleKind.WEEKDAY: 1, RuleKind.LUNAR_DIGIT: 1}),
        ("suichuan", {RuleKind.LUNAR_DIGIT: 4, RuleKind.PARITY: 2, RuleKind.DAILY: 1}),
        (
            "weishan",
            {RuleKind.DAILY: 1, RuleKind.SOLAR_DIGIT: 7, RuleKind.WEEKDAY: 4, RuleKind.BRANCH_PAIR: 5},
        ),
    ],
)
def test_every_printed_rule_is_understood(name: str, kinds: dict[RuleKind, int]) -> None:
    """Each rule of the published table is read, and as the kind it is."""
    found = [parse_rule(row["rule"]).kind for row in _table(name)["rules"]]
    assert {kind: found.count(kind) for kind in found} == kinds


def test_the_published_lunar_days_of_weishan_come_out() -> None:
    """All printed rows of the zodiac markets in the first three lunar months of 2024 are reproduced."""
    days = [date.fromordinal(number) for number in range(date(2024, 2, 10).toordinal(), date(2024, 5, 8).toordinal())]
    rows = 0
    for month, printed in _table("weishan")["published_lunar_days"].items():
        in_month = [day for day in days if lunar_day(day).month == int(month)]
        for branches, lunar_days in printed.items():
            held = market_days(parse_rule(f"赶{branches}"), in_month[0], in_month[-1])
            assert [lunar_day(day).day for day in held] == lunar_days, (month, branches)
            rows += 1
    assert rows == 16


def test_arabic_is_solar_and_chinese_is_lunar_as_the_tables_footnote_says() -> None:
    """逢5、10 of Cili and 农历逢五、十 of the same county are different days."""
    solar = market_days(parse_rule("逢5、10"), date(2026, 12, 1), date(2026, 12, 31))
    lunar = market_days(parse_rule("农历逢五、十"), date(2026, 12, 1), date(2026, 12, 31))
    assert solar == tuple(date(2026, 12, day) for day in (5, 10, 15, 20, 25, 30))
    assert [lunar_day(day).day % 5 for day in lunar] == [0] * len(lunar)
    assert parse_rule("逢五、十") == parse_rule("农历逢五、十")
