"""Periods a circular tells of: a month, a quarter, a half-year, a year. Source: domain handbook, section 4.1."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from djflow.core.errors import InputError
from djflow.core.spans import DateSpan, Month


class PeriodKind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


PERIOD_WORDS: Mapping[PeriodKind, str] = MappingProxyType(
    {PeriodKind.MONTH: "月度", PeriodKind.QUARTER: "季度", PeriodKind.HALF: "半年", PeriodKind.YEAR: "年度"}
)
_PARTS: Mapping[PeriodKind, int] = MappingProxyType(
    {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4, PeriodKind.HALF: 2, PeriodKind.YEAR: 1}
)
_QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")
_HALVES = ("上半年", "下半年")
_WRITTEN = re.compile(r"(?P<year>[0-9]{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>0[1-9]|1[0-2])))?")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The `number`-th part of a year, counted from 1; printed `2026-11`, `2026-Q4`, `2026-H1` or `2026`."""

    kind: PeriodKind
    year: int
    number: int = 1

    def __post_init__(self) -> None:
        """Refuse what the year does not have.

        Raises: InputError.
        """
        if not (1900 < self.year <= 2100 and 1 <= self.number <= _PARTS[self.kind]):
            raise InputError(
                f"没有 {self.year} 年第 {self.number} 个{PERIOD_WORDS[self.kind]}。", code="circular.period"
            )

    def __str__(self) -> str:
        match self.kind:
            case PeriodKind.MONTH:
                return f"{self.year:04d}-{self.number:02d}"
            case PeriodKind.QUARTER:
                return f"{self.year:04d}-Q{self.number}"
            case PeriodKind.HALF:
                return f"{self.year:04d}-H{self.number}"
            case PeriodKind.YEAR:
                return f"{self.year:04d}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the period written `2026-11`, `2026-Q4`, `2026-H1` or `2026`.

        Raises: InputError with the forms expected.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if not found:
            raise InputError(
                f"期间“{text[:20]}”的写法不对，应如 2026-11、2026-Q4、2026-H1 或 2026。", code="circular.period"
            )
        year = int(found["year"])
        for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF):
            if found[kind.value]:
                return cls(kind, year, int(found[kind.value]))
        return cls(PeriodKind.YEAR, year)

    @property
    def title(self) -> str:
        """The period as people write it: `2026年11月`, `2026年第四季度`, `2026年上半年`, `2026年`."""
        part = {
            PeriodKind.MONTH: f"{self.number}月",
            PeriodKind.QUARTER: _QUARTERS[(self.number - 1) % 4],
            PeriodKind.HALF: _HALVES[(self.number - 1) % 2],
            PeriodKind.YEAR: "",
        }[self.kind]
        return f"{self.year}年{part}"

    @property
    def span(self) -> DateSpan:
        """Its first and last day."""
        months = 12 // _PARTS[self.kind]
        last = self.number * months
        return DateSpan(Month(self.year, last - months + 1).first, Month(self.year, last).last)

    @property
    def previous(self) -> "Period":
        """The period of the same length before."""
        if self.number > 1:
            return Period(self.kind, self.year, self.number - 1)
        return Period(self.kind, self.year - 1, _PARTS[self.kind])

    @property
    def following(self) -> "Period":
        """The period of the same length after."""
        if self.number < _PARTS[self.kind]:
            return Period(self.kind, self.year, self.number + 1)
        return Period(self.kind, self.year + 1)
