"""Whose meetings an account sees: the office and its leaders all, a unit those it has a seat at and its own items."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Act, Role
from djflow.accounts.rules import PERMISSIONS
from djflow.core.errors import NotFoundError
from djflow.core.ids import UnitId
from djflow.meetings import service as meetings
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import Item
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Seat
from djflow.meetings.model import Meeting

WHOLE = frozenset({Role.OFFICE_CLERK, Role.CADRE_CLERK, Role.DEPT_DEPUTY, Role.DEPT_MINISTER, Role.AUDITOR_READONLY})
"""Roles of the department, which see every meeting."""
_NOT_YOURS = "没有这次会议或这项议定事项，或它与您的单位无关：请从列表里重新打开。"


@dataclass(frozen=True, slots=True)
class Scope:
    """All meetings, or those of `unit`."""

    whole: bool = False
    unit: UnitId | None = None


def scope_of(session: Session, account: Account, act: Act = Act.MEETING_LOOK) -> Scope:
    """Return the meetings about which an account may do an act, by those of its roles that allow it."""
    roles = account.roles & PERMISSIONS[act]
    unit = accounts.unit_of(session, account) if roles - WHOLE else None
    return Scope(bool(roles & WHOLE), unit)


def meeting_for(session: Session, account: Account, meeting_id: str, act: Act = Act.MEETING_LOOK) -> Meeting:
    """Return a meeting about which an account may do an act.

    Raises: NotFoundError for one of others as for one that does not exist.
    """
    try:
        found = meetings.meeting(session, meeting_id)
    except NotFoundError as error:
        raise NotFoundError(_NOT_YOURS, code="meeting.unknown") from error
    scope = scope_of(session, account, act)
    if not scope.whole and not any(one.new.unit == scope.unit for one in invitations.seats(session, meeting_id)):
        raise NotFoundError(_NOT_YOURS, code="meeting.unknown")
    return found


def seat_for(session: Session, account: Account, seat_id: str, act: Act) -> Seat:
    """Return a seat about which an account may do an act; raises NotFoundError as `meeting_for`."""
    try:
        found = invitations.seat(session, seat_id)
    except NotFoundError as error:
        raise NotFoundError(_NOT_YOURS, code="meeting.unknown") from error
    scope = scope_of(session, account, act)
    if not scope.whole and found.new.unit != scope.unit:
        raise NotFoundError(_NOT_YOURS, code="meeting.unknown")
    return found


def item_for(session: Session, account: Account, item_id: str, act: Act = Act.MEETING_LOOK) -> Item:
    """Return an item about which an account may do an act; a unit sees those it leads or helps with, once issued.

    Raises: NotFoundError as `meeting_for`.
    """
    try:
        found = actions.item(session, item_id)
    except NotFoundError as error:
        raise NotFoundError(_NOT_YOURS, code="meeting.unknown") from error
    scope = scope_of(session, account, act)
    if scope.whole:
        return found
    units = (found.new.lead,) if act is Act.MEETING_UNIT else (found.new.lead, *found.new.helpers)
    given_out = any(one.id == found.id for one in actions.open_items(session)) or not found.is_open
    if scope.unit not in units or not given_out:
        raise NotFoundError(_NOT_YOURS, code="meeting.unknown")
    return found
