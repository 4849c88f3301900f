"""A table of the office as data: its columns, how each is read and written, and how a row changes what is stored.

A blank cell keeps what is stored, 无 empties an optional cell, an absent column keeps everything in it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

from djflow.core.errors import InputError
from djflow.people.excel.sheet import Cell, CellKind, read_sheet
from djflow.people.model import Rejection

E = TypeVar("E")
Value = str | int | float | date | None
NOTHING = "无"


@dataclass(frozen=True, slots=True)
class Field(Generic[E]):
    """A column: `key` is the field of the entry, `empty` what 无 stands for (None with `required`: not allowed).

    `choices` become a drop-down list; `as_text` keeps Excel from turning digits into a number.
    """

    key: str
    header: str
    read: Callable[[Cell], object]
    write: Callable[[E], Value]
    note: str
    empty: object = None
    required: bool = False
    choices: tuple[str, ...] = ()
    as_text: bool = False
    width: int = 12
    mask: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Form(Generic[E]):
    """A table: `key` names the field that tells rows apart; `make` and `parts` turn fields into an entry and back."""

    title: str
    key: str
    fields: tuple[Field[E], ...]
    make: Callable[[Mapping[str, Any]], E]
    parts: Callable[[E], Mapping[str, Any]]
    notes: tuple[str, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(field.header for field in self.fields)

    def header_of(self, key: str) -> str:
        """Return the column name of a field, the key column's for a field without a column of its own."""
        names = {field.key: field.header for field in self.fields}
        return names.get(key, names[self.key])


@dataclass(frozen=True, slots=True)
class Stated:
    """What one row says: field values, and masked numbers that only confirm what is stored."""

    row: int
    key: str
    values: Mapping[str, Any]
    masked: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """A file as read: rows with something in them, what they state, and the cells that cannot be understood."""

    rows: int
    stated: tuple[Stated, ...]
    rejected: tuple[Rejection, ...]


def read_form(source: Path, form: Form[E]) -> Read:
    """Return what the rows of a file say.

    Raises: InputError when the file as a whole cannot be read.
    """
    key_header = form.header_of(form.key)
    rows, stated, rejected = 0, list[Stated](), list[Rejection]()
    for row in read_sheet(source, form.title, form.headers, key_header):
        rows += 1
        values, masked = dict[str, Any](), dict[str, str]()
        for field in form.fields:
            cell = row.cells.get(field.header)
            if cell is None:
                continue
            try:
                _read_cell(field, cell, values, masked, is_key=field.key == form.key)
            except InputError as error:
                rejected.append(Rejection(row.number, field.header, error.message))
        if form.key in values:
            stated.append(Stated(row.number, values[form.key], values, masked))
    if not rows:
        raise InputError(f"“{form.title}”表里没有数据：请在表头下面逐行填写后再导入。")
    return Read(rows, tuple(stated), tuple(rejected))


def _read_cell(field: Field[E], cell: Cell, values: dict[str, Any], masked: dict[str, str], *, is_key: bool) -> None:
    if cell.is_empty:
        if field.required or is_key:
            raise InputError("必填项没有填：请补填。")
        return
    if cell.kind is CellKind.TEXT and cell.text == NOTHING and not (field.required or is_key):
        values[field.key] = field.empty
    elif field.mask is not None and "*" in cell.text:
        masked[field.key] = cell.text
    else:
        values[field.key] = field.read(cell)


@dataclass(frozen=True, slots=True)
class Merged(Generic[E]):
    """What a row makes of what is stored; with rejections `entry` may lack required fields and only serves checks."""

    entry: E
    rejected: tuple[Rejection, ...]


def merge(form: Form[E], stated: Stated, known: Mapping[str, E]) -> Merged[E]:
    """Return the entry a row makes of what is stored under its key, and what is wrong with that."""
    before = known.get(stated.key)
    rejected = [
        Rejection(stated.row, form.header_of(key), "号码是打码后的：请填完整号码，或留空保持原值。")
        for key, shown in stated.masked.items()
        if before is None or _masked(form, key, before) != shown
    ]
    if before is None:
        rejected += [
            Rejection(stated.row, field.header, f"新增的行必须填“{field.header}”：请补填（没有这一列的请加上）。")
            for field in form.fields
            if field.required and field.key not in stated.values
        ]
    base = {field.key: field.empty for field in form.fields} if before is None else form.parts(before)
    return Merged(form.make({**base, **stated.values}), tuple(rejected))


def _masked(form: Form[E], key: str, before: E) -> str:
    (field,) = (field for field in form.fields if field.key == key)
    return field.mask(str(field.write(before) or "")) if field.mask else ""


def repeated_keys(form: Form[E], stated: Sequence[Stated]) -> tuple[Rejection, ...]:
    """Return a rejection for every row whose key stood in an earlier row."""
    header, first = form.header_of(form.key), dict[str, int]()
    return tuple(
        Rejection(row.row, header, f"{row.key} 与第 {first[row.key]} 行重复：请只保留一行。")
        for row in stated
        if first.setdefault(row.key, row.row) != row.row
    )


def in_order(form: Form[E], rejected: Iterable[Rejection]) -> tuple[Rejection, ...]:
    """Return rejections by row and by the order of columns, each once."""
    place = {header: number for number, header in enumerate(form.headers)}
    return tuple(sorted(set(rejected), key=lambda one: (one.row, place.get(one.column, len(place)), one.message)))
