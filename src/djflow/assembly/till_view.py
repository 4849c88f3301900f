"""What the desk's pages show of payments: batches, one batch whole, one payment; names and accounts are masked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.assembly.fund_payments import bank_words
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.ids import PersonId
from djflow.fund.payment import orders, service
from djflow.fund.payment.answers import service as answers
from djflow.fund.payment.keeping import batch_of, batch_subject, order_of
from djflow.fund.payment.model import Doubtful, OrderId, PaymentBatch, PaymentOrder, Ruling
from djflow.fund.payment.rules import BATCH_WORDS, ORDER_WORDS, masked_name
from djflow.fund.payment.statement import reason_words
from djflow.people import service as people
from djflow.people.rules import mask_bank_account

PAGE = 30


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A payment as a list shows it."""

    order: PaymentOrder
    payee: str
    account: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class RulingLine:
    """A ruling that waits for the second person: which payment's line it is about, empty for a foreign row."""

    ruling: Ruling
    line_key: str
    first: str


@dataclass(frozen=True, slots=True)
class BatchList:
    """What is ready, the newest batches, rulings that wait; `layouts` are the banks' ways by key."""

    ready: tuple[OrderLine, ...]
    batches: tuple[PaymentBatch, ...]
    words: Mapping[str, str]
    rulings: tuple[RulingLine, ...]
    layouts: Mapping[str, str]
    default: str
    older: str


@dataclass(frozen=True, slots=True)
class Taken:
    """When somebody took the bank file."""

    login: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BatchSheet:
    """A batch whole: its payments, the bank's rows nobody understood, who made, checked and took it."""

    batch: PaymentBatch
    state: str
    layout: str
    maker: str
    checker: str
    orders: tuple[OrderLine, ...]
    doubts: tuple[Doubtful, ...]
    taken: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """One payment with all attempts to pay its case and rulings that wait."""

    line: OrderLine
    attempts: tuple[OrderLine, ...]
    rulings: tuple[RulingLine, ...]
    batch: PaymentBatch | None


def batches(house: House, before: str = "") -> BatchList:
    """Return what waits and the newest batches below a number."""
    with house.reading() as session:
        found = service.latest_batches(session, before=before, count=PAGE)
        ready = _lines(session, house, service.ready(session))
        rulings = _rulings(session)
    return BatchList(
        ready=ready,
        batches=found,
        words={state.value: words for state, words in BATCH_WORDS.items()},
        rulings=rulings,
        layouts={one.key: one.name for one in house.settings.payments.layouts},
        default=house.settings.payments.layout("").key,
        older=found[-1].number if len(found) == PAGE else "",
    )


def batch(house: House, number: str) -> BatchSheet:
    """Return one batch whole.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        found = service.batch_by_number(session, number)
        staff = people.people_by_ids(session, [one for one in (found.maker, found.checker) if one])
        logins = {one.actor: one.login for one in accounts.accounts(session)}
        taken = tuple(
            Taken(logins.get(entry.actor, entry.actor), entry.at)
            for entry in audit.history(session, batch_subject(found.id))
            if entry.action == "payment.download"
        )
        lines = _lines(session, house, service.orders_in(session, found.id))
        doubts = answers.open_doubts(session, found.id)
    layouts = {one.key: one.name for one in house.settings.payments.layouts}
    names = {key: card.name for key, card in staff.items()}
    checker = names.get(found.checker, "") if found.checker else ""
    return BatchSheet(
        found, BATCH_WORDS[found.state], layouts.get(found.layout, found.layout), names.get(found.maker, ""), checker,
        lines, doubts, taken,
    )  # fmt: skip


def payment(house: House, order_id: OrderId) -> OrderSheet:
    """Return one payment.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        found = order_of(session, order_id)
        own = batch_of(session, found.batch) if found.batch else None
        attempts = _lines(session, house, orders.history(session, found.subject))
        rulings = tuple(one for one in _rulings(session) if one.ruling.order == order_id)
        line = _lines(session, house, (found,))[0]
    return OrderSheet(line, attempts, rulings, own)


def _rulings(session: Session) -> tuple[RulingLine, ...]:
    found = answers.waiting_rulings(session)
    cards = people.people_by_ids(session, [one.first for one in found])
    return tuple(
        RulingLine(
            one,
            order_of(session, one.order).line_key if one.order else "",
            cards[one.first].name if one.first in cards else "",
        )
        for one in found
    )


def _lines(session: Session, house: House, found: Iterable[PaymentOrder]) -> tuple[OrderLine, ...]:
    given = tuple(found)
    reasons = bank_words(house)
    names: dict[PersonId, str] = {
        key: card.name for key, card in people.people_by_ids(session, {one.payee for one in given}).items()
    }
    return tuple(
        OrderLine(
            one,
            masked_name(names.get(one.payee, "")),
            mask_bank_account(one.account_tail),
            ORDER_WORDS[one.state],
            reason_words(one.bank_code, reasons),
        )
        for one in given
    )
