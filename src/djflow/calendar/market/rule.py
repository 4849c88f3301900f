"""A market rule and the habits (policies) that settle what the rule leaves open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from djflow.calendar.market.patterns import (
    AnnualPattern,
    DailyPattern,
    DatesPattern,
    DayCalendar,
    DayPattern,
    DigitPattern,
    IntervalPattern,
    MonthDay,
    NthWeekdayPattern,
    ParityPattern,
    Pattern,
    RuleKind,
    RuleTextError,
    UnknownPattern,
    WeekdayPattern,
)


class Day31(StrEnum):
    """Whether a solar 31st counts for a digit rule with 1; odd-day rules always hold it."""

    HOLD = "hold"
    SKIP = "skip"


class SmallMonth(StrEnum):
    """What a lunar rule for the 30th does in a month of 29 days."""

    SKIP = "skip"
    HOLD_ON_29 = "hold_on_29"


class LeapMonth(StrEnum):
    """Whether lunar rules repeat in a leap month."""

    REPEAT = "repeat"
    SKIP = "skip"


class YearEndMode(StrEnum):
    """What happens from the day named in the 12th lunar month to 除夕."""

    NONE = "none"
    DAILY = "daily"
    EXTRA = "extra"


YEAR_END_FIRST = MonthDay(12, 20)
"""腊月二十, from which many towns hold their market more often."""


@dataclass(frozen=True, slots=True)
class YearEnd:
    """Additional markets at the end of the lunar year.

    DAILY: every day from `first` (lunar) to 除夕. EXTRA: the days of `extra`, civil dates or lunar month-days.
    """

    mode: YearEndMode = YearEndMode.NONE
    first: MonthDay = YEAR_END_FIRST
    extra: tuple[date | MonthDay, ...] = ()


NO_YEAR_END = YearEnd()


@dataclass(frozen=True, slots=True)
class MarketPolicies:
    """A town's habits where the printed rule leaves a question open; what the rule's own text says wins.

    `suspend` lists days without market although the rule names them, such as 正月初一.
    """

    day31: Day31 = Day31.HOLD
    small_month: SmallMonth = SmallMonth.SKIP
    leap_month: LeapMonth = LeapMonth.REPEAT
    year_end: YearEnd = NO_YEAR_END
    suspend: tuple[AnnualPattern | DatesPattern, ...] = ()


PLAIN_POLICIES = MarketPolicies()
"""What the plain rule says: the 31st is held, the missing lunar 30th is skipped, leap months repeat."""


@dataclass(frozen=True, slots=True)
class MarketRule:
    """Days of all `patterns` together, without the days of `excluded`, from `starts_on` (if any) onwards.

    `day31`, `small_month` and `leap_month` are set where the text itself settles them. Patterns are merged and
    sorted, so that rules with the same meaning in the same words compare equal.
    """

    patterns: tuple[Pattern, ...]
    excluded: tuple[Pattern, ...] = ()
    starts_on: date | None = None
    day31: Day31 | None = None
    small_month: SmallMonth | None = None
    leap_month: LeapMonth | None = None

    def __post_init__(self) -> None:
        """Merge and sort the patterns; refuse patterns that contradict each other.

        Raises: RuleTextError naming the contradiction.
        """
        object.__setattr__(self, "patterns", merge(self.patterns))
        excluded = self.excluded
        if self.day31 is Day31.SKIP:
            # Said in one way only, so that equal rules compare equal.
            excluded += (DayPattern(DayCalendar.SOLAR, (31,)),)
            object.__setattr__(self, "day31", None)
        object.__setattr__(self, "excluded", merge(excluded))
        if any(isinstance(pattern, (DailyPattern, UnknownPattern, IntervalPattern)) for pattern in self.excluded):
            raise _contradiction("不逢场的日子不能写天天、未知或几天一场")
        if not self.patterns:
            raise RuleTextError("场期规则里没有说哪些日子逢场，请写明，例如“农历逢一、四、七”。")
        _refuse_contradictions(self.patterns)

    @property
    def kind(self) -> RuleKind:
        """The kind of the first pattern: the rule's kind for lists and labels."""
        return self.patterns[0].kind

    @property
    def is_known(self) -> bool:
        """Whether the rule says anything at all (not 未知)."""
        return self.kind is not RuleKind.UNKNOWN

    @property
    def has_no_days(self) -> bool:
        """Whether the rule names no day at all: 不定期 without dates."""
        return self.patterns == (DatesPattern(()),)

    @property
    def needs_anchor(self) -> bool:
        """Whether a starting date is missing without which no day can be told."""
        return self.starts_on is None and any(isinstance(pattern, IntervalPattern) for pattern in self.patterns)


