"""The permission table of the fund's desk: every act, state and role has an expected answer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from djflow.accounts.model import Act, Role
from djflow.accounts.rules import may
from djflow.assembly import fund_acts
from djflow.assembly.fund_acts import RULES, DeskAct
from djflow.core.errors import ConflictError, RuleError
from djflow.core.ids import PersonId, UnitId
from djflow.fund.cases.model import CaseId, CaseState, Category, Filing, FundCase

MOMENT = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
PLAIN = FundCase(
    CaseId("c"), "WF2026-0001", 2026, CaseState.DRAFT, MOMENT, Category.EMERGENCY, 1, None, None, PersonId("p"), None,
    UnitId("u"), Filing.SELF, False, None, "", 1, 1, MOMENT, None, None,
)  # fmt: skip
URGENT = replace(PLAIN, emergency=True)
PHONED = replace(URGENT, papers_due_on=date(2026, 11, 25))

ACTS = (
    DeskAct.ACCEPT, DeskAct.RETURN, DeskAct.REJECT, DeskAct.DELIBERATE, DeskAct.VISIT, DeskAct.FLAG, DeskAct.ATTACH,
    DeskAct.PHONE, DeskAct.FAST_TRACK, DeskAct.OBJECT, DeskAct.SETTLE, DeskAct.WITHDRAW, DeskAct.HAND_OVER,
    DeskAct.CLOSE, DeskAct.APPEAL,
)  # fmt: skip
ROLES = {
    # In the order of ACTS.
    Role.OFFICE_CLERK:          "x x x x x x x x x x x x x x x",
    Role.DEPT_DEPUTY:           ". . . . . . . . . . x . . . .",
    Role.DEPT_MINISTER:         ". . . . . . . . . . x . . . .",
    Role.TOWN_ORG_COMMISSIONER: ". . . . x x x . . x . . x x .",
    Role.TOWN_CLERK:            ". . . . x x x . . x . . x x .",
    Role.BRANCH_SECRETARY:      "x x . x . . x . . . . x x x x",
}  # fmt: skip
"""Which role may do what at all; a role that is not here may do nothing."""

STATES = {
    # In the order of ACTS.
    CaseState.DRAFT:          ". . . . . . x . . . . x . . .",
    CaseState.SUBMITTED:      "x x x . . x x u p . . x . . .",
    CaseState.CHECKING:       ". x x x x x x u p x x x . . .",
    CaseState.RUNNING:        ". . . p p x x . . x x x . . .",
    CaseState.RETURNED:       ". . . . . x x . . x x x . . .",
    CaseState.WAITING_BUDGET: ". . x p p x x . . x x x . . .",
    CaseState.PUBLICITY:      ". . . p p x x . . x x x . . .",
    CaseState.FROZEN:         ". . . p p x x . . x x x . . .",
    CaseState.READY_TO_PAY:   ". . . p p x x . . x x x . . .",
    CaseState.SENT:           ". . . p p x x . . x x . . . .",
    CaseState.PAYMENT_FAILED: ". . x p p x x . . x x x . . .",
    CaseState.PAID:           ". . . p p x x . . x x . x . .",
    CaseState.FOLLOW_UP:      ". . . p p x x . . x x . . x .",
    CaseState.CLOSED:         ". . . . . . . . . x x . . . .",
    CaseState.REJECTED:       ". . . . . . . . . . x . . . x",
    CaseState.WITHDRAWN:      ". . . . . . . . . . x . . . .",
    CaseState.EXPIRED:        ". . . . . . . . . . x . . . .",
    CaseState.CLAWED_BACK:    ". . . . . . . . . . x . . . .",
}  # fmt: skip
"""Where an act belongs: x always, u for an emergency not yet approved by telephone, p for one that was."""
MARKS = {"plain": (PLAIN, "x"), "urgent": (URGENT, "xu"), "phoned": (PHONED, "xp")}


def answer(role: Role, act: DeskAct, case: FundCase) -> str:
    """Return how the desk answers: done, refused for the role, refused for the state."""
    try:
        fund_acts.require({role}, act, case)
    except RuleError:
        return "role"
    except ConflictError:
        return "state"
    return "done"


def test_the_table_has_every_act() -> None:
    """Every act has its column, every state its row."""
    assert set(ACTS) == set(DeskAct) == set(RULES)
    assert set(STATES) == set(CaseState)


@pytest.mark.parametrize("kind", MARKS)
def test_every_cell_is_as_expected(kind: str) -> None:
    """Each act in each state by each role is done, or refused for the role, or refused for the state."""
    case, marks = MARKS[kind]
    for role, state in product(Role, CaseState):
        present = replace(case, state=state)
        held = ROLES.get(role, " ".join("." * len(ACTS))).split()
        where = STATES[state].split()
        expected = {
            act: "role" if mine == "." else "done" if here in marks else "state"
            for act, mine, here in zip(ACTS, held, where, strict=True)
        }
        assert {act: answer(role, act, present) for act in ACTS} == expected, (role, state)
        offered = {act for act, said in expected.items() if said == "done"}
        assert set(fund_acts.offered({role}, present)) == offered, (role, state)


def test_who_acts_is_who_reads() -> None:
    """Nobody may do something with a case without seeing it; inspection and the secretaries above only see."""
    for role in Role:
        acts = [one for one in DeskAct if may({role}, RULES[one].act)]
        assert may({role}, Act.FUND_READ) or not acts, role
    for role in (Role.AUDITOR_READONLY, Role.TOWN_SECRETARY):
        assert may({role}, Act.FUND_READ)
        assert not [one for one in DeskAct if may({role}, RULES[one].act)]


def test_whose_own_act_it_is() -> None:
    """The branch's vote is the secretary's own, the visit the township's; a paper's request is nobody's own."""
    assert fund_acts.is_own({Role.BRANCH_SECRETARY}, RULES[DeskAct.DELIBERATE])
    assert not fund_acts.is_own({Role.OFFICE_CLERK}, RULES[DeskAct.DELIBERATE])
    assert fund_acts.is_own({Role.TOWN_CLERK}, RULES[DeskAct.VISIT])
    assert fund_acts.is_own({Role.OFFICE_CLERK}, RULES[DeskAct.ACCEPT])
    for act in (DeskAct.WITHDRAW, DeskAct.APPEAL, DeskAct.OBJECT, DeskAct.PHONE):
        assert not any(fund_acts.is_own({role}, RULES[act]) for role in Role)
