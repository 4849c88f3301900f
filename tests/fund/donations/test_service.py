"""Donations on both kinds of database: pledged, received, receipted, thanked, given back."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.db.session import Database
from djflow.fund.donations import rules, service
from djflow.fund.donations.model import (
    TRANSITIONS,
    Donation,
    DonationAct,
    DonationId,
    DonationState,
    Donor,
    DonorKind,
    Pledge,
)
from djflow.fund.ledger import service as ledger
from djflow.notify import service as notify
from tests.fund.ledger.books import ACCOUNTANT, CASHIER, NOW, SICK, figures, reserved
from tests.roster.district import settle

COMPANY = Donor(DonorKind.UNIT, "某某公司")
NEIGHBOUR = Donor(DonorKind.PERSON, "赵无名", anonymous=True)


def pledged(session: Session, donor: Donor = COMPANY, *, key: str = "d-1", earmark: str = "") -> Donation:
    """Return a pledge of 8,000 yuan."""
    categories = frozenset({SICK}) if earmark else frozenset()
    return service.pledge(session, Pledge(key, donor, 8_000_00, earmark, categories), by=ACCOUNTANT, now=NOW)


def received(session: Session, donor: Donor = COMPANY, *, key: str = "d-1", earmark: str = "") -> Donation:
    """Return a donation that arrived."""
    given = pledged(session, donor, key=key, earmark=earmark)
    return service.receive(session, given.id, by=ACCOUNTANT, second=CASHIER, now=NOW, voucher="B1")


def receipted(session: Session, donor: Donor = COMPANY, *, key: str = "d-1", now: datetime = NOW) -> Donation:
    """Return a donation with a receipt."""
    return service.issue_receipt(session, received(session, donor, key=key).id, by=ACCOUNTANT, now=now)


def test_a_donation_goes_from_pledge_to_thanks(session: Session) -> None:
    """Each step is recorded, the money lies in the donations' account, each step twice is once."""
    given = pledged(session)
    assert (given.number, given.state) == ("2026-0001", DonationState.PLEDGED)
    assert pledged(session) == given
    for _ in range(2):
        assert received(session).state is DonationState.RECEIVED
    assert figures(session, rules.account_of("", "")) == (8_000_00, 0, 0)
    for _ in range(2):
        done = service.issue_receipt(session, given.id, by=ACCOUNTANT, now=NOW)
        assert done.receipt_number == "JZ2026-0001"
    done = service.thank(session, given.id, by=ACCOUNTANT, now=NOW)
    assert service.thank(session, given.id, by=ACCOUNTANT, now=NOW) == done
    acts = [entry.action for entry in audit.history(session, given.subject)]
    assert acts == ["donation.pledge", "donation.receive", "donation.receipt", "donation.thank"]
    assert notify.listing(session) == ()
    sheet = service.receipt(session, "2026-0001")
    assert (sheet.donor, sheet.amount, sheet.amount_in_capitals) == ("某某公司", "8,000.00", "捌仟元整")


def test_earmarked_money_gets_an_account_of_its_own(session: Session) -> None:
    """It serves its categories first and no others."""
    given = received(session, earmark="重病党员")
    assert given.account == "donated-2026-0001"
    account = ledger.balance_of(session, given.account).account
    assert (account.name, account.categories) == ("党员捐赠（重病党员）", frozenset({SICK}))
    assert reserved(session, 5_000_00, category=SICK).parts[0].account == given.account


def test_a_person_is_sealed_and_never_named_unasked(session: Session) -> None:
    """A person's name lies encrypted; lists and the record do not name anybody; the receipt does."""
    given = receipted(session, NEIGHBOUR)
    kept = session.execute(text("SELECT unit_name, person_name FROM fund_donation")).one()
    assert kept[0] == ""
    assert "赵".encode() not in bytes(kept[1])
    assert (given.name, given.public_name) == ("", "匿名")
    assert service.show(session, given.number, named=True).name == "赵无名"
    assert service.receipt(session, given.number).donor == "赵无名"
    assert all("赵" not in entry.details for entry in audit.latest(session))
    assert "赵" not in repr(NEIGHBOUR)
    open_donor = receipted(session, Donor(DonorKind.PERSON, "钱小名"), key="d-2")
    assert service.show(session, open_donor.number, named=True).public_name == "钱**"


def test_a_member_is_thanked_by_a_notice_without_the_amount(session: Session, now: datetime) -> None:
    """Who is on the office's list gets one message that names the receipt and no money."""
    ids = settle(session, now)
    donor = Donor(DonorKind.PERSON, "甲一", person=ids["A01"])
    given = receipted(session, donor)
    for _ in range(2):
        service.thank(session, given.id, by=ACCOUNTANT, now=NOW)
    (notice,) = notify.listing(session)
    assert (notice["kind"], notice["recipient"], notice["text"]) == (
        "donation_thanks",
        ids["A01"],
        "sms/donation_thanks",
    )
    payload = session.execute(text("SELECT payload FROM notice")).scalar_one()
    assert "JZ2026-0001" in payload
    assert "8" not in payload.replace("JZ2026-0001", "")


