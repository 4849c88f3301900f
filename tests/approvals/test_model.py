"""The engine against a small model written without it: two cases, every act, every reachable state."""

from collections import deque
from dataclasses import dataclass, replace

from djflow.approvals.acts import Decide, Plain, Replaced
from djflow.approvals.chains.model import QuorumKind
from djflow.approvals.model import Case, CaseId, CaseState, TaskState, Verdict, World
from djflow.approvals.moves import apply, begin
from djflow.approvals.rules import of_step
from djflow.approvals.states import CASE_TRANSITIONS, Act
from djflow.core.errors import DjflowError
from tests.approvals.offices import CLERKS, DEPUTIES, chain, fresh, says, step, world
from tests.approvals.playing import NOW

ANY, ALL = ("a", "b"), ("c", "d")
VERDICTS = (Verdict.APPROVE, Verdict.REJECT, Verdict.RETURN_TO_APPLICANT, Verdict.RETURN_TO_PREVIOUS)
Deed = tuple[str, Verdict | None]
DEEDS: tuple[Deed, ...] = (
    *((who, verdict) for who in (*ANY, *ALL) for verdict in VERDICTS),
    ("applicant", None),
    ("withdraw", None),
)


@dataclass(frozen=True)
class Model:
    """A case as a person would keep it on a slip of paper: where it is, who has signed, how often it came back."""

    state: str = "running"
    step: int = 1
    signed: frozenset[str] = frozenset()
    returns: int = 0

    def after(self, deed: Deed) -> "Model | None":
        """Return the slip after a deed, None when it is refused."""
        who, verdict = deed
        if who == "withdraw":
            return replace(self, state="withdrawn") if self.state in {"running", "returned"} else None
        if who == "applicant":
            again = self.state == "returned"
            return Model(returns=self.returns) if again else None
        members = ANY if self.step == 1 else ALL
        asked = self.state == "running" and who in members and who not in self.signed
        return self._said(who, verdict) if asked else None

    def _said(self, who: str, verdict: Verdict | None) -> "Model | None":
        if verdict is Verdict.REJECT:
            return replace(self, state="rejected")
        if verdict is Verdict.APPROVE:
            return self._signed(who)
        if self.returns >= 1 or (verdict is Verdict.RETURN_TO_PREVIOUS and self.step == 1):
            return None
        if verdict is Verdict.RETURN_TO_APPLICANT:
            return Model("returned", self.step, frozenset(), self.returns + 1)
        return Model("running", 1, frozenset(), self.returns + 1)

    def _signed(self, who: str) -> "Model":
        signed = self.signed | {who}
        if self.step == 1:
            return replace(self, step=2, signed=frozenset())
        return replace(self, signed=signed, state="approved" if signed == set(ALL) else "running")


def _engine() -> World:
    steps = chain(step("1", CLERKS), step("2", DEPUTIES, QuorumKind.ALL), max_returns=1)
    return world(steps, office_clerk=ANY, dept_deputy=ALL)


def _done(case: Case, there: World, deed: Deed) -> Case | None:
    who, verdict = deed
    try:
        if who == "withdraw":
            return apply(case, Plain(Act.WITHDRAW), there, NOW).case
        if who == "applicant":
            if case.state is not CaseState.RETURNED:
                return None
            return apply(case, Replaced(f"h{case.round}", 100_000), there, NOW).case
        mine = [task for task in case.tasks if task.person == who]
        if not mine or verdict is None:
            return None
        answer = says(who, verdict, case.new.content_hash)
        return apply(case, Decide(mine[-1].id, answer), there, NOW).case
    except DjflowError:
        return None


def _seen(case: Case) -> Model:
    said = (
        [(task.person, task.decision) for task in of_step(case, case.step)] if case.state is CaseState.RUNNING else []
    )
    signed = frozenset(str(who) for who, one in said if one and one.verdict is Verdict.APPROVE)
    return Model(case.state.value, 0 if case.over else int(case.step), signed, case.returns)


def _plain(model: Model) -> Model:
    over = model.state not in {"running", "returned"}
    return replace(model, step=0 if over else model.step, signed=frozenset() if over else model.signed)


def test_two_cases_walk_every_way_as_the_model_says() -> None:
    """In every state of two cases every act has the result the model says, and what one does leaves the other alone."""
    there = _engine()
    begun = begin(fresh(), there, NOW).case
    start = ((Model(), Model()), (begun, replace(begun, id=CaseId("c2"))))
    queue, visited, steps = deque([start]), {start[0]}, 0
    while queue:
        models, cases = queue.popleft()
        for place in (0, 1):
            for deed in DEEDS:
                wanted, got = models[place].after(deed), _done(cases[place], there, deed)
                steps += 1
                assert (got is None) == (wanted is None), (models[place], deed)
                if got is None or wanted is None:
                    continue
                assert _seen(got) == _plain(wanted), (models[place], deed)
                assert sum(task.state is TaskState.WAITING for task in got.tasks) == _waiting(wanted)
                both = (wanted, models[1]) if place == 0 else (models[0], wanted)
                if both not in visited:
                    visited.add(both)
                    queue.append((both, (got, cases[1]) if place == 0 else (cases[0], got)))
    assert len(visited) == 784
    assert steps == 784 * 2 * len(DEEDS)


def _waiting(model: Model) -> int:
    if model.state != "running":
        return 0
    return 2 - len(model.signed)


def test_every_state_that_is_no_end_has_a_way_out() -> None:
    """The table of transitions leads from every open state to an end, and from no end anywhere."""
    starts = {state for state, _ in CASE_TRANSITIONS}
    ends = set(CaseState) - starts
    assert ends == {CaseState.APPROVED, CaseState.REJECTED, CaseState.WITHDRAWN, CaseState.EXPIRED}
    for state in starts:
        assert (state, Act.WITHDRAW) in CASE_TRANSITIONS
