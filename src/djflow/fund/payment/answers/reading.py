"""Reads the bank's answer, CSV or Excel, into rows; a file that is damaged as a whole is refused with its row numbers.

What a single line says is judged by `rules.match`: an amount or result that cannot be read is left empty here.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from djflow.core.errors import InputError
from djflow.core.money import fen_of
from djflow.fund.payment.layout import AnswerLayout, FileForm, FileKind
from djflow.fund.payment.model import AnswerRow
from djflow.fund.payment.rules import TAIL
from djflow.people.excel.sheet import HEADER_SEARCH_ROWS, MAX_FILE_BYTES, MAX_ROWS, MAX_UNPACKED_BYTES

Row = tuple[int, tuple[str, ...]]

_BOM = b"\xef\xbb\xbf"
_KEY = re.compile(r"pay:[A-Za-z0-9-]{1,30}:[0-9]{1,4}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,30}")
_WHOLE = re.compile(r"[0-9]{1,14}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?")
_DAMAGED = (
    InvalidFileException,
    KeyError,
    ValueError,
    TypeError,
    ParseError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
)


def read_answer(content: bytes, layout: AnswerLayout) -> tuple[AnswerRow, ...]:
    """Return the rows of an answer in order.

    Raises: InputError naming rows when the file is no such file, cut off, or its last row does not add up.
    """
    if not content:
        raise InputError("回单是空文件：请从银行重新下载。", code="answer.empty")
    if len(content) > MAX_FILE_BYTES:
        raise InputError(f"回单超过 {MAX_FILE_BYTES // 1024 // 1024} MB：多半选错了文件。", code="answer.too_large")
    excel = layout.form.kind is FileKind.EXCEL
    rows = list(_excel_rows(content) if excel else _csv_rows(content, layout.form))
    places, body = _below_titles(rows, layout)
    _require_whole(body, places, layout)
    if layout.total_mark:
        body = _without_total(body, layout)
    found = tuple(_answer_row(number, row, places, layout) for number, row in body)
    if not found:
        raise InputError("回单里没有明细：请从银行重新下载。", code="answer.empty")
    return found


def _csv_rows(content: bytes, form: FileForm) -> Iterator[Row]:
    lines = _decoded(content, form.encoding)
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=form.separator, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"回单第 {reader.line_num} 行的引号没有成对，文件不完整：请从银行重新下载。", code="answer.cut_off"
            ) from error
        if reader.line_num > MAX_ROWS:
            raise InputError(f"回单超过 {MAX_ROWS} 行：多半选错了文件。", code="answer.too_large")
        if any(cell.strip() for cell in row):
            yield reader.line_num, tuple(cell.strip() for cell in row)


def _decoded(content: bytes, encoding: str) -> list[str]:
    # No character of these encodings holds a line feed as one of its bytes, so lines can be judged one by one.
    chosen = "utf-8" if content.startswith(_BOM) else encoding
    lines: list[str] = []
    bad: list[str] = []
    for number, line in enumerate(content.removeprefix(_BOM).split(b"\n"), start=1):
        try:
            text = line.removesuffix(b"\r").decode(chosen)
        except UnicodeDecodeError:
            bad.append(str(number))
            continue
        if "\0" in text or "\r" in text:
            bad.append(str(number))
        lines.append(text)
    if bad:
        shown = "、".join(bad[:20]) + (" 等" if len(bad) > 20 else "")
        raise InputError(
            f"回单第 {shown} 行不是 {encoding} 编码的文字，整个文件没有导入：请从银行重新下载，或核对配置里的编码。",
            code="answer.encoding",
        )
    return lines


def _excel_rows(content: bytes) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise InputError("回单展开后过大：多半选错了文件。", code="answer.too_large")
        book = load_workbook(io.BytesIO(content), read_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = tuple(_text(value) for value in row)
            if number > MAX_ROWS:
                raise InputError(f"回单超过 {MAX_ROWS} 行：多半选错了文件。", code="answer.too_large")
            if any(cells):
                yield number, cells
        book.close()
    except (*_DAMAGED, IndexError) as error:
        raise InputError(
            "回单不是 Excel 工作簿（.xlsx），或已损坏、被截断：请从银行重新下载。", code="answer.damaged"
        ) from error


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value).strip()


def _below_titles(rows: Sequence[Row], layout: AnswerLayout) -> tuple[Mapping[str, int], list[Row]]:
    needed = [layout.key, layout.amount, layout.account, layout.result]
    wanted = [*needed, *([layout.code] if layout.code else [])]
    for place, (_number, row) in enumerate(rows[:HEADER_SEARCH_ROWS]):
        if layout.key in row:
            lacking = [title for title in wanted if row.count(title) != 1]
            if lacking:
                raise InputError(
                    f"回单的表头缺少或重复了列“{'”“'.join(lacking)}”：请核对文件，或改配置里的列名。",
                    code="answer.titles",
                )
            return {title: row.index(title) for title in wanted}, list(rows[place + 1 :])
    raise InputError(
        f"回单前 {HEADER_SEARCH_ROWS} 行里没有表头“{layout.key}”：多半选错了文件，或编码不是配置里的那种。",
        code="answer.titles",
    )


def _require_whole(body: Sequence[Row], places: Mapping[str, int], layout: AnswerLayout) -> None:
    last = max(place for title, place in places.items() if title != layout.code)
    short = [str(number) for number, row in body if len(row) <= last and not _is_total(row, layout)]
    if short:
        raise InputError(
            f"回单第 {'、'.join(short[:20])} 行不完整，整个文件没有导入：请从银行重新下载。", code="answer.cut_off"
        )


def _is_total(row: Sequence[str], layout: AnswerLayout) -> bool:
    return bool(layout.total_mark) and row[0] == layout.total_mark


def _without_total(body: list[Row], layout: AnswerLayout) -> list[Row]:
    if not body or not _is_total(body[-1][1], layout):
        end = f"（止于第 {body[-1][0]} 行）" if body else ""
        raise InputError(
            f"回单最后没有“{layout.total_mark}”行{end}，文件被截断了，没有导入：请从银行重新下载。",
            code="answer.cut_off",
        )
    # Each amount is held against what was paid, so the sum would tell nothing more; the count tells a cut-off file.
    number, total = body.pop()
    count = next((cell for cell in total[1:] if cell), "")
    if count != str(len(body)):
        raise InputError(
            f"回单第 {number} 行写的笔数与明细（{len(body)} 行）对不上，文件不完整，没有导入：请从银行重新下载。",
            code="answer.totals",
        )
    return body


def _answer_row(number: int, row: Sequence[str], places: Mapping[str, int], layout: AnswerLayout) -> AnswerRow:
    def cell(title: str) -> str:
        place = places.get(title, len(row))
        return row[place] if place < len(row) else ""

    key, result, code = cell(layout.key), cell(layout.result), cell(layout.code)
    return AnswerRow(
        row=number,
        key=key if _KEY.fullmatch(key) else "",
        amount_fen=_amount(cell(layout.amount), layout.form),
        account_tail=_tail(cell(layout.account)),
        paid=True if result in layout.success else False if result in layout.failure else None,
        code=code if _CODE.fullmatch(code) else "",
    )


def _amount(text: str, form: FileForm) -> int | None:
    if form.in_fen:
        return int(text) if _WHOLE.fullmatch(text) else None
    plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    try:
        return fen_of(plain, at_least=0)
    except InputError:
        return None


def _tail(account: str) -> str:
    tail = account.lstrip("'")[-TAIL:]
    return tail if len(tail) == TAIL and tail.isascii() and tail.isdigit() else ""
