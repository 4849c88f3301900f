"""What can be done with a document: draft, change, submit, sign, number, typeset, issue, revise, archive, void.

Every act takes the record's head first, then the document's row. Signing freezes the text and its hash; whatever is
changed later is a new edition that is signed again. A number that was given out stays with its document for ever.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, IntegrityError, NotFoundError
from djflow.core.ids import UnitId
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.documents.numbering import service as numbering
from djflow.documents.official.model import OfficialDocument
from djflow.documents.register import rules, store, telling
from djflow.documents.register.codec import digest
from djflow.documents.register.model import (
    Act,
    Document,
    DocumentState,
    Edition,
    Move,
    NewDocument,
    Signature,
    Terms,
    Who,
)
from djflow.documents.register.moving import Step, held, read, step
from djflow.documents.register.sharing import store as shares
from djflow.documents.register.transitions import WRITABLE
from djflow.people import service as people

FILES = "file"
"""Counter of the numbers of files, GW2026-0001; they name drafts and may leave gaps."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A signed text as it is to be printed; `edition` and `content_hash` say of what."""

    text: OfficialDocument
    edition: int
    content_hash: str


def draft(session: Session, new: NewDocument, *, terms: Terms, by: str, now: datetime) -> Document:
    """Begin a document; the same origin again is the same document.

    Raises: InputError for what cannot become one, a classified text above all; NotFoundError for series and units.
    """
    audit.hold(session)
    known = store.of_origin(session, new.origin) if new.origin else None
    if known is not None:
        return known
    _require_sound(session, new, terms)
    year = civil_date(now).year
    file_number = f"GW{year}-{numbering.draw(session, FILES, year):04d}"
    made = store.add(session, new, file_number, by=by, now=now)
    shares.put_countersigns(session, made.id, new.countersigns, now=now)
    shares.put_receipts(session, made.id, new.recipients, now=now)
    _record(session, made, "document.draft", by=by, now=now)
    return made


def amend(session: Session, document_id: str, new: NewDocument, *, terms: Terms, by: str, now: datetime) -> Document:
    """Change text, series and units of a draft or of a document that was returned.

    Raises: ConflictError once it is on its way or signed; what `draft` raises.
    """
    found = held(session, document_id)
    if found.state not in WRITABLE:
        raise ConflictError(
            f"{found.name}已经送审或签发，不能直接改：请先撤回，或办“修改后重新送审”。", code="document.frozen"
        )
    if found.number and new.series != found.series:
        raise ConflictError(f"已经编了 {found.number}，不能换代字：要换请先作废。", code="document.numbered")
    _require_sound(session, new, terms)
    store.rewrite(session, found, new.text, new.series, by=by, now=now)
    shares.put_countersigns(session, found.id, new.countersigns, now=now)
    shares.put_receipts(session, found.id, new.recipients, now=now)
    after = read(session, found.id)
    _record(session, after, "document.amend", by=by, now=now)
    return after


def _require_sound(session: Session, new: NewDocument, terms: Terms) -> None:
    rules.require_draft(new, numbering.series_of(terms.series, new.series))
    known = {unit.id for unit in people.units(session)}
    if not known.issuperset({*new.recipients, *new.countersigns}):
        raise NotFoundError("选的单位里有不存在的：请刷新后重选。", code="document.unit")


def submit(session: Session, document_id: str, *, by: str, now: datetime) -> Document:
    """Send a draft on its way; whoever countersigned an earlier submission is asked again.

    Raises: RuleError saying what the draft lacks; ConflictError; NotFoundError.
    """
    found = held(session, document_id)
    shares.reset_countersigns(session, found.id)
    after = step(session, found, Step(Act.SUBMIT, Who.DRAFTER, values=(("round", found.round + 1),)), by=by, now=now)
    telling.settle(session, after, telling.OWN, by=by, now=now)
    return after


def move(  # noqa: PLR0913 - the document, what is done with it and why, in what capacity
    session: Session, document_id: str, act: Act, who: Who, *, by: str, now: datetime, reason: str = ""
) -> Document:
    """Do an act that changes nothing but the state: pass, return, finish countersigning, drop, archive.

    Raises: ConflictError, RuleError as the table says; InputError without a reason where one is needed.
    """
    after = step(session, held(session, document_id), Step(act, who, reason), by=by, now=now)
    if after.state is DocumentState.RETURNED:
        telling.stop_asking(session, after, by=by, now=now)
        telling.returned(session, after, now=now)
    if after.state in {DocumentState.DROPPED, DocumentState.ARCHIVED}:
        telling.over(session, after, by=by, now=now)
    return after


