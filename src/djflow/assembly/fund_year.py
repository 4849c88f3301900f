"""A year of the fund for everybody to read: income by source, people helped, money by category; no name anywhere."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.assembly import treasury
from djflow.assembly.filing import write_whole
from djflow.assembly.house import House
from djflow.core.money import yuan
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CATEGORY_WORDS, CaseId, Category
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import SOURCE_LABELS, FundSource, Statement
from djflow.fund.payment import service as payments
from djflow.fund.payment.model import PaymentOrder

Row = Mapping[str, str | int]
Rows = tuple[Row, ...]

PAGE = "温暖基金收支公开.txt"
_COLUMNS = ("日期", "事项", "原因", "金额", "可用")


@dataclass(frozen=True, slots=True)
class FundYear:
    """A year up to `last`: the public text, its tables, and the files written."""

    year: int
    last: date
    people: int
    spent_fen: int
    text: str
    incomes: Rows
    spendings: Rows
    files: tuple[Path, ...]


def disclose(house: House, year: int) -> FundYear:
    """Write the year's public text and a statement per source below .djflow/files; writing again replaces them."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), house.today())
    with house.reading() as session:
        statements = _statements(session, first, last)
        paid = payments.paid_between(session, first, last)
        categories = _categories(session, paid)
    incomes, spendings = _incomes(statements), _spendings(paid, categories)
    income_fen = sum(one.closing.income_fen - one.opening.income_fen for one in statements)
    left_fen = sum(one.closing.income_fen - one.closing.spent_fen for one in statements)
    spent_fen = sum(one.amount_fen for one in paid)
    people = len({one.payee for one in paid})
    text = house.texts.render(
        "public/fund_year",
        department=house.settings.district.department,
        year=year,
        through=_day(last),
        incomes=[{"label": row["来源"], "amount": row["收入"]} for row in incomes],
        income=yuan(income_fen),
        people=people,
        payments=len(paid),
        spendings=[{"label": row["类别"], "people": row["人数"], "amount": row["金额"]} for row in spendings],
        spent=yuan(spent_fen),
        available=yuan(left_fen),
        published_on=_day(house.today()),
        supervision_phone=house.settings.district.supervision_phone,
    )
    files = _write(house.state / "files" / "fund" / str(year), text, statements)
    return FundYear(year, last, people, spent_fen, text, incomes, spendings, files)


def _statements(session: Session, first: date, last: date) -> tuple[Statement, ...]:
    return tuple(ledger.statement(session, one.account.code, first, last) for one in ledger.balances(session))


def _categories(session: Session, paid: tuple[PaymentOrder, ...]) -> Mapping[str, Category]:
    known = cases.by_ids(session, tuple(CaseId(one.subject.id) for one in paid))
    return {case_id: case.category for case_id, case in known.items()}


def _incomes(statements: tuple[Statement, ...]) -> Rows:
    sums = dict.fromkeys(FundSource, 0)
    for one in statements:
        sums[one.account.source] += one.closing.income_fen - one.opening.income_fen
    return tuple({"来源": SOURCE_LABELS[source], "收入": yuan(amount)} for source, amount in sums.items())


def _spendings(paid: tuple[PaymentOrder, ...], categories: Mapping[str, Category]) -> Rows:
    rows: list[Row] = []
    for category in Category:
        mine = [one for one in paid if categories.get(one.subject.id) is category]
        if mine:
            people, amount = len({one.payee for one in mine}), sum(one.amount_fen for one in mine)
            rows.append({"类别": CATEGORY_WORDS[category], "人数": people, "金额": yuan(amount)})
    other = [one for one in paid if one.subject.id not in categories]
    if other:
        people, amount = len({one.payee for one in other}), sum(one.amount_fen for one in other)
        rows.append({"类别": "其他", "人数": people, "金额": yuan(amount)})
    return tuple(rows)


def _write(folder: Path, text: str, statements: tuple[Statement, ...]) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    contents = {PAGE: text.encode()}
    contents |= {f"对账-{one.account.code}.csv": _table(one) for one in statements}
    for name, content in contents.items():
        write_whole(folder / name, content)
    return tuple(folder / name for name in contents)


def _table(one: Statement) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, _COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    table.writerows(treasury.statement_rows(one))
    # With its mark, Excel and WPS read it as UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
