"""Walks a case from step to step: enters a step, settles it, goes on, stops and starts the clock, ends. Pure.

A walk holds the case as it becomes; what it did is read off by comparing the case before with the case after.
"""

from dataclasses import replace
from datetime import datetime

from djflow.approvals import rules
from djflow.approvals.chains.model import ChainStep, StepKind
from djflow.approvals.chains.rules import following, is_last_approval
from djflow.approvals.model import (
    Case,
    CaseState,
    Decision,
    Origin,
    Outcome,
    Round,
    Task,
    TaskId,
    TaskState,
    Verdict,
    World,
)
from djflow.approvals.rules import Seat, Tally
from djflow.core.clock import civil_date, days, instant_of
from djflow.core.ids import PersonId


class Walk:
    """One act's way through a case."""

    def __init__(self, case: Case, world: World, now: datetime) -> None:
        """Begin with `case` as it is stored."""
        self.before = case
        self.case = case
        self.world = world
        self.now = now
        self.passed: list[ChainStep] = []
        self.entered: ChainStep | None = None
        self.decided: TaskId | None = None
        self.reminded: tuple[Task, ...] = ()
        self.escalated: tuple[Task, ...] = ()
        self.overdue = False

    @property
    def step(self) -> ChainStep:
        """The step the case stands at."""
        return self.world.chain.step(self.case.step)

    def put(self, task: Task) -> None:
        """Keep a task in place of the one with its id, or as a new one."""
        kept = [one for one in self.case.tasks if one.id != task.id]
        tasks = sorted([*kept, task], key=lambda one: _number(one.id))
        self.case = replace(self.case, tasks=tuple(tasks))

    def new_task(self, seat: Seat | None, step: ChainStep, position: int, source: TaskId | None = None) -> Task:
        """Return a queued task for a seat, numbered after all tasks of the case; None is the owner's own."""
        calendar = self.world.office.calendar
        return Task(
            id=TaskId(f"{self.case.id}-{len(self.case.tasks) + 1}"),
            case_id=self.case.id,
            round=self.case.round,
            step=step.id,
            position=position,
            state=TaskState.QUEUED,
            origin=seat.origin if seat else Origin.OWNER,
            person=seat.person if seat else None,
            role=seat.role if seat else next(iter(step.approver.roles), None),
            assigned_at=self.now,
            clock_from=rules.clock_start(self.now, calendar),
            source=source,
        )

    def open_round(self, step: ChainStep, *, content_hash: str, amount_fen: int) -> None:
        """Begin a new round at `step` about this content; nothing of the earlier rounds is lost."""
        self.end_tasks()
        number = self.case.round + 1
        new = replace(self.case.new, content_hash=content_hash, amount_fen=amount_fen)
        opened = Round(number, step.id, content_hash, amount_fen, self.now)
        self.case = replace(self.case, new=new, round=number, rounds=(*self.case.rounds, opened))
        self.enter(step)

    def enter(self, step: ChainStep) -> None:
        """Come to a step: ask whoever decides it, or block the case when nobody can."""
        self.entered = step
        self.case = replace(
            self.case, step=step.id, state=CaseState.RUNNING, blocked="", next_at=None, due_on=None, stopped_on=None,
            urges=0, urged_at=None,
        )  # fmt: skip
        if step.kind is not StepKind.APPROVE:
            self.put(self.new_task(None, step, 0))
            self.settle()
            return
        found = rules.seating(step, self.case, self.world)
        if found.blocked:
            self.block(found.blocked)
            return
        asked = {task.person for task in rules.of_step(self.case, step.id) if rules.counts(task)}
        for position, seat in enumerate(found.seats):
            if seat.person not in asked:
                self.put(self._repeated(self.new_task(seat, step, position)))
        self.settle()

    def _repeated(self, task: Task) -> Task:
        if not self.world.chain.dedupe or task.person is None:
            return task
        hash_ = self.case.new.content_hash
        if not any(_approved(one, task.person, hash_) for one in self.case.tasks):
            return task
        said = Decision(task.person, Verdict.APPROVE, self.now, hash_, automatic=True)
        return replace(task, state=TaskState.DECIDED, decision=said, ended_at=self.now)

    def settle(self) -> None:
        """Give every open task of the step its right state; go on when the step has passed, end when it is rejected."""
        step = self.step
        before = rules.of_step(self.case, step.id)
        for was, task in zip(before, rules.settled(step, before), strict=True):
            if task.state is not was.state:
                self.put(self._on_the_clock(task, step))
        match rules.tally(step, rules.of_step(self.case, step.id)):
            case Tally.REJECTED:
                self.end(CaseState.REJECTED)
            case Tally.PASSED:
                self.go_on()

    def _on_the_clock(self, task: Task, step: ChainStep) -> Task:
        if task.state is TaskState.ENDED:
            return replace(task, ended_at=self.now, next_at=None)
        if task.state is not TaskState.WAITING:
            return replace(task, next_at=None)
        calendar = self.world.office.calendar
        if task.due_on is None:
            task = replace(task, clock_from=rules.clock_start(self.now, calendar), elapsed=0)
        return rules.timed(task, step, calendar)

    def go_on(self) -> None:
        """Leave the step as passed."""
        step = self.step
        self.end_tasks()
        self.passed.append(step)
        after = following(self.world.chain, self.case.new.amount_fen, step.id)
        if after is None:
            self.end(CaseState.APPROVED)
        else:
            self.enter(after)

    def block(self, sentence: str) -> None:
        """Stand still because nobody can decide; looked at again the next workday."""
        self.end_tasks()
        tomorrow = self.world.office.calendar.add_workdays(civil_date(self.now), 1).date
        look = instant_of(tomorrow, rules.REMINDED_AT)
        self.case = replace(self.case, state=CaseState.BLOCKED, blocked=sentence, next_at=look)

    def end_tasks(self) -> None:
        """End everything that is still open; rows stay."""
        for task in self.case.tasks:
            if task.open:
                self.put(replace(task, state=TaskState.ENDED, ended_at=self.now, next_at=None))

    def end(self, state: CaseState) -> None:
        """End the case."""
        self.end_tasks()
        self.case = replace(
            self.case, state=state, step="", blocked="", ended_at=self.now, next_at=None, due_on=None, stopped_on=None
        )

    def stop_clock(self, state: CaseState) -> None:
        """Stop every clock of the step."""
        for task in self.case.tasks:
            if task.open:
                self.put(replace(task, next_at=None))
        self.case = replace(self.case, state=state, stopped_on=civil_date(self.now))

    def wait_for_applicant(self) -> None:
        """Give the applicant the chain's number of workdays."""
        calendar = self.world.office.calendar
        start = rules.clock_start(self.now, calendar)
        due = calendar.add_workdays(start, self.world.chain.supplement_days).date
        self.case = replace(self.case, due_on=due, next_at=rules.end_of(due))

    def start_clock(self) -> None:
        """Let every clock run on with the workdays gone before it stopped."""
        calendar, stopped = self.world.office.calendar, self.case.stopped_on
        start = rules.clock_start(self.now, calendar)
        for task in self.case.tasks:
            if task.open and stopped is not None and (task.due_on or task.state is TaskState.WAITING):
                gone = calendar.workdays_between(task.clock_from + days(1), stopped)
                again = replace(task, clock_from=start, elapsed=task.elapsed + gone)
                self.put(rules.timed(again, self.step, calendar))
        self.case = replace(self.case, state=CaseState.RUNNING, stopped_on=None, due_on=None, next_at=None)

    def outcome(self, *, changed: bool = True) -> Outcome:
        """Return what the walk did."""
        was = {task.id: task for task in self.before.tasks}
        now = self.case.tasks
        amount = self.case.new.amount_fen
        return Outcome(
            case=self.case,
            decided=next((task for task in now if task.id == self.decided), None),
            waiting=tuple(
                t for t in now if t.state is TaskState.WAITING and not _was(was.get(t.id), TaskState.WAITING)
            ),
            ended=tuple(t for t in now if t.state is TaskState.ENDED and t.id in was and was[t.id].open),
            passed=tuple(self.passed),
            entered=self.entered if not self.case.over else None,
            approved_all=any(is_last_approval(self.world.chain, amount, step.id) for step in self.passed),
            blocked=self.case.blocked,
            reminded=self.reminded,
            escalated=self.escalated,
            overdue=self.overdue,
            result=self.case.state if self.case.over and not self.before.over else None,
            changed=changed,
        )


def _was(task: Task | None, state: TaskState) -> bool:
    return task is not None and task.state is state


def _number(task_id: TaskId) -> int:
    return int(task_id.rpartition("-")[2])


def _approved(task: Task, person: PersonId, content_hash: str) -> bool:
    said = task.decision
    return (
        said is not None
        and said.person == person
        and said.verdict is Verdict.APPROVE
        and said.content_hash == content_hash
    )
