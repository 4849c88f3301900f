"""The pages of postings, successors, reserve list and courses in a real browser: nothing is cut off, all is named."""

import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser

from djflow.assembly import dispatch_rotation
from djflow.core.subject import Subject
from djflow.dispatch.reserve.model import KIND as RESERVE
from tests.web.conftest import browser
from tests.web.desk.conftest import app_of
from tests.web.desk.dispatch_office import ROOT, Office, office
from tests.web.desk.test_browser import NAMELESS_SHOWN
from tests.web.test_browser import CONTRAST, SMALL_TARGETS

__all__ = ["browser", "office"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
COURSE = {"title": "乡村振兴专题班", "school": "大仓镇党校", "host": "T1", "first": "2026-11-17", "last": "2026-11-18"}
TOUR = ("/board", "/board/lines?unit=HR&side=home", "/rotation", "/rotation/{number}", "/reserve", "/reserve/{member}",
        "/training", "/training/PX2026-001", "/training/hours")  # fmt: skip


def busy(office: Office) -> dict[str, str]:
    """Propose a successor, put somebody on the list, call two people to a course."""
    found = dispatch_rotation.run(office.house, office.house.today(), by="test")
    office.clerk.ask(f"{ROOT}/reserve")
    answer = office.clerk.send(f"{ROOT}/reserve", code="C03", reason="young", opinion="肯吃苦")
    member = answer.headers["location"].partition("?")[0].rpartition("/")[2]
    office.approve(Subject(RESERVE, member))
    office.clerk.send(f"{ROOT}/training", key="k1", hours="16", **COURSE)
    office.clerk.send(f"{ROOT}/training/PX2026-001/call", codes="A01 A02")
    return {"number": found.open[0].number, "member": member}


@pytest.fixture
def served(office: Office) -> Iterator[tuple[str, dict[str, str]]]:
    """The desk on a free port, with something on every page."""
    named = busy(office)
    door = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app_of(office.house), log_level=logging.CRITICAL, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{door.getsockname()[1]}", named
    server.should_exit = True
    thread.join(10)
    door.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_of_postings_fits_the_screen(
    browser: Browser, served: tuple[str, dict[str, str]], office: Office, width: int, tmp_path: Path
) -> None:
    """On a screen and on a phone nothing scrolls sideways, text is dark enough, all is named, targets are big."""
    base, named = served
    context = browser.new_context(viewport={"width": width, "height": 844})
    token = office.clerk.cookies["desk"]
    context.add_cookies([{"name": "desk", "value": token, "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    complaints = list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    for number, path in enumerate(TOUR):
        page.goto(base + ROOT + path.format(**named))
        page.screenshot(path=tmp_path / f"dispatch-{number}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(CONTRAST) == [], path
        assert page.evaluate(NAMELESS_SHOWN) == [], path
        assert page.evaluate(SMALL_TARGETS) == [], path
    assert complaints == []
    page.goto(f"{base}{ROOT}/board/print")
    page.screenshot(path=tmp_path / f"dispatch-print-{width}.png", full_page=True)
    assert page.pdf(format="A4").startswith(b"%PDF")
    context.close()
