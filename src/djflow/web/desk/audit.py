"""The audit administrator's pages: the record of changes, its proof, the login log. Reading only."""

from djflow.accounts import service as accounts
from djflow.accounts.model import RESULT_WORDS, Act
from djflow.assembly import upkeep
from djflow.audit import service as audit
from djflow.audit.labels import ACTION_LABELS, ACTOR_LABELS, SUBJECT_LABELS
from djflow.core.errors import InputError, IntegrityError
from djflow.core.subject import Subject
from djflow.web.desk.frame import SAID, Answer, Go, Page, Route, Visit

LINES = 50


def record_page(visit: Visit) -> Answer:
    """Show the record, newest first, of one subject when asked for."""
    before = visit.query.get("before", "")
    wanted = visit.query.get("subject", "").strip()
    if before and not (before.isascii() and before.isdigit() and len(before) <= 15):
        raise InputError("页码写法不对，请从“操作记录”进入。", code="audit.page")
    subject = Subject.parse(wanted) if wanted else None
    with visit.house.reading() as session:
        entries = audit.latest(session, before=int(before or 0), subject=subject, count=LINES)
        logins = {one.actor: one.login for one in accounts.accounts(session)}
    values = {
        "entries": entries,
        "actors": {**ACTOR_LABELS, **logins},
        "actions": ACTION_LABELS,
        "kinds": SUBJECT_LABELS,
        "subject": wanted,
        "older": entries[-1].seq if len(entries) == LINES else 0,
        "said": SAID.get(visit.query.get("said", ""), ""),
    }
    return Page("desk_audit.html.j2", "audit", values)


def check(visit: Visit) -> Answer:
    """Prove the record.

    Raises: IntegrityError's page when it is broken.
    """
    report = upkeep.verify_audit(visit.house)
    if report.intact:
        return Go("/desk/audit?said=intact")
    error = IntegrityError(
        f"操作记录第{report.broken_at}条起核对不上：有人绕过系统改动过数据库。请停止操作，从备份核对。"
    )
    return Page("desk_trouble.html.j2", "audit", {"heading": "操作记录核对不上", "message": error.message}, 500)


def login_page(visit: Visit) -> Answer:
    """Show the login log, newest first."""
    before = visit.query.get("before", "")
    if before and not (before.isalnum() and len(before) <= 32):
        raise InputError("页码写法不对，请从“登录记录”进入。", code="audit.page")
    with visit.house.reading() as session:
        lines = accounts.login_log(session, before=before, count=LINES)
    older = lines[-1].id if len(lines) == LINES else ""
    return Page("desk_logins.html.j2", "logins", {"lines": lines, "results": RESULT_WORDS, "older": older})


ROUTES = (
    Route("/desk/audit", Act.AUDIT_READ, record_page),
    Route("/desk/audit/check", Act.AUDIT_VERIFY, check, "POST"),
    Route("/desk/audit/logins", Act.AUDIT_READ, login_page),
)
