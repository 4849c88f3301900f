"""Reads an official document from JSON; every field that is missing, unknown or of the wrong kind is named."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from djflow.core.errors import InputError
from djflow.documents.official.model import (
    Attachment,
    Block,
    DocumentKind,
    OfficialDocument,
    Paragraph,
    Roll,
    Table,
)
from djflow.documents.official.rules import CHARS, classified, filled

_KINDS = tuple(kind for kind in DocumentKind if kind is not DocumentKind.SHEET)
_FIELDS = (
    "kind", "issuer", "number", "title", "main_recipients", "body", "attachments", "signed_on", "cc", "print_office",
    "printed_on", "secrecy", "urgency", "copy_number", "signers", "red_head", "annotation", "rolls", "sealed", "public",
)  # fmt: skip
_HEADS = ("head", "header", "columns")
_MOST_COLUMNS = CHARS


def read_document(text: str) -> OfficialDocument:
    """Return the document written in a JSON text.

    Raises: InputError naming all fields that are wrong.
    """
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"第 {error.lineno} 行第 {error.colno} 列" if isinstance(error, json.JSONDecodeError) else "嵌套太深"
        raise InputError(f"公文文件不是正确的 JSON（{where}）。", code="document.json") from error
    if not isinstance(value, dict):
        raise InputError("公文文件应是一个 JSON 对象（用花括号括起来）。", code="document.json")
    return _Reader().document(value)


class _Reader:
    """Collects what is wrong while it reads, so that all of it is said at once."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def document(self, value: Mapping[str, Any]) -> OfficialDocument:
        self._unknown(value, _FIELDS, "")
        kind = self._word(value, "kind", tuple(one.value for one in _KINDS), needed=True)
        secrecy = self._secrecy(value)
        made = OfficialDocument(
            kind=DocumentKind(kind or _KINDS[0]),
            issuers=self._names(value, "issuer", needed=True),
            title=self._text(value, "title", needed=True),
            body=self._blocks(value.get("body"), "body", needed=True),
            number=self._text(value, "number"),
            recipients=self._names(value, "main_recipients"),
            attachments=self._attachments(value.get("attachments")),
            signed_on=self._day(value, "signed_on"),
            cc=self._names(value, "cc"),
            print_office=self._text(value, "print_office"),
            printed_on=self._day(value, "printed_on"),
            urgency=self._text(value, "urgency"),
            copy_number=self._text(value, "copy_number"),
            signers=self._names(value, "signers"),
            red_head=self._text(value, "red_head") if value.get("red_head") is not None else None,
            annotation=self._text(value, "annotation"),
            rolls=self._rolls(value.get("rolls")),
            sealed=self._yes(value, "sealed", usual=True),
            internal=secrecy == "内部",
            public=self._yes(value, "public", usual=False),
        )
        if self.wrong:
            raise InputError(f"公文文件有误：{'；'.join(self.wrong)}。", code="document.fields")
        return made

    def _unknown(self, value: Mapping[str, Any], known: Collection[str], where: str) -> None:
        self.wrong += [f"{where}{name} 不是公文的字段" for name in sorted(set(value) - set(known))]

    def _secrecy(self, value: Mapping[str, Any]) -> str:
        text = self._text(value, "secrecy")
        if classified(text) or any(word in text for word in ("绝密", "机密", "秘密")):
            self.wrong.append("secrecy 标有密级：本系统严禁处理涉密信息，请改用涉密计算机办理")
        elif text not in {"", "内部"}:
            self.wrong.append("secrecy 只能不写，或写“内部”")
        return text

    def _word(self, value: Mapping[str, Any], name: str, words: tuple[str, ...], *, needed: bool) -> str:
        text = self._text(value, name, needed=needed)
        if text and text not in words:
            self.wrong.append(f"{name} 应是 {'、'.join(words)} 之一")
            return ""
        return text

    def _text(self, value: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
        found = value.get(name)
        if found is None or found == "":
            if needed:
                self.wrong.append(f"{name} 不能空着")
            return ""
        if not isinstance(found, str):
            self.wrong.append(f"{name} 应是文字")
            return ""
        return found.strip()

    def _names(self, value: Mapping[str, Any], name: str, *, needed: bool = False) -> tuple[str, ...]:
        found = value.get(name)
        listed = [found] if isinstance(found, str) else [] if found is None else found
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            self.wrong.append(f"{name} 应是文字，或文字的列表")
            return ()
        names = tuple(one.strip() for one in listed if one.strip())
        if needed and not names:
            self.wrong.append(f"{name} 不能空着")
        return names

    def _yes(self, value: Mapping[str, Any], name: str, *, usual: bool) -> bool:
        found = value.get(name, usual)
        if not isinstance(found, bool):
            self.wrong.append(f"{name} 应是 true 或 false")
        return found is True

    def _day(self, value: Mapping[str, Any], name: str) -> date | None:
        text = self._text(value, name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.wrong.append(f"{name} 应是日期，写成 2026-11-24")
            return None

    def _blocks(self, found: object, where: str, *, needed: bool = False) -> tuple[Block, ...]:
        if found is None and not needed:
            return ()
        if not isinstance(found, list) or (needed and not found):
            self.wrong.append(f"{where} 应是段落的列表，至少一段")
            return ()
        blocks = [self._block(one, f"{where}[{at}]") for at, one in enumerate(found)]
        return tuple(block for block in blocks if block is not None)

    def _block(self, found: object, where: str) -> Block | None:
        if isinstance(found, str):
            return Paragraph(found)
        if not isinstance(found, dict):
            self.wrong.append(f"{where} 应是段落或表格")
            return None
        if "table" in found:
            self._unknown(found, ("table", "caption"), f"{where}.")
            return self._table(found["table"], str(found.get("caption") or ""), f"{where}.table")
        self._unknown(found, ("level", "text"), f"{where}.")
        level, text = found.get("level", 0), found.get("text")
        if not isinstance(level, int) or isinstance(level, bool) or not 0 <= level <= 4:
            self.wrong.append(f"{where}.level 应是 0 到 4 的整数")
            return None
        if not isinstance(text, str) or not text.strip():
            self.wrong.append(f"{where}.text 应是文字，不能空着")
            return None
        return Paragraph(text, level)

    def _table(self, found: object, caption: str, where: str) -> Table | None:
        if isinstance(found, dict):
            self._unknown(found, (*_HEADS, "rows", "caption", "widths"), f"{where}.")
            head: Any = next((found[name] for name in _HEADS if name in found), [])
            rows, widths = found.get("rows"), found.get("widths", [])
            caption = str(found.get("caption") or caption)
        else:
            head, rows, widths = (found[0], found[1:], []) if isinstance(found, list) and found else ([], None, [])
        lists: list[Any] = rows if isinstance(rows, list) else [None]
        if not _is_row(head) or not all(_is_row(row) and len(row) == len(head) for row in lists):
            self.wrong.append(f"{where} 应有表头和各行，每行的格数与表头相同（最多 {_MOST_COLUMNS} 列）")
            return None
        if widths and not _are_widths(widths, len(head)):
            self.wrong.append(f"{where}.widths 应是每列一个正整数")
            return None
        plain = filled(_texts(head), tuple(_texts(row) for row in lists), tuple(widths))
        return Table(plain.rows, plain.widths, plain.heads, caption)

    def _attachments(self, found: object) -> tuple[Attachment, ...]:
        if found is None:
            return ()
        if not isinstance(found, list):
            self.wrong.append("attachments 应是附件的列表")
            return ()
        return tuple(self._attachment(one, f"attachments[{at}]") for at, one in enumerate(found))

    def _attachment(self, found: object, where: str) -> Attachment:
        if isinstance(found, str) and found.strip():
            return Attachment(found.strip())
        if not isinstance(found, dict) or not isinstance(found.get("title"), str) or not found["title"].strip():
            self.wrong.append(f"{where} 应是附件名称，或有 title（名称）和 body（正文）")
            return Attachment("")
        self._unknown(found, ("title", "body"), f"{where}.")
        return Attachment(found["title"].strip(), self._blocks(found.get("body"), f"{where}.body"))

    def _rolls(self, found: object) -> tuple[Roll, ...]:
        if found is None:
            return ()
        if not isinstance(found, dict):
            self.wrong.append("rolls 应是一个对象，如 {“出席”: [“…”]}")
            return ()
        return tuple(Roll(word, self._names(found, word)) for word in found)


def _is_row(found: object) -> bool:
    return (
        isinstance(found, list)
        and 0 < len(found) <= _MOST_COLUMNS
        and all(one is None or isinstance(one, str | int | float) for one in found)
    )


def _are_widths(found: object, count: int) -> bool:
    return isinstance(found, list) and len(found) == count and all(isinstance(one, int) and one > 0 for one in found)


def _texts(row: Any) -> tuple[str, ...]:
    return tuple("" if one is None else str(one) for one in row)
