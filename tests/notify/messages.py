"""Builders for outbox tests: intents, notices with a message in any state."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.core.subject import Subject
from djflow.notify import store
from djflow.notify.delivery import store as messages
from djflow.notify.model import Draft, Intent, MessageState, NoticeKind, Urgency

SUBJECT = Subject("roster.month", "2026-12")


def intent(now: datetime, recipient: str = "p1", version: int = 1, *, subject: Subject = SUBJECT) -> Intent:
    """Return a roster change that is due now and true for a day."""
    values = {"name": "甲", "added": "12月1日", "removed": ""}
    until = now + timedelta(days=1)
    kind = NoticeKind.DUTY_ASSIGNED
    return Intent(kind, subject, version, recipient, "change", "sms/roster_change", now, until, values)


def planned(  # the first message of a notice, in the state a test needs
    session: Session,
    notice_id: str,
    state: MessageState,
    now: datetime,
    *,
    channel: str = "file",
    urgency: Urgency = Urgency.NORMAL,
) -> str:
    """Write a notice's first message in a state and return the message's key."""
    row = store.notice_row(session, notice_id)
    assert row is not None
    draft = Draft(
        notice_id=notice_id,
        key=f"{row.key}|0",
        step=0,
        channel=channel,
        urgency=urgency,
        recipient=row.recipient,
        due_at=now,
        expires_at=row.expires_at,
        state=state,
        address=row.recipient,
        payload={"text": "甲同志，收到回1。"},
    )
    messages.add(session, [draft], now=now)
    store.reached(session, notice_id, step=0, escalated=0)
    return draft.key
