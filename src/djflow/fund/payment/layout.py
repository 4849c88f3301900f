"""How a bank wants its file and writes its answer. Values come from `payments.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FileKind(StrEnum):
    """What sort of file the bank takes or gives."""

    CSV = "csv"
    EXCEL = "excel"


class Content(StrEnum):
    """What stands in a cell of the bank file."""

    NUMBER = "number"
    KEY = "key"
    NAME = "name"
    ACCOUNT = "account"
    BANK = "bank"
    AMOUNT = "amount"
    TEXT = "text"
    COUNT = "count"
    TOTAL = "total"
    BATCH = "batch"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the layout; `text` is what a TEXT cell says, `title` heads a column."""

    content: Content
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a file is written: kind, and for CSV its encoding and separator; `in_fen` says amounts are whole fen."""

    kind: FileKind
    encoding: str = "gb18030"
    separator: str = ","
    in_fen: bool = False


@dataclass(frozen=True, slots=True)
class OrderLayout:
    """The file for the bank: rows of `head`, titles, a line per payment, rows of `foot`."""

    form: FileForm
    columns: tuple[Cell, ...]
    titles: bool = True
    head: tuple[Cell, ...] = ()
    foot: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerLayout:
    """The bank's answer: titles of its columns, words for success and failure.

    `total_mark` is the first word of the last row `mark, count, total`; empty when the bank writes none.
    """

    form: FileForm
    key: str
    amount: str
    account: str
    result: str
    code: str = ""
    success: frozenset[str] = frozenset({"成功"})
    failure: frozenset[str] = frozenset({"失败"})
    total_mark: str = ""


@dataclass(frozen=True, slots=True)
class BankLayout:
    """One bank's way of working; `reasons` puts its failure codes into words."""

    key: str
    name: str
    order: OrderLayout
    answer: AnswerLayout
    reasons: Mapping[str, str]
    max_lines: int = 500
