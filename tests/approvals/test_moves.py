"""Acts on a case: returns, papers, clocks, urging, repetition, the owner's steps. Time never approves."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from djflow.approvals import rules
from djflow.approvals.acts import Complete, Decide, Plain, Replaced, Supplemented
from djflow.approvals.chains.model import ChainStep, Quorum, QuorumKind, StepKind
from djflow.approvals.model import AddSigner, CaseState, Staffing, TaskState, Transfer, Verdict, World
from djflow.approvals.moves import begin
from djflow.approvals.states import Act
from djflow.core.errors import ConflictError, RuleError
from tests.approvals.offices import (
    CLERKS,
    DEPUTIES,
    MINISTER,
    OFFICE,
    RECUSALS,
    chain,
    fresh,
    person,
    says,
    step,
    task_of,
    world,
    yes,
)
from tests.approvals.playing import NOW, R, act, clerks, decide, states


def test_a_return_after_all_signed_loses_nothing() -> None:
    """会签, then returned: in the new round everybody is asked again, exactly once, and the old rows stay."""
    steps = chain(step("one", CLERKS, QuorumKind.ALL), step("two", DEPUTIES))
    there = world(steps, office_clerk=("a", "b", "c"), dept_deputy=("d",))
    case = begin(fresh(), there, NOW).case
    for who in "abc":
        case = decide(case, there, who).case
    back = decide(case, there, "d", Verdict.RETURN_TO_PREVIOUS).case
    assert (back.round, back.step) == (2, "one")
    again = [task for task in back.tasks if task.round == 2]
    assert [task.person for task in again] == ["a", "b", "c"]
    assert all(task.state is TaskState.WAITING for task in again)
    assert len([task for task in back.tasks if task.round == 1 and task.decision]) == 4
    for who in "abc":
        back = decide(back, there, who).case
    assert [task.person for task in back.waiting] == ["d"]
    assert decide(back, there, "d").result is CaseState.APPROVED


def test_reminders_live_on_after_a_return() -> None:
    """A task of the second round is reminded and escalated like one of the first."""
    there, case = clerks(QuorumKind.ANY, "a")
    returned = decide(case, there, "a", Verdict.RETURN_TO_APPLICANT).case
    later = NOW + timedelta(days=7)
    again = act(returned, there, Replaced("h2", 100_000), later).case
    assert (again.round, again.new.content_hash) == (2, "h2")
    reminded = act(again, there, Plain(Act.TICK), later + timedelta(days=2))
    assert [task.person for task in reminded.reminded] == ["a"]
    late = act(reminded.case, there, Plain(Act.TICK), later + timedelta(days=14))
    assert [task.person for task in late.escalated] == ["a"]


def test_a_return_is_counted_and_limited() -> None:
    """After the chain's number of returns only approving or rejecting is left."""
    there, case = clerks(QuorumKind.ANY, "a")
    for content in ("h2", "h3"):
        case = decide(case, there, "a", Verdict.RETURN_TO_APPLICANT).case
        case = act(case, there, Replaced(content, 100_000)).case
    with pytest.raises(RuleError, match="已经退回过 2 次"):
        decide(case, there, "a", Verdict.RETURN_TO_APPLICANT)


def test_papers_stop_the_clock_are_counted_and_expire() -> None:
    """补正: the clock stops and runs on where it stopped; nobody decides meanwhile; what never comes expires."""
    there, case = clerks(QuorumKind.ANY, "a")
    assert task_of(case, "a").due_on == date(2026, 11, 25)
    asked = decide(case, there, "a", Verdict.SUPPLEMENT, NOW + timedelta(days=2)).case
    assert (asked.state, asked.due_on) == (CaseState.SUPPLEMENT, date(2026, 12, 4))
    assert act(asked, there, Plain(Act.TICK), NOW + timedelta(days=9)).case.state is CaseState.SUPPLEMENT
    resumed = act(asked, there, Supplemented("h2"), NOW + timedelta(days=9)).case
    # Two of five workdays were gone on Friday the 20th; three are left after Friday the 27th.
    assert (task_of(resumed, "a").due_on, task_of(resumed, "a").state) == (date(2026, 12, 2), TaskState.WAITING)
    with pytest.raises(ConflictError, match="内容已有改动"):
        act(resumed, there, Decide(task_of(resumed, "a").id, yes("a", "h1")))
    expired = act(asked, there, Plain(Act.TICK), NOW + timedelta(days=17))
    assert expired.result is CaseState.EXPIRED


