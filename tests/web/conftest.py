"""A visitor who asks the application without a network, and a served board with a real browser."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

from djflow.core.clock import FixedClock
from djflow.web.app import create_app
from djflow.web.public.memory import MemoryBoardSource
from tests.web.sample_board import sample_source
from tests.web.serving import served_at

CLOCK = FixedClock(datetime(2026, 12, 2, 1, 0, 0, 500, tzinfo=UTC))
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET_CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


@dataclass(frozen=True)
class Visitor:
    """Asks an application directly; an error inside it becomes the page a visitor would see."""

    app: FastAPI
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """Return the answer to one request; underscores in header names stand for hyphens."""
        named = {"accept-encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://board.test") as client:
                return await client.request(method, path, headers=named)

        # A thread of its own: a browser test before may have left its event loop in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, asked()).result()

    def text(self, path: str) -> str:
        """Return the text of a page that must be there."""
        answer = self.ask(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


@pytest.fixture
def source() -> MemoryBoardSource:
    """The invented district on 2 December 2026."""
    return sample_source()


@pytest.fixture
def visitor(source: MemoryBoardSource) -> Visitor:
    """A visitor of the invented district's board."""
    return Visitor(create_app(source, clock=CLOCK))


@pytest.fixture(scope="session")
def board_address() -> Iterator[str]:
    """The address of the invented district's board, really served on a free port of this machine."""
    with served_at(create_app(sample_source(), clock=CLOCK)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real headless Chromium: the system's, else Playwright's own."""
    with sync_playwright() as playwright:
        installed = next((path for path in map(shutil.which, BROWSERS) if path), None)
        opened = playwright.chromium.launch(executable_path=installed, args=list(QUIET_CHROMIUM))
        yield opened
        opened.close()
