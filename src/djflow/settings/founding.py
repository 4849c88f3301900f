"""Writes a district's first `config/` from the shipped example and the office's answers.

Every line and comment of the example stays; only values change. A file that somebody edited is never overwritten
unasked: what was written here is remembered by its hash.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath

from djflow.core.errors import ConfigError, InputError
from djflow.settings.fields import UNSETTLED
from djflow.settings.locate import Path, locate
from djflow.settings.questions import BY_KEY, QUESTIONS, quoted

MARKETS = "markets.toml"
_VALUE = re.compile(r'^(?P<head>\s*[^=#]+=\s*)(?P<value>"[^"]*"|\{[^}]*\}|\[[^\]]*\]|[^#]*?)(?P<tail>\s*(#.*)?)$')


@dataclass(frozen=True, slots=True)
class Beginning:
    """How far a start has come: answers by question key, and the hashes of files as they were written."""

    answers: Mapping[str, str]
    written: Mapping[str, str]


def read_beginning(path: FilePath) -> Beginning:
    """Return what was kept at `path`; nothing when the file is not there.

    Raises: ConfigError when the file cannot be read.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Beginning({}, {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} 读不出来：可删去它，或用 djflow init --restart 从头开始。") from error
    answers = {str(key): str(value) for key, value in content.get("answers", {}).items() if key in BY_KEY}
    return Beginning(answers, {str(key): str(value) for key, value in content.get("written", {}).items()})


def keep_beginning(path: FilePath, beginning: Beginning) -> None:
    """Write how far the start has come, whole or not at all.

    Raises: ConfigError when the file cannot be written.
    """
    lines = ["# djflow init 的进度；删去它就从头开始。", "[answers]"]
    lines += [f"{key} = {quoted(value)}" for key, value in beginning.answers.items()]
    lines += ["", "[written]", *(f"{quoted(file)} = {quoted(digest)}" for file, digest in beginning.written.items())]
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} 写不进去：请检查目录的写权限和磁盘空间。") from error


def starter() -> Traversable:
    """Return the folder of the shipped example configuration."""
    return files("djflow") / "starter"


def starter_files() -> Mapping[str, str]:
    """Return the shipped example, by path below config/."""
    return dict(_walk(starter(), ""))


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        name = prefix + entry.name
        if entry.is_dir():
            yield from _walk(entry, name + "/")
        elif name.endswith((".toml", ".j2")):
            yield name, entry.read_text(encoding="utf-8")


def compose(answers: Mapping[str, str], markets: str | None) -> Mapping[str, str]:
    """Return the files of a new district; `markets` are its `[[markets]]` tables, None for none yet.

    Raises: InputError naming the question whose answer cannot be used.
    """
    composed = dict(starter_files())
    composed[MARKETS] = _head_of_markets(composed[MARKETS])
    composed["djflow.toml"] = with_value(composed["djflow.toml"], ("district", "demonstration"), "false", comment="")
    for question in QUESTIONS:
        if question.place is None:
            continue
        file, path = question.place
        try:
            literal = question.literal(answers.get(question.key, question.default))
        except InputError as error:
            raise InputError(f"“{question.text}”（{question.key}）：{error.message}") from error
        composed[file] = with_value(composed[file], path, literal)
    composed["djflow.toml"] += _kept(answers)
    composed[MARKETS] += markets or ""
    return composed


def _head_of_markets(text: str) -> str:
    head = text[: text.index("[[markets]]")]
    return "".join(line for line in head.splitlines(keepends=True) if "演示" not in line)


def _kept(answers: Mapping[str, str]) -> str:
    lines = ["", "# 建区时的答复，相应的功能启用时会用到；定下来以后把 source 改成依据。"]
    for question in QUESTIONS:
        if question.place is None:
            answer = answers.get(question.key, "")
            lines += ["[[answers]]", f"key = {quoted(question.key)}", f"question = {quoted(question.text)}"]
            lines += [f"answer = {quoted(answer)}", f"source = {quoted('建区时答复' if answer else UNSETTLED)}", ""]
    return "\n".join(lines)


def with_value(text: str, path: Path, literal: str, *, comment: str | None = None) -> str:
    """Return a TOML text with the one-line value at `path` replaced; `comment` None keeps the line's own.

    Raises: ValueError when the text has no such line.
    """
    lines = text.split("\n")
    number = locate(text).get(path)
    found = _VALUE.match(lines[number - 1]) if number else None
    if number is None or found is None:
        msg = f"no one-line value at {path}"
        raise ValueError(msg)
    tail = found["tail"] if comment is None else comment
    lines[number - 1] = found["head"] + literal + tail
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the files: lists of paths below config/, and the hashes to remember."""

    fresh: tuple[str, ...]
    renewed: tuple[str, ...]
    kept: tuple[str, ...]
    hashes: Mapping[str, str]


def write_config(
    home: FilePath, composed: Mapping[str, str], known: Mapping[str, str], may_replace: Callable[[str], bool]
) -> Written:
    """Write the files below `<home>/config/`; one that was edited only if `may_replace(file)`, after a copy is kept.

    `known` maps files to the hash they had when they were last written here; who has nothing new to say asks nothing.

    Raises: ConfigError when a file cannot be written.
    """
    fresh, renewed, kept = [], [], []
    hashes = dict(known)
    for file, text in sorted(composed.items()):
        target = home / "config" / file
        old = target.read_bytes() if target.exists() else None
        digest = digest_of(text.encode())
        if old is None:
            fresh.append(file)
        elif digest_of(old) == digest:
            hashes[file] = digest
            continue
        elif digest == known.get(file) or not (digest_of(old) == known.get(file) or may_replace(file)):
            kept.append(file)
            continue
        else:
            renewed.append(file)
            _write(home / ".djflow" / "init-backup" / file, old)
        _write(target, text.encode())
        hashes[file] = digest
    return Written(tuple(fresh), tuple(renewed), tuple(kept), hashes)


def digest_of(content: bytes) -> str:
    """Return the hash by which a file is recognised."""
    return hashlib.sha256(content).hexdigest()


def _write(path: FilePath, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise ConfigError(f"{path} 写不进去：请检查目录的写权限和磁盘空间。") from error