def test_receipts_are_numbered_without_gaps_each_year(database: Database) -> None:
    """A receipt that failed leaves its number to the next; a new year begins at one."""
    with database.transaction() as session:
        first = receipted(session)
        second = received(session, key="d-2")
        third = received(session, key="d-3")
    with database.reading() as thrown_away:
        done = service.issue_receipt(thrown_away, second.id, by=ACCOUNTANT, now=NOW)
        assert done.receipt_number == "JZ2026-0002"
    with database.transaction() as session:
        assert service.issue_receipt(session, third.id, by=ACCOUNTANT, now=NOW).receipt_number == "JZ2026-0002"
        later = NOW.replace(year=2027)
        assert service.issue_receipt(session, second.id, by=ACCOUNTANT, now=later).receipt_number == "JZ2027-0001"
        assert service.show(session, first.number).receipt_number == "JZ2026-0001"


def test_a_donation_is_given_back_while_its_money_is_there(session: Session) -> None:
    """The receipt is void and keeps its number; reserved or spent money is not given back; one person is not enough."""
    given = receipted(session)
    held = reserved(session, 1)
    with pytest.raises(RuleError, match=r"只有 7,999\.99 元"):
        service.refund(session, given.id, by=ACCOUNTANT, second=CASHIER, now=NOW)
    assert held.amount_fen == 1
    other = receipted(session, key="d-2")
    with pytest.raises(RuleError, match="两个人"):
        service.refund(session, other.id, by=ACCOUNTANT, second=ACCOUNTANT, now=NOW)
    for _ in range(2):
        done = service.refund(session, other.id, by=ACCOUNTANT, second=CASHIER, now=NOW)
        assert done.state is DonationState.REFUNDED
    assert service.receipt(session, other.number).void
    assert figures(session, rules.account_of("", "")) == (8_000_00, 1, 0)
    assert ledger.verify(session).intact


def test_one_person_alone_receives_nothing(session: Session) -> None:
    """Who records the money and who confirms it differ; nothing is written."""
    given = pledged(session)
    with pytest.raises(RuleError, match="两个人"):
        service.receive(session, given.id, by=ACCOUNTANT, second=ACCOUNTANT, now=NOW)
    assert ledger.head(session).seq == 0


def test_every_act_has_its_states() -> None:
    """What the table does not list is refused with the state it needs."""
    for act in DonationAct:
        allowed, _ = TRANSITIONS[act]
        for state in DonationState:
            assert bool(rules.refusal(act, state)) == (state not in allowed)
    assert "已认捐，未到账" in rules.refusal(DonationAct.RECEIPT, DonationState.PLEDGED)


def test_a_pledge_is_withdrawn_before_money_came(session: Session) -> None:
    """Afterwards it is refunded instead; a withdrawn pledge receives nothing."""
    given = pledged(session)
    for _ in range(2):
        assert service.withdraw(session, given.id, by=ACCOUNTANT, now=NOW).state is DonationState.WITHDRAWN
    with pytest.raises(RuleError, match="已撤回"):
        service.receive(session, given.id, by=ACCOUNTANT, second=CASHIER, now=NOW)
    with pytest.raises(RuleError):
        service.withdraw(session, received(session, key="d-2").id, by=ACCOUNTANT, now=NOW)
    with pytest.raises(RuleError, match="还没有开收据"):
        service.receipt(session, given.number)
    assert [one.number for one in service.listing(session)] == ["2026-0002", "2026-0001"]
    assert [one.number for one in service.listing(session, state=DonationState.RECEIVED)] == ["2026-0002"]


def test_bad_donations_are_refused(session: Session) -> None:
    """No name, no amount, categories without a purpose, a used key, an unknown donation: each in one sentence."""
    with pytest.raises(InputError, match="名称"):
        Donor(DonorKind.UNIT, "  ")
    for amount, earmark, categories in ((0, "", ()), (-1, "", ()), (1, "", ("VETERAN",)), (1, "用" * 101, ())):
        with pytest.raises(InputError):
            Pledge("d-9", COMPANY, amount, earmark, frozenset(categories))
    pledged(session)
    with pytest.raises(ConflictError):
        service.pledge(session, Pledge("d-1", COMPANY, 1), by=ACCOUNTANT, now=NOW)
    with pytest.raises(NotFoundError):
        service.thank(session, DonationId("0" * 32), by=ACCOUNTANT, now=NOW)
    with pytest.raises(NotFoundError):
        service.show(session, "2026-9999")
