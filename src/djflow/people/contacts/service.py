"""Where people can be reached."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from djflow.core.ids import PersonId
from djflow.people.contacts import store
from djflow.people.model import ContactKind


def addresses_for_delivery(session: Session, ids: Collection[str], kind: ContactKind) -> Mapping[PersonId, str]:
    """Return addresses of a kind in the clear for the sender; whoever has none is missing."""
    return store.addresses(session, ids, kind)
