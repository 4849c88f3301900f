"""The small house with accounts, and browsers that keep their cookies."""

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from djflow.accounts import hashing, service
from djflow.accounts.model import Account, NewAccount, Role
from djflow.assembly import House, upkeep
from djflow.core.clock import FixedClock
from djflow.web.app import create_app
from djflow.web.desk.router import desk_router
from djflow.web.files import files_router
from djflow.web.public.annual import annual_router
from tests.assembly.conftest import house, ids

__all__ = ["house", "ids"]

PASSWORD = "Liuxi-2026-kq"  # noqa: S105 - invented
HASH = hashing.hash_of(PASSWORD)
_KEY = re.compile(r'name="form_key" value="([0-9a-f]{64})"')


def app_of(opened: House) -> FastAPI:
    """Return the application of a house with its desk."""
    files = files_router(upkeep.file_source(opened), upkeep.link_key(opened), opened.clock)
    routers = [files, desk_router(opened), annual_router(opened)]
    return create_app(upkeep.board_source(opened), extra_routers=routers, clock=opened.clock)


@dataclass
class Browser:
    """A browser without a network: keeps cookies, remembers the last form key it saw."""

    app: FastAPI
    scheme: str = "http"
    cookies: dict[str, str] = field(default_factory=dict)
    key: str = ""

    def ask(
        self, path: str, form: Mapping[str, str] | None = None, *, method: str = "", headers: Mapping[str, str] = {}
    ) -> httpx.Response:
        """Return the answer to a GET, or to a POST of `form`."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("10.0.0.9", 4000))
            base = f"{self.scheme}://desk.test"
            async with httpx.AsyncClient(transport=transport, base_url=base, cookies=self.cookies) as client:
                verb = method or ("GET" if form is None else "POST")
                return await client.request(verb, path, data=form, headers=dict(headers))

        with ThreadPoolExecutor(1) as thread:
            answer = thread.submit(asyncio.run, asked()).result()
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if "Max-Age=0" in line:
                del self.cookies[name]
        self.key = next(iter(_KEY.findall(answer.text)), self.key)
        return answer

    def text(self, path: str) -> str:
        """Return the text of a page that must be there."""
        answer = self.ask(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.text

    def send(self, path: str, **form: str) -> httpx.Response:
        """Post a form with the last form key seen."""
        return self.ask(path, {"form_key": self.key, **form})

    def log_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        """Fill in the login form."""
        self.ask("/desk/login")
        return self.send("/desk/login", login=login, password=password)


@pytest.fixture
def browser_of(house: House) -> Callable[..., Browser]:
    """Return a fresh browser at the house's desk, some minutes later when asked for."""

    def opened(minutes: int = 0, cookies: Mapping[str, str] | None = None) -> Browser:
        clock = FixedClock(house.now() + timedelta(minutes=minutes))
        return Browser(app_of(replace(house, clock=clock)), cookies=dict(cookies or {}))

    return opened


@dataclass(frozen=True)
class Staff:
    """Makes accounts of the small house."""

    house: House

    def make(self, login: str, *roles: Role, person: str = "A02", unit: str = "") -> Account:
        """Make an account whose password is set already."""
        with self.house.transaction() as session:
            now = self.house.now()
            new = NewAccount(login, frozenset(roles), "" if unit else person, unit)
            made = service.create(session, new, HASH, by="cli", now=now)
            service.change_password(session, service.challenge(session, login), HASH, token_hash=login, ip="", now=now)
            return service.account_of(session, made.id)

    def inside(self, login: str, *roles: Role, person: str = "A02", unit: str = "") -> Browser:
        """Make an account and return a browser in which it is logged in."""
        self.make(login, *roles, person=person, unit=unit)
        token = hashing.new_token()
        with self.house.transaction() as session:
            asked = service.challenge(session, login)
            service.finish_login(
                session, asked, matched=True, token_hash=hashing.token_hash(token), ip="", now=self.house.now()
            )
        entered = Browser(app_of(self.house), cookies={"desk": token})
        entered.ask("/desk/password")
        return entered


@pytest.fixture
def staff(house: House, ids: dict[str, str]) -> Staff:
    """Whoever makes the accounts."""
    assert ids
    return Staff(house)
