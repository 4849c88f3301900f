"""`djflow notify` as a clerk or a program calls it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from djflow.assembly import create_house, open_house, rehearsed
from djflow.cli.frame import run
from djflow.cli.main import djflow
from djflow.core.clock import SystemClock
from djflow.demo.load import copy_starter
from djflow.notify import service as notices
from djflow.notify import store
from djflow.notify.model import MessageState, Urgency
from djflow.settings.load import DATABASE_URL_VARIABLE
from tests.notify.messages import intent, planned
from tests.roster.district import settle

Call = Callable[..., tuple[int, str]]
REHEARSED = {
    *("messages", "delivered", "lost", "doubled", "refused_for_rate", "undetected_errors"),
    *("msgs_per_second", "raw_msgs_per_second"),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A district on SQLite that tells two people of a change; nothing waits for office hours."""
    copy_starter(tmp_path)
    (tmp_path / "config" / "notices.toml").write_text('[default]\nurgency = "urgent"\n', "utf-8")
    house = create_house(tmp_path, kind="demo")
    with house.transaction() as session:
        people = sorted(settle(session, house.now()).values())[:2]
        notices.enqueue(session, [intent(house.now(), person) for person in people], now=house.now())
    house.database.engine.dispose()
    return tmp_path


@pytest.fixture
def call(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs `djflow notify …` and returns exit code and standard output."""

    def calling(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["djflow", "--home", str(home), "notify", *arguments])
        code = run(djflow)
        return code, capsys.readouterr().out

    return calling


def listed(call: Call) -> list[dict[str, str]]:
    """Return what `notify list` says."""
    code, out = call("list", "--json")
    assert code == 0
    found: list[dict[str, str]] = json.loads(out)
    return found


def test_what_is_due_is_sent_once_and_counted(call: Call) -> None:
    """`drain` says what became of everything; a second round finds nothing."""
    assert {one["state"] for one in listed(call)} == {"pending"}
    assert call("drain", "--once", "--json") == (0, '{"sent": 2, "failed": 0, "unknown": 0, "held": 0}\n')
    assert json.loads(call("drain", "--json")[1]) == {"sent": 0, "failed": 0, "unknown": 0, "held": 0}
    assert call("drain") == (0, "送出 0 条，失败 0 条，不明 0 条，留待以后 0 条。\n")
    assert {one["state"] for one in listed(call)} != {"pending"}


def test_the_life_of_a_notice_is_shown_without_its_address(call: Call, home: Path) -> None:
    """From intent to answer in JSON and in words, the address masked."""
    call("drain", "--json")
    first = listed(call)[0]
    code, out = call("show", first["id"], "--json")
    life = json.loads(out)
    assert code == 0
    assert life["id"] == first["id"]
    assert [one["state"] for one in life["messages"]] == ["accepted"]
    assert [one["verdict"] for one in life["messages"][0]["attempts"]] == ["accepted"]
    code, out = call("show", first["id"])
    assert code == 0
    assert "第1步 file" in out
    assert (home / ".djflow").is_dir()


def test_a_list_can_be_narrowed(call: Call) -> None:
    """By number and by state; an unknown state is refused with those there are."""
    assert len(json.loads(call("list", "--limit", "1", "--json")[1])) == 1
    assert json.loads(call("list", "--state", "needs_human", "--json")[1]) == []
    assert call("list", "--state", "needs_human") == (0, "没有通知。\n")
    code, out = call("list", "--state", "nosuch", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "notice.no_state")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "nosuch"), "notice.unknown"),
        (("preview", "nosuch"), "notice.unknown"),
        (("preview", "--text", "sms/nosuch"), "text.unknown"),
        (("replay", "nosuch"), "message.unknown"),
        (("pause", "nosuch"), "channel.unknown"),
        (("resume", "nosuch"), "channel.unknown"),
    ],
)
def test_what_is_not_there_is_refused_in_words(arguments: tuple[str, ...], code: str, call: Call) -> None:
    """Exit code 1, one Chinese sentence, and the same as JSON when asked."""
    exit_code, out = call(*arguments, "--json")
    error = json.loads(out)["error"]
    assert exit_code == 1
    assert set(error) == {"code", "message"}
    assert error["code"] == code
    assert error["message"].endswith("。")
    assert call(*arguments) == (1, "")


def test_notices_and_texts_are_previewed(call: Call) -> None:
    """A notice with its own values, a text with sample values, each with its length and its parts."""
    found = json.loads(call("preview", listed(call)[0]["id"], "--json")[1])
    assert [one["text_name"] for one in found] == ["sms/roster_change"]
    assert "12月1日" in found[0]["text"]
    assert found[0]["parts"] >= 1
    assert found[0]["channels"] == ["file"]
    one = json.loads(call("preview", "--text", "sms/duty_reminder", "--json")[1])
    assert [found["text_name"] for found in one] == ["sms/duty_reminder"]
    assert len(json.loads(call("preview", "--json")[1])) > 5
    assert "短信 " in call("preview")[1]


def test_messages_of_a_stopped_channel_wait(call: Call) -> None:
    """A channel stopped by hand sends nothing until it is started again."""
    assert json.loads(call("pause", "file", "--json")[1]) == {"channel": "file", "paused": True}
    assert json.loads(call("drain", "--json")[1]) == {"sent": 0, "failed": 0, "unknown": 0, "held": 2}
    assert json.loads(call("resume", "file", "--json")[1]) == {"channel": "file", "paused": False}
    assert json.loads(call("drain", "--json")[1])["sent"] == 2


def test_a_dead_message_is_sent_again_on_request(call: Call, home: Path) -> None:
    """What failed goes back into the queue once; what arrived is not sent again."""
    house = open_house(home)
    with house.transaction() as session:
        notice = store.listing(session, limit=1)[0]
        planned(session, notice.id, MessageState.DEAD, house.now(), urgency=Urgency.URGENT)
    house.database.engine.dispose()
    number = json.loads(call("show", notice.id, "--json")[1])["messages"][0]["id"]
    assert json.loads(call("replay", number, "--json")[1]) == {"message": number, "state": "pending"}
    assert json.loads(call("drain", "--json")[1])["sent"] == 2
    code, out = call("replay", number, "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "message.not_failed")


def test_a_rehearsal_never_opens_the_office_s_database(
    home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the environment names the office's database, a rehearsal still has its own file."""
    house = open_house(home)
    monkeypatch.setenv(DATABASE_URL_VARIABLE, "postgresql://nobody@127.0.0.1:9/office")
    folder = tmp_path_factory.mktemp("rehearsal")
    private = rehearsed.prepare(house, folder, rehearsed.stages_of(house, "http://127.0.0.1:9"), SystemClock())
    assert private.database.engine.url.get_backend_name() == "sqlite"
    assert str(private.database.engine.url.database).startswith(str(folder))
    private.database.engine.dispose()
    house.database.engine.dispose()


@pytest.mark.slow
def test_a_rehearsal_reports_what_the_providers_counted(call: Call) -> None:
    """On a bad day with a hard end of the sender nothing is lost, and nothing of the office is sent."""
    code, out = call("rehearse", "--messages", "40", "--kills", "1", "--seed", "5", "--json")
    counted = json.loads(out)
    assert code == 0
    assert set(counted) == REHEARSED
    assert (counted["messages"], counted["delivered"], counted["lost"], counted["doubled"]) == (40, 40, 0, 0)
    assert (counted["refused_for_rate"], counted["undetected_errors"]) == (0, 0)
    assert counted["msgs_per_second"] > 0
    assert {one["state"] for one in listed(call)} == {"pending"}
