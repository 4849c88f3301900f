"""Approvals at the desk: a person decides with a password, lists line by line, coordinators watch and never decide."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Case, CaseState
from djflow.assembly import House, relief
from djflow.assembly.approval_office import office_of
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.subject import Subject
from djflow.fund.cases.model import Act, Category, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Request
from djflow.fund.materials.model import MaterialKind, Upload
from tests.fund.books import SECRETS, claim, photo
from tests.fund.running.town import settle_staff
from tests.web.desk.approval_people import (
    OPINION,
    OfficeAtDesk,
    decide,
    decide_lines,
    lines_of,
    settled,
)
from tests.web.desk.conftest import HASH, PASSWORD

PAPERS = ("application_form", "id_copy", "disaster_proof", "bank_card", "commitment", "consent")


@pytest.fixture
def office(house: House) -> OfficeAtDesk:
    """The small office at its desks."""
    return settled(house)


def test_a_person_decides_with_the_password(office: OfficeAtDesk) -> None:
    """From the box to the case, the verdict with the password again: decided once, by that person, said on the page."""
    case = office.open()
    approver = office.seated("u-t1")
    assert f'href="/desk/approvals/{case.id}"' in approver.text("/desk")
    done = decide(approver, case)
    assert done.headers["location"] == f"/desk/approvals/{case.id}?said=decided"
    page = approver.text(done.headers["location"])
    assert "您的意见已提交" in page
    assert OPINION in page
    assert "请您办理" not in page
    after = office.case(case.id)
    said = after.tasks[0].decision
    assert (after.step, said and said.person) == ("deputy", office.town["T1"])
    with office.house.reading() as session:
        entry = audit.latest(session, subject=case.subject)[0]
    assert (entry.action, OPINION in str(entry.details)) == ("approval.decide", False)
    assert f"/desk/approvals/{case.id}" not in approver.text("/desk")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"password": ""}, "请再输入一次登录密码"),
        ({"password": "wrong-Password-1"}, "密码不对"),
        ({"verdict": "pay"}, "请选一种意见"),
        ({"verdict": "reject", "opinion": " "}, "须写明理由"),
        ({"verdict": "abstain"}, "只有票决才能弃权"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(office: OfficeAtDesk, form: dict[str, str], words: str) -> None:
    """Without the right password, verdict or reason nothing is decided, and nothing has to be typed again."""
    case = office.open()
    answer = decide(office.seated("u-t1"), case, **form)
    assert (answer.status_code, words in answer.text) == (400, True)
    assert form.get("opinion", OPINION) in answer.text
    assert 'value="wrong-Password-1"' not in answer.text
    assert office.case(case.id) == case


def test_five_wrong_passwords_lock(office: OfficeAtDesk) -> None:
    """Wrong passwords count as at the door: the fifth locks the account and ends the login; a right one starts anew."""
    case, other = office.open(), office.open(2)
    approver = office.seated("u-t1")
    for _ in range(4):
        decide(approver, case, password="wrong-Password-1")  # noqa: S106 - wrong on purpose
    assert decide(approver, other).status_code == 303
    for _ in range(5):
        decide(approver, case, password="wrong-Password-1")  # noqa: S106 - the same
    assert approver.ask("/desk/approvals").headers["location"].startswith("/desk/login")
    with office.house.reading() as session:
        assert accounts.account_by_login(session, "u-t1").locked_until is not None
    assert office.case(case.id).step == "town"


def test_content_that_changed_is_not_decided_unseen(office: OfficeAtDesk) -> None:
    """Who has the old page open decides nothing about new content, nor what somebody else has decided meanwhile."""
    case = office.open()
    approver = office.seated("u-t1")
    old = decide(approver, case, content="0" * 64)
    assert (old.status_code, "内容已有改动" in old.text) == (409, True)
    task = case.waiting[0]
    decide(approver, case)
    late = approver.send(
        f"/desk/approvals/{case.id}/decide",
        task=task.id, content="h1", verdict="approve", password=PASSWORD,
    )  # fmt: skip
    assert (late.status_code, "办理（同意）" in late.text) == (409, True)


def test_coordinators_never_decide(office: OfficeAtDesk) -> None:
    """A coordinator sees where a case stands, urges once a day, and has no form; a forged one is refused."""
    case = office.open()
    clerk = office.seated("u-k1")
    page = clerk.text(f"/desk/approvals/{case.id}")
    assert "请您办理" not in page
    assert "镇（乡）组织委员 甲T1" in clerk.text("/desk/approvals/board")
    forged = {"task": case.waiting[0].id, "content": "h1", "verdict": "approve", "password": PASSWORD}
    refused = clerk.send(f"/desk/approvals/{case.id}/decide", **forged)
    assert (refused.status_code, "不是交给您的" in refused.text) == (400, True)
    assert clerk.send(f"/desk/approvals/{case.id}/urge").headers["location"].endswith("?said=urged")
    assert "这一步 1/3 次" in clerk.text(f"/desk/approvals/{case.id}")
    again = clerk.send(f"/desk/approvals/{case.id}/urge")
    assert (again.status_code, "今天已经催办过" in again.text) == (403, True)
    assert (office.case(case.id).step, office.case(case.id).urges) == ("town", 1)


def test_a_secretary_urges_for_the_own_branch(office: OfficeAtDesk) -> None:
    """The applicant's branch sees its case without opinions and may urge; it may neither print nor reassign it."""
    case = office.open()
    decide(office.seated("u-t1"), case)
    secretary = office.seated("u-s1")
    page = secretary.text(f"/desk/approvals/{case.id}")
    assert "审批意见只有" in page
    assert OPINION not in page
    assert "打印审批单" not in page
    assert "WF2026-0001" in secretary.text("/desk/approvals/board")
    assert secretary.send(f"/desk/approvals/{case.id}/urge").status_code == 303
    assert secretary.ask(f"/desk/approvals/{case.id}/sheet").status_code == 403
    assert secretary.send(f"/desk/approvals/{case.id}/reassign").status_code == 403


