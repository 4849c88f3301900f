"""The door to donations for commands, flows and pages: acts, receipts and certificates to print."""

from collections.abc import Mapping
from datetime import date

from djflow.assembly.house import House
from djflow.assembly.treasury import Rows, TwoPersons, two_accounts
from djflow.core.errors import RuleError
from djflow.core.money import yuan
from djflow.fund.donations import service
from djflow.fund.donations.model import STATE_LABELS, Donation, DonationId, DonationState, Pledge, ReceiptSheet


def pledge(house: House, wanted: Pledge, *, by: str) -> Donation:
    """Write down a promise to give.

    Raises: ConflictError.
    """
    with house.transaction() as session:
        return service.pledge(session, wanted, by=by, now=house.now())


def find(house: House, number: str) -> Donation:
    """Return the donation with a number, without a person's name.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        return service.show(session, number)


def receive(
    house: House, donation_id: DonationId, hands: TwoPersons, *, voucher: str = "", booked_on: date | None = None
) -> Donation:
    """Book a donation that arrived.

    Raises: NotFoundError, RuleError.
    """
    with house.transaction() as session:
        by, second = two_accounts(session, hands)
        return service.receive(
            session,
            donation_id,
            by=by.actor,
            second=second.actor,
            now=house.now(),
            voucher=voucher,
            booked_on=booked_on,
        )


def issue_receipt(house: House, donation_id: DonationId, *, by: str) -> Donation:
    """Issue the receipt.

    Raises: NotFoundError, RuleError.
    """
    with house.transaction() as session:
        return service.issue_receipt(session, donation_id, by=by, now=house.now())


def thank(house: House, donation_id: DonationId, *, by: str) -> Donation:
    """Thank the donor.

    Raises: NotFoundError, RuleError.
    """
    with house.transaction() as session:
        return service.thank(session, donation_id, by=by, now=house.now())


def refund(house: House, donation_id: DonationId, hands: TwoPersons) -> Donation:
    """Give a donation back.

    Raises: NotFoundError, RuleError.
    """
    with house.transaction() as session:
        by, second = two_accounts(session, hands)
        return service.refund(session, donation_id, by=by.actor, second=second.actor, now=house.now())


def withdraw(house: House, donation_id: DonationId, *, by: str) -> Donation:
    """Write down that a pledge is not kept.

    Raises: NotFoundError, RuleError.
    """
    with house.transaction() as session:
        return service.withdraw(session, donation_id, by=by, now=house.now())


def known(house: House, number: str, *, named: bool) -> Donation:
    """Return the donation with a number; a person's name only for who prints papers.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        return service.show(session, number, named=named)


def register(house: House, state: DonationState | None, *, count: int = 200) -> tuple[Donation, ...]:
    """Return donations without persons' names, the newest first, in one state when given."""
    with house.reading() as session:
        return service.listing(session, state=state, limit=count)


def rows(house: House) -> Rows:
    """Return donations as rows for people, the newest first; persons are not named."""
    with house.reading() as session:
        found = service.listing(session)
    return tuple(
        {
            "编号": one.number,
            "捐赠人": one.public_name or "个人",
            "金额": yuan(one.amount_fen),
            "用途": one.earmark,
            "状态": STATE_LABELS[one.state],
            "收据": one.receipt_number,
        }
        for one in found
    )


def receipt_text(house: House, number: str) -> str:
    """Return a donation's receipt, to be printed and stamped.

    Raises: NotFoundError; RuleError when none was issued; ConfigError for a faulty text.
    """
    return house.texts.render("public/donation_receipt", **_words(house, _sheet(house, number)))


def certificate_text(house: House, number: str) -> str:
    """Return a donation's certificate of honour, from the configured amount on.

    Raises: NotFoundError; RuleError when none was issued, the amount is smaller, or the money was given back.
    """
    sheet = require_certificate(house, number)
    return house.texts.render("public/donation_certificate", **_words(house, sheet))


def require_certificate(house: House, number: str) -> ReceiptSheet:
    """Return what is needed for a certificate of honour.

    Raises: NotFoundError; RuleError when no receipt was issued, the amount is smaller, or the money was given back.
    """
    least = house.settings.ledger.donations.certificate_from
    if find(house, number).amount_fen < least:
        raise RuleError(f"捐款满 {yuan(least)} 元才发荣誉证书。", code="donation.certificate")
    sheet = _sheet(house, number)
    if sheet.void:
        raise RuleError("这笔捐款已经退还，不发荣誉证书。", code="donation.certificate")
    return sheet


def _sheet(house: House, number: str) -> ReceiptSheet:
    with house.reading() as session:
        return service.receipt(session, number)


def _words(house: House, sheet: ReceiptSheet) -> Mapping[str, object]:
    return {
        "department": house.settings.district.department,
        "number": sheet.number,
        "donor": sheet.donor,
        "amount": sheet.amount,
        "amount_in_capitals": sheet.amount_in_capitals,
        "purpose": sheet.purpose,
        "received_on": day_words(sheet.received_on),
        "issued_on": day_words(sheet.issued_on),
        "void": sheet.void,
    }


def day_words(on: date) -> str:
    """Return a date as papers write it: `2026年11月3日`."""
    return f"{on.year}年{on.month}月{on.day}日"
