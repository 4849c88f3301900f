"""A donation's papers, set and ready for the seal: receipt and certificate. The record says who printed which."""

from collections.abc import Mapping

from djflow.assembly import gifts
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.documents import printing
from djflow.fund.donations import service
from djflow.fund.donations.model import METHOD_LABELS, Donation, DonorKind, ReceiptSheet
from djflow.fund.ledger.model import SOURCE_LABELS, FundSource

RECEIPT, CERTIFICATE = "receipt", "certificate"


def receipt_paper(house: House, number: str, *, by: str, form: printing.Form = "pdf") -> bytes:
    """Return a donation's receipt as a paper; it must have been issued.

    Raises: NotFoundError; RuleError when none was issued; ConfigError without a font.
    """
    return _print(house, number, RECEIPT, by=by, form=form)


def certificate_paper(house: House, number: str, *, by: str, form: printing.Form = "pdf") -> bytes:
    """Return a donation's certificate of honour as a paper, from the configured amount on.

    Raises: NotFoundError; RuleError when none was issued, the amount is smaller, or the money was given back.
    """
    gifts.require_certificate(house, number)
    return _print(house, number, CERTIFICATE, by=by, form=form)


def _print(house: House, number: str, layout: str, *, by: str, form: printing.Form) -> bytes:
    with house.reading() as session:
        found, sheet = service.show(session, number, named=True), service.receipt(session, number)
    made = printing.paper(layout, _values(house, found, sheet), now=house.now(), form=form)
    # Written down only when there is a paper: setting it is slow and must keep nobody waiting for the record.
    with house.transaction() as session:
        details: Details = {"paper": layout, "receipt": sheet.number}
        audit.record(session, found.subject, "donation.print", by=by, now=house.now(), details=details)
    return made


def _values(house: House, found: Donation, sheet: ReceiptSheet) -> Mapping[str, str]:
    source = SOURCE_LABELS[FundSource.DONATED]
    return {
        "department": house.settings.district.department,
        "number": sheet.number,
        "donor": sheet.donor,
        "addressed": "贵单位" if found.kind is DonorKind.UNIT else "您",
        "amount": sheet.amount,
        "amount_in_capitals": sheet.amount_in_capitals,
        "purpose": sheet.purpose,
        "source": f"{source}（专项）" if found.earmark else source,
        "method": METHOD_LABELS[sheet.method] if sheet.method else "",
        "received_on": gifts.day_words(sheet.received_on),
        "issued_on": gifts.day_words(sheet.issued_on),
        "state": "已退还，作废" if sheet.void else "有效",
        "void": str(sheet.void).lower(),
    }
