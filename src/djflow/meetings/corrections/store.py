"""Reads and writes corrections, and the seats they change."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.meetings.corrections.model import Corrected, Correction
from djflow.meetings.corrections.tables import MeetingCorrectionRow
from djflow.meetings.invitations.model import Seat, SeatId
from djflow.meetings.invitations.tables import MeetingSeatRow

_REASON = "meeting_correction.reason"


def put(session: Session, after: Seat, made: Correction, *, by: str, now: datetime) -> None:
    """Write a seat as it stands after a correction, and why."""
    row = session.get_one(MeetingSeatRow, after.id, populate_existing=True)
    row.signed_id, row.signed_at = after.signed, after.signed_at
    row.reply, row.grant_state, row.substitute_id = after.reply, after.grant, after.substitute
    key = new_id(now)
    sealed = sealing_vault(session).seal(made.reason, context=f"{_REASON}:{key}")
    noted = MeetingCorrectionRow(id=key, seat_id=after.id, presence=made.presence, reason=sealed, by=by, at=now)
    session.add(noted)
    session.flush()


def corrections(session: Session, seats: Collection[SeatId]) -> tuple[Corrected, ...]:
    """Return the corrections of seats, oldest first."""
    query = select(MeetingCorrectionRow).where(MeetingCorrectionRow.seat_id.in_(sorted(seats)))
    vault = vault_of(session)
    return tuple(
        Corrected(SeatId(row.seat_id), row.presence, row.at, vault.open(row.reason, context=f"{_REASON}:{row.id}"))
        for row in session.scalars(query.order_by(MeetingCorrectionRow.id))
    )
