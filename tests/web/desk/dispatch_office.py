"""The small house with postings, approvers and a cadre clerk, for the pages of rotation, reserve list and courses."""

from dataclasses import replace
from datetime import date

import pytest

from djflow.accounts.model import Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House
from djflow.assembly.approval_office import office_of
from djflow.assembly.approvals import hear
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import NewPosting, Posting
from djflow.people import service as people
from tests.web.desk.conftest import Browser, Staff

ROOT = "/desk/dispatch"
ENDS = date(2027, 1, 8)
LATER = date(2028, 11, 30)


class Office:
    """A house with people who work in it; `A03` and `A04` of the bureau are at the township."""

    def __init__(self, house: House, staff: Staff, ids: dict[str, PersonId]) -> None:
        self.house, self.staff, self.ids = house, staff, ids
        with house.transaction() as session:
            chains.publish(session, house.settings.approvals.versions, by="test", now=house.now())
        staff.make("fubuzhang", Role.DEPT_DEPUTY, person="C01")
        staff.make("buzhang", Role.DEPT_MINISTER, person="C02")
        self.ending = self.post("A03", ENDS)
        self.other = self.post("A04", LATER)
        self.clerk = staff.inside("ganbu", Role.CADRE_CLERK, person="B01")

    def post(self, code: str, last: date) -> Posting:
        """Send somebody of the bureau to the township."""
        with self.house.transaction() as session:
            units = {one.code: one.id for one in people.units(session)}
            new = NewPosting(
                key=f"test-{code}", batch="b1", kind=BatchKind.RURAL, version=1, person=self.ids[code],
                home=units["HR"], host=units["T1"], title="驻村工作队员", span=DateSpan(date(2026, 11, 16), last),
            )  # fmt: skip
            return postings.appoint(session, new, terms=dispatch_terms(self.house), by="test", now=self.house.now())

    def approve(self, subject: Subject) -> None:
        """Let deputy and minister approve what waits about a subject."""
        for code in ("C01", "C02"):
            with self.house.transaction() as session:
                case = next(one for one in approvals.cases_about(session, subject) if one.waiting)
                answer = Answer(self.ids[code], Verdict.APPROVE, case.new.content_hash, "")
                task = next(one for one in case.waiting if one.person == self.ids[code])
                outcome = approvals.decide(
                    session, task.id, answer, office=office_of(self.house), by="test", now=self.house.now()
                )
                hear(self.house, session, [outcome], by="test")

    def inside(self, login: str, *roles: Role, person: str = "C02", unit: str = "") -> Browser:
        """Return a browser of somebody else."""
        return self.staff.inside(login, *roles, person=person, unit=unit)

    def at(self, moment: date) -> House:
        """Return the house on another day."""
        from djflow.core.clock import FixedClock, days

        return replace(self.house, clock=FixedClock(self.house.now() + days((moment - self.house.today()).days)))


@pytest.fixture
def office(house: House, staff: Staff, ids: dict[str, PersonId]) -> Office:
    """The office with two people posted."""
    return Office(house, staff, ids)
