"""`dispatch.toml`: the six batches as the office writes them."""

import shutil
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from djflow.core.spans import Month
from djflow.dispatch.policy.model import BatchKind, Paper, RetirementAge, RuleKind, Strictness
from djflow.people.model import Gender, RankLevel
from djflow.settings.load import check, load_settings
from djflow.settings.problems import errors_of, notices_of

EXAMPLE = Path(str(files("djflow") / "starter"))
RURAL = 'kind = "rural"\nversion = 1                  # 版本：改规则时加 1\nvalid_from = 2026-01-01'
AGE = "value = 45                   # 到任当月"
SCHOOLING = 'value = "bachelor"           # 最低学历'
CLASSES = 'classes = ["school_teacher", "county_medic"]'
BORROW = "classes = { probation = 0, leading_group = 0, selected_graduate = 2, new_servant = 3 }"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the example configuration."""
    shutil.copytree(EXAMPLE, tmp_path / "config")
    return tmp_path


def change(home: Path, old: str, new: str) -> None:
    """Replace `old` by `new` once."""
    path = home / "config" / "dispatch.toml"
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8")


def second_rural(home: Path, *, version: int, valid_from: str) -> None:
    """Add a copy of the first kind as another version."""
    path = home / "config" / "dispatch.toml"
    text = path.read_text("utf-8")
    start = text.index("\n[[kinds]]")
    copy = text[start : text.index("\n[[kinds]]", start + 1)]
    copy = copy.replace("version = 1 ", f"version = {version} ", 1).replace("2026-01-01", valid_from, 1)
    path.write_text(text + "\n" + copy.replace("value = 45 ", "value = 40 ", 1), "utf-8")


def test_the_six_kinds_are_what_the_file_says(home: Path) -> None:
    """Terms, rules, papers, clocks and attendance of every kind arrive; each rule has its basis."""
    settings = load_settings(home)
    terms = settings.dispatch.terms(settings.calendar)
    assert [one.kind for one in terms.policies] == list(BatchKind)
    rural = terms.valid(BatchKind.RURAL, date(2026, 11, 24))
    assert rural is not None
    assert (rural.term_months, rural.in_village, rural.clocks.publicity_workdays) == (24, True, 5)
    assert (rural.attendance.days_per_month, rural.attendance.spot_absences) == (20, (1, 2, 3))
    assert rural.clocks.due_days == (60, 30, 7)
    age = rural.rule(RuleKind.AGE_MAX)
    assert age is not None
    assert (age.value, age.strictness) == (45, Strictness.HARD)
    borrow = rural.rule(RuleKind.NOT_TO_BORROW)
    assert borrow is not None
    assert dict(borrow.classes) == {"probation": 0, "leading_group": 0, "selected_graduate": 2, "new_servant": 3}
    assert all(rule.basis for policy in terms.policies for rule in policy.rules)
    months = {one.kind: one.term_months for one in terms.policies}
    assert (months[BatchKind.COMMUNITY], months[BatchKind.UPWARD], months[BatchKind.TASKFORCE]) == (12, 12, 3)
    assert not next(one for one in terms.policies if one.kind is BatchKind.RESERVE).moves
    assert Paper.DISPATCH_LETTER in rural.papers
    assert terms.retirement[0] == RetirementAge(Gender.MALE, RankLevel.OTHER, 60, Month(1965, 1), 4, 36)


def test_all_kinds_of_rules_and_papers_are_used_somewhere(home: Path) -> None:
    """The example shows every rule but the one about ranks, and every paper, so that a clerk can copy any."""
    settings = load_settings(home)
    policies = settings.dispatch.terms(settings.calendar).policies
    assert {rule.kind for one in policies for rule in one.rules} == set(RuleKind) - {RuleKind.RANK}
    assert {paper for one in policies for paper in one.papers} == set(Paper)


def test_what_the_office_has_not_settled_is_listed(home: Path) -> None:
    """Every value marked 待确认 is a notice with its line; one that got its source is none any more."""
    unsettled = [one for one in notices_of(check(home)) if one.file == "dispatch.toml" and "待确认" in one.what]
    assert {one.key for one in unsettled} >= {"retirement[1].source", "kinds[1].rules.cooldown.source"}
    change(home, '\nsource = "待确认"', '\nsource = "区委办发〔2026〕3号"')
    left = [one for one in notices_of(check(home)) if one.file == "dispatch.toml" and "待确认" in one.what]
    assert len(left) == len(unsettled) - 1


def test_settling_a_source_leaves_the_version_as_it_is(home: Path) -> None:
    """The digest is of what the rules say, not of whether their source is settled."""
    policy = load_settings(home).dispatch.kinds[1].policy
    assert replace(policy, source="区委办发〔2026〕3号").digest == policy.digest
    assert replace(policy, term_months=13).digest != policy.digest


def test_versions_of_a_kind_follow_each_other(home: Path) -> None:
    """On a day the newest version that has begun is valid, and the older one is still there for its batches."""
    second_rural(home, version=2, valid_from="2027-01-01")
    settings = load_settings(home)
    terms = settings.dispatch.terms(settings.calendar)
    before, after = (terms.valid(BatchKind.RURAL, date(*day)) for day in ((2026, 12, 31), (2027, 1, 1)))
    assert (before and before.version, after and after.version) == (1, 2)
    assert terms.valid(BatchKind.RURAL, date(2025, 12, 31)) is None
    assert terms.version(BatchKind.RURAL, 1) == before


@pytest.mark.parametrize(
    ("version", "valid_from", "said"),
    [(1, "2027-01-01", "第 1 版写了两次"), (2, "2026-01-01", "第 2 版不晚于第 1 版")],
)
def test_versions_that_do_not_follow_are_refused(home: Path, version: int, valid_from: str, said: str) -> None:
    """The same version twice, and a newer one that does not begin later."""
    second_rural(home, version=version, valid_from=valid_from)
    (error,) = errors_of(check(home))
    assert said in error.what
    assert error.line > 600


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        (AGE, AGE.replace("45", '"45"'), "kinds[1].rules.age_max.value", "18 到 70"),
        (AGE, AGE.replace("45", "17"), "kinds[1].rules.age_max.value", "18 到 70"),
        (AGE, AGE.replace("45", "45.5"), "kinds[1].rules.age_max.value", "整数或加引号的等级"),
        (AGE, "# " + AGE, "kinds[1].rules.age_max.value", "要有数值"),
        (SCHOOLING, SCHOOLING.replace("bachelor", "本科"), "kinds[1].rules.education.value", "bachelor（本科）"),
        (SCHOOLING, "# " + SCHOOLING, "kinds[1].rules.education.value", "要有等级"),
        ("# 正式党员", "# 正式党员\nvalue = 1", "kinds[1].rules.party_member.value", "不用填数值"),
        ("# 正式党员", '# 正式党员\nclasses = ["office"]', "kinds[1].rules.party_member.classes", "请删去 classes"),
        (CLASSES, 'classes = ["teacher"]', "kinds[1].rules.profession.classes", "没有“teacher”这类人"),
        (CLASSES, "classes = []", "kinds[1].rules.profession.classes", "没有写说的是哪几类人"),
        (CLASSES, "classes = 3", "kinds[1].rules.profession.classes", "要写成列表"),
        (CLASSES, 'classes = ["technical", "technical"]', "kinds[1].rules.profession.classes", "写了两次"),
        (CLASSES, "classes = { school_teacher = 2 }", "kinds[1].rules.profession.classes", "不按录用年数算"),
        (BORROW, "classes = { probation = 1 }", "kinds[1].rules.not_to_borrow.classes", "不按录用年数算"),
        (BORROW, "classes = { new_servant = 99 }", "kinds[1].rules.not_to_borrow.classes", "年数 0 到 20"),
        ("[kinds.rules.couple]", "[kinds.rules.pair]", "kinds[1].rules", "没有规则“pair”"),
        ('basis = "云南省选派第一书记：45 周岁以下"', 'basis = ""', "kinds[1].rules.age_max.basis", "不能为空"),
        ('strictness = "soft"', 'strictness = "weak"', "kinds[2].rules.party_member.strictness", "hard、soft"),
        ('"demand_form", "call"', '"demand_form", "letter"', "kinds[1].papers", "没有“letter”这种写法"),
        ('"demand_form", "call"', '"demand_form", "demand_form"', "kinds[1].papers", "写了两次"),
        ('kind = "rural"', 'kind = "country"', "kinds[1].kind", "rural（服务“三农”下派）"),
        ("term_months = 24", "term_months = 25", "kinds[1]", "term_months ≤ free_months ≤ most_months"),
        ("most_months = 36  ", "most_months = 23  ", "kinds[1]", "term_months ≤ free_months ≤ most_months"),
        ("moves = true", "moves = false", "kinds[1]", "in_village 不能是 true"),
        ("due_days = [60, 30, 7]", "due_days = [7, 30]", "kinds[1].clocks", "从大到小"),
        ("midterm_percent = 50", "midterm_percent = 100", "kinds[1].clocks.midterm_percent", "不大于 99"),
        ("spot_absences = [1, 2, 3]", "spot_absences = [3, 2, 1]", "kinds[1].attendance", "从小到大"),
        ("days_per_month = 20", "days_per_month = 32", "kinds[1].attendance.days_per_month", "不大于 31"),
        ("unit_share_percent = 10", "unit_share_percent = 0", "kinds[1].unit_share_percent", "不小于 1"),
        ("hours = 0", "hour = 0", "kinds[1].hour", "是不是 hours"),
        ('first_birth = "1965-01"', 'first_birth = "1965-13"', "retirement[1].first_birth", "加引号的年月"),
        ('from_rank = "other"', 'from_rank = "chief"', "retirement[1].from_rank", "section（正科）"),
        ('gender = "male"', 'gender = "female"', "", "写了两次"),
        ('from_rank = "other"', 'from_rank = "clerk"', "retirement", "没有写男的退休年龄"),
    ],
)
def test_each_fault_is_named_with_line_and_key(home: Path, old: str, new: str, key: str, said: str) -> None:
    """Wrong values, unknown words, rules that do not fit together: each is one sentence with its place."""
    change(home, old, new)
    errors = [one for one in errors_of(check(home)) if one.file == "dispatch.toml"]
    assert any(said in one.sentence and (not key or one.key == key) for one in errors), errors
    assert all(one.line for one in errors)


def test_all_six_kinds_are_asked_for(home: Path) -> None:
    """A kind that is missing is named."""
    path = home / "config" / "dispatch.toml"
    text = path.read_text("utf-8")
    path.write_text(text[: text.rindex("[[kinds]]")], "utf-8")
    (error,) = errors_of(check(home))
    assert "缺少“帮促工作抽调”" in error.what


def test_a_chain_that_is_not_written_is_pointed_out(home: Path) -> None:
    """A kind whose approval has no chain would stop at its decision, so it is said beforehand."""
    change(home, 'approval_kind = "dispatch.batch"', 'approval_kind = "dispatch.none"')
    assert any(one.key == "kinds[1].approval_kind" and "dispatch.none" in one.what for one in notices_of(check(home)))


def test_a_missing_file_is_said(home: Path) -> None:
    """Without the file nothing starts, and the sentence says where to get one."""
    (home / "config" / "dispatch.toml").unlink()
    (error,) = errors_of(check(home))
    assert (error.file, "没有这个文件" in error.sentence) == ("dispatch.toml", True)
