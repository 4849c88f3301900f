"""Keeps what people wish for."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.subject import Subject
from djflow.notify.wishes import store
from djflow.notify.wishes.model import Quiet


def quiet(session: Session, recipients: Collection[str]) -> Mapping[str, Quiet]:
    """Return the own quiet hours of recipients; whoever has none is missing."""
    return store.quiet(session, recipients)


def set_quiet(session: Session, recipient: str, wish: Quiet | None, *, by: str, now: datetime) -> None:
    """Keep a person's own quiet hours, or forget them; the same again changes nothing."""
    if store.quiet(session, [recipient]).get(recipient) == wish:
        return
    if wish is None:
        store.drop_quiet(session, recipient)
    else:
        store.put_quiet(session, recipient, wish, now=now)
    hours = f"{wish.quiet_from:%H:%M}-{wish.quiet_to:%H:%M}" if wish else ""
    subject = Subject("people.person", recipient)
    audit.record(session, subject, "person.quiet", by=by, now=now, details={"hours": hours})
