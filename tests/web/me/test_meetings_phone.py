"""Meetings on a phone in a real browser at 360×780, light and dark."""

from typing import Literal

import pytest
from playwright.sync_api import Browser

from djflow.assembly import House, upkeep
from djflow.web.app import create_app
from djflow.web.me.meetings import meetings_router
from tests.assembly.test_meetings import Hall, hall
from tests.web.conftest import browser
from tests.web.me.conftest import link_path
from tests.web.me.test_meetings import noticed
from tests.web.me.test_phone import checked
from tests.web.serving import served_at

__all__ = ["browser", "hall", "noticed"]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_meetings_fit_a_phone(browser: Browser, hall: Hall, noticed: House, scheme: Literal["light", "dark"]) -> None:
    """List and meeting are readable and usable; an answer given with the thumb is kept."""
    app = create_app(upkeep.board_source(noticed), extra_routers=[meetings_router(noticed)], clock=noticed.clock)
    with served_at(app) as address:
        context = browser.new_context(viewport={"width": 360, "height": 780}, color_scheme=scheme)
        page = context.new_page()
        link = f"{address}{link_path(noticed, hall.ids['A01'])}"
        page.goto(f"{link}/meeting")
        checked(page)
        page.get_by_text(hall.meeting.new.title).click()
        checked(page)
        page.get_by_role("button", name="提交回复").click()
        page.get_by_text("已收到您的回复").wait_for()
        checked(page)
        context.close()
