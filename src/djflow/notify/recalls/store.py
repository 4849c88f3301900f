"""Reads reminders that a provider has, and writes down that one was taken back as a further attempt."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.notify.delivery.model import Candidate
from djflow.notify.model import Claimed, MessageState, NoticeKind, NoticeState, Urgency, Verdict
from djflow.notify.tables import AttemptRow, MessageRow, NoticeRow

_ENDS = ("recalled", "not_recalled")
_WITH_PROVIDER = (MessageState.ACCEPTED, MessageState.DELIVERED)


def accepted(
    session: Session, channel: str, kinds: Sequence[NoticeKind], *, since: datetime, now: datetime, limit: int
) -> tuple[tuple[Candidate, str], ...]:
    """Return messages of these kinds that a provider took after `since`, with its id; none that was taken back."""
    query = (
        select(MessageRow, NoticeRow)
        .join(NoticeRow, NoticeRow.id == MessageRow.notice_id)
        .where(
            MessageRow.state.in_(_WITH_PROVIDER),
            MessageRow.channel == channel,
            MessageRow.accepted_at >= since,
            MessageRow.provider_id != "",
            MessageRow.reason.not_in(_ENDS),
            NoticeRow.kind.in_(kinds),
            NoticeRow.expires_at > now,
        )
        .order_by(MessageRow.accepted_at.desc(), MessageRow.id)
        .limit(limit)
        .with_for_update(of=MessageRow, skip_locked=True)
    )
    return tuple((_candidate(message, notice), message.provider_id) for message, notice in session.execute(query))


def _candidate(message: MessageRow, notice: NoticeRow) -> Candidate:
    return Candidate(
        message=Claimed(
            id=message.id,
            notice_id=notice.id,
            key=message.key,
            channel=message.channel,
            recipient=message.recipient,
            attempts=message.attempts,
            claimed_at=message.claimed_at or message.created_at,
            expires_at=message.expires_at,
        ),
        address_hash=message.address_hash or "",
        wanted=notice.state is NoticeState.OPEN,
        overtaken=False,
        urgency=list(Urgency)[message.urgency],
        kind=notice.kind,
        subject=notice.subject,
        version=notice.version,
    )


def write(session: Session, message_id: str, verdict: Verdict, code: str, reason: str, *, now: datetime) -> None:
    """Add an attempt and say on the message how it ended."""
    last = session.scalar(select(func.max(AttemptRow.number)).where(AttemptRow.message_id == message_id)) or 0
    session.add(
        AttemptRow(
            id=new_id(now),
            message_id=message_id,
            number=last + 1,
            at=now,
            verdict=verdict,
            code=code[:60],
            provider_id="",
        )
    )
    session.execute(update(MessageRow).where(MessageRow.id == message_id).values(reason=reason))
