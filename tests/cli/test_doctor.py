import errno
import json
import os
import shutil
import socket
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from djflow.assembly import create_house
from djflow.calendar.holidays import DaysOff, HolidayYear
from djflow.calendar.workdays import WorkCalendar
from djflow.cli import checkup
from djflow.cli.checkup import Finding, State
from djflow.cli.doctor import examine
from djflow.cli.main import djflow
from djflow.core.spans import DateSpan
from djflow.settings.load import load_settings
from djflow.settings.schema import WebSettings

EXAMPLE = Path(str(files("djflow") / "starter"))
NOVEMBER = date(2026, 11, 23)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the example configuration on ports that are free."""
    shutil.copytree(EXAMPLE, tmp_path / "config")
    path = tmp_path / "config" / "djflow.toml"
    text = path.read_text(encoding="utf-8")
    for port in (4280, 4200):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            text = text.replace(f"port = {port}", f"port = {free.getsockname()[1]}")
    path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def built(home: Path) -> Path:
    """The same home with key file and database."""
    create_house(home, kind="demo").database.engine.dispose()
    return home


def named(home: Path, name: str) -> Finding:
    """Return the finding of that name."""
    return next(finding for finding in examine(home, NOVEMBER) if finding.name == name)


def test_a_house_that_is_complete_can_be_used(built: Path) -> None:
    """With configuration, keys and database in place nothing has to be mended."""
    findings = tuple(examine(built, NOVEMBER))
    assert [finding for finding in findings if finding.state is State.BAD] == []
    assert named(built, "数据库").what.startswith("可用")


def test_what_is_missing_at_first_is_named_with_its_remedy(home: Path) -> None:
    """Before the database is made, the command that makes it is named."""
    assert named(home, "密钥文件").state is State.BAD
    assert named(home, "数据库").fix.startswith("djflow db upgrade")


def test_a_key_file_that_others_can_read_is_refused(built: Path) -> None:
    """The mode is shown and the command that closes the file."""
    key_file = built / ".djflow" / "keys.json"
    key_file.chmod(0o644)
    assert named(built, "密钥文件").what == "权限是 644，别人也能读"
    assert named(built, "密钥文件").fix == f"chmod 600 {key_file}"


@pytest.mark.parametrize(
    ("number", "said"), [(errno.EROFS, "只读"), (errno.ENOSPC, "磁盘已满"), (errno.EACCES, "chown")]
)
def test_a_folder_that_takes_no_file_has_its_own_remedy(
    home: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    """A read-only disk, a full one and foreign ownership are mended differently."""

    def refuse(**_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    assert said in checkup.writable(home).fix


def test_a_foreign_key_file_is_recognised(built: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keys of another house do not fit the fingerprint in the database."""
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(EXAMPLE, other / "config")
    create_house(other, kind="demo").database.engine.dispose()
    shutil.copy(other / ".djflow" / "keys.json", built / ".djflow" / "keys.json")
    found = named(built, "数据库")
    assert found.state is State.BAD
    assert "不是这个数据库的" in found.what


def test_a_lost_key_file_is_not_made_anew(built: Path) -> None:
    """A house that was used needs its own key file back; nothing is overwritten."""
    key_file = built / ".djflow" / "keys.json"
    key_file.unlink()
    assert named(built, "密钥文件").state is State.BAD
    assert "备份" in named(built, "密钥文件").fix
    assert not key_file.exists()


def test_a_broken_configuration_is_told_and_the_rest_still_examined(home: Path) -> None:
    """The first error is quoted; machine checks go on."""
    (home / "config" / "roster.toml").write_text("x = 1\n", encoding="utf-8")
    findings = tuple(examine(home, NOVEMBER))
    assert named(home, "配置").state is State.BAD
    assert {"Python", "磁盘", "网页端口"} <= {finding.name for finding in findings}


def test_next_years_holidays_are_an_alarm_from_november_on() -> None:
    """Before November the missing notice is mentioned; from November on it is marked."""
    nothing = WorkCalendar()
    assert checkup.holiday_file(nothing, date(2026, 10, 31)).state is State.OK
    alarm = checkup.holiday_file(nothing, date(2026, 11, 1))
    assert alarm.state is State.NOTICE
    assert alarm.fix.endswith("config/holidays/2027.toml")


