"""A till for tests: its people, two bank layouts, batches at any stage, and a bank that answers its files."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime

from openpyxl import Workbook, load_workbook
from sqlalchemy.orm import Session

from djflow.accounts.model import Role
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.fund.payment import orders, service
from djflow.fund.payment.layout import (
    AnswerLayout,
    BankLayout,
    Cell,
    Content,
    FileForm,
    FileKind,
    OrderLayout,
)
from djflow.fund.payment.model import (
    BankFile,
    BatchId,
    Clerk,
    NewBatch,
    NewOrder,
    OrderState,
    Payee,
    PaymentBatch,
    PaymentOrder,
)
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, UnitEntry, UnitKind

NAMES = {
    "P1": "张喆",
    "P2": "李镕",
    "P3": "王䶮",
    "P4": "买买提·艾力",
    "P5": "赵小明",
    "P6": "钱多多",
}
STAFF = {"CA": "出纳甲", "FI": "会计乙", "CB": "出纳丙", "AP": "部长丁", "AU": "审计戊"}
ROLES = {
    "CA": frozenset({Role.CASHIER}),
    "CB": frozenset({Role.CASHIER}),
    "FI": frozenset({Role.FINANCE_CLERK}),
    "AP": frozenset({Role.DEPT_MINISTER, Role.FINANCE_CLERK}),
    "AU": frozenset({Role.AUDITOR_READONLY}),
}
COLUMNS = (
    Cell(Content.NUMBER, "序号"),
    Cell(Content.KEY, "流水号"),
    Cell(Content.NAME, "户名"),
    Cell(Content.ACCOUNT, "账号"),
    Cell(Content.BANK, "开户行"),
    Cell(Content.AMOUNT, "金额"),
    Cell(Content.TEXT, "用途", "慰问金"),
)
FOOT = (Cell(Content.TEXT, text="合计"), Cell(Content.COUNT), Cell(Content.TOTAL))
TITLES = ("流水号", "金额", "收款账号", "处理结果", "失败代码")


def layout(kind: FileKind = FileKind.CSV, encoding: str = "gb18030", mark: str = "") -> BankLayout:
    """Return a bank's layout."""
    form = FileForm(kind, encoding)
    answer = AnswerLayout(form, *TITLES, total_mark=mark)
    return BankLayout("bank", "农商行", OrderLayout(form, COLUMNS, foot=FOOT), answer, {"E01": "户名不符"})


CSV = layout()
EXCEL = layout(FileKind.EXCEL)


def staff(session: Session, now: datetime) -> dict[str, PersonId]:
    """Put payees and staff into the house and return code → person."""
    people.put_units(session, [UnitEntry("HR", "人社局", UnitKind.DISTRICT_UNIT, 1)], by="test", now=now)
    known = NAMES | STAFF
    entries = [PersonEntry(code=code, name=name, gender=Gender.FEMALE, unit_code="HR") for code, name in known.items()]
    people.put_people(session, entries, by="test", now=now)
    return dict(people.person_ids(session, list(known)))


