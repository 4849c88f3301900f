"""A year of market days for 100 towns, lunar days and workday deadlines: `python benchmarks/market_days.py`.

Each figure is the best of five runs in one process, so that another program on the machine spoils it least; the
first run, with empty caches, is printed beside it.
"""

from collections.abc import Callable
from datetime import date, timedelta
from time import perf_counter

from djflow.calendar.lunar import lunar_day
from djflow.calendar.market import market_days, parse_rule
from djflow.calendar.town import DatedRule, MarketTown, market_days_of
from djflow.calendar.workdays import WorkCalendar

RULES = [
    "逢1、4、7",
    "公历逢5、10",
    "农历逢一、四、七",
    "农历逢二、五、八",
    "农历逢五、十，腊月二十后天天，正月初一不赶",
    "单日",
    "农历双日",
    "星期三、星期六",
    "赶辰戌，即龙狗日",
    "空三赶四赶丑巳酉",
]
TOWNS = 100
LIMIT_SECONDS = 0.5


def _seconds(work: Callable[[], int]) -> tuple[float, float, int]:
    runs: list[float] = []
    count = 0
    for _ in range(5):
        begin = perf_counter()
        count = work()
        runs.append(perf_counter() - begin)
    return runs[0], min(runs), count


def _year_of_markets() -> int:
    rules = [parse_rule(RULES[town % len(RULES)]) for town in range(TOWNS)]
    return sum(len(market_days(rule, date(2027, 1, 1), date(2027, 12, 31))) for rule in rules)


def _year_of_towns() -> int:
    towns = [
        MarketTown(str(number), "场镇", "镇", (DatedRule(parse_rule(RULES[number % len(RULES)]), ""),))
        for number in range(TOWNS)
    ]
    return sum(len(market_days_of(town, date(2027, 1, 1), date(2027, 12, 31))) for town in towns)


def _century_of_lunar_days() -> int:
    lunar_day.cache_clear()
    first = date(1950, 1, 1)
    return sum(lunar_day(first + timedelta(days=offset)).day > 0 for offset in range(36525))


def _deadlines() -> int:
    calendar = WorkCalendar()
    first = date(2026, 1, 1)
    return sum(calendar.add_workdays(first + timedelta(days=offset), 5).date > first for offset in range(365))


def main() -> None:
    """Print every figure, and the limit where there is one."""
    for title, work, limit in (
        (f"{TOWNS} 个场镇全年赶场日（含读规则）", _year_of_markets, LIMIT_SECONDS),
        (f"{TOWNS} 个场镇全年赶场日（含地点、农历）", _year_of_towns, LIMIT_SECONDS),
        ("100 年农历逐日换算", _century_of_lunar_days, None),
        ("365 个五个工作日期限", _deadlines, None),
    ):
        first, best, count = _seconds(work)
        note = f"，要求 ≤ {limit} 秒" if limit else ""
        print(f"{title}：首次 {first:.3f} 秒，最快 {best:.3f} 秒，共 {count} 项{note}")


if __name__ == "__main__":
    main()
