"""Files of dispatch: the board as an Excel table, the picture of terms with codes for Prefect, names for the desk."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from djflow.accounts.model import Account
from djflow.assembly import dispatch_board
from djflow.assembly.dispatch_board import Filters
from djflow.assembly.filing import LINK_LIFE, link_key
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.links import FilePath, link
from djflow.core.subject import Subject
from djflow.dispatch.board import service
from djflow.dispatch.board.model import Scope, Wanted
from djflow.dispatch.rotation import service as rotation
from djflow.dispatch.rotation.model import ProposalState
from djflow.fund.payment.sheets import Page, workbook
from djflow.people import service as people

KIND = "dispatch"
TIMELINE = "任期一览.png"
MOST_LINES = 20_000
_COLUMNS = (
    ("工号", 12.0), ("姓名", 12.0), ("批次", 18.0), ("派出单位", 22.0), ("接收单位", 22.0), ("岗位", 24.0),
    ("开始", 12.0), ("期满", 12.0), ("还有（天）", 10.0), ("状态", 16.0), ("最近一月", 14.0), ("接任", 14.0),
)  # fmt: skip


def board_file(house: House, account: Account, filters: Filters) -> bytes:
    """Return the board as an Excel table; the record says who took it.

    Raises: what `dispatch_board.listing` raises.
    """
    found = dispatch_board.listing(house, account, filters, most=MOST_LINES)
    rows = [
        (
            one.code, one.name, one.kind, one.home, one.host, one.title, one.first.isoformat(), one.last.isoformat(),
            one.days_left, one.state, one.light_words, one.successor,
        )
        for one in found.lines
    ]  # fmt: skip
    with house.transaction() as session:
        subject = Subject("dispatch.board", filters.unit or "all")
        audit.record(session, subject, "board.export", by=account.actor, now=house.now(), details={"rows": len(rows)})
    line = f"{house.today()}，{len(rows)}人"
    return workbook([Page("选派干部一览", found.title, line, _COLUMNS, rows)])


def desk_picture(house: House, account: Account, filters: Filters) -> bytes:
    """Return the picture of terms an account sees, with names."""
    with house.reading() as session:
        scope = dispatch_board.scope_of(session, account)
    found = dispatch_board.listing(house, account, filters, most=dispatch_board.PRINTED)
    return _picture(house, scope, filters, {one.id: f"{one.host} {one.name}" for one in found.lines}, found.title)


def prefect_picture(house: House) -> bytes:
    """Return the picture of the terms that end first, with codes."""
    filters = Filters()
    with house.reading() as session:
        found, _ = service.page(session, Wanted(Scope(whole=True), most=dispatch_board.LINES))
        cards = people.people_by_ids(session, [one.new.person for one in found])
        units = {one.id: one.short_name for one in people.units(session)}
    labels = {str(one.id): f"{units[one.new.host]} {cards[one.new.person].code}" for one in found}
    return _picture(house, Scope(whole=True), filters, labels, "最先期满的选派干部")


def _picture(house: House, scope: Scope, filters: Filters, labels: Mapping[str, str], title: str) -> bytes:
    from djflow.dispatch.board.timeline import Bar, timeline  # noqa: PLC0415 - Matplotlib takes a second to load

    on = house.today()
    with house.reading() as session:
        wanted = dispatch_board.wanted_of(session, scope, filters, on, most=len(labels) + 1)
        found, _ = service.page(session, wanted)
        planned = _planned(session)
    bars: list[Bar] = []
    for one in found:
        if one.id not in labels:
            continue
        bars.append(Bar(labels[one.id], one.new.kind, one.span.first, one.span.last))
        if one.id in planned:
            first = max(planned[one.id], one.span.first)
            bars.append(Bar("拟接任", one.new.kind, first, first + timedelta(days=365), planned=True))
    return timeline(title, bars, on)


def _planned(session: Session) -> Mapping[str, date]:
    live = {ProposalState.OPEN, ProposalState.ACCEPTED}
    return {one.new.seat: one.new.moves[0].span.first for one in rotation.proposals(session, live) if one.new.moves}


def picture_link(house: House) -> Mapping[str, str]:
    """Return label → signed address of the picture with codes; it ends after a month."""
    path = FilePath(KIND, "terms", TIMELINE)
    address = house.settings.web.address + link(path, house.now() + LINK_LIFE, link_key(house))
    return {"任期一览": address}


def render(house: House, name: str) -> bytes | None:
    """Return a file behind a signed link, None when there is no such file."""
    return prefect_picture(house) if name == TIMELINE else None
