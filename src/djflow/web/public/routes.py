"""The addresses of the public board. Every path answers GET and HEAD; a name in a path is checked before anything."""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from djflow.core.errors import InputError, NotFoundError
from djflow.core.spans import Month
from djflow.web.frame import FOREVER, NO_STORE, Rendered, style_sheets
from djflow.web.public import feed, fields, pages
from djflow.web.public.catalog import Catalog
from djflow.web.public.press import Press

ICALENDAR = "text/calendar; charset=utf-8"
SVG = "image/svg+xml"
DAILY = "public, max-age=86400"
FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="5" fill="#b3261e"/>'
    '<path d="M7 10h18v15H7zM11 6v6M21 6v6M7 15h18M12 20h8" fill="none" stroke="#fff" stroke-width="2.4"/></svg>'
)
ROBOTS = "User-agent: *\nDisallow: /files/\nDisallow: /me/\nDisallow: /desk/\n"

_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def month_named(text: str) -> Month:
    """Return the month an address names.

    Raises: InputError with the form expected; a long text is not repeated.
    """
    if len(text) > 16:
        raise InputError("月份的写法不对，应如 2026-12。", code="bad_month")
    return Month.parse(text)


def day_named(text: str) -> date:
    """Return the date an address names.

    Raises: InputError with the form expected.
    """
    try:
        if _DATE.fullmatch(text):
            found = date.fromisoformat(text)
            Month.of(found)
            return found
    except ValueError as error:
        raise InputError("没有这个日期，请检查年、月、日，写法如 2026-12-05。", code="bad_date") from error
    raise InputError("日期的写法不对，应如 2026-12-05。", code="bad_date")


