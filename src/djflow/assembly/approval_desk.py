"""Approvals at the desk: lists and cases as one account may see them, decisions of persons, urging, the printed sheet.

Whoever decides does so as the person of the account, after giving the password again (`doorway.require_password`); the
engine looks at role, conflict, content and state once more, exactly as on the phone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from djflow.accounts.model import Account, Act
from djflow.accounts.rules import may
from djflow.approvals import service as approvals
from djflow.approvals.labels import VERDICT_LABELS
from djflow.approvals.model import Answer, Case, CaseId, TaskId
from djflow.approvals.overview import service as overview
from djflow.approvals.overview.model import Board, CaseView, OwnList, Right, Wish
from djflow.approvals.views import service as views
from djflow.approvals.views.model import Sheet, SheetCheck
from djflow.assembly import approval_acts, matters, relief
from djflow.assembly import case_view as fund_case
from djflow.assembly.approval_office import office_of
from djflow.assembly.house import House
from djflow.assembly.opinions import Said
from djflow.audit import service as audit
from djflow.core.errors import DjflowError, NotFoundError, RuleError
from djflow.fund.running.model import KIND

NO_PERSON = "这个账号没有对应到人，不能审批：请安全管理员在账号里写上工号。"
_REFUSED = "您不能对这件事这样办：这要由组织部的协调员或申请人所在支部来做。"


@dataclass(frozen=True, slots=True)
class Pick:
    """A task chosen on a page, with the content that the page was about."""

    task_id: TaskId
    content_hash: str


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of one line of a list: `words` say what was done, or why it was not."""

    case_id: str
    title: str
    done: bool
    words: str


def mine(house: House, account: Account, *, kind: str = "", page: int = 1) -> OwnList:
    """Return a page of what an account's person may decide now, the first due first."""
    with house.reading() as session:
        viewer = overview.viewer_of(session, account, now=house.now())
        return overview.mine(session, viewer, now=house.now(), kind=kind, page=page)


def board(house: House, account: Account, wish: Wish) -> Board:
    """Return a page of the open cases that an account may see."""
    with house.reading() as session:
        return overview.board(session, overview.viewer_of(session, account, now=house.now()), wish, now=house.now())


def case_view(house: House, account: Account, case_id: CaseId) -> CaseView:
    """Return a case as an account may see it.

    Raises: NotFoundError for a case that is not there or not theirs.
    """
    with house.reading() as session:
        viewer = overview.viewer_of(session, account, now=house.now())
        return overview.case_view(session, case_id, viewer, office=office_of(house), now=house.now())


def matter(house: House, account: Account, view: CaseView) -> tuple[str, ...]:
    """Return what the subsystem tells of the matter of a case; empty for none.

    Whoever may not read the opinions is told nothing. Of the fund nothing personal is told; who goes where in
    dispatch is told to those who may look into batches; anything else to whoever may read the opinions.
    """
    if Right.READ_OPINIONS not in view.rights:
        return ()
    if view.subject.kind == KIND:
        return fund_case.told(house, view.subject.id)
    if view.subject.kind in matters.OF_DISPATCH and not may(account.roles, Act.BATCH_LOOK):
        return ()
    with house.reading() as session:
        return matters.told(session, view.subject)


def decide(house: House, account: Account, pick: Pick, what: Said) -> Case:
    """Take the decision of the account's person about a task, in a transaction of its own, and return the case.

    Raises: RuleError for an account without a person; NotFoundError for a task that is not theirs; whatever keeps the
    decision from being taken.
    """
    _seen_task(house, account, pick.task_id)
    if account.person is None:
        raise RuleError(NO_PERSON, code="approval.no_person")
    answer = Answer(account.person, what.verdict, pick.content_hash, what.opinion)
    return relief.decide_any(house, pick.task_id, answer, by=account.actor).case


def _seen_task(house: House, account: Account, task_id: TaskId) -> Case:
    with house.reading() as session:
        try:
            case = approvals.case_of_task(session, task_id)
        except NotFoundError as error:
            raise NotFoundError(overview.UNKNOWN, code="approval.unknown") from error
        viewer = overview.viewer_of(session, account, now=house.now())
        return overview.seen(session, case.id, viewer, office=office_of(house), now=house.now())


def decide_lines(house: House, account: Account, picks: Iterable[Pick], what: Said) -> tuple[LineResult, ...]:
    """Decide lines one after another, each by itself; what refuses one line is said there and stops no other."""
    return tuple(_line(house, account, pick, what) for pick in picks)


def _line(house: House, account: Account, pick: Pick, what: Said) -> LineResult:
    case_id, title = "", "（无此事项）"
    try:
        case = _seen_task(house, account, pick.task_id)
        case_id, title = case.id, case.new.title
        decide(house, account, pick, what)
    except DjflowError as error:
        return LineResult(case_id, title, done=False, words=error.message)
    return LineResult(case_id, title, done=True, words=f"已办：{VERDICT_LABELS[what.verdict]}")


def urge(house: House, account: Account, case_id: CaseId) -> None:
    """Urge whoever has a case (催办); counted, once a day, at most as often as the chain says.

    Raises: NotFoundError; RuleError for somebody who may not, or when it was urged often enough; ConflictError when
    nobody is asked now.
    """
    _allowed(house, account, case_id, Right.URGE)
    approval_acts.remind(house, case_id, by=account.actor)


def reassign(house: House, account: Account, case_id: CaseId) -> Case:
    """Look again who may decide the present step of a case (重新派办), and return it.

    Raises: NotFoundError; RuleError for somebody who may not; ConflictError when the case neither runs nor is blocked.
    """
    _allowed(house, account, case_id, Right.REASSIGN)
    return approval_acts.reassign(house, case_id, by=account.actor).case


def _allowed(house: House, account: Account, case_id: CaseId, right: Right) -> None:
    with house.reading() as session:
        _require(house, session, account, case_id, right)


def sheet(house: House, account: Account, case_id: CaseId) -> Sheet:
    """Return the approval sheet for printing; who took it out is recorded.

    Raises: NotFoundError; RuleError for somebody who may see the case without its opinions.
    """
    with house.transaction() as session:
        audit.hold(session)
        case = _require(house, session, account, case_id, Right.PRINT)
        audit.record(session, case.subject, "approval.sheet", by=account.actor, now=house.now())
        return views.sheet(session, case_id)


def _require(house: House, session: Session, account: Account, case_id: CaseId, right: Right) -> Case:
    office, now = office_of(house), house.now()
    viewer = overview.viewer_of(session, account, now=now)
    case = overview.seen(session, case_id, viewer, office=office, now=now)
    if right not in overview.rights(session, case, viewer, office=office, now=now):
        raise RuleError(_REFUSED, code="approval.no_right")
    return case


def check(house: House, code: str) -> SheetCheck:
    """Return what is known of the print with this code.

    Raises: InputError for what is no code; NotFoundError when no sheet of this house bears it.
    """
    with house.reading() as session:
        return views.check_sheet(session, code)


def check_address(house: House, code: str) -> str:
    """Return the address at which anybody may check a print."""
    return f"{house.settings.web.address}/check/{code}"


def kinds(house: House) -> dict[str, str]:
    """Return the kinds of matters that are approved here, with their names."""
    return {chain.kind: chain.name or chain.kind for chain in house.settings.approvals.versions}