def test_next_years_holidays_are_fine_once_filed_or_published() -> None:
    """The office's file counts, and so does the data that comes with djflow."""
    days = (DaysOff("元旦", DateSpan(date(2027, 1, 1), date(2027, 1, 1))),)
    filed = WorkCalendar({2027: HolidayYear(2027, "通知", days, ())})
    assert checkup.holiday_file(filed, NOVEMBER).what == "2027 年已录入"
    assert checkup.holiday_file(WorkCalendar(), date(2025, 11, 23)).state is State.OK


def test_a_taken_port_is_told_apart_from_our_own() -> None:
    """A foreign program is named as a fault; our own service is not."""
    with socket.socket() as foreign:
        foreign.bind(("127.0.0.1", 0))
        foreign.listen()
        found = checkup.port("网页端口", WebSettings(port=foreign.getsockname()[1]), "/health")
    assert found.state is State.BAD
    assert "被别的程序占用" in found.what
    assert "换 port" in found.fix


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer as djflow's pages do."""
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"status":"ok","revision":1}')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Stay silent."""


def test_our_own_service_on_the_port_is_recognised() -> None:
    """Examining a running house does not complain about its own pages."""
    server = HTTPServer(("127.0.0.1", 0), _Health)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        found = checkup.port("网页端口", WebSettings(port=server.server_port), "/health")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert found.what.endswith("正由本系统使用")


@pytest.mark.parametrize(
    ("finding", "state"),
    [
        (checkup.python((3, 10)), State.BAD),
        (checkup.python((3, 12)), State.OK),
        (checkup.fonts(["DejaVu Sans"]), State.NOTICE),
        (checkup.fonts(["Noto Sans CJK SC"]), State.OK),
        (checkup.document_fonts(["DejaVu Sans"]), State.NOTICE),
        (checkup.document_fonts(["Noto Serif CJK SC", "Noto Sans CJK SC"]), State.NOTICE),
        (checkup.document_fonts(["Noto Serif CJK SC", "FandolFang", "FandolKai"]), State.OK),
        (checkup.browser(None), State.NOTICE),
        (checkup.disk(100), State.BAD),
        (checkup.disk(500), State.NOTICE),
        (checkup.disk(50_000), State.OK),
    ],
)
def test_each_lack_has_its_mark_and_its_remedy(finding: Finding, state: State) -> None:
    """What is in order needs no remedy; what is not says how to mend it."""
    assert finding.state is state
    assert bool(finding.fix) == (state is not State.OK)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the state folder should be takes no files."""
    (tmp_path / ".djflow").write_text("", encoding="utf-8")
    assert checkup.writable(tmp_path).state is State.BAD


def test_markets_without_a_known_rule_are_listed(home: Path) -> None:
    """An unknown rule is a reminder by name."""
    assert checkup.unknown_markets(load_settings(home)).what == "古州 的场期未知，不排班"


def test_the_command_marks_each_line_and_sets_the_exit_code(home: Path) -> None:
    """People read marks and arrows; programs read JSON; both learn that something must be mended."""
    read = CliRunner().invoke(djflow, ["--home", str(home), "doctor"])
    data = CliRunner().invoke(djflow, ["--home", str(home), "doctor", "--json"])
    assert read.exit_code == data.exit_code == 1
    assert "✓ Python：" in read.output
    assert read.output.endswith("有 ✗ 的要先处理。\n")
    assert json.loads(data.stdout)["usable"] is False


def test_whom_the_configuration_names_must_be_registered(built: Path) -> None:
    """A liaison with a wrong number would be passed over in silence when nobody answers: it is said beforehand."""
    assert named(built, "联络员").state is State.OK
    path = built / "config" / "notices.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[liaisons]", '[liaisons]\nNOWHERE = "X99"'), encoding="utf-8")
    found = named(built, "联络员")
    assert found.state is State.NOTICE
    assert found.what == "单位 NOWHERE 的联络员（工号 X99）不在人员登记里；没有代号为 NOWHERE 的单位"
