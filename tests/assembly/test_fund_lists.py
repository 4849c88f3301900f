"""A festival's list through the door: whole or not at all, each line its own case, closed with its last line."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from djflow.accounts.model import Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Answer, TaskId, Verdict
from djflow.assembly import House, fund_lists, fund_payments, relief
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.errors import ConflictError, DjflowError, InputError, NotFoundError
from djflow.core.subject import Subject
from djflow.fund.cases import service as cases
from djflow.fund.cases import store
from djflow.fund.cases.model import Act, CaseState, Category, FundCase, Who
from djflow.fund.casework import Request
from djflow.fund.checks import service as checks
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Incoming
from djflow.fund.lists import service as lists
from djflow.fund.lists.model import NewList, Wanted
from djflow.fund.payment.model import Clerk
from djflow.fund.publicity.model import Level
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry
from tests.fund.books import BANK, SECRETS, Branch, at, card, claim, identity
from tests.fund.running.town import settle_staff

SPRING = fund_lists.Festival("spring", "春节", date(2027, 2, 5))
Moment = Callable[[str], House]


@pytest.fixture
def branch(house: House) -> Branch:
    """A branch with its people in the small house, and 10,000 yuan."""
    with house.transaction() as session:
        branch = settle_staff(session, house.now())
        chains.publish(session, house.settings.approvals.versions, by="test", now=house.now())
        income = Incoming("in-1", AccountCode("fiscal"), 1_000_000, Subject("fund.income", "in-1"))
        ledger.receive(session, income, by="a", second="b", now=house.now())
        return branch


@pytest.fixture
def moment(house: House) -> Moment:
    """The same house at another moment."""
    return lambda text: replace(house, clock=FixedClock(at(text)))


def excel(path: Path, *rows: tuple[object, ...], header: tuple[str, ...] = ("工号", "金额", "类别")) -> Path:
    """Write a list as the office does."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "慰问名单"
    for row in (header, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def listed(house: House, name: str = SPRING.name) -> list[FundCase]:
    """Return the cases of a list in its order."""
    with house.reading() as session:
        return [line.case for line in lists.get(session, name)[1]]


def tasks(house: House, case: FundCase) -> tuple[TaskId, Answer]:
    """Return the task that waits in a case, with its approver's consent."""
    with house.reading() as session:
        approval = approvals.cases_about(session, case.subject)[0]
    task = approval.waiting[0]
    assert task.person is not None
    return task.id, Answer(task.person, Verdict.APPROVE, approval.new.content_hash)


def refusal(house: House, task_id: TaskId, answer: Answer) -> str:
    """Decide one line and return why that was refused, empty when it was not."""
    try:
        assert relief.decide(house, task_id, answer, by="test").outcome is not None
    except DjflowError as error:
        return error.message
    return ""


def approve_all(house: House) -> None:
    """Let every approver decide the whole list at one go, each line by itself."""
    for _ in ("town", "review", "deputy"):
        answers = [tasks(house, case) for case in listed(house) if case.state is CaseState.RUNNING]
        assert not any(refusal(house, *one) for one in answers)


def actions(house: House) -> list[str]:
    """Return what the record says was done."""
    with house.reading() as session:
        return [entry.action for entry in audit.latest(session, count=1000)]


def test_a_list_walks_from_excel_to_its_close(house: House, branch: Branch, moment: Moment, tmp_path: Path) -> None:
    """Each line is approved, reserved, published, paid and followed; the list closes when the last line has ended."""
    source = excel(tmp_path / "a.xlsx", ("G1", 500), ("G3", "800.50", "老党员关怀类"), ("G4", 300))
    done = fund_lists.file_list(house, SPRING, source, by="c")
    assert (done.report.created, done.opened, done.held) == (3, 3, 0)
    found = listed(house)
    assert [case.state for case in found] == [CaseState.RUNNING] * 3
    assert [case.category for case in found] == [Category.REGULAR, Category.VETERAN, Category.REGULAR]
    approve_all(house)
    with house.reading() as session:
        assert sum(one.reserved_fen for one in ledger.balances(session)) == 160_050
    names = [line.name for line in relief.public_list(house, Level.DISTRICT)]
    assert len(names) == 3
    assert not any(secret in name for name in names for secret in SECRETS)
    later = moment("2026-11-30T09:00")
    relief.sweep(later, by="sweep")
    assert [case.state for case in listed(house)] == [CaseState.READY_TO_PAY] * 3
    pay(later, branch, tmp_path)
    for case in listed(house):
        relief.move(later, case.id, Request(Act.HAND_OVER, Who.BRANCH), by="b")
    *others, last = listed(house)
    for case in others:
        relief.move(later, case.id, Request(Act.CLOSE, Who.BRANCH), by="b")
    (row,) = fund_lists.listing(house)
    assert (row["行数"], row["在办"], row["办结于"]) == (3, 1, "")
    relief.move(later, last.id, Request(Act.CLOSE, Who.BRANCH), by="b")
    (row,) = fund_lists.listing(house)
    assert (row["在办"], row["办结于"]) == (0, "2026-11-30")
    assert actions(house).count("fund.list_close") == 1
    assert all(row["步骤"] == "已办结" for row in fund_lists.show(house, SPRING.name))


def pay(house: House, branch: Branch, folder: Path) -> None:
    """Send everything that is ready to the bank, which pays it."""
    cashier = Clerk("account:c", branch["C1"], frozenset({Role.CASHIER}))
    accountant = Clerk("account:f", branch["F1"], frozenset({Role.FINANCE_CLERK}))
    batch = fund_payments.make(house, "", "", by=cashier)
    fund_payments.check(house, batch.number, by=accountant)
    _, path = fund_payments.export(house, batch.number, folder, by=cashier)
    fund_payments.send(house, batch.number, by=cashier)
    rows = [line.split(",") for line in path.read_text("gb18030").splitlines()[1:-1]]
    assert all(BANK in row for row in rows)
    head = "流水号,金额,收款账号,处理结果,失败代码"
    answered = [head, *(f"{row[1]},{row[5]},{row[3]},成功," for row in rows), f"合计,{len(rows)},,,"]
    outcome = fund_payments.take_answer(house, batch.number, "\n".join(answered).encode("gb18030"), by=cashier)
    assert len(outcome.matched) == len(rows)


def test_the_same_list_again_files_only_what_is_missing(house: House, branch: Branch, tmp_path: Path) -> None:
    """A line more is filed, the others stay; another amount for somebody on it is refused with the whole table."""
    assert branch.people
    fund_lists.file_list(house, SPRING, excel(tmp_path / "a.xlsx", ("G1", 500)), by="c")
    again = fund_lists.file_list(house, SPRING, excel(tmp_path / "b.xlsx", ("G1", 500), ("G3", 700)), by="c")
    assert (again.report.created, again.report.unchanged, again.opened) == (1, 1, 1)
    third = fund_lists.file_list(house, SPRING, excel(tmp_path / "c.xlsx", ("G1", 900), ("G4", 1)), by="c")
    assert [(one.row, one.column) for one in third.report.rejected] == [(2, "工号")]
    assert len(listed(house)) == 2


def test_every_bad_row_is_listed_and_nothing_is_filed(house: House, branch: Branch, tmp_path: Path) -> None:
    """Unknown, repeated, not of this district, without account, above caps, odd amounts: each with its row."""
    source = excel(
        tmp_path / "a.xlsx",
        ("G1", 500),
        ("G404", 500),
        ("G1", 500),
        ("G9", 500),
        ("G7", 500),
        ("G3", "3000.01"),
        ("G4", "五百"),
        ("G5", -1),
        ("G6", "1.005"),
        ("G2", 500, "大病类"),
        ("G8", None),
    )
    for dry_run in (True, False):
        report = fund_lists.file_list(house, SPRING, source, by="c", dry_run=dry_run).report
        assert [(one.row, one.column) for one in report.rejected] == [
            *((3, "工号"), (4, "工号"), (5, "工号"), (6, "工号"), (7, "工号")),
            *((8, "金额"), (9, "金额"), (10, "金额"), (11, "类别"), (12, "金额")),
        ]
        assert report.created == 0
    said = "".join(one.message for one in report.rejected)
    assert "组织关系不在本区" in said
    assert "没有收款账号" in said
    assert not any(secret in said for secret in SECRETS)
    assert fund_lists.listing(house) == ()
    assert "fund.apply" not in actions(house)
    assert branch.people


def test_a_rehearsal_files_nothing(house: House, branch: Branch, tmp_path: Path) -> None:
    """`--dry-run` says how many lines are new."""
    done = fund_lists.file_list(house, SPRING, excel(tmp_path / "a.xlsx", ("G1", 500)), by="c", dry_run=True)
    assert (done.report.created, done.opened, fund_lists.listing(house)) == (1, 0, ())
    assert branch.people


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "表头应为"),
        ("姓名,金额\nG1,5", "表头应为"),
        ("工号,金额\n", "表头应为"),
        ("工号,金额,备注\nG1,5,x", "表头应为"),
        ("工号,金额\nG1", "第 2 行的列数"),
    ],
)
def test_a_csv_of_another_form_is_refused(house: House, tmp_path: Path, text: str, words: str) -> None:
    """The sentence says how the list is written."""
    source = tmp_path / "a.csv"
    source.write_text(text, "utf-8")
    with pytest.raises(InputError, match=words):
        fund_lists.file_list(house, SPRING, source, by="c")


