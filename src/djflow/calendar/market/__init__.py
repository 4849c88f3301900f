"""Market rules: reads them as people print them, says which dates they mean, and words them again.

How a rule is read:
1. Every character becomes half-width and simplified; the text is cut into words; what is no word is refused by name.
2. The words are split into statements at commas and brackets. A statement is about market days, about days of the
   year (腊月二十后天天), about days without market (31日不赶), about small or leap months, or names the first day.
3. Every list of numbers is read in all possible ways, as last digits and as days of a month. If one way remains, it
   is taken; 逢 asks for digits, 每月…日 for days; two ways are refused with both named.
4. Arabic digits are solar and Chinese numerals lunar unless the text or the table's heading names a calendar.
5. What is said twice (龙狗 beside 辰戌, 空三赶四 beside 丑巳酉) must agree.

How days are found: a date is a market day if it fits one of the rule's patterns or the year-end habit and fits none
of the excluded or suspended ones. Branch days come from the day number modulo 12 and know no months.

Source: printed county tables of 2023–2026 and their footnote on Arabic and Chinese numerals.
"""

from djflow.calendar.market.days import market_days
from djflow.calendar.market.habits import parse_month_day, parse_suspend
from djflow.calendar.market.patterns import DayCalendar, MonthDay, RuleKind, RuleTextError
from djflow.calendar.market.reader import parse_rule
from djflow.calendar.market.rule import (
    PLAIN_POLICIES,
    Day31,
    LeapMonth,
    MarketPolicies,
    MarketRule,
    SmallMonth,
    YearEnd,
    YearEndMode,
)
from djflow.calendar.market.wording import describe

__all__ = [
    "PLAIN_POLICIES",
    "Day31",
    "DayCalendar",
    "LeapMonth",
    "MarketPolicies",
    "MarketRule",
    "MonthDay",
    "RuleKind",
    "RuleTextError",
    "SmallMonth",
    "YearEnd",
    "YearEndMode",
    "describe",
    "market_days",
    "parse_month_day",
    "parse_rule",
    "parse_suspend",
]
