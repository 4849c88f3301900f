"""Delegation at the desk: who stands in for whom and when; given and taken back by the person only."""

from datetime import date

from djflow.accounts.model import Act
from djflow.approvals.delegation.service import MAX_DAYS
from djflow.approvals.model import DelegationId
from djflow.assembly import approval_desk, delegating, doorway
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.spans import DateSpan
from djflow.web.desk.frame import SAID, Answer, Go, Page, Route, Visit


def list_page(visit: Visit) -> Answer:
    """Show what was given and received, and the form for another one."""
    return _list(visit)


def _list(visit: Visit, message: str = "") -> Page:
    values = {
        "found": delegating.overview(visit.house, visit.account),
        "has_board": visit.may(Act.APPROVAL_BOARD),
        "has_person": visit.account.person is not None,
        "kinds": approval_desk.kinds(visit.house),
        "form": visit.form,
        "today": visit.house.today(),
        "most_days": MAX_DAYS,
        "message": message,
        "said": SAID.get(visit.query.get("said", ""), ""),
    }
    return Page("desk_delegations.html.j2", "approvals", values, 400 if message else 200)


def give(visit: Visit) -> Answer:
    """Let somebody stand in, after the password was given again."""
    form = visit.form
    try:
        span = DateSpan(_day(form.one("first")), _day(form.one("last")))
        doorway.require_password(visit.house, visit.visitor, form.raw("password"), ip=visit.ip)
        delegating.give(visit.house, visit.account, form.one("to"), span, kind=form.one("kind"))
    except (InputError, RuleError, ConflictError, NotFoundError) as error:
        return _list(visit, error.message)
    return Go("/desk/delegations?said=delegated")


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise InputError("请写明代理从哪天到哪天，写法如 2026-12-05。", code="delegation.days") from error


def withdraw(visit: Visit) -> Answer:
    """Take a delegation back."""
    delegating.withdraw(visit.house, visit.account, DelegationId(visit.path["delegation"]))
    return Go("/desk/delegations?said=taken_back")


ROUTES = (
    Route("/desk/delegations", Act.APPROVAL_DECIDE, list_page),
    Route("/desk/delegations", Act.APPROVAL_DECIDE, give, "POST"),
    Route("/desk/delegations/{delegation}/withdraw", Act.APPROVAL_DECIDE, withdraw, "POST"),
)
