"""What is asked of donations: pledge, receive, issue the receipt, thank, refund, withdraw, show.

Locks in one order: the books first (they wait at the record of changes), then the donation's row, then its series.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.fund.donations import rules, store
from djflow.fund.donations.model import (
    TRANSITIONS,
    Donation,
    DonationAct,
    DonationId,
    DonationState,
    Pledge,
    ReceiptSheet,
)
from djflow.fund.donations.tables import DonationRow
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import FundAccount, FundSource, Incoming, ReasonCode, Reversal
from djflow.notify import service as notify
from djflow.people import service as people


def pledge(session: Session, wanted: Pledge, *, by: str, now: datetime) -> Donation:
    """Write down what somebody promises to give; the same key twice is one donation.

    Raises: ConflictError when the key is another donation's.
    """
    audit.hold(session)
    known = store.by_key(session, wanted.key)
    if known is not None:
        if (known.amount_fen, known.kind, known.earmark) != (wanted.amount_fen, wanted.donor.kind, wanted.earmark):
            raise ConflictError("这个登记编号已经用在另一笔捐款上：请核对。", code="donation.key_used")
        return store.donation_of(session, known)
    year = civil_date(now).year
    number = f"{year}-{store.next_number(session, f'pledge-{year}'):04d}"
    row = store.add(session, wanted, number, now=now)
    found = store.donation_of(session, row)
    _record(session, found, "pledge", by=by, now=now)
    return found


def receive(  # noqa: PLR0913 - a donation, two persons, the bank's paper and its day
    session: Session,
    donation_id: DonationId,
    *,
    by: str,
    second: str,
    now: datetime,
    voucher: str = "",
    booked_on: date | None = None,
) -> Donation:
    """Book a pledged donation that arrived, into an account of its own when it is earmarked; twice is once.

    Raises: NotFoundError; RuleError for one person alone, a closed year, or a donation that is not pledged.
    """
    row = _locked(session, donation_id)
    if row.state is DonationState.RECEIVED:
        return store.donation_of(session, row)
    _check(DonationAct.RECEIVE, row)
    code = rules.account_of(row.number, row.earmark)
    before = store.donation_of(session, row)
    if row.earmark:
        account = FundAccount(code, FundSource.DONATED, row.earmark, before.categories)
        ledger.open_account(session, account, by=by, now=now)
    incoming = Incoming(f"donation:{row.id}", code, row.amount_fen, before.subject, voucher, booked_on)
    transfer = ledger.receive(session, incoming, by=by, second=second, now=now)
    row.account, row.transfer_id, row.received_on = code, transfer.id, transfer.booked_on
    return _moved(session, row, DonationAct.RECEIVE, by=by, now=now)


def issue_receipt(session: Session, donation_id: DonationId, *, by: str, now: datetime) -> Donation:
    """Give a received donation the next receipt number of the year, without gaps; twice is once.

    Raises: NotFoundError; RuleError for a donation whose money has not arrived.
    """
    row = _locked(session, donation_id)
    if row.receipt_number:
        return store.donation_of(session, row)
    _check(DonationAct.RECEIPT, row)
    year = civil_date(now).year
    row.receipt_number = f"JZ{year}-{store.next_number(session, f'receipt-{year}'):04d}"
    row.receipted_at = now
    return _moved(session, row, DonationAct.RECEIPT, by=by, now=now)


def thank(session: Session, donation_id: DonationId, *, by: str, now: datetime) -> Donation:
    """Thank the donor: by a notice when on the office's list, by hand otherwise; twice is once.

    Raises: NotFoundError; RuleError before the receipt is issued.
    """
    row = _locked(session, donation_id)
    if row.state is DonationState.THANKED:
        return store.donation_of(session, row)
    _check(DonationAct.THANK, row)
    row.thanked_at = now
    done = _moved(session, row, DonationAct.THANK, by=by, now=now)
    card = people.people_by_ids(session, [done.person]).get(done.person) if done.person else None
    intent = rules.thanks(done, card.name, now=now) if card else None
    if intent is not None:
        notify.enqueue(session, [intent], now=now)
    return done


def refund(session: Session, donation_id: DonationId, *, by: str, second: str, now: datetime) -> Donation:
    """Give a donation back whole, while its money is still there; its receipt is void, its number stays. Twice is once.

    Raises: NotFoundError; RuleError for one person alone, and when the money is reserved or spent.
    """
    row = _locked(session, donation_id)
    before = store.donation_of(session, row)
    if before.state is DonationState.REFUNDED:
        return before
    _check(DonationAct.REFUND, row)
    if before.transfer is None:
        raise RuleError("这笔捐款没有入账记录，不能退还。", code="donation.no_transfer")
    reversal = Reversal(f"donation-refund:{row.id}", before.transfer, ReasonCode.DONATION_REFUNDED)
    ledger.reverse(session, reversal, by=by, second=second, now=now)
    row.ended_at = now
    return _moved(session, row, DonationAct.REFUND, by=by, now=now)


def withdraw(session: Session, donation_id: DonationId, *, by: str, now: datetime) -> Donation:
    """Write down that a pledge is not kept; twice is once.

    Raises: NotFoundError; RuleError once the money has arrived.
    """
    row = _locked(session, donation_id)
    if row.state is DonationState.WITHDRAWN:
        return store.donation_of(session, row)
    _check(DonationAct.WITHDRAW, row)
    row.ended_at = now
    return _moved(session, row, DonationAct.WITHDRAW, by=by, now=now)


def show(session: Session, number: str, *, named: bool = False) -> Donation:
    """Return the donation with a number; a person's name only when it is asked for.

    Raises: NotFoundError.
    """
    row = store.by_number(session, number)
    if row is None:
        raise NotFoundError(f"没有编号为 {number[:20]} 的捐款：请核对编号。", code="donation.unknown")
    return store.donation_of(session, row, named=named)


def listing(session: Session, *, state: DonationState | None = None, limit: int = 200) -> tuple[Donation, ...]:
    """Return donations without persons' names, the newest first, in one state when given."""
    return tuple(store.donation_of(session, row) for row in store.listing(session, state, limit=limit))


