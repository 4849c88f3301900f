"""Documents at the desk: drafted in words, sent in, issued, acknowledged; the ledger; a banner on every page."""

import re

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House, documents_acts
from djflow.core.ids import PersonId
from djflow.documents.register import service as register
from djflow.people import service as people
from tests.assembly.documented import BY, Papers, staffed
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


def test_units_are_ticked_in_groups_and_attachments_written_with_the_text(papers: Papers, staff: Staff) -> None:
    """All towns or all departments get it; several issuers, contact and an attachment's text stand in the words."""
    office = staff.inside("w-clerk", Role.OFFICE_CLERK, person="A03")
    head = WORDS.replace(
        "\n\n", "\n发文机关：中共某区委组织部，某区财政局\n抄送：区委办\n附注：联系人：组织科\n附件：回执\n\n"
    )
    words = f"{head}\n\n【附件】回执\n| 单位 | 人数 |\n|---|---|\n| 大仓镇 | 2 |"
    sent = {"kind": "notice", "series": "fa", "words": words, "urgency": "加急"}
    made = office.send("/desk/documents/new", **sent, group="towns")
    page = office.text(made.headers["location"].partition("?")[0])
    assert ("大仓镇</th>" in page, "人社局" in page) == (True, False)
    form = office.text(f"{made.headers['location'].partition('?')[0]}/edit")
    assert all(line in form for line in ("发文机关：中共某区委组织部，某区财政局", "【附件】回执", "| 大仓镇 | 2 |"))
    with papers.house.reading() as session:
        (found, *_) = register.documents(session)
        text = register.text(session, found.id)
        gets, _ = register.units_of(session, found.id)
        towns = {unit.id for unit in people.units(session) if unit.entry.kind.is_town and unit.entry.active}
    assert (text.urgency, text.cc, text.annotation) == ("加急", ("区委办",), "联系人：组织科")
    assert (len(text.issuers), len(text.attachments[0].body), set(gets)) == (2, 1, towns)


def test_minutes_are_drafted_with_who_was_there(papers: Papers, staff: Staff) -> None:
    """出席, 请假 and 列席 are lists in the words of minutes."""
    office = staff.inside("w-clerk", Role.OFFICE_CLERK, person="A03")
    words = WORDS.replace("\n\n", "\n出席：张三，王喆\n请假：李䶮\n列席：区财政局\n\n")
    made = office.send("/desk/documents/new", kind="minutes", series="jiyao", words=words)
    assert made.status_code == 303
    with papers.house.reading() as session:
        (found, *_) = register.documents(session)
        rolls = register.text(session, found.id).rolls
    assert [(one.word, one.names) for one in rolls] == [
        ("出席", ("张三", "王喆")),
        ("请假", ("李䶮",)),
        ("列席", ("区财政局",)),
    ]


def test_the_archive_list_is_the_departments(papers: Papers, staff: Staff) -> None:
    """The office sees and takes it with the hashes; a unit has no such page."""
    found = papers.issued()
    documents_acts.void(papers.house, found.id, "有误", by=BY)
    office = staff.inside("w-clerk", Role.OFFICE_CLERK, person="A03")
    page = office.text("/desk/documents/archive?year=2026")
    assert ("作废1份" in page, found.number in page, "甲A01" in page) == (True, True, True)
    taken = office.send("/desk/documents/archive", year="2026")
    assert taken.content.startswith(b"PK")
    liaison = staff.inside("w-liaison", Role.UNIT_LIAISON, person="A04")
    assert liaison.ask("/desk/documents/archive").status_code == 404
    assert "归档目录" not in liaison.text("/desk/documents")
