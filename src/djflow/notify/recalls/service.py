"""Finds reminders that have left the house and are no longer true, and writes down that they were taken back."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.notify import store as notices
from djflow.notify.delivery.model import Candidate
from djflow.notify.model import NoticeKind, NoticeState, Verdict
from djflow.notify.recalls import store

StillTrue = Callable[[Session, Sequence[Candidate]], frozenset[str]]
"""Returns the ids of candidates that are no longer true."""

REMINDERS = (NoticeKind.DUTY_REMINDER, NoticeKind.STANDBY_REMINDER)


def overtaken(
    session: Session, channel: str, untrue: StillTrue, *, since: datetime, now: datetime, limit: int = 2000
) -> tuple[tuple[str, str], ...]:
    """Return message and provider id of untrue reminders accepted after `since`, and end the notices still open."""
    found = store.accepted(session, channel, REMINDERS, since=since, now=now, limit=limit)
    gone = untrue(session, [one for one, _ in found])
    open_ids = [one.message.notice_id for one, _ in found if one.id in gone and one.wanted]
    notices.move(session, open_ids, NoticeState.SUPERSEDED, reason="no_longer_true")
    return tuple((one.id, provider_id) for one, provider_id in found if one.id in gone)


def write_recall(session: Session, message_id: str, verdict: Verdict, code: str, *, now: datetime) -> None:
    """Write down how taking a message back ended; it is tried again only when the provider could not be reached."""
    if verdict in {Verdict.ACCEPTED, Verdict.PERMANENT, Verdict.CONFIG}:
        reason = "recalled" if verdict is Verdict.ACCEPTED else "not_recalled"
        store.write(session, message_id, verdict, f"recall {code}".strip(), reason, now=now)
