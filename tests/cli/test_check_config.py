import json
import re
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from djflow.cli.main import djflow

EXAMPLE = Path(str(files("djflow") / "starter"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the example configuration."""
    shutil.copytree(EXAMPLE, tmp_path / "config")
    return tmp_path


def test_a_sound_configuration_ends_well(home: Path) -> None:
    """Notices are shown under their file and do not fail the check."""
    result = CliRunner().invoke(djflow, ["--home", str(home), "check-config"])
    assert result.exit_code == 0
    assert [line for line in result.output.splitlines() if line.startswith("config/")] == [
        "config/approvals.toml",
        "config/circulars.toml",
        "config/dispatch.toml",
        "config/documents.toml",
        "config/fund.toml",
        "config/markets.toml",
        "config/meetings.toml",
    ]
    assert re.search(r"配置没有错误，有 [0-9]+ 处提醒。\n$", result.output)


def test_errors_fail_the_check_and_are_grouped_by_file(home: Path) -> None:
    """The exit code is 1 and each finding stands under its file."""
    for file, old in (("roster.toml", "max_duties = 5"), ("djflow.toml", "port = 4280")):
        path = home / "config" / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, old + "000"), encoding="utf-8")
    result = CliRunner().invoke(djflow, ["--home", str(home), "check-config"])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line for line in lines if line.startswith("config/")] == [
        "config/approvals.toml",
        "config/circulars.toml",
        "config/dispatch.toml",
        "config/djflow.toml",
        "config/documents.toml",
        "config/fund.toml",
        "config/markets.toml",
        "config/meetings.toml",
        "config/roster.toml",
    ]
    assert re.fullmatch(r"共 2 处错误要改，[0-9]+ 处提醒。", lines[-1])


def test_programs_get_one_json_value(home: Path) -> None:
    """With --json the findings are data with file, line, key, what, fix and severity."""
    (home / "config" / "channels.toml").write_text("order = 1\n", encoding="utf-8")
    result = CliRunner().invoke(djflow, ["--home", str(home), "check-config", "--json"])
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["ok"] is False
    assert next(one for one in answer["problems"] if one["severity"] == "error") == {
        "file": "channels.toml",
        "line": 1,
        "key": "order",
        "what": "应为方括号列表，现为 1。",
        "fix": '这一项是依次使用的渠道：file、memory，写法如 order = ["file"]。',
        "severity": "error",
    }
