"""The pages of the board: each function takes the catalog and what the address names, and returns template and values.

A page that lists a whole month stays below 50 KB: above `FULL_LIST_SESSIONS` the month by day names the markets only,
and the day's own page says who comes with what.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from djflow.core.errors import NotFoundError
from djflow.core.spans import Month
from djflow.roster.views import BoardMarket, SessionState
from djflow.web.public import cards
from djflow.web.public.catalog import Catalog
from djflow.web.public.fields import TABLES
from djflow.web.words import day_title, hours

FULL_LIST_SESSIONS = 120
HOME_SESSIONS = 6


@dataclass(frozen=True, slots=True)
class Page:
    """A template and its values."""

    template: str
    values: dict[str, object]


def home(catalog: Catalog) -> Page:
    """Return the first page: next sessions, the coming week, markets by township, months."""
    coming = catalog.coming_sessions()[:HOME_SESSIONS]
    lines = cards.day_lines(catalog, catalog.this_month)
    lines += cards.day_lines(catalog, catalog.this_month.following)
    board = catalog.board(catalog.this_month)
    return _page(
        catalog,
        "home",
        "home.html.j2",
        sessions=cards.cards(catalog, coming),
        more=Month.of(coming[0].on) if coming else None,
        published=board is not None,
        changes=cards.changes_of(board),
        week=[line for line in lines if catalog.near(line.on)],
        months=_months(catalog),
        townships=cards.market_lines(catalog),
    )


def month_by_day(catalog: Catalog, month: Month) -> Page:
    """Return the month by day.

    Raises: NotFoundError for a month the board does not show.
    """
    lines = cards.day_lines(_showing(catalog, month), month)
    sessions = catalog.sessions(month)
    ahead = [line.on for line in lines if line.on >= catalog.today]
    jump = ahead[0] if ahead and month == catalog.this_month and ahead[0] != lines[0].on else None
    return _page(
        catalog,
        "board",
        "month.html.j2",
        **_month_values(catalog, month),
        days=lines,
        brief=len(sessions) > FULL_LIST_SESSIONS,
        planned=sum(one.state is SessionState.PLANNED for one in sessions),
        cancelled=sum(one.state is SessionState.CANCELLED for one in sessions),
        today_anchor=jump.day if jump else None,
        today_words="今天" if jump == catalog.today else day_title(jump) if jump else "",
    )


def month_by_market(catalog: Catalog, month: Month) -> Page:
    """Return the month by market.

    Raises: NotFoundError for a month the board does not show.
    """
    townships = cards.market_dates(_showing(catalog, month), month)
    return _page(catalog, "board", "month_markets.html.j2", **_month_values(catalog, month), townships=townships)


def day(catalog: Catalog, on: date) -> Page:
    """Return one day with all its sessions in full.

    Raises: NotFoundError for a day in a month the board does not show.
    """
    month = Month.of(on)
    line = next((one for one in cards.day_lines(_showing(catalog, month), month) if one.on == on), None)
    names = catalog.market_names(month)
    booked = {card.market for card in line.sessions} if line else set[str]()
    held = [one for one in catalog.market_days(month) if one.on == on]
    around = [near for near in (on - timedelta(days=1), on + timedelta(days=1)) if catalog.shown(Month.of(near))]
    return _page(
        catalog,
        "board",
        "day.html.j2",
        on=on,
        month=month,
        lunar=line.lunar if line else "",
        sessions=line.sessions if line else (),
        rest=[
            {"code": one.market, "name": names[one.market]}
            for one in held
            if one.closed is None and one.market not in booked
        ],
        closed=[
            {"code": one.market, "name": names[one.market], "notice": one.closed}
            for one in held
            if one.closed is not None
        ],
        published=catalog.board(month) is not None,
        changes=cards.changes_on(catalog.board(month), on),
        around=around,
    )


def market(catalog: Catalog, code: str, month: Month | None = None) -> Page:
    """Return one market: in `month`, or from this month on as far as rosters are published.

    Raises: NotFoundError for an unknown market or a month the board does not show.
    """
    if month is not None:
        _showing(catalog, month)
    found = catalog.market(code, month)
    months = [month] if month else _from_this_month(catalog)
    coming = [one for one in catalog.coming_days() if one.market == code]
    following = next((one for one in coming if one.closed is None), None)
    board = catalog.board(months[0])
    served = [one for one in catalog.coming_sessions() if one.market == code and one.state is SessionState.PLANNED]
    service = min(served, key=lambda one: one.on, default=None)
    return _page(
        catalog,
        "markets",
        "market.html.j2",
        market=found,
        hours=hours(found.start, found.end),
        next=following,
        next_words=cards.NEXT_WORDS[cards.day_state(catalog, code, following.on, closed=False)] if following else "",
        service=service if service and following and service.on != following.on else None,
        closure=coming[0] if coming and coming[0].closed is not None else None,
        parts=[cards.market_month(catalog, code, one) for one in months],
        changes=[line for one in months for line in cards.changes_of(catalog.board(one), found)],
        published_on=cards.published_on(board),
    )


def markets(catalog: Catalog) -> Page:
    """Return all markets with their rules."""
    phones = {
        township: list(dict.fromkeys(one.town_phone for one in towns if one.town_phone))
        for township, towns in catalog.townships()
    }
    return _page(
        catalog,
        "markets",
        "markets.html.j2",
        townships=cards.market_lines(catalog),
        phones=phones,
        count=len(catalog.markets),
        unknown=sum(one.rule is None for one in catalog.markets),
    )


def poster(catalog: Catalog, month: Month, code: str) -> Page:
    """Return the A4 poster of one market.

    Raises: NotFoundError for an unknown market or a month the board does not show.
    """
    found = _showing(catalog, month).market(code, month)
    part = cards.market_month(catalog, code, month)
    return _page(
        catalog,
        "board",
        "a4.html.j2",
        **_month_values(catalog, month, found),
        market=found,
        hours=hours(found.start, found.end),
        sessions=part.sessions,
        market_dates=[f"{one.on.day}日" for one in part.days if one.state != "closed"],
        sheet="a4",
        paper="A4 纵向",
        back=f"/board/{month}",
    )


def wall_sheet(catalog: Catalog, month: Month) -> Page:
    """Return the A3 sheet of the whole month: the notice as the office prints it.

    Raises: NotFoundError for a month the board does not show.
    """
    grouped: dict[str, list[cards.SessionCard]] = {}
    for card in cards.cards(_showing(catalog, month), catalog.sessions(month)):
        grouped.setdefault(card.market, []).append(card)
    order = {one.code: place for place, one in enumerate(catalog.markets)}
    codes = sorted(grouped, key=lambda code: (order.get(code, len(order)), code))
    return _page(
        catalog,
        "board",
        "a3.html.j2",
        **_month_values(catalog, month),
        groups=[(catalog.market(code, month), grouped[code]) for code in codes],
        planned=sum(not card.cancelled for group in grouped.values() for card in group),
        sheet="a3",
        paper="A3 横向",
        back=f"/board/{month}",
    )


def about_data(catalog: Catalog) -> Page:
    """Return the page that explains the open data."""
    example = catalog.months[-1] if catalog.months else catalog.this_month
    return _page(catalog, "data", "data.html.j2", example=example, tables=TABLES)


def _page(catalog: Catalog, section: str, template: str, **values: object) -> Page:
    common: dict[str, object] = {
        "names": catalog.names,
        "today": catalog.today,
        "this_month": catalog.this_month,
        "section": section,
    }
    return Page(template, common | values)


def _month_values(catalog: Catalog, month: Month, found: BoardMarket | None = None) -> dict[str, object]:
    board = catalog.board(month)
    return {
        "month": month,
        "board": board,
        "published_on": cards.published_on(board),
        "changes": cards.changes_of(board, found),
        "around": [near for near in (month.preceding, month.following) if catalog.shown(near)],
    }


def _showing(catalog: Catalog, month: Month) -> Catalog:
    if not catalog.shown(month):
        raise NotFoundError(f"{month.title}没有公示内容，请从下面已公布的月份里选。", code="web.month")
    return catalog


def _months(catalog: Catalog) -> list[Month]:
    return sorted({*catalog.months[-12:], catalog.this_month, catalog.this_month.following})


def _from_this_month(catalog: Catalog) -> list[Month]:
    ahead = [month for month in catalog.months if month > catalog.this_month]
    return [catalog.this_month, *ahead]
