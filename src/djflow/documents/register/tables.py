"""Rows of the register. Texts, files, reasons and opinions are sealed; titles are read in lists and are not."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.documents.official.model import DocumentKind
from djflow.documents.register.model import Act, DocumentState, Who

DOCUMENT = "document.id"
UNIT = "unit.id"


class DocumentRow(Base):
    """A document; `version` counts changes, `round` submissions, `edition` versions of its text."""

    __tablename__ = "document"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    file_number: Mapped[str] = mapped_column(String(20), unique=True)
    series: Mapped[str] = mapped_column(String(20))
    kind: Mapped[DocumentKind] = mapped_column(Code(DocumentKind))
    title: Mapped[str] = mapped_column(String(240))
    state: Mapped[DocumentState] = mapped_column(Code(DocumentState), index=True)
    since: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer)
    edition: Mapped[int] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(Integer)
    content_hash: Mapped[str] = mapped_column(String(64))
    internal: Mapped[bool] = mapped_column(Boolean)
    drafter_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    number_id: Mapped[str | None] = mapped_column(ForeignKey("doc_number.id"))
    number: Mapped[str] = mapped_column(String(60))
    signed_on: Mapped[date | None] = mapped_column(Date)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
    origin: Mapped[str | None] = mapped_column(String(140), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)


class DocTextRow(Base):
    """An edition of a text; once `frozen_at` is set it is never written again."""

    __tablename__ = "doc_text"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey(DOCUMENT))
    edition: Mapped[int] = mapped_column(Integer)
    content_hash: Mapped[str] = mapped_column(String(64))
    text: Mapped[bytes] = mapped_column(Sealed("doc_text.text"))
    written_at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))
    frozen_at: Mapped[datetime | None] = mapped_column(Instant)
    signer_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    principal_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (UniqueConstraint("document_id", "edition"),)


class DocMoveRow(Base):
    """A step of a document's life; never changed."""

    __tablename__ = "doc_move"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey(DOCUMENT))
    version: Mapped[int] = mapped_column(Integer)
    act: Mapped[Act] = mapped_column(Code(Act))
    before: Mapped[DocumentState] = mapped_column(Code(DocumentState))
    after: Mapped[DocumentState] = mapped_column(Code(DocumentState))
    who: Mapped[Who] = mapped_column(Code(Who))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(140))
    reason: Mapped[bytes | None] = mapped_column(Sealed("doc_move.reason"))

    __table_args__ = (UniqueConstraint("document_id", "version"),)


class DocCountersignRow(Base):
    """A unit that countersigns; asked anew with every submission."""

    __tablename__ = "doc_countersign"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey(DOCUMENT))
    unit_id: Mapped[str] = mapped_column(ForeignKey(UNIT))
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    due_on: Mapped[date | None] = mapped_column(Date)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str] = mapped_column(String(140))
    agreed: Mapped[bool | None] = mapped_column(Boolean)
    opinion: Mapped[bytes | None] = mapped_column(Sealed("doc_countersign.opinion"))

    __table_args__ = (UniqueConstraint("document_id", "unit_id"),)


class DocReceiptRow(Base):
    """A unit that gets a document and acknowledges it."""

    __tablename__ = "doc_receipt"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey(DOCUMENT))
    unit_id: Mapped[str] = mapped_column(ForeignKey(UNIT), index=True)
    due_on: Mapped[date | None] = mapped_column(Date)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_by: Mapped[str] = mapped_column(String(140))
    reminded: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        UniqueConstraint("document_id", "unit_id"),
        Index("ix_doc_receipt_open", "acknowledged_at", "due_on"),
    )


class DocFileRow(Base):
    """A file as it was typeset; `digest` is the SHA-256 of its content."""

    __tablename__ = "doc_file"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey(DOCUMENT))
    edition: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(Sealed("doc_file.content"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("document_id", "edition", "name"),)
