"""Lists for a festival: read from Excel or CSV, taken in whole or not at all, then each line a case of its own.

Nothing here approves: every line goes to its approvers by itself, is reserved, published and paid like any case.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from djflow.assembly.approvals import desk_of
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError
from djflow.core.money import fen_of, yuan
from djflow.fund import service as fund
from djflow.fund.cases.model import CATEGORY_WORDS, HOLDER_WORDS, STATE_WORDS, Category
from djflow.fund.cases.transitions import ENDED
from djflow.fund.lists import service as lists
from djflow.fund.lists.model import FundList, Judged, NewList, Wanted
from djflow.people import service as people
from djflow.people.excel import cells
from djflow.people.excel.form import Field, Form, in_order, merge, read_form
from djflow.people.excel.outgo import write_table
from djflow.people.model import ImportReport, Rejection

MOST_LINES = 2000
_MOST_BYTES = 1024 * 1024
_CODE, _AMOUNT, _CATEGORY = "工号", "金额", "类别"
_CODE_FORM = re.compile(r"[a-z][a-z-]{0,29}")
_TITLE_FORM = re.compile(r"[\u4e00-\u9fff]{1,20}")
_WORDS: Mapping[str, Category] = {word: category for category, word in CATEGORY_WORDS.items()}

Row = Mapping[str, str | int]
Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival people are visited at: its code as the list's file is named, what people call it, and the day."""

    code: str
    title: str
    on: date

    @property
    def name(self) -> str:
        """What the list is called, and its prepared file without ending."""
        return f"{self.code}-{self.on}"

    @property
    def full_title(self) -> str:
        """What people call the list."""
        return f"{self.on.year}年{self.title}"


