"""A machine that does possible acts in any order, with time running: what must always hold, holds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from djflow.approvals.acts import Complete, Decide, Move, Plain, Replaced, Supplemented
from djflow.approvals.chains.model import ChainStep, Quorum, QuorumKind, StepKind
from djflow.approvals.chains.rules import path
from djflow.approvals.model import (
    AddSigner,
    Case,
    CaseState,
    Outcome,
    Task,
    TaskId,
    TaskState,
    Transfer,
    Verdict,
    World,
)
from djflow.approvals.moves import apply, begin
from djflow.approvals.rules import Tally, of_step, tally
from djflow.approvals.states import CASE_TRANSITIONS, TASK_TRANSITIONS, Act
from djflow.core.errors import ConflictError, RuleError
from djflow.core.ids import PersonId
from tests.approvals.offices import CLERKS, DEPUTIES, MINISTER, chain, fresh, says, step, world
from tests.approvals.playing import NOW

STEPS = (
    step("any", CLERKS, recusals=()),
    step("seq", DEPUTIES, QuorumKind.SEQUENTIAL),
    ChainStep("notice", "公示", StepKind.PUBLICITY, deadline_workdays=5, escalate_to=CLERKS),
    step("vote", MINISTER, quorum=Quorum(QuorumKind.RATIO, 2, min_present=2)),
    ChainStep("pay", "拨付", StepKind.PAY),
)
THERE = world(
    chain(*STEPS), office_clerk=("a", "b", "c"), dept_deputy=("d", "e"), dept_minister=("m", "n", "o"), cashier=("k",)
)
VERDICTS = st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, *Verdict])
ACTS = {Decide: Act.DECIDE, Complete: Act.COMPLETE, Replaced: Act.REPLACE, Supplemented: Act.SUPPLEMENT}
ACTS |= {Transfer: Act.TRANSFER, AddSigner: Act.ADD_SIGNER}


class Office(RuleBasedStateMachine):
    """One case in an office that does what it may."""

    def __init__(self) -> None:
        """Open the case."""
        super().__init__()
        self.now = NOW
        self.there: World = THERE
        self.case: Case = begin(fresh(), self.there, self.now).case
        self.contents = 1
        self.complete = True

    def do(self, move: Move) -> Outcome | None:
        """Do an act, check it against the tables, and keep the case; a rule may refuse."""
        act = move.act if isinstance(move, Plain) else ACTS[type(move)]
        before = self.case
        try:
            outcome = apply(before, move, self.there, self.now)
        except RuleError:
            return None
        self.case = outcome.case
        assert outcome.case.state in CASE_TRANSITIONS[before.state, act]
        was = {task.id: task for task in before.tasks}
        for task in outcome.case.tasks:
            old = was.pop(task.id, None)
            assert old is None or old.state is task.state or task.state in TASK_TRANSITIONS[old.state]
        assert was == {}, "a task was lost"
        if act is Act.TICK:
            assert not outcome.passed or before.state is CaseState.BLOCKED
            assert outcome.case.over or apply(self.case, move, self.there, self.now).case == self.case
        return outcome

    def _waiting(self) -> list[Task]:
        return [task for task in self.case.waiting if task.person is not None]

    def _running(self) -> bool:
        return self.case.state is CaseState.RUNNING

    def _approving(self) -> bool:
        return self._running() and bool(self._waiting())

    @precondition(_approving)
    @rule(data=st.data(), verdict=VERDICTS)
    def somebody_answers(self, data: st.DataObject, verdict: Verdict) -> None:
        """Somebody whose turn it is answers."""
        task = data.draw(st.sampled_from(self._waiting()))
        self.do(Decide(task.id, says(str(task.person), verdict, self.case.new.content_hash)))

    @precondition(_approving)
    @rule(data=st.data(), after=st.booleans(), to=st.sampled_from("abcdemnoxyz"))
    def somebody_is_added(self, data: st.DataObject, *, after: bool, to: str) -> None:
        """Somebody asks another to sign too."""
        task = data.draw(st.sampled_from(self._waiting()))
        self.do(AddSigner(task.id, task.person or PersonId(""), PersonId(to), after))

    @precondition(_approving)
    @rule(data=st.data(), to=st.sampled_from("abcdemno"))
    def something_is_handed_over(self, data: st.DataObject, to: str) -> None:
        """Somebody hands a task over."""
        task = data.draw(st.sampled_from(self._waiting()))
        self.do(Transfer(task.id, task.person or PersonId(""), PersonId(to)))

    @precondition(lambda self: self._running() and self.case.step in {"notice", "pay"})
    @rule()
    def the_owner_completes(self) -> None:
        """The owner reports a step done."""
        self.do(Complete(self.case.step))

    @precondition(lambda self: self.case.state in {CaseState.RETURNED, CaseState.SUPPLEMENT})
    @rule()
    def the_applicant_comes_back(self) -> None:
        """The applicant hands in what was asked for."""
        self.contents += 1
        content = f"h{self.contents}"
        returned = self.case.state is CaseState.RETURNED
        self.do(Replaced(content, 100_000) if returned else Supplemented(content))

    @precondition(lambda self: self._running() or self.case.state is CaseState.PAUSED)
    @rule()
    def an_objection(self) -> None:
        """The clock is stopped and started."""
        self.do(Plain(Act.PAUSE if self._running() else Act.RESUME))

    @precondition(lambda self: not self.case.over)
    @rule(empty=st.sampled_from(["", "office_clerk", "dept_deputy", "dept_minister"]))
    def roles_change_hands(self, empty: str) -> None:
        """A role falls vacant or is filled again, and the case is assigned anew where it may be."""
        held = {"office_clerk": ("a", "b", "c"), "dept_deputy": ("d", "e"), "dept_minister": ("m", "n", "o")}
        self.there = world(THERE.chain, **{role: who for role, who in held.items() if role != empty})
        if self.case.state in {CaseState.RUNNING, CaseState.BLOCKED}:
            self.do(Plain(Act.REASSIGN))

    @precondition(lambda self: not self.case.over and self.case.state is not CaseState.PAUSED)
    @rule(days=st.integers(0, 20))
    def time_passes(self, days: int) -> None:
        """Days go by and the sweep comes."""
        self.now += timedelta(days=days, hours=3)
        self.do(Plain(Act.TICK))

    @precondition(_running)
    @rule(steps=st.integers(1, 8))
    def fast_forward(self, steps: int) -> None:
        """Everybody agrees for a while, so that late states are reached."""
        for _ in range(steps):
            if not self._running():
                return
            if self.case.step in {"notice", "pay"}:
                self.do(Complete(self.case.step))
            elif self._waiting():
                task = self._waiting()[0]
                answer = says(str(task.person), Verdict.APPROVE, self.case.new.content_hash)
                self.do(Decide(task.id, answer))

    @precondition(lambda self: not self.case.over)
    @rule(sure=st.integers(0, 9))
    def the_applicant_gives_up(self, sure: int) -> None:
        """Now and then an application is withdrawn."""
        if sure == 0:
            self.do(Plain(Act.WITHDRAW))

    @precondition(lambda self: self.case.over)
    @rule(task=st.sampled_from(["c1-1", "c1-2"]))
    def nothing_moves_after_the_end(self, task: str) -> None:
        """An ended case refuses every act."""
        moves: list[Move] = [Decide(TaskId(task), says("a", Verdict.APPROVE)), Replaced("h", 1), Supplemented("h")]
        for move in [*moves, *(Plain(act) for act in Act)]:
            with pytest.raises((ConflictError, RuleError)):
                apply(self.case, move, self.there, self.now)

    @invariant()
    def a_running_case_waits_for_somebody(self) -> None:
        """Nobody is skipped and nothing hangs: a running case has a task that waits, a blocked one says why."""
        if self._running():
            assert self.case.waiting
        assert bool(self.case.blocked) == (self.case.state is CaseState.BLOCKED)

    @invariant()
    def nobody_is_asked_twice(self) -> None:
        """In a step of a round nobody has two tasks that count, and an ended case asks nobody."""
        open_tasks = [task for task in self.case.tasks if task.open]
        persons = [task.person for task in open_tasks]
        assert len(persons) == len(set(persons))
        assert not (self.case.over and open_tasks)

    @invariant()
    def approval_was_earned(self) -> None:
        """An approved case passed every step of its amount in the way the step asks for."""
        if self.case.state is not CaseState.APPROVED:
            return
        for one in path(self.there.chain, self.case.new.amount_fen):
            rounds = [replace_round(self.case, number) for number in range(1, self.case.round + 1)]
            assert any(tally(one, of_step(case, one.id)) is Tally.PASSED for case in rounds), one.id

    @invariant()
    def nobody_decides_two_steps(self) -> None:
        """Whoever decided the first step, in this round or before, decides no step that forbids it."""
        first = [task for task in self.case.tasks if task.decision and task.step == "any"]
        for task in self.case.tasks:
            if task.decision and task.step in {"seq", "vote"}:
                before = {one.decision.person for one in first if one.decision and one.round <= task.round}
                assert task.decision.person not in before
                assert task.state is TaskState.DECIDED


def replace_round(case: Case, number: int) -> Case:
    """Return the case as of a round, for looking back."""
    return replace(case, round=number)


TestOffice = Office.TestCase
TestOffice.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
