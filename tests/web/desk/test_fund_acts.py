"""Every act of the desk on a case of the fund as a form: what it asks, what it refuses, what it leaves behind."""

from itertools import product

import pytest

from djflow.accounts.model import Role
from djflow.approvals import service as approvals
from djflow.assembly import House, relief
from djflow.fund.cases.model import STATE_WORDS, CaseState
from djflow.fund.publicity.model import Level, NewObjection, Via
from tests.assembly.conftest import house
from tests.assembly.test_fund_acts import ACTS, STATES
from tests.assembly.test_relief import approve
from tests.fund.books import photo
from tests.web.desk.conftest import Staff
from tests.web.desk.fund_office import FundOffice, now_of, put_into, recorded, settle_office, upload

__all__ = ["house"]


@pytest.fixture
def office(house: House) -> FundOffice:
    """Everybody at their desks."""
    return settle_office(house)


def test_a_case_walks_by_forms(office: FundOffice) -> None:
    """Accept, vote with minutes, visit by two: each form is filled by whose act it is; what is missing grows less."""
    case = office.submitted()
    branch, town = office.desk("branch"), office.desk("town")
    path = f"/desk/fund/{case.number}"
    assert "受理" in branch.text(f"{path}/accept")
    assert branch.send(f"{path}/accept").headers["location"] == f"{path}?said=fund_done"
    assert now_of(office, case).state is CaseState.CHECKING
    vote = {
        "on": "2026-11-18",
        "present": "5",
        "votes_for": "5",
        "against": "0",
        "abstain": "0",
        "amount": "2000",
        "recused": "yes",
        "known": "G3、G4",
    }
    branch.text(f"{path}/deliberate")
    refused = upload(branch, f"{path}/deliberate", {"minutes": photo(colour="blue")}, **{**vote, "present": "7"})
    assert refused.status_code == 400
    assert "相加应等于到会人数" in refused.text
    assert 'value="7"' in refused.text
    assert upload(branch, f"{path}/deliberate", {"minutes": photo(colour="blue")}, **vote).status_code == 303
    form = {"on": "2026-11-18", "consistent": "yes", "note": "家里确有困难", "first": "G4", "other": "G4"}
    town.text(f"{path}/visit")
    same = town.send(f"{path}/visit", **form)
    assert same.status_code == 400
    assert "两个不同的人" in same.text
    assert "家里确有困难" in same.text
    kin = town.send(f"{path}/visit", **{**form, "other": "G2"})
    assert kin.status_code == 403
    assert "亲属" in kin.text
    assert town.send(f"{path}/visit", **{**form, "other": "G5"}).status_code == 303
    page = town.text(path)
    assert "到会 5 人，赞成 5" in page
    assert page.count("与申请一致") == 2
    assert "部门核对还差：民政" in page


def test_a_clerk_who_acts_for_the_branch_never_approves(office: FundOffice) -> None:
    """A vote entered by the department needs a reason and a second person; that clerk is asked for no approval."""
    case = office.checking()
    clerk = office.desk("clerk")
    path = f"/desk/fund/{case.number}/deliberate"
    vote = {
        "on": "2026-11-18",
        "present": "3",
        "votes_for": "3",
        "against": "0",
        "abstain": "0",
        "amount": "2000",
        "recused": "yes",
    }
    assert "为什么代办" in clerk.text(path)
    files = {"minutes": photo(colour="blue")}
    assert "为什么代办" in upload(clerk, path, files, **vote, second="D2").text
    alone = upload(clerk, path, files, **vote, reason="支部没有网络", second="K2")
    assert (alone.status_code, "另一位同志在场" in alone.text) == (403, True)
    assert upload(clerk, path, files, **vote, reason="支部没有网络", second="D2").status_code == 303
    page = clerk.text(f"/desk/fund/{case.number}")
    assert "代支部登记评议：韩一办理，冯二在场" in page or "代支部登记评议：韩一办理，陈四在场" in page
    with office.house.reading() as session:
        barred = approvals.cases_about(session, case.subject)[0].new.barred
    assert barred == {office.branch["K2"]}


def test_flags_wait_for_a_reason(office: FundOffice) -> None:
    """A suspicion is settled with a reason; without one the form comes back; twice is told."""
    office.checking()
    second = office.urgent()
    clerk = office.desk("clerk")
    path = f"/desk/fund/{second.number}/flag"
    page = clerk.text(path)
    flag = page.partition('<option value="">请选择</option>')[2].partition('value="')[2].partition('"')[0]
    assert clerk.send(path, flag=flag, reason=" ").status_code == 400
    assert clerk.send(path, flag="0", reason="不同的事").status_code == 404
    assert clerk.send(path, flag=flag, reason="两件不同的事").status_code == 303
    assert clerk.send(path, flag=flag, reason="两件不同的事").status_code == 409


