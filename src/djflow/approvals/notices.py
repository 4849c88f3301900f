"""Who is told what about a case. Pure: intents come out.

A message names the matter by its neutral title, the step and the day it is due: never an amount, a reason or an
applicant. Keys name task and event, so that nobody is told the same thing twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from djflow.accounts.model import ROLE_WORDS
from djflow.approvals import rules
from djflow.approvals.labels import CASE_LABELS, VERDICT_LABELS
from djflow.approvals.model import Case, CaseState, Outcome, Task, World
from djflow.core.clock import civil_date, civil_datetime
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify.model import Intent, NoticeKind

_STAYS_TRUE = timedelta(days=30)
_OUTCOME_WORDS: Mapping[CaseState, str] = {
    CaseState.RETURNED: "已退回，请按意见修改后再报",
    CaseState.SUPPLEMENT: "请按要求补正材料",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """What the texts need: names by person."""

    names: Mapping[PersonId, str]
    now: datetime


def task_subject(task: Task) -> Subject:
    """Return how notices and boxes name a task."""
    return Subject("approvals.task", task.id)


def reached_by(task: Task, world: World) -> PersonId | None:
    """Return who hears about a task: whoever represents its person today, else the person."""
    return world.staffing.delegates.get(task.person, task.person) if task.person else None


def audience(outcome: Outcome, world: World) -> frozenset[PersonId]:
    """Return everybody an outcome may have to be told to."""
    tasks = (*outcome.waiting, *outcome.ended, *outcome.reminded, *outcome.escalated)
    found = {one for task in tasks if (one := reached_by(task, world))}
    found |= {one for task in outcome.escalated for one in superiors(task, world)}
    if outcome.decided and outcome.decided.decision and outcome.decided.decision.person:
        found.add(outcome.decided.decision.person)
    if outcome.decided and outcome.decided.person:
        found.add(outcome.decided.person)
    if outcome.case.new.applicant:
        found.add(outcome.case.new.applicant)
    return frozenset(found)


def superiors(task: Task, world: World) -> tuple[PersonId, ...]:
    """Return whom a late task is reported to."""
    to = world.chain.step(task.step).escalate_to
    return rules.persons_of(to, world) if to else ()


def intents(before: Case, outcome: Outcome, world: World, wording: Wording) -> tuple[Intent, ...]:
    """Return what is to be told about an outcome."""
    asked_anew = {task.id for task in outcome.waiting}
    found = [
        *_to_tasks(NoticeKind.APPROVAL_WAITING, outcome.waiting, outcome, world, wording),
        *_to_tasks(
            NoticeKind.APPROVAL_REMINDER,
            [one for one in outcome.reminded if one.id not in asked_anew],
            outcome,
            world,
            wording,
        ),
        *_settled(before, outcome, world, wording),
        *_escalated(outcome, world, wording),
        *_receipts(outcome, world, wording),
        *_result(outcome, world, wording),
    ]
    return tuple(found)


def _to_tasks(
    kind: NoticeKind, tasks: Iterable[Task], outcome: Outcome, world: World, wording: Wording
) -> Iterable[Intent]:
    for task in tasks:
        to = reached_by(task, world)
        if to is not None:
            values = {**_about(outcome.case, task, world), "due": day_words(task.due_on)}
            yield _intent(
                kind, task_subject(task), task.round, to, _slot(kind, task, outcome, wording), values, wording
            )


def _slot(kind: NoticeKind, task: Task, outcome: Outcome, wording: Wording) -> str:
    if kind is NoticeKind.APPROVAL_REMINDER:
        return f"{civil_date(wording.now)}:{task.reminded}"
    # A task may wait again after a signer added before it; there are more tasks then.
    return f"waiting:{len(outcome.case.tasks)}"


def _settled(before: Case, outcome: Outcome, world: World, wording: Wording) -> Iterable[Intent]:
    decided = outcome.decided
    office = ROLE_WORDS[decided.role] if decided and decided.role else ""
    was_waiting = {task.id for task in before.waiting}
    for task in outcome.ended:
        to = reached_by(task, world)
        if to is not None and task.id in was_waiting:
            values = {**_about(outcome.case, task, world), "office": office}
            yield _intent(NoticeKind.APPROVAL_SETTLED, task_subject(task), task.round, to, "settled", values, wording)


def _escalated(outcome: Outcome, world: World, wording: Wording) -> Iterable[Intent]:
    for task in outcome.escalated:
        office = ROLE_WORDS[task.role] if task.role else "经办人"
        values = {**_about(outcome.case, task, world), "due": day_words(task.due_on), "office": office}
        for to in superiors(task, world):
            kind = NoticeKind.APPROVAL_ESCALATED
            yield _intent(kind, task_subject(task), task.round, to, f"late:{task.due_on}", values, wording)


def _receipts(outcome: Outcome, world: World, wording: Wording) -> Iterable[Intent]:
    task = outcome.decided
    if task is None or task.decision is None or task.decision.person is None:
        return
    said = task.decision
    local = civil_datetime(said.at)
    values = {
        **_about(outcome.case, task, world),
        "verdict": VERDICT_LABELS[said.verdict],
        "time": f"{local.month}月{local.day}日{local:%H:%M}",
    }
    # The principal hears of what a delegate did as well: it was done in their name.
    for to in sorted({one for one in (said.person, said.principal) if one}):
        yield _intent(NoticeKind.APPROVAL_RECEIPT, task_subject(task), task.round, to, "receipt", values, wording)


def _result(outcome: Outcome, world: World, wording: Wording) -> Iterable[Intent]:
    case = outcome.case
    applicant = case.new.applicant
    words = _OUTCOME_WORDS.get(case.state) or (CASE_LABELS[case.state] if outcome.result else "")
    if applicant is None or not world.chain.tell_applicant or not words or not outcome.changed:
        return
    if case.state is CaseState.WITHDRAWN or outcome.overdue:
        return
    values = {"what": case.new.title, "outcome": words}
    slot = f"{case.state}:{case.round}:{case.supplements}"
    yield _intent(NoticeKind.APPROVAL_OUTCOME, case.subject, case.round, applicant, slot, values, wording)


def _about(case: Case, task: Task, world: World) -> dict[str, str]:
    return {"what": case.new.title, "step": world.chain.step(task.step).name}


def _intent(  # noqa: PLR0913, PLR0917 - an intent has that many parts
    kind: NoticeKind,
    subject: Subject,
    version: int,
    to: PersonId,
    slot: str,
    values: Mapping[str, str],
    wording: Wording,
) -> Intent:
    filled = {"name": wording.names.get(to, ""), **values}
    until = wording.now + _STAYS_TRUE
    return Intent(kind, subject, version, to, slot, f"sms/{kind}", wording.now, until, filled)


def day_words(day: date | None) -> str:
    """Return a date as a short message writes it, empty for none."""
    return f"{day.month}月{day.day}日" if day else ""
