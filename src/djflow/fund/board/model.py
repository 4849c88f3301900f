"""Whose cases somebody sees and what is asked of the board."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from djflow.core.ids import BranchId, UnitId
from djflow.fund.cases.model import CaseId, CaseState, Category, FundCase

Place = tuple[datetime, str]
"""Where a page ended: since when and id of its last case."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The cases somebody sees: all, those of some units, those of some branches."""

    whole: bool = False
    units: frozenset[UnitId] = frozenset()
    branches: frozenset[BranchId] = frozenset()

    @property
    def nothing(self) -> bool:
        """Whether no case belongs to it."""
        return not (self.whole or self.units or self.branches)

    def covers(self, case: FundCase) -> bool:
        """Return whether a case belongs to it."""
        return self.whole or case.unit in self.units or case.branch in self.branches


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the board.

    `late` holds, by state, the instant before which a case must have come there to be overdue; None for all cases.
    `papers` are the materials each category needs, None for all lanes. `after` is where the page before ended.
    """

    scope: Scope
    states: tuple[CaseState, ...]
    units: frozenset[UnitId] | None = None
    flagged: bool = False
    late: Mapping[CaseState, datetime] | None = None
    papers: Mapping[Category, tuple[str, ...]] | None = None
    after: Place | None = None
    most: int = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the board, the longest waiting first; `more`: there is another."""

    cases: tuple[FundCase, ...]
    flagged: frozenset[CaseId]
    more: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open cases somebody sees, by state, and how many of them are late."""

    by_state: Mapping[CaseState, int] = field(default_factory=dict)
    late: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_state.values())