def sign(session: Session, document_id: str, signed: Signature, content: str, *, by: str, now: datetime) -> Document:
    """Freeze the text that was approved (its hash is `content`) with its signature.

    Raises: IntegrityError when another text was approved than is kept; ConflictError.
    """
    found = held(session, document_id)
    if content != found.content_hash:
        raise IntegrityError("签发的文稿与登记的不一致，没有签发：请退回后重新送审。", code="document.content")
    values = (("signed_on", civil_date(signed.at)),)
    after = step(session, found, Step(Act.SIGN, Who.APPROVAL, values=values), by=by, now=now)
    store.freeze(session, found.id, found.edition, signed)
    telling.to_number(session, after, now=now)
    return after


def number(session: Session, document_id: str, *, terms: Terms, by: str, now: datetime) -> Document:
    """Give a signed document the next number of its series; a new edition keeps the number it has.

    Raises: ConflictError, when the number was used already above all.
    """
    found = held(session, document_id)
    if found.state is DocumentState.NUMBERED:
        return found
    series = numbering.series_of(terms.series, found.series)
    given = numbering.take(session, series, found.subject, by=by, now=now)
    values = (("number_id", given.id), ("number", given.text))
    after = step(session, found, Step(Act.NUMBER, Who.OFFICE, values=values), by=by, now=now)
    telling.settle(session, after, telling.OWN, by=by, now=now)
    return after


def to_print(session: Session, document_id: str, *, printed_on: date) -> Printed:
    """Return a signed text with number, days and signer.

    Raises: ConflictError before it is signed; IntegrityError when the text is not the one that was signed.
    """
    found = read(session, document_id)
    last = store.editions(session, found.id)[-1]
    if last.frozen_at is None:
        raise ConflictError(f"{found.name}还没有签发，不能排印。", code="document.unsigned")
    text = store.text(session, found.id, found.edition)
    if digest(text) != last.content_hash or last.content_hash != found.content_hash:
        raise IntegrityError("文稿与签发时的不一致：请停止使用，并报告管理员。", code="document.tampered")
    return Printed(
        rules.completed(text, found, signer_of(session, last), printed_on=printed_on), found.edition, last.content_hash
    )


def signer_of(session: Session, edition: Edition) -> str:
    """Return how a signature is printed, a delegate as such; empty before it is signed."""
    signed = edition.signature
    if signed is None:
        return ""
    cards = people.people_by_ids(session, [one for one in (signed.person, signed.principal) if one])
    return rules.signer_words(cards[signed.person].name, cards[signed.principal].name if signed.principal else "")


def typeset(
    session: Session, document_id: str, printed: Printed, files: Mapping[str, bytes], *, by: str, now: datetime
) -> Document:
    """Keep the files of a numbered document.

    Raises: ConflictError when they are of another edition.
    """
    found = held(session, document_id)
    if (printed.edition, printed.content_hash) != (found.edition, found.content_hash):
        raise ConflictError("排印的时候文稿换了新版：请再排印一次。", code="document.edition")
    for name, content in sorted(files.items()):
        shares.add_file(session, found.id, found.edition, name, content, now=now)
    return step(session, found, Step(Act.TYPESET, Who.OFFICE), by=by, now=now)


def issue(session: Session, document_id: str, *, terms: Terms, by: str, now: datetime) -> Document:
    """Issue a document: every unit is told, and asked to acknowledge it in the workdays the office configured.

    Raises: RuleError saying what it lacks; ConflictError.
    """
    found = held(session, document_id)
    if found.state is DocumentState.ISSUED:
        return found
    after = step(session, found, Step(Act.ISSUE, Who.OFFICE, values=(("issued_at", now),)), by=by, now=now)
    due = rules.due_on(terms.calendar, civil_date(now), terms.receipt_workdays)
    shares.set_due(session, after.id, due)
    telling.issued(session, after, shares.receipts(session, after.id), due, now=now)
    return after


