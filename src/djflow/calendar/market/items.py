"""Reads words into patterns: number lists, weekdays, branches, odd and even days, dates, intervals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from djflow.calendar.lunar import ANIMALS, BRANCHES
from djflow.calendar.market.numbers import NumberItem, NumberList, calendar_of, pattern_of
from djflow.calendar.market.numerals import count_number, is_arabic
from djflow.calendar.market.patterns import (
    BranchPattern,
    DailyPattern,
    DatesPattern,
    DayCalendar,
    IntervalPattern,
    NthWeekdayPattern,
    Parity,
    ParityPattern,
    Pattern,
    RuleTextError,
    UnknownPattern,
    WeekdayPattern,
    evenly_spread,
)
from djflow.calendar.market.weekdays import read_weekdays
from djflow.calendar.market.words import Kind, Token, ambiguous, contradiction, date_from, date_of, not_understood

_CONNECTING = {Kind.SEPARATOR, Kind.BLANK, Kind.COMMA, Kind.RANGE, Kind.FENG}
_SILENT = {Kind.SEPARATOR, Kind.BLANK, Kind.CLOSE, Kind.YEARLY, Kind.OPENING}
_INTERVAL = re.compile(r"[空隔间歇](?P<rest>[^天日、,赶逢]+)[天日]?[、,]?[赶逢](?P<nth>[^天日场]+)[天日场]?")
MAX_DATES = 400
"""Longest range of explicit dates, in days."""


@dataclass(slots=True)
class Items:
    """What a stretch of words means; `implicit` lists the calendars that only the script told, with the words."""

    patterns: list[Pattern] = field(default_factory=list)
    implicit: list[tuple[DayCalendar, str]] = field(default_factory=list)


@dataclass(slots=True)
class _ParityItem:
    token: Token
    named: DayCalendar | None


@dataclass(slots=True)
class ItemReader:
    """Walks once over the words of one statement; numbers are settled at the end, when all words are known."""

    words: Sequence[Token]
    default: DayCalendar | None = None
    excluding: bool = False
    at: int = 0
    calendar: Token | None = None
    feng: bool = False
    monthly: bool = False
    tail: Token | None = None
    boundary: bool = False
    raw: list[NumberList | _ParityItem] = field(default_factory=list)
    branches: list[list[Token]] = field(default_factory=list)
    animals: list[list[Token]] = field(default_factory=list)
    intervals: list[tuple[int, str]] = field(default_factory=list)
    found: Items = field(default_factory=Items)

    def read(self) -> Items:
        """Return the patterns of all words.

        Raises: RuleTextError naming the part that cannot be understood.
        """
        while self.at < len(self.words):
            self._step(self.words[self.at])
        if self.calendar is not None:
            raise not_understood(self.calendar.quote)
        if self.tail is not None:
            raise not_understood(self.tail.quote)
        self._settle_numbers()
        self._settle_branches()
        self._settle_intervals()
        return self.found

    def _step(self, word: Token) -> None:
        self.at += 1
        kind = word.kind
        if kind in _SILENT or (kind is Kind.UNIT and self._closes_bracket()):
            return
        if kind in (Kind.COMMA, Kind.OPEN):
            self.boundary = True
            return
        if kind is Kind.FENG:
            self.feng = True
            return
        if kind is Kind.MONTHLY:
            self.monthly = True
            return
        self._content(word)
        if kind not in (Kind.CALENDAR, Kind.TAIL):
            self.feng = self.monthly = self.boundary = False

    def _closes_bracket(self) -> bool:
        # 丑巳酉[牛蛇鸡]日
        before = [word.kind for word in self.words[max(self.at - 3, 0) : self.at - 1]]
        return before[1:] == [Kind.CLOSE] and before[0] in (Kind.BRANCH, Kind.ANIMAL, Kind.NUMBER)

    def _content(self, word: Token) -> None:
        kind = word.kind
        if kind is Kind.TAIL:
            self.tail = word
        elif kind is Kind.CALENDAR:
            self._take_calendar(word)
        elif kind is Kind.NUMBER:
            self._take_numbers()
        elif kind is Kind.PARITY:
            self.raw.append(_ParityItem(word, self._named()))
        elif kind in (Kind.BRANCH, Kind.ANIMAL):
            self._take_branch(word)
        elif kind is Kind.INTERVAL:
            self.intervals.append((_interval(word), word.quote))
            self.calendar = None
        elif kind is Kind.DATE:
            self._take_dates(word)
        else:
            self._take_weekly(word)

    def _take_weekly(self, word: Token) -> None:
        simple: dict[Kind, Pattern] = {
            Kind.DAILY: DailyPattern(),
            Kind.UNKNOWN: UnknownPattern(),
            Kind.IRREGULAR: DatesPattern(()),
            Kind.WEEKEND: WeekdayPattern((6, 7)),
        }
        if word.kind in simple:
            self.found.patterns.append(simple[word.kind])
        elif word.kind is Kind.WEEK:
            weekdays, self.at = read_weekdays(self.words, self.at - 1)
            if weekdays:
                self.found.patterns.append(WeekdayPattern(weekdays))
        elif word.kind is Kind.NTH:
            self._take_nth(word)
        else:
            raise not_understood(word.quote)
        self.calendar = None

    def _take_nth(self, word: Token) -> None:
        if self.calendar is not None and _calendar(self.calendar) is DayCalendar.LUNAR:
            raise not_understood(self.calendar.quote + word.quote)
        nths = list(_nths(word))
        while self.at < len(self.words) and self.words[self.at].kind in (Kind.SEPARATOR, Kind.BLANK, Kind.NTH):
            nths += _nths(self.words[self.at])
            self.at += 1
        if self.at == len(self.words) or self.words[self.at].kind not in (Kind.WEEK, Kind.WEEKEND):
            raise not_understood(word.quote)
        if self.words[self.at].kind is Kind.WEEKEND:
            raise ambiguous(word.quote + self.words[self.at].quote, "请写明星期六还是星期日")
        weekdays, self.at = read_weekdays(self.words, self.at, through_lists=True)
        self.found.patterns.append(NthWeekdayPattern(tuple(nths), weekdays))

    def _take_calendar(self, word: Token) -> None:
        after = self.words[self.at].kind if self.at < len(self.words) else None
        before = self.words[self.at - 2].kind if self.at >= 2 else None
        behind = after is None or (after is Kind.CLOSE and before is Kind.OPEN)
        last = self.raw[-1] if self.raw else None
        if behind and last is not None and self.calendar is None:
            if last.named not in (None, _calendar(word)):
                raise contradiction(f"前面写了另一种历法，后面又写“{word.quote}”")
            self.raw[-1] = _with_calendar(last, _calendar(word))
            return
        if self.calendar is not None and _calendar(self.calendar) is not _calendar(word):
            raise contradiction(f"“{self.calendar.quote}”和“{word.quote}”同时出现")
        self.calendar = word

    def _named(self) -> DayCalendar | None:
        named = _calendar(self.calendar) if self.calendar is not None else None
        self.calendar = None
        return named

    def _take_numbers(self) -> None:
        self.at -= 1
        items: list[NumberItem] = []
        between: list[Token] = []
        while True:
            word = self.words[self.at]
            self.at += 1
            unit = self.words[self.at].quote if self._at_unit() else ""
            self.at += bool(unit)
            ranges = [token.text for token in between if token.kind is Kind.RANGE]
            link = ("-" if ranges[0][0] in "-~" else "至") if ranges else ""
            items.append(NumberItem(word, unit, link, "".join(token.quote for token in between)))
            following = self._next_number(arabic=is_arabic(word.text))
            if following is None:
                break
            between = list(self.words[self.at : following])
            self.at = following
        self.raw.append(
            NumberList(
                tuple(items), self._named(), self.feng, self.monthly, self.tail is not None, excluding=self.excluding
            )
        )
        self.tail = None

    def _at_unit(self) -> bool:
        return self.at < len(self.words) and self.words[self.at].kind is Kind.UNIT

    def _next_number(self, *, arabic: bool) -> int | None:
        # Where the list goes on, or None: 逢 behind a comma, or other numerals there, begin a new statement.
        at = self.at
        while at < len(self.words) and self.words[at].kind in _CONNECTING:
            at += 1
        if at == len(self.words) or self.words[at].kind is not Kind.NUMBER:
            return None
        kinds = {word.kind for word in self.words[self.at : at]}
        new_statement = Kind.COMMA in kinds and (Kind.FENG in kinds or is_arabic(self.words[at].text) is not arabic)
        return None if new_statement else at

    def _take_branch(self, word: Token) -> None:
        groups = self.branches if word.kind is Kind.BRANCH else self.animals
        if not groups or (self.boundary and self.feng):
            groups.append([])
        groups[-1].append(word)
        self.at += self._at_unit()
        self.calendar = None

    def _take_dates(self, word: Token) -> None:
        dates = [date_of(word)]
        while True:
            at = self.at
            while at < len(self.words) and self.words[at].kind in (Kind.SEPARATOR, Kind.BLANK):
                at += 1
            kinds = [token.kind for token in self.words[at : at + 3]]
            if kinds[:2] == [Kind.RANGE, Kind.DATE]:
                dates += _range(dates[-1], date_of(self.words[at + 1]))
                self.at = at + 2
            elif kinds == [Kind.RANGE, Kind.NUMBER, Kind.UNIT]:
                dates += _range(dates[-1], _inherited(dates[-1].month, self.words[at + 1], dates[-1]))
                self.at = at + 3
            elif at > self.at and kinds[:2] == [Kind.NUMBER, Kind.UNIT]:
                dates.append(_inherited(dates[-1].month, self.words[at], dates[-1]))
                self.at = at + 2
            elif at > self.at and kinds[:2] == [Kind.MONTH, Kind.NUMBER]:
                month = count_number(self.words[at].text.rstrip("月份")) or 0
                dates.append(_inherited(month, self.words[at + 1], dates[-1]))
                self.at = at + 2 + (kinds[2:] == [Kind.UNIT])
            else:
                break
        self.found.patterns.append(DatesPattern(tuple(dates)))
        self.calendar = None

    def _settle_numbers(self) -> None:
        # A calendar holds for the lists behind it in the same numerals, until another is named.
        scope: NumberList | None = None
        free: NumberList | None = None
        for item in self.raw:
            if isinstance(item, _ParityItem):
                self._settle_parity(item, after_named=scope is not None)
                continue
            before = scope or free
            unnamed = item.named is None and self.default is None
            if unnamed and before is not None and item.scripts != before.scripts and not item.early:
                raise ambiguous(item.quote, "与前面的数字写法不同，分不清是公历还是农历，请在它前面写明“公历”或“农历”")
            numbers = _numbers_in(item, scope.named) if unnamed and scope is not None and not item.early else item
            self.found.patterns.append(pattern_of(numbers, self.default))
            if numbers.named is None:
                free = numbers
                self.found.implicit.append((calendar_of(numbers, self.default), item.quote))
            else:
                scope = numbers

    def _settle_parity(self, item: _ParityItem, *, after_named: bool) -> None:
        if item.named is None and self.default is None:
            if after_named:
                raise ambiguous(item.token.quote, "前面写了历法，这里没有写，请在它前面写明“公历”或“农历”")
            if any(isinstance(one, NumberList) and self._lunar_by_its_numerals(one) for one in self.raw):
                raise ambiguous(item.token.quote, "旁边的中文数字是农历，请在它前面写明“公历”或“农历”")
        calendar = item.named or self.default or DayCalendar.SOLAR
        parity = Parity.ODD if item.token.text[0] in "单奇" else Parity.EVEN
        self.found.patterns.append(ParityPattern(calendar, parity))
        if item.named is None:
            self.found.implicit.append((calendar, item.token.quote))

    def _lunar_by_its_numerals(self, item: NumberList) -> bool:
        # 初一 cannot be solar, so it says nothing about what stands beside it.
        return item.named is None and not item.early and calendar_of(item, self.default) is DayCalendar.LUNAR

    def _settle_branches(self) -> None:
        by_branch = [_group(group, BRANCHES) for group in self.branches]
        by_animal = [_group(group, ANIMALS) for group in self.animals]
        if by_branch and by_animal and set().union(*by_branch) != set().union(*by_animal):
            named = "".join(token.quote for group in self.branches for token in group)
            animals = "".join(token.quote for group in self.animals for token in group)
            meant = "".join(ANIMALS[branch] for group in by_branch for branch in sorted(group))
            raise contradiction(f"“{named}”对应的生肖是“{meant}”，却写了“{animals}”")
        tokens = self.branches if by_branch else self.animals
        for group, words in zip(by_branch or by_animal, tokens, strict=True):
            branches = tuple(sorted(group))
            if not evenly_spread(branches):
                quote = "".join(token.quote for token in words)
                raise RuleTextError(
                    f"场期规则中的“{quote}”间隔不相等，像是笔误；地支场期应等间隔，如“辰戌”“丑巳酉”。"
                    "若确实如此，请分开写，例如“逢子日，逢丑日”。",
                    code="calendar.rule_contradiction",
                )
            self.found.patterns.append(BranchPattern(branches))

    def _settle_intervals(self) -> None:
        others = list(self.found.patterns)
        for days, quote in self.intervals:
            if not others:
                self.found.patterns.append(IntervalPattern(days))
            elif any(_usual_interval(pattern) not in (None, days) for pattern in others):
                raise contradiction(f"“{quote}”是每 {days} 天一场，与同时写的场期间隔不符")


def _calendar(word: Token) -> DayCalendar:
    return DayCalendar.SOLAR if word.text in ("公历", "新历", "阳历", "西历", "国历") else DayCalendar.LUNAR


def _with_calendar(item: NumberList | _ParityItem, calendar: DayCalendar) -> NumberList | _ParityItem:
    return _ParityItem(item.token, calendar) if isinstance(item, _ParityItem) else _numbers_in(item, calendar)


def _numbers_in(item: NumberList, calendar: DayCalendar | None) -> NumberList:
    return NumberList(item.items, calendar, item.feng, item.monthly, item.tail, excluding=item.excluding)


def _nths(word: Token) -> list[int]:
    if word.kind is not Kind.NTH:
        return []
    if word.text[0] in "最末":
        return [-1]
    if word.text[0] in "首头":
        return [1]
    return [count_number(char) or 0 for char in re.findall("[一二三四五1-5]", word.text)]


def _interval(word: Token) -> int:
    match = _INTERVAL.fullmatch(word.text)
    if match:
        rest, nth = count_number(match["rest"]), count_number(match["nth"])
        if nth == 1:
            raise ambiguous(word.quote, f"可以是每 {rest} 天一场，也可以隔 {rest} 天再赶；请写如“三天一场”或“隔二赶三”")
        if rest is None or nth is None or nth != rest + 1:
            raise contradiction(f"“{word.quote}”应是隔几天、第几天赶，后一个数比前一个数大一，如“隔二赶三”")
        return nth
    if "隔" in word.text:
        return 2
    days = count_number(word.text.lstrip("每").split("天")[0].split("日")[0])
    if days is None or days < 2:
        raise not_understood(word.quote)
    return days


def _group(words: list[Token], names: str) -> set[int]:
    return {names.index(char) for word in words for char in word.text}


def _usual_interval(pattern: Pattern) -> int | None:
    # How many days people say lie between two markets of the pattern; None where nobody says it.
    if isinstance(pattern, BranchPattern):
        return pattern.period
    digits = getattr(pattern, "digits", ())
    if digits:
        return 10 // len(digits)
    if isinstance(pattern, ParityPattern):
        return 2
    if isinstance(pattern, WeekdayPattern):
        return 7 // len(pattern.weekdays)
    return None if isinstance(pattern, DatesPattern) and pattern.dates else 0


def _range(first: date, last: date) -> list[date]:
    count = (last - first).days
    if not 0 < count <= MAX_DATES:
        raise RuleTextError(f"日期范围 {first} 至 {last} 不对：结束日应在开始日之后 {MAX_DATES} 天以内。")
    return [first + timedelta(days=offset + 1) for offset in range(count)]


def _inherited(month: int, number: Token, before: date) -> date:
    if not is_arabic(number.text):
        raise not_understood(number.quote)
    return date_from(f"{before.year:04d}-{month}-{number.text}", number.quote)
