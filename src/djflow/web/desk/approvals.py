"""Approvals at the desk: what waits for the visitor, all open cases, one case, decisions, the printed sheet."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import date

from djflow.accounts.model import Act
from djflow.approvals.labels import VERDICT_LABELS
from djflow.approvals.model import CaseId, CaseState, TaskId, Verdict
from djflow.approvals.overview.model import STANDING_LABELS, Right, Standing, Wish
from djflow.approvals.overview.service import MOST_COUNTED
from djflow.assembly import approval_desk, doorway
from djflow.assembly.approval_desk import Pick
from djflow.assembly.opinions import said
from djflow.core.errors import InputError, RuleError
from djflow.core.money import yuan
from djflow.people import service as people
from djflow.web.desk.frame import SAID, Answer, Go, Page, Route, Visit
from djflow.web.public.feed import qr_code

LIST_VERDICTS = (Verdict.APPROVE, Verdict.REJECT, Verdict.RETURN_TO_APPLICANT, Verdict.ABSTAIN)
"""What can be said to a whole list; a step that does not allow it refuses its own lines only."""
MOST_PAGES = 1000


def own_page(visit: Visit) -> Answer:
    """Show what waits for whoever is logged in; whoever only looks on sees the open cases instead."""
    if not visit.may(Act.APPROVAL_DECIDE):
        return board_page(visit)
    return _own(visit, visit.query.get("kind", ""), _page_number(visit.query.get("page", "1")))


def _own(visit: Visit, kind: str, page: int, message: str = "") -> Page:
    known = approval_desk.kinds(visit.house)
    kind = kind if kind in known else ""
    values = {
        "found": approval_desk.mine(visit.house, visit.account, kind=kind, page=page),
        "kinds": known,
        "kind": kind,
        "page": page,
        "verdicts": [(one.value, VERDICT_LABELS[one]) for one in LIST_VERDICTS],
        "chosen": visit.form.one("verdict"),
        "ticked": visit.form.every("line"),
        "opinion": visit.form.raw("opinion"),
        "message": message,
        "yuan": yuan,
        **_common(visit),
    }
    return Page("desk_approvals.html.j2", "approvals", values, 400 if message else 200)


def _page_number(word: str) -> int:
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= MOST_PAGES):
        raise InputError("页码写法不对，请从“审批”进入。", code="approval.page")
    return int(word)


def _common(visit: Visit) -> Mapping[str, object]:
    return {
        "has_board": visit.may(Act.APPROVAL_BOARD),
        "decides": visit.may(Act.APPROVAL_DECIDE),
        "has_person": visit.account.person is not None,
        "said": SAID.get(visit.query.get("said", ""), ""),
    }


def decide_lines(visit: Visit) -> Answer:
    """Decide the lines ticked, each by itself, and show what became of each."""
    form = visit.form
    picks = [_pick(word) for word in form.every("line")]
    if not picks:
        raise InputError("请先勾选要办的事项，再提交一次。", code="approval.no_lines")
    page = _page_number(form.one("page") or "1")
    try:
        what = said(form.one("verdict"), form.raw("opinion"))
        doorway.require_password(visit.house, visit.visitor, form.raw("password"), ip=visit.ip)
    except InputError as error:
        return _own(visit, form.one("kind"), page, error.message)
    results = approval_desk.decide_lines(visit.house, visit.account, picks, what)
    values = {
        "results": results,
        "done": sum(one.done for one in results),
        "verdict": VERDICT_LABELS[what.verdict],
        **_common(visit),
    }
    return Page("desk_approval_lines.html.j2", "approvals", values)


def _pick(word: str) -> Pick:
    task_id, dot, content_hash = word.partition(".")
    if not (task_id and dot and content_hash):
        raise InputError("提交的内容看不懂：请在“审批”列表里勾选后提交。", code="approval.line")
    return Pick(TaskId(task_id), content_hash)


def board_page(visit: Visit) -> Answer:
    """Show the open cases that may be seen, oldest first, by what is looked for."""
    query = visit.query
    standing = query.get("standing", "")
    wish = Wish(
        standing=Standing(standing) if standing in set(Standing) else Standing.ALL,
        kind=query.get("kind", ""),
        unit=query.get("unit", ""),
        title=query.get("title", "").strip()[:60],
        after=query.get("after", "")[:32],
        after_day=_day(query.get("day", "")),
    )
    with visit.house.reading() as session:
        towns = [(unit.id, unit.name) for unit in people.units(session) if unit.entry.kind.is_town]
    values = {
        "found": approval_desk.board(visit.house, visit.account, wish),
        "wish": wish,
        "standings": STANDING_LABELS,
        "most": MOST_COUNTED,
        "kinds": approval_desk.kinds(visit.house),
        "towns": towns,
        **_common(visit),
    }
    return Page("desk_approval_board.html.j2", "approvals", values)


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word) if word else None
    except ValueError as error:
        raise InputError("页码写法不对，请从“审批”进入。", code="approval.page") from error


def case_page(visit: Visit) -> Answer:
    """Show one case with its rounds, and the form for whoever is asked."""
    return _case(visit)


def _case(visit: Visit, message: str = "") -> Page:
    view = approval_desk.case_view(visit.house, visit.account, CaseId(visit.path["case"]))
    may = view.rights if visit.may(Act.APPROVAL_DECIDE) else view.rights - {Right.DECIDE}
    values = {
        "view": view,
        "matter": approval_desk.matter(visit.house, visit.account, view),
        "asked": view.asked if Right.DECIDE in may else (),
        "reads": Right.READ_OPINIONS in may,
        "prints": Right.PRINT in may,
        "urges": Right.URGE in may and visit.may(Act.APPROVAL_URGE) and view.running,
        "reassigns": Right.REASSIGN in may and visit.may(Act.APPROVAL_REASSIGN) and view.movable,
        "verdicts": VERDICT_LABELS,
        "form": visit.form,
        "message": message,
        "yuan": yuan,
        "today": visit.house.today(),
        **_common(visit),
    }
    return Page("desk_approval.html.j2", "approvals", values, 400 if message else 200)


def decide(visit: Visit) -> Answer:
    """Take the decision of the person who is logged in, after their password was given again."""
    form, case_id = visit.form, visit.path["case"]
    approval_desk.case_view(visit.house, visit.account, CaseId(case_id))
    try:
        what = said(form.one("verdict"), form.raw("opinion"))
        doorway.require_password(visit.house, visit.visitor, form.raw("password"), ip=visit.ip)
        pick = Pick(TaskId(form.one("task")), form.one("content"))
        approval_desk.decide(visit.house, visit.account, pick, what)
    except (InputError, RuleError) as error:
        return _case(visit, error.message)
    return Go(f"/desk/approvals/{case_id}?said=decided")


def urge(visit: Visit) -> Answer:
    """Urge whoever has the case."""
    case_id = CaseId(visit.path["case"])
    approval_desk.urge(visit.house, visit.account, case_id)
    return Go(f"/desk/approvals/{case_id}?said=urged")


def reassign(visit: Visit) -> Answer:
    """Look again who may decide the present step."""
    case_id = CaseId(visit.path["case"])
    case = approval_desk.reassign(visit.house, visit.account, case_id)
    said = "still_blocked" if case.state is CaseState.BLOCKED else "reassigned"
    return Go(f"/desk/approvals/{case_id}?said={said}")


def sheet_page(visit: Visit) -> Answer:
    """Show the approval sheet for printing on A4, with the check code and where to check it."""
    case_id = CaseId(visit.path["case"])
    sheet = approval_desk.sheet(visit.house, visit.account, case_id)
    address = approval_desk.check_address(visit.house, sheet.check_code)
    values = {
        "sheet": sheet,
        "check_page": approval_desk.check_address(visit.house, "").rstrip("/"),
        "qr": f"data:image/svg+xml;base64,{b64encode(qr_code(address)).decode()}",
        "printed_at": visit.house.now(),
        "yuan": yuan,
    }
    return Page("desk_approval_sheet.html.j2", "approvals", values)


ROUTES = (
    Route("/desk/approvals", Act.APPROVAL_READ, own_page),
    Route("/desk/approvals/decide", Act.APPROVAL_DECIDE, decide_lines, "POST"),
    Route("/desk/approvals/board", Act.APPROVAL_BOARD, board_page),
    Route("/desk/approvals/{case}", Act.APPROVAL_READ, case_page),
    Route("/desk/approvals/{case}/decide", Act.APPROVAL_DECIDE, decide, "POST"),
    Route("/desk/approvals/{case}/urge", Act.APPROVAL_URGE, urge, "POST"),
    Route("/desk/approvals/{case}/reassign", Act.APPROVAL_REASSIGN, reassign, "POST"),
    Route("/desk/approvals/{case}/sheet", Act.APPROVAL_READ, sheet_page),
)
