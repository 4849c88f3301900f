"""Whose postings somebody sees, what is asked of the board, and its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from djflow.core.ids import UnitId
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings.model import Posting

Place = tuple[date, str]
"""Where a page ended: last day and id of its last posting."""


class Side(StrEnum):
    """From which side a unit looks at postings: people it received, people it sent."""

    HOST = "host"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class Scope:
    """The postings somebody sees: all, or those whose host or home is one of some units."""

    whole: bool = False
    units: frozenset[UnitId] = frozenset()

    def covers(self, posting: Posting) -> bool:
        """Return whether a posting belongs to it."""
        return self.whole or posting.new.host in self.units or posting.new.home in self.units


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of open postings: of a unit on one side, of a kind, ending by a day; None does not ask."""

    scope: Scope
    unit: UnitId | None = None
    side: Side = Side.HOST
    kind: BatchKind | None = None
    ends_by: date | None = None
    after: Place | None = None
    most: int = 50


class OpenTerm(NamedTuple):
    """What is counted of an open posting, made by the database; light, for there are thousands.

    `ends` is 0 for a term that is over, 1 to 3 for one that ends within 7, 30 and 60 days, 4 for a later one; `begun`
    is 1 once its first day has come.
    """

    host: str
    home: str
    kind: str
    begun: int
    ends: int


@dataclass(frozen=True, slots=True)
class Count:
    """Open postings of a unit: all, on the way today, and those ending within seven, thirty and sixty days."""

    unit: UnitId
    open: int
    away: int
    over: int
    within: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """The board's figures: by host, by home unit, by kind, and how many people each unit has."""

    hosts: tuple[Count, ...]
    homes: tuple[Count, ...]
    kinds: Mapping[BatchKind, int] = field(default_factory=dict)
    staff: Mapping[UnitId, int] = field(default_factory=dict)
