"""Spans of civil dates, both ends included, and months."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from djflow.core.errors import InputError

_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class DateSpan:
    """Civil dates from `first` to `last`, both included; an empty span cannot exist."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a span that ends before it begins.

        Raises: InputError naming both dates.
        """
        if self.last < self.first:
            raise InputError(f"日期范围的结束日 {self.last} 早于开始日 {self.first}，请对调或改正。", code="bad_span")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)

    def overlaps(self, other: "DateSpan") -> bool:
        """Return whether the two spans share a date."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, printed `2026-12`."""

    year: int
    month: int

    def __post_init__(self) -> None:
        """Refuse a month outside 1900–2100.

        Raises: InputError naming the month.
        """
        if not (1900 <= self.year <= 2100 and 1 <= self.month <= 12):
            raise InputError(f"月份 {self.year}-{self.month} 不存在或超出 1900—2100 年。", code="bad_month")

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month written `YYYY-MM`.

        Raises: InputError with the form expected.
        """
        found = _MONTH.fullmatch(text.strip())
        if not found:
            raise InputError(f"月份“{text}”的写法不对，应如 2026-12。", code="bad_month")
        return cls(int(found["year"]), int(found["month"]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month that holds `day`."""
        return cls(day.year, day.month)

    @property
    def title(self) -> str:
        """The month as people write it: `2026年12月`."""
        return f"{self.year}年{self.month}月"

    @property
    def first(self) -> date:
        """The month's first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The month's last day."""
        return self.following.first - timedelta(days=1)

    @property
    def span(self) -> DateSpan:
        """The month as a span of dates."""
        return DateSpan(self.first, self.last)

    @property
    def following(self) -> "Month":
        """The next month."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def preceding(self) -> "Month":
        """The month before."""
        return Month.of(self.first - timedelta(days=1))
