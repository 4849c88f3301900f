"""Whose cases of the fund an account sees: the department all, a township its own, a secretary the own branch."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import TOWN_ROLES, Account, Act, Role
from djflow.accounts.rules import PERMISSIONS
from djflow.core.errors import NotFoundError
from djflow.core.ids import BranchId, UnitId
from djflow.fund.board.model import Scope
from djflow.fund.board.rules import units_below
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import FundCase
from djflow.people import service as people
from djflow.people.model import Unit

_NOT_YOURS = "没有这件申请，或它不属于您的范围：请核对编号。"
_WHOLE = frozenset({Role.OFFICE_CLERK, Role.DEPT_DEPUTY, Role.DEPT_MINISTER, Role.AUDITOR_READONLY})


@dataclass(frozen=True, slots=True)
class Town:
    """A township for the filter of the board."""

    code: str
    name: str


def scope_of(session: Session, account: Account, act: Act = Act.FUND_READ) -> Scope:
    """Return the cases about which an account may do an act, by those of its roles that allow it."""
    roles = roles_for(account, act)
    if roles & _WHOLE:
        return Scope(whole=True)
    units = _town(session, account) if roles & TOWN_ROLES else frozenset()
    branches = _branches(session, account) if Role.BRANCH_SECRETARY in roles else frozenset()
    return Scope(units=units, branches=branches)


def roles_for(account: Account, act: Act) -> frozenset[Role]:
    """Return those roles of an account that allow an act."""
    return account.roles & PERMISSIONS[act]


def _town(session: Session, account: Account) -> frozenset[UnitId]:
    own = accounts.unit_of(session, account)
    units = people.units(session)
    by_code = {unit.code: unit for unit in units}
    town = next((unit for unit in units if unit.id == own), None)
    while town is not None and not town.entry.kind.is_town:
        town = by_code.get(town.entry.parent_code)
    return _below(units, town.code) if town else frozenset()


def _below(units: Collection[Unit], code: str) -> frozenset[UnitId]:
    return units_below([(unit.id, unit.code, unit.entry.parent_code) for unit in units], code)


def _branches(session: Session, account: Account) -> frozenset[BranchId]:
    if account.person is None:
        return frozenset()
    card = people.people_by_ids(session, [account.person]).get(account.person)
    mine = [one.id for one in people.branches(session) if card and one.entry.secretary_code == card.code]
    return frozenset(mine)


def case_for(session: Session, account: Account, word: str, act: Act = Act.FUND_READ) -> FundCase:
    """Return a case, named by id or number, about which an account may do an act.

    Raises: NotFoundError for a case of others as for one that does not exist.
    """
    try:
        case = cases.find(session, word)
    except NotFoundError as error:
        raise NotFoundError(_NOT_YOURS, code="fund.unknown") from error
    if not scope_of(session, account, act).covers(case):
        raise NotFoundError(_NOT_YOURS, code="fund.unknown")
    return case


def towns(session: Session) -> tuple[Town, ...]:
    """Return all townships in official order."""
    return tuple(Town(unit.code, unit.name) for unit in people.units(session) if unit.entry.kind.is_town)


def units_of_town(session: Session, code: str) -> frozenset[UnitId]:
    """Return the units of a township, none for a code that is no township."""
    return _below(people.units(session), code)