def revise(session: Session, document_id: str, reason: str, *, by: str, now: datetime) -> Document:
    """Open a new edition of a signed text that has not been issued; it has to be signed again.

    Raises: ConflictError once it is issued: void it and issue another; InputError without a reason.
    """
    found = held(session, document_id)
    values = (("edition", found.edition + 1), ("signed_on", None))
    after = step(session, found, Step(Act.REVISE, Who.OFFICE, reason, values), by=by, now=now)
    text = store.text(session, found.id, found.edition)
    store.put_text(session, found.id, after.edition, text, by=by, now=now)
    telling.over(session, after, by=by, now=now)
    return after


def void(session: Session, document_id: str, reason: str, *, by: str, now: datetime) -> Document:
    """Void a document that has a number: the number stays in the ledger, and whoever got it is told.

    Raises: ConflictError; RuleError before it has a number; InputError without a reason.
    """
    found = held(session, document_id)
    after = step(session, found, Step(Act.VOID, Who.OFFICE, reason), by=by, now=now)
    numbering.void(session, found.number_id, reason, by=by, now=now)
    telling.over(session, after, by=by, now=now)
    if found.issued_at is not None:
        telling.voided(session, after, shares.receipts(session, after.id), now=now)
    return after


def document(session: Session, document_id: str) -> Document:
    """Return a document.

    Raises: NotFoundError.
    """
    return read(session, document_id)


def find(session: Session, name: str) -> Document:
    """Return the document with the number of a file (GW2026-0001), its own number or its id.

    Raises: NotFoundError; InputError when several bear the number, as minutes of different years do.
    """
    known = store.by_file_number(session, name) or store.document(session, name)
    if known is not None:
        return known
    held_by = [one.holder.id for one in numbering.with_text(session, name)]
    found = [one for one in (store.document(session, holder) for holder in held_by) if one is not None]
    if len(found) > 1:
        raise InputError(f"有 {len(found)} 份公文是 {name}：请改用拟稿号。", code="document.several")
    if not found:
        raise NotFoundError(f"没有公文“{name}”：请写拟稿号（如 GW2026-0001）或发文字号。", code="document.unknown")
    return found[0]


def of_origin(session: Session, origin: Subject) -> Document | None:
    """Return the document that was drafted for an origin, None when there is none."""
    return store.of_origin(session, origin)


def documents(
    session: Session, states: Collection[DocumentState] | None = None, *, span: DateSpan | None = None
) -> tuple[Document, ...]:
    """Return documents in some states, made on the days of `span` when given, the newest first."""
    return store.documents(session, states, span=span)


def numbered(session: Session, year: int) -> tuple[Document, ...]:
    """Return every document signed in a year that has a number, by series and in the order of signing."""
    return store.numbered(session, year)


def text(session: Session, document_id: str, edition: int | None = None) -> OfficialDocument:
    """Return the text of a document, of its present edition when none is named; raises NotFoundError."""
    found = read(session, document_id)
    if edition is not None and not 1 <= edition <= found.edition:
        raise NotFoundError("没有这一版文稿：请刷新后再看。", code="document.edition")
    return store.text(session, found.id, edition or found.edition)


def publishable(session: Session, document_id: str) -> OfficialDocument:
    """Return the text of an issued document for showing outside the offices.

    Raises: RuleError for an internal one, or one not issued.
    """
    found = read(session, document_id)
    rules.require_publishable(found)
    return store.text(session, found.id, found.edition)


def editions(session: Session, document_id: str) -> tuple[Edition, ...]:
    """Return every version of a text, the first one first."""
    return store.editions(session, document_id)


def moves(session: Session, document_id: str) -> tuple[Move, ...]:
    """Return the steps of a document, oldest first."""
    return store.moves(session, document_id)


def units_of(session: Session, document_id: str) -> tuple[tuple[UnitId, ...], tuple[UnitId, ...]]:
    """Return the units that get a document, and those that countersign it."""
    return (
        tuple(one.unit for one in shares.receipts(session, document_id)),
        tuple(one.unit for one in shares.countersigns(session, document_id)),
    )


def _record(session: Session, found: Document, action: str, *, by: str, now: datetime) -> None:
    details = {"file": found.file_number, "series": found.series, "content": found.content_hash[:16]}
    audit.record(session, found.subject, action, by=by, now=now, details=details)
