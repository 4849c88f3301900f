"""One look at the house: what the pages of one revision and one day are made from, each answer asked for once.

The look is taken after its revision number was read. A change that slips in between shows newer data under the older
number, and the next request, seeing the newer number, takes a fresh look: a page is never older than its number.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date, timedelta
from typing import Generic, TypeVar

from djflow.core.errors import NotFoundError
from djflow.core.spans import Month
from djflow.roster.views import Board, BoardMarket, BoardMarketDay, BoardSession, DistrictNames, SessionState
from djflow.web.frame import Rendered
from djflow.web.public.source import BoardSource

MONTHS_AHEAD = 12
LOOKAHEAD_MONTHS = 3
PAGES_KEPT = 400

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """The newest `limit` answers of something worth keeping; safe between threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def peek(self, key: Key) -> Value | None:
        """Return the value kept under `key`, or nothing."""
        with self._lock:
            return self._held.get(key)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value kept under `key`, made now when it is not there."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        value = make()
        with self._lock:
            self._held[key] = value
            if len(self._held) > self._limit:
                self._held.popitem(last=False)
        return value


class Catalog:
    """The board's data under one revision on one day."""

    def __init__(self, source: BoardSource, revision: int, today: date) -> None:
        self.revision = revision
        self.today = today
        self.this_month = Month.of(today)
        self.names: DistrictNames = source.district()
        self.months: tuple[Month, ...] = source.months()
        self.markets: tuple[BoardMarket, ...] = source.markets()
        self._by_code = {market.code: market for market in self.markets}
        self.pages: Kept[str, Rendered] = Kept(PAGES_KEPT)
        self._source = source
        self._boards: Kept[Month, Board | None] = Kept(24)
        self._days: Kept[Month, tuple[BoardMarketDay, ...]] = Kept(24)

    def board(self, month: Month) -> Board | None:
        """Return the published board of `month`, or nothing."""
        if month not in self.months:
            return None
        return self._boards.get(month, lambda: self._source.board(month))

    def market_days(self, month: Month) -> tuple[BoardMarketDay, ...]:
        """Return the market days of `month`, closures included."""
        return self._days.get(month, lambda: self._source.market_days(month))

    def sessions(self, month: Month) -> tuple[BoardSession, ...]:
        """Return the published sessions of `month`, cancelled ones included; empty when nothing is published."""
        board = self.board(month)
        return board.sessions if board else ()

    def shown(self, month: Month) -> bool:
        """Return whether the board has a page for `month`: published, or from last month to a year ahead."""
        ahead = (month.year - self.today.year) * 12 + month.month - self.today.month
        return month in self.months or -1 <= ahead <= MONTHS_AHEAD

    def market(self, code: str, month: Month | None = None) -> BoardMarket:
        """Return a market by its code; one that was dropped since is found in the board of `month`.

        Raises: NotFoundError when no market has the code.
        """
        found = self._by_code.get(code)
        if found is None and month is not None and (board := self.board(month)) is not None:
            found = next((market for market in board.markets if market.code == code), None)
        if found is None:
            raise NotFoundError("没有这个场镇，请从“全部场镇”里查找。", code="web.market")
        return found

    def market_names(self, month: Month) -> dict[str, str]:
        """Return code → name of every market the pages of `month` may mention."""
        board = self.board(month)
        names = {market.code: market.name for market in board.markets} if board else {}
        return names | {market.code: market.name for market in self.markets}

    def townships(self) -> list[tuple[str, list[BoardMarket]]]:
        """Return the markets grouped by township, both in the configured order."""
        grouped: dict[str, list[BoardMarket]] = {}
        for market in self.markets:
            grouped.setdefault(market.township, []).append(market)
        return list(grouped.items())

    def coming_days(self) -> list[BoardMarketDay]:
        """Return the market days from today to the end of the month after next, closed ones included."""
        month, found = self.this_month, list[BoardMarketDay]()
        for _ in range(LOOKAHEAD_MONTHS):
            found += [day for day in self.market_days(month) if day.on >= self.today]
            month = month.following
        return found

    def next_days(self) -> dict[str, BoardMarketDay]:
        """Return for each market its next market day that is not closed."""
        found: dict[str, BoardMarketDay] = {}
        for day in self.coming_days():
            if day.closed is None:
                found.setdefault(day.market, day)
        return found

    def coming_sessions(self) -> list[BoardSession]:
        """Return the sessions from today on in all published months, cancelled ones included."""
        return [
            session
            for month in self.months
            if month >= self.this_month
            for session in self.sessions(month)
            if session.on >= self.today
        ]

    def served_on(self, month: Month) -> frozenset[tuple[str, date]]:
        """Return market and date of every session of `month` that takes place."""
        return frozenset((one.market, one.on) for one in self.sessions(month) if one.state is SessionState.PLANNED)

    def near(self, day: date) -> bool:
        """Return whether `day` lies in the seven days that start today."""
        return self.today <= day < self.today + timedelta(days=7)


class Shelf:
    """Holds the newest catalog; a new revision or a new day brings a fresh one."""

    def __init__(self, source: BoardSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._catalog: Catalog | None = None

    def last(self) -> Catalog | None:
        """Return the newest catalog there is without asking the house, which may be the one in trouble."""
        return self._catalog

    def current(self) -> Catalog:
        """Return the catalog of the present revision and day."""
        revision, today = self._source.revision(), self._source.today()
        held = self._catalog
        if held is not None and (held.revision, held.today) == (revision, today):
            return held
        with self._lock:
            held = self._catalog
            if held is None or (held.revision, held.today) != (revision, today):
                held = Catalog(self._source, revision, today)
                self._catalog = held
        return held
