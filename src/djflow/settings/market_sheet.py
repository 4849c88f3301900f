"""The office's table of market towns in Excel: the empty template, and the filled table as `[[markets]]` of TOML.

Every row is judged by the model of `markets.toml` itself, so that what is taken here is valid there.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from djflow.core.errors import InputError
from djflow.people.excel import cells
from djflow.people.excel.sheet import Cell, CellKind, SheetRow, read_sheet
from djflow.people.model import Rejection
from djflow.settings.market_file import MarketTable
from djflow.settings.questions import quoted
from djflow.settings.words import remedy, what_is_wrong

TITLE = "场镇"
KEY = "场名"
_TEMPLATE_ROWS = 300
_SEPARATORS = str.maketrans({"，": "、", ",": "、", "；": "、", ";": "、"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `key` is the field of the market, `choices` the words offered with their TOML literals."""

    header: str
    key: str
    note: str
    required: bool = False
    choices: Mapping[str, str] | None = None
    width: int = 12


COLUMNS = (
    Column("编号", "code", "大写字母和数字，留空按行号编为 M01、M02……", width=8),
    Column(KEY, "name", "如：大仓", required=True),
    Column("所属镇乡", "township", "与单位表里的名称一致，如：大仓镇", required=True),
    Column(
        "场期",
        "rule",
        "照印的写，如：农历逢一、四、七；公历逢5、10；星期六；天天；赶辰戌；未知",
        required=True,
        width=26,
    ),
    Column("31日", "day31", "逢1的场31日赶不赶；留空按通用习惯", choices={"赶": '"hold"', "不赶": '"skip"'}, width=8),
    Column(
        "小月三十",
        "small_month",
        "农历小月没有三十，廿九赶不赶；留空按通用习惯",
        choices={"廿九赶": '"hold_on_29"', "不赶": '"skip"'},
        width=10,
    ),
    Column(
        "腊月加场",
        "year_end",
        "腊月二十以后；留空按通用习惯",
        choices={"天天": '{ mode = "daily" }', "不加": '{ mode = "none" }'},
        width=10,
    ),
    Column("停场日", "suspend", "不逢场的日子，如：正月初一至初三；几个用顿号隔开", width=16),
    Column("服务哪几场", "service", "每场、每月第1、3场、逢周六的场；留空按通用习惯", width=16),
    Column("赶场时间", "market_hours", "如：07:00-14:00", width=14),
    Column("服务时间", "service_hours", "如：09:00-12:00", width=14),
    Column("服务点", "point", "如：镇便民服务中心门前", width=22),
    Column("服务点地址", "address", "", width=18),
    Column("咨询电话", "town_phone", "镇乡座机，公示用；不要写手机", width=16),
    Column("东西公里", "x_km", "在区政府以东几公里，以西写负数", width=10),
    Column("南北公里", "y_km", "在区政府以北几公里，以南写负数", width=10),
    Column("服务内容", "services", "公示用；留空按岗位列出", width=22),
    Column("依据", "document", "场期的依据，如：镇政府通告", width=18),
)
_HEADERS = tuple(column.header for column in COLUMNS)
_HEADER_OF = {column.key: column.header for column in COLUMNS} | {"service_points": "服务点"}
_NUMBERS = frozenset({"x_km", "y_km"})


@dataclass(frozen=True, slots=True)
class MarketSheet:
    """A filled table as read: number of rows, the `[[markets]]` text, and why it cannot be taken."""

    rows: int
    tables: str
    rejected: tuple[Rejection, ...]


