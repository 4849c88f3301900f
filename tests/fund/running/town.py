"""A small district in which a case of the fund walks the whole way, each act a transaction of its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.chains.model import (
    Approver,
    Chain,
    ChainStep,
    Conflict,
    Instead,
    Level,
    Power,
    Recusal,
    StepKind,
)
from djflow.approvals.model import Answer, Office, Verdict
from djflow.core.clock import civil_date
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.fund import service as fund
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, FundCase, Who
from djflow.fund.casework import Request
from djflow.fund.checks import service as checks
from djflow.fund.checks import store as checks_store
from djflow.fund.checks.model import Finding, Visit
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Incoming
from djflow.fund.payment import service as payments
from djflow.fund.payment.answers import service as answers
from djflow.fund.payment.layout import BankLayout
from djflow.fund.payment.model import AnswerOutcome, Clerk, NewBatch, PaymentBatch
from djflow.fund.publicity import service as publicity
from djflow.fund.running.model import Decided, Desk
from djflow.people import service as people
from djflow.people.model import BranchEntry, Gender, PersonEntry, UnitEntry, UnitKind
from tests.fund.books import ACT, CALENDAR, TERMS, Branch, at, claim, minutes, settle, vote
from tests.fund.payment.till import CSV, bank

T = TypeVar("T")
STAFF = {
    "K1": Role.OFFICE_CLERK,
    "D1": Role.DEPT_DEPUTY,
    "D2": Role.DEPT_DEPUTY,
    "M1": Role.DEPT_MINISTER,
    "F1": Role.FINANCE_CLERK,
    "C1": Role.CASHIER,
    "O1": Role.TOWN_ORG_COMMISSIONER,
}
_NAMES = dict(zip(STAFF, ("郑一", "冯二", "陈四", "褚五", "卫六", "蒋七", "沈八"), strict=True))
OFFICE = Office(CALENDAR, superiors={Role.DEPT_DEPUTY: Role.DEPT_MINISTER, Role.BRANCH_SECRETARY: Role.DEPT_MINISTER})
DESK = Desk(TERMS, OFFICE)
MONDAY = at("2026-11-16T09:00")
_SELF = Recusal(Conflict.SELF, Instead.SUPERIOR)
_MINISTER = Approver((Role.DEPT_MINISTER,))


def _approve(name: str, role: Role, level: Level, **more: object) -> ChainStep:
    base = ChainStep(
        name, f"{name}步", approver=Approver((role,), level), recusals=(_SELF,), deadline_workdays=5,
        escalate_to=_MINISTER, may=frozenset(Power),
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type] # fields of a step


def fund_chain(version: int = 1, kind: str = "fund.application", first: date = date(2026, 1, 1)) -> Chain:
    """Return the way of the starter configuration without its meeting."""
    steps = (
        _approve("branch", Role.BRANCH_SECRETARY, Level.BRANCH),
        ChainStep("branch_notice", "支部公示", StepKind.PUBLICITY),
        _approve("town", Role.TOWN_ORG_COMMISSIONER, Level.TOWN),
        _approve("review", Role.OFFICE_CLERK, Level.DISTRICT),
        _approve("deputy", Role.DEPT_DEPUTY, Level.DISTRICT),
        ChainStep("district_notice", "区级公示", StepKind.PUBLICITY),
        ChainStep("pay", "拨付", StepKind.PAY, approver=Approver((Role.CASHIER,))),
        ChainStep("visit", "慰问", StepKind.FOLLOW_UP),
        ChainStep("follow_up", "回访", StepKind.FOLLOW_UP),
    )
    return Chain(kind, version, first, steps, tell_applicant=False)


def emergency_chain() -> Chain:
    """Return the way of the emergency lane."""
    steps = (
        _approve("review", Role.OFFICE_CLERK, Level.DISTRICT),
        _approve("minister", Role.DEPT_MINISTER, Level.DISTRICT),
        *fund_chain().steps[5:],
    )
    return Chain("fund.emergency", 1, date(2026, 1, 1), steps, tell_applicant=False)


@dataclass
class Town:
    """The district with its people, and a clock that only tests move."""

    database: Database
    folder: Path
    branch: Branch
    now: datetime = MONDAY

    def act(self, work: Callable[[Session], T]) -> T:
        """Do something in a transaction."""
        with self.database.transaction() as session:
            return work(session)

    def __getitem__(self, code: str) -> PersonId:
        return self.branch[code]

    def later(self, days: int) -> None:
        """Let days go by."""
        self.now += timedelta(days=days)

    def case(self, case_id: str) -> FundCase:
        """Return a case."""
        with self.database.reading() as session:
            return cases.get(session, case_id)

    def money(self) -> tuple[int, int, int]:
        """Return income, reserved and spent over all accounts."""
        with self.database.reading() as session:
            found = ledger.balances(session)
        return (
            sum(one.income_fen for one in found),
            sum(one.reserved_fen for one in found),
            sum(one.spent_fen for one in found),
        )

    def receive(self, amount_fen: int, key: str = "in-1") -> None:
        """Let fiscal money arrive."""
        income = Incoming(key, AccountCode("fiscal"), amount_fen, Subject("fund.income", key))
        self.act(lambda session: ledger.receive(session, income, by="a", second="b", now=self.now))

    def request(self, case: FundCase, act: Act, who: Who, reason: str = "") -> FundCase:
        """Do an act of a person."""
        return self.act(
            lambda session: fund.move(session, case.id, Request(act, who, reason), DESK, by=ACT, now=self.now)
        )

    def accepted(self, code: str = "G1", **changes: object) -> FundCase:
        """File, submit and accept a claim of 2,000 yuan."""

        def filed(session: Session) -> FundCase:
            case = cases.apply(session, claim(self[code], **changes), TERMS, by=ACT, now=self.now)
            return fund.submit(session, case.id, DESK, who=Who.APPLICANT, by=ACT, now=self.now)

        return self.request(self.act(filed), Act.ACCEPT, Who.BRANCH)

    def checked(self, case: FundCase) -> FundCase:
        """Do all checks."""
        self.act(lambda session: self._check(session, case))
        return self.act(lambda session: fund.bring_forward(session, case.id, DESK, by=ACT, now=self.now))

    def _check(self, session: Session, case: FundCase) -> None:
        today = civil_date(self.now)
        paper = minutes(session, case, self.folder, self.now)
        held = vote(paper, held_on=today, proposed_fen=case.requested_fen)
        checks.deliberate(session, case.id, held, TERMS.policy, by=ACT, now=self.now)
        for code in ("O1", "D2"):
            seen = Visit(self[code], today, consistent=True, note="家里确有困难")
            checks.visit(session, case.id, seen, by=ACT, now=self.now)
        for department in TERMS.policy.departments:
            checks_store.put_crosscheck(session, case.id, department, Finding.CLEAR, "", by=ACT, now=self.now)

    def say(self, case: FundCase, verdict: Verdict = Verdict.APPROVE, opinion: str = "", who: str = "") -> Decided:
        """Let whoever is asked (or `who`) decide."""

        def said(session: Session) -> Decided:
            approval = approvals.cases_about(session, case.subject)[0]
            wanted = [task for task in approval.waiting if not who or task.person == self[who]]
            task = wanted[0]
            assert task.person is not None
            answer = Answer(task.person, verdict, approval.new.content_hash, opinion)
            return fund.decide(session, task.id, answer, DESK, by=ACT, now=self.now)

        return self.act(said)

    def step(self, case: FundCase) -> str:
        """Return where the approval stands."""
        with self.database.reading() as session:
            return approvals.cases_about(session, case.subject)[0].step

    def close_lists(self) -> int:
        """Let the lists' days go by and end them."""
        self.later(8)
        with self.database.reading() as session:
            due = publicity.due(session, now=self.now)
        for one in due:
            self.act(lambda session, key=one.id: fund.close_period(session, key, DESK, by=ACT, now=self.now))  # type: ignore[misc] # a bound name
        return len(due)

    def decided(self, code: str = "G1", **changes: object) -> FundCase:
        """Bring a claim through all approvals."""
        case = self.checked(self.accepted(code, **changes))
        self.say(case)
        self.close_lists()
        for _ in ("town", "review", "deputy"):
            self.say(case)
        return self.case(case.id)

    def clerk(self, code: str) -> Clerk:
        """Return a clerk of the till."""
        return Clerk(f"account:{code.lower()}", self[code], frozenset({STAFF[code]}))

    def to_bank(self) -> tuple[PaymentBatch, bytes]:
        """Send everything that is ready to the bank."""

        def sent(session: Session) -> tuple[PaymentBatch, bytes]:
            cashier, now = self.clerk("C1"), self.now
            batch = payments.make_batch(session, NewBatch("bank", 500, flag_reason="同卡"), by=cashier, now=now)
            payments.check_batch(session, batch.id, by=self.clerk("F1"), now=now)
            payments.export_batch(session, batch.id, CSV, by=cashier, now=now)
            fund.at_the_bank(session, batch.id, DESK, by=ACT, now=now)
            file = payments.download(session, batch.id, by=cashier, now=now)
            payments.mark_sent(session, batch.id, by=cashier, now=now)
            return batch, file.content

        return self.act(sent)

    def answer(
        self, batch: PaymentBatch, content: bytes, *, heard: bool = True, layout: BankLayout = CSV
    ) -> AnswerOutcome:
        """Take the bank's answer; `heard` False stops before books and cases hear of it."""

        def taken(session: Session) -> AnswerOutcome:
            outcome = answers.import_answer(session, batch.id, content, layout, by=self.clerk("C1"), now=self.now)
            if heard:
                fund.settled(session, outcome.settled, DESK, second="", by=ACT, now=self.now)
            return outcome

        return self.act(taken)

    def paid(self, code: str = "G1") -> FundCase:
        """Bring a claim to the bank and back."""
        case = self.decided(code)
        self.close_lists()
        batch, file = self.to_bank()
        self.answer(batch, bank(file))
        return self.case(case.id)


