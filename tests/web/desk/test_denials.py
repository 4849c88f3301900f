"""不是我 at the office's desk: looked into with a note; approvers who lost their link get a new one."""

import re

import pytest

from djflow.approvals.doorway import store
from djflow.approvals.model import CaseState
from djflow.assembly import House, approval_acts
from djflow.inbox import service as inbox
from djflow.inbox.model import ItemKind
from tests.web.desk.approval_people import OfficeAtDesk, decide, settled
from tests.web.desk.conftest import PASSWORD

FORM = re.compile(r'action="(/desk/denials/[0-9a-f]{32})"')


@pytest.fixture
def office(house: House) -> OfficeAtDesk:
    """The small office at its desks."""
    return settled(house)


def denied(office: OfficeAtDesk) -> tuple[str, str]:
    """Let the township's approver decide and say it was not him; return the case and the form's address."""
    case = office.open()
    assert decide(office.seated("u-t1"), case).status_code == 303
    task = next(one for one in office.case(case.id).tasks if one.decision)
    approval_acts.deny(office.house, task.id, office.town["T1"], by="me")
    page = office.seated("u-k1").text("/desk/denials")
    assert "甲T1" in page
    return case.id, FORM.findall(page)[0]


@pytest.mark.parametrize(("finding", "state"), [("stands", CaseState.RUNNING), ("falls", CaseState.WITHDRAWN)])
def test_the_office_says_what_it_found(office: OfficeAtDesk, finding: str, state: CaseState) -> None:
    """With a note, the password and a finding the report is settled: the case goes on, or its approval ends."""
    case, path = denied(office)
    clerk = office.seated("u-k1")
    assert "/desk/denials" in clerk.text("/desk")
    given = {"finding": finding, "note": "已当面问过本人", "password": PASSWORD}
    clerk.ask("/desk/denials")
    for wrong in ({"note": ""}, {"password": "no"}, {"finding": "x"}):
        assert clerk.send(path, **{**given, **wrong}).status_code == 400
    assert clerk.send(path, **given).status_code == 303
    assert office.case(case).state is state  # type: ignore[arg-type] # the case's id
    assert "没有要核实的报告" in clerk.text("/desk/denials?said=denial_settled")
    with office.house.reading() as session:
        assert ItemKind.APPROVAL_DENIED not in {kind for kind, _ in inbox.raised(session, list(ItemKind))}


def test_only_the_office_looks_into_it(office: OfficeAtDesk) -> None:
    """An approver has no such page."""
    _, path = denied(office)
    other = office.seated("u-t2")
    assert other.ask("/desk/denials").status_code == 403
    assert other.send(path, finding="stands", note="x", password=PASSWORD).status_code == 403


def test_a_lost_link_is_sent_again(office: OfficeAtDesk) -> None:
    """The clerk sends the approver a new link; once nobody is asked there is none to send."""
    case = office.open()
    clerk = office.seated("u-k1")
    assert "重发审批链接" in clerk.text(f"/desk/approvals/{case.id}")
    sent = clerk.send(f"/desk/approvals/{case.id}/links")
    assert sent.headers["location"].endswith("said=links_sent")
    with office.house.reading() as session:
        assert store.of_person(session, office.town["T1"])
    assert office.seated("u-t1").send(f"/desk/approvals/{case.id}/links").status_code == 403
