"""What rules about personnel ask of the register of people."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, UnitId
from djflow.people.personnel import store
from djflow.people.personnel.model import Personal, Related


def persons(session: Session, ids: Collection[PersonId]) -> tuple[Personal, ...]:
    """Return persons by code; unknown ids are left out."""
    return store.persons(session, ids)


def staff(session: Session, units: Collection[UnitId]) -> tuple[Personal, ...]:
    """Return everybody of some units who has neither retired nor left, by code."""
    return store.staff(session, units)


def kin(session: Session, ids: Collection[PersonId]) -> Mapping[PersonId, tuple[Related, ...]]:
    """Return the relatives of persons who have some in the kinship register."""
    return store.kin(session, ids)