def numbers(session: Session, ids: Collection[str]) -> Mapping[str, str]:
    """Return the numbers of donations by id; an unknown id is missing."""
    return store.numbers(session, ids)


def receipt(session: Session, number: str) -> ReceiptSheet:
    """Return what a donation's receipt says, with the donor's name.

    Raises: NotFoundError; RuleError when none was issued.
    """
    sheet = rules.receipt_sheet(show(session, number, named=True))
    if sheet is None:
        raise RuleError("这笔捐款还没有开收据：请先确认到账，再开收据。", code="donation.no_receipt")
    return sheet


def require_receivable(donation: Donation) -> None:
    """Refuse a donation whose money cannot be booked any more.

    Raises: RuleError.
    """
    _require(DonationAct.RECEIVE, donation.state)


def require_refundable(donation: Donation) -> None:
    """Refuse a donation that cannot be given back.

    Raises: RuleError.
    """
    _require(DonationAct.REFUND, donation.state)


def _locked(session: Session, donation_id: DonationId) -> DonationRow:
    audit.hold(session)
    row = store.row_of(session, donation_id)
    if row is None:
        raise NotFoundError("没有这笔捐款：请核对编号。", code="donation.unknown")
    return row


def _check(act: DonationAct, row: DonationRow) -> None:
    _require(act, row.state)


def _require(act: DonationAct, state: DonationState) -> None:
    sentence = rules.refusal(act, state)
    if sentence:
        raise RuleError(sentence, code="donation.state")


def _moved(session: Session, row: DonationRow, act: DonationAct, *, by: str, now: datetime) -> Donation:
    row.state = TRANSITIONS[act][1]
    session.flush()
    done = store.donation_of(session, row)
    _record(session, done, act.value, by=by, now=now)
    return done


def _record(session: Session, donation: Donation, act: str, *, by: str, now: datetime) -> None:
    details: Details = {
        "number": donation.number,
        "amount_fen": donation.amount_fen,
        "receipt": donation.receipt_number,
    }
    audit.record(session, donation.subject, f"donation.{act}", by=by, now=now, details=details)
