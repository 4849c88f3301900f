"""Several at once at the fund's door: one of them does it, the others are told in words, nobody waits in a circle."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House, fund_payments, relief
from djflow.assembly.approvals import sweep as sweep_approvals
from djflow.core.clock import FixedClock, instant_of
from djflow.core.errors import ConflictError, DjflowError, RuleError
from djflow.core.subject import Subject
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CaseState, FundCase, Who
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Incoming
from djflow.fund.payment import orders
from djflow.fund.payment import service as payments
from djflow.fund.payment.model import BatchState, OrderState, PaymentBatch
from djflow.fund.publicity.model import NewObjection, Via
from tests.fund.joined.looking import faults, proven
from tests.fund.joined.played import Player, checked, small_chain
from tests.fund.running.town import Town, build

S = CaseState
CODES = ("G1", "G3", "G4", "G5")
Deed = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Door:
    """The house and the town behind it, on one database."""

    house: House
    town: Town

    def at(self, shift: timedelta = timedelta(0)) -> House:
        """Return the house at the town's hour, or some time from it."""
        return replace(self.house, clock=FixedClock(self.town.now + shift))

    def ready(self, count: int) -> list[FundCase]:
        """Return cases that wait for the last approver."""
        return checked(self.town, *CODES[:count])

    def task(self, case: FundCase, who: str = "D1") -> Callable[[House], object]:
        """Return the decision of an approver about a case as it lies there now."""
        with self.house.reading() as session:
            approval = approvals.cases_about(session, case.subject)[0]
        (task,) = [one for one in approval.waiting if one.person == self.town[who]]
        answer = Answer(self.town[who], Verdict.APPROVE, approval.new.content_hash)
        return lambda house: relief.decide(house, task.id, answer, by=f"people.person:{self.town[who]}")

    def right(self, *cases: FundCase) -> None:
        """Look that everything is as it must be."""
        with self.house.reading() as session:
            assert faults(session, self.town, [case.id for case in cases]) == []
            assert proven(session)


@pytest.fixture
def door(house: House, tmp_path: Path) -> Door:
    """A town with money for one case and a half."""
    (tmp_path / "town").mkdir()
    return Door(house, build(house.database, tmp_path / "town", small_chain(), first_fen=300_000))


def race(*deeds: Deed) -> list[str]:
    """Do everything at once; return for each what was refused and why, empty when it was done."""
    start = Barrier(len(deeds))

    def doing(deed: Deed) -> str:
        start.wait()
        try:
            deed()
        except (ConflictError, RuleError) as refusal:
            return refusal.message
        return ""

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(doing, deeds))


def test_four_approvals_for_the_last_money(door: Door) -> None:
    """One case gets it, three wait in the order of approval; new money then serves exactly the first of them, once."""
    claims = door.ready(4)
    house = door.at()
    assert race(*(partial(door.task(case), house) for case in claims)) == [""] * 4
    assert sorted(door.town.case(case.id).state for case in claims) == [S.PUBLICITY, *[S.WAITING_BUDGET] * 3]
    assert door.town.money() == (300_000, 200_000, 0)
    door.right(*claims)
    with house.reading() as session:
        first = cases.waiting(session, S.WAITING_BUDGET)[0]
    more = Incoming("more", AccountCode("fiscal"), 100_000, Subject("fund.income", "more"))

    def arrives() -> None:
        with house.transaction() as session:
            ledger.receive(session, more, by="a", second="b", now=house.now())

    assert race(arrives, *[lambda: relief.sweep(house, by="sweep")] * 3) == [""] * 4
    relief.sweep(house, by="sweep")
    assert door.town.case(first.id).state is S.PUBLICITY
    assert door.town.money() == (400_000, 400_000, 0)
    door.right(*claims)


def test_two_approvers_at_once(door: Door) -> None:
    """Of two deputies, one of them tapping three times, one decision counts; everybody else hears who gave it when."""
    (case,) = door.ready(1)
    first, second, house = door.task(case, "D1"), door.task(case, "D2"), door.at()
    told = race(*[lambda: first(house)] * 3, lambda: second(house))
    assert told.count("") == 1
    assert all("副部长于" in one and "办理（同意）。您这次的操作没有生效。" in one for one in told if one)
    assert door.town.money() == (300_000, 200_000, 0)
    door.right(case)


def listed(door: Door) -> tuple[FundCase, Player]:
    """Return a case on the district's list."""
    (case,) = door.ready(1)
    door.task(case)(door.at())
    return case, Player(door.town)


