"""Whom a change of a meeting is told to: asked before it is made, to show it, and when it is made, to do it."""

from sqlalchemy.orm import Session

from djflow.assembly import meetings_telling as telling
from djflow.core.ids import PersonId
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.model import Meeting, MeetingState


def hears_of_postponing(session: Session, before: Meeting) -> frozenset[PersonId]:
    """Return who is told that a meeting is put off: all who were told of its date."""
    return telling.heard(session, before)


def hears_of_cancelling(session: Session, before: Meeting) -> frozenset[PersonId]:
    """Return who is told that a meeting is given up.

    Once its notice is out these are all who were told of its date and were not let off; before that, and while it is
    put off, all who were ever told of one.
    """
    if before.state is MeetingState.NOTICED:
        return telling.heard(session, before) - seating.excused(invitations.seats(session, before.id))
    return telling.heard(session, before, ever=True)
