"""Who may do what to money, what may follow what, how the bank's rows fall into lists: without a database."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.accounts.model import Role
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.fund.payment import rules
from djflow.fund.payment.model import (
    AnswerRow,
    BatchId,
    BatchState,
    Clerk,
    Doubt,
    OrderId,
    OrderState,
    PaymentAct,
    PaymentOrder,
)

AT = datetime(2026, 11, 24, tzinfo=UTC)
TILL = {Role.FINANCE_CLERK, Role.CASHIER}
READERS = TILL | {Role.DEPT_MINISTER, Role.DEPT_DEPUTY, Role.AUDITOR_READONLY}

ORDER_MOVES = {
    "ready": {"batched", "withdrawn"},
    "batched": {"ready", "sent", "withdrawn"},
    "sent": {"paid", "failed", "unknown"},
    "unknown": {"paid", "failed"},
    "paid": {"clawed_back"},
    "failed": {"corrected", "withdrawn"},
}
BATCH_MOVES = {
    "draft": {"checked", "cancelled"},
    "checked": {"exported", "draft", "cancelled"},
    "exported": {"sent"},
    "sent": {"closed"},
}


def clerk(*roles: Role, person: str = "p") -> Clerk:
    """Return somebody with roles."""
    return Clerk("account:x", PersonId(person), frozenset(roles))


def order(number: int, state: OrderState = OrderState.SENT) -> PaymentOrder:
    """Return the payment of case `number`."""
    return PaymentOrder(
        id=OrderId(f"o{number}"),
        subject=Subject("fund.application", str(number)),
        case_number=f"WF-{number}",
        attempt=1,
        line_key=f"pay:WF-{number}:1",
        amount_fen=1000 + number,
        payee=PersonId("x"),
        account_tail=f"{number:04d}",
        bank="农行",
        state=state,
        batch=BatchId("b"),
        bank_code="",
        opened_at=AT,
        settled_at=None,
    )


@pytest.mark.parametrize("old", OrderState)
@pytest.mark.parametrize("new", OrderState)
def test_an_order_moves_only_as_written(old: OrderState, new: OrderState) -> None:
    """Every pair of states is either in the table of this test or refused with a sentence."""
    if new.value in ORDER_MOVES.get(old.value, set()):
        rules.require_order_move(old, new)
    else:
        with pytest.raises(ConflictError, match=rules.ORDER_WORDS[old]):
            rules.require_order_move(old, new)


@pytest.mark.parametrize("old", BatchState)
@pytest.mark.parametrize("new", BatchState)
def test_a_batch_moves_only_as_written(old: BatchState, new: BatchState) -> None:
    """Every pair of states is either in the table of this test or refused with a sentence."""
    if new.value in BATCH_MOVES.get(old.value, set()):
        rules.require_batch_move(old, new)
    else:
        with pytest.raises(ConflictError, match=rules.BATCH_WORDS[old]):
            rules.require_batch_move(old, new)


@pytest.mark.parametrize("act", PaymentAct)
@pytest.mark.parametrize("role", Role)
def test_the_table_of_permissions(act: PaymentAct, role: Role) -> None:
    """Only the till touches money; leaders and auditors read; nobody else does anything."""
    readable = act in {PaymentAct.READ, PaymentAct.STATEMENT}
    if role in (READERS if readable else TILL):
        rules.require_may(clerk(role), act)
    else:
        with pytest.raises(RuleError, match="没有办理这一步的权限"):
            rules.require_may(clerk(role), act)


def test_accountant_and_cashier_are_apart() -> None:
    """Who holds both offices of the till may act in neither."""
    with pytest.raises(RuleError, match="会计、出纳须分设"):
        rules.require_may(clerk(*TILL), PaymentAct.MAKE)
    rules.require_may(clerk(*TILL), PaymentAct.READ)


@pytest.mark.parametrize("number", ["", "WF 1", "WF:1", "王1", "x" * 31, "W=1"])
def test_a_key_takes_plain_case_numbers(number: str) -> None:
    """What the bank's file could not carry is no case number."""
    with pytest.raises(InputError, match="申请编号"):
        rules.line_key(number, 1)
    assert rules.line_key("WF2026-0017", 2) == "pay:WF2026-0017:2"


