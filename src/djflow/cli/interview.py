"""Who answers `djflow init`: a person at the terminal, or a file of answers."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import click

from djflow.cli.tables import FILES
from djflow.core.errors import InputError
from djflow.settings.questions import BY_KEY, Question


class Interview(Protocol):
    """Someone who answers."""

    def ask(self, question: Question) -> str:
        """Return a usable answer."""
        ...

    def may_replace(self, file: str) -> bool:
        """Return whether a file below config/ that somebody edited may be overwritten."""
        ...

    def may_import(self, tables: tuple[str, ...]) -> bool:
        """Return whether the filled tables of these names shall be imported now."""
        ...


@dataclass(slots=True)
class AtTerminal:
    """A person at the terminal; group headings are shown once, questions are numbered as they come."""

    shown: set[str] = field(default_factory=set)
    count: int = 0

    def ask(self, question: Question) -> str:
        """Ask until the answer can be used."""
        if question.group not in self.shown:
            self.shown.add(question.group)
            click.echo(f"\n{question.group}")
        self.count += 1
        click.echo(f"{self.count}. {question.text}\n   {question.why}")
        while True:
            shown = f"[{question.default}]" if question.default else ""
            answer = click.prompt(f"   答复{shown}", default="", show_default=False, prompt_suffix="：")
            answer = str(answer).strip() or question.default
            try:
                question.literal(answer)
            except InputError as error:
                click.echo(f"   ✗ {error.message}")
            else:
                return answer

    def may_replace(self, file: str) -> bool:
        """Ask whether an edited file may be overwritten."""
        return _yes(f"config/{file} 已被改过。用新的内容覆盖吗？（旧的存到 .djflow/init-backup/）", default=False)

    def may_import(self, tables: tuple[str, ...]) -> bool:
        """Ask whether filled tables shall be imported now."""
        return _yes(f"已填好的表：{'、'.join(tables)}。现在导入吗？", default=True)


def _yes(text: str, *, default: bool) -> bool:
    usual = "是" if default else "否"
    while True:
        answer = str(click.prompt(f"{text}是/否[{usual}]", default=usual, show_default=False, prompt_suffix="："))
        if answer in {"是", "否"}:
            return answer == "是"


@dataclass(frozen=True, slots=True)
class FromFile:
    """Answers of a TOML file: `[answers]` by question, `[files]` with filled tables, `overwrite`."""

    answers: Mapping[str, str]
    files: Mapping[str, Path]
    overwrite: bool

    def ask(self, question: Question) -> str:
        """Return the file's answer or the default.

        Raises: InputError when the answer cannot be used.
        """
        answer = self.answers.get(question.key, question.default)
        try:
            question.literal(answer)
        except InputError as error:
            raise InputError(f"答复 {question.key}（{question.text}）不能用：{error.message}") from error
        return answer

    def may_replace(self, file: str) -> bool:
        """Return what the file says for all files."""
        _ = file
        return self.overwrite

    def may_import(self, tables: tuple[str, ...]) -> bool:
        """Return True: who names files wants them imported."""
        _ = tables
        return True


def read_answers(path: Path) -> FromFile:
    """Return the answers of a file; paths in it are relative to it.

    Raises: InputError when it cannot be read or holds an unknown key.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"答复文件 {path} 读不出来：请核对路径，并存为 UTF-8 编码。") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f'答复文件 {path} 的写法不对：应是 TOML，如 [answers] 下写 name = "某某区"。') from error
    _refuse_unknown(content, ("answers", "files", "overwrite"))
    answers, files = content.get("answers", {}), content.get("files", {})
    if not isinstance(answers, dict) or not isinstance(files, dict):
        raise InputError("答复文件里 answers 和 files 应是表，如 [answers]。")
    _refuse_unknown(answers, tuple(BY_KEY))
    _refuse_unknown(files, tuple(FILES))
    return FromFile(
        {key: _spoken(value) for key, value in answers.items()},
        {key: path.parent / str(value) for key, value in files.items()},
        content.get("overwrite") is True,
    )


def _spoken(value: object) -> str:
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _refuse_unknown(given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            raise InputError(
                f"答复文件里没有“{key}”这一项，{'是不是 ' + near[0] if near else '可写：' + '、'.join(known)}？"
            )
