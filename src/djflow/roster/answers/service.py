"""What a person on duty says, each in the caller's transaction, checked against the version in force at that moment.

Every act locks the month's row first, so that forty taps on one button have one effect. A reason is sealed at once
and never read by anything here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, DjflowError, NotFoundError
from djflow.core.ids import PersonId, RosterId
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.roster import service as rosters
from djflow.roster import store as roster_store
from djflow.roster.answers import rules, store
from djflow.roster.answers.model import Answer, DutyState, OfferState
from djflow.roster.answers.tables import DutyAnswerRow
from djflow.roster.planning import PlannedSession
from djflow.roster.record import Kept
from djflow.roster.views import DutyKind


@dataclass(frozen=True, slots=True)
class Held:
    """A duty in the version in force; standby has no post."""

    month: Month
    roster_id: RosterId
    version: int
    plan: PlannedSession
    post: str
    kind: DutyKind
    person: PersonId


@dataclass(frozen=True, slots=True)
class Said:
    """Where the duty is after an act; `fresh` tells whether this act brought it there."""

    answer_id: str
    state: DutyState
    fresh: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decline about to be said."""

    event: str
    person: PersonId
    reason: str


def month_of(event: str) -> Month:
    """Return the month of a session written `market@date`.

    Raises: NotFoundError when it is not written so.
    """
    try:
        return Month.parse(event.rpartition("@")[2][:7])
    except DjflowError as error:
        raise NotFoundError("没有这一场值班：请从您的值班页面进入。", code="answer.unknown") from error


def subject_of(event: str) -> Subject:
    """Return the subject of a session, as reminders name it."""
    return Subject("roster.session", event)


def held(session: Session, event: str, person: PersonId) -> Held | None:
    """Return the person's duty at a session in the version in force, None when there is none (any more)."""
    month = month_of(event)
    current = rosters.version_in_force(session, month)
    if current is None:
        return None
    return held_in(rosters.content(session, current.roster_id), current, event, person)


def held_in(kept: Kept, current: rosters.Standing, event: str, person: PersonId) -> Held | None:
    """Return the person's duty at a session in a version, on duty before standby."""
    stored = kept.planned.get(event)
    own = [duty for duty in kept.duties if (duty.event, duty.person) == (event, person)]
    if stored is None or not own:
        return None
    first = min(own, key=lambda duty: duty.kind is DutyKind.STANDBY)
    return Held(current.month, current.roster_id, current.version, stored.plan, first.post, first.kind, person)


def require_held(session: Session, event: str, person: PersonId) -> Held:
    """Return the person's duty at a session, with the month locked until the transaction ends.

    Raises: ConflictError when the person does not have this duty (any more).
    """
    _lock_month(session, event)
    return own(session, event, person)


def _lock_month(session: Session, event: str) -> None:
    month = month_of(event)
    if roster_store.month_row(session, month) is not None:
        roster_store.lock_month(session, month)


def own(session: Session, event: str, person: PersonId) -> Held:
    """Return the person's duty at a session.

    Raises: ConflictError when the person does not have this duty (any more).
    """
    found = held(session, event, person)
    if found is None:
        raise ConflictError(
            "这次值班现在不由您承担：值班表已有调整，您不用再答复。请返回查看最新安排。", code="answer.not_yours"
        )
    return found


def state_of(session: Session, event: str, person: PersonId, *, holds: bool) -> DutyState:
    """Return where a person's duty is."""
    row = store.answer_row(session, event, person)
    return rules.standing(row.state if row else None, holds=holds)


def confirm(session: Session, event: str, person: PersonId, *, by: str, now: datetime) -> Said:
    """Record that a person will be there; twice is once.

    Raises: ConflictError when the duty is no longer the person's, has begun, or is being handed over.
    """
    found = require_held(session, event, person)
    row = _row(session, found, now=now)
    if row.state is DutyState.CONFIRMED:
        return Said(row.id, row.state, fresh=False)
    rules.require_time(found.plan, now)
    row.declined_at, row.reason = None, None  # who comes after all has not declined
    _move(session, row, found.version, DutyState.CONFIRMED, by=by, now=now)
    return Said(row.id, row.state, fresh=True)


