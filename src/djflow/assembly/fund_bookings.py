"""Money that one of finance records and the cashier confirms, each logged in: booked only when both have spoken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Role
from djflow.assembly import treasury
from djflow.assembly.house import House
from djflow.core.errors import InputError, RuleError
from djflow.core.money import yuan
from djflow.core.subject import Subject
from djflow.fund.bookings import service
from djflow.fund.bookings.model import Booking, BookingId, BookingKind, NewBooking
from djflow.fund.donations import service as donations
from djflow.fund.donations.model import KIND as GIFT
from djflow.fund.ledger import inquiry
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.finding import Life
from djflow.fund.ledger.model import AccountCode, Incoming, ReasonCode, Reversal, TransferId, TransferKind


@dataclass(frozen=True, slots=True)
class Waiting:
    """A booking as the pages show it: what it is about in words, who recorded it, who decided it."""

    booking: Booking
    about: str
    recorded: str
    decided: str


@dataclass(frozen=True, slots=True)
class _Hands:
    by: str
    second: str
    now: datetime


def record_income(
    house: House, account: str, amount_fen: int, voucher: str, on: date | None, *, by: Account
) -> Booking:
    """Record money that arrived.

    Raises: NotFoundError, InputError, RuleError, ConflictError.
    """
    new = NewBooking(BookingKind.INCOME, account, amount_fen, voucher.strip(), _not_later(house, on))
    with house.transaction() as session:
        _require_recorder(by)
        ledger.balance_of(session, AccountCode(account))
        return service.record(session, new, by=by, now=house.now())


def record_reversal(
    house: House, transfer: TransferId, amount_fen: int, reason: ReasonCode, *, voucher: str = "", by: Account
) -> Booking:
    """Record that booked income is to be taken back, whole or in part, for a reason.

    Raises: NotFoundError; RuleError for what cannot be taken back; ConflictError.
    """
    new = NewBooking(BookingKind.REVERSAL, transfer, amount_fen, voucher.strip(), reason=reason)
    with house.transaction() as session:
        _require_recorder(by)
        found = inquiry.life(session, transfer)
        if not by_hand(found):
            raise RuleError(
                "这里只能冲回没有全部冲回的到账：捐款请办退还，付款请办追回，预留由申请撤回时释放。",
                code="ledger.not_reversible",
            )
        if amount_fen > found.left_fen:
            raise RuleError(f"这笔账还能冲回 {yuan(found.left_fen)} 元，不能更多。", code="ledger.not_reversible")
        return service.record(session, new, by=by, now=house.now())


def by_hand(found: Life) -> bool:
    """Return whether something of a transfer may be taken back here: income, whose donation or case has no own act."""
    one = found.transfer
    return found.reversible and one.kind is TransferKind.SINGLE and one.subject.kind != GIFT


def record_year_end(house: House, year: int, *, by: Account) -> Booking:
    """Record that a year is to be closed.

    Raises: RuleError for a year whose turn it is not; ConflictError.
    """
    with house.transaction() as session:
        _require_recorder(by)
        wanted = inquiry.next_year_to_close(session, house.today())
        if year != wanted:
            sentence = f"现在可以结的是{wanted}年的账。" if wanted else "现在没有可以结账的年份。"
            raise RuleError(sentence, code="ledger.year_order")
        return service.record(session, NewBooking(BookingKind.YEAR_END, str(year)), by=by, now=house.now())


def record_gift(house: House, number: str, voucher: str, on: date | None, *, by: Account) -> Booking:
    """Record that a pledged donation arrived.

    Raises: NotFoundError, InputError, RuleError, ConflictError.
    """
    with house.transaction() as session:
        _require_recorder(by)
        found = donations.show(session, number)
        donations.require_receivable(found)
        new = NewBooking(BookingKind.DONATION, number, found.amount_fen, voucher.strip(), _not_later(house, on))
        return service.record(session, new, by=by, now=house.now())


def record_refund(house: House, number: str, *, by: Account) -> Booking:
    """Record that a donation is to be given back.

    Raises: NotFoundError, RuleError, ConflictError.
    """
    with house.transaction() as session:
        _require_recorder(by)
        found = donations.show(session, number)
        donations.require_refundable(found)
        return service.record(session, NewBooking(BookingKind.REFUND, number, found.amount_fen), by=by, now=house.now())


def _not_later(house: House, on: date | None) -> date | None:
    if on is not None and on > house.today():
        raise InputError("到账日期还没有到：请核对日期。", code="booking.date")
    return on


def _require_recorder(by: Account) -> None:
    if Role.FINANCE_CLERK not in by.roles or Role.CASHIER in by.roles:
        raise RuleError("登记由财务人员办，复核由出纳办；同时有两种岗位的账号都不能办。", code="ledger.role")


def confirm(house: House, booking_id: BookingId, *, by: Account) -> Booking:
    """Confirm a booking as the cashier and book it, in one transaction.

    Raises: NotFoundError; RuleError for the same person or a missing role; ConflictError when it was decided; what the
    books refuse.
    """
    with house.transaction() as session:
        booking = service.waiting_one(session, booking_id)
        if Role.FINANCE_CLERK in by.roles:
            raise RuleError("会计、出纳须分设：同时有两种岗位的账号不能复核。", code="ledger.role")
        first = accounts.account_of(session, booking.recorded_by)
        treasury.require_two_hands(first, by)
        _BOOKED[booking.new.kind](session, booking, _Hands(first.actor, by.actor, house.now()))
        return service.confirm(session, booking, by=by, now=house.now())


def refuse(house: House, booking_id: BookingId, *, by: Account) -> Booking:
    """Send a booking back as the cashier, or take back one's own.

    Raises: NotFoundError; RuleError for anybody else; ConflictError when it was decided.
    """
    with house.transaction() as session:
        booking = service.waiting_one(session, booking_id)
        if booking.recorded_by != by.id and Role.CASHIER not in by.roles:
            raise RuleError("只有登记人可以撤回、出纳可以退回。", code="ledger.role")
        return service.refuse(session, booking, by=by, now=house.now())


def _income(session: Session, booking: Booking, hands: _Hands) -> None:
    new = booking.new
    incoming = Incoming(
        booking.key, AccountCode(new.about), new.amount_fen, booking_subject(booking), new.voucher, new.booked_on
    )
    ledger.receive(session, incoming, by=hands.by, second=hands.second, now=hands.now)


def booking_subject(booking: Booking) -> Subject:
    """Return what the books call income that was recorded as a booking."""
    return Subject("fund.income", booking.id)


def _reversal(session: Session, booking: Booking, hands: _Hands) -> None:
    new = booking.new
    if new.reason is None:
        raise InputError("请选冲回的原因。", code="booking.reason")
    reversal = Reversal(booking.key, TransferId(new.about), new.reason, new.amount_fen, new.voucher, new.booked_on)
    ledger.reverse(session, reversal, by=hands.by, second=hands.second, now=hands.now)


def _year_end(session: Session, booking: Booking, hands: _Hands) -> None:
    ledger.year_end(session, int(booking.new.about), by=hands.by, second=hands.second, now=hands.now)


def _gift(session: Session, booking: Booking, hands: _Hands) -> None:
    found = donations.show(session, booking.new.about)
    donations.receive(
        session,
        found.id,
        by=hands.by,
        second=hands.second,
        now=hands.now,
        voucher=booking.new.voucher,
        booked_on=booking.new.booked_on,
    )


def _refund(session: Session, booking: Booking, hands: _Hands) -> None:
    found = donations.show(session, booking.new.about)
    donations.refund(session, found.id, by=hands.by, second=hands.second, now=hands.now)


_BOOKED: Mapping[BookingKind, Callable[[Session, Booking, _Hands], None]] = MappingProxyType(
    {
        BookingKind.INCOME: _income,
        BookingKind.REVERSAL: _reversal,
        BookingKind.YEAR_END: _year_end,
        BookingKind.DONATION: _gift,
        BookingKind.REFUND: _refund,
    }
)


def waiting(house: House) -> tuple[Waiting, ...]:
    """Return what waits for the cashier, oldest first."""
    with house.reading() as session:
        return _shown(session, service.waiting(session))


def decided(house: House) -> tuple[Waiting, ...]:
    """Return what was decided last, newest first."""
    with house.reading() as session:
        return _shown(session, service.decided(session))


def waits(house: House, kind: BookingKind, about: str) -> Booking | None:
    """Return the booking of a kind about one thing that waits, if any."""
    with house.reading() as session:
        return service.waiting_about(session, kind, about)


def _shown(session: Session, found: tuple[Booking, ...]) -> tuple[Waiting, ...]:
    logins = {one.id: one.login for one in accounts.accounts(session)} if found else {}
    names = {one.account.code: one.account.name for one in ledger.balances(session)} if found else {}
    return tuple(
        Waiting(
            one,
            _about(session, one, names),
            logins.get(one.recorded_by, ""),
            logins.get(one.decided_by, "") if one.decided_by else "",
        )
        for one in found
    )


def _about(session: Session, booking: Booking, names: Mapping[AccountCode, str]) -> str:
    about = booking.new.about
    if booking.new.kind is BookingKind.INCOME:
        return names.get(AccountCode(about), about)
    if booking.new.kind is BookingKind.REVERSAL:
        return f"第{inquiry.life(session, TransferId(about)).transfer.seq}笔"
    return f"{about}年" if booking.new.kind is BookingKind.YEAR_END else f"捐款 {about}"
