"""Reads and writes which units countersign a document and which acknowledge it, and the files they get."""

import base64
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from djflow.core.ids import UnitId, new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.documents.register.model import Countersign, DocumentId, DocumentState, KeptFile, Receipt
from djflow.documents.register.tables import DocCountersignRow, DocFileRow, DocReceiptRow, DocumentRow

_OPINION, _CONTENT = "doc_countersign.opinion", "doc_file.content"


@dataclass(frozen=True, slots=True)
class Said:
    """What a unit says to a text."""

    unit: UnitId
    agreed: bool
    opinion: str = field(default="", repr=False)


def put_countersigns(session: Session, document_id: str, units: Collection[UnitId], *, now: datetime) -> None:
    """Make `units` those that countersign, none of them asked yet."""
    session.execute(delete(DocCountersignRow).where(DocCountersignRow.document_id == document_id))
    for unit in sorted(set(units)):
        session.add(DocCountersignRow(id=new_id(now), document_id=document_id, unit_id=unit, answered_by=""))
    session.flush()


def ask_countersigns(session: Session, document_id: str, due_on: date, *, now: datetime) -> None:
    """Write that every unit is asked."""
    fresh = {"asked_at": now, "due_on": due_on}
    session.execute(update(DocCountersignRow).where(DocCountersignRow.document_id == document_id).values(fresh))


def reset_countersigns(session: Session, document_id: str) -> None:
    """Forget what units said to an earlier submission; the record keeps it."""
    fresh = {"asked_at": None, "due_on": None, "answered_at": None, "answered_by": "", "agreed": None, "opinion": None}
    session.execute(update(DocCountersignRow).where(DocCountersignRow.document_id == document_id).values(fresh))


def answer(session: Session, document_id: str, said: Said, *, by: str, now: datetime) -> None:
    """Write what a unit says, its opinion sealed."""
    query = select(DocCountersignRow).where(
        DocCountersignRow.document_id == document_id, DocCountersignRow.unit_id == said.unit
    )
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    row.agreed, row.answered_at, row.answered_by = said.agreed, now, by
    if said.opinion:
        row.opinion = sealing_vault(session).seal(said.opinion, context=f"{_OPINION}:{row.id}")
    session.flush()


def countersigns(session: Session, document_id: str) -> tuple[Countersign, ...]:
    """Return the units that countersign with what they said."""
    query = select(DocCountersignRow).where(DocCountersignRow.document_id == document_id)
    rows = session.scalars(query.order_by(DocCountersignRow.unit_id).execution_options(populate_existing=True))
    vault = vault_of(session)
    return tuple(
        Countersign(
            UnitId(row.unit_id),
            row.asked_at,
            row.due_on,
            row.answered_at,
            row.agreed,
            vault.open(row.opinion, context=f"{_OPINION}:{row.id}") if row.opinion else "",
        )
        for row in rows
    )


def put_receipts(session: Session, document_id: str, units: Collection[UnitId], *, now: datetime) -> None:
    """Make `units` those that get the document."""
    session.execute(delete(DocReceiptRow).where(DocReceiptRow.document_id == document_id))
    for unit in sorted(set(units)):
        row = DocReceiptRow(id=new_id(now), document_id=document_id, unit_id=unit, acknowledged_by="", reminded=0)
        session.add(row)
    session.flush()


def set_due(session: Session, document_id: str, due_on: date) -> None:
    """Write by when the units acknowledge."""
    session.execute(update(DocReceiptRow).where(DocReceiptRow.document_id == document_id).values(due_on=due_on))


def acknowledge(session: Session, document_id: str, unit: UnitId, *, by: str, now: datetime) -> None:
    """Write that a unit has the document."""
    where = (DocReceiptRow.document_id == document_id, DocReceiptRow.unit_id == unit)
    session.execute(update(DocReceiptRow).where(*where).values(acknowledged_at=now, acknowledged_by=by))


def reminded(session: Session, receipt: Receipt, count: int) -> None:
    """Write at how many steps a unit was reminded."""
    where = (DocReceiptRow.document_id == receipt.document, DocReceiptRow.unit_id == receipt.unit)
    session.execute(update(DocReceiptRow).where(*where).values(reminded=count))


