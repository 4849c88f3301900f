"""The one door for telling somebody: write the intent with the change, deliver it afterwards."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import ItemKind
from djflow.notify import store
from djflow.notify.model import Answer, Intent, NoticeKind, NoticeState
from djflow.notify.tables import AcknowledgementRow

_VIA = 30


def enqueue(session: Session, intents: Iterable[Intent], *, now: datetime) -> int:
    """Write intents in the caller's transaction and return how many are new; what was told before is left out."""
    fresh = {intent.key: intent for intent in intents}
    known = store.known_keys(session, sorted(fresh))
    new = [(new_id(now), intent) for key, intent in sorted(fresh.items()) if key not in known]
    store.add(session, new, now=now)
    session.flush()
    return len(new)


def heard_before(session: Session, subject: Subject) -> Mapping[str, int]:
    """Return per recipient with a notice that has not left the house the last version they heard whole, 0 for none."""
    heard: dict[str, dict[int, bool]] = {}
    waiting: set[str] = set()
    for notice in store.told_versions(session, subject):
        versions = heard.setdefault(notice.recipient, {})
        versions[notice.version] = notice.heard and versions.get(notice.version, True)
        if not notice.heard:
            waiting.add(notice.recipient)
    return {
        recipient: max((version for version, whole in heard[recipient].items() if whole), default=0)
        for recipient in sorted(waiting)
    }


def withdraw(session: Session, subject: Subject, recipient: str) -> None:
    """Withdraw what has not been sent yet to `recipient` about `subject`."""
    store.move(session, store.unheard_of(session, subject, recipient), NoticeState.SUPERSEDED, reason="withdrawn")


def acknowledge(session: Session, subject: Subject, recipient: str, answer: Answer, *, via: str, now: datetime) -> int:
    """Record what `recipient` answered about `subject` and stop telling it; return how many notices that answers."""
    unanswered = store.unanswered(session, subject, recipient)
    rows = [
        AcknowledgementRow(id=new_id(now), notice_id=one, recipient=recipient, answer=answer, via=via[:_VIA], at=now)
        for one in unanswered
    ]
    store.acknowledge(session, rows)
    # A notice that is not due yet has no messages, and nobody was asked to telephone.
    begun = [one for one, state in unanswered.items() if state is not NoticeState.PENDING]
    store.end_messages(session, begun, NoticeState.CLOSED, reason="answered")
    subjects = [Subject("notify.notice", notice_id) for notice_id in begun]
    inbox.settle_all(session, (ItemKind.PHONE_LIST, ItemKind.DEAD_LETTER), subjects, by=via, now=now)
    return len(rows)


def drop(session: Session, ids: Iterable[str]) -> None:
    """Record that notices are no longer true and must not be sent."""
    store.move(session, ids, NoticeState.SUPERSEDED, reason="no_longer_true")


def told_about(session: Session, subject: Subject) -> tuple[tuple[str, str], ...]:
    """Return who was told what about a subject: recipient and slot of each notice, oldest first."""
    return store.told_about(session, subject)


def listing(
    session: Session, *, kinds: Iterable[NoticeKind] = (), states: Iterable[NoticeState] = (), limit: int = 1000
) -> tuple[Mapping[str, str], ...]:
    """Return the outbox, newest first, without texts: id, kind, subject, recipient, slot, state, reason, due_at, …."""
    return tuple(
        {
            "id": row.id,
            "kind": row.kind.value,
            "subject": row.subject,
            "version": str(row.version),
            "recipient": row.recipient,
            "slot": row.slot,
            "text": row.text,
            "state": row.state.value,
            "reason": row.reason,
            "answer": row.answer.value if row.answer else "",
            "due_at": row.due_at.isoformat(),
            "expires_at": row.expires_at.isoformat(),
        }
        for row in store.listing(session, kinds=tuple(kinds), states=tuple(states), limit=limit)
    )
