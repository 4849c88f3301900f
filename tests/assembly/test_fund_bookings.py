"""Money recorded by finance is booked when the cashier confirms it, once, by two different people, or not at all."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime

import pytest

from djflow.accounts import hashing
from djflow.accounts import service as accounts
from djflow.accounts.model import Account, NewAccount, Role
from djflow.assembly import fund_bookings, fund_books, gifts, treasury
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.fund.bookings.model import BookingId, BookingState
from djflow.fund.donations.model import DonationState, Donor, DonorKind, Pledge
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.finding import Search
from djflow.fund.ledger.model import ReasonCode, Reversal, TransferId

ROLES = {
    "kuaiji": ("A01", {Role.FINANCE_CLERK}),
    "chuna": ("A02", {Role.CASHIER}),
    "chuna-a01": ("A01", {Role.CASHIER}),
    "both": ("A03", {Role.FINANCE_CLERK, Role.CASHIER}),
    "buzhang": ("A04", {Role.DEPT_MINISTER}),
}


@pytest.fixture
def staff(house: House, ids: Mapping[str, PersonId]) -> dict[str, Account]:
    """An accountant, a cashier, the accountant's second account, somebody with both offices, a leader."""
    assert ids
    with house.transaction() as session:
        return {
            login: accounts.create(
                session, NewAccount(login, frozenset(roles), person), hashing.nobodys_hash(), by="t", now=house.now()
            )
            for login, (person, roles) in ROLES.items()
        }


def income(house: House, staff: Mapping[str, Account], voucher: str = "B1", fen: int = 100_00) -> BookingId:
    """Let finance record money of the treasury."""
    return fund_bookings.record_income(house, "fiscal", fen, voucher, None, by=staff["kuaiji"]).id


def free(house: House) -> int:
    """Return what is available in all."""
    return fund_books.source_sums(treasury.balances(house))[-1].available_fen


def test_money_is_booked_when_the_cashier_confirms(house: House, staff: Mapping[str, Account]) -> None:
    """Recorded money is in no account; confirmed it is, with both names in the books, and a second time is refused."""
    booking = income(house, staff)
    assert (free(house), len(fund_bookings.waiting(house))) == (0, 1)
    done = fund_bookings.confirm(house, booking, by=staff["chuna"])
    assert (done.state, free(house), fund_bookings.waiting(house)) == (BookingState.CONFIRMED, 100_00, ())
    line = fund_books.search(house, Search())[0]
    assert (line.recorded, line.confirmed, line.transfer.voucher) == ("kuaiji", "chuna", "B1")
    with pytest.raises(ConflictError, match="已入账"):
        fund_bookings.confirm(house, booking, by=staff["chuna"])
    assert free(house) == 100_00
    with house.reading() as session:
        acts = [entry.action for entry in audit.history(session, done.subject)]
    assert acts == ["booking.record", "booking.confirm"]


def test_one_of_many_confirmations_books(house: House, staff: Mapping[str, Account]) -> None:
    """Eight clicks at once: one books, the others hear that it is booked already."""
    booking = income(house, staff)

    def clicked(_: int) -> str:
        try:
            fund_bookings.confirm(house, booking, by=staff["chuna"])
        except ConflictError as error:
            return error.code
        return "booked"

    with ThreadPoolExecutor(8) as threads:
        outcomes = sorted(threads.map(clicked, range(8)))
    assert outcomes == ["booked", *["booking.decided"] * 7]
    assert (free(house), treasury.verify(house).head.seq) == (100_00, 1)


def test_nobody_records_and_confirms(house: House, staff: Mapping[str, Account]) -> None:
    """Not under a second account, not with both offices, not a leader; nothing is booked by any of them."""
    booking = income(house, staff)
    for login, sentence in (
        ("kuaiji", "分设"),
        ("chuna-a01", "两个人"),
        ("both", "分设"),
        ("buzhang", "出纳"),
    ):
        with pytest.raises(RuleError, match=sentence):
            fund_bookings.confirm(house, booking, by=staff[login])
    for login in ("chuna", "both", "buzhang"):
        with pytest.raises(RuleError, match="财务人员"):
            fund_bookings.record_income(house, "fiscal", 1, "B2", None, by=staff[login])
    assert free(house) == 0
    with house.transaction() as session:
        accounts.set_disabled(session, staff["kuaiji"].id, disabled=True, by="t", now=house.now())
    with pytest.raises(RuleError, match="停用"):
        fund_bookings.confirm(house, booking, by=staff["chuna"])


def test_a_booking_is_sent_back_or_taken_back(house: House, staff: Mapping[str, Account]) -> None:
    """The cashier sends back, the accountant takes back, others do neither; nothing is booked and it may be redone."""
    first = income(house, staff)
    with pytest.raises(RuleError):
        fund_bookings.refuse(house, first, by=staff["buzhang"])
    assert fund_bookings.refuse(house, first, by=staff["chuna"]).state is BookingState.REFUSED
    again = income(house, staff)
    assert fund_bookings.refuse(house, again, by=staff["kuaiji"]).state is BookingState.TAKEN_BACK
    with pytest.raises(ConflictError, match="已撤回"):
        fund_bookings.confirm(house, again, by=staff["chuna"])
    with pytest.raises(NotFoundError):
        fund_bookings.confirm(house, BookingId("0"), by=staff["chuna"])
    assert (free(house), len(fund_bookings.decided(house))) == (0, 2)


