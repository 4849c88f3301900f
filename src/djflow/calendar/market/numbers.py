"""What a list of day numbers means: last digits or days of a month, solar or lunar.

Published tables follow one convention: Arabic digits are solar and Chinese numerals lunar unless a calendar is named.
A list in which every reading but one is impossible has that reading; a list with two is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from djflow.calendar.lunar import day_name
from djflow.calendar.market.numerals import Reading, chinese_number, day_readings, digit_readings, is_arabic, marks_days
from djflow.calendar.market.patterns import DayCalendar, DayPattern, DigitPattern, RuleTextError
from djflow.calendar.market.words import Token, ambiguous, contradiction, not_understood


@dataclass(frozen=True, slots=True)
class NumberItem:
    """One run of numerals.

    `unit` is the 日 or 号 behind it, `link` is `-` or `至` if it ends a range, `lead` the words between it and the
    item before, as typed.
    """

    token: Token
    unit: str
    link: str = ""
    lead: str = ""

    @property
    def run(self) -> str:
        """The numerals in plain characters."""
        return self.token.text


@dataclass(frozen=True, slots=True)
class NumberList:
    """Runs of numerals that belong together, with the words around them that settle their meaning."""

    items: tuple[NumberItem, ...]
    named: DayCalendar | None
    feng: bool = False
    monthly: bool = False
    tail: bool = False
    excluding: bool = False

    @property
    def quote(self) -> str:
        """The list as it was typed, for refusals."""
        return "".join(item.lead + item.token.quote + item.unit for item in self.items)

    @property
    def scripts(self) -> set[bool]:
        """Which scripts occur: True for Arabic digits, False for Chinese numerals."""
        return {is_arabic(item.run) for item in self.items}

    @property
    def early(self) -> bool:
        """Whether a 初 tells by itself that the days are lunar."""
        return any(marks_days(item.run) for item in self.items)

    @property
    def each_unit(self) -> bool:
        """Whether every number has its own 日."""
        return all(bool(item.unit) for item in self.items)


def calendar_of(numbers: NumberList, default: DayCalendar | None) -> DayCalendar:
    """Return the calendar of the list: the one named, the table's default, or the one its script stands for.

    Raises: RuleTextError for mixed scripts without a calendar, and for 初 in a solar list.
    """
    named = numbers.named or default
    if named is None and len(numbers.scripts) > 1:
        raise ambiguous(numbers.quote, "阿拉伯数字指公历、汉字数字指农历，两种混写分不清，请在前面写明“公历”或“农历”")
    calendar = named or (DayCalendar.SOLAR if True in numbers.scripts else DayCalendar.LUNAR)
    early = [item.token.quote for item in numbers.items if marks_days(item.run)]
    if calendar is DayCalendar.SOLAR and early:
        raise contradiction(f"“{early[0]}”是农历日子，却写了公历")
    return calendar


def pattern_of(numbers: NumberList, default: DayCalendar | None) -> DigitPattern | DayPattern:
    """Return the pattern the list means.

    Raises: RuleTextError naming the list or the item that cannot be understood or has two meanings.
    """
    calendar = calendar_of(numbers, default)
    lone_zero = numbers.items[0].run in ("0", "〇", "零") and len(numbers.items) == 1
    if lone_zero and not numbers.feng and not numbers.tail:
        raise not_understood(numbers.quote)
    for item in numbers.items:
        if not digit_readings(item.run) and not day_readings(item.run):
            raise RuleTextError(f"场期规则中的“{item.token.quote}”不是一个月里的日子，也不是尾数，请改正。")
    if any(item.link for item in numbers.items) and not _dashes_as_list(numbers):
        return _as_days(calendar, tuple(_ranges(numbers)), numbers)
    digits = _combined(digit_readings(item.run) for item in numbers.items)
    days = set() if numbers.tail else _combined(day_readings(item.run) for item in numbers.items)
    if numbers.early:
        _refuse_half_early(numbers)
        digits = set()
    if len(digits) + len(days) == 0:
        raise not_understood(numbers.quote)
    if not days and len(digits) == 1:
        return DigitPattern(calendar, digits.pop())
    if not digits and len(days) == 1:
        return _as_days(calendar, days.pop(), numbers)
    return _decided(numbers, calendar, digits, days)


def _combined(readings: Iterator[set[Reading]]) -> set[Reading]:
    found: set[Reading] = set()
    for choice in product(*readings):
        numbers = [number for reading in choice for number in reading]
        if len(numbers) == len(set(numbers)):
            found.add(tuple(sorted(numbers)))
    return found


def _decided(
    numbers: NumberList, calendar: DayCalendar, digits: set[Reading], days: set[Reading]
) -> DigitPattern | DayPattern:
    # Both readings exist. 逢 means last digits, 每月…日 means days of the month.
    digit, day = min(digits), min(days) if days else ()
    if digits == days:
        if numbers.feng or (not numbers.monthly and not numbers.excluding and not numbers.each_unit):
            return DigitPattern(calendar, digit)
        if numbers.monthly and numbers.each_unit:
            return _as_days(calendar, day, numbers)
        if numbers.monthly and len(numbers.items) > 1 and not any(item.unit for item in numbers.items):
            return DigitPattern(calendar, digit)
    elif len(days) == 1 and numbers.each_unit and not numbers.feng:
        return _as_days(calendar, day, numbers)
    listed, exact = _in_words(calendar, digit, min(days or {digit}))
    raise ambiguous(numbers.quote, f"可以是尾数，也可以只是每月的那一天；请写成“{listed}”或“{exact}”")


def _in_words(calendar: DayCalendar, digit: Reading, days: Reading) -> tuple[str, str]:
    if calendar is DayCalendar.SOLAR:
        return "逢" + "、".join(str(number) for number in digit), "每月" + "、".join(f"{day}日" for day in days)
    listed = "逢" + "、".join(chinese_number(number) for number in digit)
    return listed, "农历每月" + "、".join(day_name(day) + ("日" if day % 10 == 0 else "") for day in days)


def _as_days(calendar: DayCalendar, days: Sequence[int], numbers: NumberList) -> DayPattern:
    if calendar is DayCalendar.LUNAR and 31 in days:
        raise contradiction(f"农历没有三十一日，却写了“{numbers.quote}”；若指公历，请写“公历”")
    return DayPattern(calendar, tuple(days))


def _refuse_half_early(numbers: NumberList) -> None:
    # 初一、四、七: is 四 the fourth, or every day ending in 4?
    small = [
        item for item in numbers.items if not marks_days(item.run) and digit_readings(item.run) and len(item.run) == 1
    ]
    late = [item for item in numbers.items if any(days[-1] > 10 for days in day_readings(item.run))]
    if small and not late:
        quote = small[0].token.quote
        raise ambiguous(numbers.quote, f"“{quote}”可以是初{quote}，也可以是尾数{quote}；请全部写“初”，或全部不写")


def _dashes_as_list(numbers: NumberList) -> bool:
    # 1-4-7 lists three digits; a range of three ends has no meaning.
    links = {item.link for item in numbers.items[1:]}
    plain_items = not any(item.unit for item in numbers.items[:-1]) and not any(
        marks_days(item.run) for item in numbers.items
    )
    return links == {"-"} and len(numbers.items) > 2 and plain_items


def _ranges(numbers: NumberList) -> Iterator[int]:
    exact = numbers.monthly and any(item.unit for item in numbers.items)
    last: int | None = None
    for item in numbers.items:
        readings = day_readings(item.run)
        certain = exact or marks_days(item.run) or not digit_readings(item.run)
        if len(readings) != 1 or not certain:
            raise ambiguous(
                numbers.quote, "可以是从几日到几日，也可以是几个尾数；请用顿号逐个写出，或写“每月1日至5日”“初一至初五”"
            )
        days = min(readings)
        if item.link:
            if last is None or len(days) != 1 or days[0] <= last:
                raise not_understood(numbers.quote)
            yield from range(last + 1, days[0])
        yield from days
        last = days[-1]
