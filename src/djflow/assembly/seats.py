"""Who sits before the pages of applications: the applicant by link, the branch or township's clerk at the desk.

One entitlement stands before everything: an applicant has the own applications, a clerk those that the own branches
filed. Whatever belongs to somebody else does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Role
from djflow.approvals import staffing
from djflow.approvals.chains.model import Level
from djflow.approvals.model import Place
from djflow.assembly.house import House
from djflow.core.errors import NotFoundError, RuleError
from djflow.core.ids import BranchId, PersonId
from djflow.core.subject import Subject
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Filing, FundCase, Who
from djflow.people import service as people
from djflow.people.dossiers import service as dossiers
from djflow.people.dossiers.model import Member
from djflow.people.model import Branch, Unit
from djflow.roster.answers import invitations

UNKNOWN = "没有这件申请，或者它不归您办：请返回您的申请查看。"


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits before the pages: `person` when known, the `branches` one files for, at the desk or on the phone."""

    by: str
    person: PersonId | None
    branches: frozenset[BranchId]
    at_desk: bool


def seat_by_link(house: House, token: str) -> Seat:
    """Return the seat of whoever holds a link; retired people have no duties, but matters of their own.

    Raises: NotFoundError for a token that was never given out; GoneError once it is over.
    """
    with house.reading() as session:
        person = invitations.invited(session, token, now=house.now(), retired=True).person
        led = [one for one in people.branches(session) if _leads(session, one, person)]
        return Seat(str(Subject("people.person", person)), person, frozenset(one.id for one in led), at_desk=False)


def seat_of(house: House, account: Account) -> Seat:
    """Return the seat of an account at the desk: a secretary's branches, a township clerk's those of the township."""
    with house.reading() as session:
        own = frozenset(branch.id for branch in _branches_of(session, account))
        return Seat(account.actor, account.person, own, at_desk=True)


def _leads(session: Session, branch: Branch, person: PersonId) -> bool:
    code = branch.entry.secretary_code
    return bool(code) and person in staffing.named(session, [code]).values()


def _branches_of(session: Session, account: Account) -> tuple[Branch, ...]:
    known = people.branches(session)
    units = {unit.code: unit for unit in people.units(session)}
    mine = accounts.unit_of(session, account)
    found: dict[BranchId, Branch] = {}
    if Role.TOWN_CLERK in account.roles:
        found |= {one.id: one for one in known if mine in _above(units, one.entry.unit_code)}
    if Role.BRANCH_SECRETARY in account.roles and account.person is not None:
        found |= {one.id: one for one in known if _is_secretary(session, one, units, account)}
    return tuple(sorted(found.values(), key=lambda one: one.entry.code))


def _above(units: Mapping[str, Unit], code: str) -> list[str]:
    """Return a unit and everything it belongs to."""
    found: list[str] = []
    while code in units and units[code].id not in found:
        found.append(units[code].id)
        code = units[code].entry.parent_code
    return found


def _is_secretary(session: Session, branch: Branch, units: Mapping[str, Unit], account: Account) -> bool:
    unit = units.get(branch.entry.unit_code)
    if unit is None:
        return False
    asked = (Role.BRANCH_SECRETARY, Level.BRANCH)
    held = staffing.holders(session, [asked], Place(unit.id, branch.id))
    return account.person in held.get(asked, ())


def branches(house: House, seat: Seat) -> tuple[Branch, ...]:
    """Return the branches a seat files for, by code."""
    with house.reading() as session:
        return tuple(one for one in people.branches(session) if one.id in seat.branches)


def members(house: House, seat: Seat, code: str) -> tuple[Branch, tuple[Member, ...]]:
    """Return a branch with its members, without whoever asks: the own application is made on the own phone.

    Raises: NotFoundError for a branch of somebody else, existing or not.
    """
    with house.reading() as session:
        branch = next((o for o in people.branches(session) if o.entry.code == code and o.id in seat.branches), None)
        if branch is None:
            raise NotFoundError("没有这个支部，或者它不归您办。", code="apply.branch")
        return branch, tuple(one for one in dossiers.members(session, branch.id) if one.id != seat.person)


def entitled(session: Session, seat: Seat, case_id: str) -> tuple[FundCase, Who]:
    """Return a case with the capacity in which a seat acts on it.

    Raises: NotFoundError for somebody else's, existing or not.
    """
    try:
        case = cases.get(session, case_id)
    except NotFoundError as error:
        raise NotFoundError(UNKNOWN, code="apply.unknown") from error
    if seat.person == case.applicant:
        if not seat.at_desk:
            return case, Who.APPLICANT
    elif case.filing is Filing.BRANCH and case.branch in seat.branches:
        return case, Who.BRANCH
    raise NotFoundError(UNKNOWN, code="apply.unknown")


def filing_by(session: Session, seat: Seat, applicant: PersonId) -> Filing:
    """Return how a seat files for an applicant.

    Raises: NotFoundError for somebody else's member; RuleError for oneself at the desk.
    """
    if applicant == seat.person:
        if seat.at_desk:
            raise RuleError("本人的申请请在自己手机上办：打开消息里的链接，点“温暖工程基金”。", code="apply.own")
        return Filing.SELF
    known = people.people_by_ids(session, [applicant])
    if applicant not in known or dossiers.dossier(session, applicant).branch not in seat.branches:
        raise NotFoundError("没有这名党员，或者他的组织关系不在您办理的支部。", code="apply.person")
    return Filing.BRANCH
