"""Plays acts on invented cases for pure rule tests."""

from datetime import datetime

from djflow.approvals.acts import Decide, Move
from djflow.approvals.chains.model import QuorumKind
from djflow.approvals.model import Case, Outcome, TaskState, Verdict, World
from djflow.approvals.moves import apply, begin
from tests.approvals.offices import CLERKS, DEPUTIES, chain, fresh, says, step, task_of, world

NOW = datetime.fromisoformat("2026-11-18T09:00+08:00")
A, R = Verdict.APPROVE, Verdict.REJECT


def clerks(kind: QuorumKind = QuorumKind.ANY, *names: str, **more: object) -> tuple[World, Case]:
    """Return a world with one step of clerks and a second step of a deputy, and a case that has begun."""
    there = world(
        chain(step("one", CLERKS, kind, **more), step("two", DEPUTIES)),
        office_clerk=names or ("a", "b", "c"),
        dept_deputy=("d",),
        dept_minister=("m",),
    )
    return there, begin(fresh(), there, NOW).case


def act(case: Case, there: World, move: Move, now: datetime = NOW) -> Outcome:
    """Do an act."""
    return apply(case, move, there, now)


def decide(case: Case, there: World, who: str, verdict: Verdict = A, now: datetime = NOW) -> Outcome:
    """Let somebody answer their task."""
    return act(case, there, Decide(task_of(case, who).id, says(who, verdict, case.new.content_hash)), now)


def states(case: Case) -> dict[str, TaskState]:
    """Return the state of everybody's last task."""
    return {task.person: task.state for task in case.tasks if task.person}
