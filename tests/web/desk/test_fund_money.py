"""The fund's books at the desk: two persons book, everybody of finance reads, nobody else finds the pages."""

import io
import re
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from djflow.accounts.model import Role
from djflow.assembly import House, treasury
from djflow.audit import service as audit
from djflow.settings.ledger_file import AnchorTable, LedgerFile
from tests.web.desk.conftest import Staff
from tests.web.desk.fund_till import ROOT, Till, till

__all__ = ["till"]

INCOME = {"account": "fiscal", "amount": "30000.50", "voucher": "B1", "on": "2026-11-17"}
BOOKING = re.compile(r"/bookings/([0-9a-f]{32})/")
TRANSFER = re.compile(r"/transfers/([0-9a-f]{32})")


def booked(till: Till, **more: str) -> None:
    """Let finance record money and the cashier confirm it."""
    till.done("kuaiji", "/income", **{**INCOME, **more})
    found = BOOKING.search(till["chuna"].text(ROOT))
    assert found
    till.done("chuna", f"/bookings/{found[1]}/confirm")


def test_two_persons_book_money(till: Till) -> None:
    """Finance fills in the form, the cashier sees it and confirms; only then the balance shows it."""
    till.done("kuaiji", "/income", **INCOME)
    assert "有一笔“资金到账”等您复核" in till["chuna"].text("/desk")
    page = till["chuna"].text(ROOT)
    assert "等出纳复核" in page
    assert "复核入账" in page
    assert "复核入账" not in till["kuaiji"].text(ROOT)
    assert "登记到账" not in page
    found = BOOKING.search(page)
    assert found
    assert till["kuaiji"].send(f"{ROOT}/bookings/{found[1]}/confirm").status_code == 403
    assert till.done("chuna", f"/bookings/{found[1]}/confirm") == f"{ROOT}?said=confirmed"
    page = till["chuna"].text(f"{ROOT}?said=confirmed")
    assert "已复核入账" in page
    assert "等您复核" not in till["chuna"].text("/desk")
    assert page.count("30,000.50") >= 4
    assert "刷新后查看" in till.refused("chuna", f"/bookings/{found[1]}/refuse")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": "３０００"}, "金额的写法"),
        ({"amount": "1e3"}, "金额的写法"),
        ({"amount": "-5"}, "大于零"),
        ({"amount": "0"}, "大于零"),
        ({"amount": "1.005"}, "金额的写法"),
        ({"voucher": ""}, "凭证号"),
        ({"on": "2026-13-01"}, "到账日期"),
        ({"on": "2026-12-01"}, "还没有到"),
    ],
)
def test_odd_input_is_explained(till: Till, change: dict[str, str], words: str) -> None:
    """Each bad field is answered in Chinese and nothing waits."""
    assert words in till.refused("kuaiji", "/income", **{**INCOME, **change})
    assert "等出纳复核" not in till["chuna"].text(ROOT)


def test_others_do_not_find_the_money(till: Till, staff: Staff) -> None:
    """The menu of other roles does not name the books, and their addresses are refused; readers get no forms."""
    clerk = staff.inside("zhang", Role.OFFICE_CLERK, person="C01")
    assert "基金账" not in clerk.text("/desk")
    assert clerk.ask(ROOT).status_code == 403
    for login in ("buzhang", "shenji"):
        page = till[login].text(ROOT)
        assert "基金账" in page
        assert "登记到账" not in page
        assert till[login].send(f"{ROOT}/income", **INCOME).status_code == 403


def test_transfers_are_found_and_taken_back(till: Till) -> None:
    """Filters narrow the list; a transfer's page shows both hands and its hash, and takes a reversal with a reason."""
    booked(till)
    booked(till, account="dues", amount="5", voucher="B2")
    page = till["shenji"].text(f"{ROOT}/transfers?account=dues&first=2026-11-01&last=2026-11-30")
    assert ("B2" in page, "B1<" in page) == (True, False)
    assert "没有符合的账目" in till["shenji"].text(f"{ROOT}/transfers?kind=void")
    found = TRANSFER.search(page)
    assert found
    life = till["kuaiji"].text(f"{ROOT}/transfers/{found[1]}")
    assert all(word in life for word in ("kuaiji", "chuna", "B2", "这一笔的校验码", "登记冲回"))
    assert "登记冲回" not in till["chuna"].text(f"{ROOT}/transfers/{found[1]}")
    path = f"/transfers/{found[1]}/reverse"
    assert "请选冲回的原因" in till.refused("kuaiji", path, amount="5", reason="")
    assert "不能更多" in till.refused("kuaiji", path, amount="5.01", reason="mistake")
    till.done("kuaiji", path, amount="2", reason="mistake")
    waiting = BOOKING.search(till["chuna"].text(ROOT))
    assert waiting
    till.done("chuna", f"/bookings/{waiting[1]}/confirm")
    life = till["kuaiji"].text(f"{ROOT}/transfers/{found[1]}")
    assert "更正差错" in life
    assert "3.00 元" in life
    for bad in ("kind=x", "before=x", "first=x"):
        assert till["shenji"].ask(f"{ROOT}/transfers?{bad}").status_code == 400