def merge(patterns: Iterable[Pattern]) -> tuple[Pattern, ...]:
    """Return the patterns with those of one kind and calendar united, in a fixed order."""
    digits: dict[DayCalendar, tuple[int, ...]] = {}
    days: dict[DayCalendar, tuple[int, ...]] = {}
    weekdays: tuple[int, ...] = ()
    nths: dict[tuple[int, ...], tuple[int, ...]] = {}
    dates: list[DatesPattern] = []
    rest: set[Pattern] = set()
    for pattern in patterns:
        if isinstance(pattern, DigitPattern):
            digits[pattern.calendar] = digits.get(pattern.calendar, ()) + pattern.digits
        elif isinstance(pattern, DayPattern):
            days[pattern.calendar] = days.get(pattern.calendar, ()) + pattern.days
        elif isinstance(pattern, WeekdayPattern):
            weekdays += pattern.weekdays
        elif isinstance(pattern, NthWeekdayPattern):
            nths[pattern.weekdays] = nths.get(pattern.weekdays, ()) + pattern.nths
        elif isinstance(pattern, DatesPattern):
            dates.append(pattern)
        else:
            rest.add(pattern)
    lunar_days = set(days.get(DayCalendar.LUNAR, ()))
    if lunar_days and lunar_days == {day for day in range(1, 31) if _every_ten_days(day, lunar_days)}:
        # 初一、十一、廿一 is another way to write 逢一.
        del days[DayCalendar.LUNAR]
        ends = tuple(day for day in lunar_days if day <= 10)
        digits[DayCalendar.LUNAR] = digits.get(DayCalendar.LUNAR, ()) + ends
    rest.update(DigitPattern(calendar, numbers) for calendar, numbers in digits.items())
    rest.update(DayPattern(calendar, numbers) for calendar, numbers in days.items())
    if weekdays:
        rest.add(WeekdayPattern(weekdays))
    if dates:
        rest.add(DatesPattern(tuple(day for pattern in dates for day in pattern.dates)))
    rest.update(NthWeekdayPattern(numbers, on) for on, numbers in nths.items())
    order = list(RuleKind)
    return tuple(sorted(rest, key=lambda pattern: (order.index(pattern.kind), repr(pattern))))


def _every_ten_days(day: int, days: set[int]) -> bool:
    return {other for other in range(1, 31) if other % 10 == day % 10} <= days


def _refuse_contradictions(patterns: tuple[Pattern, ...]) -> None:
    if len(patterns) == 1:
        return
    for pattern in patterns:
        if isinstance(pattern, UnknownPattern):
            raise _contradiction("既写“未知”，又写了场期")
        if isinstance(pattern, DailyPattern):
            raise _contradiction("既写“天天”，又写了别的场期")
        if isinstance(pattern, DatesPattern) and not pattern.dates:
            raise _contradiction("既写“不定期”，又写了固定场期")
    parities = [pattern.calendar for pattern in patterns if isinstance(pattern, ParityPattern)]
    if len(parities) != len(set(parities)):
        raise _contradiction("同一历法既写单日又写双日；若每天都逢场，请写“天天”")


def _contradiction(what: str) -> RuleTextError:
    return RuleTextError(f"场期规则自相矛盾：{what}，请只留一种。", code="calendar.rule_contradiction")
