"""A year of the fund for everybody: income by source, people helped, money by category; no name, no small number."""

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
from djflow.audit import service as audit
from djflow.core.errors import InputError
from djflow.core.money import yuan
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CATEGORY_WORDS, CaseId, Category
from djflow.fund.disclosure import rules, service
from djflow.fund.disclosure.model import LEAST_PEOPLE, AidGroup, Disclosure, Figures
from djflow.fund.ledger import inquiry
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import SOURCE_LABELS, FundSource, Statement
from djflow.fund.payment import service as payments
from djflow.fund.payment.model import PaymentOrder

Row = Mapping[str, str | int]
Rows = tuple[Row, ...]

PAGE = "温暖基金收支公开.txt"
_OTHER = "其他"
_COLUMNS = ("日期", "事项", "原因", "金额", "可用")


@dataclass(frozen=True, slots=True)
class FundYear:
    """A year up to `last`: the public text, its tables, and the files written; `people` in words."""

    year: int
    last: date
    people: str
    spent_fen: int
    text: str
    incomes: Rows
    spendings: Rows
    files: tuple[Path, ...]


def figures(house: House, year: int) -> Figures:
    """Return a year until today as everybody may read it: small groups of people are merged, no number below five."""
    with house.reading() as session:
        return _figures(session, year, house.today())


def _figures(session: Session, year: int, today: date) -> Figures:
    last = min(date(year, 12, 31), today)
    months = inquiry.months(session, year, today)
    paid = payments.paid_between(session, date(year, 1, 1), last)
    incomes = {SOURCE_LABELS[source]: 0 for source in FundSource}
    for line in months:
        incomes[SOURCE_LABELS[line.source]] += line.income_fen
    latest = max((line.month for line in months), default=0)
    return Figures(
        year=year,
        through=last,
        incomes=incomes,
        aid=rules.lines(_groups(session, paid)),
        people=rules.told(len({one.payee for one in paid})),
        left_fen=sum(line.closing_fen for line in months if line.month == latest),
    )


def _groups(session: Session, paid: tuple[PaymentOrder, ...]) -> tuple[AidGroup, ...]:
    known = cases.by_ids(session, tuple(CaseId(one.subject.id) for one in paid))
    labelled: dict[str, list[PaymentOrder]] = {CATEGORY_WORDS[category]: [] for category in Category}
    for one in paid:
        case = known.get(one.subject.id)
        labelled.setdefault(CATEGORY_WORDS[case.category] if case else _OTHER, []).append(one)
    return tuple(
        AidGroup(label, frozenset(one.payee for one in own), sum(one.amount_fen for one in own))
        for label, own in labelled.items()
    )


def people_words(people: int | None) -> str:
    """Return a number of people as it may be told."""
    return f"不足{LEAST_PEOPLE}" if people is None else str(people)


def publish(house: House, year: int, *, by: str) -> Disclosure:
    """Publish a year until today for everybody; the same figures again are published once.

    Raises: InputError for a year that has not begun.
    """
    if year > house.today().year:
        raise InputError(f"{year}年还没有到，不能公开。", code="disclosure.year")
    with house.transaction() as session:
        audit.hold(session)
        return service.publish(session, _figures(session, year, house.today()), by=by, now=house.now())


def standing(house: House, year: int) -> Disclosure | None:
    """Return a year as it was published last, nothing when it was not."""
    with house.reading() as session:
        return service.standing(session, year)


def published(house: House, year: int) -> Disclosure:
    """Return a year as everybody may read it.

    Raises: NotFoundError when it was not published.
    """
    with house.reading() as session:
        return service.published(session, year)


def published_years(house: House) -> tuple[int, ...]:
    """Return the published years, the latest first."""
    with house.reading() as session:
        return service.years(session)


def disclose(house: House, year: int) -> FundYear:
    """Write the year's public text and a statement per source below .djflow/files; writing again replaces them."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), house.today())
    with house.reading() as session:
        statements = _statements(session, first, last)
        found = _figures(session, year, house.today())
    incomes: Rows = tuple({"来源": label, "收入": yuan(fen)} for label, fen in found.incomes.items())
    spendings: Rows = tuple(
        {"类别": line.label, "人数": people_words(line.people), "金额": yuan(line.amount_fen)} for line in found.aid
    )
    text = house.texts.render(
        "public/fund_year",
        department=house.settings.district.department,
        year=year,
        through=_day(last),
        incomes=[{"label": row["来源"], "amount": row["收入"]} for row in incomes],
        income=yuan(found.income_fen),
        people=people_words(found.people),
        spendings=[{"label": row["类别"], "people": row["人数"], "amount": row["金额"]} for row in spendings],
        spent=yuan(found.spent_fen),
        available=yuan(found.left_fen),
        published_on=_day(house.today()),
        supervision_phone=house.settings.district.supervision_phone,
    )
    files = _write(house.state / "files" / "fund" / str(year), text, statements)
    return FundYear(year, last, people_words(found.people), found.spent_fen, text, incomes, spendings, files)


def _statements(session: Session, first: date, last: date) -> tuple[Statement, ...]:
    return tuple(ledger.statement(session, one.account.code, first, last) for one in ledger.balances(session))


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
