"""Rules of a case: quorums, conflicts, added signers, delegates. Nobody is skipped."""

from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.accounts.model import Role
from djflow.approvals.acts import Complete, Decide, Plain
from djflow.approvals.chains.model import Approver, Conflict, Instead, Quorum, QuorumKind, Recusal
from djflow.approvals.model import AddSigner, CaseState, TaskState, Transfer, Verdict
from djflow.approvals.moves import begin
from djflow.approvals.states import Act
from djflow.core.errors import RuleError
from djflow.core.ids import PersonId
from tests.approvals.offices import (
    CLERKS,
    DEPUTIES,
    MINISTER,
    chain,
    fresh,
    grant_chain,
    person,
    says,
    step,
    task_of,
    world,
)
from tests.approvals.playing import NOW, A, R, act, clerks, decide, states


def test_the_first_of_several_decides_and_the_rest_need_not() -> None:
    """或签: one approval passes the step, the other tasks end."""
    there, case = clerks()
    outcome = decide(case, there, "b")
    assert states(outcome.case) == {
        "a": TaskState.ENDED,
        "b": TaskState.DECIDED,
        "c": TaskState.ENDED,
        "d": TaskState.WAITING,
    }
    assert [one.id for one in outcome.passed] == ["one"]


def test_all_must_sign() -> None:
    """会签: the step passes with the last signature and is rejected by one reject."""
    there, case = clerks(QuorumKind.ALL)
    half = decide(decide(case, there, "a").case, there, "b").case
    assert half.step == "one"
    assert decide(half, there, "c").case.step == "two"
    assert decide(half, there, "c", R).result is CaseState.REJECTED


def test_one_after_another() -> None:
    """依次签: only the first waits; the next is asked when he has signed."""
    there, case = clerks(QuorumKind.SEQUENTIAL)
    assert states(case) == {"a": TaskState.WAITING, "b": TaskState.QUEUED, "c": TaskState.QUEUED}
    with pytest.raises(RuleError, match="还没有轮到您"):
        decide(case, there, "b")
    second = decide(case, there, "a")
    assert [task.person for task in second.waiting] == ["b"]
    assert decide(decide(second.case, there, "b").case, there, "c").case.step == "two"


@pytest.mark.parametrize(
    ("votes", "state", "at"),
    [
        ("R", CaseState.RUNNING, "one"),
        ("RAA", CaseState.RUNNING, "two"),
        ("AA", CaseState.RUNNING, "two"),
        ("RR", CaseState.REJECTED, ""),
        ("AR", CaseState.RUNNING, "one"),
        ("AOA", CaseState.RUNNING, "two"),
        ("OO", CaseState.REJECTED, ""),
    ],
)
def test_a_vote_is_not_ended_by_one_reject(votes: str, state: CaseState, at: str) -> None:
    """票决, two of three: one reject does not end it, two do; abstaining is being present without approving."""
    there, case = clerks(quorum=Quorum(QuorumKind.RATIO, 2, min_present=2))
    for who, vote in zip("abc", votes, strict=False):
        case = decide(case, there, who, {"A": A, "R": R, "O": Verdict.ABSTAIN}[vote]).case
    assert (case.state, case.step) == (state, at)


def test_a_vote_that_one_reject_rejects_ends_with_it() -> None:
    """A vote may be configured to end with the first reject."""
    there, case = clerks(quorum=Quorum(QuorumKind.RATIO, 2, one_reject_rejects=True))
    assert decide(case, there, "c", R).result is CaseState.REJECTED


def test_a_share_of_the_votes_is_rounded_up_and_enough_must_be_present() -> None:
    """Two thirds of four are three; a vote won early waits until enough have voted."""
    assert [Quorum(QuorumKind.RATIO, 2, 3).needed(members) for members in (3, 4, 5, 6)] == [2, 3, 4, 4]
    there, case = clerks(quorum=Quorum(QuorumKind.RATIO, 1, min_present=2))
    once = decide(case, there, "a").case
    assert once.step == "one"
    assert decide(once, there, "b", R).case.step == "two"