class BoardRoutes:
    """The endpoints of the board on one press; `public_url` goes into QR codes, else the address asked for."""

    def __init__(self, press: Press, public_url: str | None) -> None:
        self._press = press
        self._public_url = (public_url or "").rstrip("/")

    def router(self) -> APIRouter:
        """Return the router with every address of the board; the longer pattern stands before the shorter."""
        endpoints: tuple[tuple[str, Callable[..., Response]], ...] = (
            ("/", self.home),
            ("/board", self.this_month),
            ("/board/{month}", self.month),
            ("/board/{month}/markets", self.month_markets),
            ("/board/{month}/market/{code}", self.market_in_month),
            ("/market/{code}.ics", self.market_feed),
            ("/market/{code}/qr.svg", self.market_qr),
            ("/market/{code}", self.market),
            ("/markets", self.markets),
            ("/day", self.find_day),
            ("/day/{on}", self.day),
            ("/print/{month}/a4/{code}", self.poster),
            ("/print/{month}/a3", self.wall_sheet),
            ("/about/data", self.about_data),
            ("/api/board/{month}.json", self.month_json),
            ("/api/markets.json", self.markets_json),
            ("/health", self.health),
            ("/static/{name}", self.static),
            ("/favicon.svg", self.favicon),
            ("/favicon.ico", self.old_favicon),
            ("/robots.txt", self.robots),
        )
        router = APIRouter()
        for path, endpoint in endpoints:
            router.add_api_route(path, endpoint, methods=["GET", "HEAD"], response_model=None)
        return router

    def home(self, request: Request) -> Response:
        """Show the first page."""
        return self._press.page(request, "/", pages.home)

    def this_month(self) -> Response:
        """Lead to the present month."""
        month = self._press.shelf.current().this_month
        return RedirectResponse(f"/board/{month}", 302, {"Cache-Control": NO_STORE})

    def month(self, request: Request, month: str) -> Response:
        """Show a month by day."""
        named = month_named(month)
        return self._press.page(request, f"/board/{named}", lambda catalog: pages.month_by_day(catalog, named))

    def month_markets(self, request: Request, month: str) -> Response:
        """Show a month by market."""
        named = month_named(month)
        key = f"/board/{named}/markets"
        return self._press.page(request, key, lambda catalog: pages.month_by_market(catalog, named))

    def market_in_month(self, request: Request, month: str, code: str) -> Response:
        """Show a market in one month."""
        named = month_named(month)
        key = f"/board/{named}/market/{code}"
        return self._press.page(request, key, lambda catalog: pages.market(catalog, code, named))

    def market(self, request: Request, code: str) -> Response:
        """Show a market."""
        return self._press.page(request, f"/market/{code}", lambda catalog: pages.market(catalog, code))

    def market_feed(self, request: Request, code: str) -> Response:
        """Hand out a market's calendar."""
        return self._press.serve(
            request,
            f"/market/{code}.ics",
            lambda catalog: self._press.bytes(
                feed.market_feed(catalog, catalog.market(code)), ICALENDAR, file_name="market.ics"
            ),
        )

    def market_qr(self, request: Request, code: str) -> Response:
        """Draw the QR code of a market's page."""
        base = self._base(request)

        def drawn(catalog: Catalog) -> Rendered:
            known = quote(catalog.market(code).code, safe="")
            return self._press.bytes(feed.qr_code(f"{base}/market/{known}"), SVG, cache_control=DAILY)

        return self._press.serve(request, f"/market/{code}/qr.svg {base}", drawn)

    def markets(self, request: Request) -> Response:
        """Show all markets."""
        return self._press.page(request, "/markets", pages.markets)

    def find_day(self, on: str = "") -> Response:
        """Lead from the form on the first page to the day asked for; without a day, to today."""
        found = day_named(on.strip()) if on.strip() else self._press.shelf.current().today
        return RedirectResponse(f"/day/{found}", 303, {"Cache-Control": NO_STORE})

    def day(self, request: Request, on: str) -> Response:
        """Show a day."""
        named = day_named(on)
        return self._press.page(request, f"/day/{named}", lambda catalog: pages.day(catalog, named))

    def poster(self, request: Request, month: str, code: str) -> Response:
        """Show the A4 poster of a market."""
        named = month_named(month)
        key = f"/print/{named}/a4/{code}"
        return self._press.page(request, key, lambda catalog: pages.poster(catalog, named, code))

    def wall_sheet(self, request: Request, month: str) -> Response:
        """Show the A3 sheet of a month."""
        named = month_named(month)
        return self._press.page(request, f"/print/{named}/a3", lambda catalog: pages.wall_sheet(catalog, named))

    def about_data(self, request: Request) -> Response:
        """Explain the open data."""
        return self._press.page(request, "/about/data", pages.about_data)

    def month_json(self, request: Request, month: str) -> Response:
        """Hand out a month as JSON."""
        named = month_named(month)
        key = f"/api/board/{named}.json"
        return self._press.json(request, key, lambda catalog: fields.month_value(catalog, named))

    def markets_json(self, request: Request) -> Response:
        """Hand out all markets as JSON."""
        return self._press.json(request, "/api/markets.json", fields.markets_value)

    def health(self) -> Response:
        """Tell the supervisor that pages can be made; a house in trouble answers 503 through the error handler."""
        catalog = self._press.shelf.current()
        value = {
            "status": "ok",
            "revision": catalog.revision,
            "today": catalog.today.isoformat(),
            "months": [str(month) for month in catalog.months],
        }
        return JSONResponse(value, headers={"Cache-Control": NO_STORE})

    def static(self, name: str) -> Response:
        """Hand out a style sheet under its fingerprint."""
        for sheet in style_sheets().values():
            if sheet.path == f"/static/{name}":
                return Response(sheet.body, media_type="text/css; charset=utf-8", headers={"Cache-Control": FOREVER})
        raise NotFoundError("没有这个文件，请刷新页面。", code="web.static")

    def favicon(self) -> Response:
        """Draw the icon."""
        return Response(FAVICON, media_type=SVG, headers={"Cache-Control": DAILY})

    def old_favicon(self) -> Response:
        """Lead browsers that ask for the old address to the icon."""
        return RedirectResponse("/favicon.svg", 308, {"Cache-Control": DAILY})

    def robots(self) -> Response:
        """Tell crawlers what is not theirs."""
        return Response(ROBOTS, media_type="text/plain; charset=utf-8", headers={"Cache-Control": DAILY})

    def _base(self, request: Request) -> str:
        if self._public_url:
            return self._public_url
        if not _HOST.fullmatch(request.url.netloc):
            raise InputError("请求里的网站地址写法不对，请直接输入网址打开。", code="web.host")
        return f"{request.url.scheme}://{request.url.netloc}"
