"""`djflow fund batch …` as a cashier and an accountant call them, from a ready payment to the closed batch."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from djflow.accounts import hashing
from djflow.accounts.model import NewAccount, Role
from djflow.assembly import create_house, doorway, open_house
from djflow.assembly.house import House
from djflow.cli.fund_entering import PASSWORD_VARIABLE
from djflow.cli.fund_payments import COMMANDS
from djflow.core.errors import InputError, RuleError
from djflow.core.subject import Subject
from djflow.demo.load import copy_starter
from djflow.fund.payment import orders
from djflow.fund.payment.model import NewOrder, Payee
from djflow.people import service as people
from tests.fund.payment.till import NAMES, lines_of, staff, written

PASSWORD = "Zhong-Hua-77-qiao"  # noqa: S105 - of accounts that exist in this test only
KEY = "pay:WF2026-0001:1"


@click.group()
@click.option("--home")
def fund(home: str | None) -> None:
    """Stand for the group that the payment commands hang below."""
    _ = home


for _command in COMMANDS:
    fund.add_command(_command)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a cashier, an accountant and two ready payments, made once; hashes are cheap while it is used."""
    home = tmp_path_factory.mktemp("till")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hashing, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        patched.setenv(PASSWORD_VARIABLE, PASSWORD)
        copy_starter(home)
        made = create_house(home, kind="demo")
        with made.transaction() as session:
            ids = staff(session, made.now())
            for number in (1, 2):
                payee = Payee(ids[f"P{number}"], NAMES[f"P{number}"], f"00622848{number:08d}", "巍山农商行")
                case = Subject("test.grant", f"{number:032x}")
                new = NewOrder(case, f"WF2026-{number:04d}", 100_000 + number, payee, frozenset())
                orders.open_order(session, new, by="test", now=made.now())
        for login, role, code in (("chuna", Role.CASHIER, "CA"), ("kuaiji", Role.FINANCE_CLERK, "FI")):
            _account(made, NewAccount(login, frozenset({role}), code))
        made.database.engine.dispose()
        yield home


@pytest.fixture
def house(prepared: Path, tmp_path: Path) -> House:
    """A copy of that home."""
    shutil.copytree(prepared, tmp_path / "home")
    return open_house(tmp_path / "home")


def _account(house: House, new: NewAccount) -> None:
    first = doorway.create_account(house, new, by="test").password
    entered = doorway.log_in(house, new.login, first, ip="127.0.0.1")
    assert entered is not None
    visitor = doorway.visitor_of(house, entered.token)
    assert visitor is not None
    doorway.change_password(house, visitor, old=first, new=PASSWORD, ip="127.0.0.1")


def call(house: House, *words: str, typed: str = "") -> Result:
    """Run a command in the house; `typed` answers its questions."""
    return CliRunner().invoke(fund, ["--home", str(house.home), *words], input=typed)


def told(house: House, *words: str) -> dict[str, object]:
    """Run a command with --json and return its answer."""
    result = call(house, *words, "--json")
    assert result.exception is None, result.exception
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_a_batch_from_ready_to_closed(house: House, tmp_path: Path) -> None:
    """Make, check, export, send, import, close."""
    number = str(told(house, "batch", "make", "--account", "chuna")["number"])
    refused = call(house, "batch", "check", number, "--account", "chuna")
    assert isinstance(refused.exception, RuleError)
    assert told(house, "batch", "check", number, "--account", "kuaiji")["state"] == "checked"
    exported = told(house, "batch", "export", number, "--to", str(tmp_path / "out"), "--account", "chuna")
    file = Path(str(exported["file"]))
    assert file.stat().st_mode & 0o777 == 0o600
    layout = house.settings.payments.layout()
    rows = [[row[1], row[5], row[3], "成功", ""] for row in lines_of(file.read_bytes(), layout)[1:-1]]
    rows[1][3:] = ["退票", "E02"]
    answer = tmp_path / "return.csv"
    answer.write_bytes(written(rows, layout))
    assert told(house, "batch", "send", number, "--account", "chuna")["state"] == "sent"
    words = call(house, "batch", "import-return", number, str(answer), "--account", "chuna").output
    assert "到账 1 笔，失败 1 笔，存疑 0 行。" in words
    assert "账号不存在（E02）" in words
    again = told(house, "batch", "import-return", number, str(answer), "--account", "chuna")
    assert again["already"] is True
    assert told(house, "batch", "close", number, "--account", "chuna")["state"] == "closed"
    assert call(house, "batch", "list").output.strip() == "没有未结清的批次。"


