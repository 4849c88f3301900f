"""What the till has not finished: open batches, rows of the bank nobody understood, payments the cases do not know."""

from collections.abc import Mapping
from dataclasses import dataclass

from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.money import yuan
from djflow.core.subject import Subject
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import STATE_WORDS, CaseState
from djflow.fund.payment import orders, service
from djflow.fund.payment.answers import service as answers
from djflow.fund.payment.model import OrderState, PaymentBatch
from djflow.fund.payment.rules import BATCH_WORDS, DOUBT_WORDS

Row = Mapping[str, str | int]
Rows = tuple[Row, ...]

_TOLD = {OrderState.PAID, OrderState.FAILED}


@dataclass(frozen=True, slots=True)
class Unreconciled:
    """Open batches, doubtful rows and rulings that wait, and cases that have not heard of the bank's answer."""

    batches: Rows
    doubts: Rows
    unheard: Rows


def unreconciled(house: House) -> Unreconciled:
    """Return everything about payments that waits for somebody; numbers and days only."""
    today = house.today()
    with house.reading() as session:
        batches = service.open_batches(session)
        doubtful = [(one.number, row) for one in batches for row in answers.open_doubts(session, one.id)]
        waiting = len(answers.waiting_rulings(session))
        at_bank = cases.waiting(session, CaseState.SENT)
        attempts = {case.number: orders.history(session, case.subject) for case in at_bank}
    unheard = [case for case in at_bank if attempts[case.number] and attempts[case.number][-1].state in _TOLD]
    # What a bank wrote into its own columns is never shown: it could be anything.
    doubts: list[Row] = [
        {"批次": number, "回单行": row.row, "疑问": DOUBT_WORDS[row.doubt]} for number, row in doubtful
    ]
    if waiting:
        doubts.append({"批次": "", "回单行": "", "疑问": f"两人核实的，有{waiting}件等第二人确认"})
    return Unreconciled(
        tuple(_batch_row(one, (today - civil_date(one.made_at)).days) for one in batches),
        tuple(doubts),
        tuple({"编号": case.number, "步骤": STATE_WORDS[case.state]} for case in unheard),
    )


def _batch_row(batch: PaymentBatch, age: int) -> Row:
    return {
        "批次": batch.number,
        "步骤": BATCH_WORDS[batch.state],
        "笔数": batch.count,
        "金额": yuan(batch.total_fen),
        "已停留（天）": age,
    }


def close_settled(house: House, number: str, *, by: str) -> PaymentBatch:
    """Close a batch in which nothing is open; it moves no money, so a coordinator may ask for it, under its own name.

    Raises: NotFoundError; ConflictError naming the payments or rows that wait.
    """
    with house.transaction() as session:
        audit.hold(session)
        batch = service.batch_by_number(session, number)
        return answers.close_settled(session, batch.id, by=by, now=house.now())


def subject_of(batch: PaymentBatch) -> Subject:
    """Return the tag of a batch."""
    return Subject("fund.batch", batch.id)
