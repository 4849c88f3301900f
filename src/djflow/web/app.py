"""The web application: the public board and whatever routers the house adds, in one frame."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from djflow.core.clock import Clock, SystemClock
from djflow.web.errors import ErrorPages
from djflow.web.frame import SecurityHeaders
from djflow.web.public.catalog import Shelf
from djflow.web.public.press import Press
from djflow.web.public.routes import BoardRoutes
from djflow.web.public.source import BoardSource

SYSTEM_CLOCK = SystemClock()


def create_app(
    source: BoardSource,
    *,
    extra_routers: Sequence[APIRouter] = (),
    public_url: str | None = None,
    clock: Clock = SYSTEM_CLOCK,
    neighbours: Sequence[tuple[str, str]] = (),
) -> FastAPI:
    """Return the application on `source`; `public_url` (scheme, host, port) goes into QR codes.

    `neighbours` are addresses of other public pages with their words, for the board's menu.
    """
    app = FastAPI(title="djflow", docs_url=None, redoc_url=None, openapi_url=None)
    shelf = Shelf(source)
    app.add_middleware(SecurityHeaders)
    app.include_router(BoardRoutes(Press(shelf, clock, neighbours), public_url).router())
    for router in extra_routers:
        app.include_router(router)
    ErrorPages(shelf).install(app)
    return app
