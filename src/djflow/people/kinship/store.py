"""Reads the whole register and takes pairs out of it."""

from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from djflow.core.ids import PersonId
from djflow.people.model import KinshipEntry
from djflow.people.tables import KinshipRow, PersonRow


def register(session: Session) -> tuple[KinshipEntry, ...]:
    """Return every pair once, the smaller personal code first, by codes."""
    first, second = aliased(PersonRow), aliased(PersonRow)
    query = select(KinshipRow, first.code, second.code)
    query = query.join(first, first.id == KinshipRow.person_id).join(second, second.id == KinshipRow.relative_id)
    pairs = [
        (sorted(((code, row.person_id), (other, row.relative_id))), row.relation)
        for row, code, other in session.execute(query)
    ]
    pairs.sort(key=itemgetter(0))
    return tuple(KinshipEntry(PersonId(one[1]), PersonId(other[1]), relation) for (one, other), relation in pairs)


def strike(session: Session, person: PersonId, relative: PersonId) -> bool:
    """Take a pair out, whichever of the two is named first; False when it was not in."""
    row = session.get(KinshipRow, tuple(sorted((person, relative))))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True
