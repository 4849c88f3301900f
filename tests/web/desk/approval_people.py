"""A small office whose people are logged in at the desk, and cases that wait for them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import httpx

from djflow.accounts import hashing
from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.model import Case, CaseId
from djflow.assembly import House
from djflow.assembly.approval_office import office_of
from tests.approvals.offices import (
    CLERKS,
    DEPUTIES,
    MINISTER,
    SECRETARY,
    TOWN,
    Town,
    chain,
    grant,
    settle_office,
    step,
)
from tests.web.desk.conftest import HASH, PASSWORD, Browser, app_of

OPINION = "情况属实，三代同住"
CHAIN = chain(
    replace(step("town", TOWN), name="镇街审核"),
    replace(step("deputy", DEPUTIES), name="分管副部长审批", cc=(CLERKS,)),
    replace(step("minister", MINISTER), name="部长审批"),
    replace(step("branch", SECRETARY), name="支部知悉"),
    name="测试补助",
)
_LINE = re.compile(r'name="line" value="([^"]+)"')
_FIELD = re.compile(r'name="(task|content)" value="([^"]+)"')


@dataclass(frozen=True)
class OfficeAtDesk:
    """The house, its people, and browsers in which they are logged in."""

    house: House
    town: Town

    def open(self, number: int = 1, **more: object) -> Case:
        """Open a case; it waits for the township."""
        with self.house.transaction() as session:
            new = grant(self.town, str(number), title=f"测试补助WF2026-{number:04d}", **more)
            office, now = office_of(self.house), self.house.now()
            return approvals.open_case(session, new, office=office, by="test", now=now).case

    def case(self, case_id: CaseId) -> Case:
        """Return a case as it is now."""
        with self.house.reading() as session:
            return approvals.case(session, case_id)

    def seated(self, login: str, house: House | None = None) -> Browser:
        """Return a browser in which an account is logged in, at the house's desk or at another moment's."""
        there = house or self.house
        token = hashing.new_token()
        with there.transaction() as session:
            asked = accounts.challenge(session, login)
            digest = hashing.token_hash(token)
            accounts.finish_login(session, asked, matched=True, token_hash=digest, ip="", now=there.now())
        browser = Browser(app_of(there), cookies={"desk": token})
        browser.ask("/desk/password")
        return browser


def settled(house: House) -> OfficeAtDesk:
    """Return the small office with an auditor; everybody's password is that of the tests."""
    with house.transaction() as session:
        now = house.now()
        town = settle_office(session, now, CHAIN)
        auditor = NewAccount("auditor", frozenset({Role.AUDITOR_READONLY}), unit_code="DEPT")
        accounts.create(session, auditor, HASH, by="test", now=now)
        for account in accounts.accounts(session):
            asked = accounts.challenge(session, account.login)
            accounts.change_password(session, asked, HASH, token_hash=account.login, ip="", now=now)
    return OfficeAtDesk(house, town)


def decide(browser: Browser, case: Case, verdict: str = "approve", **form: str) -> httpx.Response:
    """Fill in the form of a case as its page shows it."""
    shown = dict(_FIELD.findall(browser.text(f"/desk/approvals/{case.id}")))
    fields = {"password": PASSWORD, "opinion": OPINION, "verdict": verdict, **shown, **form}
    return browser.send(f"/desk/approvals/{case.id}/decide", **fields)


def lines_of(browser: Browser, path: str = "/desk/approvals") -> list[str]:
    """Return what the boxes of the list stand for."""
    return _LINE.findall(browser.text(path))


def decide_lines(browser: Browser, lines: Sequence[str], verdict: str = "approve", **form: str) -> httpx.Response:
    """Tick lines and say the same to each."""
    fields = {"form_key": browser.key, "verdict": verdict, "opinion": OPINION, "password": PASSWORD, **form}
    return browser.ask("/desk/approvals/decide", {**fields, "line": list(lines)})  # type: ignore[dict-item] # httpx repeats a field with a list
