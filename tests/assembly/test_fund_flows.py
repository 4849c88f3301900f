"""What flows ask of the fund: boards and timelines without persons, the year, lists and forms of coordinators."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from djflow.approvals.chains import service as chains
from djflow.assembly import House, fund_duties, fund_till, fund_watch, fund_year, relief
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.subject import Subject
from djflow.fund import casework
from djflow.fund.cases.model import Act, CaseState, FundCase, Who
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Incoming
from djflow.fund.payment import orders
from djflow.fund.payment import service as payments
from djflow.fund.payment.model import BatchState, NewBatch, NewOrder, Payee
from djflow.fund.publicity import service as publicity
from tests.fund.books import (
    ACCOUNT,
    SECRETS,
    TERMS,
    Branch,
    at,
    claim,
    hanging,
    move,
    running,
    settle,
    submitted,
)
from tests.fund.payment.acts import altered, take
from tests.fund.payment.till import CSV, Till, bank

FESTIVAL = fund_duties.Festival("spring", "春节", date(2027, 2, 5))
Moment = Callable[[str], House]


@pytest.fixture
def branch(house: House) -> Branch:
    """A branch with its people in the small house."""
    with house.transaction() as session:
        return settle(session, house.now())


@pytest.fixture
def hung(house: House, branch: Branch, tmp_path: Path) -> FundCase:
    """A case on the district's list from 26 November."""
    with house.transaction() as session:
        return hanging(session, branch, tmp_path, house.now())


@pytest.fixture
def at_moment(house: House) -> Moment:
    """The same house at another moment."""
    return lambda moment: replace(house, clock=FixedClock(at(moment)))


def clean(rows: object) -> bool:
    """Return whether nothing personal stands in rows."""
    words = json.dumps(rows, ensure_ascii=False, default=str)
    return not any(secret in words for secret in SECRETS)


def test_the_board_shows_steps_days_and_offices(at_moment: Moment, hung: FundCase) -> None:
    """Every open case has its step, desk, age and whether it is late; names, amounts and reasons stand nowhere."""
    board = fund_watch.board(at_moment("2026-12-01T09:00"))
    assert (board.count, board.late) == (1, 0)
    assert board.rows[0]["编号"] == hung.number
    assert (board.rows[0]["步骤"], board.rows[0]["在哪里"]) == ("公示中", "组织部（公示）")
    assert (board.rows[0]["已停留（天）"], board.rows[0]["立案以来（天）"]) == (5, 13)
    assert clean(board.rows)
    assert fund_watch.board(at_moment("2026-12-01T09:00"), most=0).rows == ()


def test_late_cases_are_listed_by_office(house: House, branch: Branch, at_moment: Moment) -> None:
    """A case nobody accepted in time is late, with the desk it lies at and by how many days."""
    with house.transaction() as session:
        case = submitted(session, claim(branch["G1"]), house.now())
    assert fund_watch.late(house) == ()
    later = at_moment("2026-12-01T09:00")
    late = fund_watch.late(later)
    assert late == (
        {"编号": case.number, "步骤": "已提交，等支部受理", "在哪里": "党支部", "期限": "2026-11-25", "超过（天）": 6},
    )
    assert fund_watch.board(later).late == 1


def test_a_timeline_says_since_when_and_with_whom(at_moment: Moment, hung: FundCase) -> None:
    """A case's way: what was done by which office, where it came to, how long it stayed there."""
    found = fund_watch.timeline(at_moment("2026-12-01T09:00"), hung.number)
    assert found.subject == hung.subject
    assert [row["办了什么"] for row in found.rows] == ["立案", "提交", "受理", "送审", "批准", "现在"]
    assert [row["停留（天）"] for row in found.rows] == [0, 0, 8, 0, 5, 5]
    assert found.title == f"{hung.number}·公示中，在组织部（公示）"
    assert clean([found.title, *found.rows])
    with pytest.raises(NotFoundError):
        fund_watch.timeline(at_moment("2026-12-01T09:00"), "WF2026-9999")


def test_events_are_found_by_time(house: House, branch: Branch, at_moment: Moment) -> None:
    """What happened since a moment comes once and in order, with a name for its run."""
    with house.transaction() as session:
        case = submitted(session, claim(branch["G1"]), house.now())
    events = fund_watch.events_since(house, house.now())
    assert [event.name for event in events] == [f"{case.number}·已提交，等支部受理"]
    assert events[0].subject == case.subject
    assert fund_watch.events_since(house, at_moment("2026-12-01T09:00").now()) == ()


