"""What one line or card of a page shows; values only, made from the catalog."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from djflow.core.clock import civil_date
from djflow.core.spans import Month
from djflow.roster.views import Board, BoardChange, BoardMarket, BoardSession, SessionState
from djflow.web.public.catalog import Catalog
from djflow.web.words import day_title, hours, short_day


@dataclass(frozen=True, slots=True)
class SessionCard:
    """A session with the names and telephone of its market; `phone` is the town office's."""

    market: str
    name: str
    phone: str
    on: date
    lunar: str
    hours: str
    place: str
    units: tuple[str, ...]
    services: tuple[str, ...]
    leader: str
    gaps: tuple[str, ...]
    note: str
    cancelled: bool


@dataclass(frozen=True, slots=True)
class DayLine:
    """A date with its sessions and the names of the markets held without service or closed."""

    on: date
    lunar: str
    sessions: tuple[SessionCard, ...]
    served: tuple[str, ...]
    rest: tuple[str, ...]
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarketLine:
    """A market with its next market day in words."""

    code: str
    name: str
    rule: str | None
    next: str


@dataclass(frozen=True, slots=True)
class MarketDate:
    """A market day of one market: `state` is served, cancelled, closed, free or unknown (nothing published)."""

    on: date
    lunar: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class MarketMonth:
    """One market in one month."""

    month: Month
    published: bool
    sessions: tuple[SessionCard, ...]
    days: tuple[MarketDate, ...]


@dataclass(frozen=True, slots=True)
class MarketDates:
    """A market's row in the month by market: rule and dates of service (of market, while nothing is published)."""

    code: str
    name: str
    rule: str
    dates: tuple[tuple[str, bool], ...]


DAY_WORDS = {"served": "有服务", "cancelled": "服务取消", "closed": "停场", "free": "无服务", "unknown": ""}
NEXT_WORDS = {
    "served": "这一天有干部到场服务。",
    "cancelled": "这一天的服务已取消，场镇照常逢场。",
    "free": "这一天逢场，没有安排服务。",
    "unknown": "这一天的服务安排尚未公布。",
}
UNKNOWN_RULE = "场期待核实"
EVERY_DAY = "每天"


def cards(catalog: Catalog, sessions: Iterable[BoardSession]) -> tuple[SessionCard, ...]:
    """Return the cards of `sessions` in their order; one whose market was closed since carries the notice."""
    shown = tuple(sessions)
    closed = {
        (day.market, day.on): day.closed
        for month in {Month.of(one.on) for one in shown}
        for day in catalog.market_days(month)
        if day.closed is not None
    }
    return tuple(
        _card(one, catalog.market(one.market, Month.of(one.on)), closed.get((one.market, one.on))) for one in shown
    )


def _card(session: BoardSession, market: BoardMarket, closure: str | None) -> SessionCard:
    cancelled = session.state is SessionState.CANCELLED
    warned = closure is not None and not cancelled
    return SessionCard(
        market=session.market,
        name=market.name,
        phone=market.town_phone,
        on=session.on,
        lunar=session.lunar,
        hours=hours(session.start, session.end),
        place=session.place,
        units=session.units,
        services=session.services,
        leader=session.leader,
        gaps=session.gaps,
        note=f"当日停场：{closure}服务另行安排，请留意更正。" if warned else session.note,
        cancelled=cancelled,
    )


def day_lines(catalog: Catalog, month: Month) -> list[DayLine]:
    """Return the dates of `month` on which a market is held, closed or served."""
    names = catalog.market_names(month)
    sessions: dict[date, list[SessionCard]] = {}
    for card in cards(catalog, catalog.sessions(month)):
        sessions.setdefault(card.on, []).append(card)
    rest: dict[date, list[str]] = {}
    closed: dict[date, list[str]] = {}
    lunar: dict[date, str] = {card.on: card.lunar for cards_of_day in sessions.values() for card in cards_of_day}
    booked = {(one.market, one.on) for one in catalog.sessions(month)}
    for day in catalog.market_days(month):
        lunar.setdefault(day.on, day.lunar)
        if day.closed is not None:
            closed.setdefault(day.on, []).append(names.get(day.market, day.market))
        elif (day.market, day.on) not in booked:
            rest.setdefault(day.on, []).append(names.get(day.market, day.market))
    return [
        DayLine(
            on=on,
            lunar=lunar[on],
            sessions=tuple(sessions.get(on, ())),
            served=tuple(card.name for card in sessions.get(on, ()) if not card.cancelled),
            rest=tuple(rest.get(on, ())),
            closed=tuple(closed.get(on, ())),
        )
        for on in sorted(lunar)
    ]


