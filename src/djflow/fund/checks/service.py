"""What is done before approval: compare, ask departments, visit, vote. Every suspicion waits for a person's reason."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.fund.cases import rules as case_rules
from djflow.fund.cases import service as cases
from djflow.fund.cases import store as case_store
from djflow.fund.cases.model import CaseState, FundCase, Policy
from djflow.fund.cases.transitions import ASKING, COMMITTED
from djflow.fund.checks import rules, store
from djflow.fund.checks.model import CrossCheck, Deliberation, Flag, FlagKind, Notes, Visit
from djflow.fund.materials import service as materials
from djflow.fund.materials.model import MaterialKind
from djflow.people.dossiers import service as dossiers

_MONTH_DAYS = 31


def compare(session: Session, case_id: str, policy: Policy, *, by: str, now: datetime) -> tuple[Flag, ...]:
    """Ask about every case in the window with the same person, household or account, and about split amounts.

    Both cases carry the flag. An appeal is not compared with the case it is about. Nothing is refused; twice is once.
    """
    row = cases.require(session, case_id)
    case = case_store.case_of(row)
    since = now - timedelta(days=policy.duplicate_months * _MONTH_DAYS)
    alike = [one for one in case_store.alike(session, row, since) if _counts(one.state) and one.id != case.appeal_of]
    found: list[tuple[FlagKind, str]] = []
    for one in alike:
        if one.applicant_id == row.applicant_id or (row.id_hash and one.id_hash == row.id_hash):
            found.append((FlagKind.SAME_PERSON, one.id))
        elif row.household_hash and one.household_hash == row.household_hash:
            found.append((FlagKind.SAME_HOUSEHOLD, one.id))
        if one.payee_hash == row.payee_hash and one.applicant_id != row.applicant_id:
            found.append((FlagKind.SAME_ACCOUNT, one.id))
    near = [
        case_store.case_of(one)
        for one in alike
        if one.applicant_id == row.applicant_id or (row.household_hash and one.household_hash == row.household_hash)
    ]
    found += [(FlagKind.SPLIT, one.id) for one in case_rules.split_parts(case, near, policy)]
    asked = [kind for kind, other in found if store.add_flag(session, kind, case.id, other, f"{kind}:{other}", now=now)]
    for kind in asked:
        audit.record(session, case.subject, "fund.flag", by=by, now=now, details={"kind": kind.value})
    return store.flags_of(session, case.id)


def _counts(state: CaseState) -> bool:
    return state in ASKING | COMMITTED or state is CaseState.REJECTED


def settle_flag(session: Session, flag_id: str, reason: str, *, by: str, now: datetime) -> None:
    """Give the reason for which a flagged case may go on.

    Raises: InputError without a reason; NotFoundError; ConflictError when somebody gave one before.
    """
    words = case_rules.clean_text(reason, "理由")
    if not words:
        raise InputError("请写明核实情况和理由，再提交一次。", code="fund.reason")
    row = store.locked_flag(session, flag_id)
    if row is None:
        raise NotFoundError("没有这条提示：请刷新后再试。", code="fund.flag")
    if row.settled_at is not None:
        raise ConflictError("这条提示已经有人处理：请刷新后查看。", code="fund.flag")
    store.settle_flag(session, row, words, by=by, now=now)
    subject = cases.get(session, row.case_id).subject
    audit.record(session, subject, "fund.flag_settled", by=by, now=now, details={"kind": row.kind.value})


def case_of_flag(session: Session, flag_id: str) -> str:
    """Return the id of the case a flag is about.

    Raises: NotFoundError.
    """
    row = store.locked_flag(session, flag_id)
    if row is None:
        raise NotFoundError("没有这条提示：请刷新后再试。", code="fund.flag")
    return row.case_id


def visit(session: Session, case_id: str, seen: Visit, *, by: str, now: datetime) -> None:
    """Record what one of two visitors saw at the applicant's home; the same visitor again corrects it.

    Raises: RuleError for the applicant or a relative; InputError for an impossible day; ConflictError by state.
    """
    case = _checking(session, case_id)
    dossiers.dossier(session, seen.visitor)
    rules.require_visitor(seen.visitor, case.applicant, dossiers.kin(session, case.applicant))
    rules.require_day(seen.visited_on, civil_date(case.made_at), civil_date(now), "入户核实")
    store.put_visit(session, case_id, seen, by=by, now=now)
    details: Details = {"on": str(seen.visited_on), "consistent": seen.consistent}
    audit.record(session, case.subject, "fund.visit", by=by, now=now, details=details)


def deliberate(
    session: Session, case_id: str, vote: Deliberation, policy: Policy, *, by: str, now: datetime
) -> Deliberation:
    """Record a branch's vote; what it proposes goes on with the case when it passed.

    Raises: InputError for numbers that do not add up or missing minutes; RuleError when somebody did not leave the
        room or too few came; ConflictError by state.
    """
    case = _checking(session, case_id)
    rules.require_vote(vote, case.applicant, dossiers.kin(session, case.applicant), policy.min_present)
    rules.require_day(vote.held_on, civil_date(case.made_at), civil_date(now), "评议")
    minutes = materials.material(session, vote.minutes)
    if minutes is None or minutes.case != case.id or minutes.kind is not MaterialKind.MINUTES:
        raise InputError("没有附评议记录：请先上传评议记录，再登记结果。", code="fund.minutes")
    if vote.passed:
        cases.propose(session, case_id, vote.proposed_fen, by=by, now=now)
    store.add_vote(session, case, vote, by=by, now=now)
    details: Details = {
        "present": vote.present,
        "for": vote.votes_for,
        "against": vote.against,
        "abstain": vote.abstain,
        "passed": vote.passed,
    }
    audit.record(session, case.subject, "fund.deliberate", by=by, now=now, details=details)
    return vote


def gaps(session: Session, case: FundCase, policy: Policy) -> tuple[str, ...]:
    """Return in words what is still to be checked about a case; empty when it may go to approval."""
    votes = store.votes_of(session, case.id)
    found: list[str] = []
    if not votes or votes[-1][1:] != (case.category, case.requested_fen):
        found.append("支部还没有就现在申请的金额评议")
    elif not votes[-1][0].passed:
        found.append("支部评议没有过半数赞成")
    found += rules.visit_gaps(store.visits_of(session, case.id))
    found += rules.department_gaps(store.crosschecks_of(session, case.id), policy.departments)
    return (*found, *flag_gaps(session, case))


def flag_gaps(session: Session, case: FundCase) -> tuple[str, ...]:
    """Return in words that somebody still has to give reasons for a case's flags."""
    unsettled = sum(one.is_open and one.case == case.id for one in store.flags_of(session, case.id))
    return (f"有 {unsettled} 条疑点还没有人写明理由",) if unsettled else ()