def test_a_case_goes_forward_once(at_moment: Moment, hung: FundCase) -> None:
    """A case whose list has hung long enough goes on to payment, once; before that nothing moves."""
    early, late = at_moment("2026-12-01T09:00"), at_moment("2026-12-10T09:00")
    assert fund_duties.advance(early, hung.number, by="schedule").state is CaseState.PUBLICITY
    for _ in range(2):
        assert fund_duties.advance(late, hung.number, by="schedule").state is CaseState.READY_TO_PAY
    assert relief.sweep(late, by="schedule") == relief.Swept(0, 0, 0, 0)
    with late.reading() as session:
        said = [entry.details for entry in audit.history(session, hung.subject)]
    assert sum("end_publicity" in details for details in said) == 1


def test_cases_that_wait_for_money_stand_in_order(house: House, branch: Branch, tmp_path: Path) -> None:
    """The queue shows place, number and amount, and what the accounts can still give."""
    with house.transaction() as session:
        case = running(session, branch, tmp_path, house.now())
        move(session, case, Act.QUEUE, Who.APPROVAL, at("2026-11-26T08:30"))
        book(session, house, 1_000_00)
    rows, available = fund_watch.queue(house)
    assert rows == ({"次序": 1, "编号": case.number, "金额": "2,000.00", "批准于": "2026-11-26"},)
    assert available == "1,000.00"


def book(session: Session, house: House, fen: int) -> None:
    """Book money of the treasury."""
    income = Incoming("k", AccountCode("fiscal"), fen, Subject("fund.income", "k"))
    ledger.receive(session, income, by="a", second="b", now=house.now())


def test_a_case_that_did_not_hear_the_bank_is_found(house: House, branch: Branch, hung: FundCase) -> None:
    """A payment settled while its case still waits for the bank is listed; its batch is listed until it is closed."""
    assert fund_till.unreconciled(house) == fund_till.Unreconciled((), (), ())
    till, late = Till(house.database, house.now()), at("2026-12-10T09:00")
    with house.transaction() as session:
        casework.close_period(session, publicity.periods_of(session, hung.id)[-1].id, TERMS, by="s", now=late)
        payee = Payee(branch["G1"], "张小明", ACCOUNT, "农商行")
        new = NewOrder(hung.subject, hung.number, hung.amount_fen, payee, frozenset())
        orders.open_order(session, new, by="o", now=late)
    with house.transaction() as session:
        maker = till.clerk("CA")
        batch = payments.make_batch(session, NewBatch(CSV.key, CSV.max_lines), by=maker, now=house.now())
    file = till.send(batch)
    with house.transaction() as session:
        move(session, hung, Act.SEND, Who.CASHIER, late)
    with pytest.raises(ConflictError, match="还有 1 笔没有结果"):
        fund_till.close_settled(house, batch.number, by="prefect:coordinator")
    take(till, batch, bank(file.content))
    found = fund_till.unreconciled(house)
    assert [(row["批次"], row["步骤"]) for row in found.batches] == [(batch.number, "已送银行")]
    assert found.unheard == ({"编号": hung.number, "步骤": "已送银行"},)
    assert clean([*found.batches, *found.unheard])
    for _ in range(2):
        assert fund_till.close_settled(house, batch.number, by="prefect:coordinator").state is BatchState.CLOSED
    assert fund_till.unreconciled(house).batches == ()
    with house.reading() as session:
        closed = [one.actor for one in audit.latest(session) if one.action == "payment.close"]
    assert closed == ["prefect:coordinator"]
    with pytest.raises(NotFoundError):
        fund_till.close_settled(house, "PB20261124-99", by="prefect:coordinator")
    year = fund_year.disclose(house, 2026)
    assert (year.people, year.spendings) == (
        "不足5",
        ({"类别": "其他各类（合并）", "人数": "不足5", "金额": "2,000.00"},),
    )


def test_rows_the_bank_garbled_are_counted_not_shown(house: House) -> None:
    """A doubtful row of the bank's answer is listed by row and doubt; what the bank wrote stands nowhere."""
    till = Till(house.database, house.now())
    batch = till.batch(2)
    file = till.send(batch)
    take(till, batch, bank(file.content, change=altered("pay:WF2026-0001:1", 1, "张小明")))
    found = fund_till.unreconciled(house)
    assert found.doubts == (
        {"批次": batch.number, "回单行": found.doubts[0]["回单行"], "疑问": "金额与所付的不一致或读不懂"},
    )
    assert clean(found.doubts)


