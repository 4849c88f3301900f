"""Reads and writes bookings; one is decided by an update that names the state it comes from."""

from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from djflow.accounts.model import AccountId
from djflow.core.ids import new_id
from djflow.fund.bookings.model import Booking, BookingId, BookingKind, BookingState, NewBooking
from djflow.fund.bookings.tables import FundBookingRow

_FRESH = {"populate_existing": True}


def add(session: Session, new: NewBooking, *, by: AccountId, now: datetime) -> Booking:
    """Add a booking that waits."""
    row = FundBookingRow(
        id=new_id(now),
        kind=new.kind,
        about=new.about,
        amount_fen=new.amount_fen,
        voucher=new.voucher,
        booked_on=new.booked_on,
        reason=new.reason,
        state=BookingState.WAITING,
        recorded_by=by,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    return _booking(row)


def booking(session: Session, booking_id: BookingId) -> Booking | None:
    """Return a booking as it stands now."""
    row = session.scalar(select(FundBookingRow).where(FundBookingRow.id == booking_id).execution_options(**_FRESH))
    return _booking(row) if row else None


def waiting(session: Session, kind: BookingKind | None = None, about: str = "") -> tuple[Booking, ...]:
    """Return bookings that wait, oldest first; of one kind about one thing when given."""
    query = select(FundBookingRow).where(FundBookingRow.state == BookingState.WAITING)
    if kind is not None:
        query = query.where(FundBookingRow.kind == kind, FundBookingRow.about == about)
    return tuple(_booking(row) for row in session.scalars(query.order_by(FundBookingRow.recorded_at)))


def decided(session: Session, *, count: int) -> tuple[Booking, ...]:
    """Return the bookings decided last, newest first."""
    query = select(FundBookingRow).where(FundBookingRow.state != BookingState.WAITING)
    query = query.order_by(FundBookingRow.decided_at.desc(), FundBookingRow.id.desc()).limit(count)
    return tuple(_booking(row) for row in session.scalars(query))


def decide(session: Session, booking_id: BookingId, state: BookingState, *, by: AccountId, now: datetime) -> bool:
    """Move a waiting booking; return whether it still waited."""
    query = update(FundBookingRow).where(FundBookingRow.id == booking_id, FundBookingRow.state == BookingState.WAITING)
    values = query.values(state=state, decided_by=by, decided_at=now)
    result = session.execute(values.execution_options(synchronize_session=False))
    return isinstance(result, CursorResult) and result.rowcount == 1


def _booking(row: FundBookingRow) -> Booking:
    new = NewBooking(row.kind, row.about, row.amount_fen, row.voucher, row.booked_on, row.reason)
    return Booking(
        id=BookingId(row.id),
        new=new,
        state=row.state,
        recorded_by=AccountId(row.recorded_by),
        recorded_at=row.recorded_at,
        decided_by=AccountId(row.decided_by) if row.decided_by else None,
        decided_at=row.decided_at,
    )
