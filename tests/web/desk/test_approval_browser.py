"""Approvals in a real browser: the desk at an office's screen and a phone's, the sheet on paper, the check page."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

import pytest
from playwright.sync_api import Browser, BrowserContext
from pypdf import PdfReader

from djflow.accounts import service as accounts
from djflow.approvals.model import Case, Verdict
from djflow.assembly import House, approval_desk, upkeep
from djflow.assembly.approval_desk import Pick
from djflow.assembly.opinions import Said
from djflow.web.app import create_app
from djflow.web.check import check_router
from djflow.web.desk.router import desk_router
from tests.web.conftest import browser
from tests.web.desk.approval_people import OPINION, OfficeAtDesk, settled
from tests.web.desk.conftest import PASSWORD
from tests.web.desk.test_browser import NAMELESS_SHOWN, with_scripts
from tests.web.serving import served_at
from tests.web.test_browser import CONTRAST, SMALL_TARGETS

__all__ = ["browser"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@dataclass(frozen=True)
class Served:
    """The office's desk and check page really served: `done` has two rounds, `open` waits for the township."""

    address: str
    office: OfficeAtDesk
    done: Case
    open: Case
    blocked: Case


def say(office: OfficeAtDesk, case: Case, login: str, verdict: Verdict, opinion: str = OPINION) -> Case:
    """Let an account's person answer what waits in a case."""
    with office.house.reading() as session:
        account = accounts.account_by_login(session, login)
    case = office.case(case.id)
    task = next(one for one in case.waiting if one.person == account.person)
    return approval_desk.decide(office.house, account, Pick(task.id, case.new.content_hash), Said(verdict, opinion))


@pytest.fixture
def served(house: House) -> Iterator[Served]:
    """Cases of every kind, served on a free port of this machine."""
    office = settled(house)
    done, still = office.open(1), office.open(2)
    for number in range(3, 9):
        office.open(number)
    say(office, done, "u-t1", Verdict.APPROVE)
    say(office, done, "u-d2", Verdict.RETURN_TO_PREVIOUS, "入户核实表缺第二位核实人的签字，请补齐后再报")
    say(office, done, "u-t1", Verdict.APPROVE, "已补齐")
    say(office, done, "u-d1", Verdict.APPROVE, "同意按标准帮扶，请及时回访")
    say(office, done, "u-m1", Verdict.APPROVE, "")
    say(office, done, "u-s1", Verdict.APPROVE, "")
    with house.transaction() as session:
        account = accounts.account_by_login(session, "u-m1")
        accounts.set_disabled(session, account.id, disabled=True, by="t", now=house.now())
        for login in ("u-d1", "u-d2"):
            one = accounts.account_by_login(session, login)
            accounts.set_disabled(session, one.id, disabled=True, by="t", now=house.now())
    blocked = say(office, office.open(9), "u-t1", Verdict.APPROVE)
    routers = [desk_router(house), check_router(house)]
    app = create_app(upkeep.board_source(house), extra_routers=routers, clock=house.clock)
    with served_at(app) as address:
        yield Served(address, office, office.case(done.id), still, blocked)


def entered(browser: Browser, address: str, login: str, width: int) -> BrowserContext:
    """Return a window in which somebody has logged in by the form, scripts off."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/desk")
    page.get_by_label("账号名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    return context


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_fits_the_screen(browser: Browser, served: Served, width: int, tmp_path: Path) -> None:
    """On a screen and on a phone nothing scrolls sideways, text is dark enough, all is named, targets are big."""
    case = f"/desk/approvals/{served.open.id}"
    tour = {
        "u-t1": ("/desk/approvals", case, f"/desk/approvals/{served.done.id}", "/desk/delegations"),
        "u-k1": ("/desk/approvals/board", f"/desk/approvals/{served.blocked.id}"),
        "auditor": (f"/desk/approvals/{served.done.id}/sheet", "/check"),
    }
    for login, paths in tour.items():
        context = entered(browser, served.address, login, width)
        page = with_scripts(browser, context, width)
        for number, path in enumerate(paths):
            page.goto(served.address + path)
            page.screenshot(path=tmp_path / f"{login}-{number}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(CONTRAST) == [], path
            assert page.evaluate(NAMELESS_SHOWN) == [], path
            assert page.evaluate(SMALL_TARGETS) == [], path
        page.context.close()
        context.close()


def test_an_approver_decides_without_scripts(browser: Browser, served: Served, tmp_path: Path) -> None:
    """With scripts off: one case from its page, then three of the list at once, each with its outcome."""
    context = entered(browser, served.address, "u-t1", 1280)
    page = context.pages[0]
    page.goto(f"{served.address}/desk/approvals/{served.open.id}")
    page.get_by_label("同意", exact=True).check()
    page.get_by_label("说明").fill(OPINION)
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="提交").click()
    assert "您的意见已提交" in page.get_by_role("status").inner_text()
    page.goto(f"{served.address}/desk/approvals")
    for box in page.get_by_role("checkbox").all()[:3]:
        box.check()
    page.get_by_role("radio", name="不同意").check()
    page.get_by_label("说明").fill("不符合条件")
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="办理勾选的事项").click()
    page.screenshot(path=tmp_path / "lines.png", full_page=True)
    assert "办成 3 件" in page.get_by_role("status").inner_text()
    context.close()


def test_the_sheet_is_one_page_and_its_code_is_checked(browser: Browser, served: Served, tmp_path: Path) -> None:
    """Two rounds print on one A4 page; the address in the QR code's text leads to the check page that knows it."""
    context = entered(browser, served.address, "auditor", 1280)
    page = with_scripts(browser, context, 1280)
    page.goto(f"{served.address}/desk/approvals/{served.done.id}/sheet")
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    (tmp_path / "sheet.pdf").write_bytes(printed)
    paper = PdfReader(io.BytesIO(printed))
    assert len(paper.pages) == 1
    assert [round(float(side)) for side in paper.pages[0].mediabox[2:]] in ([595, 842], [596, 842])
    words = "".join(normalize("NFKC", paper.pages[0].extract_text()).split())
    for part in ("第1轮", "第2轮", "甲D2", "核实人的签字", "校验码"):
        assert part in words
    assert "返回" not in words
    code = page.locator(".code").inner_text()
    phone = browser.new_page(viewport={"width": 360, "height": 720})
    phone.goto(f"{served.address}/check")
    phone.get_by_label("审批单下方的校验码").fill(code)
    phone.get_by_role("button", name="核对").click()
    assert "这个校验码是真的" in phone.get_by_role("main").inner_text()
    phone.screenshot(path=tmp_path / "check-360.png", full_page=True)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    assert phone.evaluate(CONTRAST) == []
    phone.close()
    page.context.close()
    context.close()
