"""The office's Excel tables in and out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import InputError
from djflow.core.ids import BranchId, UnitId
from djflow.core.spans import DateSpan, Month
from djflow.people import rules, service
from djflow.people.excel import intake, outgo
from djflow.people.excel.form import merge, read_form
from djflow.people.excel.intake import Importer
from djflow.people.excel.outgo import Exporter, write_table
from djflow.people.excel.people_form import branch_directory, people_form, unit_directory
from djflow.people.model import (
    SERVICE_SKILLS,
    Branch,
    BranchEntry,
    Gender,
    ImportReport,
    PersonEntry,
    PersonStatus,
    RankLevel,
    Unit,
    UnitEntry,
    UnitKind,
)

Cells = Sequence[object]
HEADER = ("工号", "姓名", "性别", "单位", "职级")
CHEN = ("C001", "陈一", "男", "区人社局", "副科")
SOCIAL = UnitEntry("RS", "区人力资源和社会保障局", UnitKind.DISTRICT_UNIT, 20, "区人社局", seat=(1.5, -2.0))
CIVIL = UnitEntry("MZ", "区民政局", UnitKind.DISTRICT_UNIT, 10)
BRANCH = BranchEntry("B01", "机关第一支部", "RS")


def identity(serial: int) -> str:
    """An invented identity number with a right check digit."""
    first = f"51019919850307{serial:03d}"
    return first + rules.id_check_digit(first)


def sheet(path: Path, *rows: Cells, title: str = "人员") -> Path:
    """A workbook with one sheet of these rows."""
    book = Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


@pytest.fixture
def office(session: Session, now: datetime) -> Session:
    """A house with two units and a branch."""
    service.put_units(session, [SOCIAL, CIVIL], by="tester", now=now)
    service.put_branches(session, [BRANCH], by="tester", now=now)
    return session


@pytest.fixture
def importer(now: datetime) -> Importer:
    """Somebody who imports."""
    return Importer("tester", now)


def _found(report: ImportReport) -> list[tuple[int, str]]:
    return [(one.row, one.column) for one in report.rejected]


def test_a_table_is_imported_updated_and_left_alone(office: Session, tmp_path: Path, importer: Importer) -> None:
    """New people are created, changed ones updated, the same table again changes nothing."""
    first = sheet(tmp_path / "1.xlsx", HEADER, CHEN, ("C002", "林二", "女", "MZ", "科员"))
    assert intake.import_people(office, first, importer) == ImportReport(2, 2, 0, 0)
    second = sheet(
        tmp_path / "2.xlsx", HEADER, ("C001", "陈壹", "男", "RS", "正科级"), ("C002", "林二", "女", "MZ", "科员")
    )
    assert intake.import_people(office, second, importer) == ImportReport(2, 0, 1, 1)
    entries = audit.verify(office).entries
    assert intake.import_people(office, second, importer) == ImportReport(2, 0, 0, 2)
    assert audit.verify(office).entries == entries
    stored = service.entries(office)["C001"]
    assert (stored.name, stored.rank, stored.unit_code) == ("陈壹", RankLevel.SECTION, "RS")


def test_a_rehearsal_stores_nothing(office: Session, tmp_path: Path, importer: Importer) -> None:
    """A dry run counts what would happen and changes nothing."""
    table = sheet(tmp_path / "1.xlsx", HEADER, CHEN)
    assert intake.import_people(office, table, replace(importer, dry_run=True)) == ImportReport(1, 1, 0, 0)
    assert service.cadres(office) == ()


def test_blank_keeps_and_none_empties(office: Session, tmp_path: Path, importer: Importer) -> None:
    """A blank cell or an absent column keeps what is stored; 无 empties it."""
    wide = (*HEADER, "职务", "手机号码", "每月最多值班")
    intake.import_people(office, sheet(tmp_path / "1.xlsx", wide, (*CHEN, "科长", "16900000001", 3)), importer)
    intake.import_people(office, sheet(tmp_path / "2.xlsx", wide, (*CHEN, None, "无", "无")), importer)
    intake.import_people(office, sheet(tmp_path / "3.xlsx", ("工号", "姓名"), ("C001", "陈壹")), importer)
    stored = service.entries(office)["C001"]
    assert (stored.name, stored.post_title, stored.mobile, stored.max_duties) == ("陈壹", "科长", "", None)


def test_every_bad_cell_is_listed_and_nothing_is_stored(office: Session, tmp_path: Path, importer: Importer) -> None:
    """One import names every wrong cell with row and column, the good rows are not stored either."""
    header = (
        *HEADER,
        "出生年月",
        "技能(服务类别)",
        "手机号码",
        "身份证号",
        "银行账号",
        "入党时间",
        "不便周几",
        "是否带队领导",
        "党支部",
    )
    good = ("C009", "何九", "男", "MZ", "科员")
    table = sheet(
        tmp_path / "1.xlsx",
        header,
        good,
        (
            "C001",
            None,
            "男孩",
            "区外事办",
            "主任",
            "1985-13",
            "跳舞",
            "12345",
            "51019919850307001",
            "12a",
            "2026-02-30",
            "初一",
            "对",
            "某支部",
        ),
        (7, "=1+1", "男", "MZ", "科员", 1985.1, None, 16900000001, 510199198503070011, 6.2e15, "2031-01-01"),
        ("C009", "何九", "男", "MZ", "科员"),
    )
    report = intake.import_people(office, table, importer)
    assert [column for row, column in _found(report) if row == 3] == [
        *("姓名", "性别", "出生年月", "单位", "党支部", "职级", "是否带队领导", "技能(服务类别)"),
        *("手机号码", "身份证号", "银行账号", "入党时间", "不便周几"),
    ]
    assert {column for row, column in _found(report) if row == 4} == {
        "工号",
        "姓名",
        "出生年月",
        "身份证号",
        "银行账号",
    }
    assert (5, "工号") in _found(report)
    assert (report.created, report.updated, report.unchanged, service.cadres(office)) == (0, 0, 0, ())


def test_identity_numbers_are_unique_in_file_and_house(office: Session, tmp_path: Path, importer: Importer) -> None:
    """A number that stands twice in the file or belongs to somebody in the house is refused by row."""
    header = (*HEADER, "身份证号")
    intake.import_people(office, sheet(tmp_path / "1.xlsx", header, (*CHEN, identity(1))), importer)
    rows = [(code, "何某", "男", "MZ", "科员", identity(serial)) for code, serial in (("C2", 1), ("C3", 3), ("C4", 3))]
    report = intake.import_people(office, sheet(tmp_path / "2.xlsx", header, *rows), importer)
    assert _found(report) == [(2, "身份证号"), (4, "身份证号")]
    assert "C001" in report.rejected[0].message
    assert "C3" in report.rejected[1].message


def test_numbers_keep_their_zeros(office: Session, tmp_path: Path, importer: Importer) -> None:
    """A code and an account that begin with zeros come out of Excel as they went in."""
    header = (*HEADER, "银行账号", "手机号码")
    row = ("00012", "何某", "男", "MZ", "科员", "0000123456789012", 16900000001)
    assert intake.import_people(office, sheet(tmp_path / "1.xlsx", header, row), importer).created == 1
    outgo.export_people(office, tmp_path / "2.xlsx", Exporter("tester", importer.now, full=True))
    written = load_workbook(tmp_path / "2.xlsx")["人员"]
    by_header = {cell.value: get_column_letter(place) for place, cell in enumerate(written[outgo.HEADER_ROW], start=1)}
    for name, value in (("工号", "00012"), ("银行账号", "0000123456789012"), ("手机号码", "16900000001")):
        cell = written[f"{by_header[name]}{outgo.HEADER_ROW + 1}"]
        assert (cell.value, cell.number_format, cell.data_type) == (value, "@", "s")


@pytest.mark.parametrize("full", [True, False])
def test_an_export_reads_back_unchanged(office: Session, tmp_path: Path, importer: Importer, *, full: bool) -> None:
    """What is exported, masked or not, can be imported again and changes nothing."""
    person = PersonEntry(
        "C001",
        "=陈",
        Gender.FEMALE,
        "RS",
        RankLevel.SECTION_MEMBER,
        is_leader=True,
        birth=Month(1985, 10),
        branch_code="B01",
        post_title="科长",
        skills=frozenset({"综合受理", "民政社保"}),
        mobile="16900000001",
        id_number=identity(1),
        bank_account="0000123456789012",
        bank_name="巍山农商行大仓支行",
        party_member_since=date(2008, 7, 1),
        native_place="本区",
        home_town="青石镇",
        max_duties=0,
        avoid_weekdays=frozenset({0, 6}),
        avoid_towns=frozenset({"青石镇", "白云镇"}),
        status=PersonStatus.TRAINING,
    )
    plain = PersonEntry("C002", "林二", Gender.MALE, "MZ")
    service.put_people(office, [person, plain], by="tester", now=importer.now)
    assert outgo.export_people(office, tmp_path / "1.xlsx", Exporter("tester", importer.now, full=full)) == 2
    assert intake.import_people(office, tmp_path / "1.xlsx", importer) == ImportReport(2, 0, 0, 2)
    text = {str(cell.value) for row in load_workbook(tmp_path / "1.xlsx")["人员"] for cell in row}
    assert (person.id_number in text) is full
    assert [row[0].value for row in load_workbook(tmp_path / "1.xlsx")["人员"].iter_rows(min_row=4)] == ["C002", "C001"]


def test_a_masked_number_of_somebody_else_is_refused(office: Session, tmp_path: Path, importer: Importer) -> None:
    """A masked number only confirms what is stored; it never becomes a number."""
    header = (*HEADER, "手机号码")
    report = intake.import_people(office, sheet(tmp_path / "1.xlsx", header, (*CHEN, "169****0001")), importer)
    assert _found(report) == [(2, "手机号码")]
    assert "打码" in report.rejected[0].message


_WORDS = st.text("青石白云红土镇乡=+-@张李", min_size=1, max_size=6)
_PEOPLE = st.builds(
    PersonEntry,
    code=st.from_regex(r"[A-Z0-9]{1,8}", fullmatch=True),
    name=_WORDS,
    gender=st.sampled_from(Gender),
    unit_code=st.sampled_from(["RS", "MZ"]),
    rank=st.sampled_from(RankLevel),
    is_leader=st.booleans(),
    birth=st.none() | st.builds(Month, st.integers(1950, 2005), st.integers(1, 12)),
    branch_code=st.sampled_from(["", "B01"]),
    post_title=st.just("") | _WORDS,
    skills=st.frozensets(st.sampled_from(SERVICE_SKILLS)),
    mobile=st.just("") | st.from_regex(r"169[0-9]{8}", fullmatch=True),
    id_number=st.just("") | st.builds(identity, st.integers(0, 999)),
    bank_account=st.just("") | st.from_regex(r"[013-57-9][0-9]{7,31}", fullmatch=True),
    bank_name=st.sampled_from(["", "巍山农商行大仓支行", "中国银行（青石）支行"]),
    party_member_since=st.none() | st.dates(date(1970, 1, 1), date(2026, 1, 1)),
    native_place=st.just("") | _WORDS,
    home_town=st.just("") | _WORDS,
    max_duties=st.none() | st.integers(0, 31),
    avoid_weekdays=st.frozensets(st.integers(0, 6)),
    avoid_towns=st.frozensets(_WORDS, max_size=3),
    status=st.sampled_from(PersonStatus),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(people=st.lists(_PEOPLE, min_size=1, max_size=4, unique_by=lambda person: person.code))
def test_whatever_is_written_reads_back(tmp_path: Path, people: list[PersonEntry]) -> None:
    """Any sound person goes through Excel and comes back the same."""
    units = unit_directory([Unit(UnitId(entry.code), entry) for entry in (SOCIAL, CIVIL)])
    form = people_form(units, branch_directory([Branch(BranchId("b"), BRANCH)]), SERVICE_SKILLS)
    write_table(tmp_path / "people.xlsx", form, people, "干部人员表")
    read = read_form(tmp_path / "people.xlsx", form)
    assert read.rejected == ()
    assert [merge(form, row, {}).entry for row in read.stated] == people


def test_units_and_branches_read_back_unchanged(office: Session, tmp_path: Path, importer: Importer) -> None:
    """The tables of units and branches are created, changed, and exported so that they read back unchanged."""
    header = ("单位编码", "单位名称", "类别", "排序", "上级单位编码", "驻地东西(公里)", "驻地南北(公里)", "状态")
    rows = [("V1", "青石村", "村", 91, "T1", None, None, "停用"), ("T1", "青石镇", "镇乡", 90, None, 12.5, -3, None)]
    assert intake.import_units(office, sheet(tmp_path / "1.xlsx", header, *rows, title="单位"), importer).created == 2
    assert service.unit_by_code(office, "V1").entry == UnitEntry(
        "V1", "青石村", UnitKind.VILLAGE, 91, parent_code="T1", active=False
    )
    assert service.unit_by_code(office, "T1").entry.seat == (12.5, -3.0)
    assert outgo.export_units(office, tmp_path / "2.xlsx") == 4
    assert intake.import_units(office, tmp_path / "2.xlsx", importer) == ImportReport(4, 0, 0, 4)
    assert outgo.export_branches(office, tmp_path / "3.xlsx") == 1
    assert intake.import_branches(office, tmp_path / "3.xlsx", importer) == ImportReport(1, 0, 0, 1)
    led = sheet(
        tmp_path / "4.xlsx",
        ("支部编号", "支部名称", "所属单位", "书记工号"),
        ("B01", "一支部", "区人社局", "C404"),
        title="支部",
    )
    assert _found(intake.import_branches(office, led, importer)) == [(2, "书记工号")]


def test_units_with_impossible_parents_are_refused_by_row(office: Session, tmp_path: Path, importer: Importer) -> None:
    """An unknown parent and a circle of parents are named by row."""
    header = ("单位编码", "单位名称", "类别", "排序", "上级单位编码", "统一社会信用代码")
    rows = [
        ("A", "甲村", "村", 1, "B", None),
        ("B", "乙村", "村", 2, "A", None),
        ("C", "丙村", "村", 3, "XX", "115329270151000001"),
    ]
    report = intake.import_units(office, sheet(tmp_path / "1.xlsx", header, *rows, title="单位"), importer)
    assert _found(report) == [(2, "上级单位编码"), (3, "上级单位编码"), (4, "上级单位编码"), (4, "统一社会信用代码")]


def test_half_a_seat_is_refused(office: Session, tmp_path: Path, importer: Importer) -> None:
    """A unit with only one coordinate is refused, unless the other one is stored already."""
    header = ("单位编码", "单位名称", "类别", "排序", "驻地东西(公里)", "驻地南北(公里)")
    half = sheet(tmp_path / "1.xlsx", header, ("A", "甲局", "区级部门", 1, 2.5, None), title="单位")
    assert _found(intake.import_units(office, half, importer)) == [(2, "驻地南北(公里)")]
    moved = sheet(tmp_path / "2.xlsx", header, ("RS", SOCIAL.name, "区级部门", 20, 9, None), title="单位")
    assert intake.import_units(office, moved, importer).updated == 1
    assert service.unit_by_code(office, "RS").entry.seat == (9.0, -2.0)


def test_absences_are_added_once(office: Session, tmp_path: Path, importer: Importer) -> None:
    """Rows of the absence table are added; the same table again changes nothing; an export reads back."""
    intake.import_people(office, sheet(tmp_path / "0.xlsx", HEADER, CHEN), importer)
    header = ("工号", "类别", "开始日期", "结束日期")
    rows = [("C001", "培训", "2026-12-07", date(2026, 12, 9)), ("C001", "休假", "2026年12月21日", "20261222")]
    table = sheet(tmp_path / "1.xlsx", header, *rows, title="缺勤")
    assert intake.import_absences(office, table, importer) == ImportReport(2, 2, 0, 0)
    assert intake.import_absences(office, table, importer) == ImportReport(2, 0, 0, 2)
    december = Month(2026, 12).span
    assert [one.entry.span for one in service.absences(office, december)] == [
        DateSpan(date(2026, 12, 7), date(2026, 12, 9)),
        DateSpan(date(2026, 12, 21), date(2026, 12, 22)),
    ]
    assert outgo.export_absences(office, tmp_path / "2.xlsx", december) == 2
    assert intake.import_absences(office, tmp_path / "2.xlsx", importer).unchanged == 2
    wrong = [
        ("C404", "培训", "2026-12-07", "2026-12-09"),
        ("C001", "感冒", "2026-12-09", "2026-12-07"),
        ("C001", "病假", "2026-12-09", "2026-12-07"),
    ]
    report = intake.import_absences(office, sheet(tmp_path / "3.xlsx", header, *wrong, title="缺勤"), importer)
    assert _found(report) == [(2, "工号"), (3, "类别"), (4, "结束日期")]


def test_opening_balances_are_read_by_person(office: Session, tmp_path: Path, importer: Importer) -> None:
    """The table of earlier duty points is read against the house, but not stored here."""
    intake.import_people(office, sheet(tmp_path / "0.xlsx", HEADER, CHEN), importer)
    good = sheet(tmp_path / "1.xlsx", ("工号", "历史积分"), ("C001", 12), title="历史积分")
    points, report = intake.read_history(office, good)
    assert points == ((service.person_by_code(office, "C001").id, 12),)
    assert report == ImportReport(1, 1, 0, 0)
    bad = sheet(
        tmp_path / "2.xlsx", ("工号", "历史积分"), ("C001", 1), ("C001", 2), ("C404", 2), ("C001", -1), title="历史积分"
    )
    assert _found(intake.read_history(office, bad)[1]) == [(3, "工号"), (4, "工号"), (5, "工号"), (5, "历史积分")]


def test_templates_are_empty_and_have_drop_downs(office: Session, tmp_path: Path, importer: Importer) -> None:
    """Templates carry the house's units as a drop-down, text columns as text, and refuse to be imported empty."""
    paths = outgo.write_templates(office, tmp_path)
    book = load_workbook(paths[2])
    table = book["人员"]
    header = [cell.value for cell in table[outgo.HEADER_ROW]]
    assert header[:5] == ["工号", "姓名", "性别", "出生年月", "单位"]
    assert table.column_dimensions["K"].number_format == "@"
    assert [cell.value for cell in book["选项"]["E"]][:4] == ["单位", "区民政局", "区人力资源和社会保障局", None]
    assert "选项!$E$2:$E$3" in {check.formula1 for check in table.data_validations.dataValidation}
    assert book["选项"].sheet_state == "hidden"
    with pytest.raises(InputError, match="没有数据"):
        intake.import_people(office, paths[2], importer)


def test_an_unwritable_target_is_explained(office: Session, tmp_path: Path) -> None:
    """Whoever exports onto a folder is told so in words."""
    with pytest.raises(InputError, match="写不了文件"):
        outgo.export_units(office, tmp_path)
