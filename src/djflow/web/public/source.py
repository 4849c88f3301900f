"""What the board needs to know from the house, behind one narrow door."""

from datetime import date
from typing import Protocol

from djflow.core.spans import Month
from djflow.roster.views import Board, BoardMarket, BoardMarketDay, DistrictNames


class BoardSource(Protocol):
    """The house as the public may see it. Called from worker threads; each call is one short read."""

    def revision(self) -> int:
        """Return a number that changes whenever anything public changes; called once for every request."""
        ...

    def months(self) -> tuple[Month, ...]:
        """Return the months with a published board, ascending."""
        ...

    def board(self, month: Month) -> Board | None:
        """Return the newest published version of `month`; cancelled sessions stay in it with their reason."""
        ...

    def market_days(self, month: Month) -> tuple[BoardMarketDay, ...]:
        """Return the market days of any month, published or not, by date and then in the order of the markets."""
        ...

    def markets(self) -> tuple[BoardMarket, ...]:
        """Return all markets in the configured order, those with an unknown rule too."""
        ...

    def today(self) -> date:
        """Return the civil date in Asia/Shanghai."""
        ...

    def district(self) -> DistrictNames:
        """Return the names and the supervision telephone shown on every page."""
        ...
