"""What a person asks about notices: the whole life of one, what was lost, whom to call, how well it went."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, NotFoundError
from djflow.core.subject import Subject
from djflow.notify.labels import MESSAGE_LABELS
from djflow.notify.lives import store
from djflow.notify.lives.model import Call, Figures, Life, Lost
from djflow.notify.model import MessageState, NoticeKind
from djflow.notify.rules import FAILED, TRANSITIONS

_AGAIN_FOR = timedelta(hours=12)
"""How long a message sent again by hand stays true at least."""
_CALLS_KEPT = timedelta(days=7)
"""How long a call that came to nothing stays on the phone list, so that nobody overlooks it."""


def life(session: Session, notice_id: str) -> Life:
    """Return a notice from intent to answer.

    Raises: NotFoundError.
    """
    found = store.life(session, notice_id)
    if found is None:
        raise NotFoundError("没有这条通知：请用 djflow notify list 查看。", code="notice.unknown")
    return found


def dead_letters(session: Session, *, limit: int = 500) -> tuple[Lost, ...]:
    """Return messages that failed or whose fate nobody knows, newest first, until somebody was reached otherwise."""
    return store.lost(session, limit=limit)


def message_states(session: Session) -> Mapping[str, MessageState]:
    """Return the state of each recipient's latest message: for rehearsals, where everybody gets one."""
    return store.message_states(session)


def phone_list(session: Session, *, limit: int | None = 500) -> tuple[Call, ...]:
    """Return the notices that wait for a human, the most pressing first."""
    return store.calls(session, limit=limit)


def call(session: Session, notice_id: str) -> Call:
    """Return one notice that waits for a human.

    Raises: NotFoundError when it does not wait (any more).
    """
    found = store.call(session, notice_id)
    if found is None:
        raise NotFoundError("这条通知不在电话名单里：可能已经答复或有人打过，请刷新后再看。", code="notice.no_call")
    return found


def end_calls(session: Session, *, now: datetime) -> None:
    """Take off the phone list what nobody called about and has been past for a week."""
    store.end_calls(session, now - _CALLS_KEPT)


def replay(session: Session, message_id: str, *, by: str, now: datetime) -> None:
    """Send a failed message again.

    Raises: NotFoundError; ConflictError when the message did not fail, or nobody is to hear of it any more.
    """
    found = store.message_state(session, message_id)
    if found is None:
        raise NotFoundError("没有这条消息：请刷新后再看。", code="message.unknown")
    notice_id, state = found
    if MessageState.PENDING not in TRANSITIONS[state] or state not in FAILED:
        raise ConflictError(f"这条消息现在是“{MESSAGE_LABELS[state]}”，不用重发。", code="message.not_failed")
    end = store.notice_end(session, notice_id)
    if end is None:
        raise ConflictError("本人已经答复，或情况已变：不用再发。", code="message.over")
    until = max(end, now + _AGAIN_FOR)
    store.replay(session, message_id, notice_id, now=now, until=until)
    audit.record(session, Subject("notify.message", message_id), "message.replay", by=by, now=now)


def settle_call(session: Session, notice_id: str, *, by: str, now: datetime) -> None:
    """Record that somebody called about a notice; twice is once."""
    if store.settle_by_phone(session, notice_id):
        audit.record(session, Subject("notify.notice", notice_id), "notice.called", by=by, now=now)


def figures(session: Session, since: datetime, until: datetime, *, asking: Sequence[NoticeKind]) -> Figures:
    """Return what became of the notices written from `since` up to `until` (excluded); `asking` want an answer."""
    states = store.states_by_channel(session, since, until)

    def number(*wanted: MessageState) -> int:
        return sum(count for (_, state), count in states.items() if state in wanted)

    total, asked, answered = store.answered_by_kind(session, since, until, asking)
    return Figures(
        notices=total,
        accepted=number(MessageState.ACCEPTED, MessageState.DELIVERED),
        delivered=number(MessageState.DELIVERED),
        failed=number(*FAILED),
        asked=asked,
        answered=answered,
        parts=store.parts_by_channel(session, since, until),
    )
