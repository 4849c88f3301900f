"""Documents at the desk: drafted in words, sent in, issued, acknowledged; the ledger; a banner on every page."""

import re

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House
from djflow.core.ids import PersonId
from tests.assembly.documented import Papers, staffed
from tests.web.desk.conftest import Staff

WORDS = "标题：关于报送情况的通知\n主送：各镇（乡）党委\n\n现将有关事项通知如下。\n一、报送内容\n请于12月5日前报送。"


@pytest.fixture
def papers(house: House, ids: dict[str, PersonId]) -> Papers:
    """The house with its staff."""
    return staffed(house, ids)


def test_a_draft_is_written_issued_and_acknowledged(papers: Papers, staff: Staff) -> None:
    """The office drafts and numbers, the liaison acknowledges; each page carries the banner."""
    office = staff.inside("w-clerk", Role.OFFICE_CLERK, person="A03")
    assert "严禁处理涉密信息" in office.text("/desk/documents/new")
    refused = office.send("/desk/documents/new", kind="notice", series="fa", words=WORDS + "\n（机密）")
    assert (refused.status_code, "没有保存" in refused.text, "报送内容" in refused.text) == (400, True, False)
    made = office.send("/desk/documents/new", kind="notice", series="fa", words=WORDS, recipient=papers.units["HR"])
    path = made.headers["location"].partition("?")[0]
    assert "请于12月5日前报送。" in office.text(path)
    assert "一、报送内容" in office.text(f"{path}/edit")
    found = papers.issued()
    page = office.text(f"/desk/documents/{found.id}")
    assert "签发：甲A01" in page
    assert 'value="archive"' not in page
    liaison = staff.inside("w-liaison", Role.UNIT_LIAISON, person="A04")
    assert found.number in liaison.text("/desk/documents")
    assert liaison.ask(path).status_code == 404
    one = liaison.text(f"/desk/documents/{found.id}")
    (first, *_) = re.findall(rf"/desk/documents/{found.id}/file/([0-9a-f]+)", one)
    assert liaison.send(f"/desk/documents/{found.id}/file/{first}").content.startswith((b"PK", b"%PDF"))
    assert liaison.send(f"/desk/documents/{found.id}/acknowledge").status_code == 303
    assert "已签收" in liaison.text("/desk/documents")


def test_the_ledger_shows_void_numbers_and_takes_paper_ones(papers: Papers, staff: Staff) -> None:
    """A voided document keeps its number there; numbers used on paper are entered once."""
    office = staff.inside("w-clerk", Role.OFFICE_CLERK, person="A03")
    found = papers.issued()
    office.text(f"/desk/documents/{found.id}")
    assert office.send(f"/desk/documents/{found.id}/act", act="void").status_code == 400
    assert office.send(f"/desk/documents/{found.id}/act", act="void", reason="有误").status_code == 303
    page = office.text("/desk/documents/numbers?series=fa")
    assert ("作废" in page, "有误" in page, "示组发〔2026〕2号" in page) == (True, True, True)
    assert office.send("/desk/documents/numbers", series="fa", through="1").status_code == 400
    assert office.send("/desk/documents/numbers", series="fa", through="5").status_code == 303
    assert "示组发〔2026〕6号" in office.text("/desk/documents/numbers?series=fa")