def receipts(session: Session, document_id: str) -> tuple[Receipt, ...]:
    """Return the units that get a document, whether they have acknowledged it."""
    query = select(DocReceiptRow).where(DocReceiptRow.document_id == document_id).order_by(DocReceiptRow.unit_id)
    return tuple(_receipt(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def open_receipts(session: Session) -> tuple[Receipt, ...]:
    """Return the receipts that issued documents wait for, the most urgent first."""
    query = select(DocReceiptRow).join(DocumentRow, DocumentRow.id == DocReceiptRow.document_id)
    query = query.where(DocReceiptRow.acknowledged_at.is_(None), DocumentRow.state == DocumentState.ISSUED)
    query = query.order_by(DocReceiptRow.due_on, DocReceiptRow.id).execution_options(populate_existing=True)
    return tuple(_receipt(row) for row in session.scalars(query))


def of_units(session: Session, units: Collection[UnitId], *, limit: int = 200) -> tuple[Receipt, ...]:
    """Return what some units got, the newest first."""
    out = (DocumentState.ISSUED, DocumentState.RECEIVED, DocumentState.ARCHIVED)
    query = select(DocReceiptRow).join(DocumentRow, DocumentRow.id == DocReceiptRow.document_id)
    query = query.where(DocReceiptRow.unit_id.in_(sorted(units)), DocumentRow.state.in_(out))
    return tuple(_receipt(row) for row in session.scalars(query.order_by(DocumentRow.issued_at.desc()).limit(limit)))


def asked_of(session: Session, units: Collection[UnitId]) -> tuple[DocumentId, ...]:
    """Return the documents that wait for a countersign of one of some units."""
    query = select(DocumentRow.id).join(DocCountersignRow, DocumentRow.id == DocCountersignRow.document_id)
    query = query.where(
        DocCountersignRow.unit_id.in_(sorted(units)),
        DocCountersignRow.answered_at.is_(None),
        DocumentRow.state == DocumentState.COUNTERSIGN,
    )
    return tuple(DocumentId(one) for one in session.scalars(query.distinct().order_by(DocumentRow.id)))


def add_file(session: Session, document_id: str, edition: int, name: str, content: bytes, *, now: datetime) -> KeptFile:
    """Keep a file sealed; the same name of the same edition is replaced."""
    where = (DocFileRow.document_id == document_id, DocFileRow.edition == edition, DocFileRow.name == name)
    session.execute(delete(DocFileRow).where(*where))
    row = DocFileRow(
        id=new_id(now),
        document_id=document_id,
        edition=edition,
        name=name,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        at=now,
    )
    text = base64.b64encode(content).decode("ascii")
    row.content = sealing_vault(session).seal(text, context=f"{_CONTENT}:{row.id}")
    session.add(row)
    session.flush()
    return _file(row)


def files(session: Session, document_id: str, edition: int | None = None) -> tuple[KeptFile, ...]:
    """Return the files of a document, of one edition when given."""
    query = select(DocFileRow).where(DocFileRow.document_id == document_id)
    if edition is not None:
        query = query.where(DocFileRow.edition == edition)
    return tuple(_file(row) for row in session.scalars(query.order_by(DocFileRow.edition, DocFileRow.name)))


def content(session: Session, document_id: str, file_id: str) -> tuple[KeptFile, bytes] | None:
    """Open and return a file of a document."""
    row = session.get(DocFileRow, file_id)
    if row is None or row.document_id != document_id:
        return None
    return _file(row), base64.b64decode(vault_of(session).open(row.content, context=f"{_CONTENT}:{row.id}"))


def _file(row: DocFileRow) -> KeptFile:
    return KeptFile(row.id, row.edition, row.name, row.size, row.digest, row.at)


def _receipt(row: DocReceiptRow) -> Receipt:
    return Receipt(
        DocumentId(row.document_id),
        UnitId(row.unit_id),
        row.due_on,
        row.acknowledged_at,
        row.acknowledged_by,
        row.reminded,
    )
