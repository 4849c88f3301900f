"""Documents on their way through the approval: sent in, passed, countersigned, signed or returned.

The chain's own step (会签) is done here: units answer at their desks, and when all have agreed the step is reported
done. Everything is in the caller's transaction; what a crash left behind is found again by `catch_up`.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.chains.model import Chain, ChainStep, StepKind
from djflow.approvals.model import Case, CaseState, NewCase, Outcome, Verdict
from djflow.assembly.approval_office import office_of
from djflow.assembly.documents_terms import document_terms
from djflow.assembly.house import House
from djflow.core.errors import ConflictError, IntegrityError, RuleError
from djflow.documents.numbering import service as numbering
from djflow.documents.official.model import KIND_LABELS
from djflow.documents.register import service as register
from djflow.documents.register.model import Act, Document, DocumentState, Signature, Who
from djflow.documents.register.sharing import service as sharing
from djflow.documents.register.sharing.store import Said
from djflow.documents.register.transitions import BEFORE_SIGNING

_BACK = frozenset({CaseState.RETURNED, CaseState.REJECTED, CaseState.WITHDRAWN, CaseState.EXPIRED})
"""Outcomes that put a document back on its drafter's desk."""


def submit(house: House, document_id: str, *, by: str) -> Document:
    """Send a draft in: its approval is opened, or goes on where it was returned.

    Raises: RuleError for what the draft lacks, or a chain without a step for the units asked; what
    `register.submit` and `approvals.open_case` raise.
    """
    with house.transaction() as session:
        found = register.submit(session, document_id, by=by, now=house.now())
        outcome = _opened(house, session, found, by=by)
        if register.units_of(session, found.id)[1] and _own_step(_chain(house, session, outcome.case)) is None:
            raise RuleError(
                "这个代字的审批流程没有会签一步：请去掉会签单位，或改 approvals.toml。",
                code="document.no_countersign",
            )
        follow(house, session, outcome, by=by)
        return register.document(session, found.id)


def _opened(house: House, session: Session, found: Document, *, by: str) -> Outcome:
    series = numbering.series_of(document_terms(house).series, found.series)
    office, now = office_of(house), house.now()
    before = _case_of(session, found)
    if before is not None and not before.over and before.new.kind == series.chain:
        return approvals.replace_content(
            session, before.id, found.content_hash, amount_fen=0, office=office, by=by, now=now
        )
    if before is not None and not before.over:
        approvals.withdraw(session, before.id, office=office, by=by, now=now)
    title = f"公文{found.file_number}（{KIND_LABELS[found.kind]}）"
    new = NewCase(found.subject, series.chain, title, found.content_hash, applicant=found.drafter)
    return approvals.open_case(session, new, office=office, by=by, now=now)


def _case_of(session: Session, found: Document) -> Case | None:
    """Return the approval of a document that is open, else the newest."""
    known = approvals.cases_about(session, found.subject)
    return next((one for one in known if not one.over), next(iter(known), None))


def _chain(house: House, session: Session, case: Case) -> Chain:
    return approvals.world_of(session, case, office=office_of(house), now=house.now()).chain


def _own_step(chain: Chain) -> ChainStep | None:
    return next((step for step in chain.steps if step.kind is not StepKind.APPROVE), None)


def take_back(house: House, document_id: str, *, by: str) -> Document:
    """Take a document back before it is signed; it may be changed and sent in again.

    Raises: ConflictError when it is not on its way.
    """
    with house.transaction() as session:
        found = register.document(session, document_id)
        case = _case_of(session, found)
        if case is None or case.over or found.state not in BEFORE_SIGNING:
            raise ConflictError(f"{found.name}不在送审途中，不用撤回：请刷新后查看。", code="document.state")
        outcome = approvals.withdraw(session, case.id, office=office_of(house), by=by, now=house.now())
        follow(house, session, outcome, by=by)
        return register.document(session, found.id)


