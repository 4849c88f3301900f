"""A board source that holds everything in memory: for tests, rehearsals and the benchmark."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from djflow.core.spans import Month
from djflow.roster.views import Board, BoardMarket, BoardMarketDay, DistrictNames


@dataclass(slots=True)
class MemoryBoardSource:
    """A house in memory; change a field and raise `number`, as a house would after a publication."""

    names: DistrictNames
    town_markets: tuple[BoardMarket, ...]
    boards: Mapping[Month, Board]
    days: Mapping[Month, tuple[BoardMarketDay, ...]]
    on: date
    number: int = 1

    def revision(self) -> int:
        """Return `number`."""
        return self.number

    def months(self) -> tuple[Month, ...]:
        """Return the months of `boards`, ascending."""
        return tuple(sorted(self.boards))

    def board(self, month: Month) -> Board | None:
        """Return the board of `month`, if there is one."""
        return self.boards.get(month)

    def market_days(self, month: Month) -> tuple[BoardMarketDay, ...]:
        """Return the market days of `month`."""
        return self.days.get(month, ())

    def markets(self) -> tuple[BoardMarket, ...]:
        """Return all markets."""
        return self.town_markets

    def today(self) -> date:
        """Return the fixed date `on`."""
        return self.on

    def district(self) -> DistrictNames:
        """Return the names."""
        return self.names
