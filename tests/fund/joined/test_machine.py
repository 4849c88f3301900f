"""Any sequence of possible acts of the joined service, with time running: what must always hold, holds."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.approvals.sweeping.service import sweep as sweep_approvals
from djflow.core.errors import ConflictError, DjflowError, RuleError
from djflow.db.session import Database
from djflow.fund import service as fund
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, FundCase, Who
from djflow.fund.deadlines import to_expire
from djflow.fund.payment import service as payments
from djflow.fund.payment.model import BatchState, NewBatch, OrderState, PaymentBatch
from djflow.fund.payment.store import batches, ready_orders
from djflow.fund.publicity import service as publicity
from tests.fund.books import ACT, TERMS, claim
from tests.fund.joined.looking import OPEN, faults, proven
from tests.fund.joined.onward import onward
from tests.fund.joined.played import Held, Player
from tests.fund.payment.till import CSV, bank
from tests.fund.running.town import DESK, build

S = CaseState
PEOPLE = ("G1", "G3", "G4", "G5", "G6", "G8")
"""Who may ask; G3 is the branch's secretary, G8 belongs to another branch without one."""
SAYS = st.sampled_from([Verdict.APPROVE] * 2 + list(Verdict))
ORDINARY = {S.SUBMITTED, S.CHECKING, S.RUNNING, S.PUBLICITY, S.READY_TO_PAY, S.SENT, S.PAID, S.FOLLOW_UP, S.CLOSED}
"""States that every run must come to: a machine that never gets far proves nothing."""


