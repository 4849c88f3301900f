"""What whoever answers for a unit sees and does about documents on the phone: countersign, take the files, acknowledge.

The units are those of the accounts that answer for one (liaison, town clerk, organisation commissioner). Whatever is
not of an own unit does not exist.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Act as Right
from djflow.accounts.rules import PERMISSIONS
from djflow.assembly import documents_acts as acts
from djflow.assembly import documents_signing as signing
from djflow.assembly.documents_scope import NOT_YOURS, WHOLE, shared_with
from djflow.assembly.documents_text import told
from djflow.assembly.house import House
from djflow.core.errors import ConflictError, NotFoundError
from djflow.core.ids import PersonId, UnitId
from djflow.core.subject import Subject
from djflow.documents.register import service as register
from djflow.documents.register.model import Countersign, Document, DocumentId, DocumentState, KeptFile, Receipt
from djflow.documents.register.sharing import service as sharing
from djflow.documents.register.sharing.store import Said
from djflow.people import service as people


@dataclass(frozen=True, slots=True)
class Got:
    """A document an own unit got; `waits` says that it is to be acknowledged."""

    document: Document
    receipt: Receipt

    @property
    def waits(self) -> bool:
        """Whether the unit is still to acknowledge it."""
        return self.document.state is DocumentState.ISSUED and self.receipt.acknowledged_at is None


@dataclass(frozen=True, slots=True)
class Papers:
    """The documents of the own units: those to countersign, those to acknowledge, those acknowledged."""

    asked: tuple[Document, ...] = ()
    waiting: tuple[Got, ...] = ()
    done: tuple[Got, ...] = ()

    @property
    def open(self) -> int:
        """How many wait for the reader."""
        return len(self.asked) + len(self.waiting)


@dataclass(frozen=True, slots=True)
class MyDocument:
    """One document as an own unit has it; the text stands here for whoever countersigns, the files once it is out."""

    document: Document
    unit: UnitId
    unit_name: str
    got: Got | None
    asked: Countersign | None
    lines: tuple[str, ...] = field(repr=False)
    files: tuple[KeptFile, ...]

    @property
    def countersigns(self) -> bool:
        """Whether the unit's word is waited for."""
        waits = self.document.state is DocumentState.COUNTERSIGN
        return waits and self.asked is not None and self.asked.answered_at is None


def papers(house: House, person: PersonId) -> Papers:
    """Return the documents of the units somebody answers for; nothing for anybody else."""
    with house.reading() as session:
        units = _units(session, person)
        if not units:
            return Papers()
        got: dict[DocumentId, Got] = {}
        for document, receipt in sharing.of_units(session, units):
            one = Got(document, receipt)
            if one.waits or document.id not in got:
                got[document.id] = one
        return Papers(
            sharing.asked_of(session, units),
            tuple(one for one in got.values() if one.waits),
            tuple(one for one in got.values() if not one.waits),
        )


def document(house: House, person: PersonId, document_id: str) -> MyDocument:
    """Return one document of an own unit, for the one whose word is waited for first.

    Raises: NotFoundError for one of others as for one that does not exist.
    """
    with house.reading() as session:
        return _own(session, person, document_id)


def acknowledge(house: House, person: PersonId, document_id: str) -> None:
    """Note that the own unit has a document (签收); twice is once.

    Raises: ConflictError for one that is not out; what `document` and `sharing.acknowledge` raise.
    """
    mine = document(house, person, document_id)
    if mine.got is None:
        raise ConflictError(f"{mine.document.name}现在不能签收：还没有印发。", code="document.state")
    acts.acknowledge(house, document_id, mine.unit, by=_by(person))


def countersign(house: House, person: PersonId, document_id: str, *, agreed: bool, opinion: str) -> None:
    """Take what the own unit says to a text; raises what `document` and `documents_signing.countersign` raise."""
    mine = document(house, person, document_id)
    signing.countersign(house, document_id, Said(mine.unit, agreed, opinion), by=_by(person))


def take_file(house: House, person: PersonId, document_id: str, file_id: str) -> tuple[KeptFile, bytes]:
    """Hand out a file of the edition that was issued; that it was taken is recorded.

    Raises: NotFoundError for a file of another edition or document; what `document` raises.
    """
    with house.transaction() as session:
        mine = _own(session, person, document_id)
        known = file_id if file_id in {one.id for one in mine.files} else ""
        return sharing.take_file(session, mine.document.id, known, by=_by(person), now=house.now())


def _units(session: Session, person: PersonId) -> tuple[UnitId, ...]:
    card = people.people_by_ids(session, [person]).get(person)
    if card is None or card.has_gone:
        return ()
    known = accounts.holders(session, PERMISSIONS[Right.DOCUMENT_UNIT] - WHOLE)
    found = {accounts.unit_of(session, one) for one in known if one.person == person}
    return tuple(sorted(unit for unit in found if unit is not None))


def _own(session: Session, person: PersonId, document_id: str) -> MyDocument:
    try:
        found = register.document(session, document_id)
    except NotFoundError as error:
        raise NotFoundError(NOT_YOURS, code="document.unknown") from error
    units = tuple(one for one in _units(session, person) if shared_with(session, found, one))
    if not units:
        raise NotFoundError(NOT_YOURS, code="document.unknown")
    return min((_of(session, found, unit) for unit in units), key=lambda one: (not _waits(one), one.unit))


def _of(session: Session, found: Document, unit: UnitId) -> MyDocument:
    out = sharing.is_out(found)
    receipt = _one_of(sharing.receipts(session, found.id), unit) if out else None
    asked = next((one for one in sharing.countersigns(session, found.id) if one.unit == unit and one.asked_at), None)
    kept = sharing.files(session, found.id) if receipt else ()
    return MyDocument(
        document=found,
        unit=unit,
        unit_name=next(one.name for one in people.units(session) if one.id == unit),
        got=Got(found, receipt) if receipt else None,
        asked=asked,
        lines=told(session, found.id) if asked else (),
        files=tuple(one for one in kept if one.edition == found.edition),
    )


def _one_of(receipts: Collection[Receipt], unit: UnitId) -> Receipt | None:
    return next((one for one in receipts if one.unit == unit), None)


def _waits(mine: MyDocument) -> bool:
    return mine.countersigns or (mine.got is not None and mine.got.waits)


def _by(person: PersonId) -> str:
    return str(Subject("people.person", person))
