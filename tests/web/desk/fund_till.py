"""The fund's till at the desk for tests: its people logged in, payments that are ready, files that are uploaded."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from djflow.accounts.model import Role
from djflow.assembly import House
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.fund.payment import orders
from djflow.fund.payment.model import NewOrder, Payee
from tests.web.desk.conftest import Browser, Staff

ROOT = "/desk/fund/money"
PEOPLE = {
    "kuaiji": (Role.FINANCE_CLERK, "A01"),
    "chuna": (Role.CASHIER, "A02"),
    "buzhang": (Role.DEPT_MINISTER, "A03"),
    "shenji": (Role.AUDITOR_READONLY, "A04"),
}


@dataclass(frozen=True)
class Till:
    """Browsers of the till's people by login."""

    house: House
    ids: dict[str, PersonId]
    browsers: dict[str, Browser]

    def __getitem__(self, login: str) -> Browser:
        return self.browsers[login]

    def ready(self, *codes: str) -> None:
        """Open payments for people of the small house, each to the own account."""
        with self.house.transaction() as session:
            for number, code in enumerate(codes, start=1):
                payee = Payee(self.ids[code], f"甲{code}", f"00622848{number:08d}", "巍山农商行")
                case = Subject("test.grant", f"{number:032x}")
                new = NewOrder(case, f"WF2026-{number:04d}", 100_000 + number, payee, frozenset())
                orders.open_order(session, new, by="test", now=self.house.now())

    def done(self, login: str, path: str, **form: str) -> str:
        """Post a form that must lead on, and return where it leads."""
        answer = self[login].send(f"{ROOT}{path}", **form)
        assert answer.status_code == 303, (path, answer.status_code, answer.text)
        return answer.headers["location"]

    def refused(self, login: str, path: str, **form: str) -> str:
        """Post a form that must be refused, and return the page that says why."""
        answer = self[login].send(f"{ROOT}{path}", **form)
        assert answer.status_code in {400, 403, 409}, (path, answer.status_code, answer.text)
        return answer.text

    def upload(self, login: str, path: str, field: str, content: bytes, **form: str) -> httpx.Response:
        """Post a form that brings a file."""
        browser = self[login]

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(browser.app, raise_app_exceptions=False, client=("10.0.0.9", 4000))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://desk.test", cookies=browser.cookies
            ) as client:
                given = {"form_key": browser.key, **form}
                return await client.post(f"{ROOT}{path}", data=given, files={field: ("回单.csv", content)})

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, asked()).result()


@pytest.fixture
def till(house: House, staff: Staff, ids: dict[str, PersonId]) -> Till:
    """The till's people, each logged in."""
    return Till(house, ids, {name: staff.inside(name, role, person=code) for name, (role, code) in PEOPLE.items()})
