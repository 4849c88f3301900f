"""What a market rule consists of: patterns of days, united, minus excluded ones.

Digits are 1–10, where 10 stands for 十 and means the days 10, 20 and 30. Weekdays are 1 (Monday) to 7. Branches are
0 (子) to 11 (亥). Tuples are sorted and free of doubles, so that equal rules compare equal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from djflow.core.errors import InputError


class RuleTextError(InputError):
    """A rule text was not understood, has two meanings or contradicts itself; the sentence names the part."""

    code = "calendar.rule_not_understood"


class RuleKind(StrEnum):
    """Kinds of market rules; stored, never renamed."""

    SOLAR_DIGIT = "solar_digit"
    LUNAR_DIGIT = "lunar_digit"
    SOLAR_DAY = "solar_day"
    LUNAR_DAY = "lunar_day"
    PARITY = "parity"
    WEEKDAY = "weekday"
    NTH_WEEKDAY = "nth_weekday"
    DAILY = "daily"
    BRANCH_SINGLE = "branch_single"
    BRANCH_PAIR = "branch_pair"
    BRANCH_TRIPLE = "branch_triple"
    BRANCH_SET = "branch_set"
    INTERVAL = "interval"
    ANNUAL = "annual"
    EXPLICIT = "explicit"
    UNKNOWN = "unknown"


class DayCalendar(StrEnum):
    """The calendar a day number belongs to."""

    SOLAR = "solar"
    LUNAR = "lunar"


class Parity(StrEnum):
    """Odd or even day numbers."""

    ODD = "odd"
    EVEN = "even"


def _checked(values: Iterable[int], low: int, high: int, what: str) -> tuple[int, ...]:
    kept = tuple(sorted(set(values)))
    if not kept or kept[0] < low or kept[-1] > high:
        raise RuleTextError(f"{what}应在 {low} 到 {high} 之间，且至少一个；现为 {list(kept)}。")
    return kept


@dataclass(frozen=True, slots=True)
class DigitPattern:
    """Days whose number ends in one of `digits` (1–10) in the given calendar."""

    calendar: DayCalendar
    digits: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "digits", _checked(self.digits, 1, 10, "尾数"))

    @property
    def kind(self) -> RuleKind:
        """SOLAR_DIGIT or LUNAR_DIGIT."""
        return RuleKind.SOLAR_DIGIT if self.calendar is DayCalendar.SOLAR else RuleKind.LUNAR_DIGIT


@dataclass(frozen=True, slots=True)
class DayPattern:
    """The listed days of every month, solar 1–31 or lunar 1–30."""

    calendar: DayCalendar
    days: tuple[int, ...]

    def __post_init__(self) -> None:
        top = 31 if self.calendar is DayCalendar.SOLAR else 30
        object.__setattr__(self, "days", _checked(self.days, 1, top, "日期"))

    @property
    def kind(self) -> RuleKind:
        """SOLAR_DAY or LUNAR_DAY."""
        return RuleKind.SOLAR_DAY if self.calendar is DayCalendar.SOLAR else RuleKind.LUNAR_DAY


@dataclass(frozen=True, slots=True)
class ParityPattern:
    """Days with an odd or even number in the given calendar."""

    calendar: DayCalendar
    parity: Parity

    @property
    def kind(self) -> RuleKind:
        """PARITY."""
        return RuleKind.PARITY


@dataclass(frozen=True, slots=True)
class WeekdayPattern:
    """The listed weekdays, 1 (Monday) to 7 (Sunday)."""

    weekdays: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "weekdays", _checked(self.weekdays, 1, 7, "星期"))

    @property
    def kind(self) -> RuleKind:
        """WEEKDAY."""
        return RuleKind.WEEKDAY


@dataclass(frozen=True, slots=True)
class NthWeekdayPattern:
    """The n-th occurrences (1–5, -1 = last) of the listed weekdays in every solar month."""

    nths: tuple[int, ...]
    weekdays: tuple[int, ...]

    def __post_init__(self) -> None:
        nths = _checked(self.nths, -1, 5, "第几个")
        if 0 in nths:
            raise RuleTextError("“第0个”不存在，请写第一个至第五个或最后一个。")
        object.__setattr__(self, "nths", nths)
        object.__setattr__(self, "weekdays", _checked(self.weekdays, 1, 7, "星期"))

    @property
    def kind(self) -> RuleKind:
        """NTH_WEEKDAY."""
        return RuleKind.NTH_WEEKDAY


@dataclass(frozen=True, slots=True)
class DailyPattern:
    """Every day."""

    @property
    def kind(self) -> RuleKind:
        """DAILY."""
        return RuleKind.DAILY


@dataclass(frozen=True, slots=True)
class BranchPattern:
    """Days of the listed earthly branches, evenly spread over the cycle of twelve."""

    branches: tuple[int, ...]

    def __post_init__(self) -> None:
        branches = _checked(self.branches, 0, 11, "地支")
        object.__setattr__(self, "branches", branches)
        if not evenly_spread(branches):
            raise RuleTextError(f"地支 {list(branches)} 的间隔不相等。")

    @property
    def period(self) -> int:
        """Days from one market to the next."""
        return 12 // len(self.branches)

    @property
    def kind(self) -> RuleKind:
        """BRANCH_PAIR, BRANCH_TRIPLE, or one of the rarer counts."""
        kinds = {1: RuleKind.BRANCH_SINGLE, 2: RuleKind.BRANCH_PAIR, 3: RuleKind.BRANCH_TRIPLE}
        return kinds.get(len(self.branches), RuleKind.BRANCH_SET)


def evenly_spread(branches: tuple[int, ...]) -> bool:
    """Return whether the sorted branches 0–11 lie equally far apart on the cycle of twelve."""
    gaps = {(later - earlier) % 12 for earlier, later in zip(branches, branches[1:] + branches[:1], strict=True)}
    return len(branches) == 1 or len(gaps) == 1


@dataclass(frozen=True, slots=True)
class IntervalPattern:
    """Every `days`-th day from the rule's `starts_on`."""

    days: int

    def __post_init__(self) -> None:
        _checked((self.days,), 2, 60, "间隔天数")

    @property
    def kind(self) -> RuleKind:
        """INTERVAL."""
        return RuleKind.INTERVAL


