"""What others ask of approvals: open a case, decide, complete a step, hand in papers, return, withdraw, hand over.

Every function works in the caller's transaction, records the change, tells whom it concerns through notify and the
boxes, and returns an `Outcome`; it never calls back. The record's head is locked first (`audit.hold`), then the case:
callers that have recorded something before, or hold a case of their own, wait at the same place, never in a circle.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.approvals import deciding, moves, staffing, store, telling
from djflow.approvals.acts import Complete, Decide, Move, Plain, Replaced, Supplemented, acting_for, open_task, told
from djflow.approvals.chains import service as chains
from djflow.approvals.chains.model import ChainStep
from djflow.approvals.model import (
    AddSigner,
    Answer,
    Case,
    CaseId,
    CaseState,
    NewCase,
    Office,
    Outcome,
    TaskId,
    Transfer,
    Verdict,
    World,
)
from djflow.approvals.states import Act
from djflow.approvals.walking import Walk
from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import PersonId, new_id
from djflow.core.subject import Subject

MAX_TITLE = 60


def open_case(session: Session, new: NewCase, *, office: Office, by: str, now: datetime) -> Outcome:
    """Open a case under the chain of its kind that is valid today; the same content again is the same case.

    Raises: ConflictError when another case about the subject is open; RuleError when no chain is valid; InputError
    for a title or amount that cannot be kept.
    """
    if not 0 < len(new.title) <= MAX_TITLE or new.amount_fen < 0:
        raise InputError(f"审批事项的名称须有 1—{MAX_TITLE} 个字，金额不能是负数。", code="approval.new")
    audit.hold(session)
    open_id = store.open_case_id(session, new.subject)
    if open_id is not None:
        return _opened_before(session, open_id, new)
    today = civil_date(now)
    chain = chains.valid_chain(session, new.kind, today)
    new = replace(new, place=staffing.placed(session, new.place))
    world = World(chain, staffing.staffing_of(session, chain, new, office, today), office)
    fresh = Case(CaseId(new_id(now)), new, chain.version, chain.digest, CaseState.RUNNING, 0, "", now)
    outcome = moves.begin(fresh, world, now)
    store.add(session, outcome.case)
    telling.tell(session, fresh, outcome, world, by=by, now=now)
    telling.record(session, "approval.open", outcome, by=by, now=now)
    return outcome


def _opened_before(session: Session, case_id: CaseId, new: NewCase) -> Outcome:
    case = _case(session, case_id)
    if (case.new.kind, case.new.content_hash, case.new.amount_fen) != (new.kind, new.content_hash, new.amount_fen):
        raise ConflictError("这件事已经在审批了：要改内容，请先撤回，或等退回后再报。", code="approval.open")
    return Outcome(case, changed=False)


def decide(session: Session, task_id: TaskId, answer: Answer, *, office: Office, by: str, now: datetime) -> Outcome:
    """Take an approver's decision; role, conflicts, content and state are looked at again.

    Raises: ConflictError saying who decided and when, or that the content has changed; RuleError for somebody who may
    not decide it; NotFoundError.
    """
    case_id = _case_of_task(session, task_id)
    return _act(session, case_id, Decide(task_id, answer), "approval.decide", office=office, by=by, now=now)


def complete_step(  # noqa: PLR0913 - the case, the step, how it ended, and the office
    session: Session,
    case_id: CaseId,
    step: str,
    *,
    office: Office,
    by: str,
    now: datetime,
    verdict: Verdict = Verdict.APPROVE,
) -> Outcome:
    """Report a step of publicity, payment or follow-up as done; REJECT ends the case (an upheld objection).

    Done before is nothing happened. Raises: ConflictError when the case stands elsewhere; NotFoundError.
    """
    return _act(session, case_id, Complete(step, verdict), "approval.complete", office=office, by=by, now=now)


def supplement(
    session: Session, case_id: CaseId, content_hash: str, *, office: Office, by: str, now: datetime
) -> Outcome:
    """Hand in the papers asked for: the clock runs again where it stopped, about the content as it is now.

    Raises: ConflictError when no papers are asked for; NotFoundError.
    """
    move = Supplemented(content_hash)
    return _act(session, case_id, move, "approval.supplement", office=office, by=by, now=now)


def replace_content(  # noqa: PLR0913 - the case, its new content and amount, and the office
    session: Session,
    case_id: CaseId,
    content_hash: str,
    *,
    amount_fen: int,
    office: Office,
    by: str,
    now: datetime,
) -> Outcome:
    """Put a returned or running case before its approvers again, from the first step, in a new round.

    Raises: RuleError once it is paid; ConflictError when the case has ended; NotFoundError.
    """
    move = Replaced(content_hash, amount_fen)
    return _act(session, case_id, move, "approval.replace", office=office, by=by, now=now)


def withdraw(session: Session, case_id: CaseId, *, office: Office, by: str, now: datetime) -> Outcome:
    """Take a case back for its applicant, while nothing has been paid.

    Raises: RuleError once it is paid; ConflictError when the case has ended; NotFoundError.
    """
    return _plain(session, case_id, Act.WITHDRAW, office=office, by=by, now=now)


def pause(session: Session, case_id: CaseId, *, office: Office, by: str, now: datetime) -> Outcome:
    """Stop the clock (an objection is being looked into); nobody can decide meanwhile.

    Raises: ConflictError when the case does not run; NotFoundError.
    """
    return _plain(session, case_id, Act.PAUSE, office=office, by=by, now=now)


def resume(session: Session, case_id: CaseId, *, office: Office, by: str, now: datetime) -> Outcome:
    """Let the clock run again where it stopped.

    Raises: ConflictError when the case is not paused; NotFoundError.
    """
    return _plain(session, case_id, Act.RESUME, office=office, by=by, now=now)


def transfer(session: Session, move: Transfer, *, office: Office, by: str, now: datetime) -> Outcome:
    """Hand a task over (转办) to somebody who may decide the step; the deadline stays.

    Raises: RuleError for somebody who may not; ConflictError when it was decided; NotFoundError.
    """
    case_id = _case_of_task(session, move.task_id)
    return _act(session, case_id, move, "approval.transfer", office=office, by=by, now=now)


def add_signer(session: Session, move: AddSigner, *, office: Office, by: str, now: datetime) -> Outcome:
    """Ask somebody else to sign before or after oneself (加签).

    Raises: RuleError for too many, or somebody in conflict; ConflictError when it was decided; NotFoundError.
    """
    case_id = _case_of_task(session, move.task_id)
    staffing.require_serving(session, move.to)
    return _act(session, case_id, move, "approval.add_signer", office=office, by=by, now=now)


def remind(session: Session, case_id: CaseId, *, office: Office, by: str, now: datetime) -> Outcome:
    """Urge whoever has the case (催办); counted, once a day, at most as often as the chain says.

    Raises: RuleError when it was urged today or often enough; ConflictError when the case does not run.
    """
    return _plain(session, case_id, Act.URGE, office=office, by=by, now=now)


def reassign(session: Session, case_id: CaseId, *, office: Office, by: str, now: datetime) -> Outcome:
    """Look again who may decide the present step: for a blocked case, or when a role has changed hands.

    Raises: ConflictError when the case neither runs nor is blocked; NotFoundError.
    """
    return _plain(session, case_id, Act.REASSIGN, office=office, by=by, now=now)


def bar(session: Session, subject: Subject, person: PersonId, *, office: Office, by: str, now: datetime) -> None:
    """Keep somebody from deciding the open case about a subject; whoever was asked already is replaced."""
    audit.hold(session)
    case_id = store.open_case_id(session, subject)
    before = _case(session, case_id) if case_id else None
    if before is None or person in before.new.barred:
        return
    store.bar(session, before.id, before.new.barred | {person})
    if before.state in {CaseState.RUNNING, CaseState.BLOCKED}:
        reassign(session, before.id, office=office, by=by, now=now)


def case(session: Session, case_id: CaseId) -> Case:
    """Return a case with all rounds and tasks, opinions closed.

    Raises: NotFoundError.
    """
    return _case(session, case_id)


def case_of_task(session: Session, task_id: TaskId) -> Case:
    """Return the case a task belongs to.

    Raises: NotFoundError.
    """
    return _case(session, _case_of_task(session, task_id))


def require_may(session: Session, task_id: TaskId, person: PersonId, *, office: Office, now: datetime) -> None:
    """Refuse somebody who could not decide a task now: state, turn, role, conflicts; the decision looks again.

    Raises: ConflictError saying who settled it; RuleError; NotFoundError.
    """
    case = case_of_task(session, task_id)
    walk = Walk(case, world_of(session, case, office=office, now=now), now)
    task = open_task(walk, task_id, Act.DECIDE)
    acting_for(walk, task, person)
    deciding.require_free(walk, task, person)


def cases_about(session: Session, subject: Subject) -> tuple[Case, ...]:
    """Return every case about a subject, the newest first."""
    return tuple(_case(session, case_id) for case_id in store.case_ids_of(session, subject))


def step_of(session: Session, case: Case, task_id: TaskId) -> ChainStep:
    """Return the step of a task in its case's own chain."""
    chain = chains.running_chain(session, case.new.kind, case.version, case.digest)
    return chain.step(next(one for one in case.tasks if one.id == task_id).step)


