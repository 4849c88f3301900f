"""Postings at the desk: everybody sees and does what is theirs, acts twice are once, what is typed is not lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House
from djflow.assembly import dispatch_postings as acts
from djflow.assembly import dispatch_postings_watch as watching
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.policy.model import Paper
from djflow.dispatch.postings import service
from djflow.dispatch.postings.leave.model import Wish
from djflow.dispatch.postings.model import Posting, PostingState, Who
from djflow.dispatch.postings.months.model import Form
from djflow.people import service as people
from djflow.people.model import UnitEntry, UnitKind
from tests.assembly.conftest import at, house, ids
from tests.assembly.posted import Out, appointed, begun, staffed
from tests.web.desk.conftest import Browser, Staff

__all__ = ["at", "house", "ids"]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
AtMoment = Callable[[str], House]


@pytest.fixture
def out(house: House, ids: dict[str, PersonId]) -> Out:
    """A house whose people are sent out."""
    return staffed(house, ids)


def desk(house: House, login: str, role: Role, person: str, unit: str = "") -> Browser:
    """Return a browser in which somebody is logged in at the moment of a house."""
    return Staff(house).inside(login, role, person=person, unit=unit)


def state_of(house: House, posting: Posting) -> PostingState:
    """Return where a posting is."""
    with house.reading() as session:
        return service.posting(session, posting.id).state


def test_the_host_confirms_and_the_liaison_reads(out: Out, at: AtMoment) -> None:
    """The host sees what was sent to it and confirms; the home unit only reads; another township sees nothing."""
    day = at("2026-12-01T09:00")
    posting = appointed(out)
    acts.talk(out.house, posting.id, by="test")
    acts.report(day, posting.id, Who.CADRE, by="me")
    with day.transaction() as session:
        other = UnitEntry("T2", "小河乡", UnitKind.TOWNSHIP, 4)
        people.put_units(session, [other], by="test", now=day.now())
    path = f"/desk/postings/{posting.id}"
    host = desk(day, "b-host", Role.HOST_SUPERVISOR, "C03")
    liaison = desk(day, "b-liaison", Role.UNIT_LIAISON, "A03")
    foreign = desk(day, "b-foreign", Role.TOWN_CLERK, "", "T2")
    assert "甲A02" in host.text("/desk/postings")
    assert "确认到岗" in host.text(path)
    assert "甲A02" in liaison.text(path)
    assert "可以办的事" not in liaison.text(path)
    assert "甲A02" not in foreign.text("/desk/postings")
    assert foreign.ask(path).status_code == 404
    assert foreign.send(f"{path}/confirm").status_code == 404
    assert liaison.send(f"{path}/confirm").status_code == 403
    assert state_of(day, posting) is PostingState.REPORTED
    host.text(f"{path}/confirm")
    assert [host.send(f"{path}/confirm").status_code for _ in range(2)] == [303, 303]
    assert state_of(day, posting) is PostingState.ON_DUTY
    assert host.send(f"{path}/recall", cause="unit_need", last="2026-12-02", reason="x").status_code == 403


def test_the_host_answers_leave_months_and_checks(out: Out, at: AtMoment) -> None:
    """Reason and form are opened one by one and recorded; a wrong number is shown again; long leave goes up."""
    posting = begun(out, at("2026-12-01T09:00"))
    day = at("2027-01-06T09:00")
    short = acts.ask_leave(day, posting.id, Wish(DateSpan(date(2027, 1, 11), date(2027, 1, 12)), "母亲住院"), by="me")
    long = acts.ask_leave(day, posting.id, Wish(DateSpan(date(2027, 1, 18), date(2027, 1, 22)), "培训"), by="me")
    watching.attend(day, Month(2026, 12), by="watch")
    acts.fill_month(day, posting.id, Month(2026, 12), Form(21, 30, 2, "修好水渠"), by="me")
    host, path = desk(day, "b-host", Role.HOST_SUPERVISOR, "C03"), f"/desk/postings/{posting.id}"
    page = host.text(path)
    assert "母亲住院" not in page
    assert "修好水渠" not in page
    assert "母亲住院" in host.send(f"{path}/look/leave/{short.id}").text
    assert "修好水渠" in host.send(f"{path}/look/month/2026-12").text
    refused = host.send(f"{path}/leave", leave=long.id, answer="yes")
    assert (refused.status_code, "由区委组织部批准" in refused.text) == (403, True)
    assert [host.send(f"{path}/leave", leave=short.id, answer="yes").status_code for _ in range(2)] == [303, 303]
    wrong = host.send(f"{path}/month", month="2026-12", days="40")
    assert (wrong.status_code, "31 天" in wrong.text, 'value="40"' in wrong.text) == (400, True, True)
    host.send(f"{path}/month", month="2026-12", days="19")
    assert "天数不足" in host.text(path)
    assert host.send(f"{path}/check", on="2027-01-05", present="no").status_code == 303
    assert "不在岗" in host.text(path)
    office = desk(day, "b-office", Role.CADRE_CLERK, "B02")
    office.send(f"{path}/month", month="2026-12", days="20")
    assert "达到要求" in office.text(path)


def test_the_host_assesses_and_the_department_ends_the_term(out: Out, at: AtMoment) -> None:
    """From the host's opinion to the archive: every step by its form, documents named until they are issued."""
    posting = begun(out, at("2026-12-01T09:00"))
    day = at("2028-11-20T09:00")
    watching.watch(day, by="watch")
    path = f"/desk/postings/{posting.id}"
    host = desk(day, "b-host", Role.HOST_SUPERVISOR, "C03")
    office = desk(day, "b-office", Role.CADRE_CLERK, "B02")
    votes = {"present": "9", "excellent": "5", "competent": "3", "basic": "0", "incompetent": "0"}
    opinion = {"opinion": "群众满意", "grade": "competent"}
    wrong = host.send(f"{path}/assess", **opinion, **(votes | {"excellent": "9"}))
    assert (wrong.status_code, "群众满意" in wrong.text, "票数" in wrong.text) == (400, True, True)
    assert host.send(f"{path}/assess", **opinion, **votes).status_code == 303
    assert "群众满意" in office.send(f"{path}/look/review/final-0").text
    assert "等评定" in office.text(path)
    assert office.send(f"{path}/return", last="2028-11-30").status_code == 403
    office.send(f"{path}/grade", grade="competent")
    office.send(f"{path}/handover", first="2028-11-16", last="2028-11-30", successor="")
    assert office.send(f"{path}/return", last="2028-11-30").status_code == 303
    owed = office.send(f"{path}/archive")
    assert (owed.status_code, "返岗通知" in owed.text) == (403, True)
    for paper in Paper:
        office.send(f"{path}/paper", paper=paper.value)
    office.send(f"{path}/archive")
    assert state_of(day, posting) is PostingState.ARCHIVED
    assert "甲A02" in office.text("/desk/postings?over=1")
    assert "甲A02" not in office.text("/desk/postings")