@dataclass(frozen=True, slots=True, order=True)
class MonthDay:
    """A day of the year as month 1–12 and day; lunar 12-30 stands for 除夕 even in a 腊月 of 29 days."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"


_SOLAR_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class AnnualPattern:
    """The days from `first` to `last` of every year, both included; `last` before `first` runs over New Year."""

    calendar: DayCalendar
    first: MonthDay
    last: MonthDay

    def __post_init__(self) -> None:
        for end in (self.first, self.last):
            longest = 30 if self.calendar is DayCalendar.LUNAR else _SOLAR_LENGTHS[(end.month - 1) % 12]
            if not (1 <= end.month <= 12 and 1 <= end.day <= longest):
                name = "农历" if self.calendar is DayCalendar.LUNAR else "公历"
                raise RuleTextError(f"{name} {end.month} 月没有第 {end.day} 天。")

    @property
    def kind(self) -> RuleKind:
        """ANNUAL."""
        return RuleKind.ANNUAL


@dataclass(frozen=True, slots=True)
class DatesPattern:
    """The listed civil dates; empty for a market without fixed days (不定期)."""

    dates: tuple[date, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "dates", tuple(sorted(set(self.dates))))

    @property
    def kind(self) -> RuleKind:
        """EXPLICIT."""
        return RuleKind.EXPLICIT


@dataclass(frozen=True, slots=True)
class UnknownPattern:
    """A published table that says 未知: kept, shown, never rostered."""

    @property
    def kind(self) -> RuleKind:
        """UNKNOWN."""
        return RuleKind.UNKNOWN


Pattern = (
    DigitPattern
    | DayPattern
    | ParityPattern
    | WeekdayPattern
    | NthWeekdayPattern
    | DailyPattern
    | BranchPattern
    | IntervalPattern
    | AnnualPattern
    | DatesPattern
    | UnknownPattern
)
