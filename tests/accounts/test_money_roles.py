"""The acts around the fund's money by role: who reads, records, confirms, pays and publishes."""

import pytest

from djflow.accounts.model import Act, Role
from djflow.accounts.rules import PERMISSIONS, may

ACTS = (
    Act.MONEY_READ, Act.MONEY_EXPORT, Act.MONEY_RECORD, Act.MONEY_CONFIRM, Act.MONEY_PUBLISH, Act.GIFT_WORK,
    Act.GIFT_PAPER, Act.TILL_WORK,
)  # fmt: skip
EXPECTED = {
    #                            read export record confirm publish gift paper pay
    Role.DEPT_MINISTER:         "x x . . x . . .",
    Role.DEPT_DEPUTY:           "x x . . x . . .",
    Role.FINANCE_CLERK:         "x x x . . x x x",
    Role.CASHIER:               "x x . x . . x x",
    Role.AUDITOR_READONLY:      "x x . . . . . .",
}  # fmt: skip
NOTHING = ". . . . . . . ."


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_exactly_this_with_money(role: Role) -> None:
    """Each cell of the table is as the office expects it; whoever is not in it sees nothing of the money."""
    expected = {act: cell == "x" for act, cell in zip(ACTS, EXPECTED.get(role, NOTHING).split(), strict=True)}
    assert {act: may({role}, act) for act in ACTS} == expected


def test_no_role_records_and_confirms() -> None:
    """What one role records, the other confirms; leaders, who approve cases, touch no money."""
    assert PERMISSIONS[Act.MONEY_RECORD].isdisjoint(PERMISSIONS[Act.MONEY_CONFIRM])
    for act in (Act.MONEY_RECORD, Act.MONEY_CONFIRM, Act.GIFT_WORK, Act.TILL_WORK):
        assert PERMISSIONS[act].isdisjoint({Role.DEPT_MINISTER, Role.DEPT_DEPUTY, Role.AUDITOR_READONLY}), act