def test_long_lists_are_paged(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page shows a page's worth and leads on to the older ones with its filters."""
    monkeypatch.setattr("djflow.assembly.fund_books.LINES", 1)
    monkeypatch.setattr("djflow.assembly.fund_books.search.__kwdefaults__", {"count": 1})
    booked(till)
    booked(till, voucher="B2")
    page = till["shenji"].text(f"{ROOT}/transfers?account=fiscal")
    assert "B1<" not in page
    older = re.search(r'href="([^"]+before=2[^"]+)"', page)
    assert older
    assert "B1<" in till["shenji"].text(older[1].replace("&amp;", "&"))


def test_months_and_years_are_shown(till: Till) -> None:
    """The month shows what came in by source; a year that is not over cannot be closed."""
    booked(till)
    page = till["shenji"].text(f"{ROOT}/months")
    assert "11月" in page
    assert "30,000.50" in page
    assert "这一年还没有账" in till["shenji"].text(f"{ROOT}/months?year=2027")
    assert till["shenji"].ask(f"{ROOT}/months?year=x").status_code == 404
    assert "没有可以结账的年份" in till["kuaiji"].text(f"{ROOT}/years")
    assert "没有可以结账的年份" in till.refused("kuaiji", "/years", year="2026")


def test_the_books_are_proved(till: Till) -> None:
    """The proof says how many lines hold and shows the head; a head kept outside is found, another one is not."""
    booked(till)
    page = till["shenji"].text(f"{ROOT}/proof")
    head = re.search(r'class="hash">([0-9a-f]{64})', page)
    assert head
    answer = till["shenji"].send(f"{ROOT}/proof")
    assert "账册共 1 笔，首尾相连" in answer.text
    assert "还没有发过" in answer.text
    anchored = LedgerFile(anchor=AnchorTable(persons=("A03",)))
    treasury.send_anchor(replace(till.house, settings=replace(till.house.settings, ledger=anchored)))
    assert "上次外发留存</dt><dd>2026年11月18日" in till["shenji"].text(f"{ROOT}/proof")
    assert till.done("shenji", "/proof/anchor", anchor=head[1].upper()) == f"{ROOT}/proof?said=anchor"
    assert "64 位" in till.refused("shenji", "/proof/anchor", anchor="abc")
    lost = till["shenji"].send(f"{ROOT}/proof/anchor", anchor="1" * 64)
    assert lost.status_code == 500


def test_files_are_handed_out_and_recorded(till: Till, house: House) -> None:
    """Excel, CSV, beancount, the month and the audit's file come as attachments; who took each is in the record."""
    booked(till, voucher="=B1")
    span = {"first": "2026-01-01", "last": "2026-11-18"}
    excel = till["shenji"].send(f"{ROOT}/files/xlsx", **span)
    assert "attachment" in excel.headers["content-disposition"]
    rows = list(load_workbook(io.BytesIO(excel.content)).worksheets[0].iter_rows(values_only=True))
    assert rows[3][2:4] == ("财政拨款", "入账")
    table = till["shenji"].send(f"{ROOT}/files/csv", **span).content.decode("utf-8-sig")
    assert ",30000.50," in table
    assert ",'=B1," in table
    assert "30000.50 CNY" in till["shenji"].send(f"{ROOT}/files/beancount").text
    for form, fields in (("audit", span), ("month", {"month": "2026-11"})):
        answer = till["shenji"].send(f"{ROOT}/files/{form}", **fields)
        assert load_workbook(io.BytesIO(answer.content)).sheetnames == ["汇总", "明细", "批次"]
    with house.reading() as session:
        acts = [entry.action for entry in audit.latest(session)]
    assert acts.count("ledger.export") == 3
    assert {"payment.audit_export", "payment.statement"} <= set(acts)
    assert till["shenji"].send(f"{ROOT}/files/exe").status_code == 404
    assert "早于" in till.refused("shenji", "/files/csv", first="2026-11-18", last="2026-11-17")
    assert "开始日期" in till.refused("shenji", "/files/csv", last="2026-11-17")


def test_a_leader_publishes_the_year(till: Till) -> None:
    """Nobody reads the year before a leader has published it; a later change is said at the desk, not shown outside."""
    stranger = till["shenji"]
    assert stranger.ask("/relief/annual/2026").status_code == 404
    booked(till)
    page = till["kuaiji"].text(f"{ROOT}/annual/2026")
    assert "没有公开" in page
    assert "向社会公开" not in page
    assert till["kuaiji"].send(f"{ROOT}/annual/2026/publish", sure="yes").status_code == 403
    till["buzhang"].text(f"{ROOT}/annual/2026")
    assert "我已核对" in till.refused("buzhang", "/annual/2026/publish")
    till.done("buzhang", "/annual/2026/publish", sure="yes")
    public = stranger.text("/relief/annual/2026")
    assert "党内温暖工程基金公示</a>" in public
    assert "noindex" not in public
    assert "30,000.50" in public
    assert "财政拨款" in public
    booked(till, voucher="B2", amount="1")
    assert "公开以后有变动" in till["buzhang"].text(f"{ROOT}/annual/2026")
    assert "30,001.50" not in stranger.text("/relief/annual/2026")
    assert stranger.ask("/relief/annual/x").status_code == 404
    assert till["buzhang"].ask(f"{ROOT}/annual/2027").status_code == 404
