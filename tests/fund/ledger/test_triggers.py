"""Plain SQL against the books: whoever goes around djflow is refused by the database itself."""

from collections.abc import Mapping

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from djflow.db.session import Database
from djflow.fund.ledger import service
from djflow.fund.ledger.model import ReasonCode
from tests.fund.ledger.books import ACCOUNTANT, NOW, earmark, give, paid, reserved

_COLUMNS = (
    *("id", "seq", "kind", "account", "amount_fen", "key", "claim_key", "pending_id", "reverses_id", "subject"),
    *("reason", "voucher", "made_by", "second", "at", "booked_on", "prev_hash", "hash"),
)


REWRITES = [
    "UPDATE fund_transfer SET amount_fen = 1 WHERE seq = 1",
    "UPDATE fund_transfer SET subject = 'fund.application:other'",
    "DELETE FROM fund_transfer WHERE seq = 6",
    "DELETE FROM fund_transfer",
    "UPDATE fund_balance SET spent_fen = spent_fen - 10000 WHERE account = 'fiscal'",
    "UPDATE fund_balance SET income_fen = income_fen + 10000 WHERE account = 'fiscal'",
    "UPDATE fund_balance SET reserved_fen = 0",
    "UPDATE fund_balance SET spent_fen = 0, last_seq = last_seq + 1 WHERE account = 'fiscal'",
    "UPDATE fund_balance SET account = 'dues' WHERE account = 'fiscal'",
    "DELETE FROM fund_balance",
    "INSERT INTO fund_balance VALUES ('gold', 500, 0, 0, 0)",
    "UPDATE fund_head SET seq = 0, hash = 'x'",
    "UPDATE fund_head SET seq = seq + 1",
    "DELETE FROM fund_head",
    "INSERT INTO fund_head (id, seq, hash) VALUES (2, 0, 'x')",
    "UPDATE fund_account SET source = 'donated' WHERE code = 'fiscal'",
    "UPDATE fund_account SET categories = '[\"VETERAN\"]' WHERE code = 'fiscal'",
    "UPDATE fund_account SET closed_at = NULL WHERE code = 'donated-closed'",
    "DELETE FROM fund_account WHERE code = 'donated-closed'",
]
"""Statements that would rewrite the past."""

WRONG: list[tuple[dict[str, object], str]] = [
    ({"amount_fen": -100}, "not_negative|positive|overspent"),
    ({"amount_fen": 0}, "positive"),
    ({"amount_fen": 500_01}, "overspent"),
    ({"kind": "post", "pending_id": "paid", "claim_key": "case-1", "amount_fen": 300_00}, "append-only|pending_id"),
    ({"kind": "void", "pending_id": "paid", "claim_key": "case-1", "amount_fen": 300_00}, "append-only|pending_id"),
    (
        {"kind": "post", "pending_id": "released", "claim_key": "case-3", "amount_fen": 100_00},
        "append-only|pending_id|overspent",
    ),
    ({"kind": "post", "pending_id": "held", "claim_key": "case-2", "amount_fen": 200_01}, "not pending in full"),
    ({"kind": "post", "pending_id": "held", "claim_key": "case-2", "amount_fen": 100}, "not pending in full"),
    ({"kind": "post", "pending_id": "held", "claim_key": "other", "amount_fen": 200_00}, "not pending in full"),
    ({"kind": "post", "pending_id": "payment", "amount_fen": 300_00}, "not pending in full"),
    ({"kind": "post"}, "shape|not pending in full"),
    ({"kind": "pending", "pending_id": "held"}, "shape"),
    ({"kind": "post", "account": "dues", "pending_id": "held", "claim_key": "case-2"}, "not pending in full"),
    ({"kind": "single", "reverses_id": "payment", "amount_fen": 300_01}, "more than there was|overspent"),
    ({"kind": "single", "reverses_id": "income", "amount_fen": 500_01}, "overspent"),
    ({"kind": "single", "reverses_id": "held"}, "more than there was"),
    ({"kind": "single", "second": "a"}, "two_persons"),
    ({"kind": "single", "second": ""}, "two_persons"),
    ({"seq": 1}, "follow the head|append-only"),
    ({"seq": 9}, "follow the head"),
    ({"prev_hash": "0" * 64}, "follow the head"),
    ({"key": "in-1"}, "append-only|uq_fund_transfer_key"),
    ({"account": "gold"}, "no balance"),
    ({"account": "donated-closed"}, "is closed|overspent"),
]
"""Changes that make a right transfer wrong, and what the refusal says; names of fixtures stand for their ids."""


@pytest.fixture
def books(database: Database) -> Mapping[str, str]:
    """Books with 1,000 yuan, 300 paid (case 1), 200 reserved (case 2), 100 released (case 3); ids by name."""
    with database.transaction() as session:
        first = give(session, 1_000_00)
        spent = paid(session, 300_00)
        held = reserved(session, 200_00, 2)
        gone = reserved(session, 100_00, 3)
        service.void(session, gone.key, key="x-3", reason=ReasonCode.WITHDRAWN, by=ACCOUNTANT, now=NOW)
        closed = earmark(session, "closed")
        service.close_account(session, closed, by=ACCOUNTANT, now=NOW)
        return {
            "income": first.id,
            "paid": spent.parts[0].transfer,
            "payment": spent.payments[0].transfer,
            "held": held.parts[0].transfer,
            "released": gone.parts[0].transfer,
            "head": service.head(session).hash,
        }


