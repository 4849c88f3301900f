"""The fund's money through its door: who may book, what is printed, who keeps the anchor, who is alarmed."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from djflow.accounts import hashing
from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.assembly import gifts, treasury
from djflow.assembly.house import House
from djflow.assembly.treasury import TwoPersons
from djflow.core.errors import InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.fund.donations.model import Donation, Donor, DonorKind, Pledge
from djflow.fund.ledger import service as ledger
from djflow.notify import service as notify
from djflow.settings.ledger_file import AnchorTable, LedgerFile
from djflow.settings.load import check

HANDS = TwoPersons("kuaiji", "chuna")


@pytest.fixture
def staffed(house: House, ids: Mapping[str, PersonId]) -> House:
    """The house with an accountant, a cashier, and somebody who holds both roles in two accounts."""
    assert ids
    with house.transaction() as session:
        for login, person, role in (
            ("kuaiji", "A01", Role.FINANCE_CLERK),
            ("chuna", "A02", Role.CASHIER),
            ("chuna2", "A01", Role.CASHIER),
        ):
            new = NewAccount(login, frozenset({role}), person)
            accounts.create(session, new, hashing.nobodys_hash(), by="test", now=house.now())
    return house


def booked(house: House, fen: int, *, account: str = "fiscal", key: str = "k1") -> None:
    """Book money."""
    treasury.receive(house, treasury.incoming(house, account, fen, key=key, voucher="B1"), HANDS)


def test_money_is_booked_by_finance_and_confirmed_by_the_cashier(staffed: House) -> None:
    """Roles are looked up, one person with two accounts is one person, a key books once."""
    booked(staffed, 30_000_00)
    booked(staffed, 30_000_00)
    assert [row["收入"] for row in treasury.balance_rows(staffed)] == ["30,000.00", "0.00", "0.00", "0.00", "30,000.00"]
    one = treasury.incoming(staffed, "fiscal", 1)
    for hands, sentence in (
        (TwoPersons("chuna", "kuaiji"), "财务人员"),
        (TwoPersons("kuaiji", "kuaiji"), "出纳"),
        (TwoPersons("kuaiji", "chuna2"), "两个人"),
    ):
        with pytest.raises(RuleError, match=sentence):
            treasury.receive(staffed, one, hands)
    with pytest.raises(NotFoundError):
        treasury.receive(staffed, one, TwoPersons("kuaiji", "nobody"))
    with staffed.transaction() as session:
        cashier = accounts.account_by_login(session, "chuna")
        accounts.set_disabled(session, cashier.id, disabled=True, by="test", now=staffed.now())
    with pytest.raises(RuleError, match="停用"):
        treasury.receive(staffed, one, HANDS)
    assert treasury.verify(staffed).head.seq == 1


def test_a_statement_is_read_by_people(staffed: House) -> None:
    """Opening balance, bookings, closing balance."""
    booked(staffed, 500_00)
    rows = treasury.statement_rows(treasury.statement(staffed, "fiscal", date(2026, 11, 1), date(2026, 11, 30)))
    assert [(row["事项"], row["可用"]) for row in rows] == [("期初", "0.00"), ("入账", "500.00"), ("期末", "500.00")]


def test_a_year_is_closed_through_the_door(staffed: House, at: Callable[[str], House]) -> None:
    """By the same two hands, after the year is over."""
    booked(staffed, 500_00)
    lines = treasury.year_end(at("2027-01-05T09:00"), 2026, HANDS)
    assert sum(line.closing_fen for line in lines) == 500_00


def test_the_anchor_goes_to_the_configured_persons_once_a_day(staffed: House, ids: Mapping[str, PersonId]) -> None:
    """The mail holds the number of transfers and the head's hash; without persons nobody is written to."""
    booked(staffed, 500_00)
    assert treasury.send_anchor(staffed).told == 0
    own = LedgerFile(anchor=AnchorTable(persons=("A03",)))
    house = replace(staffed, settings=replace(staffed.settings, ledger=own))
    assert treasury.send_anchor(house).told == 1
    assert treasury.send_anchor(house).told == 0
    with house.reading() as session:
        (notice,) = notify.listing(session)
        payload = session.execute(text("SELECT payload FROM notice")).scalar_one()
        head = ledger.head(session)
    assert (notice["kind"], notice["recipient"], notice["text"]) == ("fund_anchor", ids["A03"], "mail/fund_anchor")
    assert head.hash in payload
    assert json.loads(payload)["state"] == "账目核对无误"


