"""`djflow fund festival` as the office and other programs call it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from djflow.approvals.chains import service as chains
from djflow.assembly import create_house
from djflow.cli.main import djflow
from djflow.demo.load import copy_starter
from tests.assembly.test_fund_lists import excel
from tests.fund.books import SECRETS
from tests.fund.running.town import settle_staff

WHAT = ("--code", "spring", "--title", "春节", "--on", "2027-02-05")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a small branch and its staff."""
    copy_starter(tmp_path)
    house = create_house(tmp_path, kind="demo")
    with house.transaction() as session:
        settle_staff(session, house.now())
        chains.publish(session, house.settings.approvals.versions, by="test", now=house.now())
    house.database.engine.dispose()
    return tmp_path


def call(home: Path, *words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(djflow, ["--home", str(home), "fund", "festival", *words])


def test_a_list_is_filed_listed_and_shown(home: Path) -> None:
    """One JSON value each; nobody is named; a rehearsal files nothing, a second time nothing twice."""
    source = str(excel(home / "a.xlsx", ("G1", 500), ("G3", 600)))
    assert "没有保存" in call(home, "apply", source, *WHAT, "--dry-run").output
    assert json.loads(call(home, "list", "--json").stdout) == []
    value = json.loads(call(home, "apply", source, *WHAT, "--json").stdout)
    assert (value["name"], value["created"], value["opened"], value["rejected"]) == ("spring-2027-02-05", 2, 2, [])
    assert "先前已上报 2 行" in call(home, "apply", source, *WHAT).output
    shown = call(home, "show", "spring-2027-02-05")
    assert "审批中" in shown.output
    assert "行数 2" in call(home, "list").output
    assert not any(secret in shown.output for secret in SECRETS)


def test_a_bad_list_exits_with_every_row(home: Path) -> None:
    """Exit 1, every bad row on its line, nothing filed; a wrong code is explained."""
    source = str(excel(home / "a.xlsx", ("G404", 500), ("G1", "五百")))
    done = call(home, "apply", source, *WHAT)
    assert done.exit_code == 1
    assert "第 2 行“工号”" in done.output
    assert "第 3 行“金额”" in done.output
    assert json.loads(call(home, "list", "--json").stdout) == []
    wrong = call(home, "apply", source, "--code", "春", "--title", "春节", "--on", "2027-02-05")
    assert wrong.exit_code != 0


def test_the_template_is_an_empty_list(home: Path) -> None:
    """The office gets a table with its three columns."""
    assert call(home, "template", "--out", str(home / "t.xlsx")).exit_code == 0
    cells = [cell.value for row in load_workbook(home / "t.xlsx")["慰问名单"] for cell in row]
    assert {"工号", "金额", "类别"} <= set(cells)
