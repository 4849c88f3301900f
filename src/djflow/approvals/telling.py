"""Tells an outcome in the caller's transaction: messages through notify, items in the boxes, the record of changes."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import Role
from djflow.approvals import rules
from djflow.approvals.chains.model import Level
from djflow.approvals.model import Case, CaseState, Outcome, Task, TaskState, World
from djflow.approvals.notices import Wording, audience, intents, reached_by, task_subject
from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import MAX_TITLE, Address, ItemKind, NewItem
from djflow.notify import service as notify
from djflow.notify.model import Answer
from djflow.notify.planning import alert
from djflow.people import service as people

COORDINATOR = Address(role=Role.OFFICE_CLERK)
"""Whose boxes hear of a case that nobody can decide."""
_ALARMING = frozenset({CaseState.BLOCKED, CaseState.RETURNED})


def tell(session: Session, before: Case, outcome: Outcome, world: World, *, by: str, now: datetime) -> None:
    """Tell everybody whom an outcome concerns and settle what concerns nobody any more."""
    known = world.staffing.names
    missing = audience(outcome, world) - known.keys()
    names = {**known, **(names_of(session, missing) if missing else {})}
    _stop_telling(session, outcome, world, by=by, now=now)
    notify.enqueue(session, intents(before, outcome, world, Wording(names, now)), now=now)
    for task in outcome.waiting:
        _post(session, outcome.case, task, world, now=now)
    _copies(session, outcome, world, now=now)
    _alarms(session, before, outcome, world, by=by, now=now)


def _stop_telling(session: Session, outcome: Outcome, world: World, *, by: str, now: datetime) -> None:
    handed = [task for task in outcome.case.tasks if task.state is TaskState.HANDED_OVER and task.ended_at == now]
    over = [*outcome.ended, *handed, *([outcome.decided] if outcome.decided else [])]
    for task in over:
        subject = task_subject(task)
        inbox.settle(session, ItemKind.APPROVAL, subject, by=by, now=now)
        if task.escalated_at is not None:
            inbox.settle(session, ItemKind.APPROVAL_BLOCKED, subject, by=by, now=now)
        for person in sorted({one for one in (task.person, reached_by(task, world)) if one}):
            if outcome.decided is not None and task.id == outcome.decided.id:
                notify.acknowledge(session, subject, person, Answer.CONFIRMED, via="approval", now=now)
            else:
                notify.withdraw(session, subject, person)


def _post(session: Session, case: Case, task: Task, world: World, *, now: datetime) -> None:
    step = world.chain.step(task.step)
    title = f"{case.new.title} · {step.name}"[:MAX_TITLE]
    due = rules.end_of(task.due_on) if task.due_on else None
    for to in _addresses(case, task, world):
        inbox.post_item(session, NewItem(ItemKind.APPROVAL, task_subject(task), to, title, due_at=due), now=now)


def _addresses(case: Case, task: Task, world: World) -> Iterable[Address]:
    if task.person is not None:
        acting = reached_by(task, world)
        yield from (Address(person=one) for one in dict.fromkeys((task.person, acting)) if one)
        return
    approver = world.chain.step(task.step).approver
    if approver.level is Level.BRANCH or not approver.roles:
        yield from (Address(person=one) for one in rules.persons_of(approver, world))
        return
    unit = case.new.place.unit if approver.level is Level.TOWN else None
    yield from (Address(role=role, unit=unit) for role in approver.roles)


def _copies(session: Session, outcome: Outcome, world: World, *, now: datetime) -> None:
    case = outcome.case
    # The box keeps one item per case and person, so nobody is copied twice however many steps name them.
    for step in outcome.passed:
        title = f"{case.new.title} · “{step.name}”已办（抄送）"[:MAX_TITLE]
        for person in dict.fromkeys(one for to in step.cc for one in rules.persons_of(to, world)):
            item = NewItem(ItemKind.INFO, case.subject, Address(person=person), title, task=False)
            inbox.post_item(session, item, now=now)


def _alarms(session: Session, before: Case, outcome: Outcome, world: World, *, by: str, now: datetime) -> None:
    case = outcome.case
    if before.state in _ALARMING and before.state is not case.state:
        inbox.settle(session, ItemKind.APPROVAL_BLOCKED, _standstill(before), by=by, now=now)
    alarms = [(_standstill(case), case.blocked)] if case.blocked and outcome.changed else []
    if outcome.overdue:
        alarms.append((_standstill(case), "退回后申请人一直没有再报：请联系支部。"))
    for task in outcome.escalated:
        step = world.chain.step(task.step)
        if step.escalate_to is None or not rules.persons_of(step.escalate_to, world):
            alarms.append((task_subject(task), f"“{step.name}”已超过期限，又没有可以上报的人：请督促办理。"))
    for subject, sentence in alarms:
        title = f"{case.new.title}：{sentence}"[:MAX_TITLE]
        inbox.post_item(session, NewItem(ItemKind.APPROVAL_BLOCKED, subject, COORDINATOR, title), now=now)
        notify.enqueue(session, [alert(subject, f"approval:{civil_date(now)}", title, now=now)], now=now)


def _standstill(case: Case) -> Subject:
    # Numbered by the tasks there were, so that a case that stands still twice is posted twice.
    return Subject("approvals.standstill", f"{case.id}-{len(case.tasks)}")


def record(session: Session, action: str, outcome: Outcome, *, by: str, now: datetime) -> None:
    """Add an act to the record of changes: codes, steps and verdicts, never opinions."""
    audit.record(session, outcome.case.subject, action, by=by, now=now, details=details_of(outcome))


def details_of(outcome: Outcome) -> Details:
    """Return what the record keeps of an outcome."""
    case, task = outcome.case, outcome.decided
    said = task.decision if task else None
    found: dict[str, str | int | bool | None] = {
        "about": str(case.new.subject),
        "state": case.state.value,
        "round": case.round,
        "step": case.step,
        "chain": f"{case.new.kind}/{case.version}",
        "content": case.new.content_hash[:16],
    }
    if task and said:
        found |= {"task": task.id, "at_step": task.step, "verdict": said.verdict.value, "person": said.person}
        if said.principal:
            found["principal"] = said.principal
    if outcome.passed:
        found["passed"] = ",".join(step.id for step in outcome.passed)
    return found


def names_of(session: Session, persons: Iterable[PersonId]) -> Mapping[PersonId, str]:
    """Return names by person."""
    return {key: card.name for key, card in people.people_by_ids(session, sorted(set(persons))).items()}
