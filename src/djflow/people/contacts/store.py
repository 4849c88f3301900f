"""Opens the addresses messages go to."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId
from djflow.db.session import vault_of
from djflow.people.model import ContactKind
from djflow.people.tables import ContactRow

_CHUNK = 500


def addresses(session: Session, ids: Collection[str], kind: ContactKind) -> Mapping[PersonId, str]:
    """Return each person's address of a kind, the preferred one, else the oldest; whoever has none is missing."""
    vault = vault_of(session)
    found: dict[PersonId, str] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        part = ordered[start : start + _CHUNK]
        query = select(ContactRow.person_id, ContactRow.id, ContactRow.address)
        query = query.where(ContactRow.person_id.in_(part), ContactRow.kind == kind)
        for person, row_id, sealed in session.execute(query.order_by(ContactRow.preferred.desc(), ContactRow.id)):
            if person not in found:
                found[PersonId(person)] = vault.open(sealed, context=f"contact.address:{row_id}")
    return found
