"""Reads and writes wishes."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from djflow.notify.store import chunks
from djflow.notify.tables import QuietWishRow
from djflow.notify.wishes.model import Quiet


def quiet(session: Session, recipients: Collection[str]) -> dict[str, Quiet]:
    """Return wishes by recipient; whoever has none is missing."""
    found: dict[str, Quiet] = {}
    for part in chunks(sorted(recipients)):
        rows = session.scalars(select(QuietWishRow).where(QuietWishRow.recipient.in_(part)))
        found |= {row.recipient: Quiet(row.quiet_from, row.quiet_to) for row in rows}
    return found


def put_quiet(session: Session, recipient: str, wish: Quiet, *, now: datetime) -> None:
    """Keep a wish in place of an earlier one."""
    session.merge(QuietWishRow(recipient=recipient, quiet_from=wish.quiet_from, quiet_to=wish.quiet_to, at=now))
    session.flush()


def drop_quiet(session: Session, recipient: str) -> None:
    """Forget a wish."""
    session.execute(delete(QuietWishRow).where(QuietWishRow.recipient == recipient))
