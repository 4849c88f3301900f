"""Plays the acts of the small model on the real service, in one transaction that is never committed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.approvals.chains.model import Chain
from djflow.approvals.model import Verdict
from djflow.core.clock import instant_of
from djflow.db.session import Database
from djflow.fund import service as fund
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, FundCase, Who
from djflow.fund.payment import orders
from djflow.fund.payment import service as payments
from djflow.fund.payment.answers import service as answers
from djflow.fund.payment.layout import BankLayout
from djflow.fund.payment.model import (
    Correction,
    Ground,
    NewBatch,
    OrderId,
    OrderState,
    PaymentBatch,
    PaymentOrder,
    Proposal,
    RulingKind,
)
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level, NewObjection, ObjectionState, Period, Via
from djflow.people import service as people
from djflow.people.rules import card_check_digit
from tests.fund.books import ACT, TERMS
from tests.fund.joined.small import COST, FIRST, MORE, At, Edge, State
from tests.fund.payment.till import CSV, bank
from tests.fund.running.town import DESK, Town, build, fund_chain

PLACES: Mapping[CaseState, At] = {
    CaseState.RUNNING: At.DECIDING,
    CaseState.RETURNED: At.RETURNED,
    CaseState.WAITING_BUDGET: At.WAITING,
    CaseState.PUBLICITY: At.PUBLIC,
    CaseState.FROZEN: At.FROZEN,
    CaseState.READY_TO_PAY: At.READY,
    CaseState.SENT: At.SENT,
    CaseState.PAYMENT_FAILED: At.FAILED,
    CaseState.PAID: At.PAID,
    CaseState.FOLLOW_UP: At.FOLLOWED,
    CaseState.CLOSED: At.CLOSED,
    CaseState.CLAWED_BACK: At.CLAWED_BACK,
    CaseState.REJECTED: At.REJECTED,
    CaseState.WITHDRAWN: At.WITHDRAWN,
}
STEPS = {"deputy", "district_notice", "pay", "visit", "follow_up"}
PAPER = "a" * 64
MINUTE = timedelta(minutes=1)


class Held(Database):
    """A database of which everybody sees one open transaction; an act that fails leaves nothing in it."""

    def __init__(self, database: Database, session: Session) -> None:
        """Keep the session."""
        super().__init__(database.engine, database.vault)
        self.session = session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield the session; what happened inside a failed block is undone."""
        with self.session.begin_nested():
            yield self.session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield the session."""
        yield self.session

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo whatever happens inside."""
        mark = self.session.begin_nested()
        try:
            yield
        finally:
            mark.rollback()
            self.session.expunge_all()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the real service says of a state; who waits stands in the order of approval."""

    at: tuple[At, ...]
    queue: tuple[int, ...]
    came: int
    kept: int
    spent: int

    @classmethod
    def of(cls, state: State) -> "Seen":
        """Return what should be seen of a state of the model."""
        return cls(state.at, state.queue, state.came, state.kept, state.spent)


@dataclass
class Player:
    """The town with its two cases, both before the last approver."""

    town: Town
    cases: tuple[FundCase, ...] = ()

    def seen(self) -> Seen:
        """Return where everything is."""
        with self.town.database.reading() as session:
            places = []
            for case in self.cases:
                place = PLACES[self.town.case(case.id).state]
                past = orders.history(session, case.subject)
                held = bool(past) and past[-1].state is OrderState.BATCHED
                places.append(At.BATCHED if place is At.READY and held else place)
            waiting = cases.waiting(session, CaseState.WAITING_BUDGET)
        ids = [case.id for case in self.cases]
        came, kept, spent = self.town.money()
        return Seen(tuple(places), tuple(ids.index(one.id) for one in waiting), came, kept, spent)

    def play(self, edge: Edge) -> None:
        """Do an act, a minute after the one before."""
        self.town.now += MINUTE
        PLAYS[edge.name](self, self.cases[edge.case])

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo whatever is played inside."""
        now = self.town.now
        assert isinstance(self.town.database, Held)
        with self.town.database.undone():
            yield
        self.town.now = now

    def period(self, case: FundCase, level: Level = Level.DISTRICT) -> Period:
        """Return the last list of a case, the district's or its branch's."""
        with self.town.database.reading() as session:
            return [one for one in publicity.periods_of(session, case.id) if one.level is level][-1]

    def order(self, case: FundCase) -> PaymentOrder:
        """Return the last payment of a case."""
        with self.town.database.reading() as session:
            return orders.history(session, case.subject)[-1]

    def batch(self, case: FundCase) -> PaymentBatch:
        """Put a case's payment into a batch of its own."""
        with self.town.database.reading() as session:
            past = orders.history(session, case.subject)
        new, cashier = NewBatch("bank", 500, (past[-1].id if past else OrderId("none"),)), self.town.clerk("C1")
        return self.town.act(lambda s: payments.make_batch(s, new, by=cashier, now=self.town.now))

    def dissolve(self, case: FundCase) -> None:
        """Dissolve the batch of a case."""
        batch = self.order(case).batch
        assert batch is not None
        self.town.act(lambda s: payments.cancel_batch(s, batch, by=self.town.clerk("C1"), now=self.town.now))

    def send(self, case: FundCase) -> None:
        """Check a case's batch, make its file and send it."""
        batch, cashier, now = self.order(case).batch, self.town.clerk("C1"), self.town.now
        assert batch is not None

        def sent(session: Session) -> None:
            payments.check_batch(session, batch, by=self.town.clerk("F1"), now=now)
            payments.export_batch(session, batch, CSV, by=cashier, now=now)
            fund.at_the_bank(session, batch, DESK, by=ACT, now=now)
            payments.mark_sent(session, batch, by=cashier, now=now)

        self.town.act(sent)

    def answer(self, case: FundCase, *, paid: bool, layout: BankLayout = CSV) -> None:
        """Let the bank answer about a case's batch."""
        order = self.order(case)
        with self.town.database.reading() as session:
            (batch,) = [one for one in payments.open_batches(session) if one.id == order.batch]
            file = payments.download(session, batch.id, by=self.town.clerk("C1"), now=self.town.now)
        content = bank(file.content, layout, failed=() if paid else (order.line_key,))
        self.town.answer(batch, content, layout=layout)

    def correct(self, case: FundCase) -> None:
        """Let the accountant put the right account in place of the wrong one."""
        first = "62220000009" + case.number[-4:]
        fix = Correction("", first + card_check_digit(first), "农商行", PAPER)

        def corrected(session: Session) -> None:
            name = people.people_by_ids(session, [case.applicant])[case.applicant].name
            by, now = self.town.clerk("F1"), self.town.now
            orders.correct(session, self.order(case).id, replace(fix, holder=name), by=by, now=now)
            fund.corrected(session, case.id, DESK, by=ACT, now=now)

        self.town.act(corrected)

    def refund(self, case: FundCase) -> None:
        """Let two persons register the money that came back."""
        order, now = self.order(case), self.town.now
        wanted = Proposal(RulingKind.REFUNDED, Ground.FALSE_MATERIAL, PAPER, order.id, received_fen=order.amount_fen)

        def refunded(session: Session) -> None:
            ruling = answers.propose(session, wanted, by=self.town.clerk("C1"), now=now)
            outcome = answers.confirm(session, ruling.id, by=self.town.clerk("F1"), now=now)
            assert outcome is not None
            fund.settled(session, (outcome,), DESK, second="cashier", by=ACT, now=now)

        self.town.act(refunded)

    def list_ends(self, case: FundCase, level: Level = Level.DISTRICT) -> None:
        """Let the list of a case hang to its end."""
        period = self.period(case, level)
        self.town.now = max(self.town.now, instant_of(period.ends_on, time(23, 59))) + MINUTE
        assert self.town.act(lambda s: fund.close_period(s, period.id, DESK, by=ACT, now=self.town.now))

    def objection(self, case: FundCase) -> None:
        """Type in a letter that came while the list hung."""
        period = self.period(case)
        came = min(self.town.now, instant_of(period.ends_on, time(23, 59)))
        new = NewObjection("情况不实", Via.HAND, received_at=came)
        self.town.act(lambda s: fund.object_to(s, period.id, new, DESK, by=ACT, now=self.town.now))

    def settle(self, case: FundCase, *, upheld: bool) -> None:
        """Say what became of the objection."""
        with self.town.database.reading() as session:
            found = publicity.objections_of(session, case.id)
            (mine,) = [one for one in found if one.state is ObjectionState.OPEN]
        self.town.act(
            lambda s: fund.settle_objection(s, mine.id, "已核实", DESK, upheld=upheld, by=ACT, now=self.town.now)
        )

    def withdraw(self, case: FundCase) -> None:
        """Let the applicant take the case back."""
        self.town.act(lambda s: fund.withdraw(s, case.id, DESK, who=Who.APPLICANT, by=ACT, now=self.town.now))

    def serve(self) -> None:
        """Let the sweep serve whoever waits for money."""
        self.town.act(lambda s: fund.serve_queue(s, DESK, by=ACT, now=self.town.now))