def test_time_reminds_then_escalates_and_never_approves() -> None:
    """Reminders on the 2nd and 4th workday, escalation after the 5th, once each; the case stays where it is."""
    there, case = clerks(QuorumKind.ANY, "a")
    seen: list[tuple[int, int, int]] = []
    for day in range(1, 60):
        outcome = act(case, there, Plain(Act.TICK), NOW + timedelta(days=day))
        if outcome.changed:
            seen.append((day, len(outcome.reminded), len(outcome.escalated)))
        case = outcome.case
    assert seen == [(2, 1, 0), (6, 1, 0), (8, 0, 1)]
    assert (case.state, case.step) == (CaseState.RUNNING, "one")


def test_what_comes_after_office_hours_counts_from_the_next_workday() -> None:
    """Assigned at 17:30 on Friday, a task is counted from Monday; holidays and make-up days are the calendar's."""
    friday = datetime.fromisoformat("2026-11-20T17:30+08:00")
    assert rules.clock_start(friday, OFFICE.calendar) == date(2026, 11, 23)
    assert rules.clock_start(friday - timedelta(minutes=1), OFFICE.calendar) == date(2026, 11, 20)
    before_spring = begin(fresh(), clerks()[0], datetime.fromisoformat("2026-02-12T09:00+08:00")).case
    assert before_spring.waiting[0].due_on == date(2026, 2, 26)


def test_urging_is_counted_and_limited() -> None:
    """催办: once a day, at most as often as the chain says, and anew at the next step."""
    there, case = clerks(QuorumKind.ANY, "a")
    case = act(case, there, Plain(Act.URGE)).case
    with pytest.raises(RuleError, match="今天已经催办过"):
        act(case, there, Plain(Act.URGE), NOW + timedelta(hours=2))
    for day in (1, 2):
        case = act(case, there, Plain(Act.URGE), NOW + timedelta(days=day)).case
    with pytest.raises(RuleError, match="已经催办 3 次"):
        act(case, there, Plain(Act.URGE), NOW + timedelta(days=3))
    assert decide(case, there, "a").case.urges == 0


def test_a_late_decision_is_told_who_decided_and_when() -> None:
    """Who comes second reads by office and time who was faster, whatever their own answer was."""
    there, case = clerks()
    decided = decide(case, there, "b").case
    for who in ("a", "b"):
        with pytest.raises(ConflictError, match="已由组织科工作人员于11月18日09:00办理（同意）"):
            decide(decided, there, who)


def test_a_role_that_ended_decides_nothing() -> None:
    """Between the message and the click the role went to somebody else: refused; reassigning asks the new holder."""
    there, case = clerks(QuorumKind.ANY, "a")
    moved = world(there.chain, office_clerk=("n",), dept_deputy=("d",))
    with pytest.raises(RuleError, match="职务已有变动"):
        decide(case, moved, "a")
    outcome = act(case, moved, Plain(Act.REASSIGN))
    assert states(outcome.case) == {"a": TaskState.ENDED, "n": TaskState.WAITING}


def test_a_case_blocked_in_the_middle_asks_nobody_twice() -> None:
    """Voters who have voted before a case was blocked keep their vote and are not asked again."""
    there, case = clerks(quorum=Quorum(QuorumKind.RATIO, 2, min_present=2))
    case = decide(case, there, "a").case
    alone = world(there.chain, office_clerk=("a",), dept_deputy=("d",))
    blocked = act(case, alone, Plain(Act.REASSIGN)).case
    assert blocked.state is CaseState.BLOCKED
    again = act(blocked, there, Plain(Act.REASSIGN)).case
    assert [(task.person, task.state) for task in rules.of_step(again, "one") if rules.counts(task)] == [
        ("a", TaskState.DECIDED),
        ("b", TaskState.WAITING),
        ("c", TaskState.WAITING),
    ]


