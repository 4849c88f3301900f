"""Reads a circular as it would be printed, and hands it to the register, where it is signed, numbered and issued."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.circulars import service
from djflow.circulars.charts import pictures_of
from djflow.circulars.model import Act, Circular, CircularState, Terms, Who
from djflow.circulars.paragraphs import Draft, compose, rewrite
from djflow.circulars.text import Letterhead, illustrated, paper, recipients
from djflow.circulars.transitions import transition_of
from djflow.core.errors import RuleError
from djflow.core.subject import Subject
from djflow.documents.official.model import OfficialDocument
from djflow.documents.pictures import MissingFontError, find_font
from djflow.documents.register import service as register
from djflow.documents.register.model import Document, DocumentState, NewDocument
from djflow.documents.register.model import Terms as DocumentTerms
from djflow.documents.register.transitions import OUT
from djflow.people import service as people

GIVEN_UP = frozenset({DocumentState.DROPPED, DocumentState.VOID})
"""States of a document that will not be issued, or no longer counts."""


def draft(session: Session, circular_id: str, *, terms: Terms) -> Draft:
    """Return a circular as its newest figures and the coordinator's paragraphs give it."""
    found = service.circular(session, circular_id)
    snapshot = service.edition(session, circular_id).snapshot
    written = compose(found, snapshot, terms, service.overrides(session, circular_id))
    return written if find_font() else replace(written, notes=(*written.notes, MissingFontError().message))


def edit(  # noqa: PLR0913 - which paragraph of which circular, in which words, by whom, when
    session: Session, circular_id: str, place: str, text: str, *, terms: Terms, by: str, now: datetime
) -> None:
    """Put the coordinator's words in the place of a paragraph; an empty text gives the figures' own back.

    Raises: ConflictError outside drafting; NotFoundError for a place there is not; InputError for what is no paragraph.
    """
    written = rewrite(draft(session, circular_id, terms=terms), place, text, by=by, now=now)
    service.edit(session, circular_id, written, by=by, now=now)


def document(session: Session, circular_id: str, head: Letterhead, *, terms: Terms) -> OfficialDocument:
    """Return a circular as an official document without number and day."""
    found = service.circular(session, circular_id)
    snapshot = service.edition(session, circular_id).snapshot
    written = draft(session, circular_id, terms=terms)
    made = paper(found, snapshot, written, terms, head, people.units(session))
    pictures = pictures_of(snapshot, terms) if find_font() else ()
    return illustrated(made, found, terms, pictures)


def hand(  # noqa: PLR0913 - what, on whose paper, by the rules of circulars and of documents, by whom, when
    session: Session,
    circular_id: str,
    head: Letterhead,
    *,
    terms: Terms,
    documents: DocumentTerms,
    by: str,
    now: datetime,
) -> Document:
    """Pass the review: draft the document in the register with every recipient; twice is the same document.

    Raises: ConflictError when the circular is not under review; InputError for a text that cannot become a document,
    a classified one above all; nothing is lost then.
    """
    found = service.opened(session, circular_id)
    if found.state is CircularState.HANDED:
        return register.document(session, found.document_id)
    transition_of(found, Act.HAND)
    policy = service.policy_of(terms, found.kind)
    to = recipients(policy, people.units(session))
    if not to:
        raise RuleError("这种通报的主送单位一个也不在了：请改 circulars.toml 的 groups 或 units。", code="circular.to")
    new = NewDocument(
        series=policy.series,
        text=document(session, circular_id, head, terms=terms),
        recipients=to,
        origin=origin_of(session, found),
    )
    made = register.draft(session, new, terms=documents, by=by, now=now)
    service.hand(session, circular_id, made.id, by=by, now=now)
    return made


def follow(session: Session, circular_id: str, *, by: str, now: datetime) -> Circular:
    """Bring a circular to where its document is: issued, archived, or returned since it was given up; twice is once."""
    found = service.opened(session, circular_id)
    if found.state not in {CircularState.HANDED, CircularState.ISSUED}:
        return found
    at = register.document(session, found.document_id).state
    if at in GIVEN_UP:
        return service.take_back(session, circular_id, Who.CLOCK, by=by, now=now)
    if at in OUT:
        found = service.issue(session, circular_id, Who.CLOCK, by=by, now=now)
    if at is DocumentState.ARCHIVED:
        found = service.archive(session, circular_id, Who.CLOCK, by=by, now=now)
    return found


def origin_of(session: Session, found: Circular) -> Subject:
    """Return what the register calls the source of the next document: another one each time it is taken back."""
    times = sum(one.act is Act.HAND for one in service.moves(session, found.id))
    return Subject(found.subject.kind, f"{found.id}.{times + 1}" if times else found.id)
