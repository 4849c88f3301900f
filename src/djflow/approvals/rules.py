"""Who decides a step, when it is due, and when it is decided. Pure.

Nobody is skipped: a step without approver, or whose approvers are all in conflict, blocks its case. A vote ends early
only when it is won, when it can no longer be won, or when the chain says that one reject rejects. Source: handbook on
the warmth fund, section 4; domain notes 3.6 (conflicts) and 7.1 (counting workdays).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from djflow.accounts.model import ROLE_WORDS, Role
from djflow.approvals.chains.model import Approver, ChainStep, Conflict, Instead, QuorumKind, Recusal, level_of
from djflow.approvals.model import Case, Origin, Task, TaskState, Verdict, World
from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import civil_datetime, instant_of
from djflow.core.ids import PersonId

OFFICE_CLOSES = time(17, 30)
"""What comes later counts from the next workday. Source: domain notes 7.1."""
REMINDED_AT = time(9, 0)
MAX_ADDED = 5
"""Signers that may be added to one step of one round."""


class Tally(StrEnum):
    """How a step stands."""

    OPEN = "open"
    PASSED = "passed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Seat:
    """A person who is asked at a step, the role they are asked by, and why they."""

    person: PersonId
    role: Role | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Seating:
    """Who is asked at a step; `blocked` is the sentence why nobody can be."""

    seats: tuple[Seat, ...] = ()
    blocked: str = ""


def clock_start(now: datetime, calendar: WorkCalendar) -> date:
    """Return the day that is not counted: today, or the next workday when the office has closed."""
    local = civil_datetime(now)
    return calendar.add_workdays(local.date(), 1).date if local.time() >= OFFICE_CLOSES else local.date()


def due_day(task: Task, step: ChainStep, calendar: WorkCalendar) -> date | None:
    """Return the last day for a task, None when its step has no deadline."""
    return _counted(task, step.deadline_workdays, calendar) if step.deadline_workdays else None


def next_look(task: Task, step: ChainStep, calendar: WorkCalendar) -> datetime | None:
    """Return when the sweep must look at a task: its next reminder, else the end of its last day."""
    moments = []
    if task.reminded < len(step.remind_at):
        moments.append(instant_of(_counted(task, step.remind_at[task.reminded], calendar), REMINDED_AT))
    if task.due_on is not None and task.escalated_at is None:
        moments.append(end_of(task.due_on))
    return min(moments, default=None)


def end_of(day: date) -> datetime:
    """Return the instant at which a day is over."""
    return instant_of(day + timedelta(days=1))


def _counted(task: Task, workdays: int, calendar: WorkCalendar) -> date:
    return calendar.add_workdays(task.clock_from, max(workdays - task.elapsed, 0)).date


def timed(task: Task, step: ChainStep, calendar: WorkCalendar) -> Task:
    """Return a task with its deadline and next look counted from its clock; only what waits is looked at."""
    due = replace(task, due_on=due_day(task, step, calendar))
    look = next_look(due, step, calendar) if due.state is TaskState.WAITING else None
    return replace(due, next_at=look)


def seating(step: ChainStep, case: Case, world: World) -> Seating:
    """Return who is asked at a step, those in conflict left out and replaced as the chain says."""
    asked = _asked(step.approver, world)
    if not asked:
        return Seating(blocked=f"“{step.name}”没有人可以审批：请在账号里给{_who(step.approver)}指定一位在岗的同志。")
    clear = [seat for seat in asked if conflict_of(seat.person, step, case, world) is None]
    if step.quorum.kind in {QuorumKind.ANY, QuorumKind.RATIO}:
        chosen = clear or _instead_of(asked, step, case, world)
    else:
        chosen = [one for seat in asked for one in ([seat] if seat in clear else _one_for(seat, step, case, world))]
        if len(chosen) < len(asked):
            chosen = []
    found = _unique(chosen)
    if not found:
        return Seating(blocked=f"“{step.name}”的审批人都须回避，又没有可以代审的人：请指定代审人员后重新派办。")
    quorum = step.quorum
    short = quorum.kind is QuorumKind.RATIO and len(found) < max(quorum.needed(len(found)), quorum.min_present)
    if short:
        return Seating(blocked=f"“{step.name}”能参加表决的只有 {len(found)} 人，不够规定的人数：请补齐人员后重新派办。")
    return Seating(found)


def conflict_of(person: PersonId, step: ChainStep, case: Case, world: World) -> Conflict | None:
    """Return why somebody must not decide a step, None when they may; one's own case is always a conflict."""
    new = case.new
    if person == new.applicant or person in new.barred:
        return Conflict.SELF
    tests = {
        Conflict.RELATIVE: lambda: person in world.staffing.kin,
        Conflict.SAME_HOUSEHOLD: lambda: person in new.household,
        Conflict.EARLIER_STEP: lambda: person in _elsewhere(step, case),
    }
    configured = (one.conflict for one in step.recusals if one.conflict in tests)
    return next((conflict for conflict in configured if tests[conflict]()), None)


def is_eligible(task: Task, step: ChainStep, world: World) -> bool:
    """Return whether the person of a task still holds what the task was given for; added signers hold nothing."""
    return task.added or task.person in eligible(step, world)


def eligible(step: ChainStep, world: World) -> frozenset[PersonId]:
    """Return everybody who could be asked at a step: its approvers and whoever stands in for them."""
    asked = _asked(step.approver, world)
    stand_ins = [one for seat in asked for rule in _rules_of(step) for one in _stand_ins(seat, rule, world)]
    for role in step.approver.roles:
        for rule in _rules_of(step):
            stand_ins += _stand_ins(Seat(PersonId(""), role, Origin.ROLE), rule, world)
    return frozenset(seat.person for seat in (*asked, *stand_ins))


