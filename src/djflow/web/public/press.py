"""Prints pages and keeps them: a page is rendered once per revision and day, however many people look at it."""

import json
import threading
from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from djflow.core.clock import Clock
from djflow.web.frame import HTML, REVALIDATE, Rendered, environment, respond
from djflow.web.public.catalog import Catalog, Shelf
from djflow.web.public.pages import Page

JSON = "application/json"


class Press:
    """Renders pages from the shelf's catalog, one at a time, and answers requests with them."""

    def __init__(self, shelf: Shelf, clock: Clock, neighbours: Sequence[tuple[str, str]] = ()) -> None:
        self.shelf = shelf
        self._clock = clock
        self._neighbours = tuple(neighbours)
        self._lock = threading.Lock()

    def serve(self, request: Request, key: str, make: Callable[[Catalog], Rendered]) -> Response:
        """Return the page kept under `key`, made now by `make` when this revision has not shown it yet."""
        catalog = self.shelf.current()
        page = catalog.pages.peek(key)
        if page is None:
            with self._lock:
                page = catalog.pages.get(key, lambda: make(catalog))
        return respond(request, page)

    def page(self, request: Request, key: str, make: Callable[[Catalog], Page]) -> Response:
        """Return an HTML page."""

        def rendered(catalog: Catalog) -> Rendered:
            made = make(catalog)
            return self.bytes(render(made, self._neighbours), HTML)

        return self.serve(request, key, rendered)

    def json(self, request: Request, key: str, make: Callable[[Catalog], dict[str, object]]) -> Response:
        """Return open data as JSON."""
        return self.serve(
            request,
            key,
            lambda catalog: self.bytes(json.dumps(make(catalog), ensure_ascii=False).encode(), JSON),
        )

    def bytes(self, body: bytes, media_type: str, *, cache_control: str = REVALIDATE, file_name: str = "") -> Rendered:
        """Return finished bytes made now."""
        return Rendered(body, media_type, self._clock.now(), cache_control, file_name)


def render(page: Page, neighbours: Sequence[tuple[str, str]] = ()) -> bytes:
    """Return the page's HTML; `neighbours` are other public pages its menu names."""
    return environment().get_template(page.template).render(page.values, neighbours=neighbours).encode()