class Joined(RuleBasedStateMachine):
    """A district in which everybody does what he may, in any order."""

    def __init__(self, opened: Callable[[], tuple[Player, ExitStack]]) -> None:
        """Work in the town as it was when it was built."""
        super().__init__()
        self.player, self.scope = opened()
        self.town = self.player.town
        self.ids: list[str] = []
        self.incomes = 0
        self.reached: set[CaseState] = set()

    def teardown(self) -> None:
        """Prove everything once more and throw it away."""
        with self.town.database.reading() as session:
            assert proven(session)
        self.scope.close()

    def inside(self, *states: CaseState) -> list[FundCase]:
        """Return the cases in some states."""
        return [case for case in map(self.town.case, self.ids) if case.state in states]

    def one(self, data: st.DataObject, *states: CaseState) -> FundCase:
        """Draw a case in one of some states."""
        return data.draw(st.sampled_from(self.inside(*states)))

    def asked(self) -> list[FundCase]:
        """Return the cases about which somebody is asked who is in the house."""
        return [case for case in self.inside(S.CHECKING, S.RUNNING) if self.tasks(case)]

    def tasks(self, case: FundCase) -> list[Answer]:
        """Return what those who are asked would say."""
        with self.town.database.reading() as session:
            newest = approvals.cases_about(session, case.subject)[0]
        content = newest.new.content_hash
        return [Answer(one.person, Verdict.APPROVE, content) for one in newest.waiting if one.person]

    def batches(self, *states: BatchState) -> list[PaymentBatch]:
        """Return the batches in some states."""
        with self.town.database.reading() as session:
            return list(batches(session, states))

    @precondition(lambda self: len(self.ids) < len(PEOPLE))
    @rule(fen=st.sampled_from([100_000, 200_000, 300_000]), ahead=st.integers(0, 9))
    def somebody_asks(self, fen: int, ahead: int) -> None:
        """A claim is filed and submitted, and goes its way for a while."""
        code = PEOPLE[len(self.ids)]
        wanted = claim(self.town[code], requested_fen=fen, payee_account="6222000000000009" if code == "G8" else "")

        def filed(session: Session) -> str:
            case = cases.apply(session, wanted, TERMS, by=ACT, now=self.town.now)
            return fund.submit(session, case.id, DESK, who=Who.APPLICANT, by=ACT, now=self.town.now).id

        self.ids.append(self.town.act(filed))
        self.forward(self.ids[-1], ahead)

    @precondition(lambda self: self.inside(S.SUBMITTED))
    @rule(data=st.data())
    def the_branch_accepts(self, data: st.DataObject) -> None:
        """The branch takes a claim up."""
        self.town.request(self.one(data, S.SUBMITTED), Act.ACCEPT, Who.BRANCH)

    @precondition(lambda self: self.inside(S.CHECKING))
    @rule(data=st.data())
    def everything_is_checked(self, data: st.DataObject) -> None:
        """Vote, visits and departments come in."""
        self.town.checked(self.one(data, S.CHECKING))

    @precondition(lambda self: self.asked())
    @rule(data=st.data(), verdict=SAYS)
    def an_approver_answers(self, data: st.DataObject, verdict: Verdict) -> None:
        """Whoever is asked says something; checks that are missing, or a power that is not given, are said."""
        case = data.draw(st.sampled_from(self.asked()))
        with suppress(RuleError):
            self.town.say(case, verdict, "已阅")

    @precondition(lambda self: self.asked())
    @rule(data=st.data(), code=st.sampled_from(["G1", "G4", "F1", "C1"]))
    def a_stranger_answers(self, data: st.DataObject, code: str) -> None:
        """Whoever is not asked decides nothing, the applicant least."""
        case = data.draw(st.sampled_from(self.asked()))
        answer = self.tasks(case)[0]
        if answer.person == self.town[code]:
            return
        before = self.town.case(case.id)
        with pytest.raises(RuleError):
            self.town.act(lambda s: self._decide(s, case, Answer(self.town[code], answer.verdict, answer.content_hash)))
        assert self.town.case(case.id) == before

    def _decide(self, session: Session, case: FundCase, answer: Answer) -> object:
        task = next(one for one in approvals.cases_about(session, case.subject)[0].waiting if one.person)
        return fund.decide(session, task.id, answer, DESK, by=ACT, now=self.town.now)

    @precondition(lambda self: self.inside(S.RETURNED))
    @rule(data=st.data())
    def papers_come_back(self, data: st.DataObject) -> None:
        """A returned claim is handed in again."""
        self.town.request(self.one(data, S.RETURNED), Act.RESUBMIT, Who.APPLICANT)

    @precondition(lambda self: self.inside(S.PUBLICITY, S.READY_TO_PAY))
    @rule(data=st.data())
    def somebody_objects(self, data: st.DataObject) -> None:
        """A letter that came in time stops everything until the bank has the file."""
        case = self.one(data, S.PUBLICITY, S.READY_TO_PAY)
        try:
            self.player.objection(case)
        except ConflictError:
            assert self.player.order(case).state is OrderState.BATCHED
        else:
            assert self.town.case(case.id).state is S.FROZEN

    @precondition(lambda self: self.inside(S.FROZEN))
    @rule(data=st.data(), upheld=st.integers(0, 3))
    def an_objection_is_settled(self, data: st.DataObject, upheld: int) -> None:
        """Most are dismissed."""
        self.player.settle(self.one(data, S.FROZEN), upheld=upheld == 0)

    @precondition(lambda self: self.incomes < 4 and self.inside(*OPEN))
    @rule(fen=st.sampled_from([100_000, 300_000]))
    def money_arrives(self, fen: int) -> None:
        """The treasury pays in."""
        self.incomes += 1
        self.town.receive(fen, f"more-{self.incomes}")

    @rule(days=st.sampled_from([0, 1, 3, 8]))
    def time_passes(self, days: int) -> None:
        """Days go by and the sweeps come: lists, deadlines, the queue; a second sweep finds nothing."""
        self.town.later(days)
        for _ in range(2):
            done = self.sweep()
        assert done == 0

    def sweep(self) -> int:
        """Do what time asks for and return how much it was."""
        town, now = self.town, self.town.now
        with town.database.reading() as session:
            over = [one.id for one in publicity.due(session, now=now)]
            late = [one.id for one in to_expire(session, TERMS, now=now)]
        done = sum(town.act(lambda s, key=key: fund.close_period(s, key, DESK, by=ACT, now=now)) for key in over)  # type: ignore[misc] # a bound name
        done += sum(town.act(lambda s, key=key: fund.expire(s, key, DESK, by=ACT, now=now)) for key in late)  # type: ignore[misc] # the same
        outcomes = town.act(lambda s: sweep_approvals(s, office=DESK.office, by=ACT, now=now, limit=99)).outcomes
        for outcome in outcomes:
            town.act(lambda s, heard=outcome: fund.follow(s, heard, DESK, by=ACT, now=now))  # type: ignore[misc] # the same
        served = town.act(lambda s: fund.serve_queue(s, DESK, by=ACT, now=now)).cases
        return done + len(outcomes) + len(served)

    @precondition(lambda self: self.inside(*OPEN))
    @rule(data=st.data(), sure=st.integers(0, 2))
    def the_applicant_gives_up(self, data: st.DataObject, sure: int) -> None:
        """Now and then a claim is taken back, which is refused once the bank has it."""
        case = self.one(data, *OPEN)
        if sure:
            return
        at_bank = case.state in {S.SENT, S.PAID, S.FOLLOW_UP}
        try:
            self.player.withdraw(case)
        except ConflictError:
            assert at_bank
        assert self.town.case(case.id).state is (case.state if at_bank else S.WITHDRAWN)

    @precondition(lambda self: self.inside(S.READY_TO_PAY))
    @rule()
    def a_batch_is_made(self) -> None:
        """The cashier puts whatever is ready into a batch."""
        with self.town.database.reading() as session:
            ready = ready_orders(session)
        if ready:
            new, by = NewBatch("bank", 500, flag_reason="同卡"), self.town.clerk("C1")
            batch = self.town.act(lambda s: payments.make_batch(s, new, by=by, now=self.town.now))
            assert batch.count == len(ready)

    @precondition(lambda self: self.batches(BatchState.DRAFT, BatchState.CHECKED))
    @rule(data=st.data(), dissolve=st.integers(0, 3), alone=st.booleans())
    def a_batch_goes_on(self, data: st.DataObject, dissolve: int, *, alone: bool) -> None:
        """A batch is dissolved, or checked by the other office and sent; nobody checks his own."""
        batch = data.draw(st.sampled_from(self.batches(BatchState.DRAFT, BatchState.CHECKED)))
        cashier, now = self.town.clerk("C1"), self.town.now
        if dissolve == 0:
            self.town.act(lambda s: payments.cancel_batch(s, batch.id, by=cashier, now=now))
            return
        if alone and batch.state is BatchState.DRAFT:
            with pytest.raises(RuleError):
                self.town.act(lambda s: payments.check_batch(s, batch.id, by=cashier, now=now))
        self.town.act(lambda s: payments.check_batch(s, batch.id, by=self.town.clerk("F1"), now=now))
        self.town.act(lambda s: self._export(s, batch))
        assert self.town.act(lambda s: fund.at_the_bank(s, batch.id, DESK, by=ACT, now=now)) == 0

    def _export(self, session: Session, batch: PaymentBatch) -> None:
        by, now = self.town.clerk("C1"), self.town.now
        payments.export_batch(session, batch.id, CSV, by=by, now=now)
        fund.at_the_bank(session, batch.id, DESK, by=ACT, now=now)
        payments.mark_sent(session, batch.id, by=by, now=now)

    @precondition(lambda self: self.inside(S.SENT))
    @rule(data=st.data(), fails=st.integers(0, 2), times=st.integers(1, 2))
    def the_bank_answers(self, data: st.DataObject, fails: int, times: int) -> None:
        """Some payments arrive, some fail; the same file twice is once."""
        case = self.one(data, S.SENT)
        order = self.player.order(case)
        (batch,) = [one for one in self.batches(BatchState.SENT) if one.id == order.batch]
        with self.town.database.reading() as session:
            file = payments.download(session, batch.id, by=self.town.clerk("C1"), now=self.town.now)
        failed = (order.line_key,) if fails == 0 else ()
        for _ in range(times):
            self.town.answer(batch, bank(file.content, failed=failed))
        assert self.town.case(case.id).state is (S.PAYMENT_FAILED if failed else S.PAID)

    @precondition(lambda self: self.inside(S.PAYMENT_FAILED))
    @rule(data=st.data())
    def an_account_is_corrected(self, data: st.DataObject) -> None:
        """The accountant mends a wrong account."""
        self.player.correct(self.one(data, S.PAYMENT_FAILED))

    @precondition(lambda self: self.inside(S.PAID, S.FOLLOW_UP))
    @rule(data=st.data())
    def somebody_visits(self, data: st.DataObject) -> None:
        """The grant is handed over, later the case is closed."""
        case = self.one(data, S.PAID, S.FOLLOW_UP)
        self.town.request(case, Act.HAND_OVER if case.state is S.PAID else Act.CLOSE, Who.BRANCH)

    @precondition(lambda self: self.inside(S.PAID, S.FOLLOW_UP, S.CLOSED))
    @rule(data=st.data(), sure=st.integers(0, 3))
    def money_comes_back(self, data: st.DataObject, sure: int) -> None:
        """Now and then a grant is clawed back."""
        if sure == 0:
            self.player.refund(self.one(data, S.PAID, S.FOLLOW_UP, S.CLOSED))

    @precondition(lambda self: self.inside(*OPEN))
    @rule(data=st.data(), steps=st.integers(1, 9))
    def fast_forward(self, data: st.DataObject, steps: int) -> None:
        """For a while everything goes well, so that late states are reached."""
        self.forward(self.one(data, *OPEN).id, steps)

    def forward(self, case_id: str, steps: int) -> None:
        """Do some acts of a case's ordinary way; what needs others first ends it."""
        with suppress(DjflowError):
            for _ in range(steps):
                onward(self.player, self.town.case(case_id))
                self.reached.add(self.town.case(case_id).state)

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        """Books, payments, hands, approvals and lists agree about every case."""
        with self.town.database.reading() as session:
            assert faults(session, self.town, self.ids) == []
        self.reached |= {self.town.case(one).state for one in self.ids}


def runs(database: Database, folder: Path, *, examples: int, steps: int) -> set[CaseState]:
    """Let the machine run, every example in the same town, and return the states that cases came to."""
    reached: set[CaseState] = set()
    with database._session(writing=True) as session:
        held = Held(database, session)
        town = build(held, folder, first_fen=300_000)
        start = town.now

        def opened() -> tuple[Player, ExitStack]:
            scope = ExitStack()
            scope.enter_context(held.undone())
            town.now = start
            return Player(town), scope

        class Opened(Joined):
            def __init__(self) -> None:
                super().__init__(opened)
                self.reached = reached

        settled = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a failure is shrunk by hand: shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(Opened, settings=settled)
    return reached


def test_any_sequence_of_acts_leaves_the_fund_in_order(database: Database, tmp_path: Path) -> None:
    """Books prove, nothing is paid twice or without money, hands are clean, no case is stuck or on nobody's list."""
    sqlite = database.engine.dialect.name == "sqlite"
    reached = runs(database, tmp_path, examples=9 if sqlite else 2, steps=20)
    assert not sqlite or reached >= ORDINARY
