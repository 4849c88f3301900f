"""A document's text as it is kept: canonical JSON without loss, its hash, and as the words a clerk edits."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from djflow.core.errors import ConfigError, InputError
from djflow.documents.official.markup import read_text
from djflow.documents.official.model import (
    Attachment,
    Block,
    Cell,
    DocumentKind,
    OfficialDocument,
    Paragraph,
    Picture,
    Roll,
    Table,
)
from djflow.documents.official.rules import block_texts

_DAYS = ("signed_on", "printed_on")
_NAMES = ("issuers", "recipients", "cc", "signers")


def encode(document: OfficialDocument) -> str:
    """Return a document as canonical JSON."""
    return json.dumps(asdict(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def decode(text: str) -> OfficialDocument:
    """Return the document that `encode` wrote."""
    value: dict[str, Any] = json.loads(text)
    for name in _DAYS:
        value[name] = date.fromisoformat(value[name]) if value[name] else None
    for name in _NAMES:
        value[name] = tuple(value[name])
    value["kind"] = DocumentKind(value["kind"])
    value["body"] = tuple(_block(one) for one in value["body"])
    value["attachments"] = tuple(
        Attachment(one["title"], tuple(_block(block) for block in one["body"])) for one in value["attachments"]
    )
    value["rolls"] = tuple(Roll(one["word"], tuple(one["names"])) for one in value["rolls"])
    return OfficialDocument(**value)


def _block(value: Mapping[str, Any]) -> Block:
    if "png" in value:
        return Picture(value["png"], value["caption"])
    if "rows" not in value:
        return Paragraph(value["text"], value["level"])
    rows = tuple(tuple(Cell(**cell) for cell in row) for row in value["rows"])
    return Table(rows, tuple(value["widths"]), value["heads"], value["caption"])


def digest(document: OfficialDocument) -> str:
    """Return the SHA-256 of a document's text, hexadecimal."""
    return hashlib.sha256(encode(document).encode()).hexdigest()


def words_of(document: OfficialDocument) -> str:
    """Return a document as the words a clerk edits; `written` reads them back."""
    lines = [f"标题：{' '.join(document.title.split())}"]
    lines += [f"{name}：{'，'.join(found)}" for name, found in _lists(document) if found]
    lines += [f"附件：{one.title}" for one in document.attachments]
    lines += [f"附注：{document.annotation}"] if document.annotation else []
    for block in document.body:
        lines += ["", *_table_lines(block)] if isinstance(block, Table) else ["", *block_texts(block)]
    return "\n".join(lines) + "\n"


def _lists(document: OfficialDocument) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("主送", document.recipients), ("抄送", document.cc))


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
    """Return a document with the words a clerk has edited; bodies of attachments that keep their title stay.

    Raises: InputError saying which line cannot be read.
    """
    try:
        read = read_text(words.replace("\r\n", "\n").strip("\n"))
    except ConfigError as error:
        raise InputError(
            error.message.replace("公文模板填好后的", "文稿").replace("公文模板", "文稿"), code="document.words"
        ) from error
    bodies = {one.title: one.body for one in document.attachments}
    return replace(
        document,
        title=read.title,
        body=read.body,
        recipients=read.recipients,
        cc=read.cc,
        attachments=tuple(Attachment(title, bodies.get(title, ())) for title in read.attachments),
        annotation=read.annotation,
    )
