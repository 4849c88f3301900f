"""Which answer may follow which, and when somebody may still answer. Pure.

Source: domain glossary, Assignment; office practice: two declines a month are free, more need the coordinator.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from djflow.core.clock import instant_of
from djflow.core.errors import ConflictError, InputError
from djflow.roster.answers.model import DutyState, Offer, OfferState
from djflow.roster.planning import PlannedSession

S = DutyState

DUTY_TRANSITIONS: Mapping[DutyState, frozenset[DutyState]] = {
    S.ASSIGNED: frozenset({S.CONFIRMED, S.DECLINED, S.WAITING, S.RELEASED}),
    S.CONFIRMED: frozenset({S.DECLINED, S.WAITING, S.RELEASED}),
    S.DECLINED: frozenset({S.SUBSTITUTED, S.WAITING}),
    S.WAITING: frozenset({S.CONFIRMED, S.SUBSTITUTED, S.RELEASED}),
    S.SUBSTITUTED: frozenset({S.ASSIGNED}),
    S.RELEASED: frozenset({S.ASSIGNED}),
}
"""A duty that was handed over and comes back to the same person is asked about anew."""

OFFER_TRANSITIONS: Mapping[OfferState, frozenset[OfferState]] = {
    OfferState.OFFERED: frozenset(
        {OfferState.ACCEPTED, OfferState.DONE, OfferState.REFUSED, OfferState.WITHDRAWN, OfferState.EXPIRED}
    ),
    OfferState.ACCEPTED: frozenset({OfferState.DONE, OfferState.REFUSED, OfferState.WITHDRAWN, OfferState.EXPIRED}),
    OfferState.DONE: frozenset(),
    OfferState.REFUSED: frozenset(),
    OfferState.WITHDRAWN: frozenset(),
    OfferState.EXPIRED: frozenset(),
}

DUTY_WORDS: Mapping[DutyState, str] = {
    S.ASSIGNED: "待确认",
    S.CONFIRMED: "已确认",
    S.DECLINED: "正在安排接替",
    S.WAITING: "已转组织部办理",
    S.SUBSTITUTED: "已由他人接替",
    S.RELEASED: "已调整给他人",
}
OFFER_WORDS: Mapping[OfferState, str] = {
    OfferState.OFFERED: "等对方答复",
    OfferState.ACCEPTED: "对方同意，等组织部批准",
    OfferState.DONE: "已办好",
    OfferState.REFUSED: "没有同意",
    OfferState.WITHDRAWN: "已撤回",
    OfferState.EXPIRED: "已过期",
}

REASON_LENGTH = 200
_HANDED_OVER = frozenset({S.SUBSTITUTED, S.RELEASED})


def standing(state: DutyState | None, *, holds: bool) -> DutyState:
    """Return where a duty is: the stored state (None: no answer) against whether the person holds it now."""
    if holds:
        return S.ASSIGNED if state is None or state in _HANDED_OVER else state
    return S.SUBSTITUTED if state in {S.DECLINED, S.WAITING, S.SUBSTITUTED} else S.RELEASED


def require_duty_move(old: DutyState, new: DutyState) -> None:
    """Refuse an answer that may not follow.

    Raises: ConflictError saying where the duty is.
    """
    if new not in DUTY_TRANSITIONS[old]:
        raise ConflictError(f"这次值班{DUTY_WORDS[old]}，不能再这样答复：请刷新后查看。", code="answer.state")


def require_offer_move(old: OfferState, new: OfferState) -> None:
    """Refuse a step that may not follow.

    Raises: ConflictError saying where the offer is.
    """
    if new not in OFFER_TRANSITIONS[old]:
        raise ConflictError(f"这项换班请求{OFFER_WORDS[old]}，不能再改：请刷新后查看。", code="offer.state")


def starts_at(plan: PlannedSession) -> datetime:
    """Return the instant a session begins."""
    return instant_of(plan.on, plan.start)


def require_time(plan: PlannedSession, now: datetime) -> None:
    """Refuse answers once the session has begun.

    Raises: ConflictError.
    """
    if now >= starts_at(plan):
        raise ConflictError("这一场已经开始，不能再在这里答复：有事请直接打电话。", code="answer.late")


def clean_reason(text: str) -> str:
    """Return a reason on one line.

    Raises: InputError when it is empty or longer than 200 characters.
    """
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if not words:
        raise InputError("请写一句不能到岗的原因，再提交一次。", code="answer.reason")
    if len(words) > REASON_LENGTH:
        raise InputError(f"原因最多写 {REASON_LENGTH} 个字，请写短一些。", code="answer.reason")
    return words


def past_limit(earlier: int, free: int) -> bool:
    """Return whether a decline after `earlier` others of the month goes to the coordinator."""
    return earlier >= free


def offer_ends(plans: tuple[PlannedSession, ...], hours: int, now: datetime) -> datetime:
    """Return when an offer ends: `hours` after it was made, at the latest when its first session begins."""
    return min(now + timedelta(hours=hours), *(starts_at(plan) for plan in plans))


def has_expired(offer: Offer, now: datetime) -> bool:
    """Return whether an open offer's time is over."""
    return offer.is_open and now >= offer.expires_at
