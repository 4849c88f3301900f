"""What may be done with a donation, what its papers say, and who is thanked in which words."""

from datetime import datetime, timedelta

from djflow.core.clock import civil_date
from djflow.core.money import capital, yuan
from djflow.fund.donations.model import STATE_LABELS, TRANSITIONS, Donation, DonationAct, DonationState, ReceiptSheet
from djflow.fund.ledger.model import AccountCode, FundSource
from djflow.notify.model import Intent, NoticeKind

NO_PURPOSE = "党内关爱帮扶"
"""What a receipt says when the donor bound the money to nothing."""

_THANKS_LIVE = timedelta(days=3)


def refusal(act: DonationAct, state: DonationState) -> str:
    """Return why an act cannot be done in a state, empty when it can."""
    allowed, _ = TRANSITIONS[act]
    if state in allowed:
        return ""
    needed = "、".join(STATE_LABELS[one] for one in DonationState if one in allowed)
    return f"这笔捐款现在是“{STATE_LABELS[state]}”，要在“{needed}”时才能这样办：请核对。"


def account_of(number: str, earmark: str) -> AccountCode:
    """Return where a donation is kept: in the donations' account, or in one of its own when it is earmarked."""
    source = FundSource.DONATED.value
    return AccountCode(f"{source}-{number}" if earmark else source)


def receipt_sheet(donation: Donation) -> ReceiptSheet | None:
    """Return what a donation's receipt says, nothing when none was issued."""
    if not donation.receipt_number or donation.received_on is None or donation.receipted_at is None:
        return None
    return ReceiptSheet(
        number=donation.receipt_number,
        donor=donation.name,
        amount=yuan(donation.amount_fen),
        amount_in_capitals=capital(donation.amount_fen),
        purpose=donation.earmark or NO_PURPOSE,
        received_on=donation.received_on,
        issued_on=civil_date(donation.receipted_at),
        void=donation.state is DonationState.REFUNDED,
        method=donation.method,
    )


def thanks(donation: Donation, name: str, *, now: datetime) -> Intent | None:
    """Return the thanks to a donor on the office's list, without the amount; nobody else is written to."""
    if donation.person is None:
        return None
    values = {"name": name, "receipt": donation.receipt_number}
    kind = NoticeKind.DONATION_THANKS
    until = now + _THANKS_LIVE
    return Intent(kind, donation.subject, 0, donation.person, "thanks", "sms/donation_thanks", now, until, values)