def test_the_emergency_lane(office: FundOffice) -> None:
    """A telephone approval with a witness and a reason opens the lane; late papers stand on the board."""
    case = office.urgent()
    clerk = office.desk("clerk")
    path = f"/desk/fund/{case.number}"
    assert clerk.ask(f"{path}/fast").status_code == 409
    call = {"approver": "M1", "on": "2026-11-18", "at": "08:30", "second": "D2", "reason": "洪水冲毁房屋"}
    clerk.text(f"{path}/phone")
    assert "应在最近三天之内" in clerk.send(f"{path}/phone", **{**call, "on": "2026-11-10"}).text
    assert clerk.send(f"{path}/phone", **{**call, "at": "8点"}).status_code == 400
    assert clerk.send(f"{path}/phone", **{**call, "second": "M1"}).status_code == 403
    assert clerk.send(f"{path}/phone", **call).status_code == 303
    assert clerk.ask(f"{path}/phone").status_code == 409
    clerk.text(f"{path}/fast")
    assert clerk.send(f"{path}/fast").status_code == 303
    assert now_of(office, case).state is CaseState.RUNNING
    page = clerk.text(path)
    assert "材料补齐期限" in page
    assert "应急" in clerk.text("/desk/fund")
    with office.house.reading() as session:
        waiting = approvals.cases_about(session, case.subject)[0].waiting
    assert office.branch["K2"] not in {one.person for one in waiting}


def test_objections_by_hand_are_settled_by_another(office: FundOffice) -> None:
    """A letter stops the list at once; who typed it in may not settle it; another does, with a reason."""
    case = office.voted()
    approve(office.house, case.id)
    town, deputy = office.desk("town"), office.desk("deputy")
    clerk = office.desk("clerk")
    path = f"/desk/fund/{case.number}"
    page = clerk.text(f"{path}/object")
    period = page.partition('name="period"')[2].partition('</option>\n<option value="')[2].partition('"')[0]
    letter = {"period": period, "way": "来信", "on": "2026-11-18", "at": "08:40", "text": "他家有两辆车"}
    assert clerk.send(f"{path}/object", **letter, second="K2").status_code == 403
    assert clerk.send(f"{path}/object", **letter, second="D2", contact="老李").status_code == 303
    assert "因异议暂停" in clerk.text(path)
    assert "他家有两辆车" not in clerk.text(path)
    assert town.ask(f"{path}/settle").status_code == 403
    page = deputy.text(f"{path}/settle")
    objection = page.partition('name="objection"')[2].partition('</option>\n<option value="')[2].partition('"')[0]
    opened = deputy.send(f"{path}/objection/{objection}")
    assert "他家有两辆车" in opened.text
    assert "老李" in opened.text
    assert recorded(office, case)[0] == "fund.look_objection"
    verdict = {"objection": objection, "verdict": "dismissed", "reason": "车已报废"}
    mine = clerk.send(f"{path}/settle", **verdict)
    assert (mine.status_code, "请由另一位同志" in mine.text, "车已报废" in mine.text) == (403, True, True)
    assert deputy.send(f"{path}/settle", **verdict).status_code == 303
    assert "不成立" in deputy.text(path)
    assert deputy.send(f"{path}/settle", **verdict).status_code == 409


def test_withdrawing_for_the_applicant_needs_paper(office: FundOffice) -> None:
    """Without reason, second person or the signed paper nothing is withdrawn; with all of them once and for all."""
    case = office.checking()
    branch = office.desk("branch")
    path = f"/desk/fund/{case.number}/withdraw"
    branch.text(path)
    paper = {"scan": photo(colour="green")}
    assert "撤回申请书" in branch.send(path, reason="不需要了", second="G4").text
    assert upload(branch, path, paper, reason="", second="G4").status_code == 400
    assert upload(branch, path, paper, reason="不需要了", second="G2").status_code == 403
    assert upload(branch, path, {"scan": b"MZ"}, reason="不需要了", second="G4").status_code == 400
    assert now_of(office, case).state is CaseState.CHECKING
    assert recorded(office, case)[0] == "fund.move"
    assert upload(branch, path, paper, reason="不需要了", second="G4").status_code == 303
    assert now_of(office, case).state is CaseState.WITHDRAWN
    page = branch.text(f"/desk/fund/{case.number}?said=fund_withdrawn")
    assert "代申请人撤回：李三办理，王四在场" in page
    assert "书面请求" in page
    assert branch.ask(path).status_code == 409


