"""The kinship register as a whole, and taking out of it what was wrong."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.people.kinship import store
from djflow.people.model import KinshipEntry


def register(session: Session) -> tuple[KinshipEntry, ...]:
    """Return every pair of relatives once, by personal codes."""
    return store.register(session)


def strike(session: Session, person_id: PersonId, relative_id: PersonId, *, by: str, now: datetime) -> bool:
    """Take a pair out of the register; False when it is not in it."""
    known = store.strike(session, person_id, relative_id)
    if known:
        subject = Subject("people.person", person_id)
        audit.record(session, subject, "person.unrelated", by=by, now=now, details={"relative": relative_id})
    return known
