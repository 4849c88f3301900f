"""The month's digest of the fund's books: what it holds, that it is kept and told once, what it finds wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from djflow.assembly import House, ledger_digest, treasury
from djflow.core.clock import FixedClock
from djflow.core.errors import InputError
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Claim, Head, Incoming
from djflow.notify import service as notify
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, UnitEntry, UnitKind
from djflow.settings.ledger_file import AnchorTable, LedgerFile
from tests.fund.books import at

NOVEMBER = Month(2026, 11)
Moment = Callable[[str], House]


@pytest.fixture
def moment(house: House) -> Moment:
    """The house at another moment, with a contact who keeps the books' head."""
    with house.transaction() as session:
        people.put_units(session, [UnitEntry("JW", "纪委", UnitKind.DISTRICT_UNIT, 1)], by="t", now=house.now())
        entry = PersonEntry("JW1", "纪一", Gender.FEMALE, "JW")
        people.put_people(session, [entry], by="t", now=house.now())
    settings = replace(house.settings, ledger=LedgerFile(anchor=AnchorTable(persons=("JW1",))))
    return lambda text: replace(house, clock=FixedClock(at(text)), settings=settings)


def receive(house: House, fen: int, key: str, account: str = "fiscal") -> Head:
    """Let money arrive and return the head after it."""
    income = Incoming(key, AccountCode(account), fen, Subject("fund.income", key))
    with house.transaction() as session:
        ledger.receive(session, income, by="a", second="b", now=house.now())
        return ledger.head(session)


def year_of_books(moment: Moment) -> Head:
    """Book two months and the first minute of the third; return the head at the end of November."""
    receive(moment("2026-10-10T09:00"), 100_001, "k1")
    november = moment("2026-11-12T09:00")
    with november.transaction() as session:
        claim = Claim("claim", Subject("fund.application", "f" * 32), 30_000, accounts=(AccountCode("fiscal"),))
        ledger.reserve(session, claim, by="a", now=november.now())
        ledger.post(session, "claim", key="pay:1", by="a", now=november.now())
    head = receive(moment("2026-11-30T23:59"), 50_000, "k2", "dues")
    receive(moment("2026-12-01T00:00"), 7_000, "k3")
    return head


def tamper(house: House, change: str) -> None:
    """Change the books behind the house's back."""
    with house.database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            for table in ("fund_transfer", "fund_balance"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'fund_%'"
            for name in connection.execute(text(found)).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(change))


def kinds(house: House) -> list[str]:
    """Return the kinds of everything that was told."""
    with house.reading() as session:
        return sorted(str(row["kind"]) for row in notify.listing(session))


def test_a_month_end_is_digested_exactly_kept_and_told_once(moment: Moment) -> None:
    """The digest shows the books as the month left them, to the fen, and what changed; told once a month."""
    head = year_of_books(moment)
    first = ledger_digest.digest(moment("2026-12-01T08:50"), NOVEMBER)
    assert (first.head, first.before.seq, first.sound, first.told) == (head, 1, True, 1)
    rows = {row["账户"]: tuple(row.values())[1:] for row in first.rows}
    fiscal, dues = (rows[one.account.name] for one in treasury.balances(moment("2026-12-01T08:50"))[:2])
    assert fiscal == ("1,000.01", "0.00", "300.00", "700.01", "-300.00", "相符")
    assert dues == ("500.00", "0.00", "0.00", "500.00", "500.00", "相符")
    assert rows["合计"] == ("1,500.01", "0.00", "300.00", "1,200.01", "200.00", "相符")
    assert "- 本月新增3笔（入账1笔、预留1笔、付款1笔）" in first.text
    assert first.file.read_text("utf-8") == first.text
    again = ledger_digest.digest(moment("2027-02-01T08:50"), NOVEMBER)
    assert (again.text, again.told, again.sound) == (first.text, 0, True)
    assert kinds(moment("2027-02-01T08:50")) == ["fund_anchor"]
    assert first.sentence == "2026年11月末共4笔，本月新增3笔，核对无误。"


def test_circulars_print_the_head_of_their_last_day(moment: Moment) -> None:
    """The line names the day, the number of transfers and four groups of the hash; empty books print nothing."""
    house = moment("2026-12-05T09:00")
    assert ledger_digest.anchor_line(house, date(2026, 11, 30)) == ""
    head = year_of_books(moment)
    code = " ".join(head.hash[at : at + 4] for at in (0, 4, 8, 12))
    line = ledger_digest.anchor_line(house, date(2026, 11, 30))
    assert line == f"截至2026年11月30日共4笔，校验码 {code}"
    assert ledger_digest.anchor_line(house, date(2026, 9, 30)) == ""
    assert "共5笔" in ledger_digest.anchor_line(house, date(2026, 12, 4))


def test_empty_books_and_a_month_under_way(moment: Moment) -> None:
    """Books without a transfer are digested as such; a month that is not over is refused."""
    found = ledger_digest.digest(moment("2026-12-01T08:50"), NOVEMBER)
    assert (found.head.seq, found.rows[-1]["可用"], found.sound) == (0, "0.00", True)
    with pytest.raises(InputError, match="还没有过完"):
        ledger_digest.digest(moment("2026-11-30T23:59"), NOVEMBER)


def test_a_changed_line_is_found_where_it_is(moment: Moment) -> None:
    """A transfer changed in the database breaks the chain at its number; contacts and office are told."""
    year_of_books(moment)
    house = moment("2026-12-01T08:50")
    tamper(house, "UPDATE fund_transfer SET voucher = 'X' WHERE seq = 2")
    found = ledger_digest.digest(house, NOVEMBER)
    assert (found.sound, found.found.broken_at) == (False, 2)
    assert "从第2笔起" in found.sentence
    assert found.sentence in found.text
    assert kinds(house) == ["fund_anchor", "operator_alert"]


def test_a_changed_balance_is_named(moment: Moment) -> None:
    """An account whose stored balance is not what its transfers add up to is marked."""
    year_of_books(moment)
    house = moment("2026-12-01T08:50")
    tamper(house, "UPDATE fund_balance SET income_fen = income_fen - 1 WHERE account = 'fiscal'")
    found = ledger_digest.digest(house, NOVEMBER)
    assert [row["重算"] for row in found.rows if row["账户"] in {"财政拨款", "合计"}] == ["不符", "不符"]
    assert not found.sound


def test_a_kept_digest_is_not_replaced_by_another_head(moment: Moment) -> None:
    """Books that hold but have another head than the digest kept are pointed out, and the kept one stays."""
    year_of_books(moment)
    house = moment("2026-12-01T08:50")
    first = ledger_digest.digest(house, NOVEMBER)
    kept = first.text.replace(first.head.hash, "a" * 64)
    first.file.write_text(kept, "utf-8")
    found = ledger_digest.digest(house, NOVEMBER)
    assert (found.found.intact, found.kept, found.sound) == (True, False, False)
    assert "与先前留存的摘要不同" in found.sentence
    assert first.file.read_text("utf-8") == kept