def test_the_same_person_is_asked_once_where_the_chain_says_so() -> None:
    """去重: for documents an approval of the same content counts again, marked; for money everybody is asked."""
    steps = (step("one", CLERKS, recusals=()), step("two", DEPUTIES, recusals=()), step("three", MINISTER, recusals=()))
    held = {"office_clerk": ("a",), "dept_deputy": ("a",), "dept_minister": ("m",)}
    there = world(chain(*steps, dedupe=True), **held)
    outcome = decide(begin(fresh(), there, NOW).case, there, "a")
    assert outcome.case.step == "three"
    repeated = next(task for task in outcome.case.tasks if task.step == "two").decision
    assert repeated is not None
    assert repeated.automatic
    plain = world(chain(*steps), **held)
    assert decide(begin(fresh(), plain, NOW).case, plain, "a").case.step == "two"


def test_powers_and_reasons_are_required() -> None:
    """What the step does not allow is refused; rejecting, returning and asking for papers need a reason."""
    there, case = clerks(QuorumKind.ANY, "a", may=frozenset())
    for verdict in (Verdict.RETURN_TO_APPLICANT, Verdict.RETURN_TO_PREVIOUS, Verdict.SUPPLEMENT, Verdict.ABSTAIN):
        with pytest.raises(RuleError, match=r"不能|只有票决"):
            decide(case, there, "a", verdict)
    with pytest.raises(RuleError, match="要写明理由"):
        act(case, there, Decide(task_of(case, "a").id, replace(says("a", R), opinion=" ")))
    with pytest.raises(RuleError, match="不能转办"):
        act(case, there, Transfer(task_of(case, "a").id, person("a"), person("b")))
    with pytest.raises(RuleError, match="不能加签"):
        act(case, there, AddSigner(task_of(case, "a").id, person("a"), person("b")))


def test_an_owner_step_is_reported_done_once() -> None:
    """Publicity is completed by its owner; twice is once, out of turn is refused, an upheld objection ends the case."""
    steps = chain(step("one", CLERKS), ChainStep("notice", "公示", StepKind.PUBLICITY), step("two", DEPUTIES))
    there = world(steps, office_clerk=("a",), dept_deputy=("d",))
    begun = begin(fresh(), there, NOW).case
    with pytest.raises(ConflictError, match="还没有到“公示”"):
        act(begun, there, Complete("notice"))
    case = decide(begun, there, "a").case
    done = act(case, there, Complete("notice")).case
    assert not act(done, there, Complete("notice")).changed
    paused = act(case, there, Plain(Act.PAUSE)).case
    with pytest.raises(ConflictError, match="暂停"):
        act(paused, there, Complete("notice"))
    assert act(paused, there, Complete("notice", R)).result is CaseState.REJECTED
    assert act(paused, there, Plain(Act.RESUME)).case.state is CaseState.RUNNING


def test_nothing_is_taken_back_after_payment() -> None:
    """Withdrawing works until the payment step is done."""
    steps = chain(
        step("one", CLERKS), ChainStep("pay", "拨付", StepKind.PAY), ChainStep("visit", "回访", StepKind.FOLLOW_UP)
    )
    there = world(steps, office_clerk=("a",))
    case = decide(begin(fresh(), there, NOW).case, there, "a").case
    assert act(case, there, Plain(Act.WITHDRAW)).result is CaseState.WITHDRAWN
    paid = act(case, there, Complete("pay")).case
    for move in (Plain(Act.WITHDRAW), Replaced("h9", 1)):
        with pytest.raises(RuleError, match="已经拨付"):
            act(paid, there, move)


def test_a_late_task_may_be_handed_on_by_the_superior() -> None:
    """超时: whoever it was reported to may hand the task to somebody else who may decide it; the label stays."""
    there, case = clerks(QuorumKind.ANY, "a", may=frozenset())
    late = act(case, there, Plain(Act.TICK), NOW + timedelta(days=10)).case
    two = world(there.chain, office_clerk=("a", "n"), dept_deputy=("d",), dept_minister=("m",))
    outcome = act(late, two, Transfer(task_of(late, "a").id, person("m"), person("n")))
    assert task_of(outcome.case, "n").escalated_at is not None


def test_rules_know_persons_without_the_database() -> None:
    """Persons come in as values: an empty world blocks, it does not fail."""
    empty = World(chain(step("one", CLERKS, recusals=RECUSALS), step("two", DEPUTIES)), Staffing(), OFFICE)
    assert begin(fresh(), empty, NOW).case.state is CaseState.BLOCKED