def test_a_year_is_disclosed_without_names(house: House, branch: Branch) -> None:
    """The public text has income by source, people and sums; every account gets its statement; twice is the same."""
    with house.transaction() as session:
        book(session, house, 100_000_00)
    found = fund_year.disclose(house, 2026)
    assert "财政拨款：100,000.00元" in found.text
    assert "帮扶0人，共0.00元" in found.text
    assert [row["来源"] for row in found.incomes] == ["财政拨款", "党费划拨", "党组织募集", "党员捐赠"]
    names = [path.name for path in found.files]
    assert names[0] == fund_year.PAGE
    assert "对账-fiscal.csv" in names
    text = found.files[names.index("对账-fiscal.csv")].read_text("utf-8-sig")
    assert text.splitlines()[0] == "日期,事项,原因,金额,可用"
    assert '入账,,"100,000.00"' in text
    assert fund_year.disclose(house, 2026) == found
    assert clean([found.text, found.spendings])
    assert branch.people


def put_list(house: House, text: str) -> None:
    """Put a festival's list into the import folder."""
    folder = fund_duties.import_folder(house)
    (folder / FESTIVAL.file_name).write_text(text, "utf-8")


def test_a_festival_list_opens_each_line_once(house: House, branch: Branch) -> None:
    """Every line goes to its approvers by itself; filed again, with a line more, only that line is opened.

    A line that is just being decided about another amount is left out and said.
    """
    with house.transaction() as session:
        chains.publish(session, house.settings.approvals.versions, by="config", now=house.now())
    put_list(house, "\ufeff工号,金额\nG1,500\nG3,500.50\n\n")
    assert fund_duties.open_festival(house, FESTIVAL, by="c") == fund_duties.Opened(2, 2, 0)
    put_list(house, "工号,金额\nG1,900\nG3,500.50\nG4,800\n")
    assert fund_duties.open_festival(house, FESTIVAL, by="c") == fund_duties.Opened(3, 1, 1, (2,))
    assert branch.people
    with house.reading() as session:
        entries = audit.latest(session)
    opened = [entry.subject for entry in entries if entry.action == "approval.open"]
    assert len(opened) == 3
    assert clean([str(entry) for entry in entries if entry.action.startswith("approval")])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "表头应为"),
        ("姓名,金额\nG1,5", "表头应为"),
        ("工号,金额\n", "表头应为"),
        ("工号,金额\nG1", "第 2 行应正好两列"),
        ("工号,金额\nG1,五百", "第2行的金额"),
        ("工号,金额\nG1,-1", "第2行的金额"),
        ("工号,金额\nG1,1.005", "第2行的金额"),
        ("工号,金额\nG404,5", "第2行的工号不在人员表里"),
        ("工号,金额\nG1,5\nG1,5", "第3行的工号重复"),
    ],
)
def test_a_bad_list_opens_nothing(house: House, branch: Branch, text: str, words: str) -> None:
    """Every fault is said by line, without names or codes; no line is opened."""
    put_list(house, text)
    with pytest.raises(InputError, match=words) as caught:
        fund_duties.open_festival(house, FESTIVAL, by="c")
    assert "G404" not in caught.value.message
    assert branch.people
    with house.reading() as session:
        assert not [one for one in audit.latest(session) if one.action == "approval.open"]


def test_a_missing_list_or_paper_says_where_it_belongs(house: House) -> None:
    """A file that is not there is asked for by name and folder."""
    with pytest.raises(InputError, match="放进"):
        fund_duties.open_festival(house, FESTIVAL, by="c")
    with pytest.raises(InputError, match="没有文件 2026-11-24-01"):
        fund_duties.register_paper(house, "2026-11-24-01", by="c")


def test_a_paper_application_is_registered_once(house: House, branch: Branch) -> None:
    """A file of the import folder becomes an application; its name then bears the number, it is not filed again."""
    values = {"申请人": "G1", "类别": "定期帮扶类", "金额": "2000", "困难情况": "手术花费大", "草稿": True}
    folder = fund_duties.import_folder(house)
    (folder / "2026-11-24-01.json").write_text(json.dumps(values, ensure_ascii=False), "utf-8")
    done = fund_duties.register_paper(house, "2026-11-24-01", by="prefect:coordinator")
    assert (done.case.applicant, done.case.state) == (branch["G1"], CaseState.DRAFT)
    assert [path.name for path in folder.iterdir()] == [f"2026-11-24-01.{done.case.number}.json"]
    with pytest.raises(InputError, match="没有文件"):
        fund_duties.register_paper(house, "2026-11-24-01", by="prefect:coordinator")
