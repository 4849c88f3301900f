"""The documents of a batch in a real browser, at an office's screen and at a phone's."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from djflow.assembly import House
from tests.web.conftest import browser
from tests.web.desk.batch_office import CLERK, the_batch
from tests.web.desk.test_batches_browser import served
from tests.web.desk.test_browser import NAMELESS_SHOWN, entered, with_scripts
from tests.web.test_browser import CONTRAST, SMALL_TARGETS

__all__ = ["browser", "served"]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("width", [1280, 390])
def test_documents_are_taken_out_by_a_press(
    browser: Browser, served: tuple[str, House], width: int, tmp_path: Path
) -> None:
    """The page fits the screen, and a press on the button brings the file, named by the document and no person."""
    address, house = served
    page = with_scripts(browser, entered(browser, address, CLERK, width), width)
    page.goto(f"{address}/desk/dispatch/batch/{the_batch(house).id}")
    page.get_by_role("link", name="文书", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for fault in (NAMELESS_SHOWN, CONTRAST, SMALL_TARGETS):
        assert page.evaluate(fault) == []
    page.screenshot(path=tmp_path / f"papers-{width}.png", full_page=True)
    with page.expect_download() as held:
        page.get_by_role("button", name="下载 PDF").nth(1).click()
    assert held.value.suggested_filename.startswith("选派通知-")
    assert Path(held.value.path()).read_bytes().startswith(b"%PDF")