def market_lines(catalog: Catalog) -> list[tuple[str, list[MarketLine]]]:
    """Return the markets by township with their next market day in words."""
    coming = catalog.next_days()

    def words(market: BoardMarket) -> str:
        if market.rule is None:
            return UNKNOWN_RULE
        found = coming.get(market.code)
        if found is None:
            return "近期无场"
        return "今天" if found.on == catalog.today else day_title(found.on)

    return [
        (township, [MarketLine(one.code, one.name, one.rule, words(one)) for one in markets])
        for township, markets in catalog.townships()
    ]


def market_month(catalog: Catalog, code: str, month: Month) -> MarketMonth:
    """Return the sessions and market days of one market in `month`."""
    sessions = [one for one in catalog.sessions(month) if one.market == code]
    days = [
        _market_date(day.on, day.lunar, day_state(catalog, code, day.on, closed=day.closed is not None))
        for day in catalog.market_days(month)
        if day.market == code
    ]
    return MarketMonth(month, catalog.board(month) is not None, cards(catalog, sessions), tuple(days))


def _market_date(on: date, lunar: str, state: str) -> MarketDate:
    return MarketDate(on, lunar, state, DAY_WORDS[state])


def day_state(catalog: Catalog, code: str, on: date, *, closed: bool) -> str:
    """Return what a market day is: closed, served, cancelled, free, or unknown while nothing is published."""
    if closed:
        return "closed"
    month = Month.of(on)
    states = {one.state for one in catalog.sessions(month) if one.market == code and one.on == on}
    if SessionState.PLANNED in states:
        return "served"
    if states:
        return "cancelled"
    return "free" if catalog.board(month) else "unknown"


def market_dates(catalog: Catalog, month: Month) -> list[tuple[str, list[MarketDates]]]:
    """Return by township each market's dates of service in `month`; of market days while nothing is published."""
    dates = _service_dates(catalog, month) if catalog.board(month) else _held_dates(catalog, month)

    def row(market: BoardMarket) -> MarketDates:
        return MarketDates(market.code, market.name, market.rule or UNKNOWN_RULE, tuple(dates.get(market.code, ())))

    return [(township, [row(market) for market in towns]) for township, towns in catalog.townships()]


def _service_dates(catalog: Catalog, month: Month) -> dict[str, list[tuple[str, bool]]]:
    dates: dict[str, list[tuple[str, bool]]] = {}
    for one in catalog.sessions(month):
        dates.setdefault(one.market, []).append((short_day(one.on), one.state is SessionState.CANCELLED))
    return dates


def _held_dates(catalog: Catalog, month: Month) -> dict[str, list[tuple[str, bool]]]:
    dates: dict[str, list[tuple[str, bool]]] = {}
    for day in catalog.market_days(month):
        dates.setdefault(day.market, []).append((f"{day.on.day}日", day.closed is not None))
    every_day = [(f"{day.day}日", False) for day in month.span]
    return {code: [(EVERY_DAY, False)] if held == every_day else held for code, held in dates.items()}


def published_on(board: Board | None) -> date | None:
    """Return the civil date on which this version was published."""
    return civil_date(board.published_at) if board else None


def changes_of(board: Board | None, market: BoardMarket | None = None) -> tuple[BoardChange, ...]:
    """Return the change lines of a month, newest first; with `market` only those that mention it."""
    if board is None:
        return ()
    lines = [line for line in board.changes if market is None or market.name in line.text]
    return tuple(sorted(lines, key=lambda line: line.on, reverse=True))


def changes_on(board: Board | None, day: date) -> tuple[BoardChange, ...]:
    """Return the change lines that mention `day` as people write it: `12月5日`."""
    written = re.compile(rf"(?<!\d)0?{day.month}月0?{day.day}日")
    return tuple(line for line in changes_of(board) if written.search(line.text))
