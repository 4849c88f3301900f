"""The books on both kinds of database: in, reserved, paid, released, taken back, closed."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.subject import Subject
from djflow.fund.ledger import service
from djflow.fund.ledger.model import (
    GENESIS,
    AccountCode,
    Claim,
    FundAccount,
    FundSource,
    Head,
    Incoming,
    NoBudget,
    ReasonCode,
    Recovery,
    Reservation,
    ReservationState,
    Reversal,
    TransferId,
)
from tests.fund.ledger.books import (
    ACCOUNTANT,
    CASHIER,
    DONATED,
    DUES,
    FISCAL,
    NOW,
    RAISED,
    SICK,
    claim,
    earmark,
    figures,
    give,
    paid,
    reserved,
)

NEXT_YEAR = datetime(2027, 1, 5, 1, 0, tzinfo=NOW.tzinfo)


def test_a_new_house_has_the_four_sources_and_empty_books(session: Session) -> None:
    """The four sources have an account each, nothing is in them, and the proof holds."""
    assert [one.account.name for one in service.balances(session)] == ["财政拨款", "党费划拨", "党组织募集", "党员捐赠"]
    assert service.head(session) == Head(0, GENESIS)
    assert service.verify(session).intact


def test_money_goes_in_is_reserved_and_paid(session: Session) -> None:
    """Each step moves exactly its figures, writes into the record, and the proof holds."""
    give(session, 1_000_00)
    held = reserved(session, 300_00)
    assert figures(session) == (1_000_00, 300_00, 0)
    done = service.post(session, held.key, key="pay-1", by=CASHIER, now=NOW, voucher="B9")
    assert (done.state, done.amount_fen, len(done.payments)) == (ReservationState.PAID, 300_00, 1)
    assert figures(session) == (1_000_00, 0, 300_00)
    about = service.history(session, held.subject)
    assert [one.kind.value for one in about] == ["pending", "post"]
    assert audit.history(session, Subject("fund.transfer", about[1].id))[0].action == "ledger.post"
    found = service.verify(session)
    assert found.intact
    assert found.head == service.head(session)
    assert found.head.seq == 3


def test_what_is_released_can_be_reserved_again(session: Session) -> None:
    """Releasing gives the whole amount back; released money cannot be paid, released twice is once."""
    give(session, 500_00)
    reserved(session, 500_00)
    for _ in range(2):
        done = service.void(session, "case-1", key="x-1", reason=ReasonCode.WITHDRAWN, by=ACCOUNTANT, now=NOW)
        assert done.state is ReservationState.RELEASED
    with pytest.raises(ConflictError, match="已经释放"):
        service.post(session, "case-1", key="pay-1", by=CASHIER, now=NOW)
    assert reserved(session, 500_00, 2).amount_fen == 500_00
    assert service.open_claims(session) == ("case-2",)


def test_paid_money_is_not_released_and_not_paid_again(session: Session) -> None:
    """The same payment reported twice is booked once; a second payment or a release is refused."""
    give(session, 500_00)
    first = paid(session, 200_00)
    assert service.post(session, first.key, key="pay-1", by=CASHIER, now=NOW) == first
    with pytest.raises(ConflictError, match="已经付出"):
        service.post(session, first.key, key="pay-again", by=CASHIER, now=NOW)
    with pytest.raises(ConflictError, match="已经付出"):
        service.void(session, first.key, key="x-1", reason=ReasonCode.EXPIRED, by=ACCOUNTANT, now=NOW)
    assert figures(session) == (500_00, 0, 200_00)


def test_without_money_nothing_is_reserved(session: Session) -> None:
    """The answer says what there is; a part is never reserved."""
    give(session, 100_00, FISCAL)
    give(session, 50_00, DUES, key="in-2")
    assert service.reserve(session, claim(150_01), by=ACCOUNTANT, now=NOW) == NoBudget(150_01, 150_00)
    assert service.reservation(session, "case-1") is None
    assert reserved(session, 150_00).amount_fen == 150_00


def test_money_given_for_a_purpose_is_used_first_and_the_oldest_of_it(session: Session) -> None:
    """A claim takes earmarked money of its category, the oldest first, then the sources in order; others' is left."""
    young = earmark(session, "b", SICK, now=NOW + timedelta(days=1))
    old = earmark(session, "c", SICK)
    other = earmark(session, "a", "VETERAN")
    for number, account in enumerate((young, old, other, FISCAL, DONATED), start=1):
        give(session, 100_00, account, key=f"in-{number}")
    held = reserved(session, 350_00, category=SICK)
    assert [(part.account, part.amount_fen) for part in held.parts] == [
        (old, 100_00),
        (young, 100_00),
        (FISCAL, 100_00),
        (DONATED, 50_00),
    ]
    service.post(session, held.key, key="pay-1", by=CASHIER, now=NOW)
    assert figures(session, DONATED) == (100_00, 0, 50_00)
    assert figures(session, other) == (100_00, 0, 0)
    assert service.verify(session).intact