class Till:
    """The house with its people; every act is a transaction of its own."""

    def __init__(self, database: Database, now: datetime) -> None:
        """Settle the people."""
        self.database, self.now = database, now
        with database.transaction() as session:
            self.ids = staff(session, now)

    def clerk(self, code: str) -> Clerk:
        """Return somebody of the staff with his roles."""
        return Clerk(f"account:{code.lower()}", self.ids[code], ROLES[code])

    def payee(self, code: str, account: str = "", holder: str = "") -> Payee:
        """Return a payee with an account that begins with zeros."""
        own = account or f"00622848{int(code[1:]):08d}"
        return Payee(self.ids[code], holder or NAMES[code], own, "巍山农商行（大仓）支行")

    def request(self, number: int, amount: int = 300_000, payee: Payee | None = None) -> NewOrder:
        """Return a payment of case `number` for the payee of that number, decided by the minister."""
        code = f"P{(number - 1) % len(NAMES) + 1}"
        subject = Subject("fund.application", f"{number:032x}")
        excluded = frozenset({self.ids["AP"]})
        return NewOrder(subject, f"WF2026-{number:04d}", amount, payee or self.payee(code), excluded)

    def open(self, *requests: NewOrder) -> list[PaymentOrder]:
        """Open payments."""
        with self.database.transaction() as session:
            return [orders.open_order(session, one, by="test", now=self.now) for one in requests]

    def batch(self, count: int = 3, form: BankLayout = CSV, maker: str = "CA", reason: str = "") -> PaymentBatch:
        """Open `count` payments, put everything ready into a draft batch and return it."""
        self.open(*(self.request(number, 100_000 + number) for number in range(1, count + 1)))
        with self.database.transaction() as session:
            new = NewBatch(form.key, form.max_lines, flag_reason=reason)
            return service.make_batch(session, new, by=self.clerk(maker), now=self.now)

    def batch_of_others(self, number: int) -> PaymentBatch:
        """Return a draft batch with the one payment of case `number`."""
        self.open(self.request(number))
        with self.database.transaction() as session:
            return service.make_batch(session, NewBatch("bank", 500), by=self.clerk("CA"), now=self.now)

    def export(self, batch: PaymentBatch, form: BankLayout = CSV) -> BankFile:
        """Check and export a batch and return its file."""
        with self.database.transaction() as session:
            service.check_batch(session, batch.id, by=self.clerk("FI"), now=self.now)
            service.export_batch(session, batch.id, form, by=self.clerk("CA"), now=self.now)
            return service.download(session, batch.id, by=self.clerk("CA"), now=self.now)

    def send(self, batch: PaymentBatch, form: BankLayout = CSV) -> BankFile:
        """Check, export and send a batch."""
        file = self.export(batch, form)
        with self.database.transaction() as session:
            service.mark_sent(session, batch.id, by=self.clerk("CA"), now=self.now)
        return file

    def states(self, batch: BatchId) -> dict[str, OrderState]:
        """Return line key → state of a batch."""
        with self.database.reading() as session:
            return {one.line_key: one.state for one in service.orders_in(session, batch)}

    def find(self, key: str, batch: BatchId) -> PaymentOrder:
        """Return the order of a line."""
        with self.database.reading() as session:
            return next(one for one in service.orders_in(session, batch) if one.line_key == key)


Row = list[str]


def lines_of(file: bytes, form: BankLayout = CSV) -> list[Row]:
    """Return the rows of an exported file as the bank reads them: titles first, total last."""
    if form.order.form.kind is FileKind.EXCEL:
        sheet = load_workbook(io.BytesIO(file)).worksheets[0]
        return [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    text = file.decode(form.order.form.encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=form.order.form.separator))


def bank(
    file: bytes, form: BankLayout = CSV, change: Callable[[list[Row]], None] | None = None, failed: Sequence[str] = ()
) -> bytes:
    """Return the bank's answer to a file: everything paid but the keys `failed`; `change` alters its rows before."""
    rows = [[row[1], row[5], row[3], "成功", ""] for row in lines_of(file, form)[1:-1]]
    for row in rows:
        if row[0] in failed:
            row[3:] = ["失败", "E01"]
    if change is not None:
        change(rows)
    return written(rows, form)


def written(rows: Sequence[Row], form: BankLayout = CSV) -> bytes:
    """Return rows of an answer as a file of the bank."""
    total = [[form.answer.total_mark, str(len(rows)), "", ""]] if form.answer.total_mark else []
    all_rows = [["批量代发回单"], [], list(TITLES), *rows, *total]
    if form.answer.form.kind is FileKind.EXCEL:
        book = Workbook()
        for row in all_rows:
            book.worksheets[0].append(row)
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=form.answer.form.separator).writerows(all_rows)
    return text.getvalue().encode(form.answer.form.encoding)
