"""What can be done about acts for somebody else: note one, ask whose hands were in a case.

Whoever acted for somebody never decides that case: the open approval asks somebody else from then on, and an approval
opened later leaves them out (`hands`). Source: handbook of the fund, section 6.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import Office
from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.errors import InputError, RuleError
from djflow.core.ids import PersonId
from djflow.fund.behalf import store
from djflow.fund.behalf.model import Done, OnBehalf
from djflow.fund.cases import rules as case_rules
from djflow.fund.cases import service as cases
from djflow.people.dossiers import service as dossiers


def note(session: Session, case_id: str, what: OnBehalf, office: Office, *, by: str, now: datetime) -> None:
    """Note that somebody acted for somebody else, and keep that person from approving the case.

    Raises: InputError without a reason; RuleError when the second person is the same, the applicant or a relative;
        NotFoundError.
    """
    words = case_rules.clean_text(what.reason, "代办原因")
    if not words:
        raise InputError("请写明为什么代办，再提交一次。", code="behalf.reason")
    case = cases.get(session, case_id)
    dossiers.dossier(session, what.second)
    near = {case.applicant, *dossiers.kin(session, case.applicant)}
    if what.second == what.person or near & {what.second, what.person}:
        raise RuleError(
            "代办要有另一位同志在场，代办人和在场人都不能是申请人或其亲属：请换一位。", code="behalf.second"
        )
    store.add(session, case_id, OnBehalf(what.act, what.person, what.second, words, what.evidence), by=by, now=now)
    details: Details = {"act": what.act.value, "evidence": what.evidence[:16]}
    audit.record(session, case.subject, "fund.behalf", by=by, now=now, details=details)
    approvals.bar(session, case.subject, what.person, office=office, by=by, now=now)


def hands(session: Session, case_id: str) -> frozenset[PersonId]:
    """Return everybody who acted for somebody else in a case."""
    return frozenset(one.person for one in store.of_case(session, case_id))


def of_case(session: Session, case_id: str) -> tuple[Done, ...]:
    """Return what was done for somebody else in a case, oldest first, reasons closed."""
    return store.of_case(session, case_id)


def look(session: Session, case_id: str, *, by: str, now: datetime) -> dict[str, str]:
    """Open the reasons of what was done for somebody else, by id; that somebody looked is recorded.

    Raises: NotFoundError.
    """
    subject = cases.get(session, case_id).subject
    audit.record(session, subject, "fund.look_behalf", by=by, now=now)
    return dict(store.reasons(session, case_id))
