"""What can be done with names on the board: post, freeze, settle, end; each name has its own clock.

Who moves nominations is `publishing`; here are the clocks and what objectors say, known to nobody but who settles.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.dispatch.batches.model import Candidate, CandidateId
from djflow.dispatch.batches.publicity import rules, store
from djflow.dispatch.batches.publicity.model import (
    NewObjection,
    Objection,
    ObjectionState,
    Opened,
    Period,
    PeriodState,
    Via,
)

MAX_OPEN = 20
"""Objections to one name that may wait at a time: more from the page are refused, so that it cannot be flooded."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An objection taken in; `fresh` when it was not known, `stops` when its name's clock stopped now."""

    objection: Objection
    fresh: bool
    stops: bool


def post(
    session: Session, candidate: Candidate, workdays: int, calendar: WorkCalendar, *, by: str, now: datetime
) -> Period:
    """Put a name on the board from today; one that hangs stays as it is."""
    known = store.period_about(session, candidate.id)
    if known is not None:
        return known
    today = civil_date(now)
    period = Period(
        id="",
        batch=candidate.batch,
        candidate=candidate.id,
        state=PeriodState.OPEN,
        posted_on=today,
        from_on=today,
        remaining=workdays,
        ends_on=calendar.add_workdays(today, workdays).date,
    )
    kept = store.add_period(session, period, now=now)
    _record(session, candidate, "candidate.post", kept, by=by, now=now)
    return kept


def hear(  # noqa: PLR0913 - the name, what is said, and whether it may still be stopped
    session: Session,
    period: Period,
    candidate: Candidate,
    new: NewObjection,
    calendar: WorkCalendar,
    *,
    stoppable: bool,
    by: str,
    now: datetime,
) -> Heard:
    """Take an objection in and stop the clock if it came in time; the same words twice, unanswered, are one.

    Raises: InputError for an empty or too long text or a time that cannot be; ConflictError when too many wait.
    """
    new = replace(new, text=rules.clean_objection(new.text), contact=new.contact.strip()[:100])
    received = now if new.via is Via.PAGE or new.received_at is None else new.received_at
    if received > now:
        raise InputError("收到异议的时间不能晚于现在：请核对。", code="objection.time")
    if new.via is Via.PAGE and store.open_count(session, period.id) >= MAX_OPEN:
        raise ConflictError("对这一人选已有多件异议正在核实：请直接拨打监督电话。", code="objection.many")
    stops = stoppable and period.state is not PeriodState.CANCELLED and rules.in_time(period, received)
    state = ObjectionState.OPEN if stops else ObjectionState.LATE
    objection, fresh = store.add_objection(session, period, replace(new, received_at=received), state, by=by, now=now)
    if not fresh:
        return Heard(objection, fresh=False, stops=False)
    stopping = stops and period.state is not PeriodState.FROZEN
    if stopping:
        stopped = rules.frozen(period, civil_date(received), calendar)
        store.write(session, stopped)
        _record(session, candidate, "candidate.freeze", stopped, by=by, now=now)
    details = {"via": new.via.value, "state": state.value}
    audit.record(session, candidate.subject, "candidate.objection", by=by, now=now, details=details)
    return Heard(objection, fresh=True, stops=stopping)


def resolve(session: Session, objection: Objection, words: str, *, upheld: bool, by: str, now: datetime) -> None:
    """Write what became of an objection."""
    state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    store.resolve(session, objection.id, state, words, by=by, now=now)


def resume(session: Session, candidate: Candidate, calendar: WorkCalendar, *, by: str, now: datetime) -> bool:
    """Let a stopped name hang again when no objection to it waits any more; False when one does."""
    period = store.period_about(session, candidate.id)
    if period is None or period.state is not PeriodState.FROZEN or store.open_count(session, period.id):
        return False
    again = rules.resumed(period, civil_date(now), calendar)
    store.write(session, again)
    _record(session, candidate, "candidate.resume", again, by=by, now=now)
    return True


def close(session: Session, candidate: Candidate, *, by: str, now: datetime) -> bool:
    """End a name's period whose days are over; False when it is not over, frozen, or ended before."""
    period = store.period_about(session, candidate.id)
    if period is None or period.state is not PeriodState.OPEN or not rules.is_over(period, now):
        return False
    ended = replace(period, state=PeriodState.CLOSED)
    store.write(session, ended)
    _record(session, candidate, "candidate.close_publicity", ended, by=by, now=now)
    return True


def take_down(session: Session, candidate: CandidateId) -> None:
    """Take a name off the board: whoever it is has withdrawn, was dropped, or the batch is cancelled."""
    period = store.period_about(session, candidate)
    if period is not None and period.state in {PeriodState.OPEN, PeriodState.FROZEN}:
        store.write(session, replace(period, state=PeriodState.CANCELLED))


def look(session: Session, candidate: Candidate, objection_id: str, *, by: str, now: datetime) -> Opened:
    """Open what an objection says, whom to ask and what was answered; that somebody looked is recorded."""
    details = {"objection": objection_id}
    audit.record(session, candidate.subject, "candidate.look_objection", by=by, now=now, details=details)
    return store.opened(session, objection_id)


def period(session: Session, period_id: str) -> Period:
    """Return a period.

    Raises: NotFoundError.
    """
    found = store.period(session, period_id)
    if found is None:
        raise NotFoundError("没有这份公示：请刷新后再试。", code="publicity.unknown")
    return found


def objection(session: Session, objection_id: str) -> Objection:
    """Return an objection.

    Raises: NotFoundError.
    """
    found = store.objection(session, objection_id)
    if found is None:
        raise NotFoundError("没有这件异议：请刷新后再试。", code="objection.unknown")
    return found


def entered_by(session: Session, objection_id: str) -> str:
    """Return who typed an objection in."""
    return store.entered_by(session, objection_id)


def periods(session: Session, batch_id: str) -> tuple[Period, ...]:
    """Return a batch's periods, oldest first."""
    return store.periods(session, batch_id)


def objections(session: Session, batch_id: str) -> tuple[Objection, ...]:
    """Return the objections to people of a batch, oldest first."""
    return store.objections(session, batch_id)


def shown(session: Session) -> tuple[Period, ...]:
    """Return what hangs now, frozen names included."""
    return store.shown(session)


def due(session: Session, *, now: datetime) -> tuple[Period, ...]:
    """Return the open periods whose days are over."""
    return store.due(session, civil_date(now))


def _record(session: Session, candidate: Candidate, action: str, period: Period, *, by: str, now: datetime) -> None:
    details = {"state": period.state.value, "ends_on": str(period.ends_on), "remaining": period.remaining}
    audit.record(session, candidate.subject, action, by=by, now=now, details=details)
