"""The whole check of config/: every channel is put together, nothing is sent, and what is wrong has file and line."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from djflow.assembly import checking
from djflow.cli import checkup
from djflow.cli.checkup import State
from djflow.cli.main import djflow
from djflow.settings.load import load_settings
from djflow.settings.problems import Problem, Severity
from tests.settings.test_channels_file import SMS, with_channels
from tests.settings.test_load import home

__all__ = ["home"]
KEYS = {"DJFLOW_SMS_ID": "id", "DJFLOW_SMS_SECRET": "s3cret", "DJFLOW_SMS_RECEIPTS": "x" * 20}


def found(home: Path, text: str, environ: dict[str, str] | None = None) -> list[Problem]:
    """What is wrong with these channels."""
    with_channels(home, text)
    return list(checking.channel_problems(home, KEYS if environ is None else environ))


def channel(url: str, more: str = "") -> str:
    """A channel of channels.toml."""
    return f'\n[[channels]]\nkey = "one"\nurl = "{url}"\n{more}'


def test_sound_channels_pass_with_and_without_their_keys(home: Path) -> None:
    """A complete channel is no finding, whether or not its secrets are known in this shell."""
    assert found(home, SMS) == []
    assert list(checking.channel_problems(home, {})) == []


@pytest.mark.parametrize(
    ("url", "more", "field", "said"),
    [
        ("aliyunsms://${DJFLOW_SMS_ID}@签名", "", "url", "缺少AccessKey Secret"),
        ("aliyunsms://${DJFLOW_SMS_ID}:${DJFLOW_SMS_SECRET}@", "", "url", "缺少短信签名"),
        ("wecomapp://corp/${DJFLOW_NO_SUCH}", "", "url", "缺少应用的 secret"),
        ("wecomapp://corp/abc?secret=s", "", "url", "AgentId"),
        ("cloudmas://ap:s@SIGN?ec=某单位", "", "url", "base_url"),
        ("wecomrobot://KEY", 'base_url = "https://zwwx.example:99999"\n', "base_url", "base_url 写法不对"),
        ("pigeon://x", "", "url", "没有 pigeon:// 这种渠道，只有："),
        ("file://../x", "", "url", "file:// 后面应是"),
        ("mailtos://nobody", "", "url", "one"),
    ],
)
def test_what_cannot_be_opened_is_named_with_its_line(home: Path, url: str, more: str, field: str, said: str) -> None:
    """An incomplete or impossible URL is an error at its line and key, with what mends it, without secrets."""
    (one,) = found(home, channel(url, more))
    lines = (home / "config" / "channels.toml").read_text("utf-8").splitlines()
    assert (one.file, one.key, one.severity) == ("channels.toml", f"channels[1].{field}", Severity.ERROR)
    assert lines[one.line - 1].startswith(field)
    assert said in one.what
    assert "s3cret" not in one.sentence


def test_a_channel_that_is_switched_off_is_left_alone(home: Path) -> None:
    """What is not used need not be complete."""
    assert found(home, channel("aliyunsms://", "enabled = false\n")) == []


def test_a_short_secret_of_the_receipt_address_is_refused(home: Path) -> None:
    """A secret in a path must not be guessed."""
    (one,) = found(home, SMS, {**KEYS, "DJFLOW_SMS_RECEIPTS": "short"})
    assert (one.key, "至少 16 个字符" in one.fix) == ("channels[1].receipt_secret", True)


def test_a_file_that_cannot_be_read_is_told_once(home: Path) -> None:
    """What the reading of channels.toml says already is not said again."""
    (home / "config" / "channels.toml").write_text("order = 1\n", "utf-8")
    assert checking.channel_problems(home, {}) == ()
    assert [one.file for one in checking.problems(home, {}) if one.severity is Severity.ERROR] == ["channels.toml"]


def test_the_command_fails_for_an_impossible_channel(home: Path) -> None:
    """check-config ends with 1 and says file, line, key and remedy."""
    with_channels(home, channel("aliyunsms://id:key@"))
    result = CliRunner().invoke(djflow, ["--home", str(home), "check-config"])
    assert result.exit_code == 1
    assert "config/channels.toml" in result.output
    assert "（channels[1].url）：渠道“one”：aliyunsms:// 渠道的 url 缺少短信签名，请对照" in result.output


@pytest.mark.parametrize("enabled", ["", "enabled = false\n"])
def test_a_chain_names_channels_that_work(home: Path, enabled: str) -> None:
    """A chain or a template through an unknown or switched-off channel is an error at its line."""
    with_channels(home, channel("wecomrobot://KEY", enabled))
    file = home / "config" / "notices.toml"
    step = '{ channel = "one" }, { channel = "phone" }'
    text = file.read_text("utf-8").replace("[default]\n", f"[default]\nchain = [{step}]\n", 1)
    file.write_text(text.replace("parts = 1\n", 'parts = 1\ntemplates = { one = "T" }\n', 1), "utf-8")
    errors = [one for one in checking.problems(home, {}) if one.severity is Severity.ERROR]
    assert [one.key for one in errors] == (["default.chain[1].channel", "texts[1].templates.one"] if enabled else [])
    assert all("enabled = false" in one.what for one in errors)


def test_a_text_without_a_template_code_is_noticed(home: Path) -> None:
    """A gateway that takes codes only cannot send a text that has none there."""
    with_channels(home, SMS)
    file = home / "config" / "notices.toml"
    chain = '[default]\nchain = [{ channel = "sms" }]\n'
    text = file.read_text("utf-8").replace("[default]\n", chain, 1)
    file.write_text(text.replace("parts = 1\n", 'parts = 1\ntemplate = "SMS_1"\n', 1), "utf-8")
    noticed = [one for one in checking.problems(home, KEYS) if "模板编号" in one.what]
    assert {one.severity for one in noticed} == {Severity.NOTICE}
    names = [one.what.removeprefix("“").partition("”")[0] for one in noticed]
    one_part, *others = [one["name"] for one in tomllib.loads(text)["texts"]]
    assert one_part not in names
    assert names == others


def test_the_doctor_lists_channels_without_their_secrets(home: Path) -> None:
    """Which variables of which channel are missing is listed; with all set the channels are fine."""
    with_channels(home, SMS)
    settings = load_settings(home)
    lacking = checkup.channels(settings, {"DJFLOW_SMS_ID": "x"})
    assert lacking.state is State.NOTICE
    assert lacking.what == "密钥没有设置，渠道会停用：sms 缺 DJFLOW_SMS_SECRET、DJFLOW_SMS_RECEIPTS"
    assert checkup.channels(settings, KEYS).state is State.OK
