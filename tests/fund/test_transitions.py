"""The way of an application as a table: every state × act × capacity has an expected cell."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from djflow.core.errors import ConflictError, RuleError
from djflow.core.ids import PersonId, UnitId
from djflow.fund.cases.manual import way_table
from djflow.fund.cases.model import (
    ACT_WORDS,
    CATEGORY_WORDS,
    HOLDER_WORDS,
    STATE_WORDS,
    Act,
    CaseId,
    CaseState,
    Category,
    Filing,
    FundCase,
    Who,
)
from djflow.fund.cases.transitions import (
    ASKING,
    BY_STATE_AND_ACT,
    COMMITTED,
    ENDED,
    TRANSITIONS,
    Facts,
    Guard,
    require_guard,
    require_may,
    transition_of,
)

ACTS = {
    "s": Act.SUBMIT, "a": Act.ACCEPT, "t": Act.START, "f": Act.FAST_TRACK, "r": Act.RETURN, "e": Act.RESUBMIT,
    "P": Act.APPROVE, "q": Act.QUEUE, "u": Act.FUND, "z": Act.FREEZE, "m": Act.RESUME, "U": Act.UPHOLD,
    "d": Act.END_PUBLICITY, "b": Act.SEND, "c": Act.CONFIRM_PAID, "F": Act.FAIL, "C": Act.CORRECT,
    "h": Act.HAND_OVER, "l": Act.CLOSE, "k": Act.CLAW_BACK, "R": Act.REJECT, "W": Act.WITHDRAW, "x": Act.EXPIRE,
}  # fmt: skip
EXPECTED = {
    CaseState.DRAFT: {"s": "submitted", "W": "withdrawn", "x": "expired"},
    CaseState.SUBMITTED: {"a": "checking", "f": "running", "r": "returned", "R": "rejected", "W": "withdrawn"},
    CaseState.CHECKING: {"t": "running", "f": "running", "r": "returned", "R": "rejected", "W": "withdrawn"},
    CaseState.RUNNING: {"P": "publicity", "q": "waiting_budget", "r": "returned", "R": "rejected", "W": "withdrawn"},
    CaseState.RETURNED: {"e": "checking", "W": "withdrawn", "x": "expired"},
    CaseState.WAITING_BUDGET: {"u": "publicity", "R": "rejected", "W": "withdrawn"},
    CaseState.PUBLICITY: {"d": "ready_to_pay", "z": "frozen", "W": "withdrawn"},
    CaseState.FROZEN: {"m": "publicity", "U": "rejected", "W": "withdrawn"},
    CaseState.READY_TO_PAY: {"b": "sent", "z": "frozen", "W": "withdrawn"},
    CaseState.SENT: {"c": "paid", "F": "payment_failed"},
    CaseState.PAYMENT_FAILED: {"C": "ready_to_pay", "R": "rejected", "W": "withdrawn"},
    CaseState.PAID: {"h": "follow_up", "k": "clawed_back"},
    CaseState.FOLLOW_UP: {"l": "closed", "k": "clawed_back"},
    CaseState.CLOSED: {"k": "clawed_back"},
    CaseState.REJECTED: {},
    CaseState.WITHDRAWN: {},
    CaseState.EXPIRED: {},
    CaseState.CLAWED_BACK: {},
}
MAY = {
    "s": "applicant branch", "a": "branch office", "t": "office", "f": "office", "e": "applicant branch",
    "P": "approval", "q": "approval", "u": "ledger", "z": "public office", "m": "office", "U": "office", "d": "clock",
    "b": "cashier", "c": "cashier", "F": "cashier", "C": "cashier", "h": "branch office", "l": "branch office",
    "k": "office", "W": "applicant branch", "x": "clock",
}  # fmt: skip
CASE = FundCase(
    id=CaseId("c1"),
    number="WF2026-0017",
    year=2026,
    state=CaseState.DRAFT,
    since=datetime(2026, 11, 18, 1, tzinfo=UTC),
    category=Category.REGULAR,
    requested_fen=200_000,
    proposed_fen=None,
    approved_fen=None,
    applicant=PersonId("p1"),
    branch=None,
    unit=UnitId("u1"),
    filing=Filing.SELF,
    emergency=False,
    appeal_of=None,
    content_hash="",
    version=1,
    round=1,
    made_at=datetime(2026, 11, 18, 1, tzinfo=UTC),
    submitted_at=None,
    papers_due_on=None,
)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("letter", ACTS)
def test_every_cell_of_the_way(state: CaseState, letter: str) -> None:
    """An act leads where the office's table says, and is refused with state and time wherever the table is empty."""
    expected = EXPECTED[state].get(letter)
    if expected is None:
        with pytest.raises(ConflictError, match="WF2026-0017 已在 2026年11月18日 09:00 变为"):
            transition_of(replace(CASE, state=state), ACTS[letter])
    else:
        assert transition_of(replace(CASE, state=state), ACTS[letter]).then is CaseState(expected)


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.state}-{row.act}")
@pytest.mark.parametrize("who", Who)
def test_every_cell_of_who_may(row: object, who: Who) -> None:
    """Each act is for the capacities the office's table names, in every state; approvals return and refuse theirs."""
    assert row in TRANSITIONS
    found = next(one for one in TRANSITIONS if one is row)
    letter = next(letter for letter, act in ACTS.items() if act is found.act)
    if found.act in {Act.RETURN, Act.REJECT}:
        desk = {Who.BRANCH, Who.OFFICE} if found.act is Act.RETURN else {Who.OFFICE}
        approvers = {Who.APPROVAL} if found.state in {CaseState.CHECKING, CaseState.RUNNING} else set()
        allowed = approvers if found.state is CaseState.RUNNING else desk | approvers
    else:
        allowed = {Who(word) for word in MAY[letter].split()}
    if who in allowed:
        require_may(found, who)
    else:
        with pytest.raises(RuleError, match="您的身份不能"):
            require_may(found, who)


