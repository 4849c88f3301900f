"""The office's table of relatives."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.subject import Subject
from djflow.people import service
from djflow.people.excel import outgo
from djflow.people.excel.intake import Importer
from djflow.people.excel.kinship import import_kinship
from djflow.people.excel.outgo import Exporter
from djflow.people.kinship import service as kinship
from djflow.people.model import ImportReport, KinshipEntry, Relation
from tests.people.test_excel import importer, office, sheet
from tests.people.test_service import CHEN, LIN

__all__ = ["importer", "office"]
HEAD = ("工号", "姓名", "亲属工号", "亲属姓名", "关系")
COUPLE = ("C002", None, "C001", None, "配偶")


@pytest.fixture
def staffed(office: Session, importer: Importer) -> Session:
    """The office with two persons."""
    service.put_people(office, [CHEN, LIN], by="test", now=importer.now)
    return office


def table(path: Path, *rows: tuple[object, ...]) -> Path:
    """A filled table."""
    return sheet(path, HEAD, *rows, title="亲属关系")


def pairs(session: Session) -> tuple[KinshipEntry, ...]:
    """The register."""
    return kinship.register(session)


def test_pairs_come_in_once_whichever_stands_first(staffed: Session, tmp_path: Path, importer: Importer) -> None:
    """A pair is registered, the same pair the other way round changes nothing, another relation changes it."""
    chen, lin = (service.person_by_code(staffed, code).id for code in ("C001", "C002"))
    turned = ("C001", CHEN.name, "C002", LIN.name, "配偶")
    other = ("C001", None, "C002", None, "姻亲")
    reports = [
        import_kinship(staffed, table(tmp_path / f"{number}.xlsx", row), importer)
        for number, row in enumerate((COUPLE, turned, other))
    ]
    assert reports == [ImportReport(1, 1, 0, 0), ImportReport(1, 0, 0, 1), ImportReport(1, 0, 1, 0)]
    assert pairs(staffed) == (KinshipEntry(chen, lin, Relation.IN_LAW),)
    assert service.kin_of(staffed, lin) == (KinshipEntry(lin, chen, Relation.IN_LAW),)


def test_a_pair_registered_by_mistake_is_taken_out(staffed: Session, tmp_path: Path, importer: Importer) -> None:
    """不是亲属 takes a pair out, once, and the record keeps that it was in."""
    wrong = table(tmp_path / "2.xlsx", ("C001", None, "C002", None, "不是亲属"))
    import_kinship(staffed, table(tmp_path / "1.xlsx", COUPLE), importer)
    assert import_kinship(staffed, wrong, importer) == ImportReport(1, 0, 1, 0)
    assert import_kinship(staffed, wrong, importer) == ImportReport(1, 0, 0, 1)
    assert pairs(staffed) == ()
    chen = service.person_by_code(staffed, "C001").id
    assert [one.action for one in audit.history(staffed, Subject("people.person", chen))][-1] == "person.unrelated"


def test_one_wrong_row_keeps_all_out(staffed: Session, tmp_path: Path, importer: Importer) -> None:
    """Unknown people, one person twice, names that do not fit, pairs written twice: each cell is listed."""
    rows = [
        COUPLE,
        ("C001", None, "C404", None, "配偶"),
        ("C001", None, "C001", None, "配偶"),
        ("C001", "别人", "C002", None, "姻亲"),
        ("C001", None, None, None, "邻居"),
    ]
    report = import_kinship(staffed, table(tmp_path / "1.xlsx", *rows), importer)
    assert [(one.row, one.column) for one in report.rejected] == [
        (3, "亲属工号"),
        (4, "亲属工号"),
        (5, "姓名"),
        (5, "亲属工号"),
        (6, "亲属工号"),
        (6, "关系"),
    ]
    assert "第 2 行已经写过" in report.rejected[3].message
    assert not [one for one in report.rejected if CHEN.name in one.message]
    assert pairs(staffed) == ()


def test_an_export_reads_back_unchanged(staffed: Session, tmp_path: Path, importer: Importer) -> None:
    """The register is written with codes and names, reads back as it was, and the record says who took it."""
    import_kinship(staffed, table(tmp_path / "1.xlsx", COUPLE), importer)
    target = tmp_path / "out.xlsx"
    assert outgo.export_kinship(staffed, target, Exporter("anna", importer.now)) == 1
    row = [cell.value for cell in load_workbook(target)["亲属关系"][outgo.HEADER_ROW + 1]]
    assert row == ["C001", CHEN.name, "C002", LIN.name, "配偶"]
    assert import_kinship(staffed, target, importer) == ImportReport(1, 0, 0, 1)


def test_a_rehearsal_stores_nothing(staffed: Session, tmp_path: Path, importer: Importer) -> None:
    """A dry run counts what would come in."""
    dry = Importer(importer.by, importer.now, dry_run=True)
    assert import_kinship(staffed, table(tmp_path / "1.xlsx", COUPLE), dry).created == 1
    assert pairs(staffed) == ()


def test_a_template_is_handed_out(staffed: Session, tmp_path: Path) -> None:
    """The empty table has its columns and a drop-down of relations."""
    path = outgo.write_templates(staffed, tmp_path)[-1]
    header = [cell.value for cell in load_workbook(path)["亲属关系"][outgo.HEADER_ROW]]
    assert (path.name, tuple(header)) == ("7-亲属关系.xlsx", HEAD)
