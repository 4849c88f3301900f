"""From an approved case to a frozen bank file: two persons, one account, nothing changed afterwards."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, DjflowError, InputError, IntegrityError, NotFoundError, RuleError
from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.fund.payment import orders, service
from djflow.fund.payment.model import BatchState, NewBatch, OrderState, Verdict
from tests.fund.payment.till import CSV, EXCEL, NAMES, Till, layout, lines_of


@pytest.fixture
def till(database: Database, now: datetime) -> Till:
    """A till with its people."""
    return Till(database, now)


def test_a_case_is_opened_once(till: Till) -> None:
    """Asked twice for the same payment the house answers with the first; another sum is refused."""
    (first,) = till.open(till.request(1))
    assert till.open(till.request(1)) == [first]
    assert (first.line_key, first.state, first.account_tail) == ("pay:WF2026-0001:1", OrderState.READY, "0001")
    with pytest.raises(ConflictError, match="已有一笔金额或账号不同的付款"):
        till.open(till.request(1, 400_000))


def test_only_the_applicants_own_account_is_paid(till: Till) -> None:
    """Another holder's name, no name, a strange person, a bad account and a bad sum are refused with a sentence."""
    with pytest.raises(RuleError, match="只能付到申请人本人的账户") as refused:
        till.open(till.request(1, payee=till.payee("P1", holder="李镕")))
    assert "李镕" not in refused.value.message
    with pytest.raises(InputError, match="8 到 32 位数字"):
        till.open(till.request(1, payee=till.payee("P1", "12a4")))
    with pytest.raises(NotFoundError, match="领款人不在人员表里"):
        till.open(till.request(1, payee=replace(till.payee("P1"), person=type(till.ids["P1"])("0" * 32))))
    for amount in (0, -1, True):
        with pytest.raises(InputError, match="大于零"):
            till.open(till.request(1, amount))


def test_no_cell_can_become_a_formula(till: Till) -> None:
    """A bank's name that a spreadsheet would take for a formula is refused when the payment is opened."""
    with pytest.raises(InputError, match="开户行里有不能写进银行文件的字符"):
        till.open(till.request(1, payee=replace(till.payee("P1"), bank="=HYPERLINK(1)")))


def test_names_may_have_their_dots_and_blanks(till: Till) -> None:
    """The kind of middle dot and blanks around a name do not make it another person's."""
    (order,) = till.open(till.request(4, payee=till.payee("P4", holder=" 买买提•艾力 ")))
    assert order.state is OrderState.READY


def test_maker_and_checker_are_two_persons_of_two_offices(till: Till) -> None:
    """The maker cannot check, a second cashier cannot check a cashier's batch, the accountant can."""
    batch = till.batch()
    for code, words in (("CA", "同一个人不能做两步"), ("CB", "一人为会计、一人为出纳")):
        with pytest.raises(RuleError, match=words), till.database.transaction() as session:
            service.check_batch(session, batch.id, by=till.clerk(code), now=till.now)
    with till.database.transaction() as session:
        checked = service.check_batch(session, batch.id, by=till.clerk("FI"), now=till.now)
        assert service.check_batch(session, batch.id, by=till.clerk("FI"), now=till.now) == checked
    assert (checked.state, checked.checker) == (BatchState.CHECKED, till.ids["FI"])


def test_an_approver_and_the_payee_touch_no_money(till: Till) -> None:
    """Who decided a case or is paid by it can neither make nor check its batch; the sentence names the lines."""
    with pytest.raises(RuleError, match=r"不能经办付款：pay:WF2026-0001:1"):
        till.batch(1, maker="AP")
    batch = till.batch(1)
    with pytest.raises(RuleError, match="不能经办付款"), till.database.transaction() as session:
        service.check_batch(session, batch.id, by=till.clerk("AP"), now=till.now)
    payee = replace(till.clerk("FI"), person=till.ids["P1"])
    with pytest.raises(RuleError, match="领款人不能经办"), till.database.transaction() as session:
        service.check_batch(session, batch.id, by=payee, now=till.now)


def test_later_deciders_are_barred_too(till: Till) -> None:
    """Persons added later, such as those of an appeal, are barred like the first."""
    (order,) = till.open(till.request(1))
    with till.database.transaction() as session:
        orders.exclude(session, order.id, frozenset({till.ids["CA"]}))
    with pytest.raises(RuleError, match="不能经办付款"):
        till.batch(0)


