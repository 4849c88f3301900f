"""Reads weekdays: 星期三、星期六; 周一、三、五; 周一至周五; 周六日."""

from collections.abc import Sequence

from djflow.calendar.market.numerals import is_arabic, marks_days
from djflow.calendar.market.patterns import RuleTextError
from djflow.calendar.market.words import Kind, Token, ambiguous, not_understood

_WEEKDAYS = {char: number for number, char in enumerate("一二三四五六日", start=1)} | {"天": 7, "七": 7}
_LINKS = {Kind.SEPARATOR, Kind.COMMA, Kind.BLANK}


def read_weekdays(words: Sequence[Token], at: int, *, through_lists: bool = False) -> tuple[tuple[int, ...], int]:
    """Return the weekdays named from the WEEK word at position `at`, and the position behind them.

    With `through_lists`, `星期六、星期日` is one list; otherwise each 星期 is left to its own call.
    A bare 每周 before another word gives no weekday.

    Raises: RuleTextError naming what is no weekday or has two meanings.
    """
    first = words[at]
    if first.text[-1] in "周期拜":
        return (), at + 1
    found = _named(first)
    arabic = is_arabic(first.text[-1])
    at += 1
    while at < len(words):
        more, after = _continued(words, at, found, arabic=arabic)
        if through_lists and not more and [word.kind for word in words[at : at + 2]] == [Kind.SEPARATOR, Kind.WEEK]:
            more, after = _named(words[at + 1]), at + 2
        if not more:
            break
        found, at = found + more, after
    return tuple(found), at


def _continued(words: Sequence[Token], at: int, found: list[int], *, arabic: bool) -> tuple[list[int], int]:
    if words[at].kind is Kind.RANGE:
        if at + 1 == len(words):
            raise not_understood(words[at].quote)
        end = _named(words[at + 1]) if words[at + 1].kind is Kind.WEEK else _bare(words[at + 1], arabic=arabic)
        if len(end) != 1 or end[0] == found[-1]:
            raise not_understood(words[at].quote + words[at + 1].quote)
        count = (end[0] - found[-1]) % 7
        return [(found[-1] + step - 1) % 7 + 1 for step in range(1, count + 1)], at + 2
    after = at
    while after < len(words) and words[after].kind in _LINKS:
        after += 1
    if after == at or after == len(words):
        return [], at
    word = words[after]
    if word.kind is Kind.UNIT and word.text == "日" and not arabic and words[at].kind is Kind.SEPARATOR:
        return [7], after + 1
    followed_by_unit = after + 1 < len(words) and words[after + 1].kind is Kind.UNIT
    if word.kind is not Kind.NUMBER or marks_days(word.text) or followed_by_unit:
        return [], at
    return _bare(word, arabic=arabic), after + 1


def _named(word: Token) -> list[int]:
    run = word.text.removeprefix("每").removeprefix("个")
    for prefix in ("星期", "礼拜", "周"):
        run = run.removeprefix(prefix)
    if len(run) > 1 and run[-1] in "日天" and run != "六日":
        raise ambiguous(word.quote, f"“{run[-1]}”可以是星期日，也可以只是“日子”；请写成“星期六、星期日”这样")
    numbers = [_WEEKDAYS.get(char) or (int(char) if char in "1234567" else 0) for char in run]
    if 0 in numbers or numbers != sorted(set(numbers)):
        raise RuleTextError(f"场期规则中的“{word.quote}”不是星期几，请写星期一至星期日。")
    return numbers


def _bare(word: Token, *, arabic: bool) -> list[int]:
    if word.kind is Kind.UNIT and word.text == "日" and not arabic:
        return [7]
    known = word.kind is Kind.NUMBER and all(char in _WEEKDAYS or char in "1234567" for char in word.text)
    if not known or is_arabic(word.text) is not arabic:
        raise ambiguous(word.quote, "跟在星期后面，分不清是星期几还是几日；请写“星期几”或在前面写“逢”和历法")
    return [_WEEKDAYS.get(char) or int(char) for char in word.text]
