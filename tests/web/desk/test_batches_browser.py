"""Batches in a real browser, at an office's screen and at a phone's: desk pages and the public list."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from djflow.assembly import House, upkeep
from djflow.web.app import create_app
from djflow.web.desk.router import desk_router
from djflow.web.public.dispatch import MENU, dispatch_router
from tests.web.conftest import browser
from tests.web.desk.batch_office import CLERK, hang, open_district, staffed, the_batch
from tests.web.desk.test_browser import NAMELESS_SHOWN, entered, with_scripts
from tests.web.serving import served_at
from tests.web.test_browser import CONTRAST, SMALL_TARGETS

__all__ = ["browser"]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
PAGES = ("", "/check", "/proposal", "/publicity", "/do/nominate", "/do/pin", "/do/object", "/do/cancel")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, House]]:
    """The demonstration district with the names of its batch on the board, really served."""
    house = open_district(tmp_path / "home")
    staffed(house)
    hang(house)
    routers = [desk_router(house), dispatch_router(house)]
    app = create_app(upkeep.board_source(house), extra_routers=routers, neighbours=(MENU,), clock=house.clock)
    with served_at(app) as address:
        yield address, house
    house.database.engine.dispose()


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_can_be_read_and_pressed(browser: Browser, served: tuple[str, House], width: int, tmp_path: Path) -> None:
    """Every page fits the screen, has names for its fields, contrast, and targets a finger can hit."""
    address, house = served
    context = entered(browser, address, CLERK, width)
    page = with_scripts(browser, context, width)
    base = f"/desk/dispatch/batch/{the_batch(house).id}"
    for path in ("/desk/dispatch", *(f"{base}{one}" for one in PAGES), "/dispatch"):
        answer = page.goto(f"{address}{path}")
        assert answer is not None
        assert answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.evaluate(NAMELESS_SHOWN) == [], path
        assert page.evaluate(CONTRAST) == [], path
        assert page.evaluate(SMALL_TARGETS) == [], path
        page.screenshot(path=tmp_path / f"{path.strip('/').replace('/', '-')}-{width}.png", full_page=True)


def test_a_neighbour_objects_by_the_public_page(browser: Browser, served: tuple[str, House]) -> None:
    """Without scripts, somebody reads the names, objects to one, and gets a receipt; the name then stands still."""
    address, _ = served
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/dispatch")
    page.get_by_role("link", name="对第 1 行提出异议").click()
    page.get_by_label("对哪一点有异议").fill("他去年没有驻村")
    page.get_by_role("button", name="提交异议").click()
    assert "YY-" in page.locator(".receipt").inner_text()
    page.goto(f"{address}/dispatch")
    assert page.get_by_text("正在核实，暂停计时").count() == 1
