"""Documents on a phone in a real browser at 360×780, light and dark."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from djflow.assembly import House, upkeep
from djflow.core.ids import PersonId
from djflow.documents.register.model import Document
from djflow.web.app import create_app
from djflow.web.me.approve import approve_router
from djflow.web.me.documents import documents_router
from djflow.web.me.routes import me_router
from tests.assembly.documented import TEXT, Papers, staffed
from tests.web.conftest import browser
from tests.web.me.approvers import code_now, token_for
from tests.web.me.conftest import link_path
from tests.web.me.test_phone import checked
from tests.web.serving import served_at

__all__ = ["browser"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
LONG = "关于进一步规范全区镇（乡）党委和区级有关部门基层党建重点任务推进情况报送工作的通知"


def serving(house: House) -> AbstractContextManager[str]:
    """Serve the phone pages of a house really, and give their address."""
    routers = [approve_router(house), documents_router(house), me_router(house)]
    app = create_app(upkeep.board_source(house), extra_routers=routers, clock=house.clock)
    return served_at(app)


@pytest.fixture
def papers(house: House, ids: dict[str, PersonId]) -> tuple[Papers, Document, Document, Document]:
    """The house with a document to acknowledge, one to countersign and one to proofread."""

    def made() -> tuple[Papers, Document, Document, Document]:
        known = staffed(house, ids)
        issued = known.issued(text=replace(TEXT, title=LONG))
        asked = known.sent(countersigns=(known.units["HR"],), text=replace(TEXT, title=LONG))
        known.decide(asked, "A03")
        return known, issued, asked, known.sent()

    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        return aside.submit(made).result()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_documents_fit_a_phone(
    browser: Browser,
    papers: tuple[Papers, Document, Document, Document],
    scheme: Literal["light", "dark"],
    tmp_path: Path,
) -> None:
    """List, receipt and countersigning are readable and usable with a thumb; the file arrives; without scripts too."""
    known, issued, asked, _ = papers
    with serving(known.house) as address:
        context = browser.new_context(viewport={"width": 360, "height": 780}, color_scheme=scheme)
        page = context.new_page()
        shot = iter(range(20))

        def seen() -> None:
            checked(page)
            page.screenshot(path=tmp_path / f"{scheme}-{next(shot)}.png", full_page=True)

        page.goto(f"{address}{link_path(known.house, known.ids['A04'])}")
        seen()
        page.get_by_role("link", name="本单位的公文").click()
        seen()
        page.get_by_role("link", name=issued.number).click()
        seen()
        with page.expect_download() as coming:
            page.get_by_role("button", name="Word").click()
        assert coming.value.suggested_filename == f"{issued.number}.docx"
        page.get_by_role("button", name="签收").click()
        page.get_by_text("已签收。").wait_for()
        seen()
        page.get_by_role("link", name="本单位的公文").click()
        page.get_by_role("link", name=asked.name).click()
        seen()
        page.get_by_text("同意", exact=True).click()
        page.get_by_role("button", name="提交意见").click()
        page.get_by_text("会签意见已提交。").wait_for()
        seen()
        context.close()


def test_the_signer_reads_a_text_on_a_phone(
    browser: Browser, papers: tuple[Papers, Document, Document, Document], tmp_path: Path
) -> None:
    """After the code the text stands on the page and fits it."""
    known, _, _, sent = papers
    with serving(known.house) as address, ThreadPoolExecutor(1) as aside:
        page = browser.new_page(viewport={"width": 360, "height": 780})
        token = aside.submit(token_for, known.house, sent.subject).result()
        page.goto(f"{address}/me/approve/{token}")
        page.get_by_role("button", name="获取验证码").click()
        page.get_by_label("验证码").fill(aside.submit(code_now, known.house, token).result())
        page.get_by_role("button", name="打开内容").click()
        page.get_by_text("请于12月5日前报送。").wait_for()
        checked(page)
        page.screenshot(path=tmp_path / "matter.png", full_page=True)
        page.close()
