"""Reads and writes documents, their texts and their steps."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from djflow.core.clock import instant_of
from djflow.core.ids import PersonId, new_id
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.db.session import vault_of
from djflow.db.store import keep_step, sealing_vault
from djflow.documents.official.model import OfficialDocument
from djflow.documents.register.codec import decode, digest, encode
from djflow.documents.register.model import (
    Act,
    Document,
    DocumentId,
    DocumentState,
    Edition,
    Move,
    NewDocument,
    Signature,
    Who,
)
from djflow.documents.register.tables import DocMoveRow, DocTextRow, DocumentRow

_TEXT, _REASON = "doc_text.text", "doc_move.reason"


@dataclass(frozen=True, slots=True)
class Change:
    """What a step writes: the state after it, and whichever of the other columns it changes."""

    act: Act
    after: DocumentState
    who: Who
    by: str
    at: datetime
    reason: str = field(default="", repr=False)
    values: tuple[tuple[str, object], ...] = ()


def add(session: Session, new: NewDocument, file_number: str, *, by: str, now: datetime) -> Document:
    """Write a new draft with its first edition."""
    row = DocumentRow(
        id=new_id(now),
        file_number=file_number,
        series=new.series,
        kind=new.text.kind,
        title=" ".join(new.text.title.split()),
        state=DocumentState.DRAFT,
        since=now,
        version=0,
        edition=1,
        round=0,
        content_hash=digest(new.text),
        internal=new.text.internal,
        drafter_id=new.drafter,
        number="",
        origin=str(new.origin) if new.origin else None,
        made_at=now,
    )
    session.add(row)
    session.flush()
    put_text(session, row.id, 1, new.text, by=by, now=now)
    return _document(row)


def document(session: Session, document_id: str, *, lock: bool = False) -> Document | None:
    """Return a document, locked until the transaction ends when asked."""
    query = select(DocumentRow).where(DocumentRow.id == document_id).execution_options(populate_existing=True)
    row = session.scalar(query.with_for_update() if lock else query)
    return None if row is None else _document(row)


def documents_by_ids(session: Session, ids: Collection[str]) -> Mapping[DocumentId, Document]:
    """Return some documents by id."""
    query = select(DocumentRow).where(DocumentRow.id.in_(sorted(ids))).execution_options(populate_existing=True)
    found = (_document(row) for row in session.scalars(query))
    return {one.id: one for one in found}


def of_origin(session: Session, origin: Subject) -> Document | None:
    """Return the document that came from something."""
    row = session.scalar(select(DocumentRow).where(DocumentRow.origin == str(origin)))
    return None if row is None else _document(row)


def by_file_number(session: Session, file_number: str) -> Document | None:
    """Return the document with the number of a file."""
    row = session.scalar(select(DocumentRow).where(DocumentRow.file_number == file_number))
    return None if row is None else _document(row)


def documents(
    session: Session, states: Collection[DocumentState] | None = None, *, span: DateSpan | None = None, limit: int = 200
) -> tuple[Document, ...]:
    """Return documents in some states, made on the days of a span when given, the newest first."""
    query = select(DocumentRow).order_by(DocumentRow.made_at.desc(), DocumentRow.file_number.desc()).limit(limit)
    if states is not None:
        query = query.where(DocumentRow.state.in_(sorted(states)))
    if span is not None:
        query = query.where(
            DocumentRow.made_at >= instant_of(span.first),
            DocumentRow.made_at < instant_of(span.last + timedelta(days=1)),
        )
    return tuple(_document(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def numbered(session: Session, year: int) -> tuple[Document, ...]:
    """Return every document signed in a year that has a number, by series and in the order of signing."""
    query = select(DocumentRow).where(DocumentRow.number != "", DocumentRow.signed_on.is_not(None))
    query = query.where(DocumentRow.signed_on >= date(year, 1, 1), DocumentRow.signed_on <= date(year, 12, 31))
    query = query.order_by(DocumentRow.series, DocumentRow.signed_on, DocumentRow.file_number)
    return tuple(_document(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def change(session: Session, found: Document, made: Change) -> None:
    """Move a locked document on and write the step."""
    values: dict[str, object] = {"state": made.after, "version": found.version + 1, **dict(made.values)}
    if made.after is not found.state:
        values["since"] = made.at
    session.execute(update(DocumentRow).where(DocumentRow.id == found.id).values(values))
    row = DocMoveRow(
        id=new_id(made.at),
        document_id=found.id,
        version=found.version + 1,
        act=made.act,
        before=found.state,
        after=made.after,
        who=made.who,
        at=made.at,
        by=made.by,
    )
    keep_step(session, row, made.reason, _REASON)


def rewrite(session: Session, found: Document, text: OfficialDocument, series: str, *, by: str, now: datetime) -> None:
    """Write another text into the present edition of a locked document."""
    values = {
        "series": series,
        "kind": text.kind,
        "title": " ".join(text.title.split()),
        "content_hash": digest(text),
        "internal": text.internal,
        "version": found.version + 1,
    }
    session.execute(update(DocumentRow).where(DocumentRow.id == found.id).values(values))
    put_text(session, found.id, found.edition, text, by=by, now=now)


def put_text(
    session: Session, document_id: str, edition: int, text: OfficialDocument, *, by: str, now: datetime
) -> None:
    """Write an edition that is not frozen."""
    query = select(DocTextRow).where(DocTextRow.document_id == document_id, DocTextRow.edition == edition)
    vault = sealing_vault(session)
    row = session.scalar(query.where(DocTextRow.frozen_at.is_(None)))
    if row is None:
        row = DocTextRow(id=new_id(now), document_id=document_id, edition=edition)
    row.content_hash, row.written_at, row.by = digest(text), now, by
    row.text = vault.seal(encode(text), context=f"{_TEXT}:{row.id}")
    session.add(row)
    session.flush()


def text(session: Session, document_id: str, edition: int) -> OfficialDocument:
    """Open and return an edition."""
    query = select(DocTextRow).where(DocTextRow.document_id == document_id, DocTextRow.edition == edition)
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    return decode(vault_of(session).open(row.text, context=f"{_TEXT}:{row.id}"))


def freeze(session: Session, document_id: str, edition: int, signed: Signature) -> None:
    """Freeze an edition with its signature."""
    values = {"frozen_at": signed.at, "signer_id": signed.person, "principal_id": signed.principal}
    where = (DocTextRow.document_id == document_id, DocTextRow.edition == edition)
    session.execute(update(DocTextRow).where(*where).values(values))


def editions(session: Session, document_id: str) -> tuple[Edition, ...]:
    """Return every edition, the first one first."""
    query = select(DocTextRow).where(DocTextRow.document_id == document_id).order_by(DocTextRow.edition)
    return tuple(_edition(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def moves(session: Session, document_id: str) -> tuple[Move, ...]:
    """Return the steps of a document with their reasons opened, oldest first."""
    query = select(DocMoveRow).where(DocMoveRow.document_id == document_id).order_by(DocMoveRow.version)
    vault = vault_of(session)
    return tuple(
        Move(
            row.act,
            row.before,
            row.after,
            row.who,
            row.at,
            row.by,
            vault.open(row.reason, context=f"{_REASON}:{row.id}") if row.reason else "",
        )
        for row in session.scalars(query)
    )


def _edition(row: DocTextRow) -> Edition:
    signed = None
    if row.frozen_at is not None and row.signer_id is not None:
        signed = Signature(
            PersonId(row.signer_id), row.frozen_at, PersonId(row.principal_id) if row.principal_id else None
        )
    return Edition(row.edition, row.content_hash, row.written_at, row.by, row.frozen_at, signed)


def _document(row: DocumentRow) -> Document:
    return Document(
        id=DocumentId(row.id),
        file_number=row.file_number,
        series=row.series,
        kind=row.kind,
        title=row.title,
        state=row.state,
        since=row.since,
        version=row.version,
        edition=row.edition,
        round=row.round,
        content_hash=row.content_hash,
        internal=row.internal,
        made_at=row.made_at,
        drafter=PersonId(row.drafter_id) if row.drafter_id else None,
        number_id=row.number_id or "",
        number=row.number,
        signed_on=row.signed_on,
        issued_at=row.issued_at,
        origin=Subject.parse(row.origin) if row.origin else None,
    )
