"""A posted cadre's pages and the host's in a real browser at 360×780, scripts off, light and dark."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from djflow.assembly import House, phone, upkeep
from djflow.assembly import dispatch_postings as acts
from djflow.assembly import dispatch_postings_watch as watching
from djflow.core.clock import FixedClock
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.postings.leave.model import Wish
from djflow.web.app import create_app
from djflow.web.me.postings import postings_router
from djflow.web.me.routes import me_router
from tests.assembly.conftest import house, ids
from tests.assembly.posted import BY, appointed, begun, staffed
from tests.dispatch.posted import at
from tests.web.conftest import browser
from tests.web.me.test_phone import checked
from tests.web.serving import served_at

__all__ = ["browser", "house", "ids"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
PICTURES = os.environ.get("DJFLOW_PICTURES", "")
"""Where pictures of the pages are left for whoever looks at them; nowhere by default."""


@dataclass(frozen=True)
class Served:
    """The pages of a house really served: somebody on duty in January, somebody who is to report."""

    address: str
    serving: str
    reporting: str


@pytest.fixture
def served(house: House, ids: dict[str, PersonId]) -> Iterator[Served]:
    """The phone pages on a morning in January, when December's form is out and leave is asked for."""
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        day, links = aside.submit(_prepare, house, ids).result()
    routers = [postings_router(day), me_router(day)]
    app = create_app(upkeep.board_source(day), extra_routers=routers, clock=day.clock)
    with served_at(app) as address:
        yield Served(address, address + links[0], address + links[1])


def _prepare(house: House, ids: dict[str, PersonId]) -> tuple[House, tuple[str, str]]:
    out = staffed(house, ids)
    first, day = _later(house, "2026-12-01T09:00"), _later(house, "2027-01-06T09:00")
    posting = begun(out, first)
    reporting = appointed(out, out.new("A03"))
    acts.talk(house, reporting.id, by=BY)
    watching.attend(day, Month(2026, 12), by="watch")
    acts.ask_leave(day, posting.id, Wish(DateSpan(date(2027, 1, 11), date(2027, 1, 12)), "事假"), by="me")
    acts.write_diary(day, posting.id, date(2027, 1, 5), "到三组走访李大娘，帮她联系了医保报销。", by="me")
    links = tuple(
        f"{phone.link_for(day, person).removeprefix(day.settings.web.address)}/posting/{one.id}"
        for person, one in ((ids["A02"], posting), (ids["A03"], reporting))
    )
    return day, (links[0], links[1])


def _later(house: House, moment: str) -> House:
    return House(house.settings, house.database, house.texts, FixedClock(at(moment)), house.kind)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone(browser: Browser, served: Served, scheme: Literal["light", "dark"]) -> None:
    """Each page is readable and usable at 360×780 in light and dark, asks no other host and stays below 50 KB."""
    page = browser.new_page(viewport={"width": 360, "height": 780}, color_scheme=scheme)
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.__setitem__(answer.url, len(answer.body())))
    paths = {"serving": ("", "/leave", "/diary", "/month/2026-12", "/summary"), "reporting": ("",)}
    for who, below in paths.items():
        for path in below:
            sizes.clear()
            page.goto(getattr(served, who) + path)
            page.wait_for_load_state("networkidle")
            checked(page)
            assert sum(sizes.values()) < 50_000
            assert all(url.startswith(served.address) for url in sizes)
            if PICTURES:
                name = f"{who}{path.replace('/', '-')}-{scheme}.png"
                page.screenshot(path=Path(PICTURES) / name, full_page=True)
    page.close()


def test_with_one_thumb_and_no_scripts(browser: Browser, served: Served) -> None:
    """Without scripts somebody reports, another writes the month's form, a diary and a request for leave."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(served.reporting)
    page.get_by_role("button", name="我已到岗，报到").click()
    page.get_by_text("等接收单位确认").wait_for()
    page.goto(served.serving)
    page.get_by_role("link", name="2026年12月月报").click()
    page.get_by_label("在岗几天").fill("21")
    page.get_by_label("走访几户").fill("30")
    page.get_by_label("办结几件事").fill("3")
    page.get_by_role("button", name="提交月报").click()
    page.get_by_text("月报已提交").wait_for()
    page.get_by_role("link", name="民情日记").click()
    page.get_by_label("走访了谁家").fill("帮王家联系农机")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("日记已保存").wait_for()
    page.get_by_role("link", name="请假", exact=True).click()
    page.get_by_label("从哪天").fill("2027-01-18")
    page.get_by_label("到哪天").fill("2027-01-22")
    page.get_by_label("事由").fill("参加培训")
    page.get_by_role("button", name="提交请假").click()
    page.get_by_text("由区委组织部批").first.wait_for()
    context.close()
