"""Whose postings an account sees: the department all, a host those sent to it, a liaison those of the own unit.

A township answers for its villages and communities. What is not in one's scope does not exist for one.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import TOWN_ROLES, Account, Act, Role
from djflow.accounts.rules import PERMISSIONS
from djflow.core.errors import NotFoundError
from djflow.core.ids import UnitId
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import Posting
from djflow.people import service as people
from djflow.people.model import Unit

_WHOLE = frozenset({Role.CADRE_CLERK, Role.DEPT_DEPUTY, Role.DEPT_MINISTER, Role.AUDITOR_READONLY})
_HOSTS = TOWN_ROLES | {Role.HOST_SUPERVISOR}
_NOT_YOURS = "没有这次派出，或它不属于您的范围：请从列表里重新打开。"


@dataclass(frozen=True, slots=True)
class Scope:
    """All postings, or those sent to `hosts` and those sent by `homes`."""

    whole: bool = False
    hosts: frozenset[UnitId] = frozenset()
    homes: frozenset[UnitId] = frozenset()

    def covers(self, posting: Posting) -> bool:
        """Return whether a posting is in it."""
        return self.whole or posting.new.host in self.hosts or posting.new.home in self.homes


def scope_of(session: Session, account: Account, act: Act = Act.POSTING_READ) -> Scope:
    """Return the postings about which an account may do an act, by those of its roles that allow it."""
    roles = account.roles & PERMISSIONS[act]
    if roles & _WHOLE:
        return Scope(whole=True)
    own = accounts.unit_of(session, account)
    if own is None:
        return Scope()
    hosts = _below(session, own) if roles & _HOSTS else frozenset()
    homes = frozenset({own}) if Role.UNIT_LIAISON in roles else frozenset()
    return Scope(hosts=hosts, homes=homes)


def _below(session: Session, own: UnitId) -> frozenset[UnitId]:
    units = people.units(session)
    found, level = {own}, {unit.code for unit in units if unit.id == own}
    while level:
        below = [unit for unit in units if unit.entry.parent_code in level and unit.id not in found]
        found |= {unit.id for unit in below}
        level = {unit.code for unit in below}
    return frozenset(found)


def line_of(session: Session, host: UnitId) -> tuple[Unit, ...]:
    """Return a host and the units above it, the host first: whoever works there answers for it."""
    units = {unit.code: unit for unit in people.units(session)}
    unit = next((one for one in units.values() if one.id == host), None)
    found: list[Unit] = []
    while unit is not None and unit not in found:
        found.append(unit)
        unit = units.get(unit.entry.parent_code)
    return tuple(found)


def posting_for(session: Session, account: Account, posting_id: str, act: Act = Act.POSTING_READ) -> Posting:
    """Return a posting about which an account may do an act.

    Raises: NotFoundError for one of others as for one that does not exist.
    """
    try:
        found = postings.posting(session, posting_id)
    except NotFoundError as error:
        raise NotFoundError(_NOT_YOURS, code="posting.unknown") from error
    if not scope_of(session, account, act).covers(found):
        raise NotFoundError(_NOT_YOURS, code="posting.unknown")
    return found
