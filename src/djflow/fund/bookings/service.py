"""What is asked of bookings: record one, decide it once, list those that wait. What is booked is the caller's act.

The record of changes is held first, as by every act of the fund: two decisions of one booking queue there.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import Account, Role
from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.fund.bookings import store
from djflow.fund.bookings.model import (
    KIND_WORDS,
    STATE_WORDS,
    Booking,
    BookingId,
    BookingKind,
    BookingState,
    NewBooking,
)
from djflow.fund.ledger import inquiry
from djflow.inbox import service as inbox
from djflow.inbox.model import Address, ItemKind, NewItem

PAGE = "/desk/fund/money"
"""Where the second person finds what waits."""


def record(session: Session, new: NewBooking, *, by: Account, now: datetime) -> Booking:
    """Record what the second person shall confirm.

    Raises: ConflictError when the same already waits, or money with this paper and amount was booked before.
    """
    audit.hold(session)
    standing = store.waiting(session, new.kind, new.about)
    if new.kind is BookingKind.INCOME:
        standing = tuple(one for one in standing if one.new.voucher == new.voucher)
    if standing:
        raise ConflictError(
            f"已有一笔同样的“{KIND_WORDS[new.kind]}”在等出纳复核：请先复核或撤回那一笔。", code="booking.waiting"
        )
    if new.kind is BookingKind.INCOME and inquiry.is_booked(session, new.about, new.voucher, new.amount_fen):
        raise ConflictError(
            "这张凭证、这个金额已经入过账：请核对；确实是两笔的，凭证号后面加上序号。", code="booking.voucher_used"
        )
    made = store.add(session, new, by=by.id, now=now)
    title = f"有一笔“{KIND_WORDS[new.kind]}”等您复核"
    inbox.post_item(session, NewItem(ItemKind.BOOKING, made.subject, Address(role=Role.CASHIER), title, PAGE), now=now)
    _note(session, made, "booking.record", by=by, now=now)
    return made


def waiting_one(session: Session, booking_id: BookingId) -> Booking:
    """Return a booking that waits.

    Raises: NotFoundError; ConflictError when it was decided.
    """
    audit.hold(session)
    found = store.booking(session, booking_id)
    if found is None:
        raise NotFoundError("没有这笔待复核的登记：请刷新后重选。", code="booking.unknown")
    if found.state is not BookingState.WAITING:
        raise ConflictError(f"这笔登记{STATE_WORDS[found.state]}，没有再办：请刷新后查看。", code="booking.decided")
    return found


def confirm(session: Session, booking: Booking, *, by: Account, now: datetime) -> Booking:
    """Note that the second person confirmed a booking, in the transaction that books it.

    Raises: RuleError for who recorded it; ConflictError when it was decided.
    """
    if booking.recorded_by == by.id:
        raise RuleError("记账和复核必须是两个人：请由另一个人复核。", code="ledger.two_persons")
    return _decide(session, booking, BookingState.CONFIRMED, "booking.confirm", by=by, now=now)


def refuse(session: Session, booking: Booking, *, by: Account, now: datetime) -> Booking:
    """Send a booking back unbooked; whoever recorded it takes it back."""
    state = BookingState.TAKEN_BACK if booking.recorded_by == by.id else BookingState.REFUSED
    return _decide(session, booking, state, "booking.refuse", by=by, now=now)


def waiting(session: Session) -> tuple[Booking, ...]:
    """Return bookings that wait for the second person, oldest first."""
    return store.waiting(session)


def waiting_about(session: Session, kind: BookingKind, about: str) -> Booking | None:
    """Return the booking of a kind about one thing that waits, if any."""
    return next(iter(store.waiting(session, kind, about)), None)


def decided(session: Session, *, count: int = 20) -> tuple[Booking, ...]:
    """Return the bookings decided last, newest first."""
    return store.decided(session, count=count)


def _decide(
    session: Session, booking: Booking, state: BookingState, action: str, *, by: Account, now: datetime
) -> Booking:
    if not store.decide(session, booking.id, state, by=by.id, now=now):
        raise ConflictError("刚被别人办过，没有再办一次：请刷新后查看。", code="booking.decided")
    inbox.settle(session, ItemKind.BOOKING, booking.subject, by=by.actor, now=now)
    _note(session, booking, action, by=by, now=now)
    found = store.booking(session, booking.id)
    return found or booking


def _note(session: Session, booking: Booking, action: str, *, by: Account, now: datetime) -> None:
    details: Details = {
        "kind": booking.new.kind.value,
        "about": booking.new.about,
        "amount_fen": booking.new.amount_fen,
    }
    audit.record(session, booking.subject, action, by=by.actor, now=now, details=details)
