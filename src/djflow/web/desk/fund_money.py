"""The fund's money at the desk: balances, what waits for the cashier, money recorded and confirmed by two persons."""

from collections.abc import Mapping

from djflow.accounts.model import Act
from djflow.assembly import fund_bookings, fund_books, treasury
from djflow.core.errors import InputError
from djflow.core.money import fen_of, yuan
from djflow.fund.bookings.model import KIND_WORDS, STATE_WORDS, BookingId
from djflow.fund.ledger.model import ReasonCode, TransferId
from djflow.web.desk.frame import Answer, Go, Page, Route, Visit
from djflow.web.desk.typed import day_of

ROOT = "/desk/fund/money"
SECTION = "money"

MONEY_SAID: Mapping[str, str] = {
    "recorded": "已登记，等出纳复核后入账。",
    "confirmed": "已复核入账。",
    "refused": "已退回，没有入账。",
    "taken_back": "已撤回，没有入账。",
    "anchor": "这个校验码还在账册里，那以前的账没有被改写。",
    "published": "已公开，公示网页可以查看。",
    "made": "批次已编好，等另一岗位的人复核。",
    "checked": "已复核，可以导出银行文件。",
    "cancelled": "批次已取消，款项回到待拨付。",
    "exported": "银行文件已生成，从此不再变；请下载后送银行，再登记送出。",
    "sent": "已登记送银行，等回单。",
    "closed": "批次已结清。",
    "proposed": "已提出，等另一个人复核。",
    "ruled": "已复核，结果已记入。",
    "unruled": "已退回，可以重新提出。",
    "corrected": "已更正，新的一笔付款等待编入批次。",
    "pledged": "已登记认捐。",
    "receipted": "收据已开，可以打印。",
    "thanked": "已致谢。",
    "withdrawn": "认捐已撤回。",
}
"""Sentences about what was just done; the address carries the word, never the sentence."""


def money_page(visit: Visit, template: str, values: Mapping[str, object]) -> Page:
    """Return a page of the fund's money with what all of them show."""
    said = MONEY_SAID.get(visit.query.get("said", ""), "")
    acts = {
        "records": visit.may(Act.MONEY_RECORD),
        "confirms": visit.may(Act.MONEY_CONFIRM),
        "works": visit.may(Act.TILL_WORK),
        "publishes": visit.may(Act.MONEY_PUBLISH),
        "gifts_work": visit.may(Act.GIFT_WORK),
        "papers": visit.may(Act.GIFT_PAPER),
    }
    return Page(template, SECTION, {**acts, "said": said, "yuan": yuan, "root": ROOT, **values})


def overview(visit: Visit) -> Answer:
    """Show the balances by source and by account, and what waits for the cashier."""
    found = treasury.balances(visit.house)
    values = {
        "sums": fund_books.source_sums(found),
        "balances": found,
        "waiting": fund_bookings.waiting(visit.house),
        "decided": fund_bookings.decided(visit.house),
        "kinds": KIND_WORDS,
        "states": STATE_WORDS,
        "own": visit.account.id,
        "today": visit.house.today(),
        "open_accounts": [one.account for one in found if one.account.closed_at is None],
    }
    return money_page(visit, "desk_money.html.j2", values)


def record_income(visit: Visit) -> Answer:
    """Record money that arrived; nothing is booked before the cashier confirms it."""
    form = visit.form
    amount, on = fen_of(form.one("amount")), day_of(form.one("on"), "到账日期")
    fund_bookings.record_income(visit.house, form.one("account"), amount, form.one("voucher"), on, by=visit.account)
    return Go(f"{ROOT}?said=recorded")


def record_reversal(visit: Visit) -> Answer:
    """Record that a transfer is to be taken back, for a reason."""
    form, transfer = visit.form, TransferId(visit.path["transfer"])
    reason = form.one("reason")
    if reason not in set(ReasonCode):
        raise InputError("请选冲回的原因。", code="booking.reason")
    amount = fen_of(form.one("amount"))
    fund_bookings.record_reversal(
        visit.house, transfer, amount, ReasonCode(reason), voucher=form.one("voucher"), by=visit.account
    )
    return Go(f"{ROOT}?said=recorded")


def confirm(visit: Visit) -> Answer:
    """Confirm what somebody of finance recorded; this books it."""
    fund_bookings.confirm(visit.house, BookingId(visit.path["booking"]), by=visit.account)
    return Go(f"{ROOT}?said=confirmed")


def refuse(visit: Visit) -> Answer:
    """Send a recorded booking back, or take back one's own."""
    done = fund_bookings.refuse(visit.house, BookingId(visit.path["booking"]), by=visit.account)
    return Go(f"{ROOT}?said={done.state.value}")


ROUTES = (
    Route(ROOT, Act.MONEY_READ, overview),
    Route(f"{ROOT}/income", Act.MONEY_RECORD, record_income, "POST"),
    Route(f"{ROOT}/transfers/{{transfer}}/reverse", Act.MONEY_RECORD, record_reversal, "POST"),
    Route(f"{ROOT}/bookings/{{booking}}/confirm", Act.MONEY_CONFIRM, confirm, "POST"),
    Route(f"{ROOT}/bookings/{{booking}}/refuse", Act.TILL_WORK, refuse, "POST"),
)
