"""What others ask of the door: make a link, look who it lets in, send a code, open the matter, decide.

Looking never changes anything, so that crawlers and previews decide nothing. A link alone says only whom it is for; the
code opens the matter for as long as the code lives, by a pass that this browser keeps. Everything is looked at again
when a decision comes: link, pass, person, task, state, content. Source: handbook on the warmth fund, section 6.
"""

import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.approvals import service
from djflow.approvals.acts import told
from djflow.approvals.delegation import service as delegation
from djflow.approvals.doorway import links, store
from djflow.approvals.doorway.links import Door
from djflow.approvals.doorway.model import Admission, CodeResult, Entry, Settled
from djflow.approvals.doorway.tables import ApprovalInvitationRow
from djflow.approvals.model import Answer, Case, Office, Outcome, Task, TaskId, TaskState
from djflow.approvals.notices import day_words, task_subject
from djflow.audit import service as audit
from djflow.core.clock import civil_date, instant_of
from djflow.core.errors import ConflictError, GoneError, NotFoundError, RuleError
from djflow.core.ids import PersonId, new_id
from djflow.core.subject import Subject
from djflow.db.session import vault_of
from djflow.notify import service as notify
from djflow.notify.model import Intent, NoticeKind
from djflow.people import service as people

MAX_TRIES = 5
MAX_CODES = 5
MAX_WRONG_A_DAY = 15
CODE_LIFE = timedelta(minutes=10)
CODE_PAUSE = timedelta(minutes=1)
LINK_LIFE = timedelta(days=30)

UNKNOWN = "这个链接不完整或不是本系统发出的：请打开最近一条审批消息里的链接。"
OVER = "这个链接已经失效：请打开最近一条审批消息里的链接。"
CHANGED = "申请内容已有改动：请打开最近一条消息里的链接，看过最新内容再办。"
FROZEN = "这位同志的审批链接已停用：请等组织部核实后重新发，急事请打下面的电话。"
CLOSED = "这一页打开太久或换了浏览器，没有保存：请返回，重新获取验证码再办。"
USED_UP = f"这个链接已经获取过 {MAX_CODES} 次验证码，不能再获取：请打下面的电话，请组织部重新发一个链接。"
_SENTENCES = {
    CodeResult.WRONG: "验证码不对或已过期：请核对，或重新获取一个。",
    CodeResult.NO_CODE: "请先获取验证码。",
    CodeResult.LOCKED: "验证码错得太多，这个链接已锁定：请打下面的电话，请组织部核实后重新发一个链接。",
    CodeResult.DAY_LOCKED: "今天验证码错得太多，今天不能再办：请明天再办，急事请打下面的电话。",
}


def invite(session: Session, task_id: TaskId, person: PersonId, *, now: datetime) -> str:
    """Return the token by which a person may decide a task about the content as it is now.

    Raises: RuleError when the task does not wait for that person; NotFoundError.
    """
    return links.token_of(vault_of(session), reference(session, task_id, person, now=now))


def reference(session: Session, task_id: TaskId, person: PersonId, *, now: datetime) -> str:
    """Return the id of the person's invitation; without the house's key nobody makes a link of it.

    Raises: RuleError when the task does not wait for that person, or their links are frozen; NotFoundError.
    """
    case = service.case_of_task(session, task_id)
    task = _task(case, task_id)
    _require_thawed(session, person)
    if not task.open or not _is_for(session, case, task, person, now=now):
        raise RuleError("这个任务已经不等这位同志办理：没有发出链接。", code="approval.not_yours")
    hash_ = case.new.content_hash
    row = store.good(session, task_id, person, hash_)
    if row is not None and now < row.expires_at:
        return row.id
    return _made(session, task_id, person, hash_, now=now).id