def world_of(session: Session, case: Case, *, office: Office, now: datetime) -> World:
    """Return what the rules know besides a case: its own chain, the persons of today, the office."""
    chain = chains.running_chain(session, case.new.kind, case.version, case.digest)
    return World(chain, staffing.staffing_of(session, chain, case.new, office, civil_date(now)), office)


def _plain(session: Session, case_id: CaseId, act: Act, *, office: Office, by: str, now: datetime) -> Outcome:
    return _act(session, case_id, Plain(act), f"approval.{act}", office=office, by=by, now=now)


def _act(  # noqa: PLR0913 - the case, the act and its name, and the office
    session: Session, case_id: CaseId, move: Move, action: str, *, office: Office, by: str, now: datetime
) -> Outcome:
    audit.hold(session)
    held = store.locked(session, [case_id])
    if not held:
        raise NotFoundError("没有这个审批事项：请刷新后再看。", code="approval.unknown")
    return carry_out(session, held[0], move, action, office=office, by=by, now=now)


def carry_out(  # noqa: PLR0913 - the case, the act and its name, and the office
    session: Session, before: Case, move: Move, action: str, *, office: Office, by: str, now: datetime
) -> Outcome:
    """Do an act on a case that the caller has locked."""
    world = world_of(session, before, office=office, now=now)
    outcome = moves.apply(before, move, world, now)
    if not outcome.changed and outcome.case == before:
        return outcome
    lost = store.save(session, before, outcome.case)
    if lost is not None:
        present = _case(session, before.id)
        first = next(task for task in present.tasks if task.id == lost)
        raise ConflictError(f"{told(present, first)}您这次的操作没有生效。", code="approval.decided")
    telling.tell(session, before, outcome, world, by=by, now=now)
    telling.record(session, action, outcome, by=by, now=now)
    return outcome


def _case(session: Session, case_id: CaseId) -> Case:
    found = store.case(session, case_id)
    if found is None:
        raise NotFoundError("没有这个审批事项：请刷新后再看。", code="approval.unknown")
    return found


def _case_of_task(session: Session, task_id: TaskId) -> CaseId:
    found = store.case_id_of_task(session, task_id)
    if found is None:
        raise NotFoundError("没有这个审批任务：链接可能不完整，请打开最近一条消息里的链接。", code="approval.unknown")
    return found