def test_a_list_counts_against_the_year(house: House, branch: Branch, tmp_path: Path) -> None:
    """What a list grants is part of what a person may get in a year, and of once a year in a category."""
    fund_lists.file_list(house, SPRING, excel(tmp_path / "a.xlsx", ("G1", 500)), by="c")
    approve_all(house)
    july = fund_lists.Festival("party-day", "七一", date(2027, 7, 1))
    report = fund_lists.file_list(house, july, excel(tmp_path / "b.xlsx", ("G1", 500)), by="c").report
    assert "一年只能一次" in report.rejected[0].message
    with pytest.raises(NotFoundError, match="没有名单"):
        fund_lists.show(house, july.name)
    assert branch.people


def test_a_line_with_a_flag_waits_for_a_reason(house: House, branch: Branch, tmp_path: Path) -> None:
    """Somebody who asked for help this year is flagged, nobody approves before a reason; the others go on."""
    with house.transaction() as session:
        first = cases.apply(session, claim(branch["G1"], category=Category.VETERAN, requested_fen=100_000),
                            relief.terms_of(house), by="b", now=house.now())  # fmt: skip
    with house.transaction() as session:
        row = store.locked(session, first.id)
        assert row is not None
        row.state = CaseState.REJECTED
    fund_lists.file_list(house, SPRING, excel(tmp_path / "a.xlsx", ("G1", 500), ("G3", 500)), by="c")
    flagged, free = listed(house)
    assert (flagged.state, free.state) == (CaseState.CHECKING, CaseState.RUNNING)
    said = [refusal(house, *tasks(house, one)) for one in (flagged, free)]
    assert [not words for words in said] == [False, True]
    assert "疑点" in said[0]
    with house.reading() as session:
        (flag,) = [one for one in checks.flags_of(session, flagged.id) if one.case == flagged.id]
    relief.settle_flag(house, flag.id, "去年的事，今年仍困难", by="o")
    assert listed(house)[0].state is CaseState.RUNNING


