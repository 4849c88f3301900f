"""Files that other programs hand in: JSON whose every place is checked as it is read, text in the usual encodings.

A wrong file is refused with one sentence that names the place in it.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from djflow.core.errors import InputError

T = TypeVar("T")
MOST = 1_000_000
"""The largest number that a file may hold, whole or not, of either sign."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a file is called in sentences, and the error that refuses it."""

    name: str
    refusal: type[InputError] = InputError


class Node:
    """One place in a JSON document; every accessor refuses a wrong value with the place's name."""

    def __init__(self, value: object, where: str, source: Source) -> None:
        """Wrap `value` found at `where` of a file."""
        self.value = value
        self.where = where
        self.source = source

    def _at(self, value: object, where: str) -> "Node":
        return Node(value, where, self.source)

    def wrong(self, expected: str) -> InputError:
        """Return the refusal: what was expected at this place."""
        shown = json.dumps(self.value, ensure_ascii=False, default=str)
        shown = shown if len(shown) <= 40 else shown[:40] + "…"
        return self.source.refusal(f"{self.source.name}的 {self.where} 应为{expected}，现在是 {shown}；请改正后重试。")

    def has(self, key: str) -> bool:
        """Return whether the key is there and not null."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def get(self, key: str) -> "Node":
        """Return the value of a key that must be there."""
        if not isinstance(self.value, dict):
            raise self.wrong("一组键值（JSON 对象）")
        if key not in self.value:
            raise self.source.refusal(f"{self.source.name}的 {self.where} 缺少“{key}”；请补上后重试。")
        return self._at(self.value[key], f"{self.where}.{key}" if self.where != "顶层" else key)

    def items(self) -> list["Node"]:
        """Return the elements of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("列表")
        return [self._at(v, f"{self.where}[{i}]") for i, v in enumerate(self.value)]

    def pairs(self) -> list[tuple[str, "Node"]]:
        """Return the keys and values of an object."""
        if not isinstance(self.value, dict):
            raise self.wrong("一组键值（JSON 对象）")
        return [(str(k), self._at(v, f"{self.where}.{k}")) for k, v in self.value.items()]

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.value, str):
            raise self.wrong("文字")
        return self.value

    def whole(self, low: int | None = None) -> int:
        """Return an integer, at least `low`."""
        value = self.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MOST:
            raise self.wrong("整数")
        if low is not None and value < low:
            raise self.wrong(f"不小于 {low} 的整数")
        return value

    def number(self) -> float:
        """Return a finite number."""
        if not isinstance(self.value, int | float) or isinstance(self.value, bool) or abs(self.value) > MOST:
            raise self.wrong("数字")
        return float(self.value)

    def flag(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            raise self.wrong(" true 或 false")
        return self.value

    def date(self) -> dt.date:
        """Return a civil date written like 2026-12-01."""
        try:
            return dt.date.fromisoformat(self.text())
        except ValueError:
            raise self.wrong("日期（如 2026-12-01）") from None

    def each(self, read: Callable[["Node"], T]) -> list[T]:
        """Return the elements of a list, each read by `read`."""
        return [read(n) for n in self.items()]

    def list_of(self, key: str, read: Callable[["Node"], T]) -> list[T]:
        """Return the elements of a list key, each read by `read`; absent means none."""
        return self.get(key).each(read) if self.has(key) else []

    def object(self, key: str) -> "Node":
        """Return an object key; absent means empty."""
        return self.get(key) if self.has(key) else self._at({}, key)

    def optional(self, key: str, read: Callable[["Node"], T], default: T) -> T:
        """Return a key's value, or `default` when it is absent."""
        return read(self.get(key)) if self.has(key) else default


def read_text(path: Path, source: Source) -> str:
    """Read a text file in UTF-8 (with or without BOM) or GB18030, as Excel writes it.

    Raises: the source's refusal when the file is missing, unreadable or in another encoding.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise source.refusal(f"读不了文件 {path}：请检查路径和权限。") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise source.refusal(f"文件 {path} 的编码认不出来；请另存为 UTF-8 再试。")


def read_json(path: Path, source: Source) -> Node:
    """Read a JSON file.

    Raises: the source's refusal naming line and column.
    """
    try:
        return Node(json.loads(read_text(path, source)), "顶层", source)
    except json.JSONDecodeError as error:
        raise source.refusal(
            f"文件 {path} 不是完整的 JSON：第 {error.lineno} 行第 {error.colno} 列有误；请改正后重试。"
        ) from error
    except RecursionError as error:
        raise source.refusal(f"文件 {path} 嵌套太深；请检查是否为{source.name}。") from error
