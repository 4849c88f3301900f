"""Reports of 不是我 at the office's desk, and new links for approvers who lost theirs."""

from djflow.accounts.model import Act
from djflow.approvals.doorway.denying import MAX_NOTE
from djflow.approvals.model import CaseId, DenialId
from djflow.assembly import approval_acts, approval_desk, denials, doorway
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.web.desk.frame import SAID, Answer, Go, Page, Route, Visit

FINDINGS = {"stands": True, "falls": False}


def list_page(visit: Visit) -> Answer:
    """Show what the office has still to look into."""
    return _list(visit)


def _list(visit: Visit, message: str = "") -> Page:
    values = {
        "found": denials.waiting(visit.house),
        "most": MAX_NOTE,
        "form": visit.form,
        "has_board": visit.may(Act.APPROVAL_BOARD),
        "message": message,
        "said": SAID.get(visit.query.get("said", ""), ""),
    }
    return Page("desk_denials.html.j2", "approvals", values, 400 if message else 200)


def settle(visit: Visit) -> Answer:
    """Note what the office found, after the password was given again."""
    form = visit.form
    try:
        stands = _finding(form.one("finding"))
        doorway.require_password(visit.house, visit.visitor, form.raw("password"), ip=visit.ip)
        key = DenialId(visit.path["denial"])
        denials.settle(visit.house, visit.account, key, form.one("note"), stands=stands)
    except (InputError, RuleError, ConflictError) as error:
        return _list(visit, error.message)
    return Go("/desk/denials?said=denial_settled")


def _finding(word: str) -> bool:
    if word not in FINDINGS:
        raise InputError("请选核实的结果，再提交一次。", code="denial.finding")
    return FINDINGS[word]


def renew(visit: Visit) -> Answer:
    """Send whoever a case waits for a new link."""
    case_id = CaseId(visit.path["case"])
    approval_desk.case_view(visit.house, visit.account, case_id)
    approval_acts.renew_links(visit.house, case_id, by=visit.by)
    return Go(f"/desk/approvals/{case_id}?said=links_sent")


ROUTES = (
    Route("/desk/denials", Act.APPROVAL_REASSIGN, list_page),
    Route("/desk/denials/{denial}", Act.APPROVAL_REASSIGN, settle, "POST"),
    Route("/desk/approvals/{case}/links", Act.APPROVAL_REASSIGN, renew, "POST"),
)