def test_a_claim_may_name_its_accounts(session: Session) -> None:
    """Named accounts are used in the order named, and no others; an unknown one is refused."""
    give(session, 100_00, FISCAL)
    give(session, 100_00, RAISED, key="in-2")
    wanted = Claim("case-1", Subject("fund.application", "a1"), 120_00, accounts=(RAISED, FISCAL))
    held = service.reserve(session, wanted, by=ACCOUNTANT, now=NOW)
    assert isinstance(held, Reservation)
    assert [part.account for part in held.parts] == [RAISED, FISCAL]
    with pytest.raises(NotFoundError, match="没有账户 gold"):
        service.reserve(
            session, Claim("c2", wanted.subject, 1, accounts=(AccountCode("gold"),)), by=ACCOUNTANT, now=NOW
        )


def test_a_key_is_used_for_one_thing(session: Session) -> None:
    """Asked twice with one key, an act is done once; the same key for something else is refused."""
    first = give(session, 100_00)
    assert give(session, 100_00) == first
    with pytest.raises(ConflictError, match="编号已经用在"):
        give(session, 100_01)
    held = reserved(session, 40_00)
    assert reserved(session, 40_00) == held
    with pytest.raises(ConflictError, match="编号已经用在"):
        reserved(session, 41_00)
    assert service.head(session).seq == 2


@pytest.mark.parametrize("second", ["", ACCOUNTANT])
def test_one_person_alone_books_no_income_and_takes_nothing_back(session: Session, second: str) -> None:
    """Who records money and who confirms it differ, and so do the two who take something back."""
    first = give(session, 100_00)
    with pytest.raises(RuleError, match="两个人"):
        service.receive(
            session, Incoming("in-2", FISCAL, 1, Subject("fund.income", "x")), by=ACCOUNTANT, second=second, now=NOW
        )
    with pytest.raises(RuleError, match="两个人"):
        service.reverse(session, Reversal("r-1", first.id, ReasonCode.MISTAKE), by=ACCOUNTANT, second=second, now=NOW)
    with pytest.raises(RuleError, match="两个人"):
        service.year_end(session, 2026, by=ACCOUNTANT, second=second, now=NEXT_YEAR)


def test_a_mistaken_income_is_taken_back_once(session: Session) -> None:
    """Taken back in parts until nothing is left, never more, and never what is reserved."""
    first = give(session, 100_00)
    reserved(session, 30_00)

    def back(amount_fen: int | None, key: str) -> int:
        reversal = Reversal(key, first.id, ReasonCode.MISTAKE, amount_fen)
        return service.reverse(session, reversal, by=ACCOUNTANT, second=CASHIER, now=NOW).amount_fen

    assert back(20_00, "r-1") == 20_00
    assert back(20_00, "r-1") == 20_00
    assert figures(session) == (80_00, 30_00, 0)
    with pytest.raises(RuleError, match=r"只有 50\.00 元"):
        back(None, "r-2")
    with pytest.raises(RuleError, match=r"还能冲回 80\.00 元"):
        back(80_01, "r-3")
    service.void(session, "case-1", key="x-1", reason=ReasonCode.WITHDRAWN, by=ACCOUNTANT, now=NOW)
    assert back(None, "r-4") == 80_00
    assert back(None, "r-4") == 80_00
    with pytest.raises(RuleError, match="已经全部冲回"):
        back(None, "r-5")
    assert service.verify(session).intact


def test_paid_money_comes_back_to_the_account_it_came_from(session: Session) -> None:
    """A clawback in instalments comes back to the last share first and is available again."""
    give(session, 100_00, FISCAL)
    give(session, 100_00, DUES, key="in-2")
    paid(session, 150_00)

    def recover(amount_fen: int | None, key: str) -> list[tuple[str, int]]:
        recovery = Recovery(key, "case-1", ReasonCode.CLAWBACK, amount_fen)
        found = service.recover(session, recovery, by=ACCOUNTANT, second=CASHIER, now=NOW)
        return [(one.account, one.amount_fen) for one in found]

    assert recover(70_00, "r-1") == [(DUES, 50_00), (FISCAL, 20_00)]
    assert recover(70_00, "r-1") == [(DUES, 50_00), (FISCAL, 20_00)]
    with pytest.raises(RuleError, match="比还没有追回的多"):
        recover(80_01, "r-2")
    with pytest.raises(ConflictError):
        recover(71_00, "r-1")
    assert recover(None, "r-3") == [(FISCAL, 80_00)]
    with pytest.raises(RuleError, match="已经全部追回"):
        recover(None, "r-4")
    assert (figures(session), figures(session, DUES)) == ((100_00, 0, 0), (100_00, 0, 0))
    assert service.verify(session).intact


def test_only_income_and_payments_are_taken_back(session: Session) -> None:
    """A reservation is released, not reversed; what was taken back is not taken back again."""
    first = give(session, 100_00)
    held = reserved(session, 10_00)
    for transfer in (held.parts[0].transfer, _reverse(session, first.id, 1_00, "r-1")):
        with pytest.raises(RuleError, match="只有入账和付款可以冲回"):
            _reverse(session, transfer, None, "r-2")
    with pytest.raises(NotFoundError):
        _reverse(session, TransferId("0" * 32), None, "r-3")


