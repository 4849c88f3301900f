"""What approvers and desks do with a case besides deciding: hand over, add signers, urge, hand in papers, take back.

Each act is one transaction. In a matter of the fund the application is locked before its approval, and whatever follows
is done at once; what the fund does by itself (papers, withdrawal) is refused here with the place where it is done.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from djflow.approvals import choosing
from djflow.approvals import service as approvals
from djflow.approvals.chains.model import Power, StepKind
from djflow.approvals.choosing import Choices
from djflow.approvals.doorway import denying
from djflow.approvals.doorway import service as doorway
from djflow.approvals.doorway.model import Denial
from djflow.approvals.model import AddSigner, Case, CaseId, CaseState, DenialId, Office, Outcome, TaskId, Transfer
from djflow.assembly.approval_office import office_of
from djflow.assembly.approvals import desk_of, hear
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.errors import InputError, RuleError
from djflow.core.ids import PersonId
from djflow.fund import service as fund
from djflow.fund.cases import service as cases
from djflow.fund.running.model import KIND
from djflow.fund.running.rules import ahead_of

MAX_REASON = 200
NOBODY_WAITS = "这件事现在不等人审批：不用发链接。"

_Act = Callable[[Session, Office], Outcome]


def powers(house: House, task_id: TaskId) -> frozenset[Power]:
    """Return what the step of a task lets its approver do besides deciding; raises NotFoundError."""
    with house.reading() as session:
        return choosing.powers(session, task_id, office=office_of(house), now=house.now())


def choices(house: House, task_id: TaskId, power: Power, words: str = "") -> Choices:
    """Return whom a task may be handed to (TRANSFER), or who may sign too, by a part of the name or the code.

    Whoever may not be chosen carries the reason. Raises: NotFoundError.
    """
    with house.reading() as session:
        return choosing.choices(session, task_id, power, words, office=office_of(house), now=house.now())


def transfer(house: House, move: Transfer, *, by: str) -> Outcome:
    """Hand a task over (转办) with a reason; raises InputError without one, and what `approvals.transfer` raises."""
    _require_reason(move.reason)

    def act(session: Session, office: Office) -> Outcome:
        return approvals.transfer(session, move, office=office, by=by, now=house.now())

    return _on_task(house, move.task_id, act, by=by)


def add_signer(house: House, move: AddSigner, *, by: str) -> Outcome:
    """Ask somebody of an office that takes part to sign before or after oneself (加签), with a reason.

    Raises: InputError without a reason; RuleError for another office, and what `approvals.add_signer` raises.
    """
    _require_reason(move.reason)

    def act(session: Session, office: Office) -> Outcome:
        choosing.require_office(session, move.task_id, move.to, office=office, now=house.now())
        return approvals.add_signer(session, move, office=office, by=by, now=house.now())

    return _on_task(house, move.task_id, act, by=by)


def remind(house: House, case_id: CaseId, *, by: str) -> Outcome:
    """Urge whoever has a case (催办); raises what `approvals.remind` raises."""

    def act(session: Session, office: Office) -> Outcome:
        return approvals.remind(session, case_id, office=office, by=by, now=house.now())

    return _on_case(house, case_id, act, by=by)


def reassign(house: House, case_id: CaseId, *, by: str) -> Outcome:
    """Look again who may decide the present step (重新派办); raises what `approvals.reassign` raises."""

    def act(session: Session, office: Office) -> Outcome:
        return approvals.reassign(session, case_id, office=office, by=by, now=house.now())

    return _on_case(house, case_id, act, by=by)


def supplement(house: House, case_id: CaseId, content_hash: str, *, by: str) -> Outcome:
    """Hand in the papers asked for (补正); raises RuleError for the fund's, and what `approvals.supplement` raises."""

    def act(session: Session, office: Office) -> Outcome:
        _refuse_fund(session, case_id, "补正")
        return approvals.supplement(session, case_id, content_hash, office=office, by=by, now=house.now())

    return _on_case(house, case_id, act, by=by)


def withdraw(house: House, case_id: CaseId, *, by: str) -> Outcome:
    """Take a case back (撤回); raises RuleError for the fund's, and what `approvals.withdraw` raises."""

    def act(session: Session, office: Office) -> Outcome:
        _refuse_fund(session, case_id, "撤回")
        return approvals.withdraw(session, case_id, office=office, by=by, now=house.now())

    return _on_case(house, case_id, act, by=by)


