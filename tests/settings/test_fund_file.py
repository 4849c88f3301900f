"""`fund.toml`: the rules of the relief fund as the office writes them."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from djflow.fund.cases.model import Category, Day, Limit, Term
from djflow.settings.load import check, load_settings
from djflow.settings.problems import Problem, errors_of, notices_of

EXAMPLE = Path(str(files("djflow") / "starter"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the example configuration."""
    shutil.copytree(EXAMPLE, tmp_path / "config")
    return tmp_path


def change(home: Path, old: str, new: str) -> None:
    """Replace `old` by `new` once."""
    path = home / "config" / "fund.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def only_error(home: Path) -> Problem:
    """Return the one error there is."""
    (error,) = errors_of(check(home))
    assert error.file == "fund.toml"
    return error


def test_the_rules_are_what_the_file_says(home: Path) -> None:
    """Amounts become fen, times keep their unit, every limit and category is there."""
    policy = load_settings(home).fund.policy
    assert policy.categories[Category.TEMPORARY].cap_fen == 500_000
    assert policy.categories[Category.EMERGENCY].repeatable
    assert policy.categories[Category.REGULAR].materials[0] == "application_form"
    assert set(policy.categories) == set(Category)
    assert set(policy.limits) == set(Limit)
    assert policy.limits[Limit.DRAFT] == Term(30, Day.CALENDAR)
    assert policy.district_publicity == Term(5, Day.WORKDAY)
    assert (policy.year_cap_fen, policy.thresholds_fen) == (2_000_000, (200_000, 500_000))
    assert (policy.upload_bytes, policy.certificate_fen) == (10 * 1024 * 1024, 500_000)


def test_what_the_office_has_not_settled_is_listed(home: Path) -> None:
    """Every value marked 待确认 is a notice with its line; one that got its source is none any more."""
    unsettled = [problem for problem in notices_of(check(home)) if problem.file == "fund.toml"]
    assert {problem.key for problem in unsettled} >= {"legal.source", "caps.year.source", "categories.regular.source"}
    assert all("待确认" in problem.what and problem.line for problem in unsettled)
    change(home, '\nsource = "待确认"', '\nsource = "区委办发〔2026〕3号"')
    assert len([one for one in notices_of(check(home)) if one.file == "fund.toml"]) == len(unsettled) - 1


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('yuan = "20000"', "yuan = 20000", "caps.year.yuan", "加引号的元"),
        ('yuan = "20000"', "yuan = 2.5", "caps.year.yuan", "加引号的元"),
        ('yuan = "20000"', 'yuan = "２００００"', "caps.year.yuan", "半角数字"),
        ('yuan = "20000"', 'yuan = "2e4"', "caps.year.yuan", "半角数字"),
        ('cap = "5000"', 'cap = "-5000"', "categories.temporary.cap", "不能是负数"),
        ('cap = "5000"', 'cap = "0"', "categories.temporary", "大于零"),
        ('cap = "5000"', 'cap = "20000.01"', "", "高于每人每年的上限 20000 元"),
        ('\nsource = "待确认"', '\nsource = ""', "legal.source", "不能为空"),
        ('why = "有限的钱帮更多的人"\n', "", "caps.year.why", "缺少这一项"),
        ('unit = "workday"', 'unit = "working_day"', "publicity.branch.unit", "只能是"),
        ("days = 5\n", "days = 0\n", "publicity.branch.days", "应不小于 1"),
        ("[categories.veteran]", "[categories.veterans]", "", "没有类别“veterans”"),
        ('"disaster_proof"', '"disaster"', "categories.emergency.materials[3]", "没有材料“disaster”"),
        ('"disaster_proof"', '"minutes"', "categories.emergency.materials[3]", "没有材料“minutes”"),
        ('"disaster_proof"', '"id_copy"', "categories.emergency", "写了两次"),
        ('"民政", "医保"', '"民政", "民政"', "", "核对部门有重复"),
        ("members_only", "member_only", "checks.member_only", "是不是 members_only"),
    ],
)
def test_each_fault_is_named_with_line_and_key(home: Path, old: str, new: str, key: str, words: str) -> None:
    """Money as a number, odd notations, missing reasons, unknown words: each is one sentence with its place."""
    change(home, old, new)
    errors = [problem for problem in errors_of(check(home)) if problem.file == "fund.toml"]
    assert any(problem.key == key and words in problem.sentence for problem in errors), errors


def test_a_missing_file_is_said(home: Path) -> None:
    """Without the file nothing starts, and the sentence says where to get one."""
    (home / "config" / "fund.toml").unlink()
    assert "没有这个文件" in only_error(home).sentence
