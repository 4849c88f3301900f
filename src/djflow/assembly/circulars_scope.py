"""Whose circulars an account sees: the department all, a unit those whose figures it was asked to look at.

What is not in one's scope does not exist for one. A unit never sees the figures of another one.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Act, Role
from djflow.accounts.rules import PERMISSIONS
from djflow.circulars import service
from djflow.circulars.model import Circular, Confirmation, Terms
from djflow.circulars.wording import say
from djflow.core.errors import NotFoundError
from djflow.core.ids import UnitId

WHOLE = frozenset({Role.OFFICE_CLERK, Role.CADRE_CLERK, Role.DEPT_DEPUTY, Role.DEPT_MINISTER, Role.AUDITOR_READONLY})
"""Roles of the department, which see every circular."""
_NOT_YOURS = "没有这份通报，或没有请您的单位核对：请从列表里重新打开。"


@dataclass(frozen=True, slots=True)
class Scope:
    """All circulars, or what they say of `unit`."""

    whole: bool = False
    unit: UnitId | None = None


def scope_of(session: Session, account: Account, act: Act = Act.CIRCULAR_LOOK) -> Scope:
    """Return the circulars about which an account may do an act, by those of its roles that allow it."""
    roles = account.roles & PERMISSIONS[act]
    unit = accounts.unit_of(session, account) if roles - WHOLE else None
    return Scope(bool(roles & WHOLE), unit)


def circular_for(session: Session, account: Account, circular_id: str, act: Act = Act.CIRCULAR_LOOK) -> Circular:
    """Return a circular about which an account may do an act.

    Raises: NotFoundError for one of others as for one that does not exist.
    """
    scope = scope_of(session, account, act)
    if not scope.whole:
        return asked_of(session, circular_id, scope.unit)[0]
    return _known(session, circular_id)


def asked_of(session: Session, circular_id: str, unit: UnitId | None) -> tuple[Circular, Confirmation]:
    """Return a circular and what a unit answered to it.

    Raises: NotFoundError for a unit that was not asked as for a circular that does not exist.
    """
    found = _known(session, circular_id)
    for one in service.confirmations(session, found.id):
        if one.unit == unit:
            return found, one
    raise NotFoundError(_NOT_YOURS, code="circular.unknown")


def _known(session: Session, circular_id: str) -> Circular:
    try:
        return service.circular(session, circular_id)
    except NotFoundError as error:
        raise NotFoundError(_NOT_YOURS, code="circular.unknown") from error


def title_of(terms: Terms, found: Circular) -> str:
    """Return what a circular is called; a kind that is not configured any more has its period only."""
    policy = terms.kinds.get(found.kind)
    if policy is None:
        return f"{found.period.title}的通报"
    return say(terms.words, "title", period=found.period.title, subject=policy.subject)
