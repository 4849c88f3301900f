"""`djflow fund` as a clerk or an acceptance check calls it."""

import json
from pathlib import Path

import pytest
from beancount import loader
from click.testing import CliRunner, Result
from sqlalchemy import text

from djflow.accounts import hashing
from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.assembly import create_house
from djflow.cli.main import djflow
from djflow.demo.load import copy_starter
from tests.roster.district import settle


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small district with an accountant and a cashier."""
    folder = tmp_path_factory.mktemp("home")
    copy_starter(folder)
    house = create_house(folder, kind="demo")
    with house.transaction() as session:
        settle(session, house.now())
        for login, person, role in (("kuaiji", "A01", Role.FINANCE_CLERK), ("chuna", "A02", Role.CASHIER)):
            new = NewAccount(login, frozenset({role}), person)
            accounts.create(session, new, hashing.nobodys_hash(), by="test", now=house.now())
    house.database.engine.dispose()
    return folder


def call(home: Path, *words: str) -> Result:
    """Run a command in the home."""
    return CliRunner().invoke(djflow, ["--home", str(home), "fund", *words])


def value(result: Result) -> object:
    """Return what a command printed as JSON."""
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)


HANDS = ("--recorded-by", "kuaiji", "--confirmed-by", "chuna")


def test_money_is_received_listed_proved_and_exported(home: Path, tmp_path: Path) -> None:
    """The commands print what the acceptance checks read, and beancount proves the file."""
    received = value(
        call(home, "receive", "--account", "fiscal", "--amount", "30,000.50", "--key", "n1", *HANDS, "--json")
    )
    again = value(call(home, "receive", "--account", "fiscal", "--amount", "30000.5", "--key", "n1", *HANDS, "--json"))
    assert received == again
    ledger = value(call(home, "ledger", "--json"))
    assert isinstance(ledger, list)
    assert [(one["account"], one["income_fen"], one["reserved_fen"], one["spent_fen"]) for one in ledger] == [
        ("fiscal", 3_000_050, 0, 0),
        ("dues", 0, 0, 0),
        ("raised", 0, 0, 0),
        ("donated", 0, 0, 0),
    ]
    proof = value(call(home, "verify", "--json"))
    assert isinstance(proof, dict)
    assert (proof["balanced"], proof["rederived_equal"], proof["chain_ok"]) == (True, True, True)
    assert len(proof["head"]) == 64
    assert value(call(home, "verify", "--anchor", proof["head"], "--json")) == proof
    assert "没有这个校验码" in str(call(home, "verify", "--anchor", "f" * 64).exception)
    assert "全部核对无误" in call(home, "verify").stdout
    assert "财政拨款" in call(home, "ledger").stdout
    lines = value(call(home, "statement", "fiscal", "--first", "2020-01-01", "--last", "2099-12-31", "--json"))
    assert isinstance(lines, dict)
    assert lines["closing_fen"] == 3_000_050
    books = tmp_path / "books.beancount"
    value(call(home, "export", "--out", str(books), "--json"))
    assert loader.load_file(str(books))[1] == []


@pytest.mark.parametrize("amount", ["0", "-5", "1e3", "５０００", "5_000", "+5", "1.005", "三千", ""])
def test_odd_amounts_are_refused(home: Path, amount: str) -> None:
    """Each odd notation is refused with a sentence, and nothing is written."""
    result = call(home, "receive", "--account", "fiscal", f"--amount={amount}", *HANDS, "--json")
    assert result.exception is not None
    assert "金额" in str(result.exception)


def test_a_year_that_is_not_over_is_not_closed(home: Path) -> None:
    """The refusal is a sentence."""
    result = call(home, "year-end", "2199", *HANDS)
    assert "还没有过完" in str(result.exception)


def test_a_donation_is_pledged_received_receipted_and_thanked(home: Path, tmp_path: Path) -> None:
    """Every step has its command; a receipt asked for twice is one receipt; one of unit and person is wanted."""
    words = ("donation", "pledge", "--unit", "某某公司", "--amount", "8000", "--key", "p1", "--json")
    pledged = value(call(home, *words))
    assert pledged == value(call(home, *words))
    assert isinstance(pledged, dict)
    number = pledged["number"]
    assert value(call(home, "donation", "receive", number, *HANDS, "--json"))["state"] == "received"  # type: ignore[index] # JSON
    for _ in range(2):
        assert "捌仟元整" in call(home, "donation", "receipt", number).stdout
    paper = tmp_path / "certificate.txt"
    assert call(home, "donation", "receipt", number, "--certificate", "--out", str(paper)).exit_code == 0
    assert paper.read_text("utf-8").startswith("荣誉证书")
    for flags in ((), ("--certificate",)):
        assert call(home, "donation", "receipt", number, *flags, "--out", str(tmp_path / "p.pdf")).exit_code == 0
        assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF")
    assert "已致谢" in call(home, "donation", "thank", number).stdout
    assert "已退还" in call(home, "donation", "refund", number, *HANDS).stdout
    assert "某某公司" in call(home, "donation", "list").stdout
    other = value(call(home, "donation", "pledge", "--person", "赵无名", "--amount", "5", "--json"))
    assert isinstance(other, dict)
    assert "已撤回" in call(home, "donation", "withdraw", other["number"]).stdout
    assert "赵" not in call(home, "donation", "list").stdout
    assert "只写一个" in str(call(home, "donation", "pledge", "--amount", "5").exception)
    assert value(call(home, "verify", "--json"))["chain_ok"] is True  # type: ignore[index] # JSON


def test_broken_books_are_a_failure(home: Path) -> None:
    """Exit 1, false in the JSON, a sentence on standard error."""
    house = create_house(home, kind="demo")
    with house.database.engine.begin() as connection:
        kept = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'fund_balance_guard'")).scalar_one()
        connection.execute(text("DROP TRIGGER fund_balance_guard"))
        connection.execute(text("UPDATE fund_balance SET income_fen = income_fen + 100 WHERE account = 'fiscal'"))
    result = call(home, "verify", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["rederived_equal"] is False
    assert "核对不上" in result.stderr
    with house.database.engine.begin() as connection:
        connection.execute(text("UPDATE fund_balance SET income_fen = income_fen - 100 WHERE account = 'fiscal'"))
        connection.exec_driver_sql(kept)
    house.database.engine.dispose()
    assert call(home, "verify", "--json").exit_code == 0