def test_one_paper_is_booked_once(house: House, staff: Mapping[str, Account]) -> None:
    """The same paper waits once, and once it is booked the same amount of it is refused."""
    booking = income(house, staff)
    with pytest.raises(ConflictError, match="等出纳复核"):
        income(house, staff)
    fund_bookings.confirm(house, booking, by=staff["chuna"])
    with pytest.raises(ConflictError, match="已经入过账"):
        income(house, staff)
    income(house, staff, voucher="B1-2")
    for voucher, fen, on, sentence in (
        (" ", 1, None, "凭证号"),
        ("B" * 61, 1, None, "60"),
        ("B9", 0, None, "大于零"),
        ("B9", 1, date(2026, 11, 19), "还没有到"),
    ):
        with pytest.raises(InputError, match=sentence):
            fund_bookings.record_income(house, "fiscal", fen, voucher, on, by=staff["kuaiji"])
    with pytest.raises(NotFoundError):
        fund_bookings.record_income(house, "nowhere", 1, "B9", None, by=staff["kuaiji"])


def test_a_mistake_is_taken_back_with_its_reason(house: House, staff: Mapping[str, Account]) -> None:
    """In part, never more than is left, and the line that takes back cannot be taken back itself."""
    fund_bookings.confirm(house, income(house, staff), by=staff["chuna"])
    wrong = fund_books.search(house, Search())[0].transfer.id
    record = fund_bookings.record_reversal
    with pytest.raises(RuleError, match=r"100\.00"):
        record(house, wrong, 100_01, ReasonCode.MISTAKE, by=staff["kuaiji"])
    booking = record(house, wrong, 30_00, ReasonCode.MISTAKE, voucher="更正1", by=staff["kuaiji"])
    fund_bookings.confirm(house, booking.id, by=staff["chuna"])
    assert free(house) == 70_00
    sheet = fund_books.life(house, wrong)
    assert ([one.reason for one in sheet.taken_back], sheet.life.left_fen) == (["更正差错"], 70_00)
    with pytest.raises(RuleError, match="只能冲回"):
        record(house, TransferId(sheet.taken_back[0].transfer.id), 1, ReasonCode.MISTAKE, by=staff["kuaiji"])


def test_a_booking_the_books_refuse_stays_waiting(house: House, staff: Mapping[str, Account]) -> None:
    """What the books do not allow any more is refused whole: the booking still waits and can be sent back."""
    fund_bookings.confirm(house, income(house, staff), by=staff["chuna"])
    wrong = fund_books.search(house, Search())[0].transfer.id
    booking = fund_bookings.record_reversal(house, wrong, 100_00, ReasonCode.MISTAKE, by=staff["kuaiji"])
    half = Reversal("by-hand", wrong, ReasonCode.MISTAKE, 50_00)
    with house.transaction() as session:
        ledger.reverse(session, half, by="account:a", second="account:b", now=house.now())
    with pytest.raises(RuleError):
        fund_bookings.confirm(house, booking.id, by=staff["chuna"])
    assert [one.booking.id for one in fund_bookings.waiting(house)] == [booking.id]
    assert free(house) == 50_00


def test_a_year_is_closed_by_two(house: House, staff: Mapping[str, Account]) -> None:
    """Only the year whose turn it is; closed when the cashier has confirmed."""
    fund_bookings.confirm(house, income(house, staff), by=staff["chuna"])
    with pytest.raises(RuleError, match="没有可以结账"):
        fund_bookings.record_year_end(house, 2026, by=staff["kuaiji"])
    later = replace(house, clock=FixedClock(datetime.fromisoformat("2027-01-05T09:00+08:00")))
    with pytest.raises(RuleError, match="2026"):
        fund_bookings.record_year_end(later, 2025, by=staff["kuaiji"])
    booking = fund_bookings.record_year_end(later, 2026, by=staff["kuaiji"])
    assert fund_bookings.waiting(later)[0].about == "2026年"
    fund_bookings.confirm(later, booking.id, by=staff["chuna"])
    closed, next_year = fund_books.years(later)
    assert (list(closed), next_year) == ([2026], None)


def test_a_donation_comes_and_goes_by_two(house: House, staff: Mapping[str, Account]) -> None:
    """Its arrival and its refund each wait for the cashier; what is neither pledged nor there is refused at once."""
    made = gifts.pledge(house, Pledge("k", Donor(DonorKind.UNIT, "某某公司"), 80_00), by="cli")
    with pytest.raises(RuleError):
        fund_bookings.record_refund(house, made.number, by=staff["kuaiji"])
    came = fund_bookings.record_gift(house, made.number, "S1", None, by=staff["kuaiji"])
    with pytest.raises(ConflictError):
        fund_bookings.record_gift(house, made.number, "S1", None, by=staff["kuaiji"])
    fund_bookings.confirm(house, came.id, by=staff["chuna"])
    assert gifts.find(house, made.number).state is DonationState.RECEIVED
    assert fund_books.search(house, Search())[0].about == f"捐款 {made.number}"
    back = fund_bookings.record_refund(house, made.number, by=staff["kuaiji"])
    fund_bookings.confirm(house, back.id, by=staff["chuna"])
    assert (gifts.find(house, made.number).state, free(house)) == (DonationState.REFUNDED, 0)