def _insert(database: Database, changes: Mapping[str, object], verb: str = "INSERT") -> None:
    """Insert a transfer by plain SQL that would be right but for `changes`."""
    with database.reading() as session:
        head = service.head(session)
    row: dict[str, object] = {
        "id": "f" * 32,
        "seq": head.seq + 1,
        "kind": "pending",
        "account": "fiscal",
        "amount_fen": 100,
        "key": "k",
        "claim_key": "case-9",
        "pending_id": None,
        "reverses_id": None,
        "subject": "fund.application:a9",
        "reason": None,
        "voucher": "",
        "made_by": "a",
        "second": "b",
        "at": "2026-11-18 01:00:00",
        "booked_on": "2026-11-18",
        "prev_hash": head.hash,
        "hash": "1" * 64,
        **changes,
    }
    names, values = ", ".join(_COLUMNS), ", ".join(f":{name}" for name in _COLUMNS)
    _run(database, f"{verb} INTO fund_transfer ({names}) VALUES ({values})", row)


def _run(database: Database, statement: str, values: Mapping[str, object] | None = None) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement), values or {})


@pytest.mark.usefixtures("books")
def test_the_past_and_the_balances_cannot_be_rewritten(database: Database) -> None:
    """Transfers stay, balances and head move with transfers only, an account keeps what it is for."""
    refused = r"append-only|by transfers only|begins at nothing|is there|only be closed"
    for statement in REWRITES:
        with pytest.raises(DBAPIError, match=refused):
            _run(database, statement)
    _still_right(database)


def test_a_wrong_transfer_is_refused(database: Database, books: Mapping[str, str]) -> None:
    """Overspending, paying twice, paying what was released, one person alone, forks: refused whoever writes it."""
    for changes, sentence in WRONG:
        named = {name: books.get(str(value), value) for name, value in changes.items()}
        with pytest.raises(DBAPIError, match=sentence):
            _insert(database, named)
    _still_right(database)


@pytest.mark.usefixtures("books")
def test_a_closed_year_takes_nothing_even_by_plain_sql(database: Database) -> None:
    """The year written down refuses every later booking, and stays as it was written."""
    _run(database, "INSERT INTO fund_year VALUES (2025, 'fiscal', 0, 0, 0, 0)")
    with pytest.raises(DBAPIError, match="fund_year is closed"):
        _insert(database, {"booked_on": "2025-12-31"})
    for statement in ("UPDATE fund_year SET spent_fen = 1", "DELETE FROM fund_year"):
        with pytest.raises(DBAPIError, match="append-only"):
            _run(database, statement)
    _still_right(database)


def test_sqlite_conflict_words_open_no_way_around(database: Database, books: Mapping[str, str]) -> None:
    """`OR REPLACE` and `OR IGNORE` of SQLite, and TRUNCATE of PostgreSQL, are refused like the rest."""
    if database.engine.dialect.name == "postgresql":
        for table in ("fund_transfer", "fund_balance", "fund_head", "fund_year", "fund_account"):
            with pytest.raises(DBAPIError, match="append-only"):
                _run(database, f"TRUNCATE {table} CASCADE")
    else:
        for verb in ("INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL"):
            for changes in ({"id": books["income"]}, {"key": "in-1"}, {"amount_fen": 900_00}, {"amount_fen": 1.5}):
                with pytest.raises(DBAPIError):
                    _insert(database, changes, verb)
        for statement in (
            "INSERT OR REPLACE INTO fund_balance VALUES ('fiscal', 0, 0, 0, 0)",
            "INSERT OR REPLACE INTO fund_head VALUES (1, 0, 'x')",
            "INSERT OR REPLACE INTO fund_account VALUES ('fiscal', 'dues', '', '[]', NULL, NULL)",
            "UPDATE OR IGNORE fund_balance SET spent_fen = 0",
        ):
            with pytest.raises(DBAPIError):
                _run(database, statement)
    _still_right(database)


def _still_right(database: Database) -> None:
    with database.reading() as session:
        found = service.verify(session)
        assert found.intact
        assert found.head.seq == 6
        assert [one.available_fen for one in service.balances(session)] == [500_00, 0, 0, 0, 0]


def _drop_guards(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        for name in ("fund_balance_guard", "fund_transfer_no_update", "fund_head_guard", "fund_transfer_no_delete"):
            _run(database, f"DROP TRIGGER {name}")
        return
    for table in ("fund_balance", "fund_transfer", "fund_head"):
        _run(database, f"ALTER TABLE {table} DISABLE TRIGGER USER")


@pytest.mark.usefixtures("books")
def test_whoever_drops_the_triggers_is_found_by_the_proof(database: Database) -> None:
    """A lowered balance is found by adding up anew, a changed or lost transfer by the chain."""
    _drop_guards(database)
    _run(database, "UPDATE fund_balance SET spent_fen = spent_fen - 10000 WHERE account = 'fiscal'")
    with database.reading() as session:
        found = service.verify(session)
    assert (found.balanced, found.rederived_equal, found.chain_ok, found.unequal) == (True, False, True, ("fiscal",))
    _run(database, "UPDATE fund_balance SET spent_fen = spent_fen + 10000 WHERE account = 'fiscal'")
    _run(database, "UPDATE fund_transfer SET subject = 'fund.application:other' WHERE seq = 3")
    with database.reading() as session:
        found = service.verify(session)
    assert (found.rederived_equal, found.chain_ok, found.broken_at) == (True, False, 3)


@pytest.mark.usefixtures("books")
def test_a_cut_off_end_is_found(database: Database) -> None:
    """Books that lost their last transfer do not fit their head, nor do balances without it."""
    _drop_guards(database)
    _run(database, "DELETE FROM fund_transfer WHERE seq = 6")
    with database.reading() as session:
        found = service.verify(session)
    assert (found.rederived_equal, found.chain_ok, found.broken_at) == (False, False, 6)
