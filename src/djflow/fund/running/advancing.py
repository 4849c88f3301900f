"""Does what is due in a case, one thing after another, until nothing is due; all in the caller's transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Case as Approval
from djflow.approvals.model import NewCase, Place, Verdict
from djflow.core.clock import civil_date
from djflow.core.errors import IntegrityError, RuleError
from djflow.core.ids import PersonId
from djflow.fund import casework
from djflow.fund.behalf import service as behalf
from djflow.fund.cases import payees
from djflow.fund.cases import service as cases
from djflow.fund.cases import store as case_store
from djflow.fund.cases.model import Act, CaseState, Filing, FundCase, Who, subject_of
from djflow.fund.cases.transitions import ENDED
from djflow.fund.casework import Request
from djflow.fund.lists import service as lists
from djflow.fund.payment import orders
from djflow.fund.payment.model import NewOrder, Payee
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level
from djflow.fund.running import money, rules
from djflow.fund.running.model import EMERGENCY_KIND, KIND, LIST_KIND, Desk, Due, Stage, Standing
from djflow.fund.running.standing import standing
from djflow.fund.running.telling import tell
from djflow.people import service as people

_MOST = 30
"""More acts than any way of a case has: a table that goes in a circle is found, not waited for."""

_Doer = Callable[[Session, Standing, Desk, str, datetime], None]


def advance(session: Session, before: Standing, desk: Desk, *, by: str, now: datetime) -> FundCase:
    """Do everything that is due in a case, tell whom it concerns, and return the case.

    Raises: IntegrityError when the rules go in a circle; whatever keeps something that is due from being done.
    """
    for _ in range(_MOST):
        present = standing(session, before.case.id, desk, now=now)
        what = rules.due(present)
        if what is None:
            tell(session, before, present, now=now)
            if present.case.filing is Filing.LIST and present.case.state in ENDED:
                lists.close_with(session, present.case, by=by, now=now)
            return present.case
        _DO[what](session, present, desk, by, now)
    raise IntegrityError(f"申请 {before.case.number} 的办理规则走成了圈：请报告管理员。", code="fund.circle")


def _open(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    case = at.case
    kind = _kind(session, case, now)
    new = NewCase(
        subject=case.subject,
        kind=kind,
        title=f"温暖基金申请{case.number}",
        content_hash=case.content_hash,
        amount_fen=case.amount_fen,
        applicant=case.applicant,
        place=Place(case.unit, case.branch),
        barred=earlier_hands(session, case) | behalf.hands(session, case.id),
    )
    approvals.open_case(session, new, office=desk.office, by=by, now=now)


def _kind(session: Session, case: FundCase, now: datetime) -> str:
    special = LIST_KIND if case.filing is Filing.LIST else EMERGENCY_KIND
    if case.papers_due_on is None and special is EMERGENCY_KIND:
        return KIND
    try:
        return chains.valid_chain(session, special, civil_date(now)).kind
    except RuleError:  # the office wrote no chain of its own for it
        return KIND


def earlier_hands(session: Session, case: FundCase) -> frozenset[PersonId]:
    """Return who decided the case that this one appeals against: an appeal has other approvers."""
    if case.appeal_of is None:
        return frozenset()
    found = approvals.cases_about(session, subject_of(case.appeal_of))
    return frozenset(person for one in found for person in one.deciders)


def _renew(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    approval, case = _approval(at), at.case
    if at.stage is Stage.SUPPLEMENT:
        approvals.supplement(session, approval.id, case.content_hash, office=desk.office, by=by, now=now)
    else:
        _replace(session, at, desk, by, now)


def _replace(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    case = at.case
    approvals.replace_content(
        session, _approval(at).id, case.content_hash, amount_fen=case.amount_fen, office=desk.office, by=by, now=now
    )


def _hang(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    publicity.post(session, at.case.id, Level.BRANCH, desk.terms, by=by, now=now)


def _step(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    approval = _approval(at)
    approvals.complete_step(session, approval.id, approval.step, office=desk.office, by=by, now=now)


def _start(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    casework.move(session, at.case.id, Request(Act.START, Who.OFFICE), desk.terms, by=by, now=now)


def _grant(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    money.grant(session, at.case, desk, by=by, now=now)


def _end_publicity(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    casework.end_publicity(session, at.case.id, desk.terms, by=by, now=now)


def _order(session: Session, at: Standing, _desk: Desk, by: str, now: datetime) -> None:
    case = at.case
    row = cases.require(session, case.id)
    holder = people.people_by_ids(session, [case.applicant])[case.applicant].name
    account, bank = payees.payee(session, row)
    payee = Payee(case.applicant, holder, account, bank)
    found = approvals.cases_about(session, case.subject)
    hands = frozenset(person for one in found for person in one.deciders) | earlier_hands(session, case)
    call = case_store.phone_row(session, case.id)
    if call is not None:
        hands |= {PersonId(call.approver_id)}
    new = NewOrder(case.subject, case.number, case.amount_fen, payee, hands)
    orders.open_order(session, new, by=by, now=now)


def _pause(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    approvals.pause(session, _approval(at).id, office=desk.office, by=by, now=now)


def _resume(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    approvals.resume(session, _approval(at).id, office=desk.office, by=by, now=now)


def _stop(session: Session, at: Standing, desk: Desk, by: str, now: datetime) -> None:
    approval = _approval(at)
    # A step that the owner does has nobody's name on it; any other is its approver's to refuse.
    owned = any(task.person is None and task.step == approval.step and not task.ended_at for task in approval.tasks)
    if owned and at.case.state in {CaseState.REJECTED, CaseState.CLAWED_BACK}:
        approvals.complete_step(
            session, approval.id, approval.step, office=desk.office, by=by, now=now, verdict=Verdict.REJECT
        )
    else:
        approvals.withdraw(session, approval.id, office=desk.office, by=by, now=now)


def _take_back(session: Session, at: Standing, _desk: Desk, by: str, now: datetime) -> None:
    orders.withdraw(session, at.case.subject, by=by, now=now)


def _release(session: Session, at: Standing, _desk: Desk, by: str, now: datetime) -> None:
    money.release(session, at.case, by=by, now=now)


def _approval(at: Standing) -> Approval:
    if at.approval is None:
        msg = "a stage without an approval"
        raise AssertionError(msg)
    return at.approval


_DO: Mapping[Due, _Doer] = MappingProxyType(
    {
        Due.OPEN: _open,
        Due.RENEW: _renew,
        Due.REPLACE: _replace,
        Due.HANG: _hang,
        Due.STEP: _step,
        Due.START: _start,
        Due.GRANT: _grant,
        Due.END_PUBLICITY: _end_publicity,
        Due.ORDER: _order,
        Due.PAUSE: _pause,
        Due.RESUME: _resume,
        Due.STOP: _stop,
        Due.TAKE_BACK: _take_back,
        Due.RELEASE: _release,
    }
)