def test_recall_and_extension_at_the_desk(out: Out, at: AtMoment) -> None:
    """An extension in time is asked for approval; the reason of a recall is for the department's eyes only."""
    posting = begun(out, at("2026-12-01T09:00"))
    day, path = at("2028-06-01T09:00"), f"/desk/postings/{posting.id}"
    office = desk(day, "b-office", Role.CADRE_CLERK, "B02")
    host = desk(day, "b-host", Role.HOST_SUPERVISOR, "C03")
    asked = office.send(f"{path}/extend", until="2029-05-31", reason="项目没有完")
    assert asked.headers["location"].endswith("said=asked")
    assert "审批中" in office.text(path)
    office.send(f"{path}/propose", cause="complaint", number="信访2028-07")
    assert "群众反映经核实成立" in office.text(path)
    assert "群众反映经核实成立" not in host.text(path)
    bad = office.send(f"{path}/recall", cause="complaint", last="2028-06-05", reason=" ", replace="yes")
    assert (bad.status_code, "理由" in bad.text) == (400, True)
    office.send(f"{path}/recall", cause="complaint", last="2028-06-05", reason="核实成立", replace="yes")
    assert "群众反映经核实成立" in office.text(path)
    assert "群众反映" not in host.text(path)
    assert "岗位空缺" in office.text(path)
    assert state_of(day, posting) is PostingState.RECALLED


def test_a_village_is_the_towns_to_answer_for(out: Out, at: AtMoment) -> None:
    """Somebody sent to a village is seen by the clerk of its township."""
    with out.house.transaction() as session:
        village = UnitEntry("V1", "幸福村", UnitKind.VILLAGE, 9, parent_code="T1")
        people.put_units(session, [village], by="test", now=out.house.now())
        units = {unit.code: unit.id for unit in people.units(session)}
    posting = begun(out, at("2026-12-01T09:00"), replace(out.new(), host=units["V1"]))
    clerk = desk(at("2026-12-02T09:00"), "b-clerk", Role.TOWN_CLERK, "C03")
    assert "登记抽查" in clerk.text(f"/desk/postings/{posting.id}")
