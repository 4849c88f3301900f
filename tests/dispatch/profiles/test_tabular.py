"""The office's tables of profiles, earlier postings and key posts in and out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import InputError
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.eligibility.model import Bar, Care, PastTerm
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.policy.words import Borrowing, Grade, KeyRole
from djflow.dispatch.profiles import service
from djflow.dispatch.profiles.model import Health, KeyPostLine, Profile, TermLine
from djflow.dispatch.profiles.tabular import TABLE_WORDS, TableKind, export_table, import_table, write_templates
from djflow.people.excel.intake import Importer
from djflow.people.excel.outgo import Exporter
from djflow.people.model import ImportReport
from tests.dispatch.profiles.office import NOW, WHOLE, found

IMPORTER = Importer("test", NOW)
BAD = ((2025, Grade.INCOMPETENT), (2024, Grade.BASIC))
ROW = {
    "工号": "C1",
    "最高学历": "本科",
    "政治面貌": "中共党员",
    "参加工作": "2014-08",
    "录用时间": "2014年8月",
    "人员类别": "选调生",
    "试用期到": "无",
    "岗位类别": "机关管理",
    "科室": "办公室",
    "年度考核": "2025优秀、2024年度：称职",
    "法定职责": "会计",
    "组织任务到": "2026-12-31",
    "籍贯镇街": "白云街道",
    "亲属已核对": "是",
    "选派经历已核对": "是",
    "廉洁情形到": "2027-06-30",
    "体检结论": "适合",
    "体检日期": "2026-05-12",
    "照顾情形": "有（已核实证明）",
}


def book(path: Path, title: str, *rows: Mapping[str, object]) -> Path:
    """A workbook with one sheet; the header is the first row's keys."""
    workbook = Workbook()
    assert workbook.active is not None
    workbook.active.title = title
    workbook.active.append(list(rows[0]))
    for row in rows:
        workbook.active.append([row.get(header) for header in rows[0]])
    workbook.save(path)
    return path


def take_in(
    session: Session, path: Path, *rows: Mapping[str, object], kind: TableKind = TableKind.PROFILES
) -> ImportReport:
    """Import a table of these rows."""
    return import_table(session, kind, book(path, TABLE_WORDS[kind], *rows), IMPORTER)


def one_profile(session: Session) -> Profile:
    """Return the only profile there is."""
    (profile,) = service.profiles(session).values()
    return profile


def test_a_filled_row_says_everything(session: Session, tmp_path: Path) -> None:
    """Each column arrives; the same table again changes nothing."""
    found(session)
    assert take_in(session, tmp_path / "1.xlsx", ROW) == ImportReport(1, 1, 0, 0)
    assert one_profile(session) == WHOLE
    assert take_in(session, tmp_path / "1.xlsx", ROW) == ImportReport(1, 0, 0, 1)


def test_blank_keeps_nothing_is_knowledge_and_unknown_forgets(session: Session, tmp_path: Path) -> None:
    """无 says there is none, 不详 takes knowledge back, a blank cell or a missing column keeps what is stored."""
    found(session)
    take_in(session, tmp_path / "1.xlsx", ROW)
    nothing = dict.fromkeys(("人员类别", "法定职责", "组织任务到", "廉洁情形到", "照顾情形"), "无")
    take_in(session, tmp_path / "2.xlsx", {"工号": "C1", "最高学历": None, **nothing})
    none = Bar(stands=False)
    expected = replace(
        WHOLE,
        classes=frozenset[Borrowing](),
        duties=frozenset[str](),
        unfinished_task=none,
        discipline=none,
        care=Care(none),
    )
    assert one_profile(session) == expected
    unknown = dict.fromkeys(set(ROW) - {"工号", "科室", "亲属已核对", "选派经历已核对"}, "不详")
    take_in(session, tmp_path / "3.xlsx", {"工号": "C1", **unknown})
    assert one_profile(session) == Profile("C1", section="办公室", kin_checked=True, history_checked=True)


def test_a_new_row_with_blanks_knows_nothing_of_them(session: Session, tmp_path: Path) -> None:
    """What was never filled is unknown and not nothing."""
    found(session)
    take_in(session, tmp_path / "1.xlsx", {"工号": "C2", "最高学历": "硕士", "廉洁情形到": None})
    profile = one_profile(session)
    assert (profile.discipline, profile.care, profile.duties, profile.classes) == (None, None, None, None)


