"""不是我: an approver says that a decision in their name was not theirs, and the office looks into it.

At once every link of the person ends and none is made until the office has settled it; the office is alarmed, the
record keeps it. What stops the case stands with its owner, who asks `is_denied`. Source: handbook on the warmth fund,
section 6.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.approvals import service
from djflow.approvals.doorway import service as doorway
from djflow.approvals.doorway import store
from djflow.approvals.doorway.model import Denial
from djflow.approvals.model import CaseId, DenialId, TaskId
from djflow.approvals.telling import COORDINATOR
from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId, new_id
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import ItemKind, NewItem
from djflow.notify import service as notify
from djflow.notify.planning import alert

MAX_NOTE = 500


def deny(session: Session, task_id: TaskId, person: PersonId, *, by: str, now: datetime) -> Denial:
    """Note that a decision in somebody's name was not theirs; the same again is the same.

    Raises: RuleError for a decision of somebody else; NotFoundError.
    """
    audit.hold(session)
    case = service.case_of_task(session, task_id)
    said = next(one for one in case.tasks if one.id == task_id).decision
    if said is None or person not in {said.person, said.principal}:
        raise RuleError("这一步不是以您的名义办的：不用报告。", code="approval.not_yours")
    known = next((one for one in store.denials_of_task(session, task_id) if one.person == person), None)
    if known is not None:
        return known
    made = Denial(DenialId(new_id(now)), case.id, task_id, person, now, None, None)
    doorway.revoke(session, person, by=by, now=now)
    store.add_denial(session, made)
    details = {"task": task_id, "person": person, "denial": made.id}
    audit.record(session, case.subject, "approval.deny", by=by, now=now, details=details)
    title = f"{case.new.title}：审批人报告“不是我办的”，请马上核实"
    item = NewItem(ItemKind.APPROVAL_DENIED, _subject(made), COORDINATOR, title)
    inbox.post_item(session, item, now=now)
    notify.enqueue(session, [alert(_subject(made), f"denied:{civil_date(now)}", title, now=now)], now=now)
    return made


def settle(session: Session, denial_id: DenialId, note: str, *, stands: bool, by: str, now: datetime) -> Denial:
    """Note what the office found; the person's links can be made again. Twice with the same finding is once.

    Raises: InputError without a note; ConflictError for another finding; NotFoundError.
    """
    audit.hold(session)
    found = store.denial(session, denial_id)
    if found is None:
        raise NotFoundError("没有这份报告：请刷新后再看。", code="denial.unknown")
    if not found.is_open:
        if found.stands is stands:
            return found
        raise ConflictError("这份报告已经有了别的处理结果：请刷新后再看。", code="denial.settled")
    words = note.strip()
    if not 0 < len(words) <= MAX_NOTE:
        raise InputError(f"请写明核实的情况，1—{MAX_NOTE} 个字，再提交一次。", code="denial.note")
    done = replace(found, settled_at=now, stands=stands)
    store.settle_denial(session, done, note=words, by=by)
    inbox.settle(session, ItemKind.APPROVAL_DENIED, _subject(done), by=by, now=now)
    subject = service.case(session, found.case_id).subject
    details: Details = {"task": found.task_id, "denial": found.id, "stands": stands}
    audit.record(session, subject, "approval.settle_denial", by=by, now=now, details=details)
    return done


def denial(session: Session, denial_id: DenialId) -> Denial:
    """Return a denial.

    Raises: NotFoundError.
    """
    found = store.denial(session, denial_id)
    if found is None:
        raise NotFoundError("没有这份报告：请刷新后再看。", code="denial.unknown")
    return found


def open_denials(session: Session) -> tuple[Denial, ...]:
    """Return what the office has still to look into, oldest first."""
    return store.open_denials(session)


def is_denied(session: Session, case_id: CaseId) -> bool:
    """Return whether a decision of a case is denied and not looked into: nothing of it may go on."""
    return store.is_denied(session, case_id)


def _subject(one: Denial) -> Subject:
    return Subject("approvals.denial", one.id)
