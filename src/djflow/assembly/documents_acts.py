"""The door to official documents for pages and commands: each act one transaction; rendering is done outside it."""

from dataclasses import dataclass, field
from pathlib import PurePath

from djflow.assembly import meetings_papers
from djflow.assembly.documents_terms import document_terms
from djflow.assembly.house import House
from djflow.core.ids import UnitId
from djflow.documents.numbering import service as numbering
from djflow.documents.numbering.model import Number
from djflow.documents.register import rules
from djflow.documents.register import service as register
from djflow.documents.register.model import Act, Document, NewDocument, Who
from djflow.documents.register.sharing import service as sharing


@dataclass(frozen=True, slots=True)
class Typeset:
    """A document with its files; `problem` says what to install when there is no PDF."""

    document: Document
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as it will look, never kept."""

    name: str
    content: bytes = field(repr=False)


def draft(house: House, new: NewDocument, *, by: str) -> Document:
    """Begin a document; raises what `register.draft` raises."""
    with house.transaction() as session:
        return register.draft(session, new, terms=document_terms(house), by=by, now=house.now())


def amend(house: House, document_id: str, new: NewDocument, *, by: str) -> Document:
    """Change a draft; raises what `register.amend` raises."""
    with house.transaction() as session:
        return register.amend(session, document_id, new, terms=document_terms(house), by=by, now=house.now())


def number(house: House, document_id: str, *, by: str) -> Document:
    """Give a signed document its number; raises what `register.number` raises."""
    with house.transaction() as session:
        return register.number(session, document_id, terms=document_terms(house), by=by, now=house.now())


def typeset(house: House, document_id: str, *, by: str) -> Typeset:
    """Set a numbered document as .docx and PDF and keep both.

    Raises: what `register.to_print`, `register.typeset` and the renderer raise.
    """
    from djflow.documents.official.rendering import render  # noqa: PLC0415 - heavy

    with house.reading() as session:
        printed = register.to_print(session, document_id, printed_on=house.today())
    made = render(printed.text, now=house.now())
    files = {f"{printed.text.number}.docx": made.docx}
    if made.pdf is not None:
        files[f"{printed.text.number}.pdf"] = made.pdf
    with house.transaction() as session:
        done = register.typeset(session, document_id, printed, files, by=by, now=house.now())
    return Typeset(done, made.problem)


def preview(house: House, document_id: str) -> Preview:
    """Return the present text as a PDF, or as .docx where the machine has no fonts; raises what the renderer raises."""
    from djflow.documents.official.rendering import render  # noqa: PLC0415 - heavy

    with house.reading() as session:
        found = register.document(session, document_id)
        text = register.text(session, document_id)
        signer = register.signer_of(session, register.editions(session, document_id)[-1])
    shown = rules.completed(text, found, signer, printed_on=house.today())
    made = render(shown, now=house.now())
    suffix, content = (".docx", made.docx) if made.pdf is None else (".pdf", made.pdf)
    return Preview(str(PurePath(f"{found.name}{suffix}")), content)


def issue(house: House, document_id: str, *, by: str) -> Document:
    """Issue a document to its units, and do what follows in its meeting; raises what `register.issue` raises."""
    with house.transaction() as session:
        found = register.issue(session, document_id, terms=document_terms(house), by=by, now=house.now())
        meetings_papers.follow(house, session, found, by=by)
        return found


def revise(house: House, document_id: str, reason: str, *, by: str) -> Document:
    """Open a new edition of a signed text; raises what `register.revise` raises."""
    with house.transaction() as session:
        return register.revise(session, document_id, reason, by=by, now=house.now())


def void(house: House, document_id: str, reason: str, *, by: str) -> Document:
    """Void a document with its number; raises what `register.void` raises."""
    with house.transaction() as session:
        return register.void(session, document_id, reason, by=by, now=house.now())


def drop(house: House, document_id: str, reason: str, who: Who, *, by: str) -> Document:
    """Stop a document that has no number; raises what `register.move` raises."""
    with house.transaction() as session:
        return register.move(session, document_id, Act.DROP, who, by=by, now=house.now(), reason=reason)


def archive(house: House, document_id: str, *, by: str) -> Document:
    """Put a document away; raises what `register.move` raises."""
    with house.transaction() as session:
        return register.move(session, document_id, Act.ARCHIVE, Who.OFFICE, by=by, now=house.now())


def acknowledge(house: House, document_id: str, unit: UnitId, *, by: str) -> Document:
    """Note that a unit has a document; raises what `sharing.acknowledge` raises."""
    with house.transaction() as session:
        return sharing.acknowledge(session, document_id, unit, by=by, now=house.now())


def adopt(house: House, series: str, year: int, through: int, *, by: str) -> int:
    """Enter numbers used on paper; raises what `numbering.adopt` raises."""
    with house.transaction() as session:
        known = numbering.series_of(document_terms(house).series, series)
        return numbering.adopt(session, known, year, through, by=by, now=house.now())


def ledger(house: House, series: str, year: int) -> tuple[Number, ...]:
    """Return every number of a series and year in order; raises NotFoundError for an unknown series."""
    numbering.series_of(document_terms(house).series, series)
    with house.reading() as session:
        return numbering.ledger(session, series, year)