def write_market_template(path: Path) -> None:
    """Write the empty table with notes and drop-down lists."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        msg = "a new workbook has a worksheet"
        raise TypeError(msg)
    sheet.title = TITLE
    sheet.append(["场镇表：一个场一行，填好后运行 djflow init 导入。带 * 的必填。"])
    sheet.append([column.note for column in COLUMNS])
    sheet.append([f"{column.header}{'*' if column.required else ''}" for column in COLUMNS])
    sheet["A1"].font = Font(bold=True, size=14)
    for place, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        sheet[f"{letter}2"].alignment = Alignment(wrap_text=True, vertical="top")
        sheet[f"{letter}2"].font = Font(size=9, color="666666")
        sheet[f"{letter}3"].font = Font(bold=True)
        sheet[f"{letter}3"].fill = PatternFill("solid", fgColor="DDEBF7")
        if column.choices:
            offered = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
            offered.add(f"{letter}4:{letter}{_TEMPLATE_ROWS}")
            sheet.add_data_validation(offered)
        for row in range(4, _TEMPLATE_ROWS + 1):
            sheet.cell(row, place).number_format = "General" if column.key in _NUMBERS else "@"
    sheet.freeze_panes = "C4"
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def read_market_sheet(source: Path) -> MarketSheet:
    """Return the filled table as TOML, or every cell that cannot be taken.

    Raises: InputError when the file as a whole cannot be read or holds no row.
    """
    rejected: list[Rejection] = []
    tables: list[str] = []
    first_use: dict[tuple[str, str], int] = {}
    for number, row in enumerate(read_sheet(source, TITLE, _HEADERS, KEY), start=1):
        text, findings = _read_row(row, f"M{number:02d}")
        rejected += [*findings, *_repeated(row, text, first_use)]
        tables.append(_table(text))
    if not tables:
        raise InputError("“场镇”表里没有数据：请在表头下面逐行填写后再导入。")
    return MarketSheet(
        len(tables), "\n".join(tables), tuple(sorted(set(rejected), key=lambda one: (one.row, one.column)))
    )


def _read_row(row: SheetRow, spare_code: str) -> tuple[Mapping[str, str], tuple[Rejection, ...]]:
    """Return the row as TOML literals by key, and what is wrong with it."""
    literals = {"code": quoted(spare_code)}
    rejected: list[Rejection] = []
    for column in COLUMNS:
        cell = row.cells.get(column.header)
        if cell is None or cell.is_empty:
            if column.required:
                rejected.append(Rejection(row.number, column.header, "必填项没有填：请补填。"))
            continue
        try:
            literals[column.key] = _literal(column, cell)
        except InputError as error:
            rejected.append(Rejection(row.number, column.header, error.message))
    if not rejected:
        rejected += _judged(row.number, literals)
    return literals, tuple(rejected)


def _literal(column: Column, cell: Cell) -> str:
    if column.key in _NUMBERS:
        return repr(cells.kilometres(cell))
    if cell.kind is CellKind.DATE:
        raise InputError("被 Excel 存成了日期：请把单元格格式设为“文本”，再照原样填写。")
    text = cells.text(cell)
    if column.choices is not None:
        if text not in column.choices:
            raise InputError(f"只能填：{'、'.join(column.choices)}，或留空。")
        return column.choices[text]
    if column.key == "suspend":
        return "[" + ", ".join(quoted(part) for part in text.translate(_SEPARATORS).split("、") if part.strip()) + "]"
    return quoted(text)


def _judged(number: int, literals: Mapping[str, str]) -> Iterator[Rejection]:
    table = tomllib.loads(_table(literals))["markets"][0]
    try:
        MarketTable.model_validate(table)
    except ValidationError as error:
        for one in error.errors():
            key = str(one["loc"][0]) if one["loc"] else "rule"
            mend = "" if one["type"] == "value_error" else remedy(MarketTable, (key,))
            yield Rejection(number, _HEADER_OF.get(key, KEY), what_is_wrong(one) + mend)


def _repeated(row: SheetRow, literals: Mapping[str, str], first_use: dict[tuple[str, str], int]) -> Iterator[Rejection]:
    name = (literals.get("name", ""), literals.get("township", ""))
    for column, value in (("编号", ("code", literals["code"])), (KEY, name)):
        first = first_use.setdefault(value, row.number)
        if first != row.number:
            yield Rejection(row.number, column, f"与第 {first} 行重复：请改正或只留一行。")


def _table(literals: Mapping[str, str]) -> str:
    lines = ["[[markets]]"]
    lines += [
        f"{column.key} = {literals[column.key]}"
        for column in COLUMNS
        if column.key in literals and column.key not in {"point", "address"}
    ]
    if "point" in literals:
        lines += ["", "[[markets.service_points]]", f"name = {literals['point']}"]
        lines += [f"address = {literals['address']}"] if "address" in literals else []
    return "\n".join(lines) + "\n"
