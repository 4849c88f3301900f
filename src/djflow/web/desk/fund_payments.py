"""Payment batches at the desk: make, check, freeze, take, send, hear the bank, let two persons rule, close."""

import hashlib

from djflow.accounts.model import Act
from djflow.assembly import fund_payments, till_view
from djflow.core.errors import InputError
from djflow.core.money import fen_of
from djflow.fund.payment.model import (
    AnswerLineId,
    BatchState,
    Correction,
    Ground,
    OrderId,
    OrderState,
    Proposal,
    RulingId,
    RulingKind,
)
from djflow.fund.payment.rules import DOUBT_WORDS, GROUND_WORDS, GROUNDS, RULING_WORDS, RULINGS
from djflow.fund.payment.statement import reason_words
from djflow.web.desk.frame import Answer, Download, Go, Route, Visit
from djflow.web.desk.fund_money import ROOT, money_page
from djflow.web.desk.till import clerk_of

BATCHES, PAYMENTS = f"{ROOT}/batches", f"{ROOT}/payments"
_WORDS = {"doubt_words": DOUBT_WORDS, "ruling_words": RULING_WORDS, "ground_words": GROUND_WORDS}


def list_page(visit: Visit) -> Answer:
    """Show what is ready, the batches, and rulings that wait for the second person."""
    found = till_view.batches(visit.house, visit.query.get("before", "")[:30])
    return money_page(visit, "desk_money_batches.html.j2", {**_WORDS, "found": found, "person": visit.account.person})


def make(visit: Visit) -> Answer:
    """Put everything ready into a draft batch."""
    layout, reason = visit.form.one("layout"), visit.form.one("reason")[:200]
    done = fund_payments.make(visit.house, layout, reason, by=clerk_of(visit))
    return Go(f"{BATCHES}/{done.number}?said=made")


def batch_page(visit: Visit) -> Answer:
    """Show one batch whole."""
    sheet = till_view.batch(visit.house, visit.path["batch"])
    values = {
        **_WORDS,
        "sheet": sheet,
        "batch": sheet.batch,
        "is_state": {state.name.lower(): sheet.batch.state is state for state in BatchState},
        "own": sheet.batch.maker == visit.account.person,
        "dismissals": [one for one in Ground if one in GROUNDS[RulingKind.DISMISSED]],
    }
    return money_page(visit, "desk_money_batch.html.j2", values)


def check(visit: Visit) -> Answer:
    """Check a batch as the second person."""
    fund_payments.check(visit.house, visit.path["batch"], by=clerk_of(visit))
    return _at_batch(visit, "checked")


def cancel(visit: Visit) -> Answer:
    """Dissolve a batch that has no file yet."""
    fund_payments.cancel(visit.house, visit.path["batch"], by=clerk_of(visit))
    return _at_batch(visit, "cancelled")


def freeze(visit: Visit) -> Answer:
    """Make the bank's file; it never changes again."""
    fund_payments.freeze(visit.house, visit.path["batch"], by=clerk_of(visit))
    return _at_batch(visit, "exported")


def take(visit: Visit) -> Answer:
    """Hand the bank's file out; the record says who took it."""
    file = fund_payments.bank_file(visit.house, visit.path["batch"], by=clerk_of(visit))
    return Download(file.name, file.content)


def send(visit: Visit) -> Answer:
    """Note that the file went to the bank."""
    fund_payments.send(visit.house, visit.path["batch"], by=clerk_of(visit))
    return _at_batch(visit, "sent")


def hear(visit: Visit) -> Answer:
    """Take the bank's answer and show its three lists; the same file again changes nothing."""
    number = visit.path["batch"]
    batch = till_view.batch(visit.house, number).batch
    outcome = fund_payments.take_answer(visit.house, batch.number, visit.form.file("answer"), by=clerk_of(visit))
    reasons = fund_payments.bank_words(visit.house)
    values = {
        **_WORDS,
        "number": batch.number,
        "outcome": outcome,
        "rejected": [(one, reason_words(one.bank_code, reasons)) for one in outcome.rejected],
    }
    return money_page(visit, "desk_money_answer.html.j2", values)


def close(visit: Visit) -> Answer:
    """Close a batch in which nothing is unknown."""
    fund_payments.close(visit.house, visit.path["batch"], by=clerk_of(visit))
    return _at_batch(visit, "closed")


def _at_batch(visit: Visit, said: str) -> Go:
    return Go(f"{BATCHES}/{visit.path['batch']}?said={said}")


