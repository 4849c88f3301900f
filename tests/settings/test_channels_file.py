from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from djflow.core.errors import ConfigError
from djflow.settings.channels_file import ChannelEntry, Channels, filled
from djflow.settings.load import check, load_settings
from djflow.settings.problems import Severity
from tests.settings.test_load import home

__all__ = ["home"]

SMS = """
[[channels]]
key = "sms"
name = "短信"
url = "aliyunsms://${DJFLOW_SMS_ID}:${DJFLOW_SMS_SECRET}@某区组织部"
receipt_secret = "${DJFLOW_SMS_RECEIPTS}"
limits = [{ count = 50, seconds = 86400, per_address = true }]
"""


def with_channels(home: Path, text: str) -> None:
    """Add to the example's channels.toml."""
    file = home / "config" / "channels.toml"
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def test_file_and_memory_are_always_there(home: Path) -> None:
    """Without any [[channels]] the house has the two embedded channels."""
    entries = load_settings(home).channels.entries
    assert [(entry.key, entry.url) for entry in entries] == [
        ("file", "file://outbox/messages.jsonl"),
        ("memory", "memory://"),
    ]


def test_a_declared_channel_comes_first(home: Path) -> None:
    """The office's channels come before the embedded ones, with their limits."""
    with_channels(home, SMS)
    entries = load_settings(home).channels.entries
    assert [entry.key for entry in entries] == ["sms", "file", "memory"]
    assert entries[0].limits
    assert entries[0].limits[0].per_address
    assert "DJFLOW" not in repr(entries[0])


def test_a_variable_that_is_not_set_is_noticed_not_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clerk who checks the files need not have the keys; which are missing here is said with the line."""
    with_channels(home, SMS)
    monkeypatch.setenv("DJFLOW_SMS_ID", "x")
    monkeypatch.delenv("DJFLOW_SMS_SECRET", raising=False)
    monkeypatch.delenv("DJFLOW_SMS_RECEIPTS", raising=False)
    found = [problem for problem in check(home) if "环境变量" in problem.what]
    assert [problem.what.split()[1] for problem in found] == ["DJFLOW_SMS_SECRET", "DJFLOW_SMS_RECEIPTS"]
    assert {problem.severity for problem in found} == {Severity.NOTICE}
    assert all(problem.line > 0 for problem in found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": "短信"}, "key"),
        ({"url": "not a url"}, "url 的写法不对"),
        ({"url": "wecomrobot://${key}"}, "环境变量应写成"),
        ({"url": "wecomrobot://${KEY"}, "环境变量应写成"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"base_url": "https://x/?a=b"}, "base_url"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"receipt_secret": "short"}, "receipt_secret"),
        ({"limits": [{"count": 0, "seconds": 60}]}, "count"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_channel_is_refused(change: Mapping[str, object], said: str) -> None:
    """What cannot be a channel is refused by the name of the entry."""
    with pytest.raises(ValidationError, match=said):
        ChannelEntry.model_validate({"key": "sms", "url": "wecomrobot://KEY", **change})


def test_a_key_names_one_channel() -> None:
    """Two channels of one key are refused."""
    one = {"key": "sms", "url": "memory://"}
    with pytest.raises(ValidationError, match="用了两次"):
        Channels.model_validate({"channels": [one, one]})


def test_a_secret_is_encoded_into_the_url() -> None:
    """A password with an at sign does not break the URL; a missing one is named, never shown."""
    text = "aliyunsms://${A}:${B}@签名"
    assert filled(text, {"A": "id", "B": "p@ss/1"}, "sms") == "aliyunsms://id:p%40ss%2F1@签名"
    with pytest.raises(ConfigError, match="环境变量 B"):
        filled(text, {"A": "id", "B": ""}, "sms")
