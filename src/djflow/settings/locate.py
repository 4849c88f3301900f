"""Finds the line of every key in a TOML text, which tomllib does not tell.

The text has been accepted by tomllib before, so this scanner only has to find its way: headers, dotted and quoted
keys, inline tables, arrays over several lines, the four kinds of strings. Source: TOML 1.0.0.
"""

import re
import tomllib
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG_BASIC = re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{1,2}(?!"))?', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'''(?:'{1,2}(?!'))?", re.DOTALL)
_SCALAR = re.compile(r"[^,\]}#\n]+")
_BLANK = re.compile(r"[ \t]+")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")


def locate(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every key path and array element of a valid TOML text.

    Paths are tuples of keys and array positions: `("markets", 3, "rule")`. A table's line is that of its header.
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return scanner.lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of `path`, or of the nearest table around it; 1 when only the file is known."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


@dataclass(slots=True)
class _Scanner:
    text: str
    at: int = 0
    lines: dict[Path, int] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)

    def document(self) -> None:
        """Walk through the whole text."""
        table: Path = ()
        self._skip(_BLANK_LINES)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK_LINES)

    def _header(self) -> Path:
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        line = self._line()
        *outer, last = self._keys()
        self.at += 2 if is_array else 1
        path: Path = ()
        for part in outer:
            path = self._inside((*path, part))
            self._note(path, line)
        path = (*path, last)
        self._note(path, line)
        if is_array:
            self.counts[path] = self.counts.get(path, 0) + 1
        path = self._inside(path)
        self._note(path, line, again=not is_array)
        return path

    def _inside(self, path: Path) -> Path:
        # A header that names an array of tables means its last element.
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for part in self._keys():
            path = (*path, part)
            self._note(path, line)
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            keys.append(self._key())
            self._skip(_BLANK)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _key(self) -> str:
        if self.text[self.at] in "\"'":
            quoted = self._take(_BASIC if self.text[self.at] == '"' else _LITERAL)
            return str(tomllib.loads(f"key = {quoted}")["key"])
        return self._take(_BARE_KEY)

    def _value(self, path: Path) -> None:
        start = self.text[self.at]
        if start == "[":
            self._array(path)
        elif start == "{":
            self._inline_table(path)
        elif self.text.startswith('"""', self.at):
            self._take(_LONG_BASIC)
        elif self.text.startswith("'''", self.at):
            self._take(_LONG_LITERAL)
        elif start in "\"'":
            self._take(_BASIC if start == '"' else _LITERAL)
        else:
            self._take(_SCALAR)

    def _array(self, path: Path) -> None:
        self.at += 1
        position = 0
        while True:
            self._skip(_BLANK_LINES)
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._note((*path, position), self._line())
            self._value((*path, position))
            position += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self._skip(_BLANK_LINES)
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)

    def _note(self, path: Path, line: int, *, again: bool = False) -> None:
        # A table may be made by a dotted header first and get its own header later: the own header is what people see.
        if again or path not in self.lines:
            self.lines[path] = line

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def _skip(self, blank: re.Pattern[str]) -> None:
        found = blank.match(self.text, self.at)
        if found:
            self.at = found.end()

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:  # tomllib accepted the text, so this is a fault of this scanner
            msg = f"no {pattern.pattern!r} at line {self._line()}"
            raise ValueError(msg)
        self.at = found.end()
        return found.group()
