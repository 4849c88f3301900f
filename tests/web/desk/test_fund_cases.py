"""The fund's cases at the desk: who sees which, what a case shows, recorded looks, tables and files that come in."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from djflow.assembly import House, relief
from djflow.fund.cases.model import Act, CaseState, Who
from djflow.fund.casework import Request
from djflow.fund.materials import service as materials
from tests.assembly.conftest import house
from tests.fund.books import SECRETS, photo
from tests.web.desk.fund_office import FundOffice, recorded, settle_office, upload

__all__ = ["house"]


@pytest.fixture
def office(house: House) -> FundOffice:
    """Everybody at their desks."""
    return settle_office(house)


def test_everybody_sees_the_own_cases_only(office: FundOffice) -> None:
    """Department, inspection, own township and own branch see a case; others find nothing, as if it were not there."""
    case = office.submitted()
    for name in ("clerk", "deputy", "inspector", "town", "branch"):
        browser = office.desk(name)
        assert case.number in browser.text("/desk/fund"), name
        page = browser.text(f"/desk/fund/{case.number}")
        assert "张*明" in page, name
        assert not any(secret in page for secret in SECRETS), name
    for name in ("other-town", "other-branch"):
        browser = office.desk(name)
        assert case.number not in browser.text("/desk/fund")
        known, unknown = browser.ask(f"/desk/fund/{case.number}"), browser.ask("/desk/fund/WF2026-9999")
        assert (known.status_code, unknown.status_code) == (404, 404)
        assert known.text == unknown.text
        assert browser.send(f"/desk/fund/{case.number}/look").status_code == 404
    assert office.desk("finance").ask("/desk/fund").status_code == 403


def test_filters_find_what_they_say(office: FundOffice) -> None:
    """State, township, overdue, flagged and an emergency without papers: each filter shows its cases and no others."""
    plain, urgent = office.checking(), office.urgent()
    clerk = office.desk("clerk")

    def shown(query: str) -> set[str]:
        page = clerk.text(f"/desk/fund?{query}")
        return {case.number for case in (plain, urgent) if case.number in page}

    assert shown("") == {plain.number, urgent.number}
    assert shown("state=checking") == {plain.number}
    assert shown("town=T1") == {plain.number, urgent.number}
    assert shown("town=T2") == set()
    assert shown("late=1") == set()
    assert shown("flagged=1") == {urgent.number}
    assert shown("papers=1") == set()
    found = clerk.ask("/desk/fund?number=%20wf2026-0001")
    assert found.headers["location"] == "/desk/fund/WF2026-0001"
    assert clerk.ask("/desk/fund?number=//evil.test").status_code == 400
    assert clerk.ask("/desk/fund?state=closed").status_code == 400
    assert clerk.ask("/desk/fund?after=x").status_code == 400


def test_opening_what_is_sealed_is_recorded(office: FundOffice) -> None:
    """The applicant's words are read by a button only, each look stands in the record, the account stays masked."""
    case = office.submitted()
    inspector = office.desk("inspector")
    inspector.text(f"/desk/fund/{case.number}")
    assert inspector.ask(f"/desk/fund/{case.number}/look").status_code == 405
    page = inspector.send(f"/desk/fund/{case.number}/look")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "张小明" in page.text
    assert "肺部疾病" in page.text
    assert "尾号 0017" in page.text
    assert "6222000000000017" not in page.text
    assert recorded(office, case)[:3] == ["fund.look_reasons", "fund.look_notes", "fund.look"]


def test_materials_are_seen_once_and_never_kept(office: FundOffice) -> None:
    """A material is shown by a button, kept by no browser, recorded; another case's material is not found."""
    case = office.submitted()
    town = office.desk("town")
    with office.house.reading() as session:
        paper = materials.materials_of(session, case.id)[0]
    seen = town.send(f"/desk/fund/{case.number}/material/{paper.id}")
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert seen.headers["cache-control"] == "no-store"
    assert seen.headers["content-disposition"].startswith("inline")
    assert recorded(office, case)[0] == "fund.look_material"
    assert town.send(f"/desk/fund/{case.number}/material/0").status_code == 404


def test_departments_tables(office: FundOffice) -> None:
    """The empty table goes out, a bad one is refused with every row, a good one is tried, then taken in."""
    case = office.checking()
    clerk = office.desk("clerk")
    given = clerk.ask("/desk/fund/crosscheck/table")
    book = load_workbook(BytesIO(given.content))
    sheet = book["部门核对"]
    first = next(row for row in range(1, 9) if sheet.cell(row, 1).value == "申请编号")
    clerk.text("/desk/fund/crosscheck")

    def table(*rows: tuple[str, str, str]) -> bytes:
        content = BytesIO()
        for place, row in enumerate(rows, start=first + 1):
            for column, value in enumerate(row, start=1):
                sheet.cell(place, column, value)
        book.save(content)
        return content.getvalue()

    path = "/desk/fund/crosscheck"
    assert "没有选择文件" in clerk.send(path, department="民政").text
    none = upload(clerk, path, {"table": table((case.number, "无出入", ""))}, department="气象", way="import")
    assert (none.status_code, "没有核对部门" in none.text) == (400, True)
    broken = upload(clerk, path, {"table": b"PK"}, department="民政", way="import")
    assert broken.status_code == 400
    assert str(office.house.state) not in broken.text
    bad = upload(
        clerk,
        path,
        {"table": table((case.number, "有出入", ""), ("WF2026-0999", "无出入", ""))},
        department="民政",
        way="import",
    )
    assert bad.status_code == 400
    assert "有 2 处要改" in bad.text
    good = {"table": table((case.number, "无出入", ""), ("", "", ""))}
    assert "还没有登记" in upload(clerk, path, good, department="民政", way="try").text
    assert "民政，无出入" not in clerk.text(f"/desk/fund/{case.number}")
    assert "登记 1 件" in upload(clerk, path, good, department="民政", way="import").text
    assert "民政，无出入" in clerk.text(f"/desk/fund/{case.number}")
    assert not list(office.house.state.glob(".table-*"))


def test_a_big_or_strange_form_is_refused(office: FundOffice) -> None:
    """Too large a file, a torn form and a stranger's file end in a sentence, never in a case."""
    case = office.checking()
    branch = office.desk("branch")
    path = f"/desk/fund/{case.number}/attach"
    branch.text(path)
    huge = b"\xff\xd8\xff" + b"0" * (11 * 1024 * 1024)
    assert "10 MB" in upload(branch, path, {"file": huge}, kind="minutes").text
    torn = branch.ask(path, {"a": "b"}, headers={"content-type": "multipart/form-data; boundary=x"})
    assert torn.status_code in {400, 403}
    assert upload(branch, path, {"file": photo(colour="blue")}, kind="nothing").status_code == 400
    assert upload(branch, path, {"file": photo(colour="blue")}, kind="minutes").status_code == 303
    branch.cookies.clear()
    assert upload(branch, path, {"file": photo()}, kind="minutes").headers["location"].startswith("/desk/login")
    moved = relief.move(office.house, case.id, Request(Act.RETURN, Who.OFFICE, "补材料"), by="o")
    assert moved.state is CaseState.RETURNED
