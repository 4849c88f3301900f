"""When a review is due, and which notice its outcome becomes. Pure. Source: domain handbook, section 2.1."""

import hashlib
from datetime import date, datetime, timedelta

from djflow.core.spans import Month
from djflow.dispatch.reserve.model import Member, MemberState, NewReview
from djflow.notify.model import Intent, NoticeKind

_LIVES = timedelta(days=7)

OUTCOMES = {
    MemberState.LISTED: "已列入",
    MemberState.LEFT: "已移出",
    MemberState.REFUSED: "这次未列入",
}
"""What a notice says about the list."""


def next_review(on: date, months: int) -> date:
    """Return the day so many months after a day, the month's last day where there is no such day."""
    month = Month.of(on)
    for _ in range(months):
        month = month.following
    return month.first.replace(day=min(on.day, month.last.day))


def content_hash(member: Member, review: NewReview) -> str:
    """Return what an approval is about: this membership, this kind of review, this reason."""
    text = f"{member.id}|{member.person}|{review.kind}|{review.reason}"
    return hashlib.sha256(text.encode()).hexdigest()


def told(member: Member, name: str, *, now: datetime) -> Intent:
    """Return the notice of a membership's outcome, without a reason."""
    return Intent(
        kind=NoticeKind.RESERVE_OUTCOME,
        subject=member.subject,
        version=0,
        recipient=member.person,
        slot=member.state.value,
        text="sms/reserve_outcome",
        due_at=now,
        expires_at=now + _LIVES,
        values={"name": name, "outcome": OUTCOMES[member.state]},
    )
