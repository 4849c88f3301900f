"""The fund's books at the desk: transfers, one transfer's life, months, proof, year end, the public year, files."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from djflow.accounts.model import Act
from djflow.assembly import fund_bookings, fund_books, fund_payments, fund_year, notices, treasury
from djflow.core.errors import InputError, NotFoundError
from djflow.core.spans import DateSpan, Month
from djflow.fund.ledger.finding import Search
from djflow.fund.ledger.model import REASON_LABELS, SOURCE_LABELS, ReasonCode, TransferId, TransferKind
from djflow.notify.model import NoticeKind
from djflow.web.desk.frame import Answer, File, Go, Page, Route, Visit
from djflow.web.desk.fund_money import ROOT, money_page
from djflow.web.desk.till import clerk_of
from djflow.web.desk.typed import day_of, mark_of, needed_day, year_of

_REVERSAL_REASONS = (ReasonCode.MISTAKE, ReasonCode.HANDED_BACK)
"""What the desk takes transfers back for; the other reasons belong to acts of payments, donations and cases."""


def transfers_page(visit: Visit) -> Answer:
    """Show transfers, the newest first, by account, kind, day and paper."""
    query = visit.query
    kind = query.get("kind", "")
    if kind and kind not in set(TransferKind):
        raise InputError("没有这种账目：请从列表里选。", code="ledger.kind")
    wanted = Search(
        account=query.get("account", "").strip(),
        kind=TransferKind(kind) if kind else None,
        first=day_of(query.get("first", ""), "开始日期"),
        last=day_of(query.get("last", ""), "结束日期"),
        voucher=query.get("voucher", "").strip()[:60],
        before=mark_of(query.get("before", "")),
    )
    lines = fund_books.search(visit.house, wanted)
    values = {
        "wanted": wanted,
        "lines": lines,
        "accounts": fund_books.account_names(visit.house),
        "kinds": treasury.KIND_LABELS,
        "older": lines[-1].transfer.seq if len(lines) == fund_books.LINES else 0,
    }
    return money_page(visit, "desk_money_transfers.html.j2", values)


def transfer_page(visit: Visit) -> Answer:
    """Show one transfer's life."""
    sheet = fund_books.life(visit.house, TransferId(visit.path["transfer"]))
    reasons = {one.value: REASON_LABELS[one] for one in _REVERSAL_REASONS}
    return money_page(
        visit,
        "desk_money_transfer.html.j2",
        {"sheet": sheet, "reasons": reasons, "by_hand": fund_bookings.by_hand(sheet.life)},
    )


def months_page(visit: Visit) -> Answer:
    """Show a year's months by source."""
    year = year_of(visit.query.get("year", str(visit.house.today().year)))
    by_month = groupby(fund_books.months(visit.house, year), key=lambda line: line.month)
    months = [list(lines) for _, lines in by_month]
    values = {"year": year, "this_year": visit.house.today().year, "months": months, "sources": SOURCE_LABELS}
    return money_page(visit, "desk_money_months.html.j2", values)


def proof_page(visit: Visit) -> Answer:
    """Show the head of the books and the forms to prove them."""
    return _proof(visit, {"head": fund_books.head(visit.house), "found": None})


def prove(visit: Visit) -> Answer:
    """Prove the books from their first line."""
    found = treasury.verify(visit.house)
    head = found.head.seq, found.head.hash
    values = {"head": head, "found": found, "broken": "" if found.intact else treasury.broken_sentence(found)}
    return _proof(visit, values)


def _proof(visit: Visit, values: Mapping[str, object]) -> Page:
    last = notices.listing(visit.house, kind=NoticeKind.FUND_ANCHOR.value, limit=1)
    anchored_at = datetime.fromisoformat(last[0]["due_at"]) if last else None
    return money_page(visit, "desk_money_proof.html.j2", {"anchored_at": anchored_at, **values})


def check_anchor(visit: Visit) -> Answer:
    """Look whether a head kept outside still stands in the books.

    Raises: IntegrityError's page when it does not.
    """
    own = visit.form.one("anchor").lower()
    if not (len(own) == 64 and set(own) <= set("0123456789abcdef")):
        raise InputError("校验码是 64 位的数字和字母 a—f：请照留存的抄写完整。", code="ledger.anchor")
    treasury.check_anchor(visit.house, own)
    return Go(f"{ROOT}/proof?said=anchor")


