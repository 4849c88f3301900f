"""`djflow import`, `djflow export` and `djflow keys` as other programs call them."""

import json
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from djflow.assembly import create_house, open_house
from djflow.audit import service as audit
from djflow.cli.main import djflow
from djflow.core.errors import InputError, KeyFileError
from djflow.core.subject import Subject

UNITS = [("RS", "区人社局", None, "区级部门", None, 1), ("T1", "青石镇", None, "镇乡", None, 90)]
CHEN = ("C001", "陈一", "男", "1985-03", "区人社局", None, "副局长", "副科", "是", "民政社保", "16900000001")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A district with its database and no people."""
    shutil.copytree(Path(str(files("djflow") / "starter")), tmp_path / "config")
    settings = tmp_path / "config" / "djflow.toml"
    settings.write_text(settings.read_text("utf-8").replace("demonstration = true", "demonstration = false"), "utf-8")
    create_house(tmp_path).database.engine.dispose()
    return tmp_path


def _call(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(djflow, ["--home", str(home), *arguments])


def _filled(home: Path, name: str, *rows: tuple[object, ...]) -> str:
    _call(home, "export", "templates", "--out", str(home / "templates"))
    book = load_workbook(home / "templates" / name)
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(home / name)
    return str(home / name)


def test_the_offices_first_import(home: Path) -> None:
    """Templates are handed out, units and people come back filled, a rehearsal counts without storing."""
    assert _call(home, "import", "units", _filled(home, "1-单位.xlsx", *UNITS)).output.endswith(
        "新增 2，更新 0，未变 0。\n"
    )
    people = _filled(home, "3-人员.xlsx", CHEN)
    rehearsal = _call(home, "import", "people", people, "--dry-run", "--json")
    created = {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": []}
    assert (rehearsal.exit_code, json.loads(rehearsal.stdout)) == (0, created)
    assert json.loads(_call(home, "import", "people", people, "--json").stdout) == created
    again = json.loads(_call(home, "import", "people", people, "--json").stdout)
    assert again == {**created, "created": 0, "unchanged": 1}


def test_a_refused_table_is_an_answer_with_exit_one(home: Path) -> None:
    """The report stands on standard output as JSON, one sentence on standard error, and the exit code is 1."""
    _call(home, "import", "units", _filled(home, "1-单位.xlsx", *UNITS))
    table = _filled(home, "3-人员.xlsx", (*CHEN[:4], "区外事办", *CHEN[5:]))
    result = _call(home, "import", "people", table, "--json")
    message = "没有单位“区外事办”：请先导入单位表，或核对名称。"
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "rows": 1,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "rejected": [{"row": 4, "column": "单位", "message": message}],
    }
    assert "一行也没有导入" in result.stderr
    assert f"第 4 行“单位”：{message}" in _call(home, "import", "people", table).stdout


def test_a_file_that_is_no_table_is_a_sentence(home: Path) -> None:
    """A file that cannot be read at all is refused as an error, not as a report."""
    result = _call(home, "import", "people", str(home / "none.xlsx"))
    assert isinstance(result.exception, InputError)
    assert "找不到文件" in result.exception.message


def test_exports_are_masked_unless_asked_for(home: Path) -> None:
    """An export hides numbers by default, both kinds read back unchanged, all of it is in the record."""
    _call(home, "import", "units", _filled(home, "1-单位.xlsx", *UNITS))
    _call(home, "import", "people", _filled(home, "3-人员.xlsx", CHEN))
    for options, shown in (((), "169****0001"), (("--full",), "16900000001")):
        target = str(home / "out.xlsx")
        assert json.loads(_call(home, "export", "people", "--out", target, *options, "--json").stdout)["rows"] == 1
        assert shown in {cell.value for row in load_workbook(target)["人员"] for cell in row}
        assert Path(target).stat().st_mode & 0o777 == 0o600
        assert json.loads(_call(home, "import", "people", target, "--json").stdout)["unchanged"] == 1
    for kind, rows in (("units", 2), ("branches", 0)):
        assert json.loads(_call(home, "export", kind, "--out", str(home / "x.xlsx"), "--json").stdout)["rows"] == rows
    absences = _call(home, "export", "absences", "--month", "2026-12", "--out", str(home / "x.xlsx"), "--json")
    assert json.loads(absences.stdout)["rows"] == 0


def test_absences_and_branches_come_in(home: Path) -> None:
    """The other tables are imported the same way."""
    _call(home, "import", "units", _filled(home, "1-单位.xlsx", *UNITS))
    _call(home, "import", "people", _filled(home, "3-人员.xlsx", CHEN))
    branch = _filled(home, "2-支部.xlsx", ("B1", "一支部", "RS", "C001"))
    assert json.loads(_call(home, "import", "branches", branch, "--json").stdout)["created"] == 1
    history = _filled(home, "5-历史积分.xlsx", ("C001", 12))
    assert json.loads(_call(home, "import", "history", history, "--month", "2026-11", "--json").stdout)["created"] == 1
    absence = _filled(home, "4-缺勤.xlsx", ("C001", "培训", "2026-12-01", "2026-12-03"))
    assert json.loads(_call(home, "import", "absences", absence, "--json").stdout)["created"] == 1


def test_a_program_of_its_own_turns_the_key(home: Path) -> None:
    """`djflow keys rotate` knows every sealed table although nothing else has loaded them."""
    _call(home, "import", "units", _filled(home, "1-单位.xlsx", *UNITS))
    people = _filled(home, "3-人员.xlsx", CHEN)
    _call(home, "import", "people", people)
    program = [sys.executable, "-c", "from djflow.cli.main import main; main()", "--home", str(home)]
    done = subprocess.run([*program, "keys", "rotate", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["resealed"] == 1
    with open_house(home).reading() as session:
        assert [entry.action for entry in audit.history(session, Subject("house.key", "k2"))] == ["key.rotate"]
    assert json.loads(_call(home, "import", "people", people, "--json").stdout)["unchanged"] == 1


def test_keys_turn(home: Path) -> None:
    """The key is shown by name only, turned, and everything still opens."""
    _call(home, "import", "units", _filled(home, "1-单位.xlsx", *UNITS))
    people = _filled(home, "3-人员.xlsx", CHEN)
    _call(home, "import", "people", people)
    before = json.loads(_call(home, "keys", "status", "--json").stdout)
    assert (before["active"], before["sealed"], before["interrupted"]) == ("k1", {"k1": 1}, False)
    turned = json.loads(_call(home, "keys", "rotate", "--json").stdout)
    assert turned == {"active": "k2", "resealed": 1, "dropped": ["k1"], "resumed": False}
    assert json.loads(_call(home, "import", "people", people, "--json").stdout)["unchanged"] == 1
    assert "k2" in _call(home, "keys", "status").stdout


def test_contacts_and_relatives_go_in_and_out(home: Path) -> None:
    """Accounts come out masked, relatives with their relation; both tables go back in unchanged."""
    lin = ("C002", "林二", "女", None, "青石镇", None, None, "科员")
    _call(home, "import", "units", _filled(home, "1-单位.xlsx", *UNITS))
    _call(home, "import", "people", _filled(home, "3-人员.xlsx", CHEN, lin))
    tables = {
        "contacts": _filled(home, "6-联系方式.xlsx", ("C001", "企业微信", "chen-yi", "是")),
        "kinship": _filled(home, "7-亲属关系.xlsx", ("C001", None, "C002", None, "配偶")),
    }
    for name, table in tables.items():
        out = str(home / f"{name}.xlsx")
        assert json.loads(_call(home, "import", name, table, "--json").stdout)["created"] == 1
        assert json.loads(_call(home, "export", name, "--out", out, "--json").stdout) == {"file": out, "rows": 1}
        assert json.loads(_call(home, "import", name, out, "--json").stdout)["unchanged"] == 1
    assert load_workbook(home / "contacts.xlsx").worksheets[0]["C4"].value == "ch***"


def test_a_lost_key_file_stops_everything(home: Path) -> None:
    """Without its key file the house refuses to work and makes no new one."""
    key_file = home / ".djflow" / "keys.json"
    key_file.unlink()
    for command in (("keys", "rotate"), ("keys", "status"), ("import", "people", "x.xlsx")):
        assert isinstance(_call(home, *command).exception, KeyFileError)
    assert not key_file.exists()
