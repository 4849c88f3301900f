"""The host's pages about postings in a real browser, at an office's screen and at a small phone's, scripts off."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from djflow.accounts.model import Role
from djflow.assembly import House
from djflow.assembly import dispatch_postings as acts
from djflow.assembly import dispatch_postings_watch as watching
from djflow.core.clock import FixedClock
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.postings.leave.model import Wish
from djflow.dispatch.postings.model import RecallReason
from djflow.dispatch.postings.months.model import Form
from tests.assembly.conftest import house, ids
from tests.assembly.posted import BY, begun, staffed
from tests.web.conftest import browser
from tests.web.desk.conftest import Staff, app_of
from tests.web.desk.test_browser import NAMELESS_SHOWN, entered
from tests.web.serving import served_at
from tests.web.test_browser import CONTRAST, SMALL_TARGETS

__all__ = ["browser", "house", "ids"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
PICTURES = os.environ.get("DJFLOW_PICTURES", "")
"""Where pictures of the pages are left for whoever looks at them; nowhere by default."""
HOST = ("", "/leave", "/month", "/check", "/assess")
OFFICE = ("", "/extend", "/handover", "/recall", "/propose", "/paper")


def prepared(house: House, ids: dict[str, PersonId]) -> tuple[House, str]:
    """Send somebody out, and stand in the last month of the term with everything there is to do."""
    out = staffed(house, ids)

    def later(moment: str) -> House:
        clock = FixedClock(datetime.fromisoformat(f"{moment}:00+08:00"))
        return House(house.settings, house.database, house.texts, clock, house.kind)

    posting = begun(out, later("2026-12-01T09:00"))
    day = later("2028-11-06T09:00")
    watching.attend(day, Month(2028, 10), by="watch")
    acts.fill_month(day, posting.id, Month(2028, 10), Form(21, 30, 2, "修好水渠"), by="me")
    acts.ask_leave(day, posting.id, Wish(DateSpan(date(2028, 11, 13), date(2028, 11, 14)), "事假"), by="me")
    acts.spot_check(day, posting.id, date(2028, 11, 3), present=False, by=BY)
    acts.raise_recall(day, posting.id, RecallReason.COMPLAINT, "信访7号", by=BY)
    watching.watch(day, by="watch")
    return day, posting.id


@pytest.fixture
def served(house: House, ids: dict[str, PersonId]) -> Iterator[tuple[str, str]]:
    """The desk really served, with a posting near its end."""
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        day, posting = aside.submit(prepared, house, ids).result()
    Staff(day).make("bhost", Role.HOST_SUPERVISOR, person="C03")
    Staff(day).make("boffice", Role.CADRE_CLERK, person="B02")
    with served_at(app_of(day)) as address:
        yield address, posting


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_fits_the_screen(browser: Browser, served: tuple[str, str], width: int) -> None:
    """On a screen and on a small phone nothing scrolls sideways, text is dark enough, all is named, targets are big."""
    base, posting = served
    for login, below in (("bhost", HOST), ("boffice", OFFICE)):
        context = entered(browser, base, login, width)
        page = context.pages[0]
        paths = ["/desk", "/desk/postings", *(f"/desk/postings/{posting}{path}" for path in below)]
        for number, path in enumerate(paths):
            page.goto(base + path)
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"desk-{login}-{number}-{width}.png", full_page=True)
            assert page.title()
            probe = browser.new_context(viewport={"width": width, "height": 800}, storage_state=context.storage_state())
            seen = probe.new_page()
            seen.goto(base + path)
            assert seen.evaluate("document.documentElement.scrollWidth") <= width, path
            assert seen.evaluate(CONTRAST) == [], path
            assert seen.evaluate(NAMELESS_SHOWN) == [], path
            assert seen.evaluate(SMALL_TARGETS) == [], path
            probe.close()
        context.close()


def test_the_host_confirms_a_month_and_assesses(browser: Browser, served: tuple[str, str]) -> None:
    """With scripts off: from the box to the posting, a month confirmed, an opinion with wrong votes keeps its words."""
    base, posting = served
    context = entered(browser, base, "bhost", 390)
    page = context.pages[0]
    page.get_by_role("link", name="派出干部", exact=True).click()
    page.get_by_role("link", name="甲A02").click()
    page.get_by_role("link", name="确认在岗天数").click()
    page.get_by_label("实际在岗天数").fill("20")
    page.get_by_role("button", name="确认在岗天数").click()
    assert "已登记" in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="填写考核意见").click()
    page.get_by_label("接收单位意见").fill("踏实肯干，群众认可")
    page.get_by_label("民主测评参加人数").fill("5")
    page.get_by_label("测评称职票数", exact=True).fill("9")
    page.get_by_label("建议等次").select_option("competent")
    page.get_by_role("button", name="填写考核意见").click()
    assert "票数" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("接收单位意见").input_value() == "踏实肯干，群众认可"
    page.get_by_label("测评称职票数", exact=True).fill("5")
    page.get_by_role("button", name="填写考核意见").click()
    page.get_by_text("等评定").wait_for()
    assert page.url.startswith(f"{base}/desk/postings/{posting}")
    context.close()
