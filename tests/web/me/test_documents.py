"""Documents on the phone of whoever answers for a unit: the list, one document, 签收, 会签, files."""

import pytest

from djflow.assembly import House, documents_phone, upkeep
from djflow.core.ids import PersonId
from djflow.documents.register.sharing import service as sharing
from djflow.web.app import create_app
from djflow.web.me.documents import documents_router
from djflow.web.me.routes import me_router
from tests.assembly.documented import TEXT, Papers, staffed
from tests.web.me.approvers import code_now, phone_with, token_for
from tests.web.me.conftest import Phone, link_path


@pytest.fixture
def papers(house: House, ids: dict[str, PersonId]) -> Papers:
    """The house with its staff."""
    return staffed(house, ids)


def phone_at(papers: Papers, code: str) -> Phone:
    """Return somebody's phone, on which the first page and the pages of documents open."""
    house = papers.house
    app = create_app(
        upkeep.board_source(house), extra_routers=[documents_router(house), me_router(house)], clock=house.clock
    )
    return Phone(app, link_path(house, papers.ids[code]))


def test_a_liaison_acknowledges_with_a_tap(papers: Papers) -> None:
    """The first page says that something waits; number, title and days stand there; the button acknowledges."""
    found = papers.issued()
    phone = phone_at(papers, "A04")
    assert "1 份等您办" in phone.get().text
    assert found.number in phone.get("/document").text
    page = f"/document/{found.id}"
    shown = phone.get(page).text
    assert all(words in shown for words in (TEXT.title, found.number, "印发", "签收期限", "人力资源和社会保障局"))
    act = f"{page}/acknowledge".removeprefix("/")
    answer = phone.tap(page, act)
    assert (answer.status_code, answer.headers["location"].rpartition("?")[2]) == (303, "said=acknowledge")
    after = phone.get(f"{page}?said=acknowledge").text
    assert ("已签收。" in after, f'action="{phone.link}{page}/acknowledge"' in after) == (True, False)
    with papers.house.reading() as session:
        assert [one.acknowledged_at is not None for one in sharing.receipts(session, found.id)].count(True) == 1
    assert "等您办" not in phone.get().text


def test_the_files_are_downloaded(papers: Papers) -> None:
    """The .docx comes as an attachment that nobody keeps on the way; without the page's form it does not come."""
    found = papers.issued()
    phone = phone_at(papers, "A04")
    (kept, *_) = documents_phone.document(papers.house, papers.ids["A04"], found.id).files
    page, act = f"/document/{found.id}", f"document/{found.id}/file/{kept.id}"
    answer = phone.tap(page, act)
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"].startswith("no-store")
    assert phone.get(f"/{act}").status_code == 405
    assert phone.ask(f"{phone.link}/{act}", "POST", "form=x").status_code == 403


def test_papers_of_others_do_not_exist(papers: Papers) -> None:
    """Another unit's liaison and the drafter find neither line nor page; a foreign page cannot acknowledge."""
    found = papers.issued()
    page = f"/document/{found.id}"
    for code in ("B03", "B02"):
        phone = phone_at(papers, code)
        assert "<h2>公文</h2>" not in phone.get().text
        assert found.number not in phone.get("/document").text
        assert phone.get(page).status_code == 404
        assert phone.ask(f"{phone.link}{page}/acknowledge", "POST", "form=x").status_code in {403, 404}
    own = phone_at(papers, "A04")
    own.get(page)
    assert own.ask(f"{own.link}{page}/acknowledge", "POST", "form=x").status_code == 403
    with papers.house.reading() as session:
        assert not any(one.acknowledged_at for one in sharing.receipts(session, found.id))


def test_a_unit_countersigns_with_the_text_before_it(papers: Papers) -> None:
    """A refusal without an opinion, or no answer, is said; what was typed stands there again; then it is kept."""
    found = papers.sent(countersigns=(papers.units["LAW"],))
    papers.decide(found, "A03")
    phone = phone_at(papers, "B03")
    assert "等会签" in phone.get("/document").text
    page = f"/document/{found.id}"
    act = f"{page}/countersign".removeprefix("/")
    assert "请于12月5日前报送。" in phone.get(page).text
    wrong = phone.tap(page, act, agreed="maybe", opinion="想一想")
    assert (wrong.status_code, "请选同意或不同意" in wrong.text, "想一想" in wrong.text) == (400, True, True)
    refused = phone.tap(page, act, agreed="no")
    assert (refused.status_code, "不同意要写明意见" in refused.text) == (400, True)
    assert phone.tap(page, act, agreed="no", opinion="时间不够").status_code == 303
    after = phone.get(page).text
    assert ("时间不够" in after, "提交意见" in after) == (True, False)


def test_the_signer_reads_the_text_on_the_phone_after_the_code(papers: Papers) -> None:
    """The link alone tells nothing of the text; with the code title, recipients and paragraphs stand there."""
    found = papers.sent()
    token = token_for(papers.house, found.subject)
    phone = phone_with(papers.house, token)
    assert TEXT.title not in phone.get().text
    phone.tap("", "code")
    phone.tap("", "open", code=code_now(papers.house, token))
    page = phone.get().text
    assert all(words in page for words in (f"标题：{TEXT.title}", "主送：各镇（乡）党委", "请于12月5日前报送。"))