def test_too_few_voters_block_the_case() -> None:
    """A vote that cannot be won because people are missing blocks the case instead of rejecting it."""
    _, case = clerks(quorum=Quorum(QuorumKind.RATIO, 4))
    assert (case.state, case.step) == (CaseState.BLOCKED, "one")
    assert "不够规定的人数" in case.blocked


def test_a_role_nobody_holds_blocks_and_never_skips() -> None:
    """An empty approver stops the case at the step; once somebody holds the role it goes on."""
    steps = chain(step("one", CLERKS), step("two", DEPUTIES))
    nobody = world(steps, dept_deputy=("d",))
    blocked = begin(fresh(), nobody, NOW)
    assert (blocked.case.state, blocked.case.step, blocked.case.tasks) == (CaseState.BLOCKED, "one", ())
    somebody = world(steps, dept_deputy=("d",), office_clerk=("a",))
    outcome = act(blocked.case, somebody, Plain(Act.TICK), NOW + timedelta(days=1))
    assert [task.person for task in outcome.waiting] == ["a"]
    assert outcome.case.blocked == ""


def test_nobody_decides_their_own_case() -> None:
    """The applicant, who filed it and who recommended it are left out; their deputy steps in, or the case blocks."""
    steps = chain(step("one", MINISTER), step("two", CLERKS))
    mine = fresh(applicant=PersonId("m"), barred=frozenset({person("d1")}))
    there = world(steps, dept_minister=("m",), dept_deputy=("d1", "d2"), office_clerk=("a",))
    assert [task.person for task in begin(mine, there, NOW).waiting] == ["d2"]
    alone = world(steps, dept_minister=("m",), dept_deputy=("d1",), office_clerk=("a",))
    blocked = begin(mine, alone, NOW).case
    assert blocked.state is CaseState.BLOCKED
    assert "都须回避" in blocked.blocked


def test_relatives_and_household_step_aside_as_the_chain_says() -> None:
    """A relative is replaced by the superior, a member of the household by the deputy, one named by the named."""
    steps = chain(step("one", DEPUTIES), step("two", CLERKS))
    there = world(steps, dept_deputy=("d",), dept_minister=("m",), office_clerk=("a",))
    related = replace(there, staffing=replace(there.staffing, kin=frozenset({person("d")})))
    assert [task.person for task in begin(fresh(), related, NOW).waiting] == ["m"]
    named = (Recusal(Conflict.SAME_HOUSEHOLD, Instead.NAMED, ("A07",)),)
    own = world(
        chain(step("one", DEPUTIES, recusals=named), step("two", CLERKS)), dept_deputy=("d",), office_clerk=("a",)
    )
    own = replace(own, staffing=replace(own.staffing, persons={"A07": person("n")}))
    assert [task.person for task in begin(fresh(household=frozenset({person("d")})), own, NOW).waiting] == ["n"]


def test_nobody_decides_two_steps_of_a_case() -> None:
    """Who decided an earlier step is left out of a later one."""
    steps = chain(step("one", CLERKS, recusals=()), step("two", DEPUTIES))
    there = world(steps, office_clerk=("x",), dept_deputy=("x", "y"), dept_minister=("m",))
    outcome = decide(begin(fresh(), there, NOW).case, there, "x")
    assert [task.person for task in outcome.waiting] == ["y"]


def test_one_missing_signature_of_all_is_replaced_or_blocks() -> None:
    """会签 with one in conflict asks the stand-in as well; without one the case blocks."""
    both = chain(step("one", Approver((Role.DEPT_MINISTER, Role.OFFICE_CLERK)), QuorumKind.ALL), step("two", DEPUTIES))
    mine = fresh(applicant=PersonId("m"))
    there = world(both, dept_minister=("m",), office_clerk=("a",), dept_deputy=("d",))
    assert {task.person for task in begin(mine, there, NOW).waiting} == {"d", "a"}
    alone = world(both, dept_minister=("m",), office_clerk=("a",))
    assert begin(mine, alone, NOW).case.state is CaseState.BLOCKED