def batch_of(door: Door, case: FundCase) -> PaymentBatch:
    """Return the checked batch of a case."""
    player = Player(door.town)
    player.list_ends(case)
    batch = fund_payments.make(door.at(), "", "", by=door.town.clerk("C1"))
    return fund_payments.check(door.at(), batch.number, by=door.town.clerk("F1"))


@pytest.mark.parametrize("turn", [0, 1])
def test_a_withdrawal_while_the_file_is_made(door: Door, tmp_path: Path, turn: int) -> None:
    """Either the file holds the payment and the applicant hears so, or the batch is gone and the cashier hears so."""
    case, _ = listed(door)
    batch, house = batch_of(door, case), door.at()
    deeds: Sequence[Deed] = (
        lambda: relief.withdraw(house, case.id, who=Who.APPLICANT, by="a"),
        lambda: fund_payments.export(house, batch.number, tmp_path / "bank", by=door.town.clerk("C1")),
    )
    told = race(*deeds) if turn else race(*reversed(deeds))[::-1]
    state, kept = door.town.case(case.id).state, door.town.money()[1]
    if told[0]:
        assert "请等银行回单" in told[0]
        assert (state, kept, told[1]) == (S.SENT, 200_000, "")
    else:
        assert "取消" in told[1]
        assert (state, kept) == (S.WITHDRAWN, 0)
        assert not (tmp_path / "bank").exists()
    door.right(case)


def test_a_withdrawal_while_the_batch_is_closed(door: Door, tmp_path: Path) -> None:
    """A payment the bank refused is taken back while its batch is closed: both are done, in whatever order."""
    case, player = listed(door)
    batch, cashier = batch_of(door, case), door.town.clerk("C1")
    fund_payments.export(door.at(), batch.number, tmp_path / "bank", by=cashier)
    fund_payments.send(door.at(), batch.number, by=cashier)
    player.answer(case, paid=False, layout=door.house.settings.payments.layout(""))
    house = door.at()
    told = race(
        lambda: relief.withdraw(house, case.id, who=Who.APPLICANT, by="a"),
        lambda: fund_payments.close(house, batch.number, by=cashier),
    )
    assert told == ["", ""]
    assert (door.town.case(case.id).state, door.town.money()) == (S.WITHDRAWN, (300_000, 0, 0))
    with house.reading() as session:
        assert orders.history(session, case.subject)[-1].state is OrderState.WITHDRAWN
        assert payments.batch_by_number(session, batch.number).state is BatchState.CLOSED
    door.right(case)


def test_an_objection_in_the_last_second_meets_the_end_of_the_list(door: Door) -> None:
    """Whoever comes first, an objection that was in time stops list, approval and payment."""
    case, player = listed(door)
    period = player.period(case)
    door.town.now = instant_of(period.ends_on, time(23, 59, 59))
    told = race(
        lambda: relief.object_to(door.at(), period.id, NewObjection("他有车", Via.PAGE), by="page"),
        lambda: relief.sweep(door.at(timedelta(seconds=1)), by="sweep"),
    )
    assert told == ["", ""]
    assert door.town.case(case.id).state is S.FROZEN
    with door.house.reading() as session:
        assert not any(one.state is OrderState.READY for one in orders.history(session, case.subject))
    door.right(case)


def test_everybody_at_once_waits_in_no_circle(door: Door) -> None:
    """Approvers, sweeps, applicants, objectors and the till act on the same cases in different orders: all answered."""
    first, second = door.ready(2)
    decide = door.task(second)
    door.task(first)(door.at())
    period = Player(door.town).period(first)
    house, over = door.at(), door.at(timedelta(days=20))
    deeds: list[Deed] = [
        lambda: decide(house),
        lambda: relief.sweep(over, by="sweep"),
        lambda: relief.object_to(house, period.id, NewObjection("他有车", Via.PAGE), by="page"),
        lambda: relief.withdraw(house, second.id, who=Who.APPLICANT, by="a"),
        lambda: sweep_approvals(over),
        lambda: relief.bring_forward(house, first.id, by="f"),
        lambda: fund_payments.make(over, "", "", by=door.town.clerk("C1")),
        lambda: relief.serve_queue(house, by="sweep"),
    ]

    def all_of(place: int) -> None:
        for deed in (*deeds[place:], *deeds[:place]):
            try:
                deed()
            except DjflowError as refusal:
                answers.append(refusal.message)

    answers: list[str] = []
    assert race(*(partial(all_of, start) for start in (0, 2, 4, 6))) == [""] * 4
    assert answers
    assert all(one.endswith("。") and "数据库" not in one for one in answers)
    door.right(first, second)