def look(session: Session, case_id: str, *, by: str, now: datetime) -> Notes:
    """Open what visitors, departments and reviewers wrote about a case; that somebody looked is recorded.

    Raises: NotFoundError.
    """
    subject = cases.get(session, case_id).subject
    audit.record(session, subject, "fund.look_notes", by=by, now=now)
    return store.notes_of(session, case_id)


def flags_of(session: Session, case_id: str) -> tuple[Flag, ...]:
    """Return the questions about a case and those about others that name it."""
    return store.flags_of(session, case_id)


def crosschecks_of(session: Session, case_id: str) -> tuple[CrossCheck, ...]:
    """Return the departments' answers about a case."""
    return store.crosschecks_of(session, case_id)


def visits_of(session: Session, case_id: str) -> tuple[Visit, ...]:
    """Return the visitors' findings without their notes."""
    return store.visits_of(session, case_id)


def votes_of(session: Session, case_id: str) -> Iterable[Deliberation]:
    """Return a branch's votes about a case, oldest first."""
    return tuple(vote for vote, _, _ in store.votes_of(session, case_id))


def may_be_checked(case: FundCase) -> bool:
    """Return whether checks of a case are taken now: while it is checked, and later the papers of an emergency."""
    late = case.emergency and case.papers_due_on is not None and case.state in COMMITTED | {CaseState.RUNNING}
    return case.state is CaseState.CHECKING or (late and case.state is not CaseState.CLOSED)


def _checking(session: Session, case_id: str) -> FundCase:
    case = case_store.case_of(cases.require(session, case_id, lock=True))
    if not may_be_checked(case):
        raise ConflictError(f"申请 {case.number} 不在核查阶段，现在不能登记：请刷新后查看。", code="fund.state")
    return case