def build(database: Database, folder: Path, *published: Chain, first_fen: int = 1_000_000) -> Town:
    """Return the district with 10,000 yuan (`first_fen`) and its chains in force."""
    with database.transaction() as session:
        branch = settle_staff(session, MONDAY)
        chains.publish(session, published or (fund_chain(), emergency_chain()), by=ACT, now=MONDAY)
    town = Town(database, folder, branch)
    town.receive(first_fen)
    return town


def settle_staff(session: Session, now: datetime) -> Branch:
    """Put the branch and the staff with their accounts into the house; G3 is the branch's secretary."""
    branch = settle(session, now)
    people.put_units(session, [UnitEntry("DEPT", "组织部", UnitKind.DISTRICT_UNIT, 2)], by=ACT, now=now)
    staff = [PersonEntry(code, _NAMES[code], Gender.FEMALE, "T1" if code == "O1" else "DEPT") for code in STAFF]
    people.put_people(session, staff, by=ACT, now=now)
    people.put_branches(session, [BranchEntry("B1", "幸福村党支部", "T1", "G3")], by=ACT, now=now)
    for code, role in STAFF.items():
        new = NewAccount(f"u-{code.lower()}", frozenset({role}), code)
        accounts.create(session, new, "hash", by=ACT, now=now)
    return Branch(dict(people.person_ids(session, [*branch.people, *STAFF])))