@pytest.mark.parametrize(
    ("column", "written", "expected"),
    [
        ("廉洁情形到", "有", replace(WHOLE, discipline=Bar(stands=True))),
        ("试用期到", date(2027, 1, 31), replace(WHOLE, probation=Bar(stands=True, until=date(2027, 1, 31)))),
        ("照顾情形", "有（未交证明）", replace(WHOLE, care=Care(Bar(stands=True)))),
        (
            "照顾情形",
            "有（已核实证明）2027-06-30",
            replace(WHOLE, care=Care(Bar(stands=True, until=date(2027, 6, 30)), proven=True)),
        ),
        ("籍贯镇街", "区外", replace(WHOLE, native_town="")),
        ("籍贯镇街", "T1", replace(WHOLE, native_town="T1")),
        ("体检结论", "不适合", replace(WHOLE, health=Health(fit=False, examined_on=date(2026, 5, 12)))),
        ("年度考核", "2025不称职；2024基本称职", replace(WHOLE, reviews=BAD)),
        ("参加工作", "2011.7", replace(WHOLE, in_service_since=Month(2011, 7))),
        ("人员类别", "选调生、领导班子成员", replace(
            WHOLE, classes=frozenset({Borrowing.SELECTED_GRADUATE, Borrowing.LEADING_GROUP}))),
    ],
)  # fmt: skip
def test_what_may_be_written(session: Session, tmp_path: Path, column: str, written: object, expected: Profile) -> None:
    """Words, dates and lists as people write them."""
    found(session)
    report = take_in(session, tmp_path / "1.xlsx", {**ROW, column: written})
    assert report.created == 1, report.rejected
    assert one_profile(session) == expected


@pytest.mark.parametrize(
    ("column", "written", "said"),
    [
        ("工号", "X9", "没有工号为 X9 的人员"),
        ("最高学历", "大学", "只能填"),
        ("政治面貌", "党员", "只能填：中共党员"),
        ("参加工作", "2027-03", "还没有到"),
        ("录用时间", "2014-13", "不存在"),
        ("人员类别", "试用期内", "不认识“试用期内”"),
        ("试用期到", "半年", "只能填“无”“有”“不详”"),
        ("年度考核", "2025好", "看不懂"),
        ("年度考核", "2025 优秀", "看不懂"),
        ("年度考核", "2025优秀、2025称职", "写了两次"),
        ("年度考核", "2027优秀", "2027 年还没有到"),
        ("年度考核", "1899优秀", "看不懂"),
        ("籍贯镇街", "区农业农村局", "没有单位“区农业农村局”"),
        ("籍贯镇街", "红土乡", "没有单位“红土乡”"),
        ("亲属已核对", "核对过", "只能填：是、否"),
        ("廉洁情形到", "警告处分", "只能填“无”“有”“不详”"),
        ("体检结论", "高血压", "只能填：适合、不适合"),
        ("体检结论", None, "没有填体检结论"),
        ("体检日期", "2026-12-01", "还没有到"),
        ("照顾情形", "怀孕", "不要写具体情况"),
        ("照顾情形", "有（已核实证明）明年", "不是日期"),
    ],
)
def test_every_wrong_cell_is_named_and_nothing_is_stored(
    session: Session, tmp_path: Path, column: str, written: object, said: str
) -> None:
    """One bad cell keeps the good rows out too; row and column are told."""
    found(session)
    good = {"工号": "C2", "最高学历": "硕士"}
    report = take_in(session, tmp_path / "1.xlsx", {**ROW, column: written}, good)
    assert [(one.row, one.column) for one in report.rejected] == [(2, column)]
    assert said in report.rejected[0].message
    assert report.created == report.updated == 0
    assert service.profiles(session) == {}


def test_the_same_person_twice_is_refused(session: Session, tmp_path: Path) -> None:
    """Two rows of one person would overwrite each other."""
    found(session)
    report = take_in(session, tmp_path / "1.xlsx", ROW, {**ROW, "科室": "财务科"})
    assert [(one.row, one.message) for one in report.rejected] == [(3, "C1 与第 2 行重复：请只保留一行。")]


def test_a_trial_stores_nothing(session: Session, tmp_path: Path) -> None:
    """A dry run tells what would happen for each table."""
    ids = found(session)
    trial = replace(IMPORTER, dry_run=True)
    entries = audit.verify(session).entries
    tables = (
        (TableKind.PROFILES, ROW),
        (
            TableKind.TERMS,
            {"工号": "C1", "批次类别": "服务“三农”下派", "开始日期": "2023-01-01", "结束日期": "2024-12-31"},
        ),
        (TableKind.KEY_POSTS, {"单位": "青石镇", "岗位": "财务", "工号": "L2"}),
    )
    for kind, row in tables:
        path = book(tmp_path / "1.xlsx", TABLE_WORDS[kind], row)
        assert import_table(session, kind, path, trial) == ImportReport(1, 1, 0, 0)
    assert audit.verify(session).entries == entries
    assert not service.profiles(session)
    assert not service.key_posts(session)
    assert not service.terms_stated(session)
    assert ids


