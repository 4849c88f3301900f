"""`djflow fund apply` and `djflow fund show` as other programs call them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from djflow.assembly import create_house
from djflow.cli.main import djflow
from djflow.demo.load import copy_starter
from tests.fund.books import SECRETS, photo, settle
from tests.fund.test_checks import table


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a small branch."""
    copy_starter(tmp_path)
    house = create_house(tmp_path, kind="demo")
    with house.transaction() as session:
        settle(session, house.now())
    house.database.engine.dispose()
    return tmp_path


def call(home: Path, *words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(djflow, ["--home", str(home), "fund", *words])


def write(home: Path, **values: object) -> str:
    """Write an application with its materials."""
    kinds = ("application_form", "id_copy", "membership", "bank_card")
    for kind in kinds:
        (home / f"{kind}.png").write_bytes(photo(media="PNG"))
    listed = [{"kind": kind, "file": f"{kind}.png"} for kind in kinds]
    content = {"applicant": "G1", "category": "veteran", "amount": "1000", "reason": "肺病", "materials": listed}
    (home / "a.json").write_text(json.dumps({**content, **values}), "utf-8")
    return str(home / "a.json")


def test_an_application_is_filed_and_shown(home: Path) -> None:
    """Both commands print one JSON value; the case holds nothing personal."""
    filed = call(home, "apply", write(home), "--json")
    assert filed.exit_code == 0, filed.output
    value = json.loads(filed.stdout)
    assert set(value) == {"id", "number", "state"}
    assert value["state"] == "submitted"
    assert value["number"].endswith("-0001")
    shown = call(home, "show", value["id"], "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["number"] == value["number"]
    told = call(home, "show", value["number"])
    assert "已提交，等支部受理" in told.output
    assert not any(secret in shown.output + told.output for secret in SECRETS)


def test_a_draft_says_what_is_missing(home: Path) -> None:
    """Missing proofs are named on standard error; the answer on standard output stays one JSON value."""
    filed = call(home, "apply", write(home, materials=[]), "--json")
    assert json.loads(filed.stdout)["state"] == "draft"
    assert "还缺材料：申请表、身份证复印件" in filed.stderr


def test_a_refusal_is_an_error_of_the_house(home: Path) -> None:
    """A bad amount raises the sentence that the frame prints with exit code 1."""
    refused = call(home, "apply", write(home, amount="１０００"), "--json")
    assert refused.exit_code == 1
    assert "半角数字" in str(refused.exception)


def test_a_department_table_is_taken_whole_or_not(home: Path) -> None:
    """A row that does not fit fails the command and is listed."""
    number = json.loads(call(home, "apply", write(home), "--json").stdout)["number"]
    source = str(table(home / "c.xlsx", (number, "无出入", None)))
    refused = call(home, "crosscheck", "民政", source)
    assert refused.exit_code == 1
    assert "第 2 行“申请编号”：这件申请不在核查阶段" in refused.output