def renew_links(house: House, case_id: CaseId, *, by: str) -> int:
    """Send everybody whom a case waits for a new link, the old ones end; return how many there were.

    Raises: RuleError when it waits for nobody, or somebody's links are stopped; NotFoundError.
    """
    with house.transaction() as session:
        audit.hold(session)
        tasks = [task for task in approvals.case(session, case_id).waiting if task.person]
        if not tasks:
            raise RuleError(NOBODY_WAITS, code="approval.not_yours")
        for task in tasks:
            doorway.renew(session, task.id, by=by, now=house.now())
        return len(tasks)


def send_links(house: House, word: str, *, by: str) -> int:
    """Send everybody an application (number or id) waits for a new link and return how many there were.

    Raises: what `renew_links` raises.
    """
    with house.reading() as session:
        found = approvals.cases_about(session, cases.find(session, word).subject)
    if not found:
        raise RuleError(NOBODY_WAITS, code="approval.not_yours")
    return renew_links(house, found[0].id, by=by)


def deny(house: House, task_id: TaskId, person: PersonId, *, by: str) -> Denial:
    """Note that a decision in somebody's name was not theirs (不是我): their links end, the case stands still.

    Raises: what `denying.deny` raises.
    """
    denied: list[Denial] = []

    def act(session: Session, office: Office) -> Outcome:
        denied.append(denying.deny(session, task_id, person, by=by, now=house.now()))
        case = approvals.case_of_task(session, task_id)
        if not denied[0].is_open or case.state is not CaseState.RUNNING:
            return Outcome(case, changed=False)
        return approvals.pause(session, case.id, office=office, by=by, now=house.now())

    _on_task(house, task_id, act, by=by)
    return denied[0]


def settle_denial(house: House, denial_id: DenialId, note: str, *, stands: bool, by: str) -> Denial:
    """Note what the office found: the decision stands and the case goes on, or it falls and all is decided anew.

    Raises: RuleError when it falls after everything was approved; what `denying.settle` raises.
    """
    settled: list[Denial] = []

    def act(session: Session, office: Office) -> Outcome:
        settled.append(denying.settle(session, denial_id, note, stands=stands, by=by, now=house.now()))
        return _after_denial(house, session, settled[0], office, by=by)

    with house.reading() as session:
        case_id = denying.denial(session, denial_id).case_id
    _on_case(house, case_id, act, by=by)
    return settled[0]


def open_denials(house: House) -> tuple[Denial, ...]:
    """Return the reports of 不是我 that the office has still to look into, oldest first."""
    with house.reading() as session:
        return denying.open_denials(session)


def _after_denial(house: House, session: Session, done: Denial, office: Office, *, by: str) -> Outcome:
    case, now = approvals.case(session, done.case_id), house.now()
    if done.stands is False and not case.over:
        chain = approvals.world_of(session, case, office=office, now=now).chain
        if not any(step.kind is StepKind.APPROVE for step in ahead_of(case, chain)):
            raise RuleError(
                "这件事已经全部批准，不能在这里推倒重批：请按异议停下并处理，再写明核实情况。", code="denial.granted"
            )
        return approvals.withdraw(session, case.id, office=office, by=by, now=now)
    of_fund = case.new.subject.kind == KIND  # which may stand still for an objection as well, and goes on by itself
    if of_fund or case.state is not CaseState.PAUSED or denying.is_denied(session, case.id):
        return Outcome(case, changed=False)
    return approvals.resume(session, case.id, office=office, by=by, now=now)


def _on_task(house: House, task_id: TaskId, act: _Act, *, by: str) -> Outcome:
    with house.transaction() as session:
        audit.hold(session)
        return _done(house, session, approvals.case_of_task(session, task_id), act, by=by)


def _on_case(house: House, case_id: CaseId, act: _Act, *, by: str) -> Outcome:
    with house.transaction() as session:
        audit.hold(session)
        return _done(house, session, approvals.case(session, case_id), act, by=by)


def _done(house: House, session: Session, case: Case, act: _Act, *, by: str) -> Outcome:
    office, about = office_of(house), case.new.subject
    if about.kind != KIND:
        outcome = act(session, office)
        hear(house, session, [outcome], by=by)
        return outcome
    outcomes: list[Outcome] = []
    # The application is locked first: the order of every act in the fund.
    fund.tend(session, about.id, lambda: outcomes.append(act(session, office)), desk_of(house), by=by, now=house.now())
    return outcomes[0]


def _require_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise InputError(f"请写明理由，1—{MAX_REASON} 个字，再提交一次。", code="approval.reason")


def _refuse_fund(session: Session, case_id: CaseId, what: str) -> None:
    if approvals.case(session, case_id).new.subject.kind == KIND:
        raise RuleError(f"温暖基金的申请在申请页面上{what}，审批随着办：请到那里办。", code="approval.fund")
