"""Tells whom a document concerns: the drafter, the office, the units asked and the units told.

Messages name a document by its number, before that by the number of its file: a title may name people. Keys name the
occasion, so that nobody is told twice.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.accounts import answering
from djflow.accounts.model import Role
from djflow.core.clock import instant_of
from djflow.core.ids import UnitId
from djflow.core.subject import Subject
from djflow.documents.register.model import KIND, Document, Receipt
from djflow.inbox import service as inbox
from djflow.inbox.model import Address, ItemKind, NewItem
from djflow.notify import service as notify
from djflow.notify.model import Answer, Intent, NoticeKind
from djflow.people import service as people

OWN = ""
"""The part of a document's own task: to number it, to mend it."""
_STAYS_TRUE = timedelta(days=14)


def part_of(found: Document, part: str) -> Subject:
    """Return what a task is about that is one of several of a document."""
    return Subject(KIND, f"{found.id}.{part}") if part else found.subject


def settle(session: Session, found: Document, part: str, *, by: str, now: datetime) -> None:
    """Close a task of a document, whoever did it."""
    inbox.settle(session, ItemKind.DOCUMENT, part_of(found, part), by=by, now=now)


def over(session: Session, found: Document, *, by: str, now: datetime) -> None:
    """Close every task of a document."""
    units = [unit.id for unit in people.units(session)]
    parts = [OWN, *(f"countersign-{unit}" for unit in units), *(f"receipt-{unit}" for unit in units)]
    inbox.settle_all(session, [ItemKind.DOCUMENT], [part_of(found, part) for part in parts], by=by, now=now)


def stop_asking(session: Session, found: Document, *, by: str, now: datetime) -> None:
    """Close the tasks of the units asked to countersign."""
    over(session, found, by=by, now=now)


def returned(session: Session, found: Document, *, now: datetime) -> None:
    """Ask the drafter to mend a document, or the office when it has none."""
    to = Address(person=found.drafter) if found.drafter else Address(role=Role.OFFICE_CLERK)
    inbox.raise_item(session, _item(found, OWN, to, f"{found.name}退回修改"), now=now)


def to_number(session: Session, found: Document, *, now: datetime) -> None:
    """Ask the office to number and issue a signed document."""
    item = _item(found, OWN, Address(role=Role.OFFICE_CLERK), f"{found.name}已签发，请编号印发")
    inbox.raise_item(session, item, now=now)


def asked(session: Session, found: Document, units: Iterable[UnitId], due: date, *, now: datetime) -> None:
    """Ask units to countersign."""
    for unit in units:
        for role in answering.ROLES:
            to = Address(role=role, unit=unit)
            item = _item(found, f"countersign-{unit}", to, f"{found.name}请贵单位会签", due)
            inbox.raise_item(session, item, now=now)
        words = f"请贵单位于{due:%m月%d日}前会签"
        _notify(session, found, unit, f"countersign:{found.round}", words, now)


def answered(session: Session, found: Document, unit: UnitId, *, by: str, now: datetime) -> None:
    """Close the task of a unit that has answered."""
    settle(session, found, f"countersign-{unit}", by=by, now=now)


def issued(session: Session, found: Document, receipts: Iterable[Receipt], due: date, *, now: datetime) -> None:
    """Tell every unit that a document is there for it."""
    for one in receipts:
        for role in answering.ROLES:
            to = Address(role=role, unit=one.unit)
            item = _item(found, f"receipt-{one.unit}", to, f"{found.name}请签收", due)
            inbox.raise_item(session, item, now=now)
        _notify(session, found, one.unit, f"issued:{one.unit}", f"已印发，请于{due:%m月%d日}前签收", now)


def reminder(session: Session, found: Document, receipt: Receipt, count: int, *, now: datetime) -> None:
    """Remind a unit once for each step."""
    _notify(session, found, receipt.unit, f"remind:{receipt.unit}:{count}", "还没有签收，请今天签收", now)


def acknowledged(session: Session, found: Document, unit: UnitId, *, by: str, now: datetime) -> None:
    """Close the task of a unit that has acknowledged, and stop reminding it."""
    settle(session, found, f"receipt-{unit}", by=by, now=now)
    for person in answering.persons_of(session, unit):
        notify.acknowledge(session, found.subject, person, Answer.CONFIRMED, via="document", now=now)


def voided(session: Session, found: Document, receipts: Iterable[Receipt], *, now: datetime) -> None:
    """Tell every unit that got a document that it is void."""
    for one in receipts:
        _notify(session, found, one.unit, f"void:{one.unit}", "已作废，请停止执行并退回", now)


def _item(found: Document, part: str, to: Address, title: str, due: date | None = None) -> NewItem:
    due_at = instant_of(due + timedelta(days=1)) if due else None
    return NewItem(ItemKind.DOCUMENT, part_of(found, part), to, title, f"/desk/documents/{found.id}", due_at)


def _notify(session: Session, found: Document, unit: UnitId, slot: str, words: str, now: datetime) -> None:
    told = answering.persons_of(session, unit)
    names = {key: card.name for key, card in people.people_by_ids(session, told).items()}
    intents = [
        Intent(
            NoticeKind.DOCUMENT_UNIT,
            found.subject,
            0,  # once for each slot, whatever becomes of the document meanwhile
            person,
            slot,
            f"sms/{NoticeKind.DOCUMENT_UNIT}",
            now,
            now + _STAYS_TRUE,
            {"name": names[person], "what": found.name, "state": words},
        )
        for person in told
    ]
    notify.enqueue(session, intents, now=now)
