"""Documents at the desk in a real browser, at an office's screen and at a phone's."""

import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from djflow.accounts.model import Role
from djflow.assembly import House, documents_acts
from djflow.core.ids import PersonId
from tests.assembly.documented import BY, Papers, staffed
from tests.web.conftest import browser
from tests.web.desk.conftest import Staff, app_of
from tests.web.desk.test_browser import NAMELESS_SHOWN, entered, with_scripts
from tests.web.test_browser import CONTRAST, SMALL_TARGETS

__all__ = ["browser"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
ROOT = "/desk/documents"


@contextmanager
def serving(house: House) -> Iterator[str]:
    """Serve a house's desk really, and give its address."""
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app_of(house), log_level=logging.ERROR, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        door.close()


@pytest.fixture
def tour(house: House, ids: dict[str, PersonId]) -> dict[str, list[str]]:
    """The pages to look at, by whose they are: documents in each part of their life."""

    def made() -> dict[str, list[str]]:
        papers = staffed(house, ids)
        issued = papers.issued()
        void = papers.issued()
        documents_acts.void(house, void.id, "主送单位写错，另行印发", by=BY)
        asked = papers.sent(countersigns=(papers.units["HR"], papers.units["LAW"]))
        papers.decide(asked, "A03")
        signed, draft = papers.signed(), documents_acts.draft(house, papers.new(), by=BY)
        return shown(papers, [issued.id, asked.id], [void.id, signed.id, draft.id, f"{draft.id}/edit"])

    def shown(_: Papers, shared: list[str], own: list[str]) -> dict[str, list[str]]:
        pages = ["", "?group=archive", "/new", "/numbers?series=fa", *(f"/{one}" for one in (*shared, *own))]
        staff = Staff(house)
        staff.make("w-clerk", Role.OFFICE_CLERK, person="A03")
        staff.make("w-liaison", Role.UNIT_LIAISON, person="A04")
        return {"w-clerk": pages, "w-liaison": ["", *(f"/{one}" for one in shared)]}

    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        return aside.submit(made).result()


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_can_be_read_and_pressed(
    browser: Browser, house: House, tour: dict[str, list[str]], width: int, tmp_path: Path
) -> None:
    """Every page fits the screen, has names for its fields, contrast, and targets a finger can hit."""
    with serving(house) as address:
        for login, paths in tour.items():
            context = entered(browser, address, login, width)
            page = with_scripts(browser, context, width)
            for number, path in enumerate(paths):
                look(page, f"{address}{ROOT}{path}")
                page.screenshot(path=tmp_path / f"{login}-{number}-{width}.png", full_page=True)
            page.context.close()
            context.close()


def look(page: Page, url: str) -> None:
    """Open a page that must be there, and measure it."""
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == 200, url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
    assert page.evaluate(NAMELESS_SHOWN) == [], url
    assert page.evaluate(CONTRAST) == [], url
    assert page.evaluate(SMALL_TARGETS) == [], url