def festival(code: str, title: str, on: date) -> Festival:
    """Return a festival from what somebody typed.

    Raises: InputError saying how code and title are written.
    """
    if not _CODE_FORM.fullmatch(code):
        raise InputError("节日代号只用小写英文字母和横线，如 spring、double-ninth。", code="list.code")
    if not _TITLE_FORM.fullmatch(title.strip()):
        raise InputError("节日名称写 1 到 20 个汉字，如 春节。", code="list.title")
    return Festival(code, title.strip(), on)


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a list: every bad row when there is one, else lines that went to their approvers just now.

    `held` are lines that wait: what they ask for may no longer be granted today.
    """

    report: ImportReport
    opened: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """A row as it is written."""

    row: int
    code: str
    amount: str
    category: str


def list_form() -> Form[_Read]:
    """Return the table of a list as Excel has it."""
    return Form(
        "慰问名单",
        "code",
        (
            Field("code", _CODE, cells.code, attrgetter("code"), "必填，人员表里的工号", required=True, as_text=True),
            Field("amount", _AMOUNT, cells.text, attrgetter("amount"), "必填，元，如 500 或 500.50", required=True),
            Field(
                "category",
                _CATEGORY,
                cells.short_text(10),
                attrgetter("category"),
                f"不填为{CATEGORY_WORDS[Category.REGULAR]}",
                empty="",
                choices=tuple(_WORDS),
                width=16,
            ),
        ),
        lambda values: _Read(0, values["code"], values["amount"] or "", values["category"] or ""),
        _parts,
        ("一人一行；收款账号和开户行取人员登记。", "整张名单要么全部上报，要么一行也不上报；有错时逐行列出原因。"),
    )


def _parts(read: _Read) -> Mapping[str, Any]:
    return {"code": read.code, "amount": read.amount, "category": read.category}


def write_template(target: Path) -> None:
    """Write the empty table.

    Raises: InputError when the file cannot be written.
    """
    write_table(target, list_form(), (), "慰问名单")


def file_list(house: House, festival: Festival, source: Path, *, by: str, dry_run: bool = False) -> Filed:
    """Take in a list whole, then send each line to its approvers; again does what is missing, nothing twice.

    Raises: InputError when the file as a whole cannot be read; ConflictError for new lines of a closed list.
    """
    read, rejected = _read(source)
    desk = desk_of(house)
    with house.transaction() as session:
        audit.hold(session)
        now = house.now()
        wanted, faults = _understood(session, read)
        new = NewList(festival.name, festival.full_title, festival.on, wanted)
        judged = lists.judge(session, new, desk.terms, now=now)
        rejected = (*rejected, *faults, *_refused(judged))
        if rejected or dry_run:
            fresh = 0 if rejected else sum(one.before is None for one in judged)
            return Filed(ImportReport(len(read), fresh, 0, 0, in_order(list_form(), rejected)))
        fresh = lists.take_in(session, new, judged, desk.terms, by=by, now=now)
        waiting = lists.unfiled(session, lists.get(session, new.name)[0].id)
    # A crash here loses nothing: the sweep files the lines that are left.
    opened = sum(_open(house, case_id, by=by) for case_id in waiting)
    return Filed(ImportReport(len(read), fresh, 0, len(read) - fresh), opened, len(waiting) - opened)


def _open(house: House, case_id: str, *, by: str) -> bool:
    with house.transaction() as session:
        return fund.open_line(session, case_id, desk_of(house), by=by, now=house.now())


def _read(source: Path) -> tuple[tuple[_Read, ...], tuple[Rejection, ...]]:
    if source.suffix.lower() == ".csv":
        read, rejected = tuple(_csv_rows(source)), tuple[Rejection, ...]()
    else:
        read, rejected = _excel_rows(source)
    if len(read) > MOST_LINES:
        raise InputError(f"名单 {source.name} 超过 {MOST_LINES} 行：请拆成几张。", code="list.long")
    return read, rejected


def _excel_rows(source: Path) -> tuple[tuple[_Read, ...], tuple[Rejection, ...]]:
    form = list_form()
    found = read_form(source, form)
    rejected, read = list(found.rejected), list[_Read]()
    bad = {(one.row, one.column) for one in rejected}
    for one in found.stated:
        rejected += [gap for gap in merge(form, one, {}).rejected if (gap.row, gap.column) not in bad]
        if "amount" in one.values:
            read.append(_Read(one.row, one.key, one.values["amount"], one.values.get("category") or ""))
    return tuple(read), tuple(rejected)


def _csv_rows(path: Path) -> Iterator[_Read]:
    rows = _csv_cells(path)
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
    header = filled[0][1] if filled else []
    if header[:2] != [_CODE, _AMOUNT] or header[2:] not in ([], [_CATEGORY]) or len(filled) < 2:
        raise InputError(f"名单 {path.name} 的表头应为“工号,金额”或“工号,金额,类别”，下面至少一行。", code="list.file")
    odd = [str(number) for number, row in filled if len(row) != len(header)]
    if odd:
        raise InputError(f"名单 {path.name} 第 {'、'.join(odd[:20])} 行的列数与表头不同。", code="list.file")
    for number, row in filled[1:]:
        yield _Read(number, row[0], row[1], row[2] if len(row) > 2 else "")


def _csv_cells(path: Path) -> list[list[str]]:
    try:
        text = path.read_bytes()[: _MOST_BYTES + 1].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"读不了名单 {path.name}：请以 Excel 或 UTF-8 的 CSV 放进 .djflow/import，表头为“工号,金额”。",
            code="list.file",
        ) from error
    if len(text.encode()) > _MOST_BYTES:
        raise InputError(f"名单 {path.name} 超过 1 MB：请拆成几张。", code="list.file")
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    except csv.Error as error:
        raise InputError(f"名单 {path.name} 不是 CSV 表：请重新导出。", code="list.file") from error


def _understood(session: Session, read: Sequence[_Read]) -> tuple[tuple[Wanted, ...], tuple[Rejection, ...]]:
    ids = people.person_ids(session, sorted({one.code for one in read}))
    wanted, faults, seen = list[Wanted](), list[Rejection](), set[str]()
    for one in read:
        found = tuple(_faults(one, known=one.code in ids, again=one.code in seen))
        faults += found
        if not found:
            seen.add(one.code)
            category = _WORDS.get(one.category, Category.REGULAR)
            wanted.append(Wanted(one.row, ids[one.code], category, fen_of(one.amount)))
    return tuple(wanted), tuple(faults)


def _faults(one: _Read, *, known: bool, again: bool) -> Iterator[Rejection]:
    if not known:
        yield Rejection(one.row, _CODE, "工号不在人员表里：请核对。")
    if again:
        yield Rejection(one.row, _CODE, "工号重复：请只保留一行。")
    try:
        fen_of(one.amount)
    except InputError as error:
        yield Rejection(one.row, _AMOUNT, error.message)
    if one.category and one.category not in _WORDS:
        yield Rejection(one.row, _CATEGORY, f"没有这个类别，可以写：{'、'.join(_WORDS)}。")


def _refused(judged: Sequence[Judged]) -> Iterator[Rejection]:
    return (Rejection(one.wanted.line, _CODE, words) for one in judged for words in one.refused)


def prepared(folder: Path, festival: Festival) -> Path:
    """Return the file that the office prepared for a festival: Excel, else CSV.

    Raises: ConflictError when both are there.
    """
    excel, plain = folder / f"{festival.name}.xlsx", folder / f"{festival.name}.csv"
    if excel.is_file() and plain.is_file():
        raise ConflictError(f"{excel.name} 和 {plain.name} 都在：请只留一个，再运行。", code="list.two_files")
    return excel if excel.is_file() else plain


def listing(house: House) -> Rows:
    """Return every list with how many lines it has and how many are on their way, the newest first."""
    with house.reading() as session:
        return tuple(_list_row(session, one) for one in lists.all_lists(session))


def _list_row(session: Session, one: FundList) -> Row:
    _, lines = lists.get(session, one.name)
    return {
        "名单": one.name,
        "节日": one.title,
        "行数": len(lines),
        "在办": sum(line.case.state not in ENDED for line in lines),
        "金额": yuan(sum(line.case.amount_fen for line in lines)),
        "办结于": str(civil_date(one.closed_at)) if one.closed_at else "",
    }


def show(house: House, name: str) -> Rows:
    """Return a list's lines with number, step, desk and amount; nobody is named.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        _, lines = lists.get(session, name)
    return tuple(
        {
            "行": line.line,
            "编号": line.case.number,
            "类别": CATEGORY_WORDS[line.case.category],
            "金额": yuan(line.case.amount_fen),
            "步骤": STATE_WORDS[line.case.state],
            "在哪里": HOLDER_WORDS.get(line.case.state, ""),
        }
        for line in lines
    )
