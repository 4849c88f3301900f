"""The fund's books as the desk shows and hands them out: transfers in words, months by source, files with a record."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.assembly.house import House
from djflow.assembly.treasury import KIND_LABELS
from djflow.audit import service as audit
from djflow.audit.labels import ACTOR_LABELS
from djflow.audit.model import Details
from djflow.core.clock import civil_datetime
from djflow.core.money import plain_yuan
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CaseId
from djflow.fund.donations import service as donations
from djflow.fund.donations.model import KIND as GIFT
from djflow.fund.ledger import inquiry
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.finding import Life, MonthLine, Search
from djflow.fund.ledger.model import (
    REASON_LABELS,
    SOURCE_LABELS,
    AccountCode,
    Balance,
    FundSource,
    Transfer,
    TransferId,
    YearLine,
)
from djflow.fund.payment.sheets import Page, Value, Yuan, workbook
from djflow.fund.running.model import KIND as CASE

LINES = 50
_EVERYTHING = 10_000_000
_AT_ONCE = 500

TAKEN_BACK = "冲回"
"""What people call a transfer that takes another one back."""

_COLUMNS = (
    ("序号", 8),
    ("记账日期", 12),
    ("账户", 24),
    ("事项", 8),
    ("原因", 16),
    ("金额（元）", 14),
    ("关于", 24),
    ("凭证号", 20),
    ("记账", 16),
    ("复核", 16),
    ("时间", 17),
    ("校验码", 68),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A transfer as people read it; `about` is a case's or donation's number, empty for other money."""

    transfer: Transfer
    what: str
    account: str
    reason: str
    about: str
    recorded: str
    confirmed: str


@dataclass(frozen=True, slots=True)
class LifeSheet:
    """One transfer with its claim's other lines, what it takes back and what took it back, all in words."""

    life: Life
    line: Line
    claim: tuple[Line, ...]
    reverses: Line | None
    taken_back: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SourceSum:
    """All accounts of one source together."""

    label: str
    income_fen: int
    reserved_fen: int
    spent_fen: int

    @property
    def available_fen(self) -> int:
        """What can still be reserved."""
        return self.income_fen - self.reserved_fen - self.spent_fen


def source_sums(balances: Sequence[Balance]) -> tuple[SourceSum, ...]:
    """Return what the accounts of each source hold together, and all of them at the end."""
    found = [_sum(SOURCE_LABELS[one], [b for b in balances if b.account.source is one]) for one in FundSource]
    return (*found, _sum("合计", balances))


def _sum(label: str, own: Sequence[Balance]) -> SourceSum:
    return SourceSum(
        label, sum(b.income_fen for b in own), sum(b.reserved_fen for b in own), sum(b.spent_fen for b in own)
    )


def search(house: House, wanted: Search, *, count: int = LINES) -> tuple[Line, ...]:
    """Return the newest transfers that fit, in words."""
    with house.reading() as session:
        return _lines(session, inquiry.search(session, wanted, count=count))