def persons_of(approver: Approver, world: World) -> tuple[PersonId, ...]:
    """Return the persons meant by an approver, each once."""
    return tuple(seat.person for seat in _unique(_asked(approver, world)))


def _rules_of(step: ChainStep) -> tuple[Recusal, ...]:
    ways = (Recusal(Conflict.SELF, Instead.DEPUTY), Recusal(Conflict.SELF, Instead.SUPERIOR))
    return (*step.recusals, *ways)


def _elsewhere(step: ChainStep, case: Case) -> frozenset[PersonId]:
    taken = [task.decision for task in case.tasks if task.decision and task.step != step.id]
    principals = {one.principal for one in taken if one.principal}
    return frozenset({one.person for one in taken if one.person} | principals)


def _asked(approver: Approver, world: World) -> list[Seat]:
    staffing = world.staffing
    by_role = [
        Seat(person, role, Origin.ROLE)
        for role in approver.roles
        for person in staffing.holders.get((role, approver.level), ())
    ]
    named = [Seat(staffing.persons[code], None, Origin.NAMED) for code in approver.persons if code in staffing.persons]
    return list(_unique([*by_role, *named]))


def _unique(seats: Iterable[Seat]) -> tuple[Seat, ...]:
    found: dict[PersonId, Seat] = {}
    for seat in seats:
        found.setdefault(seat.person, seat)
    return tuple(found.values())


def _who(approver: Approver) -> str:
    return "、".join(ROLE_WORDS[role] for role in approver.roles) or "这一步"


def _instead_of(asked: list[Seat], step: ChainStep, case: Case, world: World) -> list[Seat]:
    return [one for seat in asked for one in _one_for(seat, step, case, world)]


def _one_for(seat: Seat, step: ChainStep, case: Case, world: World) -> list[Seat]:
    conflict = conflict_of(seat.person, step, case, world)
    rule = step.recusal(conflict) if conflict else None
    found = _stand_ins(seat, rule, world) if rule else []
    return [one for one in found if conflict_of(one.person, step, case, world) is None][:1]


def _stand_ins(seat: Seat, rule: Recusal, world: World) -> list[Seat]:
    if rule.instead is Instead.NAMED:
        known = world.staffing.persons
        return [Seat(known[code], None, Origin.SUBSTITUTE) for code in rule.persons if code in known]
    table = world.office.deputies if rule.instead is Instead.DEPUTY else world.office.superiors
    role = table.get(seat.role) if seat.role else None
    if role is None:
        return []
    return [Seat(one, role, Origin.SUBSTITUTE) for one in world.staffing.holders.get((role, level_of(role)), ())]


def of_step(case: Case, step_id: str) -> tuple[Task, ...]:
    """Return the tasks of a step in the present round."""
    return tuple(task for task in case.tasks if task.round == case.round and task.step == step_id)


def counts(task: Task) -> bool:
    """Return whether a task counts in its step: not handed over, not ended, no request for papers."""
    asked_for_papers = task.decision is not None and task.decision.verdict is Verdict.SUPPLEMENT
    return task.state not in {TaskState.HANDED_OVER, TaskState.ENDED} and not asked_for_papers


def core_tally(step: ChainStep, tasks: Iterable[Task]) -> Tally:
    """Return how the step's own approvers have decided, added signers left out."""
    members = [task for task in tasks if counts(task) and not task.added]
    said = [task.decision.verdict for task in members if task.decision]
    yes, no = said.count(Verdict.APPROVE), said.count(Verdict.REJECT)
    quorum = step.quorum
    if quorum.kind is QuorumKind.RATIO:
        needed = quorum.needed(len(members))
        if (no and quorum.one_reject_rejects) or yes + len(members) - len(said) < needed:
            return Tally.REJECTED
        return Tally.PASSED if yes >= needed and len(said) >= quorum.min_present else Tally.OPEN
    if no:
        return Tally.REJECTED
    enough = bool(yes) if quorum.kind is QuorumKind.ANY else bool(members) and yes == len(members)
    return Tally.PASSED if enough else Tally.OPEN


def tally(step: ChainStep, tasks: Iterable[Task]) -> Tally:
    """Return how a step stands; whoever was added must have signed, and their reject rejects except in a plain vote."""
    own = [task for task in tasks if counts(task)]
    vote = step.quorum.kind is QuorumKind.RATIO and not step.quorum.one_reject_rejects
    added = [task for task in own if task.added]
    if not vote and any(task.decision and task.decision.verdict is Verdict.REJECT for task in added):
        return Tally.REJECTED
    core = core_tally(step, own)
    return Tally.OPEN if core is Tally.PASSED and any(task.open for task in added) else core


def settled(step: ChainStep, tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Return a step's tasks with everything open in its right state: whose turn it is, who waits for whom."""
    own = tuple(tasks)
    passed = core_tally(step, own) is Tally.PASSED
    return tuple(_placed(step, task, own, core_passed=passed) if task.open else task for task in own)


def _placed(step: ChainStep, task: Task, own: tuple[Task, ...], *, core_passed: bool) -> Task:
    if core_passed and not task.added:
        return replace(task, state=TaskState.ENDED, next_at=None)
    asked_first = any(one.open and one.origin is Origin.ADDED_BEFORE and one.source == task.id for one in own)
    in_turn = step.quorum.kind is not QuorumKind.SEQUENTIAL or task.added or _first_open(own) == task.id
    early = task.origin is Origin.ADDED_AFTER and not core_passed
    waits = asked_first or early or not in_turn
    return replace(task, state=TaskState.QUEUED if waits else TaskState.WAITING)


def _first_open(own: Iterable[Task]) -> str:
    return min((task for task in own if task.open and not task.added), key=lambda task: (task.position, task.id)).id
