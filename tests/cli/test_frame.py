"""Tests of what every command has in common: home, help, errors."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from djflow.cli.frame import file_sentence, hoisted, run
from djflow.cli.help_text import ChineseFormatter
from djflow.cli.main import djflow

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _call(monkeypatch: pytest.MonkeyPatch, command: click.Command, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["djflow", *arguments])
    return run(command)


def test_home_may_stand_anywhere() -> None:
    """`djflow up --home 目录` is what `djflow --home 目录 up` is; what follows `--` is left alone."""
    assert hoisted(["up", "--home", "/srv/a"]) == ["--home", "/srv/a", "up"]
    assert hoisted(["roster", "--home=/srv/a", "list"]) == ["--home=/srv/a", "roster", "list"]
    assert hoisted(["x", "--", "--home", "y"]) == ["x", "--", "--home", "y"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "后面还要写命令。"),
        (("nosuch",), "没有命令 nosuch。"),
        (("doctor", "--home"), "选项 --home 后面要写一个值。"),
        (("doctor", "--nosuch"), "没有选项 --nosuch。"),
        (("calendar", "lunar"), "缺少参数"),
        (("calendar", "market-days", "--rule", "逢1", "--day31", "x"), "参数 '--day31' 只能写：hold、skip。"),
        (
            ("roster", "solve", "i.json", "--out", "o.csv", "--time-limit", "-1"),
            "参数 '--time-limit' 应是数，范围 x>=0。",
        ),
        (("notify", "drain", "--kills"), "没有选项"),
        (("fund", "statement", "fiscal", "--first", "2026-02-30"), "应是存在的日期，写法如 2026-12-01。"),
        (("fund", "export", "--out", "/"), "应是文件名，不能是目录。"),
        (("calendar", "lunar", "2026-12-01", "more"), "多了或少了参数"),
    ],
)
def test_wrong_usage_is_a_chinese_sentence(
    arguments: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong usage ends with exit code 2 and says what is wrong, as JSON too when asked."""
    assert _call(monkeypatch, djflow, "--json", *arguments) == 2  # --json is looked for as typed
    assert _call(monkeypatch, djflow, *arguments) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [(), ("roster",), ("roster", "solve"), ("export", "templates"), ("export", "people"), ("import",)]
)
def test_help_is_chinese(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody has to read click's English."""
    assert _call(monkeypatch, djflow, *arguments, "--help") == 0
    shown = capsys.readouterr().out
    assert "用法：djflow " in shown
    english = ("Usage", "Options", "Commands", "Show this", "default:", "required", "。.")
    assert not [word for word in english if word in shown]


def test_every_page_of_help_is_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever command and option there is, its help is Chinese and none of click's standing words is left."""
    monkeypatch.setattr(click.Context, "formatter_class", ChineseFormatter)
    for words, command in _commands(djflow, ()):
        page = command.get_help(click.Context(command, info_name=" ".join(words), help_option_names=["--help", "-h"]))
        assert not re.search(r"required|\[default|deprecated|Show|and exit|Options|Usage|Commands", page), page
        helps = [option.help or "" for option in command.params if isinstance(option, click.Option)]
        shown = [text for text in helps if text != "Show the version and exit."]
        for text in (command.get_short_help_str(), *shown):
            assert CHINESE.search(text), (words, text)


def _commands(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _commands(below, (*words, name))


def test_a_fault_of_the_program_shows_no_trace_and_no_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What nobody foresaw ends in one sentence without the values at hand, which may be personal."""

    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def broken(*, as_json: bool) -> None:
        raise ValueError(f"13912345678 {as_json}")

    assert _call(monkeypatch, broken, "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["code"] == "internal"
    assert "test_frame.py" in err
    assert "13912345678" not in out + err
    assert "Traceback" not in err


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """A folder that cannot be made says which and why."""
    (tmp_path / "a").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match="a") as caught:
        (tmp_path / "a").mkdir()
    assert str(tmp_path / "a") in file_sentence(caught.value)
    assert "已有同名的文件" in file_sentence(caught.value)