def test_one_account_twice_needs_a_reason(till: Till) -> None:
    """Two payments to one account in a batch are flagged; with a reason they go, and the reason is kept sealed."""
    till.open(till.request(1), replace(till.request(7), payee=till.payee("P1")))
    with pytest.raises(RuleError, match=r"不止一笔：pay:WF2026-0001:1、pay:WF2026-0007:1"):
        till.batch(0)
    batch = till.batch(0, reason="两件不同的申请，均经部务会同意")
    assert batch.count == 2


def test_a_payment_is_in_one_batch_only(till: Till) -> None:
    """What is in a batch cannot be put into another; a dissolved batch gives its payments back."""
    batch = till.batch(2)
    with pytest.raises(InputError, match="没有待拨付的款项"):
        till.batch(0)
    taken = tuple(till.find(key, batch.id).id for key in till.states(batch.id))
    with pytest.raises(ConflictError, match="已不是待拨付"), till.database.transaction() as session:
        service.make_batch(session, NewBatch("bank", 9, taken), by=till.clerk("CA"), now=till.now)
    with till.database.transaction() as session:
        service.cancel_batch(session, batch.id, by=till.clerk("CA"), now=till.now)
        service.cancel_batch(session, batch.id, by=till.clerk("CA"), now=till.now)
    again = till.batch(0)
    assert (again.count, again.number[-2:]) == (2, "02")


def test_the_file_is_frozen(till: Till) -> None:
    """Exported once, exported twice: the same bytes; the batch cannot be dissolved any more, its hash fits."""
    batch = till.batch()
    file = till.export(batch)
    with till.database.transaction() as session:
        again = service.export_batch(session, batch.id, CSV, by=till.clerk("FI"), now=till.now)
        assert service.download(session, batch.id, by=till.clerk("FI"), now=till.now) == file
    assert again.sha256 == file.sha256 == hashlib.sha256(file.content).hexdigest()
    with pytest.raises(ConflictError, match="银行文件已导出"), till.database.transaction() as session:
        service.cancel_batch(session, batch.id, by=till.clerk("CA"), now=till.now)
    rows = lines_of(file.content)
    assert [row[2] for row in rows[1:-1]] == ["张喆", "李镕", "王䶮"]
    assert rows[1][3] == "0062284800000001"
    assert rows[-1] == ["合计", "3", "3000.06"]
    assert (again.count, again.total_fen) == (3, 300_006)


def test_excel_keeps_zeros_and_has_no_formulas(till: Till) -> None:
    """In the Excel file accounts are text with their zeros in front, sums are numbers, names are text."""
    batch = till.batch(form=EXCEL)
    file = till.export(batch, EXCEL)
    sheet = load_workbook(io.BytesIO(file.content)).worksheets[0]
    cells = list(sheet.iter_rows(min_row=2, max_row=4))
    assert file.name.endswith(".xlsx")
    account = cells[0][3]
    assert (account.value, account.data_type, account.number_format) == ("0062284800000001", "s", "@")
    assert [row[5].value for row in cells] == [1000.01, 1000.02, 1000.03]
    assert {row[2].data_type for row in cells} == {"s"}


def test_a_name_that_cannot_be_written_stops_the_file(till: Till) -> None:
    """A rare character outside the bank's encoding is named with its line before anything is frozen."""
    gbk = layout(encoding="gbk")
    batch = till.batch(form=gbk)
    with till.database.transaction() as session:
        service.check_batch(session, batch.id, by=till.clerk("FI"), now=till.now)
    with (
        pytest.raises(InputError, match=r"第 3 行（pay:WF2026-0003:1）") as refused,
        till.database.transaction() as session,
    ):
        service.export_batch(session, batch.id, gbk, by=till.clerk("CA"), now=till.now)
    assert not any(name in refused.value.message for name in NAMES.values())
    with till.database.reading() as session:
        found = service.batch_by_number(session, batch.number)
    assert (found.state, found.sha256) == (BatchState.CHECKED, "")