def _reverse(session: Session, transfer: TransferId, amount_fen: int | None, key: str) -> TransferId:
    reversal = Reversal(key, transfer, ReasonCode.MISTAKE, amount_fen)
    return service.reverse(session, reversal, by=ACCOUNTANT, second=CASHIER, now=NOW).id


def test_an_earmark_account_is_opened_once_and_closed_empty(session: Session) -> None:
    """An account with money stays open; a closed one takes nothing; the sources' own accounts stay."""
    code = earmark(session, "a", SICK)
    assert earmark(session, "a", SICK) == code
    with pytest.raises(ConflictError, match="用途不同"):
        earmark(session, "a", "VETERAN")
    first = give(session, 10_00, code)
    with pytest.raises(RuleError, match=r"还有 10\.00 元"):
        service.close_account(session, code, by=ACCOUNTANT, now=NOW)
    _reverse(session, first.id, None, "r-1")
    for _ in range(2):
        service.close_account(session, code, by=ACCOUNTANT, now=NOW)
    with pytest.raises(RuleError, match="已经关闭"):
        give(session, 1, code, key="in-2")
    with pytest.raises(RuleError, match="一直保留"):
        service.close_account(session, FISCAL, by=ACCOUNTANT, now=NOW)
    for strange in (
        FundAccount(AccountCode("gold"), FundSource.DONATED, "专项"),
        FundAccount(code, FundSource.DONATED),
    ):
        with pytest.raises(InputError):
            service.open_account(session, strange, by=ACCOUNTANT, now=NOW)


def test_a_statement_shows_every_booking_and_the_balance_after_it(session: Session) -> None:
    """The opening balance and the lines lead to the closing balance; another account's lines are left out."""
    old = Incoming("in-0", FISCAL, 100_00, Subject("fund.income", "old"), booked_on=date(2026, 10, 30))
    service.receive(session, old, by=ACCOUNTANT, second=CASHIER, now=NOW)
    give(session, 50_00)
    give(session, 7_00, DUES, key="in-2")
    paid(session, 120_00)
    found = service.statement(session, FISCAL, date(2026, 11, 1), date(2026, 11, 30))
    assert found.opening.available_fen == 100_00
    assert [line.available_fen for line in found.lines] == [150_00, 30_00, 30_00]
    assert found.closing == service.balance_of(session, FISCAL)
    with pytest.raises(InputError):
        service.statement(session, FISCAL, date(2026, 11, 2), date(2026, 11, 1))


def test_a_year_is_closed_in_order_and_takes_nothing_more(session: Session) -> None:
    """What is left is carried over, reserved money with it; nothing is booked into the closed year."""
    give(session, 100_00)
    paid(session, 30_00)
    reserved(session, 20_00, 2)
    with pytest.raises(RuleError, match="还没有过完"):
        service.year_end(session, 2026, by=ACCOUNTANT, second=CASHIER, now=NOW)
    late = Incoming("in-9", FISCAL, 5_00, Subject("fund.income", "late"), booked_on=date(2026, 12, 31))
    service.receive(session, late, by=ACCOUNTANT, second=CASHIER, now=NEXT_YEAR)
    closed = service.year_end(session, 2026, by=ACCOUNTANT, second=CASHIER, now=NEXT_YEAR)
    fiscal = next(line for line in closed if line.account == FISCAL)
    assert (fiscal.opening_fen, fiscal.income_fen, fiscal.spent_fen) == (0, 105_00, 30_00)
    assert (fiscal.reserved_fen, fiscal.closing_fen) == (20_00, 75_00)
    assert service.year_end(session, 2026, by=ACCOUNTANT, second=CASHIER, now=NEXT_YEAR) == closed
    with pytest.raises(RuleError, match="已经结了"):
        service.receive(
            session,
            Incoming("in-10", FISCAL, 1, late.subject, booked_on=date(2026, 12, 31)),
            by=ACCOUNTANT,
            second=CASHIER,
            now=NEXT_YEAR,
        )
    after = NEXT_YEAR.replace(year=2028)
    service.post(session, "case-2", key="pay-2", by=CASHIER, now=NEXT_YEAR)
    following = service.year_end(session, 2027, by=ACCOUNTANT, second=CASHIER, now=after)
    fiscal = next(line for line in following if line.account == FISCAL)
    assert (fiscal.opening_fen, fiscal.spent_fen, fiscal.closing_fen) == (75_00, 20_00, 55_00)


def test_years_are_closed_one_after_the_other(session: Session) -> None:
    """A year before which another is open is not closed; a day that has not come takes no money."""
    give(session, 100_00)
    with pytest.raises(RuleError, match="请先结2026年的账"):
        service.year_end(session, 2027, by=ACCOUNTANT, second=CASHIER, now=NEXT_YEAR.replace(year=2028))
    tomorrow = Incoming("in-2", FISCAL, 1, Subject("fund.income", "x"), booked_on=date(2026, 11, 19))
    with pytest.raises(InputError, match="还没有到"):
        service.receive(session, tomorrow, by=ACCOUNTANT, second=CASHIER, now=NOW)