@pytest.mark.parametrize("path", ["", "/sheet"])
def test_strangers_learn_nothing(office: OfficeAtDesk, path: str) -> None:
    """Who is not entitled gets the same answer for a case that is there and for one that is not."""
    case = office.open()
    stranger = office.seated("u-x1")
    answers = [stranger.ask(f"/desk/approvals/{key}{path}") for key in (case.id, "0" * 32)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    for act in ("decide", "urge", "reassign"):
        assert stranger.send(f"/desk/approvals/{case.id}/{act}").status_code in {403, 404}
    assert office.case(case.id) == case


def test_an_auditor_reads_and_nothing_else(office: OfficeAtDesk) -> None:
    """Whoever inspects sees all open cases with their opinions and prints; that they did is recorded."""
    case = office.open()
    decide(office.seated("u-t1"), case)
    auditor = office.seated("auditor")
    assert "WF2026-0001" in auditor.text("/desk/approvals")
    assert OPINION in auditor.text(f"/desk/approvals/{case.id}")
    assert OPINION in auditor.text(f"/desk/approvals/{case.id}/sheet")
    with office.house.reading() as session:
        assert audit.latest(session, subject=case.subject)[0].action == "approval.sheet"
    assert auditor.send(f"/desk/approvals/{case.id}/decide").status_code == 403
    assert auditor.ask("/desk/delegations").status_code == 403


def test_a_blocked_case_says_what_to_do(office: OfficeAtDesk) -> None:
    """A case that nobody can decide says why and what to do; looked at again it goes on once somebody is there."""
    with office.house.transaction() as session:
        account = accounts.account_by_login(session, "u-t1")
        accounts.set_disabled(session, account.id, disabled=True, by="t", now=office.house.now())
    case = office.open()
    assert case.state is CaseState.BLOCKED
    clerk = office.seated("u-k1")
    assert f"/desk/approvals/{case.id}" in clerk.text("/desk")
    assert "现在没有人能批" in clerk.text(f"/desk/approvals/{case.id}")
    assert clerk.send(f"/desk/approvals/{case.id}/urge").status_code == 409
    assert clerk.send(f"/desk/approvals/{case.id}/reassign").headers["location"].endswith("still_blocked")
    with office.house.transaction() as session:
        accounts.set_disabled(session, account.id, disabled=False, by="t", now=office.house.now())
    assert clerk.send(f"/desk/approvals/{case.id}/reassign").headers["location"].endswith("?said=reassigned")
    assert [task.person for task in office.case(case.id).waiting] == [office.town["T1"]]


def test_each_line_of_a_list_is_its_own_decision(office: OfficeAtDesk) -> None:
    """One verdict for the lines ticked: what can be decided is, what cannot says why, what was not ticked waits."""
    made = [office.open(number) for number in range(1, 5)]
    approver = office.seated("u-t1")
    lines = sorted(lines_of(approver))
    assert len(lines) == 4
    moved = office.house
    with moved.transaction() as session:
        approvals.withdraw(session, made[1].id, office=office_of(moved), by="t", now=moved.now())
    by_case = {line.partition("-")[0]: line for line in lines}
    ticked = [by_case[made[n].id] for n in (0, 1, 2)] + ["0-1.h1"]
    answer = decide_lines(approver, ticked)
    assert answer.status_code == 200
    assert "办成 2 件" in answer.text
    assert "没有办成 2 件" in answer.text
    assert "已撤回" in answer.text
    assert [office.case(one.id).step for one in made] == ["deputy", "", "deputy", "town"]
    opinions = {task.decision.person for n in (0, 2) for task in office.case(made[n].id).tasks if task.decision}
    assert opinions == {office.town["T1"]}
    twice = decide_lines(approver, ticked)
    assert "没有办成 4 件" in twice.text
    assert "办理（同意）" in twice.text


def test_a_list_needs_lines_reason_and_password(office: OfficeAtDesk) -> None:
    """Nothing ticked, no verdict, no reason or a wrong password: nothing is decided and the ticks stay."""
    case = office.open()
    approver = office.seated("u-t1")
    (line,) = lines_of(approver)
    assert decide_lines(approver, []).status_code == 400
    assert decide_lines(approver, ["x"]).status_code == 400
    for form in ({"verdict": ""}, {"verdict": "reject", "opinion": ""}, {"password": "no"}):
        answer = decide_lines(approver, [line], **form)
        assert (answer.status_code, f'value="{line}" checked' in answer.text) == (400, True)
    assert office.case(case.id) == case


def test_fifty_lines_fit_one_form(office: OfficeAtDesk) -> None:
    """A page of fifty lines with the longest opinion is taken as one form."""
    for number in range(1, 52):
        office.open(number)
    approver = office.seated("u-t1")
    lines = [line[:-2] + "f" * 64 for line in lines_of(approver)]
    assert len(lines) == 50
    assert len(lines_of(approver, "/desk/approvals?page=2")) == 1
    answer = decide_lines(approver, lines, opinion="意" * 500)
    assert (answer.status_code, "没有办成 50 件" in answer.text) == (200, True)


@pytest.mark.parametrize("page", ["0", "-1", "x", "９", "1001"])
def test_an_odd_page_number_is_refused(office: OfficeAtDesk, page: str) -> None:
    """A page that cannot be is a clear answer."""
    assert office.seated("u-t1").ask(f"/desk/approvals?page={page}").status_code == 400


def emergency(house: House) -> Case:
    """Return the approval of an emergency of the fund that waits for its first approver."""
    with house.transaction() as session:
        branch = settle_staff(session, house.now())
        chains.publish(session, house.settings.approvals.versions, by="test", now=house.now())
        for account in accounts.accounts(session):
            asked = accounts.challenge(session, account.login)
            accounts.change_password(session, asked, HASH, token_hash=account.login, ip="", now=house.now())
    made = relief.apply(house, claim(branch["G1"], category=Category.EMERGENCY, emergency=True), by="b")
    for kind in PAPERS:
        relief.attach(house, made.id, Upload(MaterialKind(kind), photo()), by="b")
    relief.move(house, made.id, Request(Act.SUBMIT, Who.BRANCH), by="b")
    call = PhoneCall(branch["G5"], branch["G6"], branch["G7"], house.now() - timedelta(minutes=1))
    relief.record_phone(house, made.id, call, by="o")
    relief.move(house, made.id, Request(Act.FAST_TRACK, Who.OFFICE), by="o")
    with house.reading() as session:
        return approvals.cases_about(session, Subject("fund.application", made.id))[0]


def test_a_case_of_the_fund_goes_through_the_fund(house: House) -> None:
    """A decision on a fund case is taken with everything that follows in the fund, and shows nobody in need."""
    case = emergency(house)
    desks = OfficeAtDesk(house, None)  # type: ignore[arg-type] # these people are the fund's
    clerk = desks.seated("u-k1")
    page = clerk.text(f"/desk/approvals/{case.id}")
    assert "突发救助类" in page
    assert not any(secret in page for secret in SECRETS)
    assert decide(clerk, case, opinion="").status_code == 303
    assert desks.case(case.id).step == "minister"
    returned = decide(desks.seated("u-m1"), case, "return_to_applicant", opinion="缺票据")
    assert returned.status_code == 303
    assert relief.progress(house, case.new.subject.id).words.startswith("已退回")


def test_an_account_without_a_person_decides_nothing(office: OfficeAtDesk) -> None:
    """Accountable is a person: an account of a unit sees the hint and cannot decide, whatever it sends."""
    case = office.open()
    with office.house.transaction() as session:
        new = NewAccount("desk-clerk", frozenset({Role.OFFICE_CLERK}), unit_code="DEPT")
        accounts.create(session, new, HASH, by="test", now=office.house.now())
        asked = accounts.challenge(session, "desk-clerk")
        accounts.change_password(session, asked, HASH, token_hash="c", ip="", now=office.house.now())  # noqa: S106 - no password
    shared = office.seated("desk-clerk")
    assert "没有对应到人" in shared.text("/desk/approvals")
    forged = {"task": case.waiting[0].id, "content": "h1", "verdict": "approve", "password": PASSWORD}
    refused = shared.send(f"/desk/approvals/{case.id}/decide", **forged)
    assert "没有对应到人" in refused.text
    assert office.case(case.id) == case


def test_late_cases_are_marked(office: OfficeAtDesk) -> None:
    """After the deadline the list and the board mark a case as late."""
    office.open()
    late = replace(office.house, clock=FixedClock(office.house.now() + timedelta(days=14)))
    assert "已超期" in office.seated("u-t1", late).text("/desk/approvals")
    assert "已超期 1" in office.seated("u-k1", late).text("/desk/approvals/board?standing=late")


def test_the_box_is_not_emptied_by_hand(office: OfficeAtDesk) -> None:
    """What waits for a decision leaves the box by the decision only."""
    office.open()
    approver = office.seated("u-t1")
    found = re.search(r'aria-labelledby="i([0-9a-f]{32})"', approver.text("/desk"))
    assert found
    assert approver.send(f"/desk/item/{found[1]}/done").status_code == 400