def _made(session: Session, task_id: TaskId, person: PersonId, hash_: str, *, now: datetime) -> ApprovalInvitationRow:
    key = new_id(now)
    row = ApprovalInvitationRow(
        id=key, hash=links.token_hash(vault_of(session), links.token_of(vault_of(session), key)), task_id=task_id,
        person_id=person, content_hash=hash_, made_at=now, expires_at=now + LINK_LIFE, revoked_at=None, used_at=None,
        codes=0, code_hash="", code_until=None, tries=0,
    )  # fmt: skip
    store.add(session, row)
    return row


def admission(session: Session, token: str, *, now: datetime) -> Admission:
    """Return whom a link lets in, without changing anything.

    Raises: NotFoundError for a token that was never given out; GoneError once it has expired or was revoked;
    ConflictError when the content has changed or the task was settled, saying by whom and when.
    """
    return _admitted(session, _row(session, token), now=now)


def send_code(session: Session, token: str, *, now: datetime) -> None:
    """Send a fresh code to the person of the link, by the channels of approval codes.

    Raises: what `admission` raises; RuleError for too many codes or too soon.
    """
    row = _row(session, token, lock=True)
    admitted = _admitted(session, row, now=now)
    if row.tries >= MAX_TRIES:
        raise RuleError(_SENTENCES[CodeResult.LOCKED], code="approval.locked")
    if row.codes >= MAX_CODES:
        raise RuleError(USED_UP, code="approval.codes")
    if row.code_until is not None and now < row.code_until - CODE_LIFE + CODE_PAUSE:
        raise RuleError("验证码刚刚发出：请等一分钟再重新获取。", code="approval.code_soon")
    row.codes += 1
    vault = vault_of(session)
    row.code_hash = links.code_hash(vault, row.id, links.code_of(vault, row.id, row.codes))
    row.code_until = now + CODE_LIFE
    notify.enqueue(session, [_code_intent(session, admitted, row.codes, now=now)], now=now)


def enter(session: Session, token: str, code: str, *, office: Office, now: datetime) -> Entry:
    """Open the matter of a link by its code, until the code's end or the decision.

    A wrong code is returned, not raised, so that it stays counted. Raises: what `admission` raises, and whatever would
    keep this person from deciding.
    """
    row = _row(session, token, lock=True)
    admitted = _admitted(session, row, now=now)
    result = _checked(session, row, code, now=now)
    if result is not CodeResult.ACCEPTED or row.code_until is None:
        return Entry(result, refused=_SENTENCES[result])
    service.require_may(session, admitted.task_id, admitted.person, office=office, now=now)
    door = _door(row)
    return Entry(result, links.pass_of(vault_of(session), door), row.code_until)


def passed(session: Session, token: str, given: str, *, now: datetime) -> Admission:
    """Return whom a link lets in to read, when the browser has its pass.

    Raises: RuleError (`approval.pass`) without it or once it is over; what `admission` raises.
    """
    row = _row(session, token)
    admitted = _admitted(session, row, now=now)
    _require_pass(session, row, given, now=now)
    return admitted


def decide(session: Session, token: str, given: str, answer: Answer, *, office: Office, now: datetime) -> Outcome:
    """Decide by link and pass; `answer.person` becomes, and its content must be, that of the link.

    Raises: RuleError without the pass; what `admission` raises, and whatever keeps the decision from being taken.
    """
    row = _row(session, token, lock=True)
    admitted = _admitted(session, row, now=now)
    _require_pass(session, row, given, now=now)
    if answer.content_hash != admitted.content_hash:
        raise ConflictError(CHANGED, code="approval.content")
    mine = replace(answer, person=admitted.person)
    by = str(Subject("people.person", admitted.person))
    outcome = service.decide(session, admitted.task_id, mine, office=office, by=by, now=now)
    # A code lets one decision through.
    row.used_at, row.code_hash, row.code_until = now, "", None
    return outcome


