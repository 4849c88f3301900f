"""Documents of dispatch at the desk: the list, the files, nobody else's."""

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House
from djflow.core.ids import PersonId
from tests.assembly.posted import Out, appointed, staffed
from tests.web.desk.conftest import Staff

ROOT = "/desk/dispatch/papers/posting"


@pytest.fixture
def out(house: House, ids: dict[str, PersonId]) -> Out:
    """A house whose people are sent out."""
    return staffed(house, ids)


def test_documents_are_taken_out(out: Out, staff: Staff) -> None:
    """The list says what is owed; each document comes as .docx and PDF; then it counts as issued."""
    posting = appointed(out)
    clerk = staff.inside("ganbu", Role.CADRE_CLERK, person="B02")
    page = clerk.text(f"{ROOT}/{posting.id}")
    assert page.count("待出") >= 1
    assert "还没有召回" in page
    one = clerk.text(f"{ROOT}/{posting.id}/dispatch_letter")
    assert ("派遣函" in one, "期满考核表" in one) == (True, False)
    made = clerk.send(f"{ROOT}/{posting.id}/dispatch_letter", form="pdf", number="某组函〔2026〕7号")
    assert made.headers["content-type"] == "application/pdf"
    assert made.content.startswith(b"%PDF")
    word = clerk.send(f"{ROOT}/{posting.id}/dispatch_letter", form="docx")
    assert word.content.startswith(b"PK")
    assert "wordprocessingml" in word.headers["content-type"]
    assert "已出" in clerk.text(f"{ROOT}/{posting.id}/dispatch_letter")


def test_a_wrong_wish_is_answered(out: Out, staff: Staff) -> None:
    """An unknown document, a wrong number, an occasion that has not come: a page with one sentence."""
    posting = appointed(out)
    clerk = staff.inside("ganbu", Role.CADRE_CLERK, person="B02")
    clerk.text(f"{ROOT}/{posting.id}")
    assert clerk.ask(f"{ROOT}/{posting.id}/letter").status_code == 404
    refused = clerk.send(f"{ROOT}/{posting.id}/dispatch_letter", form="pdf", number="第7号")
    assert (refused.status_code, "〔2026〕7号" in refused.text) == (400, True)
    assert "还没有召回" in clerk.send(f"{ROOT}/{posting.id}/recall_notice", form="pdf").text
    assert clerk.ask(f"{ROOT}/{'0' * 32}").status_code == 404
