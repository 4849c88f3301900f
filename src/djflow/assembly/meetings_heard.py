"""Whom a change of a meeting is told to: asked before it is made, to show it, and when it is made, to do it."""

from sqlalchemy.orm import Session

from djflow.core.ids import PersonId
from djflow.meetings import service as meetings
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations.model import Seat
from djflow.meetings.model import Act, Meeting, MeetingState


def hears_of_postponing(session: Session, before: Meeting, seats: tuple[Seat, ...]) -> frozenset[PersonId]:
    """Return who is told that a meeting is put off: the liaisons, after the notice everybody invited."""
    return _heard(session, before, seats, seating.concerned(seats))


def hears_of_cancelling(session: Session, before: Meeting, seats: tuple[Seat, ...]) -> frozenset[PersonId]:
    """Return who is told that a meeting is given up: the liaisons, after the notice whom it would call in vain."""
    put_off = before.state is MeetingState.POSTPONED
    return _heard(session, before, seats, seating.concerned(seats) if put_off else seating.awaited(seats))


def _heard(
    session: Session, before: Meeting, seats: tuple[Seat, ...], invited: frozenset[PersonId]
) -> frozenset[PersonId]:
    # Before the first notice only the liaisons know of a meeting.
    noticed = meetings.done(session, before, Act.NOTIFY)
    return seating.called(seats) | (invited if noticed else frozenset())
