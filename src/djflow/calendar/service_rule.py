"""Which market days are served: every one, the n-th of each month, those on some weekdays, or listed dates.

Apart from the market rule: the town holds the market, the office decides when it goes there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from djflow.calendar.market.numerals import chinese_number, count_number
from djflow.calendar.market.patterns import DatesPattern, RuleTextError, WeekdayPattern
from djflow.calendar.market.reader import parse_rule
from djflow.calendar.market.words import plain
from djflow.core.errors import InputError

_EVERY = {"每场", "场场", "每场都去", "每个场", "每个赶场日", "每个逢场日", "全部"}
_NTH_OF_MONTH = re.compile(r"每个?月的?(?P<list>.+)场(?:次|日)?")
_ITEM = re.compile(r"第?(?P<number>[0-9]{1,2}|[一二三四五六七八九十]{1,3})|(?P<last>最后一?|末一?)|(?P<first>首|头一?)")
_WEEKDAYS = "一二三四五六日"
MAX_NTH = 31


class ServiceRuleError(InputError):
    """A service rule was not understood; the sentence shows the forms."""

    code = "calendar.service_rule"


class ServiceSelector(StrEnum):
    """How served market days are chosen; stored, never renamed."""

    EVERY = "every"
    NTH_OF_MONTH = "nth_of_month"
    WEEKLY = "weekly"
    FIXED_DATES = "fixed_dates"


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """The choice of market days to serve; `nths` counts the market days of a solar month from 1, -1 is the last."""

    selector: ServiceSelector = ServiceSelector.EVERY
    nths: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    dates: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        """Sort the choice; refuse one that says nothing or names impossible days.

        Raises: ServiceRuleError.
        """
        object.__setattr__(self, "nths", tuple(sorted(set(self.nths), key=lambda nth: nth % 100)))
        object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))
        object.__setattr__(self, "dates", tuple(sorted(set(self.dates))))
        chosen = {
            ServiceSelector.EVERY: (),
            ServiceSelector.NTH_OF_MONTH: self.nths,
            ServiceSelector.WEEKLY: self.weekdays,
            ServiceSelector.FIXED_DATES: self.dates,
        }
        own = chosen[self.selector]
        foreign = len(self.nths) + len(self.weekdays) + len(self.dates) - len(own)
        if foreign or (not own and self.selector is not ServiceSelector.EVERY):
            raise ServiceRuleError("服务规则只能按一种方式选场次，并且要写明选哪些。")
        if any(not (nth == -1 or 1 <= nth <= MAX_NTH) for nth in self.nths):
            raise ServiceRuleError(f"每月第几场应在 1 到 {MAX_NTH} 之间，或写“最后一场”。")
        if any(not 1 <= weekday <= 7 for weekday in self.weekdays):
            raise ServiceRuleError("星期几应在 1（星期一）到 7（星期日）之间。")


EVERY_MARKET = ServiceRule()
"""Every market day is served."""


def parse_service_rule(text: str) -> ServiceRule:
    """Return the service rule written `每场`, `每月第2、4场`, `每月最后一场`, `逢周六、周日的场` or as dates.

    Raises: ServiceRuleError showing the forms.
    """
    written = plain(text)[0].replace(" ", "")
    if written in _EVERY:
        return EVERY_MARKET
    nth = _NTH_OF_MONTH.fullmatch(written)
    if nth:
        parts = [part for part in re.split(r"[、,和及与场]+", nth["list"]) if part]
        return ServiceRule(ServiceSelector.NTH_OF_MONTH, nths=tuple(_nth(part, text) for part in parts))
    try:
        rule = parse_rule(text)
    except RuleTextError as error:
        raise _not_understood(text) from error
    pattern = rule.patterns[0]
    single = len(rule.patterns) == 1 and not rule.excluded and rule.starts_on is None
    if single and isinstance(pattern, WeekdayPattern):
        return ServiceRule(ServiceSelector.WEEKLY, weekdays=pattern.weekdays)
    if single and isinstance(pattern, DatesPattern) and pattern.dates:
        return ServiceRule(ServiceSelector.FIXED_DATES, dates=pattern.dates)
    raise _not_understood(text)


def _nth(part: str, text: str) -> int:
    match = _ITEM.fullmatch(part)
    if not match:
        raise _not_understood(text)
    if match["number"]:
        return count_number(match["number"]) or 0
    return -1 if match["last"] else 1


def _not_understood(text: str) -> ServiceRuleError:
    return ServiceRuleError(
        f"服务规则“{text.strip()}”看不懂，请写“每场”“每月第2、4场”“每月最后一场”“逢周六、周日的场”或列出日期“2026-12-05、2026-12-19”。"
    )


def describe_service_rule(rule: ServiceRule) -> str:
    """Return the rule in the form that `parse_service_rule` reads."""
    if rule.selector is ServiceSelector.NTH_OF_MONTH:
        return "每月" + "、".join("最后一场" if nth < 0 else f"第{chinese_number(nth)}场" for nth in rule.nths)
    if rule.selector is ServiceSelector.WEEKLY:
        return "逢" + "、".join(f"周{_WEEKDAYS[weekday - 1]}" for weekday in rule.weekdays) + "的场"
    if rule.selector is ServiceSelector.FIXED_DATES:
        return "、".join(str(day) for day in rule.dates)
    return "每场"


def served_days(rule: ServiceRule, days: Sequence[date]) -> tuple[date, ...]:
    """Return those of the market days `days` that are served; `days` must hold whole months, in order."""
    if rule.selector is ServiceSelector.EVERY:
        return tuple(days)
    if rule.selector is ServiceSelector.WEEKLY:
        return tuple(day for day in days if day.isoweekday() in rule.weekdays)
    if rule.selector is ServiceSelector.FIXED_DATES:
        return tuple(day for day in days if day in rule.dates)
    served: list[date] = []
    for _, month in groupby(days, key=lambda day: (day.year, day.month)):
        held = list(month)
        chosen = {nth - 1 if nth > 0 else len(held) - 1 for nth in rule.nths}
        served += [day for place, day in enumerate(held) if place in chosen]
    return tuple(served)