def test_every_case_can_come_to_an_end() -> None:
    """From every state some way leads to an end, and what has ended does not start again except to be clawed back."""
    for state in CaseState:
        reached, found = {state}, [state]
        while found:
            here = found.pop()
            onward = {row.then for row in TRANSITIONS if row.state is here} - reached
            reached |= onward
            found += sorted(onward)
        assert reached & ENDED
    assert {row.act for row in TRANSITIONS if row.state in ENDED} == {Act.CLAW_BACK}
    assert len(BY_STATE_AND_ACT) == len(TRANSITIONS)


def test_the_clock_never_approves() -> None:
    """Time alone ends drafts, returned papers and publicity; it never passes money."""
    by_time = {row.act for row in TRANSITIONS if Who.CLOCK in row.who}
    assert by_time == {Act.EXPIRE, Act.END_PUBLICITY}


def test_money_is_counted_once() -> None:
    """A state either asks for money, holds money, or neither; nothing counts twice."""
    assert not ASKING & COMMITTED
    assert CaseState.SENT in COMMITTED
    assert CaseState.REJECTED not in COMMITTED | ASKING


def test_everything_has_its_words() -> None:
    """Every state, act and category is said in Chinese, and every open case lies at somebody's desk."""
    assert set(STATE_WORDS) == set(CaseState)
    assert set(ACT_WORDS) == set(Act)
    assert set(CATEGORY_WORDS) == set(Category)
    assert set(HOLDER_WORDS) == set(CaseState) - ENDED


@pytest.mark.parametrize(
    ("guard", "facts", "words"),
    [
        (Guard.COMPLETE, Facts(missing=("承诺书",)), "还缺材料：承诺书"),
        (Guard.COMPLETE, Facts(refused=("一年只能一次。",)), "^一年只能一次。$"),
        (Guard.CHECKED, Facts(unchecked=("入户核实还差 1 人",)), "入户核实还差 1 人"),
        (Guard.PHONED, Facts(), "先登记电话批准"),
        (Guard.WITHIN_CAPS, Facts(over_caps=("超过",)), "超过"),
        (Guard.PUBLICIZED, Facts(unpublished=("区级公示",)), "公示还没有结束"),
        (Guard.UNDISPUTED, Facts(open_objections=2), "还有 2 件异议"),
        (Guard.OVERDUE, Facts(), "还没有到期限"),
        (Guard.SETTLED, Facts(unsettled=("缺承诺书",)), "还不能办结：缺承诺书"),
    ],
)
def test_an_unmet_condition_says_what_is_missing(guard: Guard, facts: Facts, words: str) -> None:
    """Each condition refuses with what would fix it, and lets pass when nothing stands in the way."""
    row = replace(TRANSITIONS[0], guard=guard)
    with pytest.raises(RuleError, match=words):
        require_guard(row, facts)
    require_guard(row, Facts(phoned=True, overdue=True))


def test_the_manual_tells_the_same_way() -> None:
    """The manual's table is the table that moves cases, line by line."""
    manual = (Path(__file__).parents[2] / "deploy" / "manual" / "fund_applications.md").read_text("utf-8")
    assert "\n".join(way_table()) in manual
    assert {row.guard for row in TRANSITIONS} == set(Guard)
