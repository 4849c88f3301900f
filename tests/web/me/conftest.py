"""A small house with December published, and phones that open its links."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from djflow.assembly import House, phone, upkeep
from djflow.assembly import roster as desk
from djflow.core.ids import PersonId
from djflow.web.app import create_app
from djflow.web.me.routes import me_router
from tests.assembly.conftest import at, house, ids
from tests.assembly.test_answers import DECEMBER

__all__ = ["at", "house", "ids"]
FORM = re.compile(r'action="([^"]+)"[^>]*>\s*<input type="hidden" name="form" value="([^"]+)"')


@dataclass
class Phone:
    """One person's phone: keeps cookies, sends forms as the pages show them."""

    app: FastAPI
    link: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, method: str = "GET", body: str | bytes = "", **headers: str) -> httpx.Response:
        """Return one answer, without following redirects."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "POST":
            named.setdefault("content-type", "application/x-www-form-urlencoded")
        if self.cookies:
            named.setdefault("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))

        content = body.encode() if isinstance(body, str) else body

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://phone.test") as client:
                return await client.request(method, path, headers=named, content=content)

        with ThreadPoolExecutor(1) as thread:
            answer = thread.submit(asyncio.run, asked()).result()
        self.cookies |= dict(answer.cookies)
        return answer

    def get(self, path: str = "") -> httpx.Response:
        """Open a page below the link."""
        return self.ask(f"{self.link}{path}")

    def tap(self, page: str, act: str, **fields: str) -> httpx.Response:
        """Send the form for `act` as the page below the link shows it."""
        shown = dict(FORM.findall(self.get(page).text))
        action = f"{self.link}/{act}"
        return self.ask(action, "POST", urlencode({"form": shown[action], **fields}))


@pytest.fixture
def published(house: House, ids: dict[str, PersonId]) -> House:
    """The house with December published."""
    assert ids
    desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")
    return house


@pytest.fixture
def app(published: House) -> FastAPI:
    """The house's pages."""
    return app_of(published)


def app_of(house: House) -> FastAPI:
    """Return the pages of a house."""
    return create_app(upkeep.board_source(house), extra_routers=[me_router(house)], clock=house.clock)


@pytest.fixture
def phone_of(app: FastAPI, published: House) -> Callable[[PersonId], Phone]:
    """Open somebody's phone."""
    return lambda person: Phone(app, link_path(published, person))


def link_path(house: House, person: PersonId) -> str:
    """Return a person's link without scheme and host."""
    return phone.link_for(house, person).removeprefix(house.settings.web.address)
