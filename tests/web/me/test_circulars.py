"""Circulars on the phone: the own unit's figures confirmed or corrected; whatever is not one's own does not exist."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from djflow.assembly import House, outbox, upkeep
from djflow.circulars import service
from djflow.circulars.model import Act, Answered
from djflow.core.ids import PersonId
from djflow.notify.model import NoticeKind
from djflow.web.app import create_app
from djflow.web.me.circulars import circulars_router
from djflow.web.me.routes import me_router
from tests.assembly.circulating import Press, opened
from tests.web.conftest import browser
from tests.web.me.conftest import Phone, link_path
from tests.web.me.test_phone import checked
from tests.web.serving import served_at

__all__ = ["browser"]


@pytest.fixture
def press(house: House, ids: dict[str, PersonId]) -> Press:
    """The house with its circular of October."""
    return opened(house, ids)


def phone_at(press: Press, code: str) -> Phone:
    """Return somebody's phone, on which the pages of circulars open."""
    routers = [circulars_router(press.house), me_router(press.house)]
    app = create_app(upkeep.board_source(press.house), extra_routers=routers, clock=press.house.clock)
    return Phone(app, link_path(press.house, press.ids[code]))


def answer_of(press: Press, code: str) -> Answered:
    """Return what a unit answered."""
    with press.house.reading() as session:
        return next(one.answered for one in service.confirmations(session, press.id) if one.unit == press.units[code])


def test_a_liaison_confirms_with_one_tap(press: Press) -> None:
    """The own page says that figures wait, with a link; after the tap nothing waits, and a second tap is the first."""
    phone = phone_at(press, "B03")
    assert "通报数据等您核对" not in phone.get().text
    press.do(Act.ASK)
    page = f"/circular/{press.id}/{press.units['LAW']}"
    assert f'{page}"' in phone.get().text
    assert "等您核对" in phone.get("/circular").text
    shown = phone.get(page).text
    assert ("3/4人次" in shown, "38/40" in shown, "修好路灯" in shown) == (True, False, True)
    answer = phone.tap(page, f"{page}/confirm".removeprefix("/"))
    assert answer.headers["location"].endswith("?said=confirm")
    assert answer_of(press, "LAW") is Answered.CONFIRMED
    assert "没有出入，确认" not in phone.get(page).text
    assert "通报数据等您核对" not in phone.get().text


def test_a_town_corrects_a_figure(press: Press) -> None:
    """Both numbers and a reason are kept; what is no number or has no reason is refused in words."""
    press.do(Act.ASK)
    page, phone = f"/circular/{press.id}/{press.units['T1']}", phone_at(press, "C02")
    act = f"{page}/correct".removeprefix("/")
    claim = {"section": "market", "code": "present", "part": "40", "whole": "40", "reason": "两人当天已补签"}
    assert "只写数字" in phone.tap(page, act, **{**claim, "part": "四十"}).text
    assert "请写明更正理由" in phone.tap(page, act, **{**claim, "reason": " "}).text
    assert answer_of(press, "T1") is Answered.ASKED
    assert phone.tap(page, act, **claim).status_code == 303
    assert answer_of(press, "T1") is Answered.CORRECTED
    assert "100.0%（40/40人次）" in phone.get(page).text


def test_the_figures_of_others_do_not_exist(press: Press) -> None:
    """Another unit's address, an unknown circular, somebody who answers for nobody: nothing is there or changes."""
    press.do(Act.ASK)
    phone = phone_at(press, "B03")
    page = f"/circular/{press.id}/{press.units['LAW']}"
    for path in (f"/circular/{press.id}/{press.units['T1']}", f"/circular/{'0' * 32}/{press.units['LAW']}"):
        assert phone.get(path).status_code == 404, path
    form = phone.get(page).text
    assert "确认" in form
    stranger = phone_at(press, "A01")
    assert stranger.get(page).status_code == 404
    assert "目前没有请您核对" in stranger.get("/circular").text
    body = "form=" + "0" * 64
    assert phone.ask(f"{phone.link}{page}/confirm", "POST", body).status_code == 403
    assert answer_of(press, "LAW") is Answered.ASKED


def test_the_message_leads_to_the_figures() -> None:
    """A message that asks for figures carries a link to the page of circulars."""
    assert outbox._PAGES[NoticeKind.CIRCULAR_UNIT] == "/circular"


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_phone(
    browser: Browser, press: Press, scheme: Literal["light", "dark"], tmp_path: Path
) -> None:
    """List, figures with a form unfolded, and the answer are readable and usable at 360×780."""
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        aside.submit(press.do, Act.ASK).result()
    routers = [circulars_router(press.house), me_router(press.house)]
    app = create_app(upkeep.board_source(press.house), extra_routers=routers, clock=press.house.clock)
    with served_at(app) as address:
        context = browser.new_context(viewport={"width": 360, "height": 780}, color_scheme=scheme)
        page = context.new_page()
        link = f"{address}{link_path(press.house, press.ids['C02'])}"
        page.goto(link)
        checked(page)
        page.get_by_text("通报数据等您核对").click()
        checked(page)
        page.get_by_text("有出入，更正“到岗率”").click()
        checked(page)
        page.screenshot(path=tmp_path / f"figures-{scheme}.png", full_page=True)
        page.get_by_label("应是多少（现为 38）").fill("40")
        page.locator("details[open] textarea").fill("两人当天已补签")
        page.locator("details[open] button").click()
        page.get_by_text("更正已报组织部").wait_for()
        checked(page)
        page.screenshot(path=tmp_path / f"claimed-{scheme}.png", full_page=True)
        page.goto(f"{link}/circular")
        checked(page)
        context.close()
