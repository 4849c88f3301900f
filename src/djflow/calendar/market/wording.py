"""A market rule in canonical Chinese; reading the text again gives the same rule."""

from djflow.calendar.lunar import ANIMALS, BRANCHES, MONTH_NAMES, day_name
from djflow.calendar.market.numerals import chinese_number
from djflow.calendar.market.patterns import (
    AnnualPattern,
    BranchPattern,
    DatesPattern,
    DayCalendar,
    DayPattern,
    DigitPattern,
    IntervalPattern,
    MonthDay,
    NthWeekdayPattern,
    Parity,
    ParityPattern,
    Pattern,
    UnknownPattern,
    WeekdayPattern,
)
from djflow.calendar.market.rule import Day31, LeapMonth, MarketRule, SmallMonth

_WEEKDAYS = "一二三四五六日"


def describe(rule: MarketRule) -> str:
    """Return the rule in canonical Chinese, such as `农历逢一、四、七，正月初一不赶`."""
    clauses = [_words(pattern) for pattern in rule.patterns]
    if rule.starts_on is not None:
        clauses.append(f"自{rule.starts_on}起")
    clauses += [_words(pattern, plain=True) + "不赶" for pattern in rule.excluded]
    if rule.day31 is Day31.HOLD:
        clauses.append("31日照赶")
    if rule.small_month is not None:
        clauses.append("小月廿九赶" if rule.small_month is SmallMonth.HOLD_ON_29 else "小月不补")
    if rule.leap_month is not None:
        clauses.append("闰月照赶" if rule.leap_month is LeapMonth.REPEAT else "闰月不赶")
    return "，".join(clauses)


def _words(pattern: Pattern, *, plain: bool = False) -> str:
    # `plain` leaves out brackets and 天天, which would end or contradict a statement about days without market.
    text = "天天"
    if isinstance(pattern, (DigitPattern, DayPattern, ParityPattern)):
        text = _numbers(pattern)
    elif isinstance(pattern, BranchPattern):
        text = "逢" + "".join(BRANCHES[branch] for branch in pattern.branches) + "日"
        text += "" if plain else "（" + "".join(ANIMALS[branch] for branch in pattern.branches) + "）"
    elif isinstance(pattern, WeekdayPattern):
        text = _weekdays(pattern.weekdays)
    elif isinstance(pattern, NthWeekdayPattern):
        nths = [nth for nth in pattern.nths if nth > 0] + [nth for nth in pattern.nths if nth < 0]
        listed = "、".join("最后一个" if nth < 0 else f"第{chinese_number(nth)}个" for nth in nths)
        text = f"每月{listed}{_weekdays(pattern.weekdays)}"
    elif isinstance(pattern, IntervalPattern):
        text = f"{pattern.days}天一场"
    elif isinstance(pattern, AnnualPattern):
        text = _annual(pattern, plain=plain)
    elif isinstance(pattern, DatesPattern):
        text = "、".join(str(day) for day in pattern.dates) or "不定期"
    elif isinstance(pattern, UnknownPattern):
        text = "未知"
    return text


def _numbers(pattern: DigitPattern | DayPattern | ParityPattern) -> str:
    lunar = pattern.calendar is DayCalendar.LUNAR
    name = "农历" if lunar else "公历"
    if isinstance(pattern, ParityPattern):
        return name + ("单日" if pattern.parity is Parity.ODD else "双日")
    if isinstance(pattern, DigitPattern):
        return f"{name}逢" + "、".join(chinese_number(digit) if lunar else str(digit) for digit in pattern.digits)
    return f"{name}每月" + "、".join(_lunar_day(day) if lunar else f"{day}日" for day in pattern.days)


def _lunar_day(day: int) -> str:
    return day_name(day) + ("日" if day in (20, 30) else "")


def _weekdays(weekdays: tuple[int, ...]) -> str:
    return "、".join(f"星期{_WEEKDAYS[weekday - 1]}" for weekday in weekdays)


def _annual(pattern: AnnualPattern, *, plain: bool) -> str:
    lunar = pattern.calendar is DayCalendar.LUNAR
    prefix = "农历" if lunar else "每年"
    if pattern.first == pattern.last:
        return prefix + _month_day(pattern.first, lunar=lunar)
    ends = f"{_month_day(pattern.first, lunar=lunar)}至{_month_day(pattern.last, lunar=lunar)}"
    return prefix + ends + ("" if plain else "天天")


def _month_day(day: MonthDay, *, lunar: bool) -> str:
    if not lunar:
        return f"{day.month}月{day.day}日"
    return "除夕" if day == MonthDay(12, 30) else MONTH_NAMES[day.month - 1] + day_name(day.day)
