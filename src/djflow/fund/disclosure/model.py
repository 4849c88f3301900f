"""What of a year everybody may read; a number of people below five is never told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

LEAST_PEOPLE = 5
"""Below this many people a figure could be traced to a person. Source: handbook domain.md sections 3.6 and 12."""

MERGED = "其他各类（合并）"
"""What the lines are called that are too small to stand alone."""


@dataclass(frozen=True, slots=True)
class AidGroup:
    """What was given under one label, to whom; `people` are keys that never leave the house."""

    label: str
    people: frozenset[str]
    amount_fen: int


@dataclass(frozen=True, slots=True)
class AidLine:
    """A published line; `people` is None when they are fewer than may be told."""

    label: str
    people: int | None
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A year until `through`: income by source (label → fen), aid by kind, people helped, what is left."""

    year: int
    through: date
    incomes: Mapping[str, int]
    aid: tuple[AidLine, ...]
    people: int | None
    left_fen: int

    @property
    def income_fen(self) -> int:
        """All income of the year."""
        return sum(self.incomes.values())

    @property
    def spent_fen(self) -> int:
        """All aid of the year."""
        return sum(line.amount_fen for line in self.aid)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Figures as they were published."""

    figures: Figures
    published_at: datetime
