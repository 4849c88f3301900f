"""`djflow dispatch profiles`: tables in and out, and the rules held against people."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from djflow.assembly import create_house
from djflow.cli.main import djflow
from djflow.people import service as people
from tests.dispatch.profiles.office import NOW, PEOPLE, UNITS

ROW = {"工号": "C1", "最高学历": "本科", "廉洁情形到": "无", "年度考核": "2025称职、2024称职"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A district with a few people and no profiles."""
    shutil.copytree(Path(str(files("djflow") / "starter")), tmp_path / "config")
    settings = tmp_path / "config" / "djflow.toml"
    settings.write_text(settings.read_text("utf-8").replace("demonstration = true", "demonstration = false"), "utf-8")
    house = create_house(tmp_path)
    with house.transaction() as session:
        people.put_units(session, UNITS, by="test", now=NOW)
        people.put_people(session, PEOPLE, by="test", now=NOW)
    house.database.engine.dispose()
    return tmp_path


def call(home: Path, *arguments: str) -> Result:
    """Run a command about profiles."""
    return CliRunner().invoke(djflow, ["--home", str(home), "dispatch", "profiles", *arguments])


def filled(home: Path, name: str, row: dict[str, str]) -> str:
    """Fill a row of a template."""
    call(home, "template", "--out", str(home / "templates"))
    book = load_workbook(home / "templates" / name)
    sheet = book.worksheets[0]
    headers = [str(cell.value) for cell in sheet[3]]
    sheet.append([row.get(header) for header in headers])
    book.save(home / name)
    return str(home / name)


def test_templates_are_filled_and_come_in_whole_or_not_at_all(home: Path) -> None:
    """A rehearsal counts, the import stores, a wrong cell is an answer with exit code 1."""
    table = filled(home, "1-选派资料.xlsx", ROW)
    assert call(home, "import", table, "--dry-run").output.endswith("新增 1，更新 0，未变 0。\n")
    assert json.loads(call(home, "import", table, "--json").stdout)["created"] == 1
    assert json.loads(call(home, "import", table, "--json").stdout)["unchanged"] == 1
    wrong = call(home, "import", filled(home, "1-选派资料.xlsx", {**ROW, "工号": "X9"}))
    assert wrong.exit_code == 1
    assert "第 4 行“工号”：没有工号为 X9 的人员" in wrong.stdout
    assert "一行也没有导入" in wrong.stderr


def test_other_tables_and_exports(home: Path) -> None:
    """Key posts and earlier postings have tables of their own; what goes out comes back unchanged."""
    posts = filled(home, "3-关键岗位.xlsx", {"单位": "青石镇", "岗位": "财务", "工号": "L2"})
    assert "新增 1" in call(home, "import", posts, "--table", "key-posts").output
    out = home / "out.xlsx"
    assert call(home, "export", "--table", "key-posts", "--out", str(out)).output == f"已导出 1 行：{out}\n"
    assert "未变 1" in call(home, "import", str(out), "--table", "key-posts").output


def test_the_rules_are_held_against_people(home: Path) -> None:
    """Everybody with verdict and reasons; one person with every rule; data for programs; unknown ones refused."""
    call(home, "import", filled(home, "1-选派资料.xlsx", ROW))
    everybody = call(home, "check", "rural", "--on", "2027-03-01")
    assert everybody.output.startswith("2027-03-01 到任，6 人：符合 0，不符合 0，待核实 6。")
    one = call(home, "check", "rural", "--on", "2027-03-01", "--host", "T1", "--village", "V1", "--person", "C1")
    assert "  符合：近 2 年年度考核均为称职以上（" in one.output
    assert "  不符合：派往本人籍贯所在镇街（" in one.output
    assert "  待核实：待核实：" not in one.output
    (value,) = json.loads(call(home, "check", "reserve", "--person", "C1", "--json", "--on", "2027-03-01").stdout)
    assert {found["rule"] for found in value["findings"]} >= {"age_max", "education", "discipline"}
    assert call(home, "check", "rural", "--person", "X9").exit_code != 0
    assert "还没有生效的规则" in str(call(home, "check", "rural", "--on", "2025-12-31").exception)
