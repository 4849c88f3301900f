"""Reads a whole market rule: splits it into statements and puts their meanings together.

A statement is about market days (`逢1、4、7`), about days of the year (`腊月二十后天天`), about days without market
(`31日不赶`), about small or leap months, or names the first day (`自2026-12-01起`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from djflow.calendar.market.items import ItemReader
from djflow.calendar.market.numerals import day_readings
from djflow.calendar.market.patterns import DayCalendar, Pattern, RuleTextError
from djflow.calendar.market.rule import Day31, LeapMonth, MarketRule, SmallMonth
from djflow.calendar.market.words import Kind, Token, ambiguous, contradiction, date_of, not_understood, tokens
from djflow.calendar.market.yearly import YearlyReader

_BREAKS = {Kind.COMMA, Kind.OPEN, Kind.CLOSE}
_CONTENT = {
    Kind.NUMBER,
    Kind.WEEK,
    Kind.WEEKEND,
    Kind.BRANCH,
    Kind.ANIMAL,
    Kind.DAILY,
    Kind.PARITY,
    Kind.NTH,
    Kind.INTERVAL,
    Kind.DATE,
}
_OPENERS = {Kind.CALENDAR, Kind.YEARLY, Kind.FROM, Kind.FENG, Kind.BLANK}


@dataclass(slots=True)
class _Draft:
    main: list[Token] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)
    excluded: list[Pattern] = field(default_factory=list)
    unnamed: list[tuple[DayCalendar, str]] = field(default_factory=list)
    starts_on: date | None = None
    day31: Day31 | None = None
    small_month: SmallMonth | None = None
    leap_month: LeapMonth | None = None


def parse_rule(text: str, *, default_calendar: DayCalendar | None = None) -> MarketRule:
    """Return the market rule that `text` says, as people print it.

    `default_calendar` is the calendar a table's heading names for all its rules; without it Arabic digits are solar
    and Chinese numerals lunar. A calendar named in the text wins.

    Raises: RuleTextError naming the part that is not understood, has two meanings or contradicts another.
    """
    if not text.strip():
        raise RuleTextError("场期规则是空的，请填写，例如“农历逢一、四、七”；不知道时填“未知”。")
    draft = _Draft()
    words = _take_start(list(tokens(text)), draft)
    for before, statement in _statements(words):
        _read_statement(before, statement, draft)
    items = ItemReader(draft.main, default_calendar).read()
    patterns = [*items.patterns, *draft.patterns]
    if not patterns:
        raise RuleTextError(f"场期规则“{text.strip()}”没有说哪些日子逢场，请写明，例如“农历逢一、四、七”。")
    if default_calendar is None:
        _refuse_other_calendar(patterns, draft.unnamed)
    return MarketRule(
        tuple(patterns), tuple(draft.excluded), draft.starts_on, draft.day31, draft.small_month, draft.leap_month
    )


def _take_start(words: list[Token], draft: _Draft) -> list[Token]:
    # 自2026-12-01起, 2026-12-01起, 首场2026-12-01
    kept: list[Token] = []
    at = 0
    while at < len(words):
        kinds = [word.kind for word in words[at : at + 3]]
        lead = kinds[:1] == [Kind.FROM]
        day = 1 if lead else 0
        closing = kinds[day + 1 : day + 2] == [Kind.AFTER]
        is_range = kinds[day + 1 : day + 2] == [Kind.RANGE]
        if kinds[day : day + 1] == [Kind.DATE] and (lead or closing) and not is_range:
            if draft.starts_on is not None:
                raise contradiction(f"写了两个开始日期（{draft.starts_on} 和 {words[at + day].quote}）")
            draft.starts_on = date_of(words[at + day])
            at += day + 1 + closing
        else:
            kept.append(words[at])
            at += 1
    return kept


def _statements(words: list[Token]) -> list[tuple[Token | None, list[Token]]]:
    # Each statement with the comma or bracket before it.
    found: list[tuple[Token | None, list[Token]]] = [(None, [])]
    for word in words:
        if word.kind in _BREAKS:
            found.append((word, []))
        elif _opens_statement(word, found[-1][1]):
            head = found[-1][1]
            keep = len(head)
            while keep and head[keep - 1].kind in _OPENERS:
                keep -= 1
            found[-1] = (found[-1][0], head[:keep])
            found.append((None, [*head[keep:], word]))
        else:
            found[-1][1].append(word)
    return found


def _opens_statement(word: Token, before: list[Token]) -> bool:
    # 逢一、四、七腊月二十后天天 and 逢2、5、8除31日外 hold two statements without a comma.
    if word.kind not in (Kind.MONTH, Kind.EVE, Kind.EXCEPT, Kind.SMALL_MONTH, Kind.LEAP_MONTH):
        return False
    kinds = {other.kind for other in before}
    yearly = word.kind in (Kind.MONTH, Kind.EVE)
    if yearly and kinds & {Kind.MONTH, Kind.EVE, Kind.DATE, Kind.EXCEPT}:
        return False
    return bool(kinds & _CONTENT)


def _read_statement(before: Token | None, words: list[Token], draft: _Draft) -> None:
    kinds = {word.kind for word in words}
    if kinds & {Kind.SMALL_MONTH, Kind.LEAP_MONTH, Kind.HOLD}:
        _read_habit(words, draft)
    elif kinds & {Kind.NOT, Kind.EXCEPT}:
        _read_exclusion(words, draft)
    elif kinds & {Kind.MONTH, Kind.EVE} and Kind.DATE not in kinds:
        draft.patterns += YearlyReader(words).read()
    else:
        draft.main += [before] if before is not None else []
        draft.main += words


def _read_exclusion(words: list[Token], draft: _Draft) -> None:
    meaningful = [word for word in words if word.kind is not Kind.BLANK]
    except_first = any(word.kind is Kind.EXCEPT for word in words)
    ends = [at for at, word in enumerate(words) if word.kind is Kind.NOT]
    if except_first and ends:
        # 除周日外每天都赶: what follows has markets.
        draft.main += words[ends[-1] + 1 :]
        words = words[: ends[-1]]
    elif any(word.kind is Kind.NOT for word in meaningful[1:-1]):
        raise not_understood("".join(word.quote for word in words))
    split = 0 if except_first else _last_separate(words)
    draft.main += words[:split]
    words = [word for word in words[split:] if word.kind not in (Kind.NOT, Kind.EXCEPT)]
    kinds = {word.kind for word in words}
    if not kinds & (_CONTENT | {Kind.MONTH, Kind.EVE}):
        raise not_understood("".join(word.quote for word in [*meaningful]))
    if kinds & {Kind.MONTH, Kind.EVE} and Kind.DATE not in kinds:
        draft.excluded += YearlyReader(words, excluding=True).read()
        return
    items = ItemReader(words, excluding=True).read()
    draft.excluded += items.patterns
    draft.unnamed += items.implicit


def _last_separate(words: list[Token]) -> int:
    # 逢2、5、8 31日不赶: what follows the last blank is what has no market.
    for at in range(len(words) - 2, 0, -1):
        follows = words[at + 1].kind in _CONTENT | {Kind.MONTH, Kind.EVE, Kind.CALENDAR, Kind.FENG}
        if words[at].kind is Kind.BLANK and follows and words[at - 1].kind in _CONTENT | {Kind.UNIT}:
            return at
    return 0


def _read_habit(words: list[Token], draft: _Draft) -> None:
    kinds = {word.kind for word in words}
    quote = "".join(word.quote for word in words)
    numbers = [word for word in words if word.kind is Kind.NUMBER]
    extra = kinds - {Kind.SMALL_MONTH, Kind.LEAP_MONTH, Kind.HOLD, Kind.NOT, Kind.NUMBER, Kind.UNIT, Kind.FENG}
    extra -= {Kind.BLANK, Kind.CALENDAR, Kind.MONTHLY}
    days = [day for word in numbers for reading in day_readings(word.text) for day in reading]
    if extra or {Kind.SMALL_MONTH, Kind.LEAP_MONTH} <= kinds or {Kind.HOLD, Kind.NOT} <= kinds:
        raise not_understood(quote)
    if Kind.LEAP_MONTH in kinds and not numbers and kinds & {Kind.HOLD, Kind.NOT}:
        draft.leap_month = LeapMonth.SKIP if Kind.NOT in kinds else LeapMonth.REPEAT
    elif Kind.SMALL_MONTH in kinds and Kind.NOT in kinds and not numbers:
        draft.small_month = SmallMonth.SKIP
    elif Kind.SMALL_MONTH in kinds and days == [29] and Kind.NOT not in kinds:
        draft.small_month = SmallMonth.HOLD_ON_29
    elif Kind.HOLD in kinds and days == [31]:
        draft.day31 = Day31.HOLD
    else:
        raise not_understood(quote)


def _refuse_other_calendar(patterns: Sequence[Pattern], unnamed: list[tuple[DayCalendar, str]]) -> None:
    calendars = {getattr(pattern, "calendar", None) for pattern in patterns} - {None}
    for calendar, quote in unnamed:
        if calendars and calendar not in calendars:
            raise ambiguous(quote, "场期用的是另一种历法，请在它前面写明“公历”或“农历”")
