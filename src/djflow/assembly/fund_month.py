"""The fund's month for the office and its auditors: every account by source, what came, went, is kept and is left."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from djflow.assembly.filing import write_whole
from djflow.assembly.house import House
from djflow.core.errors import InputError
from djflow.core.money import yuan
from djflow.core.spans import Month
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import SOURCE_LABELS, Statement

Row = Mapping[str, str]
Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class FundMonth:
    """A month's balance by source; `file` is its table below .djflow/files."""

    month: Month
    rows: Rows
    income_fen: int
    spent_fen: int
    left_fen: int
    file: Path


def balance(house: House, month: Month) -> FundMonth:
    """Write a month's balance by source as a table and return it; writing again replaces it.

    Raises: InputError for a month that has not begun.
    """
    if month.first > house.today():
        raise InputError(f"{month} 还没有到：请填本月或以前的月份。", code="month.future")
    last = min(month.last, house.today())
    with house.reading() as session:
        codes = [one.account.code for one in ledger.balances(session)]
        found = tuple(ledger.statement(session, code, month.first, last) for code in codes)
    rows = (*(_row(one) for one in found), _sums(found))
    file = house.state / "files" / "fund" / str(month.year) / f"月度收支-{month}.csv"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(file, _table(rows))
    income, spent = (sum(part) for part in zip(*(_turnover(one) for one in found), strict=True))
    return FundMonth(month, rows, income, spent, sum(one.closing.available_fen for one in found), file)


def _turnover(one: Statement) -> tuple[int, int]:
    return one.closing.income_fen - one.opening.income_fen, one.closing.spent_fen - one.opening.spent_fen


def _amounts(one: Statement) -> tuple[int, ...]:
    kept = one.closing.reserved_fen
    return (one.opening.available_fen, *_turnover(one), kept, one.closing.available_fen)


def _row(one: Statement) -> Row:
    return _words(SOURCE_LABELS[one.account.source], one.account.name, _amounts(one))


def _sums(found: tuple[Statement, ...]) -> Row:
    return _words("合计", "", tuple(sum(column) for column in zip(*map(_amounts, found), strict=True)))


def _words(source: str, account: str, amounts: tuple[int, ...]) -> Row:
    names = ("月初可用", "本月收入", "本月支出", "月末预留", "月末可用")
    return {"来源": source, "账户": account, **dict(zip(names, map(yuan, amounts), strict=True))}


def _table(rows: Rows) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    # With its mark, Excel and WPS read it as UTF-8.
    return out.getvalue().encode("utf-8-sig")
