"""Markets closed by notice: declared, lifted, listed; each act in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.calendar.town import Closure
from djflow.core.errors import NotFoundError
from djflow.core.ids import ClosureId
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.roster import store


@dataclass(frozen=True, slots=True)
class Listed:
    """A closure in force."""

    id: ClosureId
    market: str
    span: DateSpan
    notice: str


def declare_closure(session: Session, closure: Closure, *, by: str, now: datetime) -> ClosureId:
    """Record that a market is closed by notice; the same closure again is the same closure."""
    found = store.same_closure(session, closure.town_code, closure.span)
    if found:
        return found
    made = store.add_closure(session, closure, by=by, now=now)
    details = {"market": closure.town_code, "first": str(closure.span.first), "last": str(closure.span.last)}
    audit.record(session, Subject("roster.closure", made), "market.close", by=by, now=now, details=details)
    return made


def lift_closure(session: Session, closure_id: ClosureId, *, by: str, now: datetime) -> None:
    """Take a closure back; sessions that were cancelled stay so, later rosters count the market again.

    Raises: NotFoundError when there is no such closure.
    """
    row = store.closure_row(session, closure_id)
    if row is None:
        raise NotFoundError("没有这条停场记录：请用 djflow market closures 查看现有的记录。")
    if row.lifted_at is None:
        row.lifted_at = now
        details = {"market": row.market, "first": str(row.first), "last": str(row.last)}
        audit.record(session, Subject("roster.closure", closure_id), "market.reopen", by=by, now=now, details=details)


def closed_spans(session: Session, span: DateSpan) -> tuple[Closure, ...]:
    """Return the closures in force that touch `span`."""
    return store.closures(session, span)


def in_force(session: Session) -> tuple[Listed, ...]:
    """Return every closure that was not lifted, latest first."""
    return tuple(
        Listed(ClosureId(row.id), row.market, DateSpan(row.first, row.last), row.notice)
        for row in store.open_closures(session)
    )
