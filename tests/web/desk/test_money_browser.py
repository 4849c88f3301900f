"""The fund's money in a real browser at an office's screen and a phone's: nothing is cut off, all is named."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from djflow.core.ids import PersonId
from tests.web.conftest import browser
from tests.web.desk.conftest import app_of
from tests.web.desk.fund_till import PEOPLE, ROOT, Till, till
from tests.web.desk.test_browser import NAMELESS_SHOWN
from tests.web.desk.test_fund_gifts import PERSON, UNIT, confirmed, pledged
from tests.web.desk.test_fund_money import INCOME, booked
from tests.web.desk.test_fund_payments import PAPER, answer_of, key, payment, sent
from tests.web.serving import served_at
from tests.web.test_browser import CONTRAST, SMALL_TARGETS

__all__ = ["browser", "till"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]

TOUR = ("", "/transfers", "/transfers/{transfer}", "/months", "/batches", "/batches/{batch}", "/payments/{failed}",
        "/payments/{doubt}", "/gifts", "/gifts/{gift}", "/years", "/annual/2026", "/proof", "/files")  # fmt: skip


def busy(till: Till) -> dict[str, str]:
    """Fill the books: money, donations, a batch with a failed and a doubtful line, one more that is ready."""
    booked(till)
    booked(till, account="raised", amount="1200", voucher="拨款通知2026-18号")
    gift = pledged(till, UNIT)
    till.done("kuaiji", f"{gift}/receive", voucher="S1", on="2026-11-17")
    confirmed(till)
    till.done("kuaiji", f"{gift}/issue")
    pledged(till, PERSON)
    till.done("kuaiji", "/income", **{**INCOME, "voucher": "B3"})
    number, file = sent(till, "B01", "B02", "B03", "C01")
    till.upload("chuna", f"/batches/{number}/answer", "answer", answer_of(file, failed=(key(2),), wrong=key(3)))
    doubt = payment(till, number, key(3))
    given = {"kind": "paid", "ground": "bank_letter"}
    till.upload("kuaiji", f"{payment(till, number, key(4))}/ruling", "evidence", PAPER, **given)
    till.upload("chuna", f"{doubt}/ruling", "evidence", PAPER, **given)
    found = re.search(r"/transfers/([0-9a-f]{32})", till["chuna"].text(f"{ROOT}/transfers"))
    assert found
    till["buzhang"].text(f"{ROOT}/annual/2026")
    till.done("buzhang", "/annual/2026/publish", sure="yes")
    return {
        "transfer": found[1],
        "batch": number,
        "failed": payment(till, number, key(2)).rpartition("/")[2],
        "doubt": doubt.rpartition("/")[2],
        "gift": gift.rpartition("/")[2],
    }


@pytest.fixture
def served(till: Till) -> Iterator[tuple[str, dict[str, str]]]:
    """The desk really served, its books full."""
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        named = aside.submit(busy, till).result()
    with served_at(app_of(till.house)) as address:
        yield address, named


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_of_the_money_fits_the_screen(
    browser: Browser,
    served: tuple[str, dict[str, str]],
    till: Till,
    ids: dict[str, PersonId],
    width: int,
    tmp_path: Path,
) -> None:
    """On a screen and on a phone nothing scrolls sideways, text is dark enough, all is named, targets are big."""
    assert ids
    base, named = served
    for login in ("kuaiji", "chuna") if width == 1280 else ("kuaiji",):
        assert login in PEOPLE
        context = browser.new_context(viewport={"width": width, "height": 844})
        token = till[login].cookies["desk"]
        context.add_cookies([{"name": "desk", "value": token, "domain": "127.0.0.1", "path": "/"}])
        page = context.new_page()
        complaints = list[str]()
        page.on("console", lambda message: complaints.append(message.text))  # noqa: B023 - closed within the turn
        for path in (*(ROOT + one for one in TOUR), "/relief/annual/2026"):
            page.goto(base + path.format(**named))
            shot = path.format(**named).replace("/", "-")
            page.screenshot(path=tmp_path / f"{login}{shot}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(CONTRAST) == [], path
            assert page.evaluate(NAMELESS_SHOWN) == [], path
            assert page.evaluate(SMALL_TARGETS) == [], path
        assert complaints == []
        context.close()


def test_a_receipt_is_downloaded(browser: Browser, served: tuple[str, dict[str, str]], till: Till) -> None:
    """The button on a donation's page brings a PDF under the receipt's name."""
    base, named = served
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "desk", "value": till["kuaiji"].cookies["desk"], "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    page.goto(f"{base}{ROOT}/gifts/{named['gift']}")
    with page.expect_download() as coming:
        page.get_by_role("button", name="捐赠收据").click()
    assert coming.value.suggested_filename == f"捐赠收据-{named['gift']}.pdf"
    assert coming.value.path().read_bytes().startswith(b"%PDF")
    context.close()


def test_a_cashier_uploads_the_answer(
    browser: Browser, served: tuple[str, dict[str, str]], till: Till, tmp_path: Path
) -> None:
    """With scripts off a file is chosen and sent; what went wrong is said on a page."""
    base, named = served
    (tmp_path / "回单.csv").write_bytes(b"nothing of ours")
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "desk", "value": till["chuna"].cookies["desk"], "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    page.goto(f"{base}{ROOT}/batches/{named['batch']}")
    page.get_by_label("回单文件").set_input_files(tmp_path / "回单.csv")
    page.get_by_role("button", name="导入", exact=True).click()
    assert "回单" in page.locator("main").inner_text()
    context.close()
