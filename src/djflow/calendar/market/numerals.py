"""Chinese and Arabic day numbers in all the ways a run of numerals without separators can be read.

`一四七` lists three last digits, `五十` in a market table is five and ten, `十五` is the fifteenth, and `二十` may be
either two and ten or the twentieth. These functions return every reading; the reader decides or refuses.
"""

import re
from itertools import pairwise

_DIGITS = {char: number for number, char in enumerate("一二三四五六七八九十", start=1)} | {"〇": 10, "零": 10}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾两", "一二三四五六七八九十二")
_DAY_TOKEN = re.compile(
    r"初(?P<early>[一二三四五六七八九十])|(?P<twenty>二十|廿)(?P<twenty_unit>[一二三四五六七八九])?"
    r"|(?P<thirty>三十|卅)(?P<thirty_unit>一)?|十(?P<teen>[一二三四五六七八九])?"
)
MAX_RUN = 24
"""Longest run of numerals looked at; nobody prints a longer one."""

Reading = tuple[int, ...]


def is_arabic(run: str) -> bool:
    """Return whether the run of numerals is written in Arabic digits."""
    return run[:1].isascii()


def marks_days(run: str) -> bool:
    """Return whether the run contains a 初, which only days of a month have."""
    return "初" in run


def digit_readings(run: str) -> set[Reading]:
    """Return the ascending lists of last digits 1–10 that the run can mean (none or one)."""
    if len(run) > MAX_RUN:
        return set()
    if is_arabic(run):
        if run == "0":
            return {(10,)}
        parts = tuple(int(part) for part in re.findall(r"10|[1-9]", run))
        rebuilt = "".join(str(part) for part in parts)
        return {parts} if parts and rebuilt == run and _ascending(parts) else set()
    if any(char not in _DIGITS for char in run):
        return set()
    numbers = tuple(_DIGITS[char] for char in run)
    return {numbers} if _ascending(numbers) else set()


def day_readings(run: str) -> set[Reading]:
    """Return the ascending lists of days of a month 1–31 that the run can mean."""
    if len(run) > MAX_RUN:
        return set()
    if is_arabic(run):
        number = int(run)
        return {(number,)} if 1 <= number <= 31 and not run.startswith("0") else set()
    if run in _DIGITS and run not in "〇零":
        return {(_DIGITS[run],)}
    return {days for days in _day_sequences(run) if _ascending(days)}


def _day_sequences(run: str) -> set[Reading]:
    if not run:
        return {()}
    found: set[Reading] = set()
    for length in range(1, min(3, len(run)) + 1):
        day = _one_day(run[:length])
        if day:
            found |= {(day, *rest) for rest in _day_sequences(run[length:])}
    return found


def _one_day(text: str) -> int | None:
    match = _DAY_TOKEN.fullmatch(text)
    if not match:
        return None
    if match["early"]:
        return _DIGITS[match["early"]]
    if match["twenty"]:
        return 20 + _DIGITS.get(match["twenty_unit"] or "", 0)
    if match["thirty"]:
        return 30 + _DIGITS.get(match["thirty_unit"] or "", 0)
    return 10 + _DIGITS.get(match["teen"] or "", 0)


def count_number(text: str) -> int | None:
    """Return the count 1–31 written in Arabic or Chinese numerals, such as `3`, `两`, `十二`; None if it is none."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    plain = text.translate(_FORMAL)
    if plain in _DIGITS:
        return _DIGITS[plain]
    return _one_day(plain)


def chinese_number(number: int) -> str:
    """Return 1–99 in Chinese numerals: 三, 十二, 二十一."""
    tens, units = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else "一二三四五六七八九"[tens - 1] + "十"
    return head + ("一二三四五六七八九"[units - 1] if units else "")


def _ascending(numbers: Reading) -> bool:
    return all(earlier < later for earlier, later in pairwise(numbers))
