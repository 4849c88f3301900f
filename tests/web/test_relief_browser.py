"""The fund's public and phone pages in a real browser: an old phone's width, light and dark, without scripts, paper."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from djflow.accounts.model import Role
from djflow.assembly import House, phone, relief, upkeep
from djflow.core.clock import FixedClock
from djflow.fund.cases.model import Act, Category, Filing, Who
from djflow.fund.casework import Request
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.fund.publicity.model import Level
from djflow.web.app import create_app
from djflow.web.desk.router import desk_router
from djflow.web.me.fund import fund_router
from djflow.web.public.relief import relief_router
from tests.assembly.test_relief import branch
from tests.fund.books import Branch, at, claim, hanging, photo
from tests.web.conftest import browser
from tests.web.desk.conftest import PASSWORD, Staff, house
from tests.web.desk.test_browser import NAMELESS_SHOWN
from tests.web.serving import served_at
from tests.web.test_browser import CONTRAST

__all__ = ["branch", "browser", "house"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
WIDTH = 360
SMALL = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea')]
  .filter(e => { const r = e.getBoundingClientRect();
    return r.width && r.left >= 0 && (r.height < 24 || r.width < 24) })
  .map(e => e.outerHTML)"""


@dataclass(frozen=True)
class Served:
    """The house's pages at an address, with the links and names that open them."""

    address: str
    link: str
    draft: str
    refused: str
    filed: str
    period: str


def settled(house: House, branch: Branch, folder: Path) -> tuple[str, str, str, str]:
    """Make a draft, a refused case, one the branch filed, and one on the board; return their ids."""
    with house.transaction() as session:
        hung = hanging(session, branch, folder, house.now())
    later = replace(house, clock=FixedClock(at("2026-11-27")))
    refused = relief.apply(later, claim(branch["G4"]), by="b")
    for kind in house.settings.fund.policy.categories[Category.REGULAR].materials:
        relief.attach(later, refused.id, Upload(MaterialKind(kind), photo()), by="b")
    relief.move(later, refused.id, Request(Act.SUBMIT, Who.APPLICANT), by="b")
    relief.move(later, refused.id, Request(Act.REJECT, Who.OFFICE, "家庭收入与材料不符"), by="o")
    draft = relief.apply(later, claim(branch["G4"], category=Category.TEMPORARY), by="b")
    relief.attach(later, draft.id, Upload(MaterialKind.ID_COPY, photo()), by="b")
    filed = relief.apply(
        later, claim(branch["G3"], category=Category.VETERAN, requested_fen=50_000, filing=Filing.BRANCH), by="b"
    )
    (line,) = relief.public_list(later, Level.DISTRICT)
    assert hung.applicant == branch["G1"]
    return draft.id, refused.id, filed.id, line.period


@pytest.fixture
def served(house: House, branch: Branch, tmp_path: Path) -> Iterator[Served]:
    """The pages really served on a free port."""
    later = replace(house, clock=FixedClock(at("2026-11-27")))
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        draft, refused, filed, period = aside.submit(settled, house, branch, tmp_path).result()
        Staff(later).make("town", Role.TOWN_CLERK, unit="T1")
        link = phone.link_for(later, branch["G4"]).removeprefix(later.settings.web.address)
    routers = [fund_router(later), relief_router(later), desk_router(later)]
    app = create_app(upkeep.board_source(later), extra_routers=routers, clock=later.clock)
    with served_at(app) as address:
        yield Served(address, link, draft, refused, filed, period)


