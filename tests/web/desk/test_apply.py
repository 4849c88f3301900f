"""At the desk a branch's secretary or a township's clerk applies for members of the own branches."""

import re

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House
from djflow.core.ids import PersonId
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CaseState, Filing
from tests.fund.books import SECRETS, Branch, photo, settle
from tests.web.desk.conftest import Browser, Staff
from tests.web.me.fund_phone import FIELDS

ROOT = "/desk/fund/apply"


@pytest.fixture
def branch(house: House, ids: dict[str, PersonId]) -> Branch:
    """The branches and their members; the clerk's township is theirs."""
    assert ids
    with house.transaction() as session:
        return settle(session, house.now())


@pytest.fixture
def clerk(staff: Staff, branch: Branch) -> Browser:
    """A township's clerk who is logged in."""
    assert branch["G1"]
    return staff.inside("town", Role.TOWN_CLERK, unit="T1")


def send_files(browser: Browser, case: str, kind: str, *files: bytes) -> int:
    """Send papers as a browser does and return the status."""
    browser.text(f"{ROOT}/case/{case}")
    form = {"form_key": browser.key, "kind": kind}
    return browser.ask(f"{ROOT}/case/{case}/material", form, files=files).status_code


def filed(browser: Browser, person: str) -> str:
    """Fill in the form for a member and return the case's id."""
    browser.text(f"{ROOT}/person/{person}")
    answer = browser.send(f"{ROOT}/person/{person}", **FIELDS)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2].partition("?")[0]


def test_a_clerk_files_for_a_member(house: House, branch: Branch, clerk: Browser) -> None:
    """From the own branch to the member, the form, the papers, the submission; what was written is not shown again."""
    assert "幸福村党支部" in clerk.text(ROOT)
    members = clerk.text(f"{ROOT}/branch/B1")
    assert f"{ROOT}/person/{branch['G1']}" in members
    case = filed(clerk, branch["G1"])
    page = clerk.text(f"{ROOT}/case/{case}?said=filed")
    assert "还缺：申请表" in page
    assert not any(secret in page for secret in SECRETS[1:])
    for kind in re.findall(r'<option value="([a-z_]+)">[^<]*（还缺）', page):
        assert send_files(clerk, case, kind, photo()) == 303
    clerk.text(f"{ROOT}/case/{case}")
    assert clerk.send(f"{ROOT}/case/{case}/submit").status_code == 303
    with house.reading() as session:
        made = cases.get(session, case)
    assert (made.state, made.filing) == (CaseState.SUBMITTED, Filing.BRANCH)
    # Once it is under way, taking it back for somebody else needs his paper.
    assert f'href="/desk/fund/{made.number}"' in clerk.text(f"{ROOT}/case/{case}")
    refused = clerk.send(f"{ROOT}/case/{case}/withdraw", sure="yes")
    assert (refused.status_code, "本人签字的书面材料" in refused.text) == (403, True)
    assert "张小明" in clerk.text(ROOT)


def test_faults_are_said_on_the_form(branch: Branch, clerk: Browser) -> None:
    """A wrong amount is said beside its field with everything else still filled in."""
    clerk.text(f"{ROOT}/person/{branch['G1']}")
    answer = clerk.send(f"{ROOT}/person/{branch['G1']}", **{**FIELDS, "amount": "３０００"})
    assert (answer.status_code, "半角数字" in answer.text) == (400, True)
    assert "两个孩子上学</textarea>" in answer.text
    case = filed(clerk, branch["G1"])
    clerk.text(f"{ROOT}/case/{case}/amend")
    wrong = clerk.send(f"{ROOT}/case/{case}/amend", **{**FIELDS, "amount": "99999"})
    assert (wrong.status_code, "每次最多 3000 元" in wrong.text) == (403, True)
    assert clerk.send(f"{ROOT}/case/{case}/amend", **{**FIELDS, "amount": "800"}).status_code == 303


def test_taking_back_needs_a_tick(house: House, branch: Branch, clerk: Browser) -> None:
    """Without the tick nothing is taken back; a torn file is refused."""
    case = filed(clerk, branch["G1"])
    assert send_files(clerk, case, "id_copy", b"no picture") == 400
    assert clerk.send(f"{ROOT}/case/{case}/withdraw").status_code == 400
    assert clerk.send(f"{ROOT}/case/{case}/withdraw", sure="yes").status_code == 303
    with house.reading() as session:
        assert cases.get(session, case).state is CaseState.WITHDRAWN


def test_another_townships_clerk_finds_nothing(staff: Staff, branch: Branch, clerk: Browser) -> None:
    """Branches, members and cases of another township are not found, by looking or by sending."""
    case = filed(clerk, branch["G1"])
    stranger = staff.inside("other", Role.TOWN_CLERK, unit="HR")
    assert "没有归您办理的支部" in stranger.text(ROOT)
    for path in ("branch/B1", f"person/{branch['G1']}", f"case/{case}", f"case/{case}/amend"):
        assert stranger.ask(f"{ROOT}/{path}").status_code == 404, path
    for path in (
        f"person/{branch['G1']}",
        *(f"case/{case}/{act}" for act in ("amend", "material", "remove", "submit")),
    ):
        assert stranger.send(f"{ROOT}/{path}", kind="id_copy", **FIELDS).status_code in {400, 404}, path
    assert stranger.send(f"{ROOT}/case/{case}/withdraw", sure="yes").status_code == 404
    assert "草稿" in clerk.text(f"{ROOT}/case/{case}")
