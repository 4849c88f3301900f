"""Writes the file for the bank. Accounts stay text with their zeros in front; no cell can become a formula.

A name or number that the bank's encoding cannot hold is found before anything is frozen.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from djflow.core.errors import InputError
from djflow.core.money import plain_yuan
from djflow.fund.payment.layout import Cell, Content, FileForm, FileKind, OrderLayout
from djflow.fund.payment.model import BankLine

SUFFIX = {FileKind.CSV: "csv", FileKind.EXCEL: "xlsx"}
_SHEET = "代发明细"


@dataclass(frozen=True, slots=True)
class FileHead:
    """What first and last rows may say: the batch's number, its day, how many lines, their sum."""

    batch: str
    on: date
    count: int
    total_fen: int


def render(layout: OrderLayout, head: FileHead, lines: Sequence[BankLine]) -> bytes:
    """Return the bytes of the bank file.

    Raises: InputError naming every line that the file's encoding cannot hold.
    """
    if layout.form.kind is FileKind.EXCEL:
        return _excel(layout, head, lines)
    _require_encodable(layout, head, lines)
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=layout.form.separator, lineterminator="\r\n")
    writer.writerows(_rows(layout, head, lines))
    return target.getvalue().encode(layout.form.encoding)


def _rows(layout: OrderLayout, head: FileHead, lines: Sequence[BankLine]) -> Iterator[list[str]]:
    if layout.head:
        yield [_about_batch(cell, head, layout.form) for cell in layout.head]
    if layout.titles:
        yield [cell.title for cell in layout.columns]
    for line in lines:
        yield [_about_line(cell, line, head, layout.form) for cell in layout.columns]
    if layout.foot:
        yield [_about_batch(cell, head, layout.form) for cell in layout.foot]


def _about_batch(cell: Cell, head: FileHead, form: FileForm) -> str:
    values = {
        Content.TEXT: cell.text,
        Content.BATCH: head.batch,
        Content.DATE: f"{head.on:%Y%m%d}",
        Content.COUNT: str(head.count),
        Content.TOTAL: _amount(head.total_fen, form),
    }
    return values[cell.content]


def _about_line(cell: Cell, line: BankLine, head: FileHead, form: FileForm) -> str:
    values = {
        Content.NUMBER: str(line.number),
        Content.KEY: line.line_key,
        Content.NAME: line.holder,
        Content.ACCOUNT: line.account,
        Content.BANK: line.bank,
        Content.AMOUNT: _amount(line.amount_fen, form),
    }
    return values[cell.content] if cell.content in values else _about_batch(cell, head, form)


def _amount(fen: int, form: FileForm) -> str:
    return str(fen) if form.in_fen else plain_yuan(fen)


def _require_encodable(layout: OrderLayout, head: FileHead, lines: Iterable[BankLine]) -> None:
    encoding = layout.form.encoding
    bad = [
        f"第 {line.number} 行（{line.line_key}）"
        for line in lines
        if not all(_holds(encoding, _about_line(cell, line, head, layout.form)) for cell in layout.columns)
    ]
    if bad:
        raise InputError(
            f"户名或开户行里有银行文件编码（{encoding}）写不出的字：{'、'.join(bad)}。文件没有生成，"
            "请与银行商定改用 gb18030 或 Excel 格式，或把这几笔另编一批。",
            code="payment.encoding",
        )


def _holds(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


_NUMBERS = frozenset({Content.AMOUNT, Content.TOTAL, Content.COUNT, Content.NUMBER})


def _excel(layout: OrderLayout, head: FileHead, lines: Sequence[BankLine]) -> bytes:
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        msg = "a new workbook without a sheet"
        raise TypeError(msg)
    sheet.title = _SHEET
    contents = [[cell.content for cell in row] for row in _row_cells(layout, len(lines))]
    for at, (row, kinds) in enumerate(zip(_rows(layout, head, lines), contents, strict=True), start=1):
        for place, (text, kind) in enumerate(zip(row, kinds, strict=True), start=1):
            _put(sheet, (at, place), text, number=kind in _NUMBERS)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _row_cells(layout: OrderLayout, count: int) -> Iterator[Sequence[Cell]]:
    if layout.head:
        yield layout.head
    if layout.titles:
        yield [Cell(Content.TEXT) for _ in layout.columns]
    for _ in range(count):
        yield layout.columns
    if layout.foot:
        yield layout.foot


def _put(sheet: Worksheet, place: tuple[int, int], text: str, *, number: bool) -> None:
    cell = sheet.cell(*place)
    if number:
        cell.value = Decimal(text) if "." in text else int(text)
        cell.number_format = "0.00" if "." in text else "0"
        return
    cell.value = text
    cell.data_type = "s"  # a text that begins with = is no formula, an account no number
    cell.number_format = "@"