def test_two_persons_settle_what_the_bank_left_open(house: House, tmp_path: Path) -> None:
    """A doubtful row is listed, ruled failed by two persons, corrected by the accountant, paid anew and clawed back."""
    number = str(told(house, "batch", "make", "--account", "chuna")["number"])
    told(house, "batch", "check", number, "--account", "kuaiji")
    exported = told(house, "batch", "export", number, "--to", str(tmp_path), "--account", "chuna")
    told(house, "batch", "send", number, "--account", "chuna")
    layout = house.settings.payments.layout()
    lines = lines_of(Path(str(exported["file"])).read_bytes(), layout)[1:-1]
    rows = [[row[1], row[5], row[3], "成功", ""] for row in lines]
    rows[1][1] = "1.00"
    answer = tmp_path / "return.csv"
    answer.write_bytes(written(rows, layout))
    told(house, "batch", "import-return", number, str(answer), "--account", "chuna")
    assert "金额与所付的不一致" in call(house, "ruling", "doubts", number).output
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"scan")
    about = ("pay:WF2026-0002:1", "--evidence", str(paper))
    unclear = call(house, "ruling", "propose", "failed", *about, "--ground", "hearsay", "--account", "chuna")
    assert isinstance(unclear.exception, InputError)
    assert "bank_letter 银行书面证明" in unclear.exception.message
    made = told(house, "ruling", "propose", "failed", *about, "--ground", "bank_letter", "--account", "chuna")
    assert "认定未到账" in call(house, "ruling", "list").output
    alone = call(house, "ruling", "confirm", str(made["id"]), "--account", "chuna")
    assert isinstance(alone.exception, RuleError)
    assert told(house, "ruling", "confirm", str(made["id"]), "--account", "kuaiji")["verdict"] == "failed"
    fixed = call(house, "correct", *about, "--account", "kuaiji", typed=f"{NAMES['P2']}\n0099887766554433\n邮储银行\n")
    assert "pay:WF2026-0002:2" in fixed.output
    refund = (KEY, "--evidence", str(paper), "--ground", "false_material", "--account", "chuna")
    asked = call(house, "ruling", "propose", "refunded", *refund, typed="1000.01\n")
    ruling = asked.output.strip().rsplit("：", 1)[1]
    assert told(house, "ruling", "refuse", ruling, "--account", "kuaiji")["state"] == "refused"
    assert call(house, "ruling", "list").output.strip() == "没有等待复核的认定。"


def test_a_wrong_password_does_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who cannot log in makes no batch; the payments stay ready and a dissolved batch gives them back."""
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong")
    result = call(house, "batch", "make", "--account", "chuna")
    assert isinstance(result.exception, RuleError)
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    number = str(told(house, "batch", "make", "--account", "chuna", "--layout", "excel")["number"])
    assert number in call(house, "batch", "list").output
    assert told(house, "batch", "cancel", number, "--account", "chuna")["state"] == "cancelled"


def test_the_months_statement_is_written(house: House, tmp_path: Path) -> None:
    """A month's statement is an Excel file without a name in it."""
    told(house, "payments", "2026-11", "--to", str(tmp_path), "--account", "kuaiji")
    (file,) = tmp_path.glob("*.xlsx")
    assert load_workbook(file).sheetnames == ["汇总", "明细", "批次"]


def test_the_audits_file_is_written(house: House, tmp_path: Path) -> None:
    """Everything opened in a span comes as Excel; a span that ends before it begins is refused."""
    span = ("--first", "2020-01-01", "--last", "2199-12-31", "--to", str(tmp_path), "--account", "kuaiji")
    written_to = Path(str(told(house, "audit-export", *span)["file"]))
    rows = list(load_workbook(written_to)["明细"].iter_rows(min_row=4, values_only=True))
    assert [row[1] for row in rows] == [KEY, "pay:WF2026-0002:1"]
    assert not any(NAMES["P1"] in str(row) for row in rows)
    wrong = call(house, "audit-export", "--first", "2026-02-01", "--last", "2026-01-01", "--account", "kuaiji")
    assert isinstance(wrong.exception, InputError)


def test_help_is_chinese() -> None:
    """Every command explains itself in Chinese."""
    below = [sub for group in COMMANDS if isinstance(group, click.Group) for sub in group.commands.values()]
    for command in (*COMMANDS, *below):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in command.help or "")


def test_an_account_without_a_person_pays_nothing(house: House) -> None:
    """A unit's shared account is nobody; payments are made by persons."""
    with house.reading() as session:
        assert people.unit_by_code(session, "HR").code == "HR"
    _account(house, NewAccount("danwei", frozenset({Role.CASHIER}), unit_code="HR"))
    result = call(house, "batch", "make", "--account", "danwei")
    assert isinstance(result.exception, RuleError)
    assert "个人账号" in result.exception.message