def life(house: House, transfer: TransferId) -> LifeSheet:
    """Return one transfer's life.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        found = inquiry.life(session, transfer)
        before = (found.reverses,) if found.reverses else ()
        own, *rest = _lines(session, (found.transfer, *before, *found.claim, *found.taken_back))
    reverses = rest.pop(0) if before else None
    claim, taken_back = tuple(rest[: len(found.claim)]), tuple(rest[len(found.claim) :])
    return LifeSheet(found, own, claim, reverses, taken_back)


def months(house: House, year: int) -> tuple[MonthLine, ...]:
    """Return each month of a year until today by source."""
    with house.reading() as session:
        return inquiry.months(session, year, house.today())


def years(house: House) -> tuple[Mapping[int, tuple[YearLine, ...]], int | None]:
    """Return the closed years, the latest first, and the year that may be closed now."""
    with house.reading() as session:
        today = house.today()
        return inquiry.closed_years(session, today), inquiry.next_year_to_close(session, today)


def account_names(house: House) -> Mapping[AccountCode, str]:
    """Return what people call the accounts, by code."""
    with house.reading() as session:
        return {one.account.code: one.account.name for one in ledger.balances(session)}


def head(house: House) -> tuple[int, str]:
    """Return the number and the hash of the last transfer."""
    with house.reading() as session:
        found = ledger.head(session)
    return found.seq, found.hash


def _lines(session: Session, transfers: Sequence[Transfer]) -> tuple[Line, ...]:
    names = {one.account.code: one.account.name for one in ledger.balances(session)}
    logins = {**ACTOR_LABELS, **{one.actor: one.login for one in accounts.accounts(session)}}
    about = _numbers(session, {one.subject for one in transfers})
    return tuple(
        Line(
            transfer=one,
            what=TAKEN_BACK if one.reverses else KIND_LABELS[one.kind],
            account=names.get(one.account, one.account),
            reason=REASON_LABELS[one.reason] if one.reason else "",
            about=about.get(one.subject, ""),
            # Money that came back is confirmed by a person of the till who is named without a login there.
            recorded=logins.get(one.by, "其他"),
            confirmed=logins.get(one.second, "另一经办人") if one.second else "",
        )
        for one in transfers
    )


def _numbers(session: Session, subjects: Iterable[Subject]) -> Mapping[Subject, str]:
    found = sorted(subjects, key=str)
    numbers: dict[Subject, str] = {}
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        known = cases.by_ids(session, tuple(CaseId(one.id) for one in some if one.kind == CASE))
        gifts = donations.numbers(session, [one.id for one in some if one.kind == GIFT])
        numbers |= {one: known[one.id].number for one in some if one.kind == CASE and one.id in known}
        numbers |= {one: f"捐款 {gifts[one.id]}" for one in some if one.kind == GIFT and one.id in gifts}
    return numbers


def export_beancount(house: House, *, by: str) -> bytes:
    """Return the whole books as a beancount file; the record says who took it."""
    with house.reading() as session:
        content = ledger.export_beancount(session).encode()
    _note(house, "beancount", content, by=by)
    return content


def export_table(house: House, span: DateSpan, *, excel: bool, by: str) -> bytes:
    """Return every transfer booked in a span, as Excel or CSV; the record says who took it."""
    with house.reading() as session:
        wanted = Search(first=span.first, last=span.last)
        lines = _lines(session, tuple(reversed(inquiry.search(session, wanted, count=_EVERYTHING))))
    content = _excel(span, lines) if excel else _csv(lines)
    _note(house, "excel" if excel else "csv", content, by=by)
    return content


def _note(house: House, form: str, content: bytes, *, by: str) -> None:
    # Many years take long to write out; the record is touched only when the file is there, before it is handed out.
    now = house.now()
    subject = Subject("fund.statement", f"{now:%Y%m%d%H%M%S}")
    details: Details = {"form": form, "sha256": hashlib.sha256(content).hexdigest()}
    with house.transaction() as session:
        audit.record(session, subject, "ledger.export", by=by, now=now, details=details)


def _excel(span: DateSpan, lines: Sequence[Line]) -> bytes:
    title = f"温暖基金账目（{span.first}至{span.last}）"
    page = Page("账目", title, f"共 {len(lines)} 笔", _COLUMNS, (_row(line) for line in lines))
    return workbook((page,))


def _csv(lines: Sequence[Line]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(heading for heading, _ in _COLUMNS)
    table.writerows([_plain(value) for value in _row(line)] for line in lines)
    # With its mark, Excel and WPS read it as UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _row(line: Line) -> list[Value]:
    one = line.transfer
    return [
        one.seq,
        str(one.booked_on),
        line.account,
        line.what,
        line.reason,
        Yuan(one.amount_fen),
        line.about,
        one.voucher,
        line.recorded,
        line.confirmed,
        one.at,
        one.hash,
    ]


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _plain(value: Value) -> str:
    if isinstance(value, Yuan):
        return plain_yuan(value.fen)
    if isinstance(value, datetime):
        return f"{civil_datetime(value):%Y-%m-%d %H:%M}"
    text = str(value)
    # A voucher's number is typed by people; a spreadsheet must not take it for a formula.
    return f"'{text}" if text.startswith(_FORMULA) else text