def test_steps_depend_on_the_amount() -> None:
    """Up to 2,000 yuan the deputy decides, from one fen more the minister too; the last approval is told."""
    there = world(
        grant_chain(), branch_secretary=("s",), town_org_commissioner=("t",), dept_deputy=("d",), dept_minister=("m",)
    )
    for amount, last in ((200_000, "deputy"), (200_001, "minister")):
        case = begin(fresh(amount), there, NOW).case
        case = decide(decide(case, there, "s").case, there, "t").case
        case = act(case, there, Complete("publicity")).case
        outcome = decide(case, there, "d")
        if last == "minister":
            assert not outcome.approved_all
            outcome = decide(outcome.case, there, "m")
        assert outcome.approved_all
        assert outcome.case.step == "pay"


def test_a_signer_before_holds_the_asker_and_a_reject_rejects() -> None:
    """前加签: the asker waits until the other has signed, then is asked again; the other's reject rejects."""
    there, case = clerks(QuorumKind.ANY, "a")
    added = act(case, there, AddSigner(task_of(case, "a").id, person("a"), person("z")))
    assert states(added.case) == {"a": TaskState.QUEUED, "z": TaskState.WAITING}
    with pytest.raises(RuleError, match="还没有轮到您"):
        decide(added.case, there, "a")
    signed = decide(added.case, there, "z")
    assert [task.person for task in signed.waiting] == ["a"]
    assert decide(signed.case, there, "a").case.step == "two"
    assert decide(added.case, there, "z", R).result is CaseState.REJECTED


def test_a_signer_after_signs_when_the_step_is_decided() -> None:
    """后加签: the other is asked once the step's own approvers have decided, and the step waits for them."""
    there, case = clerks(QuorumKind.ANY, "a")
    added = act(case, there, AddSigner(task_of(case, "a").id, person("a"), person("z"), after=True))
    assert states(added.case) == {"a": TaskState.WAITING, "z": TaskState.QUEUED}
    approved = decide(added.case, there, "a")
    assert (approved.case.step, [task.person for task in approved.waiting]) == ("one", ["z"])
    assert decide(approved.case, there, "z").case.step == "two"


def test_a_task_handed_over_keeps_its_deadline() -> None:
    """转办: only to somebody who may decide the step, with the same deadline; the row of the first stays."""
    there, case = clerks(QuorumKind.ALL, "a", "b")
    with pytest.raises(RuleError, match="只能转给有权办理"):
        act(case, there, Transfer(task_of(case, "a").id, person("a"), person("stranger")))
    with pytest.raises(RuleError, match="已经在办这一步"):
        act(case, there, Transfer(task_of(case, "a").id, person("a"), person("b")))
    more = world(there.chain, office_clerk=("a", "b", "n"), dept_deputy=("d",))
    outcome = act(case, more, Transfer(task_of(case, "a").id, person("a"), person("n")), NOW + timedelta(days=1))
    assert states(outcome.case) == {"a": TaskState.HANDED_OVER, "b": TaskState.WAITING, "n": TaskState.WAITING}
    assert task_of(outcome.case, "n").due_on == task_of(case, "a").due_on
    assert decide(decide(outcome.case, more, "n").case, more, "b").case.step == "two"


def test_a_delegate_decides_for_the_principal_and_both_stand_there() -> None:
    """代理: the delegate of today may decide, the decision names both; one level only, and conflicts count for both."""
    there, case = clerks(QuorumKind.ANY, "a")
    acting = replace(
        there, staffing=replace(there.staffing, delegates={person("a"): person("p"), person("p"): person("q")})
    )
    answer = says("p", A)
    outcome = act(case, acting, Decide(task_of(case, "a").id, answer))
    assert outcome.decided is not None
    said = outcome.decided.decision
    assert said is not None
    assert (said.person, said.principal) == ("p", "a")
    with pytest.raises(RuleError, match="不是交给您的"):
        act(case, acting, Decide(task_of(case, "a").id, says("q", A)))
    related = replace(acting, staffing=replace(acting.staffing, kin=frozenset({person("p")})))
    with pytest.raises(RuleError, match="按回避规定"):
        act(case, related, Decide(task_of(case, "a").id, answer))
