"""What units and the office do about a document they share: countersign, acknowledge, remind, take the files."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import UnitId
from djflow.documents.register import rules, telling
from djflow.documents.register.model import (
    Act,
    Countersign,
    Document,
    DocumentState,
    KeptFile,
    Receipt,
    Terms,
    Who,
)
from djflow.documents.register.moving import Step, held, read, step
from djflow.documents.register.sharing import store
from djflow.documents.register.sharing.store import Said
from djflow.documents.register.store import documents_by_ids
from djflow.documents.register.transitions import OUT

MAX_OPINION = 500


@dataclass(frozen=True, slots=True)
class Reminded:
    """What a look at the receipts found: a document, a unit, its last day, whether it was reminded just now."""

    document: Document
    receipt: Receipt
    newly: bool


def ask(session: Session, found: Document, *, terms: Terms, now: datetime) -> int:
    """Ask the units that countersign a document, and return how many there are; asked before is not asked again."""
    asked = store.countersigns(session, found.id)
    if not asked or all(one.asked_at for one in asked):
        return len(asked)
    due = rules.due_on(terms.calendar, civil_date(now), terms.countersign_workdays)
    store.ask_countersigns(session, found.id, due, now=now)
    telling.asked(session, found, [one.unit for one in asked], due, now=now)
    return len(asked)


def answer(session: Session, document_id: str, said: Said, *, by: str, now: datetime) -> Document:
    """Take what a unit says to a text; one that disagrees sends the document back.

    Raises: NotFoundError for a unit that is not asked; ConflictError when it has answered, or the document has gone
    on; InputError for a refusal without an opinion.
    """
    found = held(session, document_id)
    mine = next((one for one in store.countersigns(session, found.id) if one.unit == said.unit), None)
    if mine is None:
        raise NotFoundError("没有这份公文：请从公文列表进入。", code="document.unknown")
    if found.state is not DocumentState.COUNTERSIGN or mine.answered_at is not None:
        raise ConflictError("这份公文现在不等贵单位会签：请刷新后查看。", code="document.countersigned")
    opinion = said.opinion.strip()
    if not said.agreed and not opinion:
        raise InputError("不同意要写明意见。", code="document.opinion")
    if len(opinion) > MAX_OPINION:
        raise InputError(f"意见最多 {MAX_OPINION} 个字。", code="document.opinion")
    store.answer(session, found.id, Said(said.unit, said.agreed, opinion), by=by, now=now)
    details: Details = {"unit": said.unit, "agreed": said.agreed, "content": found.content_hash[:16]}
    audit.record(session, found.subject, "document.countersign", by=by, now=now, details=details)
    telling.answered(session, found, said.unit, by=by, now=now)
    return found


def all_agreed(session: Session, document_id: str) -> bool:
    """Return whether every unit asked has agreed; nobody asked is agreed."""
    return all(one.agreed for one in store.countersigns(session, document_id))


def acknowledge(session: Session, document_id: str, unit: UnitId, *, by: str, now: datetime) -> Document:
    """Note that a unit has a document (签收); with the last one the document is received. Twice is once.

    Raises: NotFoundError for a unit that did not get it; ConflictError for a document that was voided.
    """
    found = held(session, document_id)
    mine = next((one for one in store.receipts(session, found.id) if one.unit == unit), None)
    if mine is None:
        raise NotFoundError("没有这份公文：请从公文列表进入。", code="document.unknown")
    if mine.acknowledged_at is not None:
        return found
    if found.state is not DocumentState.ISSUED:
        raise ConflictError(f"{found.name}现在不能签收：还没有印发，或已经作废。", code="document.state")
    store.acknowledge(session, found.id, unit, by=by, now=now)
    audit.record(session, found.subject, "document.acknowledge", by=by, now=now, details={"unit": unit})
    telling.acknowledged(session, found, unit, by=by, now=now)
    if all(one.acknowledged_at for one in store.receipts(session, found.id)):
        return step(session, found, Step(Act.RECEIVE, Who.UNIT), by=by, now=now)
    return found


def waiting(session: Session, *, terms: Terms, now: datetime) -> tuple[tuple[Document, Receipt, int], ...]:
    """Return every unit that has not acknowledged, with how many reminders it should have had by today."""
    today, opened = civil_date(now), store.open_receipts(session)
    known = documents_by_ids(session, {one.document for one in opened})
    return tuple((known[one.document], one, rules.steps_due(known[one.document], one, terms, today)) for one in opened)


def remind(session: Session, document_id: str, unit: UnitId, *, terms: Terms, now: datetime) -> bool:
    """Remind a unit if a step is due at which it was not reminded yet; False when nothing is due. Twice is once."""
    found = held(session, document_id)
    mine = next((one for one in store.receipts(session, found.id) if one.unit == unit), None)
    if mine is None or found.state is not DocumentState.ISSUED:
        return False
    due = rules.steps_due(found, mine, terms, civil_date(now))
    if due <= mine.reminded:
        return False
    store.reminded(session, mine, due)
    telling.reminder(session, found, mine, due, now=now)
    return True


def receipts(session: Session, document_id: str) -> tuple[Receipt, ...]:
    """Return the units that get a document, whether they have acknowledged it."""
    return store.receipts(session, document_id)


def countersigns(session: Session, document_id: str) -> tuple[Countersign, ...]:
    """Return the units that countersign a document with what they said."""
    return store.countersigns(session, document_id)


def of_units(session: Session, units: Collection[UnitId]) -> tuple[tuple[Document, Receipt], ...]:
    """Return what some units got, the newest first."""
    found = store.of_units(session, units)
    known = documents_by_ids(session, {one.document for one in found})
    return tuple((known[one.document], one) for one in found)


def asked_of(session: Session, units: Collection[UnitId]) -> tuple[Document, ...]:
    """Return what waits for a countersign of one of some units."""
    found = store.asked_of(session, units)
    known = documents_by_ids(session, found)
    return tuple(known[one] for one in found)


def files(session: Session, document_id: str) -> tuple[KeptFile, ...]:
    """Return the files of every edition of a document."""
    return store.files(session, document_id)


def take_file(session: Session, document_id: str, file_id: str, *, by: str, now: datetime) -> tuple[KeptFile, bytes]:
    """Hand out a file; that it was taken is recorded.

    Raises: NotFoundError.
    """
    found = read(session, document_id)
    kept = store.content(session, found.id, file_id)
    if kept is None:
        raise NotFoundError("没有这个文件：请刷新后再试。", code="document.file")
    details: Details = {"file": kept[0].name, "edition": kept[0].edition}
    audit.record(session, found.subject, "document.take_file", by=by, now=now, details=details)
    return kept


def is_out(found: Document) -> bool:
    """Return whether others have a document."""
    return found.state in OUT
