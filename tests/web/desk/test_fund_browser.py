"""The fund's pages in a real browser, at an office's screen and at a small phone's, with scripts off."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from djflow.accounts.model import Role
from djflow.assembly import House, fund_desk, relief
from djflow.assembly.fund_acts import DeskAct
from djflow.assembly.fund_desk import Call, ForOther
from djflow.fund.cases.model import FundCase
from djflow.fund.publicity.model import NewObjection, Via
from tests.assembly.conftest import house
from tests.assembly.test_relief import approve
from tests.fund.books import photo
from tests.web.conftest import browser
from tests.web.desk.conftest import Staff, app_of
from tests.web.desk.fund_office import FundOffice, settle_office
from tests.web.desk.test_browser import NAMELESS_SHOWN, entered, with_scripts
from tests.web.serving import served_at
from tests.web.test_browser import CONTRAST, SMALL_TARGETS

__all__ = ["browser", "house"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
FORMS = ("visit", "deliberate", "flag", "attach", "object", "settle", "withdraw")


def on_their_way(office: FundOffice) -> FundCase:
    """Bring one case to an objection on the branch's board, another into the emergency lane; return the first."""
    case = office.voted()
    approve(office.house, case.id)
    with office.house.reading() as session:
        from djflow.fund.publicity import service as publicity

        period = publicity.periods_of(session, case.id)[0]
    relief.object_to(office.house, period.id, NewObjection("他家有两辆车", Via.PAGE), by="page")
    urgent = office.urgent()
    account = Staff(office.house).make("clerk", Role.OFFICE_CLERK, person="K2")
    call = Call("M1", office.house.now() - timedelta(minutes=10))
    fund_desk.phone(office.house, account, urgent.number, call, ForOther("洪水", "D2"))
    fund_desk.step(office.house, account, urgent.number, DeskAct.FAST_TRACK)
    return case


@pytest.fixture
def served(house: House) -> Iterator[tuple[str, FundCase]]:
    """The fund's desk really served, with two cases on their way."""
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        case = aside.submit(lambda: on_their_way(settle_office(house))).result()
    Staff(house).make("branch", Role.BRANCH_SECRETARY, person="G3")
    with served_at(app_of(house)) as address:
        yield address, case


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_fits_the_screen(browser: Browser, served: tuple[str, FundCase], width: int, tmp_path: Path) -> None:
    """On a screen and on a small phone nothing scrolls sideways, text is dark enough, all is named, targets are big."""
    base, case = served
    context = entered(browser, base, "clerk", width)
    page = with_scripts(browser, context, width)
    complaints = list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    paths = ["/desk/fund", f"/desk/fund/{case.number}", "/desk/fund/WF2026-0002", "/desk/fund/crosscheck"]
    paths += [f"/desk/fund/{case.number}/{form}" for form in FORMS]
    for path in paths:
        page.goto(base + path)
        name = path.removeprefix("/desk/").replace("/", "-")
        page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(CONTRAST) == [], path
        assert page.evaluate(NAMELESS_SHOWN) == [], path
        assert page.evaluate(SMALL_TARGETS) == [], path
    page.goto(f"{base}/desk/fund/{case.number}")
    page.get_by_role("button", name="打开申请内容").click()
    page.screenshot(path=tmp_path / f"look-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "张小明" in page.content()
    assert complaints == []
    page.context.close()
    context.close()


def test_a_secretary_withdraws_with_a_scan(browser: Browser, served: tuple[str, FundCase], tmp_path: Path) -> None:
    """With scripts off: from the board to the case, the form with a wrong person keeps its words, then it is done."""
    base, case = served
    paper = tmp_path / "scan.jpg"
    paper.write_bytes(photo(colour="green"))
    context = entered(browser, base, "branch", 390)
    page = context.pages[0]
    page.get_by_role("link", name="温暖基金", exact=True).click()
    page.get_by_role("link", name=case.number).click()
    page.get_by_role("link", name="代申请人撤回").click()
    page.get_by_label("为什么撤回").fill("本人不需要了，行动不便由支部代办")
    page.get_by_label("在场的另一人").fill("G2")
    page.get_by_label("撤回申请书").set_input_files(paper)
    page.get_by_role("button", name="代申请人撤回").click()
    assert "不能是申请人或其亲属" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("为什么撤回").input_value() == "本人不需要了，行动不便由支部代办"
    page.screenshot(path=tmp_path / "refused.png", full_page=True)
    page.get_by_label("在场的另一人").fill("G4")
    page.get_by_label("撤回申请书").set_input_files(paper)
    page.get_by_role("button", name="代申请人撤回").click()
    assert "已撤回" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="查看书面请求（代办凭据）").click()
    assert page.evaluate("document.contentType") == "image/jpeg"
    context.close()
