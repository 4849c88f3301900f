"""Reads days of the year: 腊月二十后天天, 正月初一至初三, 农历三月十五, 每年5月1日."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from djflow.calendar.market.numerals import chinese_number, day_readings, is_arabic, marks_days
from djflow.calendar.market.patterns import AnnualPattern, DayCalendar, MonthDay, RuleTextError
from djflow.calendar.market.words import Kind, Token, ambiguous, contradiction, not_understood

_MONTHS = {"正": 1, "冬": 11, "腊": 12} | {chinese_number(number): number for number in range(1, 13)}
_SILENT = {Kind.SEPARATOR, Kind.BLANK, Kind.FENG, Kind.UNIT, Kind.FROM}
NEW_YEARS_EVE = MonthDay(12, 30)


@dataclass(slots=True)
class _Stretch:
    first: MonthDay
    last: MonthDay
    closed: bool = False  # a range or a whole month: an end was named


@dataclass(slots=True)
class YearlyReader:
    """Walks over one statement about days of the year."""

    words: Sequence[Token]
    excluding: bool = False
    named: DayCalendar | None = None
    meant: DayCalendar | None = None
    month: int | None = None
    bare_month: Token | None = None
    month_word: Token | None = None
    day_word: Token | None = None
    range_from: MonthDay | None = None
    after: Token | None = None
    daily: bool = False
    yearly: bool = False
    stretches: list[_Stretch] = field(default_factory=list)

    def read(self) -> tuple[AnnualPattern, ...]:
        """Return the stretches of the year named.

        Raises: RuleTextError naming what is missing or not understood.
        """
        for word in self.words:
            self._step(word)
        self._close_bare_month()
        quote = "".join(word.quote for word in self.words)
        if self.range_from is not None or not self.stretches:
            raise not_understood(quote)
        if self.after is not None:
            self._open_end(quote)
        if self.daily and not all(stretch.closed for stretch in self.stretches):
            raise RuleTextError(f"“{quote}”没有写到哪一天为止，请写明，例如“腊月二十至除夕天天”。")
        calendar = self.named or self.meant or DayCalendar.LUNAR
        if calendar is DayCalendar.SOLAR and not self.yearly:
            raise RuleTextError(f"“{quote}”没有写哪一年，请写“每年5月1日”或“2026年5月1日”这样。")
        return tuple(AnnualPattern(calendar, stretch.first, stretch.last) for stretch in self.stretches)

    def _step(self, word: Token) -> None:
        if word.kind is Kind.UNIT:
            self._check_unit(word)
        if word.kind in _SILENT:
            return
        if word.kind is Kind.CALENDAR:
            solar = word.text in ("公历", "新历", "阳历", "西历", "国历")
            self.named = DayCalendar.SOLAR if solar else DayCalendar.LUNAR
        elif word.kind is Kind.YEARLY:
            self.yearly = True
        elif word.kind is Kind.DAILY:
            self._close_bare_month()
            self.daily = True
        elif word.kind is Kind.AFTER:
            self._close_bare_month()
            self.after = word
        elif word.kind is Kind.RANGE:
            self._begin_range(word)
        else:
            self._day_word(word)

    def _check_unit(self, unit: Token) -> None:
        # 五月一日 may be Labour Day or 五月初一; 腊月二十日 and 五月初一日 are lunar for certain.
        month, day = self.month_word, self.day_word
        if self.named is not None or month is None or day is None or is_arabic(month.text) or marks_days(day.text):
            return
        if month.text[0] not in "正冬腊大年":
            quote = month.quote + day.quote + unit.quote
            raise ambiguous(quote, "可以是公历，也可以是农历，请在前面写明“公历”或“农历”")

    def _day_word(self, word: Token) -> None:
        if self.daily or self.after is not None:
            raise not_understood(word.quote)
        if word.kind is Kind.EVE:
            self._close_bare_month()
            self._means(DayCalendar.LUNAR, word)
            self._add(NEW_YEARS_EVE, word)
            self.month = None
        elif word.kind is Kind.MONTH:
            self._close_bare_month()
            name = word.text.rstrip("月份").lstrip("大")
            arabic = is_arabic(name)
            self._means(self.named or (DayCalendar.SOLAR if arabic else DayCalendar.LUNAR), word)
            self.month = int(name) if arabic else _MONTHS.get(name, 1)
            self.bare_month = self.month_word = word
        elif word.kind is Kind.NUMBER and (self.month is not None or self._in_new_year(word)):
            readings = day_readings(word.text)
            if len(readings) != 1:
                raise not_understood(word.quote)
            self.bare_month = None
            self.day_word = word
            for day in min(readings):
                self._add(MonthDay(self.month or 1, day), word)
        else:
            raise not_understood(word.quote)

    def _in_new_year(self, word: Token) -> bool:
        # 除夕至初三
        return self.range_from == NEW_YEARS_EVE and marks_days(word.text)

    def _means(self, calendar: DayCalendar, word: Token) -> None:
        if self.meant not in (None, calendar) or self.named not in (None, calendar):
            raise contradiction(f"“{word.quote}”与前面的历法不同，请分开写并写明“公历”或“农历”")
        self.meant = calendar

    def _begin_range(self, word: Token) -> None:
        if self.bare_month is not None or not self.stretches or self.range_from is not None:
            raise not_understood(word.quote)
        self.after = None  # 腊月二十起至除夕: the end is named after all
        self.range_from = self.stretches[-1].first

    def _add(self, day: MonthDay, word: Token) -> None:
        if self.range_from is None:
            self.stretches.append(_Stretch(day, day))
            return
        if self.stretches[-1].closed or day == self.range_from:
            raise not_understood(word.quote)
        self.stretches[-1] = _Stretch(self.range_from, day, closed=True)
        self.range_from = None

    def _close_bare_month(self) -> None:
        # A month without a day is the whole month: 腊月天天.
        if self.bare_month is None or self.month is None:
            return
        if self.range_from is not None or self.meant is DayCalendar.SOLAR:
            raise not_understood(self.bare_month.quote)
        self.stretches.append(_Stretch(MonthDay(self.month, 1), MonthDay(self.month, 30), closed=True))
        self.bare_month = None

    def _open_end(self, quote: str) -> None:
        last = self.stretches[-1]
        if not (self.daily or self.excluding) or len(self.stretches) > 1 or last.closed:
            raise not_understood(quote)
        if last.first.month != 12 or self.meant is not DayCalendar.LUNAR:
            raise RuleTextError(f"“{quote}”没有写到哪一天为止，请写明，例如“腊月二十至除夕天天”。")
        self.stretches[-1] = _Stretch(last.first, NEW_YEARS_EVE, closed=True)