Play = Callable[[Player, FundCase], object]
PLAYS: Mapping[str, Play] = {
    "approve": lambda p, case: p.town.say(case),
    "return": lambda p, case: p.town.say(case, Verdict.RETURN_TO_APPLICANT, "请补材料"),
    "refuse": lambda p, case: p.town.say(case, Verdict.REJECT, "不符合条件"),
    "resubmit": lambda p, case: p.town.request(case, Act.RESUBMIT, Who.APPLICANT),
    "office_refuses": lambda p, case: p.town.request(case, Act.REJECT, Who.OFFICE, "已不需要"),
    "withdraw": Player.withdraw,
    "list_ends": Player.list_ends,
    "objection": Player.objection,
    "dismiss": lambda p, case: p.settle(case, upheld=False),
    "uphold": lambda p, case: p.settle(case, upheld=True),
    "batch": Player.batch,
    "dissolve": Player.dissolve,
    "send": Player.send,
    "bank_paid": lambda p, case: p.answer(case, paid=True),
    "bank_again": lambda p, case: p.answer(case, paid=True),
    "bank_failed": lambda p, case: p.answer(case, paid=False),
    "correct": Player.correct,
    "hand_over": lambda p, case: p.town.request(case, Act.HAND_OVER, Who.BRANCH),
    "close": lambda p, case: p.town.request(case, Act.CLOSE, Who.BRANCH),
    "refund": Player.refund,
    "money_arrives": lambda p, _: p.town.receive(MORE, "more"),
    "serve": lambda p, _: p.serve(),
}


def small_chain() -> Chain:
    """Return a chain with one approver, who may return a case as often as the model does."""
    whole = fund_chain()
    return replace(whole, steps=tuple(step for step in whole.steps if step.id in STEPS), max_returns=99)


def checked(town: Town, *codes: str) -> list[FundCase]:
    """Return claims that are checked, have hung at their branch, and wait for the one approver of the small chain."""
    found = [town.accepted(code, requested_fen=COST) for code in codes]
    for case in found:
        town.checked(case)
        town.act(lambda s, key=case.id: publicity.post(s, key, Level.BRANCH, TERMS, by=ACT, now=town.now))  # type: ignore[misc] # a bound name
    assert town.close_lists() == len(found)
    return found


def players(database: Database, folder: Path, session: Session) -> Player:
    """Return the small town with two cases before the one approver, in a transaction of its own."""
    town = build(Held(database, session), folder, small_chain(), first_fen=FIRST)
    return Player(town, tuple(checked(town, "G1", "G4")))
