"""The small house with a branch, its township and the department at their desks, and cases of the fund on their way."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date

import httpx

from djflow.accounts.model import Account, Role
from djflow.approvals.chains import service as chains
from djflow.assembly import House, relief
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.subject import Subject
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, Category, FundCase, Who
from djflow.fund.cases.tables import FundCaseRow
from djflow.fund.casework import Request
from djflow.fund.checks.model import Deliberation, Visit
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Incoming
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.people import service as people
from djflow.people.model import BranchEntry, Gender, PersonEntry, UnitEntry, UnitKind
from tests.fund.books import Branch, at, claim, photo
from tests.fund.running.town import settle_staff
from tests.web.desk.conftest import Browser, Staff, app_of

DESKS = {
    "clerk": (Role.OFFICE_CLERK, "K2"),
    "deputy": (Role.DEPT_DEPUTY, "D1"),
    "town": (Role.TOWN_ORG_COMMISSIONER, "O1"),
    "branch": (Role.BRANCH_SECRETARY, "G3"),
    "inspector": (Role.AUDITOR_READONLY, "I1"),
    "other-town": (Role.TOWN_CLERK, "X1"),
    "other-branch": (Role.BRANCH_SECRETARY, "G8"),
    "finance": (Role.FINANCE_CLERK, "F1"),
}
"""Who sits where; T2 and B2 are another township and another branch."""


@dataclass(frozen=True)
class FundOffice:
    """The house and its people; `desk` opens a browser in which somebody is logged in."""

    house: House
    branch: Branch

    def account(self, name: str) -> Account:
        """Make the account of a desk."""
        role, person = DESKS[name]
        return Staff(self.house).make(name, role, person=person)

    def desk(self, name: str) -> Browser:
        """Return a browser in which somebody is logged in."""
        role, person = DESKS[name]
        return Staff(self.house).inside(name, role, person=person)

    def at(self, moment: str) -> House:
        """Return the house at another moment."""
        return replace(self.house, clock=FixedClock(at(moment)))

    def draft(self, **changes: object) -> FundCase:
        """File G1's claim with all its materials."""
        case = relief.apply(self.house, claim(self.branch["G1"], **changes), by="b")
        kinds = self.house.settings.fund.policy.categories[case.category].materials
        for number, kind in enumerate(kinds):
            picture = photo((30 + number, 30))
            relief.attach(self.house, case.id, Upload(MaterialKind(kind), picture), by="b")
        return case

    def submitted(self, **changes: object) -> FundCase:
        """Let G1 submit a claim."""
        case = self.draft(**changes)
        return relief.move(self.house, case.id, Request(Act.SUBMIT, Who.APPLICANT), by="b")

    def urgent(self) -> FundCase:
        """Let G1 submit an emergency."""
        return self.submitted(category=Category.EMERGENCY, emergency=True)

    def checking(self, **changes: object) -> FundCase:
        """Bring a claim to the branch's checks."""
        case = self.submitted(**changes)
        return relief.move(self.house, case.id, Request(Act.ACCEPT, Who.BRANCH), by="b")

    def voted(self) -> FundCase:
        """Bring a claim past its vote and its visit."""
        case = self.checking()
        paper = relief.attach(self.house, case.id, Upload(MaterialKind.MINUTES, photo(colour="blue")), by="b")
        vote = Deliberation(date(2026, 11, 18), 5, 5, 0, 0, (), case.requested_fen, paper.id, recused=True)
        relief.deliberate(self.house, case.id, vote, by="b")
        for code in ("G4", "G5"):
            relief.visit(self.house, case.id, Visit(self.branch[code], date(2026, 11, 18), consistent=True), by="t")
        return case


def settle_office(house: House) -> FundOffice:
    """Put everybody into the house, with chains and 10,000 yuan."""
    with house.transaction() as session:
        now = house.now()
        branch = settle_staff(session, now)
        people.put_units(session, [UnitEntry("T2", "龙街镇", UnitKind.TOWNSHIP, 3)], by="t", now=now)
        extra = [("K2", "韩一", "DEPT"), ("I1", "杨二", "DEPT"), ("X1", "朱三", "T2")]
        persons = [PersonEntry(code, name, Gender.MALE, unit) for code, name, unit in extra]
        people.put_people(session, persons, by="t", now=now)
        people.put_branches(session, [BranchEntry("B2", "平安村党支部", "T1", "G8")], by="t", now=now)
        chains.publish(session, house.settings.approvals.versions, by="test", now=now)
        income = Incoming("in-1", AccountCode("fiscal"), 1_000_000, Subject("fund.income", "in-1"))
        ledger.receive(session, income, by="a", second="b", now=now)
        known = people.person_ids(session, [*branch.people, "K2", "I1", "X1"])
    return FundOffice(house, Branch(dict(known)))


def upload(browser: Browser, path: str, files: Mapping[str, bytes], **form: str) -> httpx.Response:
    """Post a form with files."""

    async def sent() -> httpx.Response:
        transport = httpx.ASGITransport(browser.app, raise_app_exceptions=False, client=("10.0.0.9", 4000))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://desk.test", cookies=browser.cookies
        ) as client:
            given = {name: ("名.jpg", content) for name, content in files.items()}
            return await client.post(path, data={"form_key": browser.key, **form}, files=given)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, sent()).result()


def later(browser: Browser, house: House) -> Browser:
    """Return the same browser at a house whose clock stands elsewhere; its login is still good."""
    return Browser(app_of(house), cookies=dict(browser.cookies), key=browser.key)


def now_of(office: FundOffice, case: FundCase) -> FundCase:
    """Return a case as it is now."""
    with office.house.reading() as session:
        return cases.get(session, case.id)


def recorded(office: FundOffice, case: FundCase) -> list[str]:
    """Return what the record says about a case, newest first."""
    with office.house.reading() as session:
        return [one.action for one in audit.latest(session, subject=Subject("fund.application", case.id))]


def put_into(office: FundOffice, case: FundCase, state: CaseState) -> None:
    """Put a case somewhere without walking there."""
    with office.house.transaction() as session:
        row = session.get(FundCaseRow, case.id)
        assert row is not None
        row.state = state
        row.since = office.house.now()