def test_a_refused_case_is_appealed(office: FundOffice) -> None:
    """An appeal on the applicant's paper is a new draft that names the old case; whoever typed it in is barred."""
    case = office.submitted()
    clerk = office.desk("clerk")
    clerk.text(f"/desk/fund/{case.number}/reject")
    assert clerk.send(f"/desk/fund/{case.number}/reject", reason="").status_code == 400
    assert clerk.send(f"/desk/fund/{case.number}/reject", reason="不符合条件").status_code == 303
    path = f"/desk/fund/{case.number}/appeal"
    clerk.text(path)
    paper = {"scan": photo(colour="green")}
    made = upload(clerk, path, paper, told="情况有变", reason="本人不会用手机", second="D2")
    assert made.headers["location"] == "/desk/fund/WF2026-0002?said=fund_appealed"
    page = clerk.text("/desk/fund/WF2026-0002")
    assert "针对的原申请" in page
    assert "代申请人申诉" in page


def test_the_last_steps_need_their_papers(office: FundOffice) -> None:
    """After payment: the receipt signed by the applicant, then the return visit with its satisfaction, then closed."""
    case = office.checking()
    branch = office.desk("branch")
    put_into(office, case, CaseState.PAID)
    path = f"/desk/fund/{case.number}"
    branch.text(f"{path}/handover")
    assert branch.send(f"{path}/handover", reason="支书上门").status_code == 400
    signed = upload(branch, f"{path}/handover", {"receipt": photo(colour="green")}, reason="支书上门")
    assert signed.status_code == 303
    assert now_of(office, case).state is CaseState.FOLLOW_UP
    form = {"on": "2026-11-18", "content": "满意", "reason": "生活有改善"}
    branch.text(f"{path}/close")
    assert branch.send(f"{path}/close", **{**form, "content": "一般"}).status_code == 400
    assert branch.send(f"{path}/close", **{**form, "on": "2026-11-19"}).status_code == 400
    assert branch.send(f"{path}/close", **form).status_code == 303
    assert now_of(office, case).state is CaseState.CLOSED
    assert "2026-11-18回访，满意。生活有改善" in branch.send(f"{path}/look").text


def test_a_relative_handles_nothing(office: FundOffice) -> None:
    """A relative of the applicant at a desk is refused in words and nothing is written."""
    case = office.submitted()

    relative = Staff(office.house).inside("brother", Role.OFFICE_CLERK, person="G2")
    before = recorded(office, case)
    relative.text(f"/desk/fund/{case.number}/accept")
    answer = relative.send(f"/desk/fund/{case.number}/accept")
    assert (answer.status_code, "应当回避" in answer.text) == (403, True)
    assert recorded(office, case) == before


def test_late_objections_and_the_public_page_agree(office: FundOffice) -> None:
    """An objection from the public page is settled at the desk like one by hand."""
    case = office.checking()
    period = relief.post(office.house, case.id, Level.BRANCH, by="b")
    made = relief.object_to(office.house, period.id, NewObjection("他有车", Via.PAGE), by="page")
    deputy = office.desk("deputy")
    path = f"/desk/fund/{case.number}/settle"
    deputy.text(path)
    assert deputy.send(path, objection=made.id, verdict="upheld", reason="属实").status_code == 303
    assert now_of(office, case).state is CaseState.REJECTED
    assert relief.progress(office.house, case.id).words == "未通过"


def test_an_act_elsewhere_is_told_and_not_done(office: FundOffice) -> None:
    """In every state each form opens where the act belongs; elsewhere form and answer say where the case is."""
    case = office.checking()
    clerk = office.desk("clerk")
    before = len(recorded(office, case))
    for state, act in product(CaseState, ACTS):
        put_into(office, case, state)
        path = f"/desk/fund/{case.number}/{act.value}"
        mark = STATES[state].split()[ACTS.index(act)]
        assert clerk.ask(path).status_code == (200 if mark == "x" else 409), path
        if mark != "x":
            told = clerk.send(path, reason="x")
            assert (told.status_code, STATE_WORDS[state] in told.text) in {(409, True), (400, False)}, path
    assert len(recorded(office, case)) == before
