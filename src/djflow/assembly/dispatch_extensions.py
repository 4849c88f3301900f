"""Longer terms that need an approval: the case is opened with the request, and what it says is done at once."""

import hashlib

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import CaseState, NewCase, Office, Outcome, Place
from djflow.assembly import dispatch_postings_telling as telling
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.postings.ending.model import Extension, ExtensionState
from djflow.people import service as people

EXTENSION = "dispatch.extension"
BY = "watch"
_NO = frozenset({CaseState.REJECTED, CaseState.WITHDRAWN, CaseState.EXPIRED, CaseState.RETURNED})
"""Outcomes that leave the term as it is; a returned request is asked anew with better reasons."""


def open_case(session: Session, asked: Extension, office: Office, *, by: str, house: House) -> Outcome:
    """Open the approval of a request, in the caller's transaction; a request that has one keeps it.

    Raises: RuleError when the office wrote no chain for it.
    """
    posting = postings.posting(session, asked.posting)
    host = next((unit.short_name for unit in people.units(session) if unit.id == posting.new.host), "")
    content = f"{asked.posting}|{posting.span.last}|{asked.until}"
    new = NewCase(
        subject=asked.subject,
        kind=EXTENSION,
        title=f"{host}{posting.new.title}派出延期至{asked.until:%Y年%m月%d日}"[:60],
        content_hash=hashlib.sha256(content.encode()).hexdigest(),
        applicant=posting.new.person,
        place=Place(posting.new.host),
    )
    return approvals.open_case(session, new, office=office, by=by, now=house.now())


def follow(house: House, session: Session, outcome: Outcome, *, by: str) -> None:
    """Do what an approval says about a longer term, and tell whom it concerns; twice is once."""
    state = outcome.case.state
    if state is not CaseState.APPROVED and state not in _NO:
        return
    now, terms = house.now(), dispatch_terms(house)
    granted = state is CaseState.APPROVED
    done = ending.answer_extension(session, outcome.case.new.subject.id, granted=granted, terms=terms, by=by, now=now)
    posting = postings.posting(session, done.posting)
    if done.state is ExtensionState.GRANTED:
        tell_extended(house, session, posting.id)
    elif done.state is ExtensionState.REFUSED:
        telling.tell_cadre(session, posting, f"not-extended:{done.id}", "延期没有批准，按原期满日返岗", now=now)


def tell_extended(house: House, session: Session, posting_id: str) -> None:
    """Tell cadre, host and home unit the new end of a term, once for each end."""
    posting, now = postings.posting(session, posting_id), house.now()
    slot = f"extended:{posting.span.last}"
    words = f"任期延长到{posting.span.last:%Y年%m月%d日}"
    telling.tell_cadre(session, posting, slot, words, now=now)
    telling.tell_host(session, posting, slot, words, now=now)
    telling.tell_home(session, posting, slot, words, now=now)
    telling.done(session, posting, ["", "end", "over", "grade"], by=BY, now=now)