def settled(session: Session, token: str) -> Settled | None:
    """Return what the person of a link decided at its task, or somebody in their name; None when they did not.

    Raises: NotFoundError for a token that was never given out.
    """
    row = _row(session, token)
    task_id, person = TaskId(row.task_id), PersonId(row.person_id)
    case = service.case_of_task(session, task_id)
    said = _task(case, task_id).decision
    if said is None or person not in {said.person, said.principal}:
        return None
    denials = [one for one in store.denials_of_task(session, task_id) if one.person == person]
    step = service.step_of(session, case, task_id).name
    looked_into = bool(denials) and not any(one.is_open for one in denials)
    return Settled(task_id, case.id, step, said.verdict, said.at, bool(denials), looked_into)


def person_of(session: Session, token: str) -> PersonId:
    """Return whom a link was made for, whatever became of it.

    Raises: NotFoundError for a token that was never given out.
    """
    return PersonId(_row(session, token).person_id)


def ends_at(given: str) -> datetime:
    """Return when a pass that was looked at ends."""
    return datetime.fromtimestamp(int(given.partition(".")[0]), tz=UTC)


def revoke(session: Session, person: PersonId, *, by: str, now: datetime) -> int:
    """End every approval link of a person ("不是我": the phone was lost) and return how many there were."""
    audit.hold(session)
    rows = store.of_person(session, person)
    for row in rows:
        row.revoked_at = now
    if rows:
        subject = Subject("people.person", person)
        audit.record(session, subject, "approval.revoke_links", by=by, now=now, details={"links": len(rows)})
    return len(rows)


def renew(session: Session, task_id: TaskId, *, by: str, now: datetime) -> PersonId:
    """End the links to a task and send whoever it waits for a new one (the old one was locked or lost).

    Returns whom it goes to. Raises: RuleError when the task waits for nobody, or their links are frozen; NotFoundError.
    """
    audit.hold(session)
    case = service.case_of_task(session, task_id)
    task = _task(case, task_id)
    if task.person is None or task.state is not TaskState.WAITING:
        raise RuleError("这个任务现在不等人办理：不用发链接。", code="approval.not_yours")
    acting = delegation.delegates(session, [task.person], case.new.kind, civil_date(now))
    to = acting.get(task.person, task.person)
    _require_thawed(session, to)
    old = [row for row in store.of_person(session, to) if row.task_id == task_id]
    for row in old:
        row.revoked_at = now
    session.flush()
    invitation = reference(session, task_id, to, now=now)
    subject = Subject("approvals.invitation", invitation)
    audit.record(session, subject, "approval.new_link", by=by, now=now, details={"task": task_id, "ended": len(old)})
    step = service.step_of(session, case, task_id).name
    card = people.people_by_ids(session, [to]).get(to)
    values = {"name": card.name if card else "", "what": case.new.title, "step": step, "due": day_words(task.due_on)}
    kind, slot = NoticeKind.APPROVAL_WAITING, f"link:{invitation}"
    until = now + LINK_LIFE
    intent = Intent(kind, task_subject(task), task.round, to, slot, f"sms/{kind}", now, until, values)
    notify.enqueue(session, [intent], now=now)
    return to


def after_decision(session: Session, task_id: TaskId, person: PersonId, *, now: datetime) -> str:
    """Return the id of the invitation whose page shows a person what was decided in their name.

    Raises: RuleError when nothing was; NotFoundError.
    """
    case = service.case_of_task(session, task_id)
    said = _task(case, task_id).decision
    if said is None or person not in {said.person, said.principal}:
        raise RuleError("这个任务不是这位同志办的：没有发出链接。", code="approval.not_yours")
    row = store.of_task(session, task_id, person)
    return row.id if row is not None else _made(session, task_id, person, said.content_hash, now=now).id


def _row(session: Session, token: str, *, lock: bool = False) -> ApprovalInvitationRow:
    digest = links.token_hash(vault_of(session), token) if links.TOKEN.fullmatch(token) else ""
    row = store.by_hash(session, digest, lock=lock) if digest else None
    if row is None:
        raise NotFoundError(UNKNOWN, code="link.broken")
    return row


