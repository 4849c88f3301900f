"""The month's balance by source, and what leaves the house about the books."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.assembly import House, fund_month, sending, treasury
from djflow.core.clock import FixedClock
from djflow.core.errors import InputError
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Incoming
from djflow.fund.ledger.model import Claim as Reservation
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, UnitEntry, UnitKind
from djflow.settings.ledger_file import AnchorTable, LedgerFile
from tests.fund.books import at

Moment = Callable[[str], House]
ABOUT = Subject("fund.application", "f" * 32)


@pytest.fixture
def moment(house: House) -> Moment:
    """The house at another moment."""
    return lambda text: replace(house, clock=FixedClock(at(text)))


def receive(house: House, fen: int, key: str, account: str = "fiscal") -> None:
    """Let money arrive."""
    income = Incoming(key, AccountCode(account), fen, Subject("fund.income", key))
    with house.transaction() as session:
        ledger.receive(session, income, by="a", second="b", now=house.now())


def test_a_month_is_balanced_by_source(moment: Moment) -> None:
    """What was there, came, went, is kept and is left, of every account and in all; written again it is the same."""
    receive(moment("2026-10-10T09:00"), 100_000, "k1")
    receive(moment("2026-11-10T09:00"), 50_000, "k2", "dues")
    november = moment("2026-11-12T09:00")
    with november.transaction() as session:
        claim = Reservation("claim", ABOUT, 30_000, "REGULAR", (AccountCode("fiscal"),))
        ledger.reserve(session, claim, by="a", now=november.now())
        other = Reservation("other", ABOUT, 5_000, "REGULAR", (AccountCode("fiscal"),))
        ledger.reserve(session, other, by="a", now=november.now())
        ledger.post(session, "claim", key="pay:1", by="a", now=november.now())
    december = moment("2026-12-01T08:30")
    receive(december, 7_000, "k3")
    found = fund_month.balance(december, Month(2026, 11))
    rows = {row["账户"] or row["来源"]: tuple(row.values())[2:] for row in found.rows}
    fiscal, dues = (rows[one.account.name] for one in treasury.balances(december)[:2])
    assert fiscal == ("1,000.00", "0.00", "300.00", "50.00", "650.00")
    assert dues == ("0.00", "500.00", "0.00", "0.00", "500.00")
    assert rows["合计"] == ("1,000.00", "500.00", "300.00", "50.00", "1,150.00")
    assert (found.income_fen, found.spent_fen, found.left_fen) == (50_000, 30_000, 115_000)
    text = found.file.read_text("utf-8-sig")
    assert text.splitlines()[0] == "来源,账户,月初可用,本月收入,本月支出,月末预留,月末可用"
    assert fund_month.balance(december, Month(2026, 11)) == found
    with pytest.raises(InputError, match="还没有到"):
        fund_month.balance(december, Month(2027, 1))


def test_the_anchor_leaves_the_house_once_a_day(house: House, moment: Moment) -> None:
    """The contact gets the head, once a day however often the flow runs; a kept head proves the books later."""
    with house.transaction() as session:
        people.put_units(session, [UnitEntry("JW", "纪委", UnitKind.DISTRICT_UNIT, 1)], by="t", now=house.now())
        entry = PersonEntry("JW1", "纪一", Gender.FEMALE, "JW")
        people.put_people(session, [entry], by="t", now=house.now())
    receive(house, 100_000, "k1")
    settings = replace(house.settings, ledger=LedgerFile(anchor=AnchorTable(persons=("JW1",))))
    days = [replace(moment(text), settings=settings) for text in ("2026-11-19T08:50", "2026-11-20T08:50")]
    heads = []
    for day in days:
        sent = [treasury.send_anchor(day) for _ in range(2)]
        assert [one.told for one in sent] == [1, 0]
        heads.append(sent[0].found.head)
        channel = MemoryOutlet("file")
        sending.drain(
            replace(day, clock=FixedClock(day.now() + timedelta(minutes=17))), channels={"file": channel}, once=False
        )
        assert [heads[-1].hash in message.text for message in channel.sent.values()] == [True]
        receive(day, 1_000, f"k{len(heads) + 1}")
    assert treasury.check_anchor(days[1], heads[0].hash) == heads[0].seq
    assert heads[0].hash != heads[1].hash