def files_page(visit: Visit) -> Answer:
    """Show which files may be taken."""
    today = visit.house.today()
    return money_page(visit, "desk_money_files.html.j2", {"today": today, "first": today.replace(month=1, day=1)})


def file(visit: Visit) -> Answer:
    """Hand a file out; the record says who took it."""
    form, house = visit.path["form"], visit.house
    if form == "beancount":
        return File("温暖基金账册.beancount", fund_books.export_beancount(house, by=visit.by))
    if form == "month":
        month = Month.parse(visit.form.one("month"))
        content = fund_payments.statement_of(house, month, by=clerk_of(visit))
        return File(f"温暖基金拨付明细-{month}.xlsx", content)
    if form not in {"csv", "xlsx", "audit"}:
        raise NotFoundError("没有这种文件：请从“导出”里选。", code="desk.file")
    span = DateSpan(needed_day(visit.form.one("first"), "开始日期"), needed_day(visit.form.one("last"), "结束日期"))
    stem = f"{span.first}至{span.last}"
    if form == "audit":
        return File(f"温暖基金拨付审计资料-{stem}.xlsx", fund_payments.audit_file(house, span, by=clerk_of(visit)))
    content = fund_books.export_table(house, span, excel=form == "xlsx", by=visit.by)
    return File(f"温暖基金账目-{stem}.{form}", content)


def years_page(visit: Visit) -> Answer:
    """Show the closed years, the one that may be closed now, and which years are public."""
    closed, next_year = fund_books.years(visit.house)
    values = {
        "closed": closed,
        "next_year": next_year,
        "accounts": fund_books.account_names(visit.house),
        "this_year": visit.house.today().year,
        "public": fund_year.published_years(visit.house),
    }
    return money_page(visit, "desk_money_years.html.j2", values)


def close_year(visit: Visit) -> Answer:
    """Record that a year is to be closed; the cashier confirms it."""
    from_form = visit.form.one("year")
    fund_bookings.record_year_end(visit.house, year_of(from_form), by=visit.account)
    return Go(f"{ROOT}?said=recorded")


def annual_page(visit: Visit) -> Answer:
    """Show a year as everybody may read it, and whether it was published so."""
    year = year_of(visit.path["year"])
    if year > visit.house.today().year:
        raise NotFoundError("这一年还没有到。", code="desk.year")
    figures, standing = fund_year.figures(visit.house, year), fund_year.standing(visit.house, year)
    same = standing is not None and standing.figures == figures
    return money_page(visit, "desk_money_annual.html.j2", {"one": figures, "standing": standing, "same": same})


def publish_year(visit: Visit) -> Answer:
    """Publish a year for everybody."""
    year = year_of(visit.path["year"])
    if visit.form.one("sure") != "yes":
        raise InputError("请先勾选“我已核对”，再点公开。", code="desk.not_sure")
    fund_year.publish(visit.house, year, by=visit.by)
    return Go(f"{ROOT}/annual/{year}?said=published")


ROUTES = (
    Route(f"{ROOT}/transfers", Act.MONEY_READ, transfers_page),
    Route(f"{ROOT}/transfers/{{transfer}}", Act.MONEY_READ, transfer_page),
    Route(f"{ROOT}/months", Act.MONEY_READ, months_page),
    Route(f"{ROOT}/proof", Act.MONEY_READ, proof_page),
    Route(f"{ROOT}/proof", Act.MONEY_READ, prove, "POST"),
    Route(f"{ROOT}/proof/anchor", Act.MONEY_READ, check_anchor, "POST"),
    Route(f"{ROOT}/files", Act.MONEY_EXPORT, files_page),
    Route(f"{ROOT}/files/{{form}}", Act.MONEY_EXPORT, file, "POST"),
    Route(f"{ROOT}/years", Act.MONEY_READ, years_page),
    Route(f"{ROOT}/years", Act.MONEY_RECORD, close_year, "POST"),
    Route(f"{ROOT}/annual/{{year}}", Act.MONEY_READ, annual_page),
    Route(f"{ROOT}/annual/{{year}}/publish", Act.MONEY_PUBLISH, publish_year, "POST"),
)
