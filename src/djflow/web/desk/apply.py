"""A branch's or township's clerk applies to the fund for a member of the own branches; nobody else's exist here."""

from dataclasses import replace

from djflow.accounts.model import Act
from djflow.assembly import applied, applying, seats
from djflow.assembly.claim_form import Form, FormError
from djflow.core.errors import InputError, RuleError
from djflow.core.ids import PersonId
from djflow.web.desk.frame import SAID, Answer, Go, Page, Route, Visit
from djflow.web.uploading import FILE

ROOT = "/desk/fund/apply"
CASE = ROOT + "/case/{case}"


def start(visit: Visit) -> Answer:
    """Show the own branches and what was filed for their members."""
    seat = seats.seat_of(visit.house, visit.account)
    values = {"branches": seats.branches(visit.house, seat), "rows": applied.mine(visit.house, seat)}
    return Page("desk_apply.html.j2", "apply", values)


def branch_page(visit: Visit) -> Answer:
    """Show the members of one of the own branches."""
    branch, found = seats.members(visit.house, seats.seat_of(visit.house, visit.account), visit.path["branch"])
    return Page("desk_apply_branch.html.j2", "apply", {"branch": branch, "members": found})


def form_page(visit: Visit) -> Answer:
    """Show the empty form for a member."""
    seat = seats.seat_of(visit.house, visit.account)
    name, form = applying.blank(visit.house, seat, PersonId(visit.path["person"]))
    return _form(name, form, f"{ROOT}/person/{visit.path['person']}")


def file(visit: Visit) -> Answer:
    """Keep a draft for a member."""
    seat, person = seats.seat_of(visit.house, visit.account), PersonId(visit.path["person"])
    name, form = applying.blank(visit.house, seat, person)
    try:
        made = applying.file(visit.house, seat, person, _given(visit))
    except (FormError, InputError, RuleError) as error:
        return _again(visit, name, form, f"{ROOT}/person/{person}", error)
    return Go(f"{ROOT}/case/{made.id}?said=filed")


def case_page(visit: Visit) -> Answer:
    """Show one application that a branch filed."""
    sight = applied.see(visit.house, seats.seat_of(visit.house, visit.account), visit.path["case"])
    values = {
        "sight": sight,
        "megabytes": visit.house.settings.fund.policy.upload_bytes // 1024 // 1024,
        "said": SAID.get(visit.query.get("said", ""), ""),
    }
    return Page("desk_apply_case.html.j2", "apply", values)


def amend_page(visit: Visit) -> Answer:
    """Show the form of an application that may be changed."""
    name, form = applying.changing(visit.house, seats.seat_of(visit.house, visit.account), visit.path["case"])
    return _form(name, form, f"{ROOT}/case/{visit.path['case']}/amend")


def amend(visit: Visit) -> Answer:
    """Change an application."""
    seat, case = seats.seat_of(visit.house, visit.account), visit.path["case"]
    name, form = applying.changing(visit.house, seat, case)
    try:
        applying.amend(visit.house, seat, case, _given(visit))
    except (FormError, InputError, RuleError) as error:
        return _again(visit, name, form, f"{ROOT}/case/{case}/amend", error)
    return _back(visit, "changed")


def upload(visit: Visit) -> Answer:
    """Keep papers with an application."""
    seat = seats.seat_of(visit.house, visit.account)
    applying.upload(visit.house, seat, visit.path["case"], visit.form.one("kind"), visit.form.every_file(FILE))
    return _back(visit, "kept")


def remove(visit: Visit) -> Answer:
    """Remove a paper from an application."""
    seat = seats.seat_of(visit.house, visit.account)
    applying.take_back(visit.house, seat, visit.path["case"], visit.form.one("material"))
    return _back(visit, "removed")


def submit(visit: Visit) -> Answer:
    """Submit an application."""
    applying.submit(visit.house, seats.seat_of(visit.house, visit.account), visit.path["case"])
    return _back(visit, "submitted")


def withdraw(visit: Visit) -> Answer:
    """Take an application back; the box has to be ticked."""
    if visit.form.one("sure") != "yes":
        raise InputError("没有撤回：请先勾选“确定撤回”。", code="apply.sure")
    applying.withdraw(visit.house, seats.seat_of(visit.house, visit.account), visit.path["case"])
    return _back(visit, "withdrawn")


def _given(visit: Visit) -> dict[str, str]:
    return {name: visit.form.one(name) for name in visit.form.values}


def _form(name: str, form: Form, action: str, problem: str = "", status: int = 200) -> Page:
    values = {"name": name, "form": form, "action": action, "problem": problem}
    return Page("desk_apply_form.html.j2", "apply", values, status)


def _again(visit: Visit, name: str, form: Form, action: str, error: InputError | RuleError) -> Page:
    problems = error.problems if isinstance(error, FormError) else {}
    shown = replace(form, given=_given(visit), problems=problems)
    return _form(name, shown, action, error.message, 400 if isinstance(error, InputError) else 403)


def _back(visit: Visit, said: str) -> Go:
    return Go(f"{ROOT}/case/{visit.path['case']}?said={said}")


ROUTES = (
    Route(ROOT, Act.FUND_APPLY, start),
    Route(f"{ROOT}/branch/{{branch}}", Act.FUND_APPLY, branch_page),
    Route(f"{ROOT}/person/{{person}}", Act.FUND_APPLY, form_page),
    Route(f"{ROOT}/person/{{person}}", Act.FUND_APPLY, file, "POST", files=True),
    Route(CASE, Act.FUND_APPLY, case_page),
    Route(f"{CASE}/amend", Act.FUND_APPLY, amend_page),
    Route(f"{CASE}/amend", Act.FUND_APPLY, amend, "POST", files=True),
    Route(f"{CASE}/material", Act.FUND_APPLY, upload, "POST", files=True),
    Route(f"{CASE}/remove", Act.FUND_APPLY, remove, "POST"),
    Route(f"{CASE}/submit", Act.FUND_APPLY, submit, "POST"),
    Route(f"{CASE}/withdraw", Act.FUND_APPLY, withdraw, "POST"),
)
