"""Donations at the desk: the register, two persons for the money, papers to print, persons never named."""

import io
import re

from pypdf import PdfReader

from djflow.assembly import House
from djflow.audit import service as audit
from tests.web.desk.fund_till import ROOT, Till, till

__all__ = ["till"]

UNIT = {
    "kind": "unit",
    "name": "某某公司",
    "amount": "8000",
    "method": "transfer",
    "earmark": "大病党员帮扶",
    "key": "k1",
}
PERSON = {"kind": "person", "name": "欧阳小明", "amount": "200", "method": "cash", "anonymous": "yes", "key": "k2"}
BOOKING = re.compile(r"/bookings/([0-9a-f]{32})/")


def pledged(till: Till, form: dict[str, str]) -> str:
    """Write a pledge down and return its page's path."""
    till["kuaiji"].text(f"{ROOT}/gifts")
    return till.done("kuaiji", "/gifts", **form).removeprefix(ROOT).partition("?")[0]


def confirmed(till: Till) -> None:
    """Let the cashier confirm what waits."""
    found = BOOKING.search(till["chuna"].text(ROOT))
    assert found
    till.done("chuna", f"/bookings/{found[1]}/confirm")


def words(pdf: bytes) -> str:
    """Return a PDF's text without blanks."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_donation_walks_its_way(till: Till, house: House) -> None:
    """Pledge, arrival by two persons, receipt, papers, thanks, refund by two; the receipt then prints as void."""
    path = pledged(till, UNIT)
    assert pledged(till, UNIT) == path
    assert "打印" not in till["kuaiji"].text(f"{ROOT}{path}").partition("<main")[2]
    assert "还没有开收据" in till.refused("kuaiji", f"{path}/receipt")
    assert "凭证号" in till.refused("kuaiji", f"{path}/receive")
    till.done("kuaiji", f"{path}/receive", voucher="S1", on="2026-11-17")
    page = till["kuaiji"].text(f"{ROOT}{path}")
    assert ("等出纳复核" in page, "登记，等出纳复核" in page) == (True, False)
    confirmed(till)
    till.done("kuaiji", f"{path}/issue")
    receipt = till["chuna"].send(f"{ROOT}{path}/receipt")
    assert receipt.headers["content-type"] == "application/pdf"
    printed = words(receipt.content)
    for word in (
        "JZ2026-0001",
        "某某公司",
        "捌仟元整",
        "8,000.00",
        "2026年11月17日",
        "银行转账",
        "大病党员帮扶",
        "有效",
    ):
        assert word in printed, word
    assert "捌仟元整" in words(till["kuaiji"].send(f"{ROOT}{path}/certificate").content)
    till.done("kuaiji", f"{path}/thank")
    till.done("kuaiji", f"{path}/refund")
    confirmed(till)
    assert "已作废" in words(till["kuaiji"].send(f"{ROOT}{path}/receipt").content)
    assert "已经退还" in till.refused("kuaiji", f"{path}/certificate")
    with house.reading() as session:
        assert [one.action for one in audit.latest(session)].count("donation.print") == 3


def test_persons_are_not_named(till: Till) -> None:
    """An anonymous person's name stands on no page; a leader may neither register nor print."""
    path = pledged(till, PERSON)
    for login in ("kuaiji", "chuna", "buzhang", "shenji"):
        for page in (till[login].text(f"{ROOT}/gifts"), till[login].text(f"{ROOT}{path}")):
            assert "欧阳小明" not in page
            assert "匿名" in page
    assert "现金" in till["shenji"].text(f"{ROOT}/gifts?state=pledged")
    assert "没有符合的捐款" in till["shenji"].text(f"{ROOT}/gifts?state=thanked")
    assert till["shenji"].ask(f"{ROOT}/gifts?state=x").status_code == 400
    assert "登记认捐" not in till["chuna"].text(f"{ROOT}/gifts")
    for login in ("buzhang", "shenji"):
        assert till[login].send(f"{ROOT}{path}/receipt").status_code == 403
    assert till["chuna"].send(f"{ROOT}{path}/issue").status_code == 403
    till.done("kuaiji", f"{path}/withdraw")
    assert "已撤回" in till["kuaiji"].text(f"{ROOT}{path}")


def test_bad_pledges_are_explained(till: Till) -> None:
    """A missing name, a strange way, a bad amount, categories without a purpose."""
    till["kuaiji"].text(f"{ROOT}/gifts")
    for change, sentence in (
        ({"name": " "}, "名称"),
        ({"method": "gold"}, "捐款方式"),
        ({"amount": "八千"}, "金额的写法"),
        ({"earmark": "", "category": "regular"}, "专项用途"),
        ({"category": "nothing"}, "没有这种帮扶类别"),
        ({"earmark": "大" * 101}, "100"),
    ):
        assert sentence in till.refused("kuaiji", "/gifts", **{**UNIT, **change}), change
    pledged(till, UNIT)
    assert "另一笔捐款" in till.refused("kuaiji", "/gifts", **{**UNIT, "amount": "9"})
    assert "满" in till.refused("kuaiji", f"{pledged(till, {**PERSON, 'amount': '1'})}/certificate")