@pytest.mark.parametrize(
    "name",
    ["=HYPERLINK(1)", "+1行", "-1", "@SUM", "农行,二", '农行"', "农|行", "农\ue000行", "农\x00行", "", "行" * 61],
)
def test_no_name_is_a_formula_or_a_separator(name: str) -> None:
    """What a spreadsheet would take for a formula, or a bank's machine for a separator, is no name."""
    with pytest.raises(InputError, match="户名里有不能写进银行文件的字符"):
        rules.clean_name(name, "户名")


def test_a_name_is_compared_as_people_read_it() -> None:
    """Blanks, width and dots do not count; another character does, and two empty names are nobody."""
    assert rules.same_name("买买提·艾力", " 买买提•艾力")
    assert not rules.same_name("张喆", "张哲")
    assert not rules.same_name("", "")


ROWS = st.builds(
    AnswerRow,
    row=st.integers(1, 50),
    key=st.sampled_from(["", *(f"pay:WF-{number}:1" for number in range(6))]),
    amount_fen=st.one_of(st.none(), st.integers(1000, 1006)),
    account_tail=st.sampled_from(["", *(f"{number:04d}" for number in range(6))]),
    paid=st.one_of(st.none(), st.booleans()),
)
RIGHT = st.integers(0, 4).flatmap(
    lambda number: st.builds(
        AnswerRow,
        row=st.integers(1, 50),
        key=st.just(f"pay:WF-{number}:1"),
        amount_fen=st.just(1000 + number),
        account_tail=st.just(f"{number:04d}"),
        paid=st.booleans(),
    )
)


@given(st.lists(st.one_of(RIGHT, ROWS), max_size=10), st.lists(st.sampled_from(OrderState), min_size=5, max_size=5))
def test_every_key_stands_on_exactly_one_list(rows: list[AnswerRow], states: list[OrderState]) -> None:
    """Whatever the bank writes, a key of the batch is on one list; what is paid fits in amount, tail and state."""
    orders = {one.line_key: one for one in (order(number, state) for number, state in enumerate(states))}
    found = rules.match(rows, orders.values(), frozenset())
    taken = [one.line_key for one, _code in (*found.paid, *found.failed)]
    doubted = {row.key for row, _doubt, _order in found.unknown}
    lists = [set(taken), doubted, set(found.repeated), set(found.missing)]
    for key, one in orders.items():
        answered = any(row.key == key for row in rows)
        expected = 1 if answered or one.state in rules.AT_THE_BANK else 0
        assert sum(key in names for names in lists) == expected
    assert len(taken) == len(set(taken))
    right = {(row.key, row.amount_fen, row.account_tail, row.paid) for row in rows}
    for is_paid, list_ in ((True, found.paid), (False, found.failed)):
        for one, _code in list_:
            assert (one.line_key, one.amount_fen, one.account_tail, is_paid) in right
            assert one.state not in rules.SETTLED | {OrderState.UNKNOWN}
    assert {row.key for row, _doubt, about in found.unknown if about is None} & set(orders) == set()


def test_a_batch_not_sent_is_never_paid() -> None:
    """The matching knows no payment that has not left the house: such rows contradict."""
    row = AnswerRow(1, "pay:WF-1:1", 1001, "0001", True)
    for state in OrderState:
        found = rules.match([row], [order(1, state)], frozenset())
        assert bool(found.paid) is (state is OrderState.SENT), state
    (unknown,) = rules.match([row], [order(1, OrderState.FAILED)], frozenset()).unknown
    assert unknown[1] is Doubt.CONTRADICTION
