"""Delegation at the desk: given for dates to somebody who may hold it, both names shown, taken back by the giver."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.accounts import service as accounts
from djflow.approvals.delegation import service as delegation
from djflow.assembly import House, delegating
from djflow.core.clock import FixedClock
from tests.web.desk.approval_people import OfficeAtDesk, decide, settled
from tests.web.desk.conftest import PASSWORD, Browser

WITHDRAW = re.compile(r'action="(/desk/delegations/[0-9a-f]{32}/withdraw)"')


@pytest.fixture
def office(house: House) -> OfficeAtDesk:
    """The small office at its desks."""
    return settled(house)


def give(office: OfficeAtDesk, browser: Browser, to: str, **form: str) -> str:
    """Fill in the form for today and tomorrow and return the page that follows."""
    today = office.house.today()
    last = today + timedelta(days=1)
    browser.ask("/desk/delegations")
    fields = {"to": office.town[to], "first": str(today), "last": str(last), "kind": "", "password": PASSWORD, **form}
    answer = browser.send("/desk/delegations", **fields)
    return browser.text(answer.headers["location"]) if answer.status_code == 303 else answer.text


def test_a_delegate_decides_and_both_names_stand(office: OfficeAtDesk) -> None:
    """The delegate sees the task as somebody's, decides it, and both names are on the case and on the sheet."""
    case = office.open()
    page = give(office, office.seated("u-t1"), "T2")
    assert "已委托代理" in page
    assert "甲T1（大仓镇） 委托 甲T2（大仓镇）" in page
    delegate = office.seated("u-t2")
    assert "甲T1委托您代理审批" in delegate.text("/desk/box/toread")
    assert "代 甲T1" in delegate.text("/desk/approvals")
    assert "甲T1（大仓镇） 委托 甲T2（大仓镇）" in delegate.text("/desk/delegations")
    assert decide(delegate, case).status_code == 303
    assert "甲T2（代 甲T1）" in delegate.text(f"/desk/approvals/{case.id}")
    assert "代 甲T1" in delegate.text(f"/desk/approvals/{case.id}/sheet")
    assert "没有等您审批的事项" in office.seated("u-t1").text("/desk/approvals")


def test_after_the_last_day_or_taken_back_it_is_over(office: OfficeAtDesk) -> None:
    """The day after the last, and at once when it is taken back, the delegate has neither list nor case."""
    case = office.open()
    giver = office.seated("u-t1")
    page = give(office, giver, "T2")
    after = replace(office.house, clock=FixedClock(office.house.now() + timedelta(days=2)))
    assert office.seated("u-t2", after).ask(f"/desk/approvals/{case.id}").status_code == 404
    path = WITHDRAW.findall(page)[0]
    delegate = office.seated("u-t2")
    assert WITHDRAW.findall(delegate.text("/desk/delegations")) == []
    assert delegate.send(path).status_code == 404
    assert giver.send(path).headers["location"] == "/desk/delegations?said=taken_back"
    assert giver.send(path).status_code == 404
    assert "没有等您审批的事项" in delegate.text("/desk/approvals")
    assert delegate.ask(f"/desk/approvals/{case.id}").status_code == 404
    assert "委托您代理审批" not in delegate.text("/desk/box/toread")


@pytest.mark.parametrize(
    ("to", "form", "words"),
    [
        ("X1", {}, "代理人须是本单位"),
        ("P1", {}, "代理人须是本单位"),
        ("T1", {}, "代理人须是本单位"),
        ("T2", {"first": "2026-13-01"}, "写法如 2026-12-05"),
        ("T2", {"first": "2026-11-20", "last": "2026-11-19"}, "早于开始日"),
        ("T2", {"first": "2026-11-01", "last": "2026-11-02"}, "须在今天以后"),
        ("T2", {"last": "2027-11-20"}, "最长 92 天"),
        ("T2", {"kind": "x"}, "没有这种审批事项"),
        ("T2", {"password": "wrong-Password-1"}, "密码不对"),
    ],
)
def test_what_is_no_delegation_is_refused(office: OfficeAtDesk, to: str, form: dict[str, str], words: str) -> None:
    """Another township, somebody without an account, oneself, odd dates, a wrong password: said on the form."""
    assert words in give(office, office.seated("u-t1"), to, **form)
    with office.house.reading() as session:
        assert delegation.known_to(session, office.town["T1"], office.house.today()) == ()


def test_whoever_pays_stands_in_for_nobody(office: OfficeAtDesk) -> None:
    """The cashier of the department is offered to nobody; colleagues and the unit above are, own unit first."""
    with office.house.reading() as session:
        deputy = accounts.account_by_login(session, "u-d1")
        secretary = accounts.account_by_login(session, "u-s1")
    offered = [one.name for one in delegating.overview(office.house, deputy).candidates]
    assert offered == ["甲D2", "甲K1", "甲M1"]
    assert [one.name for one in delegating.overview(office.house, secretary).candidates] == ["甲T1", "甲T2"]


def test_the_same_days_are_given_once(office: OfficeAtDesk) -> None:
    """Days that are delegated are not delegated again, nor to somebody who is away too."""
    giver = office.seated("u-d1")
    give(office, giver, "D2")
    assert "已经委托过代理" in give(office, giver, "K1")
    assert "不能再转托" in give(office, office.seated("u-m1"), "D1")
