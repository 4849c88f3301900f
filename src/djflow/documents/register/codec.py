"""A document's text as it is kept: canonical JSON without loss, and its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

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