def test_a_case_is_withdrawn_until_the_file_is_made(till: Till) -> None:
    """A withdrawn case leaves its batch, which is checked anew; with the file made the sentence says what to do."""
    batch = till.batch(2)
    subjects = [till.find(key, batch.id).subject for key in till.states(batch.id)]
    with till.database.transaction() as session:
        service.check_batch(session, batch.id, by=till.clerk("FI"), now=till.now)
        gone = orders.withdraw(session, subjects[0], by="test", now=till.now)
        assert orders.withdraw(session, subjects[0], by="test", now=till.now) is None
        left = service.batch_by_number(session, batch.number)
    assert gone is not None
    assert (gone.verdict, gone.amount_fen) == (Verdict.WITHDRAWN, 100_001)
    assert (left.state, left.count, left.total_fen, left.checker) == (BatchState.DRAFT, 1, 100_002, None)
    till.export(batch)
    with pytest.raises(ConflictError, match=r"请等银行回单.*追回"), till.database.transaction() as session:
        orders.withdraw(session, subjects[1], by="test", now=till.now)
    (again,) = till.open(till.request(1))
    assert again.line_key == "pay:WF2026-0001:2"


def test_the_last_withdrawal_dissolves_the_batch(till: Till) -> None:
    """A batch without payments is cancelled; a case that was never paid has nothing to withdraw."""
    batch = till.batch(1)
    subject = till.find("pay:WF2026-0001:1", batch.id).subject
    with till.database.transaction() as session:
        orders.withdraw(session, subject, by="test", now=till.now)
        assert orders.withdraw(session, Subject("fund.application", "none"), by="test", now=till.now) is None
        assert service.batch_by_number(session, batch.number).state is BatchState.CANCELLED


def test_taking_the_file_needs_the_role_and_is_recorded(till: Till) -> None:
    """Only the till takes the file; the record says who, and holds no name and no account."""
    batch = till.batch()
    till.export(batch)
    with pytest.raises(RuleError, match="没有办理这一步的权限"), till.database.transaction() as session:
        service.download(session, batch.id, by=till.clerk("AU"), now=till.now)
    with till.database.reading() as session:
        entries = audit.latest(session, count=200)
    taken = [entry for entry in entries if entry.action == "payment.download"]
    assert [entry.actor for entry in taken] == ["account:ca"]
    said = "".join(entry.details for entry in entries if entry.action.startswith("payment."))
    assert not any(secret in said for secret in (*NAMES.values(), "0062284800000001", '0001"'))


def test_the_database_keeps_orders_and_files(till: Till) -> None:
    """Plain SQL can neither change a sum, a key or an account, nor an exported file's hash, nor delete a payment."""
    batch = till.batch()
    till.export(batch)
    for statement in (
        "UPDATE payment_order SET amount_fen = 1",
        "UPDATE payment_order SET account_hash = ''",
        "DELETE FROM payment_order",
        "UPDATE payment_batch SET sha256 = ''",
        "UPDATE payment_batch SET total_fen = 1",
        "DELETE FROM payment_batch",
    ):
        with pytest.raises(DBAPIError, match="keeps"), till.database.engine.begin() as connection:
            connection.execute(text(statement))


def test_a_changed_file_is_not_handed_out(till: Till) -> None:
    """A stored file that no longer fits its hash, here that of another batch, is refused."""
    batch = till.batch()
    till.export(batch)
    with till.database.engine.begin() as connection:
        row = {"content": till.database.vault.seal("AAAA", context=f"payment_batch.content:{batch.id}")}
        connection.execute(text("UPDATE payment_batch SET content = :content"), row)
    with pytest.raises(IntegrityError, match="校验值不符"), till.database.transaction() as session:
        service.download(session, batch.id, by=till.clerk("CA"), now=till.now)


def test_simultaneous_makers_make_one_batch(till: Till) -> None:
    """Eight makers at once: every payment is in exactly one batch."""
    till.open(*(till.request(number, 100_000 + number) for number in range(1, 5)))

    def make(_number: int) -> int:
        try:
            with till.database.transaction() as session:
                new = NewBatch("bank", 500)
                return service.make_batch(session, new, by=till.clerk("CA"), now=till.now).count
        except DjflowError:
            return 0

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(make, range(8)))
    assert max(counts) == sum(counts) == 4
