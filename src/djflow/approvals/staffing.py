"""Who holds the roles of a chain at a place: from accounts, the branch register, kinship, and delegations of today."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Role
from djflow.approvals.chains.model import Approver, Chain, Level, level_of
from djflow.approvals.delegation import service as delegation
from djflow.approvals.model import NewCase, Office, Place, Staffing
from djflow.core.errors import NotFoundError
from djflow.core.ids import BranchId, PersonId, UnitId
from djflow.people import service as people
from djflow.people.model import PersonCard, PersonStatus, Unit

_GONE = frozenset({PersonStatus.RETIRED, PersonStatus.LEFT})


def staffing_of(session: Session, chain: Chain, new: NewCase, office: Office, on: date) -> Staffing:
    """Return what the rules must know of persons for a case on a day."""
    held, names = _held(session, wanted(chain, office), new.place)
    persons = named(session, codes_of(chain))
    everybody = sorted({*persons.values(), *(one for found in held.values() for one in found)})
    kin = people.kin_of(session, new.applicant) if new.applicant else ()
    return Staffing(
        holders=held,
        persons=persons,
        kin=frozenset(one.relative_id for one in kin),
        delegates=delegation.delegates(session, everybody, new.kind, on),
        names=names,
    )


def wanted(chain: Chain, office: Office) -> frozenset[tuple[Role, Level]]:
    """Return every role and level a chain may ask for, those that stand in for them included."""
    asked = {(role, one.level) for one in _approvers(chain) for role in one.roles}
    for role, _ in tuple(asked):
        for table in (office.deputies, office.superiors):
            if role in table:
                asked.add((table[role], level_of(table[role])))
    return frozenset(asked)


def codes_of(chain: Chain) -> frozenset[str]:
    """Return the codes of every person a chain names."""
    named_ones = {code for one in _approvers(chain) for code in one.persons}
    return frozenset(named_ones | {code for step in chain.steps for one in step.recusals for code in one.persons})


def _approvers(chain: Chain) -> Iterable[Approver]:
    for step in chain.steps:
        yield step.approver
        yield from step.cc
        if step.escalate_to is not None:
            yield step.escalate_to


def named(session: Session, codes: Collection[str]) -> Mapping[str, PersonId]:
    """Return the ids of persons by code; who retired or left is missing."""
    if not codes:
        return {}
    ids = people.person_ids(session, codes)
    cards = people.people_by_ids(session, list(ids.values()))
    return {code: key for code, key in sorted(ids.items()) if cards[key].status not in _GONE}


def holders(
    session: Session, asked: Collection[tuple[Role, Level]], place: Place
) -> Mapping[tuple[Role, Level], tuple[PersonId, ...]]:
    """Return the persons who hold roles at a place, in official order; a role nobody holds is missing.

    At a branch the registered secretary counts; only where none is registered do accounts of the branch's unit.
    """
    return _held(session, asked, place)[0]


def _held(
    session: Session, asked: Collection[tuple[Role, Level]], place: Place
) -> tuple[Mapping[tuple[Role, Level], tuple[PersonId, ...]], Mapping[PersonId, str]]:
    known = accounts.holders(session, {role for role, _ in asked})
    cards = people.people_by_ids(session, [one.person for one in known if one.person])
    ordered = sorted((card for card in cards.values() if card.status not in _GONE), key=_official)
    at: dict[Level, UnitId | None] = {Level.TOWN: place.unit}
    secretary: tuple[PersonId, ...] = ()
    if place.branch is not None and any(level is Level.BRANCH for _, level in asked):
        at[Level.BRANCH], secretary = _of_branch(session, place.branch)
    found: dict[tuple[Role, Level], tuple[PersonId, ...]] = {}
    for role, level in sorted(asked):
        if role is Role.BRANCH_SECRETARY and level is Level.BRANCH and secretary:
            found[role, level] = secretary
            continue
        mine = tuple(card.id for card in ordered if _holds(card, role, level, known, at))
        if mine:
            found[role, level] = mine
    return found, {key: card.name for key, card in cards.items()}


def _holds(
    card: PersonCard, role: Role, level: Level, known: Iterable[Account], at: Mapping[Level, UnitId | None]
) -> bool:
    units = [one.unit or card.unit_id for one in known if one.person == card.id and role in one.roles]
    return bool(units) and (level is Level.DISTRICT or at.get(level) in units)


def _of_branch(session: Session, branch_id: BranchId) -> tuple[UnitId | None, tuple[PersonId, ...]]:
    branch = next((one for one in people.branches(session) if one.id == branch_id), None)
    if branch is None:
        return None, ()
    code = branch.entry.secretary_code
    registered = named(session, [code]) if code else {}
    unit = next((one.id for one in people.units(session) if one.code == branch.entry.unit_code), None)
    return unit, tuple(registered.values())


def require_serving(session: Session, person: PersonId) -> None:
    """Refuse somebody who is not in post.

    Raises: NotFoundError.
    """
    card = people.people_by_ids(session, [person]).get(person)
    if card is None or card.status in _GONE:
        raise NotFoundError("这位同志不在岗或不在人员表里：请另选一位。", code="approval.person")


def placed(session: Session, place: Place) -> Place:
    """Return a place with the township it belongs to: that of its unit, else of its branch's unit.

    A unit below no township (a district office, an enterprise) stands for itself.
    """
    units = {unit.code: unit for unit in people.units(session)}
    start = next((unit for unit in units.values() if unit.id == place.unit), None)
    if start is None and place.branch is not None:
        branch = next((one for one in people.branches(session) if one.id == place.branch), None)
        start = units.get(branch.entry.unit_code) if branch else None
    if start is None:
        return place
    town: Unit | None = start
    while town is not None and not town.entry.kind.is_town:
        town = units.get(town.entry.parent_code)
    return Place((town or start).id, place.branch)


def _official(card: PersonCard) -> tuple[int, int, str]:
    return (card.unit_order, -card.grade, card.code)
