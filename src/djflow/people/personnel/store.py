"""Reads persons as personnel rules see them, without opening anything sealed."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from djflow.core.ids import PersonId, UnitId
from djflow.people.model import PersonStatus
from djflow.people.personnel.model import Personal, Related
from djflow.people.tables import KinshipRow, PersonRow

_CHUNK = 500
_COLUMNS = (
    PersonRow.id, PersonRow.code, PersonRow.unit_id, PersonRow.gender, PersonRow.rank_level, PersonRow.is_leader,
    PersonRow.status, PersonRow.skills, PersonRow.birth_year_month, PersonRow.party_member_since,
    PersonRow.native_place,
)  # fmt: skip
_GONE = (PersonStatus.RETIRED, PersonStatus.LEFT)


def persons(session: Session, ids: Collection[str]) -> tuple[Personal, ...]:
    """Return persons by code; unknown ids are left out."""
    return _read(session, PersonRow.id, sorted(set(ids)))


def staff(session: Session, units: Collection[str]) -> tuple[Personal, ...]:
    """Return everybody of some units who has not gone, by code."""
    return tuple(one for one in _read(session, PersonRow.unit_id, sorted(set(units))) if one.status not in _GONE)


def _read(session: Session, column: InstrumentedAttribute[str], wanted: Sequence[str]) -> tuple[Personal, ...]:
    found = [
        Personal(PersonId(key), code, UnitId(unit), *rest)
        for start in range(0, len(wanted), _CHUNK)
        for key, code, unit, *rest in session.execute(
            select(*_COLUMNS).where(column.in_(wanted[start : start + _CHUNK]))
        )
    ]
    return tuple(sorted(found, key=lambda one: one.code))


def kin(session: Session, ids: Collection[str]) -> Mapping[PersonId, tuple[Related, ...]]:
    """Return the relatives of persons who have some, by the relative's id."""
    wanted, found = sorted(set(ids)), dict[PersonId, list[Related]]()
    ends = ((KinshipRow.person_id, KinshipRow.relative_id), (KinshipRow.relative_id, KinshipRow.person_id))
    for mine, other in ends:
        query = select(mine, other, PersonRow.unit_id, KinshipRow.relation).join(PersonRow, PersonRow.id == other)
        for start in range(0, len(wanted), _CHUNK):
            for person, relative, unit, relation in session.execute(
                query.where(mine.in_(wanted[start : start + _CHUNK]))
            ):
                found.setdefault(PersonId(person), []).append(Related(PersonId(relative), UnitId(unit), relation))
    return {key: tuple(sorted(of, key=lambda one: one.person)) for key, of in found.items()}
