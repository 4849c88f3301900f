"""Plain SQL against a house in which cases have walked their way: what the database refuses, and what proofs find."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from beancount import loader
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from djflow.audit import service as audit
from djflow.core.errors import IntegrityError
from djflow.db.session import Database
from djflow.fund import service as fund
from djflow.fund.cases.model import CaseState, FundCase
from djflow.fund.ledger import service as ledger
from tests.fund.books import ACT
from tests.fund.joined.played import Player, checked, small_chain
from tests.fund.running.town import DESK, Town, build

REFUSED = (
    r"append-only|by transfers only|keeps what it says|keeps its way|keeps its file|keeps its rows|keeps what the bank"
    r"|stays as it is|begins at nothing|is there|follow the head|not pending in full|pending_id|UNIQUE|FOREIGN KEY"
)
ATTEMPTS: Mapping[str, str] = {
    "a smaller sum in the books": "UPDATE fund_transfer SET amount_fen = 1 WHERE kind = 'post'",
    "a payment that never was": "DELETE FROM fund_transfer WHERE kind = 'post'",
    "a payment booked twice": "INSERT INTO fund_transfer SELECT 'f', seq + 99, kind, account, amount_fen, 'k',"
    " claim_key, pending_id, reverses_id, subject, reason, voucher, made_by, second, at, booked_on, hash, 'h'"
    " FROM fund_transfer WHERE kind = 'post'",
    "money back into the account": "UPDATE fund_balance SET spent_fen = 0",
    "a shorter chain": "UPDATE fund_head SET seq = 1",
    "a no that becomes a yes": "UPDATE approval_task SET verdict = 'reject' WHERE decided_at IS NOT NULL",
    "somebody else's hand": "UPDATE approval_task SET decided_by = NULL WHERE decided_at IS NOT NULL",
    "a decision that never was": "DELETE FROM approval_task",
    "another chain under the old number": "UPDATE approval_chain SET body = '{}'",
    "a step of the case that never was": "DELETE FROM fund_case_move WHERE act = 'approve'",
    "a step by somebody else": "UPDATE fund_case_move SET who = 'office'",
    "another sum on the way to the bank": "UPDATE payment_order SET amount_fen = amount_fen * 2",
    "another account on the way to the bank": "UPDATE payment_order SET account = account, payee_id = 'x'",
    "a paid order paid again": "UPDATE payment_order SET state = 'ready' WHERE state = 'paid'",
    "another file of the bank": "UPDATE payment_batch SET sha256 = 'x'",
    "an answer the bank never gave": "UPDATE payment_answer SET sha256 = 'x'",
    "a record without it": "DELETE FROM audit_entry WHERE action LIKE 'ledger%'",
    "a record of something else": "UPDATE audit_entry SET actor = 'nobody'",
}
"""What somebody with the database's password would try."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The town with a paid case and one that hangs."""

    town: Town
    paid: FundCase
    hanging: FundCase


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    """A house in which one case is paid and another hangs."""
    town = build(database, tmp_path, small_chain(), first_fen=400_000)
    player = Player(town)
    first, second = checked(town, "G1", "G4")
    town.say(first)
    player.list_ends(first)
    player.batch(first)
    player.send(first)
    player.answer(first, paid=True)
    town.say(second)
    return Scene(town, first, second)


def run(scene: Scene, statement: str, values: Mapping[str, object] | None = None) -> None:
    """Run a statement as somebody who knows the password would."""
    with scene.town.database.engine.begin() as connection:
        connection.execute(text(statement), values or {})


def refusal(scene: Scene, statement: str) -> str:
    """Return what the database says to a statement, empty when it obeys."""
    try:
        run(scene, statement)
    except DBAPIError as error:
        return str(error.orig)
    return ""


def test_the_database_refuses_whoever_goes_around(scene: Scene) -> None:
    """Books, decisions, steps, payments, files and the record stay as they are; afterwards everything still proves."""
    refusals = {name: refusal(scene, statement) for name, statement in ATTEMPTS.items()}
    assert [name for name, words in refusals.items() if not re.search(REFUSED, words)] == []
    with scene.town.database.reading() as session:
        assert ledger.verify(session).intact
        assert audit.verify(session).intact
        _, errors, _ = loader.load_string(ledger.export_beancount(session))
    assert errors == []
    assert scene.town.money() == (400_000, 200_000, 200_000)


def without_guards(scene: Scene, table: str, *names: str) -> None:
    """Take the guards of a table away, as only the owner of the database can."""
    if scene.town.database.engine.dialect.name == "postgresql":
        run(scene, f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return
    for name in names:
        run(scene, f"DROP TRIGGER {name}")


def test_proofs_find_what_triggers_cannot(scene: Scene) -> None:
    """A lowered balance is found by adding up anew, new books by the head kept outside, a record by its chain."""
    town = scene.town
    with town.database.reading() as session:
        outside = ledger.head(session).hash
    without_guards(scene, "fund_balance", "fund_balance_guard")
    run(scene, "UPDATE fund_balance SET spent_fen = spent_fen - 1 WHERE account = 'fiscal'")
    without_guards(scene, "audit_entry", "audit_entry_no_update")
    run(scene, "UPDATE audit_entry SET actor = 'nobody' WHERE seq = 9")
    with town.database.reading() as session:
        found, chain = ledger.verify(session), audit.verify(session)
        assert (found.rederived_equal, found.unequal, chain.broken_at) == (False, ("fiscal",), 9)
        assert ledger.anchored_at(session, outside) == found.head.seq
        assert ledger.anchored_at(session, "0" * 63 + "1") is None


def test_a_case_written_forward_is_paid_to_nobody(scene: Scene) -> None:
    """A case moved on by plain SQL, past its list, gets no file for the bank; no sweep helps it."""
    town, case = scene.town, scene.hanging
    run(scene, "UPDATE fund_case SET state = 'ready_to_pay' WHERE id = :id", {"id": case.id})
    _not_sent(scene)
    assert town.money() == (400_000, 200_000, 200_000)


def test_a_case_written_larger_is_paid_to_nobody(scene: Scene) -> None:
    """An approved amount that is raised by plain SQL is more than was kept: no file for the bank."""
    town, case = scene.town, scene.hanging
    run(scene, "UPDATE fund_case SET approved_fen = 300000 WHERE id = :id", {"id": case.id})
    run(scene, "UPDATE fund_publicity SET amount_fen = 300000 WHERE case_id = :id", {"id": case.id})
    Player(town).list_ends(case)
    _not_sent(scene)


def _not_sent(scene: Scene) -> None:
    town, player = scene.town, Player(scene.town)
    town.act(lambda s: fund.bring_forward(s, scene.hanging.id, DESK, by=ACT, now=town.now))
    player.batch(scene.hanging)
    with pytest.raises(IntegrityError, match="停止付款"):
        player.send(scene.hanging)
    assert town.case(scene.hanging.id).state is CaseState.READY_TO_PAY
