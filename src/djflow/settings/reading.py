"""Reads one TOML file into its model and lists, with lines, what is wrong with it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from djflow.settings.fields import UNSETTLED
from djflow.settings.locate import Path, line_of, locate
from djflow.settings.problems import Problem, Severity
from djflow.settings.words import remedy, unknown_key, what_is_wrong

M = TypeVar("M", bound=BaseModel)

_PLACE = re.compile(r"\(at line (?P<line>\d+), column \d+\)")
_FULL_WIDTH = re.compile("[“”‘’＝，［］｛｝＃]")
_SYNTAX = (
    ("twice", "同一个表或同一项写了两次。", "请合并或删去一处。"),
    ("overwrite", "同一项写了两次。", "请删去一处。"),
    ("Duplicate", "同一项写了两次。", "请删去一处。"),
    ("Cannot mutate", "这一项与前面写过的冲突。", "请删去一处。"),
    ("Unclosed array", "方括号列表没有写完。", "请补上“]”。"),
    ("Unclosed inline table", "花括号表没有写完。", "请补上“}”。"),
    ("Unterminated string", "引号没有成对。", "请补上后一个英文引号。"),
    ("after a key", "项名后面应是等号。", '写法如 name = "某某区"。'),
    ("Invalid initial character for a key", "项名的写法不对。", "有中文、空格的项名要加英文双引号；一行只写一项。"),
    ("newline or end of document", "这一行值的后面多了东西。", "一行只写一项；说明写在 # 后面。"),
    ("Invalid value", "值的写法不对。", "文字要加英文双引号，日期和数字不加。"),
    ("Invalid statement", "这一行的写法不对。", "应为 项名 = 值、[表名] 或以 # 开头的说明；中文项名要加英文双引号。"),
    ("Illegal character", "有不能用的字符。", "请删去，或改成英文半角。"),
    ("escape", "反斜线后面的字符不认识。", "要写反斜线本身请写两个，或改用单引号。"),
    ("end of a table", "表名的方括号没有写完。", "请补上“]”。"),
    ("end of an array", "表名的方括号没有写完。", "请补上“]]”。"),
)


@dataclass(frozen=True, slots=True)
class FileText:
    """A TOML file's content with the line of every key."""

    name: str
    content: Mapping[str, object]
    text: str
    lines: Mapping[Path, int]

    def problem(self, path: Path, what: str, fix: str, severity: Severity = Severity.ERROR) -> Problem:
        """Return a finding about the key at `path`."""
        return Problem(self.name, line_of(dict(self.lines), path), key_of(path), what, fix, severity)


@dataclass(frozen=True, slots=True)
class Reading(Generic[M]):
    """A file that was read: its model unless something is wrong, and the findings."""

    file: FileText | None
    value: M | None
    problems: tuple[Problem, ...] = field(default=())


def key_of(path: Path) -> str:
    """Return a path as people read it: `markets[2].rule` is the second market's rule."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def read_text(folder: FilePath, name: str) -> tuple[FileText | None, tuple[Problem, ...]]:
    """Return the content of `folder / name`, or what keeps it from being read."""
    try:
        text = (folder / name).read_bytes().decode("utf-8-sig")
        return FileText(name, content := tomllib.loads(text), text, locate(text) if content else {}), ()
    except FileNotFoundError:
        return None, (Problem(name, 0, "", "没有这个文件。", "请从示例配置抄一份，或运行 djflow init。"),)
    except UnicodeDecodeError:
        return None, (Problem(name, 0, "", "文件不是 UTF-8 编码。", "请在编辑器里另存为 UTF-8 编码。"),)
    except OSError:
        return None, (Problem(name, 0, "", "文件读不出来。", "请检查文件的读权限。"),)
    except tomllib.TOMLDecodeError as error:
        return None, (_syntax_problem(name, text, str(error)),)


def _syntax_problem(name: str, text: str, message: str) -> Problem:
    found = _PLACE.search(message)
    lines = text.splitlines() or [""]
    line = int(found["line"]) if found else len(lines)
    what, fix = next(
        ((w, f) for part, w, f in _SYNTAX if part in message), ("写法不合 TOML 格式。", "请对照示例改正。")
    )
    wide = _FULL_WIDTH.search(lines[min(line, len(lines)) - 1].split("#")[0])
    if wide:
        fix = f"这一行有全角符号“{wide.group()}”，请改成英文半角。"
    return Problem(name, line, "", what, fix)


def read_model(folder: FilePath, name: str, model: type[M]) -> Reading[M]:
    """Return the file read as `model`, with every finding."""
    file, problems = read_text(folder, name)
    if file is None:
        return Reading(None, None, problems)
    notices = tuple(_unsettled(file))
    try:
        return Reading(file, model.model_validate(file.content), notices)
    except ValidationError as error:
        findings = {problem.key: problem for problem in (_finding(file, model, one) for one in error.errors())}
        return Reading(file, None, (*findings.values(), *notices))


def _finding(file: FileText, model: type[BaseModel], error: ErrorDetails) -> Problem:
    path: Path = error["loc"]
    if error["type"] == "extra_forbidden":
        return file.problem(path, *unknown_key(model, path))
    if error["type"] != "missing":
        # A union adds its members to the place; people look for the key.
        while path and path not in file.lines:
            path = path[:-1]
    return file.problem(path, what_is_wrong(error), remedy(model, path))


def _unsettled(file: FileText) -> Iterator[Problem]:
    for path in file.lines:
        if path[-1] == "source" and _value_at(file.content, path) == UNSETTLED:
            table = _value_at(file.content, path[:-1])
            about = str(table.get("question", "")) if isinstance(table, dict) else ""
            yield file.problem(
                path,
                f"“{about}”待确认。" if about else "这些值待确认。",
                "请与主管领导商定后改好，并把 source 改成依据。",
                Severity.NOTICE,
            )


def _value_at(content: object, path: Path) -> object:
    for part in path:
        if isinstance(content, dict | list):
            content = content[part]  # type: ignore[index] # the locator took the path from this content
    return content
