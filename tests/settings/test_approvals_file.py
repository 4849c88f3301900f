import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from djflow.accounts.model import Role
from djflow.approvals.chains.model import Conflict, Instead, Level, QuorumKind, StepKind
from djflow.approvals.chains.reading import chain_of
from djflow.approvals.chains.rules import path
from djflow.settings.load import check, load_settings
from djflow.settings.problems import errors_of

EXAMPLE = Path(str(files("djflow") / "starter"))
MINISTER = 'when_amount_at_least = "2000.01"\nrole = "dept_minister"'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the example configuration."""
    shutil.copytree(EXAMPLE, tmp_path / "config")
    return tmp_path


def change(home: Path, old: str, new: str) -> None:
    """Replace `old` by `new` once in the chains."""
    file = home / "config" / "approvals.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_example_says_what_the_office_meant(home: Path) -> None:
    """Thresholds are inclusive, levels follow the roles, the chain survives being written and read."""
    approvals = load_settings(home).approvals
    chain = next(one for one in approvals.versions if one.kind == "fund.application")
    assert [one.id for one in path(chain, 200_000)] == [
        *("branch", "branch_notice", "town", "review", "deputy", "pay", "visit", "follow_up")
    ]
    assert [one.id for one in path(chain, 500_000) if one.kind is StepKind.APPROVE][-1] == "minister"
    meeting = next(one for one in path(chain, 500_001) if one.id == "meeting")
    assert (meeting.quorum.kind, meeting.quorum.need, meeting.quorum.of) == (QuorumKind.RATIO, 2, 3)
    town = chain.step("town")
    assert (town.approver.roles, town.approver.level) == ((Role.TOWN_ORG_COMMISSIONER,), Level.TOWN)
    assert town.recusals[0].conflict is Conflict.SELF
    assert town.recusals[0].instead is Instead.DEPUTY
    assert chain_of(chain.canonical) == chain
    assert chain_of(chain.canonical).digest == chain.digest
    assert approvals.superiors[Role.DEPT_DEPUTY] is Role.DEPT_MINISTER


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (MINISTER, MINISTER.replace('"2000.01"', "2000.01"), "加引号的元"),
        (MINISTER, MINISTER.replace('"2000.01"', '"２０００"'), "加引号的元"),
        (MINISTER, MINISTER.replace('"2000.01"', '"2e3"'), "加引号的元"),
        (MINISTER, MINISTER.replace('"2000.01"', '"2000.001"'), "加引号的元"),
        (MINISTER, MINISTER.replace('"2000.01"', '"-1"'), "加引号的元"),
        (MINISTER, MINISTER.replace('"2000.01"', "true"), "加引号的元"),
        (MINISTER, MINISTER.replace("dept_minister", "minister"), "没有“minister”这个可以办理审批的角色"),
        (MINISTER, MINISTER.replace("dept_minister", "system_admin"), "没有“system_admin”这个可以办理审批的角色"),
        (MINISTER, 'when_amount_at_least = "2000.01"', "没有写由谁审批"),
        ('id = "town"', 'id = "branch"', "用了两次"),
        ('kind = "publicity"\nrole = "branch_secretary"\n', 'role = "branch_secretary"\n', "没有公示就拨付"),
        ('escalate_to = "town_secretary"', "", "没有写超时后报给谁"),
        ('escalate_to = "town_secretary"', 'escalate_to = "nobody"', "没有“nobody”这个可以办理审批的角色"),
        ("remind_at = [3, 4]", "remind_at = [4, 3]", "从小到大"),
        ("remind_at = [3, 4]", "remind_at = [3, 6]", "晚于期限"),
        ('need = "2/3"', "need = 0.66", "几分之几"),
        ('need = "2/3"', 'need = "3/2"', "票数要求不对"),
        ('quorum = "ratio"', 'quorum = "most"', "没有“most”这种写法"),
        ("dedupe = false", "dedupe = true", "不能自动去重"),
        ('self = "superior"', 'self = "friend"', "回避规则“self = friend”不对"),
        ('[roles.dept_minister]\ndeputy = "dept_deputy"', "", "[roles] 里没有写"),
        ('may = ["return_to_applicant", "transfer", "supplement"]', 'may = ["approve"]', "可以写的有"),
        ("version = 1", "version = 0", "不小于 1"),
    ],
)
def test_an_unsound_chain_is_refused_with_its_line(home: Path, old: str, new: str, said: str) -> None:
    """Each mistake is named with its line and what would mend it."""
    change(home, old, new)
    errors = [one for one in errors_of(check(home)) if said in one.what]
    assert errors, [one.sentence for one in errors_of(check(home))]
    assert all(one.file == "approvals.toml" and one.line > 0 for one in errors)
    assert all(one.fix for one in errors)


def test_one_person_must_not_decide_the_whole_chain(home: Path) -> None:
    """Without a rule on earlier steps one person with several roles could decide everything: refused."""
    file = home / "config" / "approvals.toml"
    text = file.read_text(encoding="utf-8")
    for instead in ("deputy", "superior"):
        text = text.replace(f', earlier_step = "{instead}"', "")
    file.write_text(text, encoding="utf-8")
    found = [one.what for one in errors_of(check(home)) if "一个人从头批到尾" in one.what]
    # Above 5,000 yuan the vote needs at least two people.
    assert len(found) == 9
    assert "5000.01" not in "".join(found)


def test_a_kind_is_written_once_per_version(home: Path) -> None:
    """Two chains of one kind and version contradict each other."""
    change(home, 'kind = "fund.festival"', 'kind = "fund.application"')
    assert any("第 1 版写了两次" in one.what for one in errors_of(check(home)))
