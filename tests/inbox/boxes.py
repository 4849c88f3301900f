"""Reading every item of the house, whoever it is for."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.inbox.model import Item
from djflow.inbox.store import item_of
from djflow.inbox.tables import DeskItemRow


def items_of(session: Session) -> tuple[Item, ...]:
    """Return all items, oldest first."""
    return tuple(item_of(row) for row in session.scalars(select(DeskItemRow).order_by(DeskItemRow.id)))