def test_an_anchor_for_nobody_is_pointed_out(staffed: House) -> None:
    """A configured person who is not on the list is named to the office, once a day; the others get the anchor."""
    own = LedgerFile(anchor=AnchorTable(persons=("A03", "GONE")))
    house = replace(staffed, settings=replace(staffed.settings, ledger=own))
    for told in (1, 0):
        done = treasury.send_anchor(house)
        assert (done.told, done.unknown) == (told, ("GONE",))
    with house.reading() as session:
        assert sorted(row["kind"] for row in notify.listing(session)) == ["fund_anchor", "operator_alert"]


def test_broken_books_alarm_the_office(staffed: House) -> None:
    """The proof says what is wrong and the coordinator is told once a day."""
    booked(staffed, 500_00)
    dialect = staffed.database.engine.dialect.name
    drop = {
        "sqlite": "DROP TRIGGER fund_balance_guard",
        "postgresql": "DROP TRIGGER fund_balance_guard ON fund_balance",
    }
    with staffed.database.engine.begin() as connection:
        connection.execute(text(drop[dialect]))
        connection.execute(text("UPDATE fund_balance SET income_fen = 40000 WHERE account = 'fiscal'"))
    for _ in range(2):
        found = treasury.verify(staffed)
        assert (found.balanced, found.rederived_equal, found.chain_ok) == (True, False, True)
    assert "与逐笔重算不符" in treasury.broken_sentence(found)
    with staffed.reading() as session:
        assert [row["kind"] for row in notify.listing(session)] == ["operator_alert"]


def given(house: House, amount_fen: int, *, key: str = "d1") -> Donation:
    """Return a donation with a receipt."""
    pledge = Pledge(key, Donor(DonorKind.UNIT, "某某公司"), amount_fen)
    found = gifts.pledge(house, pledge, by="test")
    gifts.receive(house, found.id, HANDS, voucher="B7")
    return gifts.issue_receipt(house, found.id, by="test")


def test_a_receipt_and_a_certificate_are_printed(staffed: House) -> None:
    """The receipt names donor, amount in figures and capitals, purpose; a certificate comes from the amount on."""
    small, large = given(staffed, 4_999_99), given(staffed, 5_000_00, key="d2")
    paper = gifts.receipt_text(staffed, large.number)
    assert "编号：JZ2026-0002" in paper
    assert "今收到 某某公司 捐赠人民币（大写）伍仟元整（￥5,000.00），用于党内关爱帮扶。" in paper
    assert "到账日期：2026年11月18日" in paper
    assert gifts.certificate_text(staffed, large.number).startswith("荣誉证书\n\n某某公司：")
    with pytest.raises(RuleError, match=r"满 5,000\.00 元"):
        gifts.certificate_text(staffed, small.number)
    gifts.thank(staffed, large.id, by="test")
    gifts.refund(staffed, large.id, HANDS)
    assert "已作废" in gifts.receipt_text(staffed, large.number)
    with pytest.raises(RuleError, match="已经退还"):
        gifts.certificate_text(staffed, large.number)
    assert [(row["编号"], row["状态"]) for row in gifts.rows(staffed)] == [
        ("2026-0002", "已退还"),
        ("2026-0001", "已开票，未致谢"),
    ]


def test_the_fund_s_configuration_is_checked(house: House) -> None:
    """A source twice or missing, an amount without quotes or with three decimals: each is pointed at."""
    file = house.home / "config" / "fund_ledger.toml"
    text_before = file.read_text("utf-8")
    for before, after, what in (
        ('"dues", ', "", "四个来源要各写一次"),
        ('"dues"', '"fiscal"', "四个来源要各写一次"),
        ('"5000.00"', "5000", "写在引号里"),
        ('"5000.00"', '"5000.001"', "最多两位小数"),
        ('"5000.00"', '"５０００"', "半角数字"),
    ):
        assert before in text_before
        file.write_text(re.sub(re.escape(before), after, text_before, count=1), "utf-8")
        found = [problem for problem in check(house.home) if problem.file == "fund_ledger.toml"]
        assert any(what in f"{problem.what}{problem.fix}" for problem in found), (after, found)


def test_an_amount_that_is_none_is_refused_at_the_door(house: House) -> None:
    """Zero and less are no money that arrived."""
    for amount in (0, -1):
        with pytest.raises(InputError):
            treasury.incoming(house, "fiscal", amount)
