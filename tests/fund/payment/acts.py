"""Acts of tests around the bank's answer."""

from collections.abc import Callable

from djflow.fund.payment.answers import service as answers
from djflow.fund.payment.layout import BankLayout
from djflow.fund.payment.model import AnswerOutcome, BatchId, PaymentBatch, Proposal, Verdict
from tests.fund.payment.till import CSV, Row, Till

PAPER = "a" * 64
K1, K2, K3 = (f"pay:WF2026-000{number}:1" for number in (1, 2, 3))


def take(till: Till, batch: PaymentBatch, content: bytes, form: BankLayout = CSV) -> AnswerOutcome:
    """Import an answer."""
    with till.database.transaction() as session:
        return answers.import_answer(session, batch.id, content, form, by=till.clerk("CA"), now=till.now)


def rule(till: Till, proposal: Proposal, first: str = "CA", second: str = "FI") -> Verdict | None:
    """Let two persons rule."""
    with till.database.transaction() as session:
        ruling = answers.propose(session, proposal, by=till.clerk(first), now=till.now)
    with till.database.transaction() as session:
        outcome = answers.confirm(session, ruling.id, by=till.clerk(second), now=till.now)
    return outcome.verdict if outcome else None


def close(till: Till, batch: BatchId) -> PaymentBatch:
    """Close a batch."""
    with till.database.transaction() as session:
        return answers.close_batch(session, batch, by=till.clerk("CA"), now=till.now)


def keys(outcome: AnswerOutcome) -> tuple[list[str], list[str], list[str]]:
    """Return the keys of the three lists."""
    return (
        sorted(one.line_key for one in outcome.matched),
        sorted(one.line_key for one in outcome.rejected),
        [one.key for one in outcome.unknown],
    )


def altered(key: str, place: int, value: str) -> Callable[[list[Row]], None]:
    """Return a change of one cell of the line with that key."""

    def change(rows: list[Row]) -> None:
        next(row for row in rows if row[0] == key)[place] = value

    return change
