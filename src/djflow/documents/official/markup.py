"""Reads the text of a document as the office's templates give it: a few lines of fields, then text and tables.

    标题：关于……的通知
    主送：各镇（街道）党（工）委，区级有关部门

    现将有关事项通知如下。
    一、选派范围
    | 单位 | 名额 |
    |---|---|
    | 青禾镇 | 2 |

The fields end with the first empty line. A paragraph's level is read off its number (一、（一）1.（1）). In tables `*`
before a text makes a label, `>` alone widens the cell on its left, and a number after the last `|` leaves the room of
so many lines; the row above a line of dashes is repeated on every page. Values are made harmless by `plain` first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from djflow.core.errors import ConfigError
from djflow.documents.official.model import Block, Cell, Paragraph, Table
from djflow.documents.official.rules import has_number
from djflow.documents.official.titles import width

_FIELDS = ("标题", "主送", "抄送", "附件", "附注")
_DASHES = re.compile(r"\|[\s|:-]+\|?")
_LINES = re.compile(r"\s*(\d{1,2})?\s*")
_BREAK = "\u2028"
_LEAST, _MOST = 4, 16


@dataclass(frozen=True, slots=True)
class Written:
    """A document's words: its fields and its text; `more` holds the lists that only a clerk's text may have."""

    title: str
    body: tuple[Block, ...]
    recipients: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    annotation: str = ""
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def plain(value: object) -> object:
    """Return a value, or the values in it, with no text in it that the reader would take for a mark."""
    if isinstance(value, str):
        lines = [line.strip().replace("|", "｜") for line in value.splitlines()]
        text = _BREAK.join(line for line in lines if line)
        return f"{'＊' if text[0] == '*' else '＞'}{text[1:]}" if text[:1] in {"*", ">"} else text
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return tuple(plain(one) for one in value)
    return value


def read_text(text: str, more: tuple[str, ...] = ()) -> Written:
    """Return the document a text describes; `more` are fields besides the usual ones, each a list of names.

    Raises: ConfigError naming the line that cannot be read.
    """
    lines = text.split("\n")
    known = (*_FIELDS, *more)
    form = re.compile(rf"({'|'.join(known)})：(.*)")
    fields: dict[str, list[str]] = {name: [] for name in known}
    start = 0
    while start < len(lines) and lines[start].strip():
        found = form.fullmatch(lines[start].strip())
        if found is None:
            raise ConfigError(
                f"公文模板填好后的第 {start + 1} 行不是字段：空行之前只能写{'、'.join(known)}。", code="text.field"
            )
        fields[found[1]].append(found[2].replace(_BREAK, " ").strip())
        start += 1
    if not fields["标题"]:
        raise ConfigError("公文模板没有标题：第一行写“标题：……”。", code="text.title")
    return Written(
        title=fields["标题"][0],
        body=read_blocks(lines, start),
        recipients=_names(fields["主送"]),
        cc=_names(fields["抄送"]),
        attachments=tuple(one for one in fields["附件"] if one),
        annotation="".join(fields["附注"]),
        more={name: _names(fields[name]) for name in more if fields[name]},
    )


def _names(given: list[str]) -> tuple[str, ...]:
    return tuple(name.strip() for line in given for name in line.split("，") if name.strip())


def read_blocks(lines: Sequence[str], start: int) -> tuple[Block, ...]:
    """Return paragraphs and tables from the line `start` on.

    Raises: ConfigError naming the line that cannot be read.
    """
    blocks: list[Block] = []
    rows: list[tuple[int, str]] = []
    for number, line in enumerate([*(line.strip() for line in lines[start:]), ""], start + 1):
        if line.startswith("|"):
            rows.append((number, line))
            continue
        if rows:
            blocks.append(_table(rows))
            rows = []
        blocks += [_paragraph(part) for part in line.split(_BREAK) if part.strip()]
    return tuple(blocks)


def _paragraph(line: str) -> Paragraph:
    text = line.strip()
    return Paragraph(text, next((level for level in (1, 2, 3, 4) if has_number(level, text)), 0))


def _table(lines: list[tuple[int, str]]) -> Table:
    heads = 0
    rows: list[tuple[Cell, ...]] = []
    for number, line in lines:
        if _DASHES.fullmatch(line):
            heads = len(rows)
        else:
            rows.append(_row(number, line))
    width_of = sum(cell.span for cell in rows[0]) if rows else 0
    for (number, _), row in zip((one for one in lines if not _DASHES.fullmatch(one[1])), rows, strict=True):
        if sum(cell.span for cell in row) != width_of:
            raise ConfigError(f"公文模板填好后的第 {number} 行的格数与表格第一行不同：请补齐。", code="text.table")
    if heads:
        rows[:heads] = [tuple(Cell(cell.text, cell.span, True, cell.lines) for cell in row) for row in rows[:heads]]
    return Table(tuple(rows), _widths(rows, width_of), heads)


def _row(number: int, line: str) -> tuple[Cell, ...]:
    *parts, last = line[1:].split("|")
    room = _LINES.fullmatch(last)
    if room is None or not parts:
        raise ConfigError(f"公文模板填好后的第 {number} 行的表格没有写完：每行以“|”开头和结尾。", code="text.table")
    lines = int(room[1] or 1)
    cells: list[Cell] = []
    for part in (part.strip() for part in parts):
        if part == ">" and cells:
            left = cells[-1]
            cells[-1] = Cell(left.text, left.span + 1, left.label, left.lines)
        else:
            label = part.startswith("*")
            cells.append(Cell(part.removeprefix("*").strip().replace(_BREAK, "\n"), 1, label, lines))
    return tuple(cells)


def _widths(rows: Sequence[tuple[Cell, ...]], count: int) -> tuple[int, ...]:
    """Return the share of each column by its longest text that spans it alone."""
    most = [_LEAST] * count
    for row in rows:
        at = 0
        for cell in row:
            if cell.span == 1:
                longest = max((width(part) for part in cell.text.splitlines()), default=0)
                most[at] = max(most[at], min(_MOST, int(longest) + 1))
            at += cell.span
    return tuple(most)
