"""Donations at the desk: the register, one donation's way, its receipt and certificate to print and seal."""

from djflow.accounts.model import Act
from djflow.assembly import fund_bookings, gift_papers, gifts, treasury
from djflow.core.errors import InputError
from djflow.core.money import fen_of
from djflow.fund.bookings.model import BookingKind
from djflow.fund.cases.model import CATEGORY_WORDS, Category
from djflow.fund.donations.model import (
    METHOD_LABELS,
    STATE_LABELS,
    TRANSITIONS,
    DonationAct,
    DonationState,
    Donor,
    DonorKind,
    GiftMethod,
    Pledge,
)
from djflow.web.desk.frame import Answer, Download, Go, Route, Visit
from djflow.web.desk.fund_money import ROOT, money_page
from djflow.web.desk.typed import day_of

GIFTS = f"{ROOT}/gifts"


def list_page(visit: Visit) -> Answer:
    """Show the register of donations and the form for a pledge; persons are not named."""
    state = visit.query.get("state", "")
    if state and state not in set(DonationState):
        raise InputError("没有这种状态：请从列表里选。", code="donation.state")
    values = {
        "found": gifts.register(visit.house, DonationState(state) if state else None),
        "state": state,
        "states": STATE_LABELS,
        "methods": METHOD_LABELS,
        "categories": {category.value: CATEGORY_WORDS[category] for category in Category},
        "key": treasury.new_key(visit.house),
    }
    return money_page(visit, "desk_money_gifts.html.j2", values)


def pledge(visit: Visit) -> Answer:
    """Write a pledge down; the form's own key makes it one donation however often it is sent."""
    form = visit.form
    kind, method = form.one("kind"), form.one("method")
    if kind not in set(DonorKind) or method not in set(GiftMethod):
        raise InputError("请选捐赠人是单位还是个人，以及捐款方式。", code="donation.form")
    known = {category.value for category in Category}
    if not set(form.every("category")) <= known:
        raise InputError("没有这种帮扶类别：请从列表里选。", code="donation.form")
    donor = Donor(DonorKind(kind), form.one("name"), form.one("anonymous") == "yes")
    wanted = Pledge(
        key=form.one("key")[:100] or treasury.new_key(visit.house),
        donor=donor,
        amount_fen=fen_of(form.one("amount")),
        earmark=form.one("earmark"),
        categories=frozenset(form.every("category")),
        method=GiftMethod(method),
    )
    done = gifts.pledge(visit.house, wanted, by=visit.by)
    return Go(f"{GIFTS}/{done.number}?said=pledged")


def gift_page(visit: Visit) -> Answer:
    """Show one donation; who prints papers sees a person's name masked, everybody else none."""
    one = gifts.known(visit.house, visit.path["gift"], named=visit.may(Act.GIFT_PAPER))
    allowed = {act.value: one.state in TRANSITIONS[act][0] for act in DonationAct}
    waits = {
        kind.value: fund_bookings.waits(visit.house, kind, one.number) is not None
        for kind in (BookingKind.DONATION, BookingKind.REFUND)
    }
    least = visit.house.settings.ledger.donations.certificate_from
    values = {
        "one": one,
        "states": STATE_LABELS,
        "methods": METHOD_LABELS,
        "categories": {category.value: CATEGORY_WORDS[category] for category in Category},
        "allowed": allowed,
        "waits": waits,
        "honoured": one.amount_fen >= least and one.state is not DonationState.REFUNDED,
    }
    return money_page(visit, "desk_money_gift.html.j2", values)


def receive(visit: Visit) -> Answer:
    """Record that the money arrived; the cashier confirms it."""
    form = visit.form
    on = day_of(form.one("on"), "到账日期")
    fund_bookings.record_gift(visit.house, visit.path["gift"], form.one("voucher"), on, by=visit.account)
    return _at_gift(visit, "recorded")


def issue(visit: Visit) -> Answer:
    """Issue the receipt."""
    one = gifts.find(visit.house, visit.path["gift"])
    gifts.issue_receipt(visit.house, one.id, by=visit.by)
    return _at_gift(visit, "receipted")


def thank(visit: Visit) -> Answer:
    """Thank the donor."""
    one = gifts.find(visit.house, visit.path["gift"])
    gifts.thank(visit.house, one.id, by=visit.by)
    return _at_gift(visit, "thanked")


def refund(visit: Visit) -> Answer:
    """Record that the money is to be given back; the cashier confirms it."""
    fund_bookings.record_refund(visit.house, visit.path["gift"], by=visit.account)
    return _at_gift(visit, "recorded")


def withdraw(visit: Visit) -> Answer:
    """Write down that a pledge is not kept."""
    one = gifts.find(visit.house, visit.path["gift"])
    gifts.withdraw(visit.house, one.id, by=visit.by)
    return _at_gift(visit, "withdrawn")


def receipt(visit: Visit) -> Answer:
    """Hand the receipt out as a PDF."""
    number = visit.path["gift"]
    return Download(f"捐赠收据-{number}.pdf", gift_papers.receipt_paper(visit.house, number, by=visit.by))


def certificate(visit: Visit) -> Answer:
    """Hand the certificate out as a PDF."""
    number = visit.path["gift"]
    return Download(f"荣誉证书-{number}.pdf", gift_papers.certificate_paper(visit.house, number, by=visit.by))


def _at_gift(visit: Visit, said: str) -> Go:
    return Go(f"{GIFTS}/{visit.path['gift']}?said={said}")


ROUTES = (
    Route(GIFTS, Act.MONEY_READ, list_page),
    Route(GIFTS, Act.GIFT_WORK, pledge, "POST"),
    Route(f"{GIFTS}/{{gift}}", Act.MONEY_READ, gift_page),
    Route(f"{GIFTS}/{{gift}}/receive", Act.GIFT_WORK, receive, "POST"),
    Route(f"{GIFTS}/{{gift}}/issue", Act.GIFT_WORK, issue, "POST"),
    Route(f"{GIFTS}/{{gift}}/thank", Act.GIFT_WORK, thank, "POST"),
    Route(f"{GIFTS}/{{gift}}/refund", Act.GIFT_WORK, refund, "POST"),
    Route(f"{GIFTS}/{{gift}}/withdraw", Act.GIFT_WORK, withdraw, "POST"),
    Route(f"{GIFTS}/{{gift}}/receipt", Act.GIFT_PAPER, receipt, "POST"),
    Route(f"{GIFTS}/{{gift}}/certificate", Act.GIFT_PAPER, certificate, "POST"),
)