def test_earlier_postings_come_in(session: Session, tmp_path: Path) -> None:
    """A person may have several; villages are marked; what cannot be is told by cell."""
    found(session)
    head = {
        "工号": "C1",
        "批次类别": "服务“三农”下派",
        "开始日期": "2023-01-01",
        "结束日期": "2024-12-31",
        "是否驻村": "是",
    }
    second = {**head, "批次类别": "帮促工作抽调", "开始日期": "2025-03-01", "结束日期": "2025-05-31", "是否驻村": None}
    report = take_in(session, tmp_path / "1.xlsx", head, second, kind=TableKind.TERMS)
    assert report == ImportReport(2, 2, 0, 0)
    span = DateSpan(date(2023, 1, 1), date(2024, 12, 31))
    assert service.terms_stated(session)[0] == TermLine("C1", PastTerm(BatchKind.RURAL, span, in_village=True))
    backwards = {**head, "结束日期": "2022-12-31"}
    bad = take_in(session, tmp_path / "2.xlsx", backwards, {**head, "工号": "X9"}, head, head, kind=TableKind.TERMS)
    assert [(one.row, one.column) for one in bad.rejected] == [
        (2, "结束日期"),
        (3, "工号"),
        (4, "开始日期"),
        (5, "开始日期"),
    ]


def test_key_posts_come_in_by_unit(session: Session, tmp_path: Path) -> None:
    """The units in the table get what it says; unknown units and people are told by cell."""
    found(session)
    row = {"单位": "青石镇", "岗位": "财务", "工号": "L2"}
    assert take_in(session, tmp_path / "1.xlsx", row, kind=TableKind.KEY_POSTS).created == 1
    assert service.key_posts(session) == (KeyPostLine("T1", KeyRole.FINANCE, "L2"),)
    bad = take_in(
        session, tmp_path / "2.xlsx", {**row, "单位": "红土乡"}, {**row, "工号": "X9"}, {**row, "岗位": "司机"},
        kind=TableKind.KEY_POSTS,
    )  # fmt: skip
    assert [(one.row, one.column) for one in bad.rejected] == [(2, "单位"), (3, "工号"), (4, "岗位")]
    assert service.key_posts(session) == (KeyPostLine("T1", KeyRole.FINANCE, "L2"),)


def test_tables_go_out_and_come_back_the_same(session: Session, tmp_path: Path) -> None:
    """An exported table read in again changes nothing; the record says who exported how many rows."""
    found(session)
    beginning = Profile("C2", discipline=Bar(stands=True), care=Care(Bar(stands=True, until=date(2027, 1, 1))))
    service.put_profiles(session, [WHOLE, beginning, Profile("C3")], by="test", now=NOW)
    span = DateSpan(date(2023, 1, 1), date(2024, 12, 31))
    service.add_terms(session, [TermLine("C1", PastTerm(BatchKind.RURAL, span, in_village=True))], by="test", now=NOW)
    service.put_key_posts(session, [KeyPostLine("T1", KeyRole.FINANCE, "L2")], by="test", now=NOW)
    before = dict(service.profiles(session))
    for kind, rows in ((TableKind.PROFILES, 3), (TableKind.TERMS, 1), (TableKind.KEY_POSTS, 1)):
        path = tmp_path / f"{kind}.xlsx"
        assert export_table(session, kind, path, Exporter("test", NOW)) == rows
        assert import_table(session, kind, path, IMPORTER) == ImportReport(rows, 0, 0, rows)
    assert service.profiles(session) == before
    latest = audit.latest(session, count=1)[0]
    assert (latest.action, '"rows": 1' in latest.details) == ("profiles.export", True)


def test_templates_offer_this_house_s_units(session: Session, tmp_path: Path) -> None:
    """Three empty tables with notes and drop-downs; an empty one is refused with a sentence."""
    found(session)
    paths = write_templates(session, tmp_path)
    assert [path.name for path in paths] == ["1-选派资料.xlsx", "2-往期选派.xlsx", "3-关键岗位.xlsx"]
    workbook = load_workbook(paths[0])
    assert workbook.sheetnames[0] == "选派资料"
    words = {str(cell.value) for sheet in workbook for line in sheet.iter_rows() for cell in line}
    assert {"青石镇", "白云街道", "区外", "有（未交证明）"} <= words
    assert "区农业农村局" not in words
    with pytest.raises(InputError, match="没有数据"):
        import_table(session, TableKind.PROFILES, paths[0], IMPORTER)