def countersign(house: House, document_id: str, said: Said, *, by: str) -> Document:
    """Take what a unit says; when all have agreed the document goes on, one that disagrees sends it back.

    Raises: what `sharing.answer` raises.
    """
    with house.transaction() as session:
        now = house.now()
        found = sharing.answer(session, document_id, said, by=by, now=now)
        case = _case_of(session, found)
        if case is None:
            raise IntegrityError(f"{found.name}没有审批：请报告管理员。", code="document.no_case")
        if said.agreed:
            follow(house, session, Outcome(case), by=by)
        else:
            outcome = approvals.complete_step(
                session, case.id, case.step, office=office_of(house), by=by, now=now, verdict=Verdict.REJECT
            )
            follow(house, session, outcome, by=by)
        return register.document(session, found.id)


def follow(house: House, session: Session, outcome: Outcome, *, by: str) -> None:
    """Do what an approval says about its document; twice is once."""
    case, now = outcome.case, house.now()
    found = register.document(session, case.new.subject.id)
    if found.state not in BEFORE_SIGNING:
        return
    if case.state is CaseState.APPROVED:
        found = _forward(session, found, by=by, house=house)
        register.sign(session, found.id, _signature(case), case.new.content_hash, by=by, now=now)
    elif case.state in _BACK:
        register.move(session, found.id, Act.RETURN, Who.APPROVAL, by=by, now=now)
    elif case.state is CaseState.RUNNING:
        _go_on(house, session, found, case, by=by)


def _go_on(house: House, session: Session, found: Document, case: Case, *, by: str) -> None:
    chain, now = _chain(house, session, case), house.now()
    step = chain.step(case.step)
    if step.kind is StepKind.APPROVE:
        if step.id != chain.steps[0].id and not _asks_later(chain, step):
            _forward(session, found, by=by, house=house)
        return
    if found.state is DocumentState.PROOFREAD:
        found = register.move(session, found.id, Act.PASS, Who.APPROVAL, by=by, now=now)
    sharing.ask(session, found, terms=document_terms(house), now=now)
    if not sharing.all_agreed(session, found.id):
        return
    if found.state is DocumentState.COUNTERSIGN:
        register.move(session, found.id, Act.COUNTERSIGNED, Who.APPROVAL, by=by, now=now)
    outcome = approvals.complete_step(session, case.id, step.id, office=office_of(house), by=by, now=now)
    follow(house, session, outcome, by=by)


def _asks_later(chain: Chain, step: ChainStep) -> bool:
    later = chain.steps[chain.steps.index(step) + 1 :]
    return any(one.kind is not StepKind.APPROVE for one in later)


def _forward(session: Session, found: Document, *, by: str, house: House) -> Document:
    """Bring a document to its review, through whichever steps lie before it."""
    for state, act in ((DocumentState.PROOFREAD, Act.PASS), (DocumentState.COUNTERSIGN, Act.COUNTERSIGNED)):
        if found.state is state:
            found = register.move(session, found.id, act, Who.APPROVAL, by=by, now=house.now())
    return found


def _signature(case: Case) -> Signature:
    """Return who signed: whoever approved last by the chain itself; signers asked for besides only agree."""
    approved = [
        (task.decision, task.decision.person)
        for task in case.tasks
        if task.decision
        and task.decision.person
        and task.decision.verdict is Verdict.APPROVE
        and task.round == case.round
        and not task.added
    ]
    if not approved:
        raise IntegrityError("这份公文的审批里没有签发人：请报告管理员。", code="document.no_signer")
    # Of several at one instant the later task.
    last, person = max(reversed(approved), key=lambda one: one[0].at)
    return Signature(person, last.at, last.principal)


def catch_up(house: House, *, by: str) -> int:
    """Follow every approval a crash left behind, each in its own transaction; return how many documents moved."""
    with house.reading() as session:
        found: Sequence[Document] = register.documents(session, BEFORE_SIGNING)
    moved = 0
    for one in found:
        with house.transaction() as session:
            before = register.document(session, one.id)
            case = _case_of(session, before)
            if case is not None:
                follow(house, session, Outcome(case, changed=False), by=by)
            moved += register.document(session, one.id).state is not before.state
    return moved
