"""The office's table of contacts in WeCom, DingTalk and by mail."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.people import service
from djflow.people.contacts import service as contacts
from djflow.people.contacts.model import Reach, Way
from djflow.people.excel import outgo
from djflow.people.excel.contacts import import_contacts
from djflow.people.excel.intake import Importer
from djflow.people.excel.outgo import Exporter
from djflow.people.model import ImportReport
from tests.people.test_excel import importer, office, sheet
from tests.people.test_service import CHEN

__all__ = ["importer", "office"]
HEAD = ("工号", "方式", "帐号或号码", "已核实")


@pytest.fixture
def staffed(office: Session, importer: Importer) -> Session:
    """The office with one person."""
    service.put_people(office, [CHEN], by="test", now=importer.now)
    return office


def table(path: Path, *rows: tuple[object, ...]) -> Path:
    """A filled table."""
    return sheet(path, HEAD, *rows, title="联系方式")


def test_accounts_are_registered_once(staffed: Session, tmp_path: Path, importer: Importer) -> None:
    """Accounts come in, verified where the office says so; the same table again changes nothing."""
    path = table(tmp_path / "1.xlsx", ("C001", "企业微信", "chen", "是"), ("C001", "邮箱", "chen@example.gov.cn", None))
    assert import_contacts(staffed, path, importer) == ImportReport(2, 2, 0, 0)
    assert import_contacts(staffed, path, importer) == ImportReport(2, 0, 0, 2)
    chen = service.person_by_code(staffed, "C001").id
    assert contacts.reach(staffed, [chen], Way.WECOM)[chen] == Reach("chen", verified=True)
    assert contacts.reach(staffed, [chen], Way.EMAIL)[chen] == Reach("chen@example.gov.cn", verified=False)


def test_a_later_check_verifies(staffed: Session, tmp_path: Path, importer: Importer) -> None:
    """An account that is verified later counts as updated; an empty cell takes no verification back."""
    plain, checked = ("C001", "钉钉", "d1", None), ("C001", "钉钉", "d1", "是")
    reports = [
        import_contacts(staffed, table(tmp_path / f"{number}.xlsx", row), importer)
        for number, row in enumerate((plain, checked, plain))
    ]
    assert [(one.created, one.updated, one.unchanged) for one in reports] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    chen = service.person_by_code(staffed, "C001").id
    assert contacts.reach(staffed, [chen], Way.DINGTALK)[chen].verified


def test_one_wrong_row_keeps_all_out(staffed: Session, tmp_path: Path, importer: Importer) -> None:
    """Unknown people, unknown ways and missing accounts are listed by cell, and nothing is stored."""
    rows = [
        ("C001", "企业微信", "x", None),
        ("C404", "企业微信", "y", None),
        ("C001", "飞鸽", "z", "也许"),
        ("C001", "邮箱", None, None),
    ]
    report = import_contacts(staffed, table(tmp_path / "1.xlsx", *rows), importer)
    found = [(one.row, one.column) for one in report.rejected]
    assert {(3, "工号"), (4, "方式"), (4, "已核实"), (5, "帐号或号码")} <= set(found)
    assert report.created == 0
    chen = service.person_by_code(staffed, "C001").id
    assert contacts.reach(staffed, [chen], Way.WECOM) == {}


@pytest.mark.parametrize("full", [False, True])
def test_an_export_reads_back_unchanged(staffed: Session, tmp_path: Path, importer: Importer, full: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Accounts are masked unless asked for in full, read back as they were, and the record says who took them."""
    rows = [("C001", "第二个手机", "16900000077", "是"), ("C001", "邮箱", "chen-yi@example.gov.cn", "否")]
    import_contacts(staffed, table(tmp_path / "1.xlsx", *rows), importer)
    target = tmp_path / "out.xlsx"
    assert outgo.export_contacts(staffed, target, Exporter("anna", importer.now, full=full)) == 2
    cells = [[cell.value for cell in row] for row in load_workbook(target)["联系方式"].iter_rows(min_row=4, max_row=5)]
    assert [row[:2] + row[3:] for row in cells] == [["C001", "邮箱", "否"], ["C001", "第二个手机", "是"]]
    assert ("chen-yi" in str(cells), "16900000077" in str(cells)) == (full, full)
    assert import_contacts(staffed, target, importer) == ImportReport(2, 0, 0, 2)
    last = audit.latest(staffed, count=1)[0]
    assert (last.action, last.actor, json.loads(last.details)) == (
        "people.contact_export",
        "anna",
        {"rows": 2, "full": full},
    )


def test_a_masked_account_only_confirms_what_is_stored(staffed: Session, tmp_path: Path, importer: Importer) -> None:
    """A masked account that is not the person's never becomes an account."""
    report = import_contacts(staffed, table(tmp_path / "1.xlsx", ("C001", "企业微信", "c***i", "是")), importer)
    assert [(one.row, one.column) for one in report.rejected] == [(2, "帐号或号码")]
    assert "打码" in report.rejected[0].message


def test_a_template_is_handed_out(staffed: Session, tmp_path: Path) -> None:
    """The empty table has its columns and a drop-down of ways."""
    path = outgo.write_templates(staffed, tmp_path)[5]
    header = [cell.value for cell in load_workbook(path)["联系方式"][outgo.HEADER_ROW]]
    assert (path.name, tuple(header)) == ("6-联系方式.xlsx", HEAD)


@pytest.mark.parametrize("word", ["企业微信", "第二个手机"])
def test_a_rehearsal_stores_nothing(staffed: Session, tmp_path: Path, importer: Importer, word: str) -> None:
    """A dry run counts what would come in."""
    path = table(tmp_path / "1.xlsx", ("C001", word, "16900000077", "是"))
    dry = Importer(importer.by, importer.now, dry_run=True)
    assert import_contacts(staffed, path, dry).created == 1
    assert service.contacts_of(staffed, service.person_by_code(staffed, "C001").id) == ()
