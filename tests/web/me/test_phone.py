"""The phone pages in a real browser at 360×780, scripts off: confirm, decline, swap with one thumb, light and dark."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from djflow.assembly import House
from djflow.core.ids import PersonId
from tests.assembly.test_answers import FIRST, free_person, holder
from tests.web.conftest import browser
from tests.web.me.conftest import app_of, link_path
from tests.web.serving import served_at
from tests.web.test_browser import CONTRAST, NAMELESS

__all__ = ["browser"]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

FIELDS = "input[type=text], input[type=time], textarea"
SMALL = f"""() => [...document.querySelectorAll('a[href], button, label.cell, {FIELDS}')]
  .filter(e => {{ const r = e.getBoundingClientRect(); return r.width && r.height < 44 }}).map(e => e.outerHTML)"""
PRIMARY = "() => document.querySelectorAll('button.primary, a.primary').length"


@pytest.fixture
def address(published: House) -> Iterator[str]:
    """The address of the house's pages, really served."""
    with served_at(app_of(published)) as address:
        yield address


def checked(page: Page) -> None:
    """Look at a page: nothing sideways, text dark enough, all named, targets for a thumb, one primary button."""
    page.wait_for_load_state()  # a link that was just pressed may still be on its way
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(NAMELESS.replace("('input')", "('input:not([type=hidden])')")) == []
    assert page.evaluate(SMALL) == []
    assert page.evaluate(PRIMARY) <= 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone(
    browser: Browser, published: House, ids: dict[str, PersonId], address: str, scheme: Literal["light", "dark"]
) -> None:
    """Each page is readable and usable at 360×780 in light and dark, asks no other host and stays below 30 KB."""
    link = address + link_path(published, holder(published, FIRST))
    page = browser.new_page(viewport={"width": 360, "height": 780}, color_scheme=scheme)
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.__setitem__(answer.url, len(answer.body())))
    for path in (
        "",
        "/reach",
        f"/duty/{FIRST}",
        *(f"/duty/{FIRST}/{act}" for act in ("decline", "substitute", "swap")),
    ):
        sizes.clear()
        page.goto(link + path)
        page.wait_for_load_state("networkidle")
        checked(page)
        assert sum(sizes.values()) < 30_000
        assert all(url.startswith(address) for url in sizes)
    page.goto(f"{address}/me/{'A' * 22}")
    checked(page)
    assert ids
    page.close()


def test_answering_with_one_thumb_and_no_scripts(
    browser: Browser, published: House, ids: dict[str, PersonId], address: str
) -> None:
    """Without scripts one confirms, asks for a substitute, and the other accepts on another phone."""
    person, code = holder(published, FIRST), free_person(published, ids)
    mine = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = mine.new_page()
    page.goto(address + link_path(published, person))
    page.get_by_role("link", name="12月1日").click()
    page.get_by_role("button", name="确认到岗").click()
    page.get_by_text("已确认").wait_for()
    page.get_by_role("link", name="请人代班").click()
    page.get_by_label("姓名").fill(f"甲{code}")
    page.get_by_role("button", name="发出请求").click()
    page.get_by_text("等对方答复").wait_for()
    theirs = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    other = theirs.new_page()
    other.goto(address + link_path(published, ids[code]))
    other.get_by_role("link", name="请您代").click()
    other.get_by_role("button", name="同意", exact=True).click()
    other.get_by_text("已办好").wait_for()
    page.reload()
    page.get_by_text("您不用去了").wait_for()
    mine.close()
    theirs.close()


def test_declining_with_a_reason(browser: Browser, published: House, address: str) -> None:
    """The reason is asked for first; afterwards the page says that somebody else goes."""
    page = browser.new_page(viewport={"width": 360, "height": 780})
    page.goto(f"{address}{link_path(published, holder(published, FIRST))}/duty/{FIRST}")
    page.get_by_role("link", name="不能到岗").click()
    page.get_by_role("button").click()
    assert page.get_by_role("button").is_visible()
    page.get_by_label("原因").fill("出差")
    page.get_by_role("button").click()
    page.get_by_text("您不用去了").wait_for()
    page.close()
