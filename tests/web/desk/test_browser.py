"""The desk in a real browser, at an office's screen and at a phone's, with scripts off."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from djflow.accounts.model import Role
from djflow.assembly import House, notices, postbox
from djflow.assembly import roster as acts
from djflow.assembly.runs import runs_failed
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.notify.channels.base import Pushed, Reply
from tests.assembly.test_runs import run_of
from tests.web.conftest import browser
from tests.web.desk.conftest import PASSWORD, Staff, app_of
from tests.web.desk.test_messages import NUMBER, refused
from tests.web.serving import served_at
from tests.web.test_browser import CONTRAST, NAMELESS, SMALL_TARGETS

__all__ = ["browser"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]

NAMELESS_SHOWN = NAMELESS.replace("querySelectorAll('input')", "querySelectorAll('input:not([type=hidden])')")

TOUR = {
    "clerk": (
        "/desk",
        "/desk/roster",
        "/desk/roster/{draft}",
        "/desk/box/done",
        "/desk/password",
        "/desk/audit",
        "/desk/messages",
        "/desk/messages/{notice}",
        "/desk/letters",
        "/desk/calls",
        "/desk/contacts",
        "/desk/replies",
        "/desk/channels",
        "/desk/answers/2026-12",
    ),
    "liaison": ("/desk/unit", "/desk/unit/person/{person}"),
    "town": ("/desk/town", "/desk/town/DACANG"),
    "security": ("/desk/accounts", "/desk/accounts/{account}"),
    "auditor": ("/desk/audit", "/desk/audit/logins"),
    "system": ("/desk/system",),
}


def in_trouble(house: House) -> str:
    """Let messages fail, a reply come back and a channel stop; return the notice of somebody with a number."""
    notice = refused(house)
    postbox.take_in(house, "file", Pushed(replies=(Reply("13800000011", "我晚点到，行不行？", house.now()),)))
    notices.pause_channel(house, notices.health(house)[0].channel, reason="平台检修", by="cli")
    runs_failed(house, [run_of(house, 1)], by="schedule")
    return notice


@pytest.fixture
def address(house: House, staff: Staff, ids: dict[str, PersonId]) -> Iterator[tuple[str, dict[str, str]]]:
    """The small house's desk really served, with a published month, a draft, and an account of each kind."""
    acts.publish(house, acts.draft(house, Month(2026, 12), by="test").roster_id, by="test")
    draft = acts.draft(house, Month(2027, 1), by="test")
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        notice = aside.submit(in_trouble, house).result()
    account = staff.make("clerk", Role.OFFICE_CLERK)
    staff.make("liaison", Role.UNIT_LIAISON, unit="HR")
    staff.make("town", Role.TOWN_CLERK, unit="T1")
    staff.make("security", Role.SECURITY_ADMIN, person="A01")
    staff.make("auditor", Role.AUDIT_ADMIN, person="A03")
    staff.make("system", Role.SYSTEM_ADMIN, person="A04")
    named = {"draft": draft.roster_id, "account": account.id, "person": ids["A02"], "notice": notice}
    with served_at(app_of(house)) as address:
        yield address, named


def look(page: Page, url: str, *, unfold: bool = False) -> None:
    """Open a page that must be there, what is folded too when wanted, and measure it."""
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == 200, url
    if unfold:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
    assert page.evaluate(NAMELESS_SHOWN) == [], url
    assert page.evaluate(CONTRAST) == [], url
    assert page.evaluate(SMALL_TARGETS) == [], url


def entered(browser: Browser, address: str, login: str, width: int) -> BrowserContext:
    """Return a browser window in which somebody has logged in by the form, scripts off."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/desk")
    page.get_by_label("账号名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    assert page.get_by_role("heading", level=1).inner_text() == "待办"
    return context


def with_scripts(browser: Browser, context: BrowserContext, width: int) -> Page:
    """Return a page with scripts on, so that it can be measured, in which the same person is logged in."""
    measuring = browser.new_context(viewport={"width": width, "height": 844})
    measuring.add_cookies(
        [{"name": c["name"], "value": c["value"], "domain": "127.0.0.1", "path": "/"} for c in context.cookies()]
    )
    return measuring.new_page()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_fits_the_screen(
    browser: Browser,
    address: tuple[str, dict[str, str]],
    width: int,
    tmp_path: Path,
) -> None:
    """On a screen and on a phone nothing scrolls sideways, text is dark enough, all is named, targets are big."""
    base, named = address
    for login, paths in TOUR.items():
        context = entered(browser, base, login, width)
        page = with_scripts(browser, context, width)
        complaints = list[str]()
        page.on("console", lambda message: complaints.append(message.text))  # noqa: B023 - closed within the turn
        for number, path in enumerate(paths):
            page.goto(base + path.format(**named))
            page.screenshot(path=tmp_path / f"{login}-{number}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(CONTRAST) == [], path
            assert page.evaluate(NAMELESS_SHOWN) == [], path
            assert page.evaluate(SMALL_TARGETS) == [], path
        assert [words for words in complaints if "403" not in words] == []
        page.context.close()
        context.close()


def test_a_clerk_publishes_without_scripts(
    browser: Browser,
    address: tuple[str, dict[str, str]],
) -> None:
    """With scripts off a clerk gets from the login to the draft, publishes it, and logs out."""
    base, _ = address
    context = entered(browser, base, "clerk", 390)
    page = context.pages[0]
    page.get_by_role("link", name="2027年1月赶场值班表第1稿等待审核").click()
    page.get_by_label("我已核对").check()
    page.get_by_role("button", name="发布").click()
    assert "已发布，公示网页已更新" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="退出").click()
    assert page.get_by_role("heading", level=1).inner_text() == "登录"
    page.goto(f"{base}/desk/roster")
    assert page.get_by_role("heading", level=1).inner_text() == "登录"
    context.close()


def test_a_clerk_calls_somebody(browser: Browser, address: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    """With one thumb and without scripts: show the number, call, note that; the call is off the list."""
    base, _ = address
    context = entered(browser, base, "clerk", 390)
    page = context.pages[0]
    page.goto(f"{base}/desk/calls")
    before = page.get_by_role("button", name="已打电话").count()
    page.get_by_role("button", name="显示号码").first.click()
    page.screenshot(path=tmp_path / "number.png", full_page=True)
    assert page.get_by_role("link", name=NUMBER).get_attribute("href") == f"tel:{NUMBER}"
    page.get_by_role("button", name="已打电话").click()
    assert "已记下打过电话" in page.get_by_role("status").inner_text()
    assert page.get_by_role("button", name="已打电话").count() == before - 1
    context.close()


def test_a_link_from_another_site_comes_in(
    browser: Browser,
    address: tuple[str, dict[str, str]],
) -> None:
    """A link followed from another site, as in a chat, ends on the page although the cookie is strict."""
    base, _ = address
    context = entered(browser, base, "clerk", 1280)
    page = context.new_page()
    page.goto("data:text/html,<a href='" + base + "/desk/roster'>x</a>")
    page.get_by_role("link").click()
    page.wait_for_url(f"{base}/desk/roster")
    assert page.get_by_role("heading", level=1).inner_text() == "值班表"
    context.close()
