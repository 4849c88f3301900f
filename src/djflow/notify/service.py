"""The one door for telling somebody: write the intent with the change, deliver it afterwards."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.core.subject import Subject
from djflow.notify import store
from djflow.notify.model import Intent, Message, NoticeKind, NoticeState


def enqueue(session: Session, intents: Iterable[Intent], *, now: datetime) -> int:
    """Write intents in the caller's transaction and return how many are new; what was told before is left out."""
    fresh = {intent.key: intent for intent in intents}
    known = store.known_keys(session, sorted(fresh))
    new = [(new_id(now), intent) for key, intent in sorted(fresh.items()) if key not in known]
    store.add(session, new, now=now)
    session.flush()
    return len(new)


def heard_before(session: Session, subject: Subject) -> Mapping[str, int]:
    """Return per recipient with a waiting notice the last version of `subject` they heard whole, 0 for none."""
    states: dict[str, dict[int, set[NoticeState]]] = {}
    for recipient, version, state in store.told_versions(session, subject):
        states.setdefault(recipient, {}).setdefault(version, set()).add(state)
    return {
        recipient: max((version for version, found in versions.items() if found == {NoticeState.SENT}), default=0)
        for recipient, versions in states.items()
        if any(NoticeState.PENDING in found for found in versions.values())
    }


def withdraw(session: Session, subject: Subject, recipient: str) -> None:
    """Withdraw what has not been sent yet to `recipient` about `subject`."""
    store.supersede(session, subject, recipient)


def take_due(session: Session, now: datetime, *, limit: int = 500) -> tuple[Message, ...]:
    """Return what is due now; what has expired is marked stale and never sent."""
    due = store.due(session, now, limit=limit)
    stale = [message.id for message in due if message.expires_at <= now]
    store.mark(session, stale, NoticeState.STALE)
    return tuple(message for message in due if message.expires_at > now)


def drop(session: Session, ids: Iterable[str]) -> None:
    """Record that notices are no longer true and must not be sent."""
    store.mark(session, sorted(ids), NoticeState.SUPERSEDED)


def mark_sent(session: Session, ids: Iterable[str], *, now: datetime) -> None:
    """Record that notices were handed to their channel."""
    store.mark(session, sorted(ids), NoticeState.SENT, sent_at=now)


def listing(session: Session, *, kinds: Iterable[NoticeKind] = ()) -> tuple[Mapping[str, str], ...]:
    """Return the outbox, newest first, without texts: id, kind, subject, recipient, slot, state, due_at."""
    return tuple(
        {
            "id": row.id,
            "kind": row.kind.value,
            "subject": row.subject,
            "recipient": row.recipient,
            "slot": row.slot,
            "state": row.state.value,
            "due_at": row.due_at.isoformat(),
        }
        for row in store.listing(session, kinds=tuple(kinds))
    )


Deliver = Callable[[Message, str], None]
"""Hands one rendered text to a channel; raises when the channel did not take it."""
