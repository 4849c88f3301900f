"""The reserve list at the desk: the register, who is due for review, one member; opinions only when opened."""

from djflow.accounts.model import Act
from djflow.assembly import dispatch_reserve
from djflow.core.errors import InputError
from djflow.dispatch.reserve.model import REASON_WORDS, REASONS, MemberState, NewReview, Reason, ReviewKind
from djflow.web.desk.dispatch_board import ROOT, dispatch_page
from djflow.web.desk.frame import Answer, Go, Route, Visit

_HERE = f"{ROOT}/reserve"


def register(visit: Visit) -> Answer:
    """Show the list, those due for review, or those who left."""
    view = visit.query.get("view", "")
    lines = dispatch_reserve.register(visit.house, ended=view == "ended", due_only=view == "due")
    values = {
        "lines": lines,
        "view": view,
        "works": visit.may(Act.RESERVE_WORK),
        "reasons": _reasons(ReviewKind.ENTRY),
        "tab": "reserve",
    }
    return dispatch_page(visit, "desk_dispatch_reserve.html.j2", values)


def propose(visit: Visit) -> Answer:
    """Propose somebody for the list."""
    done, _ = dispatch_reserve.propose(
        visit.house, visit.form.one("code"), _review(visit, ReviewKind.ENTRY), by=visit.by
    )
    return Go(f"{_HERE}/{done.id}?said=proposed")


def member(visit: Visit) -> Answer:
    """Show one membership without the opinions."""
    return _member(visit, dispatch_reserve.sheet(visit.house, visit.path["member"]), opened=False)


def look(visit: Visit) -> Answer:
    """Show the opinions; that they were opened is recorded."""
    found = dispatch_reserve.sheet(visit.house, visit.path["member"], opened_by=visit.account)
    return _member(visit, found, opened=True)


def _member(visit: Visit, found: dispatch_reserve.Sheet, *, opened: bool) -> Answer:
    values = {
        "found": found,
        "opened": opened,
        "works": visit.may(Act.RESERVE_WORK) and found.line.member.state is MemberState.LISTED,
        "keeps": _reasons(ReviewKind.YEARLY),
        "exits": _reasons(ReviewKind.EXIT),
        "tab": "reserve",
    }
    return dispatch_page(visit, "desk_dispatch_member.html.j2", values)


def keep(visit: Visit) -> Answer:
    """Record a yearly review by which somebody stays."""
    dispatch_reserve.keep(visit.house, visit.path["member"], _review(visit, ReviewKind.YEARLY), by=visit.by)
    return Go(f"{_HERE}/{visit.path['member']}?said=kept")


def take_off(visit: Visit) -> Answer:
    """Ask that somebody leaves the list."""
    dispatch_reserve.take_off(visit.house, visit.path["member"], _review(visit, ReviewKind.EXIT), by=visit.by)
    return Go(f"{_HERE}/{visit.path['member']}?said=leaving")


def _reasons(kind: ReviewKind) -> dict[str, str]:
    return {reason.value: REASON_WORDS[reason] for reason in REASONS[kind]}


def _review(visit: Visit, kind: ReviewKind) -> NewReview:
    word = visit.form.one("reason")
    if word not in set(Reason):
        raise InputError("请选原因，再提交一次。", code="reserve.reason")
    return NewReview(kind, Reason(word), visit.form.one("opinion"))


ROUTES = (
    Route(_HERE, Act.RESERVE_READ, register),
    Route(_HERE, Act.RESERVE_WORK, propose, "POST"),
    Route(f"{_HERE}/{{member}}", Act.RESERVE_READ, member),
    Route(f"{_HERE}/{{member}}/look", Act.RESERVE_READ, look, "POST"),
    Route(f"{_HERE}/{{member}}/keep", Act.RESERVE_WORK, keep, "POST"),
    Route(f"{_HERE}/{{member}}/leave", Act.RESERVE_WORK, take_off, "POST"),
)
