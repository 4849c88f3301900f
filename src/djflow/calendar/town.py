"""A market town: its rules by validity, where the market is held, and its market days.

Every date range is valid from its first to its last day, both included; None means open.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise

from djflow.calendar.lunar import lunar_label, zodiac_label
from djflow.calendar.market import PLAIN_POLICIES, MarketPolicies, MarketRule, RuleKind, market_days
from djflow.calendar.service_rule import EVERY_MARKET, ServiceRule, served_days
from djflow.core.errors import InputError
from djflow.core.spans import DateSpan, Month

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_ZODIAC = {RuleKind.BRANCH_SINGLE, RuleKind.BRANCH_PAIR, RuleKind.BRANCH_TRIPLE, RuleKind.BRANCH_SET}


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours within one day, local time."""

    begin: time
    end: time

    def __post_init__(self) -> None:
        """Refuse hours that end before they begin.

        Raises: InputError naming both times.
        """
        if self.end <= self.begin:
            raise InputError(f"时间 {self} 的结束不晚于开始，请改正。", code="calendar.hours")

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """Return the hours written `09:00-12:00`.

        Raises: InputError with the form expected.
        """
        found = _HOURS.fullmatch(text.strip())
        if not found:
            raise InputError(f"时间“{text}”的写法不对，应如 09:00-12:00。", code="calendar.hours")
        hour, minute, end_hour, end_minute = (int(part) for part in found.groups())
        return cls(time(hour, minute), time(end_hour, end_minute))


MORNING = Hours(time(9), time(12))
"""Service hours where the configuration names none."""


@dataclass(frozen=True, slots=True)
class DatedRule:
    """A market rule with its validity; `text` as printed, `source` the document that fixed it."""

    rule: MarketRule
    text: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """Where the market and the service stall are, with validity."""

    name: str
    address: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a market is closed by notice."""

    town_code: str
    span: DateSpan
    reason: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class MarketTown:
    """A market town as the office configures it; telephones are office numbers, never personal ones."""

    code: str
    name: str
    township: str
    rules: tuple[DatedRule, ...]
    policies: MarketPolicies = PLAIN_POLICIES
    market_hours: Hours | None = None
    service_hours: Hours = MORNING
    service_points: tuple[ServicePoint, ...] = ()
    service: ServiceRule = EVERY_MARKET
    town_phone: str = ""
    supervision_phone: str = ""
    services: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two rules or two service points that are valid on the same day.

        Raises: InputError naming the town and the two that overlap.
        """
        _refuse_overlap(self.name, "场期", [(rule.text, rule.valid_from, rule.valid_to) for rule in self.rules])
        points = [(point.name, point.valid_from, point.valid_to) for point in self.service_points]
        _refuse_overlap(self.name, "服务点", points)

    def rule_on(self, day: date) -> DatedRule | None:
        """Return the rule valid on `day`, or None."""
        return next((rule for rule in self.rules if _covers(rule.valid_from, rule.valid_to, day)), None)

    def site_on(self, day: date) -> ServicePoint | None:
        """Return the service point valid on `day`, or None."""
        return next((point for point in self.service_points if _covers(point.valid_from, point.valid_to, day)), None)


@dataclass(frozen=True, slots=True)
class MarketDay:
    """One market of one town: date, place, lunar and zodiac label, and the closure if it does not take place."""

    town_code: str
    day: date
    site: ServicePoint | None
    label: str
    closure: Closure | None = None

    @property
    def closed(self) -> bool:
        """Whether a notice closes this market."""
        return self.closure is not None


def market_days_of(
    town: MarketTown, first: date, last: date, closures: Iterable[Closure] = ()
) -> tuple[MarketDay, ...]:
    """Return the town's market days from `first` to `last`, both included; closed ones carry their closure.

    Raises: InputError from the rules, see `market_days`.
    """
    own = sorted(
        (closure for closure in closures if closure.town_code == town.code), key=lambda closure: closure.span.first
    )
    return tuple(_market_day(town, day, own) for day in _days_by_rule(town, first, last))


def service_days_of(
    town: MarketTown, first: date, last: date, closures: Iterable[Closure] = ()
) -> tuple[MarketDay, ...]:
    """Return the market days from `first` to `last`, both included, that the office serves.

    A closed market keeps its number in the month and stays in the list, flagged: the closure cancels the duty,
    it does not move the others.

    Raises: InputError from the rules, see `market_days`.
    """
    whole = _days_by_rule(town, Month.of(first).first, Month.of(last).last)
    served = set(served_days(town.service, whole))
    return tuple(day for day in market_days_of(town, first, last, closures) if day.day in served)


def unserved_dates(town: MarketTown, first: date, last: date) -> tuple[date, ...]:
    """Return the dates listed for service from `first` to `last` on which the town has no market: to be reported.

    Raises: InputError from the rules, see `market_days`.
    """
    held = set(_days_by_rule(town, first, last))
    return tuple(day for day in town.service.dates if first <= day <= last and day not in held)


def next_market_day(
    town: MarketTown, day: date, closures: Iterable[Closure] = (), *, within_days: int = 400
) -> MarketDay | None:
    """Return the first market on or after `day` that is not closed, or None within `within_days`.

    Raises: InputError from the rules, see `market_days`.
    """
    closures = tuple(closures)
    begin, end = day, day + timedelta(days=within_days)
    while begin <= end:
        until = min(begin + timedelta(days=30), end)
        for market_day in market_days_of(town, begin, until, closures):
            if not market_day.closed:
                return market_day
        begin = until + timedelta(days=1)
    return None


def _days_by_rule(town: MarketTown, first: date, last: date) -> tuple[date, ...]:
    if last < first:
        raise InputError(f"结束日 {last} 早于开始日 {first}，请对调或改正。", code="bad_span")
    days: list[date] = []
    for rule in town.rules:
        begin = max(first, rule.valid_from or first)
        end = min(last, rule.valid_to or last)
        if begin <= end:
            days += market_days(rule.rule, begin, end, town.policies)
    return tuple(sorted(days))


def _market_day(town: MarketTown, day: date, closures: list[Closure]) -> MarketDay:
    closure = next((closure for closure in closures if day in closure.span), None)
    rule = town.rule_on(day)
    label = f"农历{lunar_label(day)}" if lunar_label(day) else ""
    if rule is not None and rule.rule.kind in _ZODIAC:
        label = f"{label} {zodiac_label(day)}".strip()
    return MarketDay(town.code, day, town.site_on(day), label, closure)


def _covers(valid_from: date | None, valid_to: date | None, day: date) -> bool:
    return (valid_from or date.min) <= day <= (valid_to or date.max)


def _refuse_overlap(town: str, what: str, validities: Sequence[tuple[str, date | None, date | None]]) -> None:
    for name, valid_from, valid_to in validities:
        if (valid_from or date.min) > (valid_to or date.max):
            raise InputError(
                f"{town}的{what}“{name}”的失效日 {valid_to} 早于生效日 {valid_from}，请改正。", code="calendar.validity"
            )
    ordered = sorted(validities, key=lambda validity: validity[1] or date.min)
    for (name, _, until), (other, begin, _) in pairwise(ordered):
        if (begin or date.min) <= (until or date.max):
            raise InputError(
                f"{town}的{what}“{name}”和“{other}”的有效期重叠，请写明各自从哪天到哪天。", code="calendar.validity"
            )
