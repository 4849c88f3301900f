"""What people read of cases: the list of what waits for somebody, the approval sheet, and whether a print is genuine.

The check code is the beginning of the case's id, the number of decisions printed, and an HMAC over them; nothing about
a print is stored. A print stays genuine when the case moves on: the page then says what came since.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import ROLE_WORDS
from djflow.approvals import service, store
from djflow.approvals.chains import service as chains
from djflow.approvals.chains.model import Chain
from djflow.approvals.delegation import service as delegation
from djflow.approvals.labels import CASE_LABELS, ORIGIN_LABELS, TASK_LABELS, VERDICT_LABELS
from djflow.approvals.model import Case, CaseId, Origin, Task
from djflow.approvals.telling import names_of
from djflow.approvals.views.model import Sheet, SheetCheck, SheetLine, SheetRound, WaitingLine
from djflow.core.clock import civil_date
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.db.session import vault_of

PAGE = 100
_PREFIX, _MAC = 12, 12
_NUMBER = re.compile(r"[A-Z]{1,6}[0-9]{4}-[0-9]{1,6}", re.ASCII)
_CODE = re.compile(rf"[0-9a-f]{{{_PREFIX + 2 + _MAC}}}")


def waiting_for(session: Session, person: PersonId, *, now: datetime) -> tuple[WaitingLine, ...]:
    """Return what somebody may decide now, for themselves and as a delegate, the first due first."""
    today = civil_date(now)
    given = delegation.principals_of(session, person, today)
    kinds: dict[PersonId, set[str]] = {}
    for one in given:
        kinds.setdefault(one.principal, set()).add(one.kind)
    names = names_of(session, kinds)
    lines = []
    for task, case in store.waiting_for(session, {person, *kinds}, limit=PAGE):
        mine = task.person == person
        if not mine and task.person is not None and kinds[task.person].isdisjoint({"", case.new.kind}):
            continue
        step = chains.running_chain(session, case.new.kind, case.version, case.digest).step(task.step).name
        late = task.due_on is not None and task.due_on < today
        principal = names.get(task.person, "") if task.person and not mine else ""
        lines.append(
            WaitingLine(
                task.id, task.case_id, case.new.title, step, task.due_on, late, principal, case.new.content_hash
            )
        )
    return tuple(lines)


def sheet(session: Session, case_id: CaseId) -> Sheet:
    """Return the approval sheet of a case, opinions opened: for whoever may read it.

    Raises: NotFoundError.
    """
    case = service.case(session, case_id)
    chain = chains.running_chain(session, case.new.kind, case.version, case.digest)
    tasks = store.opened_tasks(session, case_id)
    persons = {one.person for one in tasks if one.person} | case.deciders
    names = names_of(session, persons)
    return Sheet(
        case_id=case.id,
        title=case.new.title,
        chain=f"{chain.name or chain.kind} 第{chain.version}版",
        state=CASE_LABELS[case.state],
        opened_at=case.opened_at,
        ended_at=case.ended_at,
        rounds=tuple(
            SheetRound(
                one.number,
                one.opened_at,
                one.content_hash,
                one.amount_fen,
                tuple(_line(task, chain, names) for task in tasks if task.round == one.number),
            )
            for one in case.rounds
        ),
        check_code=_spaced(_code(session, case, len(_decided(case)))),
    )


def check_sheet(session: Session, code: str) -> SheetCheck:
    """Return what is known of the print with this code.

    Raises: InputError for what is no code; NotFoundError when no sheet of this house bears it.
    """
    plain = re.sub(r"[\s-]", "", code).lower()
    if not _CODE.fullmatch(plain):
        raise InputError("校验码的写法不对：应为审批单下方的 26 位数字和字母。", code="sheet.code")
    count = int(plain[_PREFIX : _PREFIX + 2], 16)
    for case_id in store.case_ids_beginning(session, plain[:_PREFIX]):
        case = service.case(session, case_id)
        if count <= len(_decided(case)) and hmac.compare_digest(_code(session, case, count), plain):
            return _check(session, case, count)
    raise NotFoundError("没有这张审批单：校验码可能抄错了，或单子不是本系统出的。", code="sheet.unknown")


def _check(session: Session, case: Case, count: int) -> SheetCheck:
    decided = _decided(case)
    last = decided[count - 1].decision if count else None
    chain = chains.running_chain(session, case.new.kind, case.version, case.digest)
    number = _NUMBER.search(case.new.title)
    return SheetCheck(
        case_id=case.id,
        title=case.new.title,
        number=number[0] if number else "",
        chain=chain.name or chain.kind,
        opened_on=civil_date(case.opened_at),
        printed=count,
        printed_on=civil_date(last.at) if last else None,
        since=len(decided) - count,
        state=CASE_LABELS[case.state],
    )


def _line(task: Task, chain: Chain, names: Mapping[PersonId, str]) -> SheetLine:
    said = task.decision
    person = (said.person if said else None) or task.person
    return SheetLine(
        step=chain.step(task.step).name,
        office=ROLE_WORDS[task.role] if task.role else "",
        person=names.get(person, "") if person else "",
        principal=names.get(said.principal, "") if said and said.principal else "",
        origin=ORIGIN_LABELS[task.origin] + ("（自动去重）" if said and said.automatic else ""),
        state=TASK_LABELS[task.state],
        verdict=VERDICT_LABELS[said.verdict] if said else "",
        at=said.at if said else None,
        opinion=said.opinion if said else "",
        note=task.note,
        escalated=task.escalated_at is not None,
        assigned_at=task.assigned_at,
        due_on=task.due_on,
        reminded=task.reminded,
        open=task.open,
        usual=task.origin in {Origin.ROLE, Origin.OWNER} and not (said and said.automatic),
    )


def _decided(case: Case) -> tuple[Task, ...]:
    taken = [task for task in case.tasks if task.decision]
    return tuple(sorted(taken, key=lambda task: (task.ended_at or task.assigned_at, task.id)))


def _code(session: Session, case: Case, count: int) -> str:
    facts = [_fact(task) for task in _decided(case)[:count]]
    text = json.dumps([case.id, case.digest, str(case.new.subject), facts], ensure_ascii=False)
    mac = hmac.new(vault_of(session).derived("approval-sheet"), text.encode(), hashlib.sha256).hexdigest()
    return f"{case.id[:_PREFIX]}{count:02x}{mac[:_MAC]}"


def _fact(task: Task) -> Sequence[str]:
    said = task.decision
    if said is None:
        return ()
    at = said.at.isoformat(timespec="microseconds")
    return (task.id, task.step, said.person or "", said.principal or "", said.verdict.value, at, said.content_hash)


def _spaced(code: str) -> str:
    return f"{code[:4]}-{code[4:8]}-{code[8:14]}-{code[14:20]}-{code[20:]}"
