"""A document's text as the words a clerk edits: fields, text, then each attachment that words can show.

An attachment's text follows a line 【附件】 with its title. What words cannot show (pictures, tables with a caption) is
kept as it was, and so is an attachment whose words were not changed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from djflow.core.errors import ConfigError, InputError
from djflow.documents.official.markup import Written, read_blocks, read_text
from djflow.documents.official.model import Attachment, Block, Cell, OfficialDocument, Paragraph, Roll, Table
from djflow.documents.official.rules import block_texts

ISSUERS = "发文机关"
ROLLS = ("出席", "请假", "列席")
_MORE = (ISSUERS, *ROLLS)
_SECTION = re.compile(r"【附件】\s*(.*)")


def words_of(document: OfficialDocument) -> str:
    """Return a document as the words a clerk edits; `written` reads them back."""
    lines = [f"标题：{' '.join(document.title.split())}"]
    lines += [f"{name}：{'，'.join(found)}" for name, found in _lists(document) if found]
    lines += [f"附件：{one.title}" for one in document.attachments]
    lines += [f"附注：{document.annotation}"] if document.annotation else []
    lines += _body_lines(document.body)
    for one in document.attachments:
        if one.body and _shown(one.body):
            lines += ["", f"【附件】{one.title}", *_body_lines(one.body)]
    return "\n".join(lines) + "\n"


def _lists(document: OfficialDocument) -> tuple[tuple[str, tuple[str, ...]], ...]:
    issuers = document.issuers if len(document.issuers) > 1 else ()
    rolls = tuple((one.word, one.names) for one in document.rolls if one.word in ROLLS)
    return ((ISSUERS, issuers), ("主送", document.recipients), ("抄送", document.cc), *rolls)


def _body_lines(blocks: Sequence[Block]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        lines += ["", *_table_lines(block)] if isinstance(block, Table) else ["", *block_texts(block)]
    return lines


def _shown(blocks: Sequence[Block]) -> bool:
    """Say whether words can show a text whole."""
    return all(isinstance(one, Paragraph) or (isinstance(one, Table) and not one.caption) for one in blocks)


def _table_lines(table: Table) -> list[str]:
    lines = []
    for at, row in enumerate(table.rows):
        cells = [part for cell in row for part in (_cell(cell, head=at < table.heads), *[">"] * (cell.span - 1))]
        room = max((cell.lines for cell in row), default=1)
        lines.append(f"| {' | '.join(cells)} |{f' {room}' if room > 1 else ''}")
        if at + 1 == table.heads:
            lines.append(f"|{'---|' * sum(cell.span for cell in row)}")
    return lines


def _cell(cell: Cell, *, head: bool) -> str:
    text = " ".join(cell.text.split())
    return f"*{text}" if cell.label and not head else text


def written(document: OfficialDocument, words: str) -> OfficialDocument:
    """Return a document with the words a clerk has edited.

    Raises: InputError saying which line cannot be read.
    """
    lines = words.replace("\r\n", "\n").strip("\n").split("\n")
    starts = [at for at, line in enumerate(lines) if _SECTION.fullmatch(line.strip())]
    try:
        read = read_text("\n".join(lines[: starts[0]] if starts else lines), _MORE)
        bodies = _sections(lines, starts)
    except ConfigError as error:
        raise InputError(
            error.message.replace("公文模板填好后的", "文稿").replace("公文模板", "文稿"), code="document.words"
        ) from error
    return replace(
        document,
        issuers=read.more.get(ISSUERS, document.issuers[:1]),
        title=read.title,
        body=read.body,
        recipients=read.recipients,
        cc=read.cc,
        attachments=_attachments(document, read, bodies),
        annotation=read.annotation,
        rolls=_rolls(document, read),
    )


def _sections(lines: list[str], starts: Sequence[int]) -> Mapping[str, tuple[Block, ...]]:
    found: dict[str, tuple[Block, ...]] = {}
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        title = lines[start].strip().removeprefix("【附件】").strip()
        if not title or title in found:
            raise ConfigError(
                f"公文模板填好后的第 {start + 1} 行的附件{'写了两次' if title else '没有名称'}。",
                code="text.attachment",
            )
        found[title] = read_blocks(lines[:end], start + 1)
    return found


def _attachments(
    document: OfficialDocument, read: Written, bodies: Mapping[str, tuple[Block, ...]]
) -> tuple[Attachment, ...]:
    kept = {one.title: one.body for one in document.attachments}
    titles = dict.fromkeys((*read.attachments, *bodies))
    return tuple(Attachment(title, _body_of(kept.get(title, ()), bodies.get(title))) for title in titles)


def _body_of(before: tuple[Block, ...], now: tuple[Block, ...] | None) -> tuple[Block, ...]:
    """Return an attachment's text: what was written, or what was there where nothing else was said."""
    if now is None:
        return () if _shown(before) else before
    return before if _body_lines(before) == _body_lines(now) else now


def _rolls(document: OfficialDocument, read: Written) -> tuple[Roll, ...]:
    others = tuple(one for one in document.rolls if one.word not in ROLLS)
    return (*(Roll(word, names) for word, names in read.more.items() if word in ROLLS and names), *others)