def measured(page: Page, folder: Path, name: str) -> None:
    """Take a picture and check what everybody needs: no sideways scrolling, dark text, names, big targets."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, name
    assert page.evaluate(CONTRAST) == [], name
    assert page.evaluate(NAMELESS_SHOWN) == [], name
    assert page.evaluate(SMALL) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone(browser: Browser, served: Served, scheme: str, tmp_path: Path) -> None:
    """At 360 pixels, by day and by night: lists, objection, applications, forms, refusals."""
    page = browser.new_page(
        viewport={"width": WIDTH, "height": 740}, color_scheme="dark" if scheme == "dark" else "light"
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    paths = {
        "lists": "/relief",
        "object": f"/relief/object/{served.period}",
        "over": f"/relief/object/{'0' * 32}",
        "mine": f"{served.link}/fund",
        "new": f"{served.link}/fund/new",
        "draft": f"{served.link}/fund/{served.draft}?said=kept",
        "amend": f"{served.link}/fund/{served.draft}/amend",
        "refused": f"{served.link}/fund/{served.refused}",
        "appeal": f"{served.link}/fund/{served.refused}/appeal",
        "withdraw": f"{served.link}/fund/{served.draft}/withdraw",
        "foreign": f"{served.link}/fund/{served.filed}",
    }
    for name, path in paths.items():
        page.goto(served.address + path)
        measured(page, tmp_path, f"{name}-{scheme}")
    assert [text for text in complaints if "404" not in text] == []
    page.close()


def test_an_old_member_applies_without_scripts(browser: Browser, served: Served, tmp_path: Path) -> None:
    """With scripts off: a wrong amount is said and mended, a photograph goes up, the draft is taken back."""
    picture = tmp_path / "card.jpg"
    picture.write_bytes(photo((400, 300)))
    context = browser.new_context(java_script_enabled=False, viewport={"width": WIDTH, "height": 740})
    page = context.new_page()
    page.goto(f"{served.address}{served.link}/fund")
    page.get_by_role("link", name="写一件申请").click()
    page.get_by_label("老党员关怀").check()
    page.get_by_label("申请金额（元）").fill("１０００")
    page.get_by_label("困难情况").fill("独居，冬天取暖困难")
    page.get_by_role("button", name="保存草稿").click()
    assert "半角数字" in page.locator("#amount-wrong").inner_text()
    page.screenshot(path=tmp_path / "wrong.png", full_page=True)
    assert page.get_by_label("困难情况").input_value() == "独居，冬天取暖困难"
    page.get_by_label("申请金额（元）").fill("1000")
    page.get_by_role("button", name="保存草稿").click()
    assert "草稿已保存" in page.get_by_role("status").inner_text()
    page.get_by_label("这份材料是").select_option("id_copy")
    page.get_by_label("或者选图片").set_input_files(picture)
    page.get_by_role("button", name="上传").click()
    assert "材料已收到" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="删去身份证复印件").click()
    page.get_by_role("link", name="撤回申请").click()
    page.get_by_role("button", name="确定撤回").click()
    assert "已撤回" in page.locator(".status").inner_text()
    context.close()


def test_a_neighbour_objects_without_scripts(browser: Browser, served: Served, tmp_path: Path) -> None:
    """From the list to the receipt with scripts off; the field for machines is not seen."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": WIDTH, "height": 740})
    page = context.new_page()
    page.goto(f"{served.address}/relief")
    page.get_by_role("link", name="对第 1 行提出异议").click()
    box = page.locator("#website").bounding_box()
    assert box is None or box["x"] < 0
    page.get_by_label("对哪一点有异议").fill("他家开着两个铺子")
    page.get_by_role("button", name="提交异议").click()
    page.screenshot(path=tmp_path / "receipt.png", full_page=True)
    assert page.locator(".receipt").inner_text().startswith("YY-")
    context.close()


def test_the_list_prints_as_a_notice(browser: Browser, served: Served, tmp_path: Path) -> None:
    """Printed it is one upright A4 sheet with title, table, channel, office and date, without menu or buttons."""
    page = browser.new_page()
    page.goto(f"{served.address}/relief")
    (tmp_path / "notice.pdf").write_bytes(page.pdf(prefer_css_page_size=True))
    paper = PdfReader(io.BytesIO((tmp_path / "notice.pdf").read_bytes()))
    assert [round(float(side) / 72 * 25.4) for side in paper.pages[0].mediabox[2:]] == [210, 297]
    assert len(paper.pages) == 1
    page.emulate_media(media="print")
    page.screenshot(path=tmp_path / "notice.png", full_page=True)
    assert not page.locator(".object").first.is_visible()
    assert not page.locator(".top").is_visible()
    assert page.locator(".sign").is_visible()
    page.close()


def test_the_desks_pages_fit_a_phone_too(browser: Browser, served: Served, tmp_path: Path) -> None:
    """The clerk's pages at 360 pixels: branches, members, the form, an application."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 740})
    page.goto(f"{served.address}/desk/login")
    page.get_by_label("账号名").fill("town")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{served.address}/desk/fund/apply")
    measured(page, tmp_path, "desk-start")
    page.get_by_role("link", name="幸福村党支部").click()
    measured(page, tmp_path, "desk-branch")
    page.get_by_role("link", name="王四").click()
    measured(page, tmp_path, "desk-form")
    page.goto(f"{served.address}/desk/fund/apply/case/{served.filed}")
    measured(page, tmp_path, "desk-case")
    page.close()