def decline(session: Session, refusal: Refusal, *, free: int, by: str, now: datetime) -> Said:
    """Record that a person cannot come; past `free` declines a month it goes to the coordinator. Twice is once.

    Raises: InputError without a reason; ConflictError when the duty is no longer the person's or has begun.
    """
    reason = rules.clean_reason(refusal.reason)
    _lock_month(session, refusal.event)  # before the looks: nobody is put in the place between them
    said = _declined_before(session, refusal)
    if said is not None:
        return said
    found = own(session, refusal.event, refusal.person)
    row = _row(session, found, now=now)
    if row.state in {DutyState.DECLINED, DutyState.WAITING}:
        return Said(row.id, row.state, fresh=False)
    rules.require_time(found.plan, now)
    earlier = store.declines(session, found.month, found.person, but=refusal.event)
    state = DutyState.WAITING if rules.past_limit(earlier, free) else DutyState.DECLINED
    store.seal_reason(session, row, reason)
    row.declined_at = now
    _withdraw_offers(session, found, now=now)
    _move(session, row, found.version, state, by=by, now=now)
    return Said(row.id, state, fresh=True)


def _declined_before(session: Session, refusal: Refusal) -> Said | None:
    row = store.answer_row(session, refusal.event, refusal.person)
    if row is None or row.state not in {DutyState.DECLINED, DutyState.WAITING, DutyState.SUBSTITUTED}:
        return None
    holds = held(session, refusal.event, refusal.person) is not None
    return Said(row.id, row.state, fresh=False) if rules.standing(row.state, holds=holds) is row.state else None


def substituted(session: Session, event: str, person: PersonId, *, by: str, now: datetime) -> bool:
    """Record that somebody else took a declined duty over; False when that was recorded before."""
    return _settle(session, event, person, DutyState.SUBSTITUTED, by=by, now=now)


def to_office(session: Session, event: str, person: PersonId, *, by: str, now: datetime) -> bool:
    """Record that nobody was found for a declined duty and the coordinator decides; False when recorded before."""
    return _settle(session, event, person, DutyState.WAITING, by=by, now=now)


def _settle(session: Session, event: str, person: PersonId, state: DutyState, *, by: str, now: datetime) -> bool:
    row = store.answer_row(session, event, person)
    if row is None or row.state is not DutyState.DECLINED:
        return False
    _move(session, row, row.version, state, by=by, now=now)
    return True


def release(session: Session, found: Held, *, by: str, now: datetime) -> None:
    """Record that a person handed a duty over by agreement."""
    row = _row(session, found, now=now)
    if row.state is not DutyState.RELEASED:
        _move(session, row, found.version, DutyState.RELEASED, by=by, now=now)


def unsettled(session: Session) -> tuple[Answer, ...]:
    """Return declines for which nobody was found yet, oldest first."""
    return store.unsettled(session)


def answers(session: Session, month: Month) -> dict[tuple[str, PersonId], Answer]:
    """Return a month's answers by session and person."""
    return dict(store.last_answers(session, month))


def unwilling(session: Session, month: Month) -> Iterable[tuple[str, PersonId]]:
    """Return who must not be put back at which session: people who declined it and found a replacement or look for one.

    Whoever waits for the coordinator keeps the duty until the coordinator has decided.
    """
    gone = {DutyState.DECLINED, DutyState.SUBSTITUTED}
    return tuple((answer.event, answer.person) for answer in store.answers(session, month) if answer.state in gone)


def _row(session: Session, found: Held, *, now: datetime) -> DutyAnswerRow:
    row = store.answer_row(session, found.plan.event, found.person)
    if row is None:
        return store.new_answer(session, found.month, found.plan.event, found.person, now=now)
    if rules.standing(row.state, holds=True) is DutyState.ASSIGNED and row.state is not DutyState.ASSIGNED:
        rules.require_duty_move(row.state, DutyState.ASSIGNED)
        row.state, row.declined_at, row.reason = DutyState.ASSIGNED, None, None
    return row


def _move(session: Session, row: DutyAnswerRow, version: int, state: DutyState, *, by: str, now: datetime) -> None:
    rules.require_duty_move(row.state, state)
    row.state, row.at, row.version = state, now, version
    session.flush()
    details = {"state": state.value, "version": version, "answer": row.id}
    audit.record(session, subject_of(row.event), "duty.answer", by=by, now=now, details=details)


def _withdraw_offers(session: Session, found: Held, *, now: datetime) -> None:
    for offer in store.open_offers(session, event=found.plan.event):
        if (offer.asker, offer.event) == (found.person, found.plan.event):
            row = store.offer_row(session, offer.id)
            if row is not None:
                row.state, row.decided_at = OfferState.WITHDRAWN, now


def clear(session: Session, *, reasons_before: datetime, links_before: datetime, limit: int) -> Mapping[str, int]:
    """Erase at most `limit` old reasons and forget as many expired links; return the counts by kind."""
    counts = {
        "reasons": store.forget_reasons(session, reasons_before, limit=limit),
        "links": store.forget_invitations(session, links_before, limit=limit),
    }
    return {kind: count for kind, count in counts.items() if count}
