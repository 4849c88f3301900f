"""Who answers for a unit when figures or documents wait for it, and for which units somebody answers."""

from sqlalchemy.orm import Session

from djflow.accounts import service
from djflow.accounts.model import Role
from djflow.core.ids import PersonId, UnitId
from djflow.people import service as people

ROLES = (Role.UNIT_LIAISON, Role.TOWN_CLERK)
"""Whoever answers for a unit."""


def persons_of(session: Session, unit: UnitId) -> tuple[PersonId, ...]:
    """Return who answers for a unit, by id."""
    known = service.holders(session, ROLES)
    cards = people.people_by_ids(session, [one.person for one in known if one.person])
    found = {
        card.id
        for one in known
        if one.person and (card := cards.get(one.person)) and not card.has_gone and (one.unit or card.unit_id) == unit
    }
    return tuple(sorted(found))


def units_of(session: Session, person: PersonId) -> tuple[UnitId, ...]:
    """Return the units somebody answers for, by id."""
    card = people.people_by_ids(session, [person]).get(person)
    if card is None or card.has_gone:
        return ()
    mine = [one for one in service.holders(session, ROLES) if one.person == person]
    return tuple(sorted({one.unit or card.unit_id for one in mine}))
