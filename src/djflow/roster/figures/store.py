"""Reads what is counted of sessions and duties: five queries, whatever the number of other months."""

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from djflow.core.clock import instant_of
from djflow.core.ids import UnitId
from djflow.core.sections import Reach
from djflow.core.spans import DateSpan, Month
from djflow.people.tables import PersonRow, PostHeldRow
from djflow.roster.answers.model import DutyState
from djflow.roster.answers.tables import DutyAnswerRow
from djflow.roster.figures.model import Duty, Gathering, Given
from djflow.roster.tables import AssignmentRow, GapRow, RosterRow, SessionRow
from djflow.roster.views import DutyKind, SessionState

Moved = Mapping[str, tuple[tuple[date, UnitId], ...]]
"""Until which day people belonged to a unit they have left since, by person, the first one first."""


def rosters(session: Session, span: DateSpan, reach: Reach) -> tuple[str, ...]:
    """Return the versions that were in force at the end, of the months a span touches."""
    first, last = str(Month.of(span.first)), str(Month.of(span.last))
    newest = (
        select(RosterRow.month, func.max(RosterRow.version).label("version"))
        .where(
            RosterRow.month >= first,
            RosterRow.month <= last,
            RosterRow.version > 0,
            RosterRow.published_at < reach.end,
        )
        .group_by(RosterRow.month)
        .subquery()
    )
    same = and_(RosterRow.month == newest.c.month, RosterRow.version == newest.c.version)
    return tuple(session.scalars(select(RosterRow.id).join(newest, same).order_by(RosterRow.month)))


def gatherings(session: Session, rosters: tuple[str, ...], span: DateSpan) -> tuple[Gathering, ...]:
    """Return the sessions of some versions on the days of a span."""
    empty = (
        select(GapRow.roster_id, GapRow.event, func.sum(GapRow.count).label("empty"))
        .where(GapRow.roster_id.in_(rosters))
        .group_by(GapRow.roster_id, GapRow.event)
        .subquery()
    )
    same = and_(empty.c.roster_id == SessionRow.roster_id, empty.c.event == SessionRow.event)
    query = (
        select(SessionRow.event, SessionRow.on, SessionRow.starts, SessionRow.state, func.coalesce(empty.c.empty, 0))
        .outerjoin(empty, same)
        .where(SessionRow.roster_id.in_(rosters), SessionRow.on >= span.first, SessionRow.on <= span.last)
    )
    return tuple(
        Gathering(event, instant_of(on, starts), state is SessionState.CANCELLED, int(places))
        for event, on, starts, state, places in session.execute(query)
    )


def duties(session: Session, rosters: tuple[str, ...], span: DateSpan) -> Iterator[Duty]:
    """Yield the duties of some versions on the days of a span, with what was answered."""
    moved = _moved(session, span)
    same = and_(SessionRow.roster_id == AssignmentRow.roster_id, SessionRow.event == AssignmentRow.event)
    said = and_(DutyAnswerRow.event == AssignmentRow.event, DutyAnswerRow.person_id == AssignmentRow.person_id)
    query = (
        select(
            AssignmentRow.event, SessionRow.on, AssignmentRow.person_id, PersonRow.unit_id, DutyAnswerRow.state,
            DutyAnswerRow.at,
        )
        .join(SessionRow, same)
        .join(PersonRow, PersonRow.id == AssignmentRow.person_id)
        .outerjoin(DutyAnswerRow, said)
        .where(
            AssignmentRow.roster_id.in_(rosters),
            AssignmentRow.kind == DutyKind.DUTY,
            SessionRow.on >= span.first,
            SessionRow.on <= span.last,
        )
    )  # fmt: skip
    for event, on, person, unit, state, at in session.execute(query):
        yield Duty(event, _unit(moved, person, on, unit), state, at)


def given(session: Session, rosters: tuple[str, ...], span: DateSpan) -> Iterator[Given]:
    """Yield the duties that others took over at sessions of some versions on the days of a span."""
    moved = _moved(session, span)
    gone = (DutyState.SUBSTITUTED, DutyState.RELEASED)
    query = (
        select(DutyAnswerRow.event, SessionRow.on, DutyAnswerRow.person_id, PersonRow.unit_id, DutyAnswerRow.at)
        .join(SessionRow, SessionRow.event == DutyAnswerRow.event)
        .join(PersonRow, PersonRow.id == DutyAnswerRow.person_id)
        .where(
            SessionRow.roster_id.in_(rosters),
            SessionRow.on >= span.first,
            SessionRow.on <= span.last,
            DutyAnswerRow.state.in_(gone),
        )
    )
    for event, on, person, unit, at in session.execute(query):
        yield Given(event, _unit(moved, person, on, unit), at)


def _moved(session: Session, span: DateSpan) -> Moved:
    query = select(PostHeldRow.person_id, PostHeldRow.last_on, PostHeldRow.unit_id)
    query = query.where(PostHeldRow.last_on >= span.first).order_by(PostHeldRow.last_on, PostHeldRow.id)
    found: dict[str, tuple[tuple[date, UnitId], ...]] = {}
    for person, last, unit in session.execute(query):
        if last is not None:
            found[person] = (*found.get(person, ()), (last, UnitId(unit)))
    return found


def _unit(moved: Moved, person: str, on: date, now_in: str) -> UnitId:
    """Return the unit somebody belonged to on a day."""
    return next((unit for last, unit in moved.get(person, ()) if on <= last), UnitId(now_in))
