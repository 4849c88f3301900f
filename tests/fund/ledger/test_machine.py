"""Any sequence of acts against a plain dictionary that does the same sums."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from djflow.core.errors import ConflictError, RuleError
from djflow.db.session import Database
from djflow.fund.ledger import service
from djflow.fund.ledger.model import AccountCode, NoBudget, ReasonCode, Reservation, Reversal, TransferId
from tests.fund.ledger.books import ACCOUNTANT, CASHIER, DONATED, DUES, FISCAL, NOW, RAISED, SICK, claim, earmark, give

Shares = list[tuple[AccountCode, int]]
amounts = st.integers(min_value=1, max_value=500)
choices = st.integers(min_value=0, max_value=10**6)


class Books(RuleBasedStateMachine):
    """The books beside a dictionary: account → [in, reserved, spent]."""

    def __init__(self, opened: Callable[[], AbstractContextManager[Session]]) -> None:
        """Work in a transaction that is thrown away."""
        super().__init__()
        self.scope = opened()
        self.session = self.scope.__enter__()
        self.sick = earmark(self.session, "sick", SICK)
        self.order = [self.sick, FISCAL, DUES, RAISED, DONATED]
        self.money: dict[str, list[int]] = {code: [0, 0, 0] for code in self.order}
        self.claims: dict[int, tuple[str, Shares]] = {}
        self.reversible: list[tuple[TransferId, AccountCode, int, int]] = []
        self.acts = 0

    def teardown(self) -> None:
        """Throw everything away."""
        self.scope.__exit__(None, None, None)

    def free(self, code: AccountCode) -> int:
        """Return what the dictionary says is available."""
        came, held, spent = self.money[code]
        return came - held - spent

    @rule(where=choices, amount=amounts)
    def receive(self, where: int, amount: int) -> None:
        """Money comes in, and coming in twice with one key is once."""
        self.acts += 1
        code = self.order[where % len(self.order)]
        found = give(self.session, amount, code, key=f"in-{self.acts}")
        assert give(self.session, amount, code, key=f"in-{self.acts}") == found
        self.money[code][0] += amount
        self.reversible.append((found.id, code, amount, 0))

    @rule(amount=amounts, sick=st.booleans())
    def reserve(self, amount: int, sick: bool) -> None:  # noqa: FBT001 - hypothesis hands over by name
        """Money is reserved in the order of use, or not at all."""
        self.acts += 1
        found = service.reserve(
            self.session, claim(amount, self.acts, category=SICK if sick else "OTHER"), by=ACCOUNTANT, now=NOW
        )
        left, shares = amount, []
        for code in self.order if sick else self.order[1:]:
            part = min(left, self.free(code))
            left -= part
            shares += [(code, part)] if part else []
        if left:
            assert found == NoBudget(amount, amount - left)
            return
        assert isinstance(found, Reservation)
        assert [(part.account, part.amount_fen) for part in found.parts] == shares
        self.claims[self.acts] = ("reserved", shares)
        for code, part in shares:
            self.money[code][1] += part

    @precondition(lambda self: self.claims)
    @rule(which=choices, pay=st.booleans())
    def settle(self, which: int, pay: bool) -> None:  # noqa: FBT001 - hypothesis hands over by name
        """Reserved money is paid or released once; the other way afterwards is refused."""
        number = sorted(self.claims)[which % len(self.claims)]
        state, shares = self.claims[number]
        wanted = "paid" if pay else "released"
        try:
            done = self._settle(number, pay=pay)
        except ConflictError:
            assert state not in {"reserved", wanted}
            return
        assert state in {"reserved", wanted}
        if state == wanted:
            return
        self.claims[number] = (wanted, shares)
        for code, part in shares:
            self.money[code][1] -= part
            self.money[code][2] += part if pay else 0
        self.reversible += [(one.transfer, one.account, one.amount_fen, 2) for one in done.payments]

    def _settle(self, number: int, *, pay: bool) -> Reservation:
        key = f"case-{number}"
        if pay:
            return service.post(self.session, key, key=f"pay-{number}", by=CASHIER, now=NOW)
        return service.void(self.session, key, key=f"x-{number}", reason=ReasonCode.WITHDRAWN, by=ACCOUNTANT, now=NOW)

    @precondition(lambda self: self.reversible)
    @rule(which=choices, part=amounts, whole=st.booleans())
    def reverse(self, which: int, part: int, whole: bool) -> None:  # noqa: FBT001 - hypothesis hands over by name
        """Income and payments are taken back up to what is left of them, income only while it is free."""
        self.acts += 1
        # Of the last three, so that one transfer is often taken back several times.
        place = len(self.reversible) - 1 - which % min(3, len(self.reversible))
        transfer, code, left, figure = self.reversible[place]
        amount = left if whole else part
        allowed = min(left, self.free(code)) if figure == 0 else left
        reversal = Reversal(f"r-{self.acts}", transfer, ReasonCode.MISTAKE, None if whole else part)
        try:
            service.reverse(self.session, reversal, by=ACCOUNTANT, second=CASHIER, now=NOW)
        except RuleError:
            assert amount > allowed or amount == 0
            return
        assert 0 < amount <= allowed
        self.money[code][figure] -= amount
        self.reversible[place] = (transfer, code, left - amount, figure)

    @invariant()
    def stored_is_what_the_dictionary_says(self) -> None:
        """Balances equal the dictionary's and the proof holds."""
        kept = {
            one.account.code: [one.income_fen, one.reserved_fen, one.spent_fen]
            for one in service.balances(self.session)
        }
        assert kept == self.money
        assert service.verify(self.session).intact


def test_any_sequence_of_acts_does_the_same_sums(database: Database) -> None:
    """Received, reserved, paid, released, taken back in any order: the books and the dictionary agree."""
    settled = settings(
        max_examples=15,
        stateful_step_count=40,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # a failure is shrunk by hand: shrinking takes minutes
        suppress_health_check=[HealthCheck.too_slow],
    )

    class Opened(Books):
        def __init__(self) -> None:
            super().__init__(database.reading)

    run_state_machine_as_test(Opened, settings=settled)