def test_a_crash_between_filing_and_approval_loses_no_line(house: House, branch: Branch) -> None:
    """Lines that are filed but went to nobody are sent to their approvers by the sweep, once."""
    assert branch.people
    with house.transaction() as session:
        audit.hold(session)
        new = lists_of(session, house, "G1", "G3")
        judged = lists.judge(session, new, relief.terms_of(house), now=house.now())
        lists.take_in(session, new, judged, relief.terms_of(house), by="c", now=house.now())
    assert [case.state for case in listed(house)] == [CaseState.DRAFT] * 2
    assert relief.sweep(house, by="sweep").filed == 2
    assert [case.state for case in listed(house)] == [CaseState.RUNNING] * 2
    assert relief.sweep(house, by="sweep") == relief.Swept(0, 0, 0, 0)


def lists_of(session: object, house: House, *codes: str) -> NewList:
    """Return a list of people with 500 yuan each."""
    ids = people.person_ids(session, codes)  # type: ignore[arg-type] # a session
    wanted = tuple(Wanted(row, ids[code], Category.REGULAR, 50_000) for row, code in enumerate(codes, start=2))
    _ = house
    return NewList(SPRING.name, SPRING.full_title, SPRING.on, wanted)


def test_a_closed_list_takes_no_new_lines(house: House, branch: Branch, tmp_path: Path) -> None:
    """When all its lines were withdrawn it is over; the same table again changes nothing, a new line is refused."""
    source = excel(tmp_path / "a.xlsx", ("G1", 500))
    fund_lists.file_list(house, SPRING, source, by="c")
    relief.withdraw(house, listed(house)[0].id, who=Who.BRANCH, by="b")
    assert fund_lists.file_list(house, SPRING, source, by="c").report.unchanged == 1
    with pytest.raises(ConflictError, match="已经办结"):
        fund_lists.file_list(house, SPRING, excel(tmp_path / "b.xlsx", ("G3", 500)), by="c")
    assert branch.people


def test_a_line_without_a_bank_waits_for_it(house: House, branch: Branch, moment: Moment, tmp_path: Path) -> None:
    """The line is approved and published like the others; it is paid when the register knows the bank."""
    entry = PersonEntry("G7", "孙七", Gender.MALE, "T1", branch_code="B1", id_number=identity(7), bank_account=card(7))
    with house.transaction() as session:
        people.put_people(session, [entry], by="o", now=house.now())
    fund_lists.file_list(house, SPRING, excel(tmp_path / "a.xlsx", ("G7", 500)), by="c")
    approve_all(house)
    later = moment("2026-11-30T09:00")
    relief.sweep(later, by="sweep")
    assert relief.progress(later, listed(house)[0].id).missing == ("开户行",)
    with house.transaction() as session:
        people.put_people(session, [replace(entry, bank_name=BANK)], by="o", now=house.now())
    assert relief.sweep(later, by="sweep").left_behind == 1
    pay(later, branch, tmp_path)
    assert listed(house)[0].state is CaseState.PAID


def test_two_prepared_files_are_not_guessed_between(tmp_path: Path) -> None:
    """The office prepares a list once: as Excel or as CSV."""
    assert fund_lists.prepared(tmp_path, SPRING).name == "spring-2027-02-05.csv"
    excel(tmp_path / f"{SPRING.name}.xlsx", ("G1", 1))
    assert fund_lists.prepared(tmp_path, SPRING).suffix == ".xlsx"
    (tmp_path / f"{SPRING.name}.csv").write_text("工号,金额\nG1,1\n", "utf-8")
    with pytest.raises(ConflictError, match="都在"):
        fund_lists.prepared(tmp_path, SPRING)