def payment_page(visit: Visit) -> Answer:
    """Show one payment with what two persons may state about it."""
    sheet = till_view.payment(visit.house, OrderId(visit.path["payment"]))
    state = sheet.line.order.state
    kinds = [kind for kind in RulingKind if state in RULINGS[kind] and not sheet.rulings]
    values = {
        **_WORDS,
        "sheet": sheet,
        "kinds": kinds,
        "grounds": [one for one in Ground if any(one in GROUNDS[kind] for kind in kinds)],
        "failed": state is OrderState.FAILED,
        "refundable": RulingKind.REFUNDED in kinds,
        "person": visit.account.person,
        "is_maker": sheet.batch is not None and sheet.batch.maker == visit.account.person,
    }
    return money_page(visit, "desk_money_payment.html.j2", values)


def propose(visit: Visit) -> Answer:
    """State, as the first of two persons, what became of a payment."""
    form, order = visit.form, till_view.payment(visit.house, OrderId(visit.path["payment"])).line.order
    kind, ground = _ruled(form.one("kind"), form.one("ground"))
    received = fen_of(form.one("received")) if kind is RulingKind.REFUNDED else 0
    proposal = Proposal(kind, ground, _digest(form.file("evidence")), order=order.id, received_fen=received)
    fund_payments.propose(visit.house, proposal, by=clerk_of(visit))
    return Go(f"{PAYMENTS}/{order.id}?said=proposed")


def dismiss(visit: Visit) -> Answer:
    """State, as the first of two persons, that a row of the bank's answer does not count."""
    form = visit.form
    _, ground = _ruled(RulingKind.DISMISSED.value, form.one("ground"))
    line = AnswerLineId(visit.path["line"])
    proposal = Proposal(RulingKind.DISMISSED, ground, _digest(form.file("evidence")), line=line)
    fund_payments.propose(visit.house, proposal, by=clerk_of(visit))
    return Go(f"{BATCHES}?said=proposed")


def _ruled(kind: str, ground: str) -> tuple[RulingKind, Ground]:
    if kind not in set(RulingKind) or ground not in set(Ground):
        raise InputError("请选认定的结果和依据。", code="ruling.form")
    return RulingKind(kind), Ground(ground)


def _digest(paper: bytes) -> str:
    return hashlib.sha256(paper).hexdigest()


def confirm(visit: Visit) -> Answer:
    """Confirm a ruling as the second person."""
    fund_payments.confirm(visit.house, RulingId(visit.path["ruling"]), by=clerk_of(visit))
    return Go(f"{BATCHES}?said=ruled")


def refuse(visit: Visit) -> Answer:
    """Send a ruling back unconfirmed."""
    fund_payments.refuse(visit.house, RulingId(visit.path["ruling"]), by=clerk_of(visit))
    return Go(f"{BATCHES}?said=unruled")


def correct(visit: Visit) -> Answer:
    """Replace a failed payment by a new attempt to the right account."""
    form, order = visit.form, till_view.payment(visit.house, OrderId(visit.path["payment"])).line.order
    fix = Correction(form.one("holder"), form.one("account"), form.one("bank"), _digest(form.file("evidence")))
    made = fund_payments.correct(visit.house, order.line_key, fix, by=clerk_of(visit))
    return Go(f"{PAYMENTS}/{made.id}?said=corrected")


ROUTES = (
    Route(BATCHES, Act.MONEY_READ, list_page),
    Route(BATCHES, Act.TILL_WORK, make, "POST"),
    Route(f"{BATCHES}/{{batch}}", Act.MONEY_READ, batch_page),
    Route(f"{BATCHES}/{{batch}}/check", Act.TILL_WORK, check, "POST"),
    Route(f"{BATCHES}/{{batch}}/cancel", Act.TILL_WORK, cancel, "POST"),
    Route(f"{BATCHES}/{{batch}}/freeze", Act.TILL_WORK, freeze, "POST"),
    Route(f"{BATCHES}/{{batch}}/file", Act.TILL_WORK, take, "POST"),
    Route(f"{BATCHES}/{{batch}}/sent", Act.TILL_WORK, send, "POST"),
    Route(f"{BATCHES}/{{batch}}/answer", Act.TILL_WORK, hear, "POST", upload=True),
    Route(f"{BATCHES}/{{batch}}/close", Act.TILL_WORK, close, "POST"),
    Route(f"{PAYMENTS}/{{payment}}", Act.MONEY_READ, payment_page),
    Route(f"{PAYMENTS}/{{payment}}/ruling", Act.TILL_WORK, propose, "POST", upload=True),
    Route(f"{PAYMENTS}/{{payment}}/correct", Act.TILL_WORK, correct, "POST", upload=True),
    Route(f"{ROOT}/rows/{{line}}/dismiss", Act.TILL_WORK, dismiss, "POST", upload=True),
    Route(f"{ROOT}/rulings/{{ruling}}/confirm", Act.TILL_WORK, confirm, "POST"),
    Route(f"{ROOT}/rulings/{{ruling}}/refuse", Act.TILL_WORK, refuse, "POST"),
)