def _admitted(session: Session, row: ApprovalInvitationRow, *, now: datetime) -> Admission:
    task_id, person = TaskId(row.task_id), PersonId(row.person_id)
    case = service.case_of_task(session, task_id)
    task = _task(case, task_id)
    if not task.open:
        raise _over(case, task, row)
    if store.is_frozen(session, person):
        raise GoneError(FROZEN, code="approval.frozen")
    if now >= row.expires_at or row.revoked_at is not None:
        raise GoneError(OVER, code="link.expired")
    if row.content_hash != case.new.content_hash:
        raise ConflictError(CHANGED, code="approval.content")
    if not _is_for(session, case, task, person, now=now):
        raise GoneError("这件事现在不由您办理：代理已经到期或收回。", code="approval.not_yours")
    return Admission(row.id, task_id, person, row.content_hash, row.expires_at, row.used_at)


def _over(case: Case, task: Task, row: ApprovalInvitationRow) -> ConflictError:
    said = task.decision
    if said is not None and row.person_id in {said.person, said.principal}:
        return ConflictError(told(case, task), code="approval.done")
    if task.state is TaskState.HANDED_OVER:
        return ConflictError(told(case, task), code="approval.handed")
    if said is None and row.content_hash != case.new.content_hash:
        return ConflictError(CHANGED, code="approval.content")
    return ConflictError(told(case, task), code="approval.decided")


def _is_for(session: Session, case: Case, task: Task, person: PersonId, *, now: datetime) -> bool:
    if task.person is None or task.state not in {TaskState.WAITING, TaskState.QUEUED}:
        return False
    acting = delegation.delegates(session, [task.person], case.new.kind, civil_date(now))
    return person in {task.person, acting.get(task.person)}


def _checked(session: Session, row: ApprovalInvitationRow, code: str, *, now: datetime) -> CodeResult:
    if row.tries >= MAX_TRIES:
        return CodeResult.LOCKED
    today = instant_of(civil_date(now))
    if store.wrong_codes(session, PersonId(row.person_id), today) >= MAX_WRONG_A_DAY:
        return CodeResult.DAY_LOCKED
    if not row.code_hash or row.code_until is None:
        return CodeResult.NO_CODE
    given = links.code_hash(vault_of(session), row.id, code.strip())
    if hmac.compare_digest(given, row.code_hash) and now < row.code_until:
        return CodeResult.ACCEPTED
    row.tries += 1
    store.add_wrong_code(session, row, now=now)
    return CodeResult.LOCKED if row.tries >= MAX_TRIES else CodeResult.WRONG


def _door(row: ApprovalInvitationRow) -> Door:
    # Bound to the number of the code: whoever asks for a new code shuts what an earlier one had opened.
    until = int(row.code_until.timestamp()) if row.code_until else 0
    return Door(row.id, row.content_hash, row.codes, until)


def _require_pass(session: Session, row: ApprovalInvitationRow, given: str, *, now: datetime) -> None:
    door = _door(row)
    if now.timestamp() >= door.until or not links.is_pass(vault_of(session), door, given):
        raise RuleError(CLOSED, code="approval.pass")


def _require_thawed(session: Session, person: PersonId) -> None:
    if store.is_frozen(session, person):
        raise RuleError("这位同志报告过“不是我”，链接已停用：请先核实并了结那件事。", code="approval.frozen")


def _task(case: Case, task_id: TaskId) -> Task:
    return next(one for one in case.tasks if one.id == task_id)


def _code_intent(session: Session, admitted: Admission, number: int, *, now: datetime) -> Intent:
    card = people.people_by_ids(session, [admitted.person]).get(admitted.person)
    values = {
        "name": card.name if card else "",
        "code": links.reference_of(admitted.invitation_id, number),
        "minutes": str(int(CODE_LIFE.total_seconds() // 60)),
    }
    subject = Subject("approvals.invitation", admitted.invitation_id)
    kind, until = NoticeKind.APPROVAL_CODE, now + CODE_LIFE
    return Intent(kind, subject, number, admitted.person, "code", f"sms/{kind}", now, until, values)
